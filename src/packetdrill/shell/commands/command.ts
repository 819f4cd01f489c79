/** A command of the shell: what it is given, and what it may do. */

import type { Limits } from '../evaluation/limits.ts';
import type { Session } from '../evaluation/session.ts';
import type { ShellHost } from '../host.ts';

/** @returns its exit status @throws {Unsupported} for a flag or word that it does not know @throws {ShellError} */
export type Command = (call: CommandCall) => number;

export type CommandTable = Readonly<Record<string, Command>>;

export interface CommandCall {
  /** As it was called, with its path if it has one. */
  readonly name: string;
  readonly arguments: readonly string[];
  readonly host: ShellHost;
  /** All that comes in by standard input. */
  readonly input: string;
  readonly print: (text: string) => void;
  /** Prints to standard error. */
  readonly complain: (text: string) => void;
  readonly session: Session;
  readonly limits: Limits;
  /** Runs further commands, with the same input and output. @param name of the text: a file, or the shell */
  readonly run: (text: string, name: string, session: Session) => number;
  /** `sleep`. */
  readonly wait: (durationNs: number) => void;
}

/** A program that cannot do what it was told says why, as programs do. @returns the exit status */
export function fails(call: CommandCall, sentence: string, status = 1): number {
  call.complain(`${lastPart(call.name)}: ${sentence}\n`);
  return status;
}

/** The name of a program without its folder. */
export const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
