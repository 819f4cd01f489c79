/**
 * How a verb ends: the exit codes of the command line, and the error that carries one.
 */
export const EXIT = {
  ok: 0,
  /** An expectation failed. */
  failed: 1,
  usage: 2,
  /** A bad input file: the sentence says where, by line and column or by byte offset. */
  badInput: 3,
  invariant: 4,
  internal: 70,
  /** By Ctrl-C, as shells have it: 128 and the signal's number. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends a verb. The message is one sentence for a person; it goes to standard error, without a stack. None if all is said. */
export class CliError extends Error {
  readonly code: ExitCode;

  constructor(code: ExitCode, sentence: string) {
    super(sentence);
    this.name = 'CliError';
    this.code = code;
  }
}
