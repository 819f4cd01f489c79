/**
 * An explicit list of faults, as data: it can be stored as JSON, shrunk by leaving entries out, and shown. Taking one
 * fault away leaves the others on their frames.
 */
import { parseDuration } from '../units.ts';
import { FLAG_LETTERS, type FrameMatch, MATCHED_PROTOCOLS } from './frame-match.ts';

export type LinkDirectionName = 'aToB' | 'bToA';

/** What happens to a frame. Names and units are written out, because people read these lists. */
export type FaultAction =
  | { readonly action: 'drop' }
  /** `copies` more go on behind it; 1 if left out. */
  | { readonly action: 'duplicate'; readonly copies?: number }
  /** Later, while others may pass: `by: '20ms'`. */
  | { readonly action: 'delay'; readonly by: string }
  /** Behind so many later frames, or `within` (100 ms if left out) if fewer come. */
  | { readonly action: 'reorder'; readonly frames: number; readonly within?: string }
  /** Exclusive-or of `mask` into the byte at `offset` of the frame. */
  | { readonly action: 'corrupt'; readonly offset: number; readonly mask: number }
  /**
   * The ECN field becomes "congestion experienced" if its sender has said that it understands that (RFC 3168 §5); or
   * whatever is written here, as equipment does that is broken.
   */
  | { readonly action: 'mark'; readonly as?: EcnName }
  /** Only so many bytes stay. */
  | { readonly action: 'truncate'; readonly lengthBytes: number };

/** The codepoints of the ECN field: RFC 3168 §5. */
export const ECN_NAMES = ['not-ect', 'ect1', 'ect0', 'ce'] as const;

export type EcnName = (typeof ECN_NAMES)[number];

/** One fault: on the frame with a number (counted from 1 as frames of the direction are handed over) or on a match. */
export type ListedFault = FaultAction & { readonly direction: LinkDirectionName } & (
    | { readonly ordinal: number; readonly match?: undefined }
    | { readonly match: FrameMatch; readonly ordinal?: undefined }
  );

export type FaultList = readonly ListedFault[];

/** How long a reordered frame waits for later ones if the list does not say. */
export const DEFAULT_REORDER_WITHIN = '100ms';

const MAXIMUM_COPIES = 100;

const KEYS: Readonly<Record<FaultAction['action'], readonly string[]>> = {
  drop: [],
  duplicate: ['copies'],
  delay: ['by'],
  reorder: ['frames', 'within'],
  corrupt: ['offset', 'mask'],
  mark: ['as'],
  truncate: ['lengthBytes'],
};

const MATCH_KEYS = ['protocol', 'flags', 'payload', 'sequence', 'nth'];

/**
 * The fault list that a value from outside (a file, a generator) is.
 * @throws {RangeError} saying which entry is wrong, and how it should be
 */
export function parseFaultList(value: unknown): FaultList {
  if (!Array.isArray(value)) throw new RangeError('a fault list is an array');
  value.forEach((entry, index) => {
    checkEntry(entry, `fault ${index}`);
  });
  return value;
}

type Fields = Readonly<Record<string, unknown>>;

function checkEntry(entry: unknown, name: string): void {
  if (!isRecord(entry)) throw new RangeError(`${name} is no object`);
  if (entry.direction !== 'aToB' && entry.direction !== 'bToA') {
    throw new RangeError(`${name} needs a direction, 'aToB' or 'bToA', not ${show(entry.direction)}`);
  }
  const keys = typeof entry.action === 'string' ? KEYS[entry.action as FaultAction['action']] : undefined;
  if (keys === undefined) {
    throw new RangeError(`${name} has the action ${show(entry.action)}: use one of ${Object.keys(KEYS).join(', ')}`);
  }
  checkKeys(entry, ['direction', 'action', 'ordinal', 'match', ...keys], name);
  if ((entry.ordinal === undefined) === (entry.match === undefined)) {
    throw new RangeError(`${name} needs either an ordinal or a match, to say which frame it is about`);
  }
  if (entry.ordinal !== undefined) checkCount(entry.ordinal, 1, `${name}: ordinal`);
  else checkMatch(entry.match, `${name}: match`);
  checkAction(entry, name);
}

function checkAction(entry: Fields, name: string): void {
  switch (entry.action as FaultAction['action']) {
    case 'drop':
      return;
    case 'duplicate':
      if (entry.copies !== undefined) checkCount(entry.copies, 1, `${name}: copies`, MAXIMUM_COPIES);
      return;
    case 'delay':
      parseDuration(entry.by as string, `${name}: by`);
      return;
    case 'reorder':
      checkCount(entry.frames, 1, `${name}: frames`);
      if (entry.within !== undefined) parseDuration(entry.within as string, `${name}: within`);
      return;
    case 'corrupt':
      checkCount(entry.offset, 0, `${name}: offset`);
      checkCount(entry.mask, 1, `${name}: mask`, 0xff);
      return;
    case 'mark':
      if (entry.as === undefined || (ECN_NAMES as readonly unknown[]).includes(entry.as)) return;
      throw new RangeError(`${name}: as is one of ${ECN_NAMES.join(', ')}, not ${show(entry.as)}`);
    case 'truncate':
      checkCount(entry.lengthBytes, 1, `${name}: lengthBytes`);
  }
}

function checkMatch(match: unknown, name: string): void {
  if (!isRecord(match)) throw new RangeError(`${name} is an object, not ${show(match)}`);
  checkKeys(match, MATCH_KEYS, name);
  const { protocol, flags, payload, sequence, nth } = match;
  if (protocol !== undefined && !(MATCHED_PROTOCOLS as readonly unknown[]).includes(protocol)) {
    throw new RangeError(`${name}: protocol is one of ${MATCHED_PROTOCOLS.join(', ')}, not ${show(protocol)}`);
  }
  if (protocol !== undefined && protocol !== 'tcp' && (flags !== undefined || sequence !== undefined)) {
    throw new RangeError(`${name}: only TCP has flags and sequence numbers, not ${show(protocol)}`);
  }
  const letters = Object.keys(FLAG_LETTERS).join('');
  if (flags !== undefined && !(typeof flags === 'string' && [...flags].every((letter) => letters.includes(letter)))) {
    throw new RangeError(`${name}: flags are letters of '${letters}', such as 'S.', not ${show(flags)}`);
  }
  if (payload !== undefined && typeof payload !== 'boolean') {
    throw new RangeError(`${name}: payload is true or false, not ${show(payload)}`);
  }
  if (sequence !== undefined) {
    if (!isRecord(sequence)) throw new RangeError(`${name}: sequence is { from, to }, not ${show(sequence)}`);
    checkKeys(sequence, ['from', 'to'], `${name}: sequence`);
    checkCount(sequence.from, 0, `${name}: sequence.from`, 0xffff_ffff);
    checkCount(sequence.to, (sequence.from as number) + 1, `${name}: sequence.to`, 0x1_0000_0000);
  }
  if (nth !== undefined) checkCount(nth, 1, `${name}: nth`);
}

function checkKeys(record: Fields, known: readonly string[], name: string): void {
  for (const key of Object.keys(record)) {
    if (!known.includes(key)) throw new RangeError(`${name} does not know '${key}': use ${known.join(', ')}`);
  }
}

function checkCount(value: unknown, least: number, name: string, most = Number.MAX_SAFE_INTEGER): void {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
  throw new RangeError(`${name} is a whole number ${range}, not ${show(value)}`);
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const show = (value: unknown): string => JSON.stringify(value) ?? String(value);
