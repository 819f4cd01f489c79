/** The Python code of a script has failed: a false assertion, an exception, or no end. */
import type { Place } from '../language/script.ts';

export class CodeFailure extends Error {
  readonly place: Place;
  /** What the code had printed until then. */
  readonly output: readonly string[];

  /** @param sentence one line for a person, without the place */
  constructor(place: Place, sentence: string, output: readonly string[] = []) {
    super(sentence);
    this.name = 'CodeFailure';
    this.place = place;
    this.output = output;
  }
}
