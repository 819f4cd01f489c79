/** A script has failed: at which of its lines, why, and what a person needs to see the cause. */
import type { Place, ScriptEvent } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';

export class ScriptFailure extends Error {
  readonly place: Place;
  readonly details: readonly string[];

  /** @param sentence one line for a person, without the place */
  constructor(place: Place, sentence: string, details: readonly string[] = []) {
    super(sentence);
    this.name = 'ScriptFailure';
    this.place = place;
    this.details = details;
  }
}

/** `win is 65535, not 64240`. */
export const differenceText = ({ field, expected, found }: Difference): string =>
  `${field} is ${found}, not ${expected}`;

/** The script's line, and what came instead, with a mark under each field that differs. */
export function comparisonLines(event: ScriptEvent, found: string, differences: readonly Difference[]): string[] {
  const came = `  came:     ${found}`;
  const marks = marksUnder(came, differences);
  return [
    `  expected: ${event.text.replace(/\s+/g, ' ')}`,
    came,
    ...(marks.trim() === '' ? [] : [marks]),
    ...differences.map((difference) => `  ${differenceText(difference)}`),
  ];
}

/** Carets under what differs, as far as it stands in the line. */
function marksUnder(line: string, differences: readonly Difference[]): string {
  const marks = new Array<string>(line.length).fill(' ');
  for (const { field, found } of differences) {
    const named = line.indexOf(`${field} ${found}`);
    const at = named >= 0 ? named + field.length + 1 : line.indexOf(found, 12);
    if (found === '' || at < 0) continue;
    for (let index = at; index < at + found.length; index++) marks[index] = '^';
  }
  return marks.join('').trimEnd();
}
