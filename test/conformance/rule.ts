/**
 * The rules that a title names: `RFC 8985 §6.2 step 3: what the RFC wants`. One statement may stand on several RFCs
 * (`RFC 6298 §3 and RFC 7323 §4: …`), one title may make several (`RFC 768: …; RFC 8200 §8.1: …`).
 */

export interface Rule {
  readonly rfc: number;
  /** `§6.2 step 3`, `appendix A`, or nothing when the whole RFC is meant. */
  readonly place: string;
  readonly statement: string;
}

const PLACE = /^(?:$|[ ,]*(?:§|\(|appendix |figure |erratum ))/;

/** @returns the rules, none if the title cites no RFC or does so without a statement after a colon */
export const rulesOf = (title: string): Rule[] => title.split(/; (?=RFC \d)/).flatMap(rulesOfStatement);

/** Whether a title speaks of an RFC at all: a lint for those that name it in some other form. */
export const mentionsRfc = (title: string): boolean => /\bRFC ?\d/.test(title);

function rulesOfStatement(text: string): Rule[] {
  const match = /^(.*?)\b(RFC \d+[^:]*): (.+)$/.exec(text);
  if (match === null) return [];
  const [, before = '', references = '', after = ''] = match;
  const lead = before.replace(/[\s:,(]+$/, '');
  const statement = lead === '' || lead === '…' ? after : `${lead}: ${after}`;
  const rules = references.split(/(?:,| and|, and|;) (?=RFC \d)/).map((reference) => {
    const [, number = '', place = ''] = /^RFC (\d+)(.*)$/.exec(reference) ?? [];
    return { rfc: Number(number), place: place.replace(/^[\s,]+/, ''), statement, valid: PLACE.test(place) };
  });
  return rules.every(({ valid }) => valid) ? rules.map(({ valid: _, ...rule }) => rule) : [];
}

const ORDINALS = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth'];

/** In the order of the RFC's text: whole RFC, sections by number with their steps, appendices. */
export function comparePlaces(a: string, b: string): number {
  const [left, right] = [placeKey(a), placeKey(b)];
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const [x, y] = [left[index], right[index]];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (typeof x === 'number' && typeof y === 'number') {
      if (x !== y) return x - y;
    } else if (x !== y) {
      // A step before a word, so that `step 2` comes before `step 10` and both before prose.
      if (typeof x !== typeof y) return typeof x === 'number' ? -1 : 1;
      return x < y ? -1 : 1;
    }
  }
  return 0;
}

function placeKey(place: string): (number | string)[] {
  const section = /§(\d+(?:\.\d+)*)/.exec(place);
  const rank = place === '' ? 0 : section !== null ? 1 : 2;
  const numbers = section?.[1]?.split('.').map(Number) ?? [];
  const rest = section === null ? place : place.slice(section.index + section[0].length);
  // -1 ends the section's number: what stands at §3 itself comes before §3.1.
  return [rank, ...numbers, -1, ...words(rest)];
}

const words = (text: string): (number | string)[] =>
  (text.match(/\d+|[^\d\s.,()§-]+/g) ?? []).map((word) => {
    const ordinal = ORDINALS.indexOf(word);
    return /^\d/.test(word) ? Number(word) : ordinal >= 0 ? ordinal + 1 : word;
  });
