/** A shell command cannot be read, or cannot go on: where, and what is wrong. */
export class ShellError extends Error {
  /** Where in the command, from 0. */
  readonly offset: number;

  /** @param sentence for a person, without the place */
  constructor(offset: number, sentence: string) {
    super(sentence);
    this.name = 'ShellError';
    this.offset = offset;
  }
}
