/** The control bits of TCP as letters, and the ACE field (RFC 9768 §3.2.2) as a digit among them: `S.`, `P.5`, `-`. */
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { Cursor } from './cursor.ts';
import { ScriptError } from './script-error.ts';

export interface ControlBits {
  readonly flags: number;
  readonly ace: number | undefined;
}

const LETTERS: ReadonlyMap<string, number> = new Map([
  ['S', segment.SYN],
  ['F', segment.FIN],
  ['R', segment.RST],
  ['P', segment.PSH],
  ['.', segment.ACK],
  ['U', segment.URG],
  ['E', segment.ECE],
  ['W', segment.CWR],
  ['A', segment.AE],
]);
const ACE_BITS = segment.AE | segment.CWR | segment.ECE;

// Not the first number of `0:0(0)`.
const CONTROL_BITS = /(?:[SFRP.UEWA0-7]+|-)(?![\w.:-])/y;

/** @param instead what else may stand here, for the sentence: '; or udp' */
export function parseControlBits(cursor: Cursor, instead: string): ControlBits {
  const { place } = cursor;
  const written = cursor.matches(CONTROL_BITS)?.[0];
  if (written === undefined) {
    const letters = [...LETTERS.keys()].join(' ');
    throw cursor.error(`control bits belong here: letters of ${letters}, a digit for ACE, or - for none${instead}`);
  }
  let flags = 0;
  let ace: number | undefined;
  for (const letter of written === '-' ? '' : written) {
    const bit = LETTERS.get(letter);
    if (bit === undefined ? ace !== undefined : (flags & bit) !== 0) {
      throw new ScriptError(place, `'${letter}' is one too many: a bit stands here once, and one digit for ACE`);
    }
    if (bit === undefined) ace = Number(letter);
    else flags |= bit;
  }
  if (ace !== undefined && (flags & ACE_BITS) !== 0) {
    throw new ScriptError(place, `the ACE field ${ace} is A, W and E in one: write the digit or the letters`);
  }
  return { flags, ace };
}
