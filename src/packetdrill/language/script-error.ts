/** A script cannot be read: where, and what to write instead. */
import type { Place } from './script.ts';

export class ScriptError extends Error {
  readonly place: Place;

  /** @param sentence for a person, without the place */
  constructor(place: Place, sentence: string) {
    super(sentence);
    this.name = 'ScriptError';
    this.place = place;
  }
}
