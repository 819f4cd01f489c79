/** What keeps a command from running for ever: how much it may do, and how much text it may make. */
import { ShellError } from '../shell-error.ts';

/** Much more than any script needs, and over in a second. */
const MOST_STEPS = 4_000_000;
const MOST_TEXT = 1_000_000;
const MOST_FIELDS = 10_000;
const MOST_NESTED = 16;

export class Limits {
  private steps: number;
  private nested: number;
  /** Where the command stands that is being run, for the sentence. */
  offset: number;

  constructor() {
    this.steps = 0;
    this.nested = 0;
    this.offset = 0;
  }

  /** Counts work that was done. @throws {ShellError} if it is too much */
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MOST_STEPS) throw new ShellError(this.offset, 'this command does too much; make it simpler');
  }

  /** @throws {ShellError} for a text that is too long */
  checkText(length: number): void {
    this.spend(length >>> 6);
    if (length > MOST_TEXT) {
      throw new ShellError(this.offset, `this makes a text of more than ${MOST_TEXT} letters; make it shorter`);
    }
  }

  /** @throws {ShellError} for too many words of one command */
  checkFields(count: number): void {
    if (count > MOST_FIELDS)
      throw new ShellError(this.offset, `this makes more than ${MOST_FIELDS} words; make it shorter`);
  }

  /** Substitutions, and files that run each other, go only so deep. @param name of what is entered @throws {ShellError} */
  enter(name: string): void {
    if (++this.nested > MOST_NESTED) {
      throw new ShellError(this.offset, `${name} is run by what is run by what is run, and so on: that goes too deep`);
    }
  }

  leave(): void {
    this.nested--;
  }
}
