/**
 * TCP options in place: RFC 9293 §3.2, window scale and timestamps RFC 7323, SACK RFC 2018, user timeout RFC 5482,
 * TCP-AO RFC 5925, Fast Open RFC 7413, AccECN RFC 9768. The plain records, for every kind, are in `option-records.ts`.
 * Left out on purpose: whether an option is allowed where it stands (MSS only with SYN …); the connection decides that.
 */

export const END_OF_LIST = 0;
export const NO_OPERATION = 1;
export const MAXIMUM_SEGMENT_SIZE = 2;
export const WINDOW_SCALE = 3;
export const SACK_PERMITTED = 4;
export const SACK = 5;
export const TIMESTAMPS = 8;
export const MD5_SIGNATURE = 19;
export const USER_TIMEOUT = 28;
export const AUTHENTICATION = 29;
export const MULTIPATH = 30;
export const FAST_OPEN = 34;
export const ACCURATE_ECN_0 = 172;
export const ACCURATE_ECN_1 = 174;
export const EXPERIMENT_1 = 253;
export const EXPERIMENT_2 = 254;

/** IANA's names, by kind. */
export const OPTION_NAMES: Readonly<Record<number, string>> = {
  [END_OF_LIST]: 'end of option list',
  [NO_OPERATION]: 'no-operation',
  [MAXIMUM_SEGMENT_SIZE]: 'maximum segment size',
  [WINDOW_SCALE]: 'window scale',
  [SACK_PERMITTED]: 'SACK permitted',
  [SACK]: 'SACK',
  [TIMESTAMPS]: 'timestamps',
  [MD5_SIGNATURE]: 'MD5 signature',
  [USER_TIMEOUT]: 'user timeout',
  [AUTHENTICATION]: 'TCP authentication',
  [MULTIPATH]: 'Multipath TCP',
  [FAST_OPEN]: 'Fast Open cookie',
  [ACCURATE_ECN_0]: 'accurate ECN order 0',
  [ACCURATE_ECN_1]: 'accurate ECN order 1',
  [EXPERIMENT_1]: 'experiment 1',
  [EXPERIMENT_2]: 'experiment 2',
};

/** Experiment identifiers (RFC 6994) that share the two experimental kinds. */
export const EXPERIMENT_NAMES: Readonly<Record<number, string>> = {
  61833: 'Fast Open cookie (0xF989)',
  44208: 'accurate ECN order 0 (0xACB0)',
};

/** "If a … shift.cnt value larger than 14 [is received], the TCP … MUST use 14 instead" (RFC 7323 §2.3). */
export const MAXIMUM_SHIFT = 14;
/** Bytes that timestamps take with the two NOPs that align them (RFC 7323 appendix A). */
export const ALIGNED_TIMESTAMPS_LENGTH = 12;
const ALIGNED_TIMESTAMPS = 0x0101080a;

/** What the options of one segment say. One per host, filled anew by `parse`. */
export class ParsedOptions {
  /** Bytes; 0 when absent. */
  mss: number;
  /** At most 14; -1 when absent. */
  windowScale: number;
  sackPermitted: boolean;
  hasTimestamps: boolean;
  /** Signed 32-bit integers, meaningful when `hasTimestamps`. */
  timestampValue: number;
  timestampEcho: number;
  /** How many blocks `sackBlocks` holds. */
  sackCount: number;
  /** Left and right edge of each block in turn; what is beyond `sackCount` pairs is stale. */
  readonly sackBlocks: Int32Array;
  /** Where the cookie starts in the view; -1 when absent. */
  fastOpenAt: number;
  /** Bytes of cookie; 0 asks for one. */
  fastOpenLength: number;
  /** 0 or 1, the order of its counters (RFC 9768 §3.2.3); -1 when absent. */
  accurateEcnOrder: number;
  /** How many counters `accurateEcn` holds, in the order in which they stand. */
  accurateEcnCount: number;
  readonly accurateEcn: Int32Array;
  /** Seconds; -1 when absent. */
  userTimeout: number;
  /** Where the 16-byte digest starts; -1 when absent. */
  md5At: number;
  /** Where KeyID, RNextKeyID and MAC start; -1 when absent. */
  authenticationAt: number;
  /** Bytes of them. */
  authenticationLength: number;
  /**
   * An option's length was below 2 or ran beyond the header: what came before is kept, what follows is not read.
   * Or TCP-AO was shorter than its two key identifiers, or a segment was signed twice.
   */
  malformed: boolean;
  /** Whether more may be in it than timestamps: then it is cleared before the next segment. */
  isFilled: boolean;

  constructor() {
    this.mss = 0;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.hasTimestamps = false;
    this.timestampValue = 0;
    this.timestampEcho = 0;
    this.sackCount = 0;
    this.sackBlocks = new Int32Array(8);
    this.fastOpenAt = -1;
    this.fastOpenLength = 0;
    this.accurateEcnOrder = -1;
    this.accurateEcnCount = 0;
    this.accurateEcn = new Int32Array(3);
    this.userTimeout = -1;
    this.md5At = -1;
    this.authenticationAt = -1;
    this.authenticationLength = 0;
    this.malformed = false;
    this.isFilled = false;
  }

  /** Back to a segment without options. */
  clear(): void {
    this.mss = 0;
    this.windowScale = -1;
    this.sackPermitted = false;
    this.hasTimestamps = false;
    this.sackCount = 0;
    this.fastOpenAt = -1;
    this.fastOpenLength = 0;
    this.accurateEcnOrder = -1;
    this.accurateEcnCount = 0;
    this.userTimeout = -1;
    this.md5At = -1;
    this.authenticationAt = -1;
    this.authenticationLength = 0;
    this.malformed = false;
    this.isFilled = false;
  }
}

/**
 * Reads the options of a segment that `check` accepted. Total: whatever the bytes, it ends and reads nothing else.
 * An unknown kind is skipped by its length (RFC 9293 MUST-6). A known one whose length is wrong is skipped as well.
 * @param at where the options start: header + 20
 * @param end where they end: header + data offset
 */
export function parse(view: DataView, at: number, end: number, into: ParsedOptions): void {
  if (into.isFilled) into.clear();
  // The layout that RFC 7323 appendix A recommends: nearly every segment of an established connection.
  if (end - at === ALIGNED_TIMESTAMPS_LENGTH && view.getInt32(at) === ALIGNED_TIMESTAMPS) {
    into.hasTimestamps = true;
    into.timestampValue = view.getInt32(at + 4);
    into.timestampEcho = view.getInt32(at + 8);
    return;
  }
  into.hasTimestamps = false;
  if (at < end) parseEach(view, at, end, into);
}

function parseEach(view: DataView, at: number, end: number, into: ParsedOptions): void {
  into.isFilled = true;
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === NO_OPERATION) {
      at++;
      continue;
    }
    if (kind === END_OF_LIST) return;
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || length > end - at) {
      into.malformed = true;
      return;
    }
    parseOption(view, at, kind, length, into);
    at += length;
  }
}

function parseOption(view: DataView, at: number, kind: number, length: number, into: ParsedOptions): void {
  switch (kind) {
    case MAXIMUM_SEGMENT_SIZE:
      if (length === 4) into.mss = view.getUint16(at + 2);
      return;
    case WINDOW_SCALE:
      if (length === 3) into.windowScale = Math.min(view.getUint8(at + 2), MAXIMUM_SHIFT);
      return;
    case SACK_PERMITTED:
      if (length === 2) into.sackPermitted = true;
      return;
    case SACK:
      parseSack(view, at, length, into);
      return;
    case TIMESTAMPS:
      if (length !== 10) return;
      into.hasTimestamps = true;
      into.timestampValue = view.getInt32(at + 2);
      into.timestampEcho = view.getInt32(at + 6);
      return;
    case MD5_SIGNATURE:
      if (length !== 18) return;
      if (isSigned(into)) into.malformed = true;
      else into.md5At = at + 2;
      return;
    case USER_TIMEOUT:
      if (length === 4) into.userTimeout = userTimeoutSeconds(view.getUint16(at + 2));
      return;
    case AUTHENTICATION:
      // RFC 5925 §2.2: "When the Length value is less than 4, TCP MUST discard the segment".
      if (length < 4 || isSigned(into)) {
        into.malformed = true;
        return;
      }
      into.authenticationAt = at + 2;
      into.authenticationLength = length - 2;
      return;
    case FAST_OPEN:
      if (!isFastOpenLength(length)) return;
      into.fastOpenAt = at + 2;
      into.fastOpenLength = length - 2;
      return;
    case ACCURATE_ECN_0:
    case ACCURATE_ECN_1:
      parseAccurateEcn(view, at, kind, length, into);
  }
}

/** RFC 9768 §3.2.3: "MUST use those whole 3-octet fields that fit within the length and ignore the remainder". */
function parseAccurateEcn(view: DataView, at: number, kind: number, length: number, into: ParsedOptions): void {
  into.accurateEcnOrder = kind === ACCURATE_ECN_0 ? 0 : 1;
  into.accurateEcnCount = Math.min(3, Math.floor((length - 2) / 3));
  for (let field = 0; field < into.accurateEcnCount; field++) {
    const place = at + 2 + 3 * field;
    into.accurateEcn[field] = (view.getUint8(place) << 16) | view.getUint16(place + 1);
  }
}

/** RFC 5925 §2.2: a segment with two TCP-AOs, or with one and an MD5 signature, MUST be discarded. */
const isSigned = (options: ParsedOptions): boolean => options.authenticationAt >= 0 || options.md5At >= 0;

function parseSack(view: DataView, at: number, length: number, into: ParsedOptions): void {
  // RFC 2018 §3: 8n + 2 bytes; 40 bytes of options hold at most four blocks.
  if (length < 10 || (length & 7) !== 2) return;
  const count = (length - 2) >>> 3;
  for (let word = 0; word < count * 2; word++) into.sackBlocks[word] = view.getInt32(at + 2 + 4 * word);
  into.sackCount = count;
}

/** RFC 5482 §3: the highest bit says that the other fifteen count minutes, not seconds. */
const userTimeoutSeconds = (field: number): number => (field & 0x8000 ? (field & 0x7fff) * 60 : field);

/** RFC 7413 §4.1.1: no cookie, or an even number of bytes from 4 to 16. */
export const isFastOpenLength = (length: number): boolean =>
  length === 2 || (length >= 6 && length <= 18 && (length & 1) === 0);

// Writers. Each returns where the next option goes; the caller has made sure of the room.

/** @param mss bytes */
export function writeMss(view: DataView, at: number, mss: number): number {
  view.setInt32(at, (MAXIMUM_SEGMENT_SIZE << 24) | (4 << 16) | mss);
  return at + 4;
}

export function writeWindowScale(view: DataView, at: number, shift: number): number {
  view.setUint16(at, (WINDOW_SCALE << 8) | 3);
  view.setUint8(at + 2, shift);
  return at + 3;
}

export function writeSackPermitted(view: DataView, at: number): number {
  view.setUint16(at, (SACK_PERMITTED << 8) | 2);
  return at + 2;
}

/** @param value,echo TSval and TSecr */
export function writeTimestamps(view: DataView, at: number, value: number, echo: number): number {
  view.setUint16(at, (TIMESTAMPS << 8) | 10);
  view.setInt32(at + 2, value);
  view.setInt32(at + 6, echo);
  return at + 10;
}

/** The twelve bytes NOP, NOP, timestamps, which `parse` reads fastest. */
export function writeAlignedTimestamps(view: DataView, at: number, value: number, echo: number): number {
  view.setInt32(at, ALIGNED_TIMESTAMPS);
  view.setInt32(at + 4, value);
  view.setInt32(at + 8, echo);
  return at + 12;
}

/** Kind and length for `count` blocks, which `writeSackBlock` writes in turn. */
export function writeSackStart(view: DataView, at: number, count: number): number {
  view.setUint16(at, (SACK << 8) | (2 + 8 * count));
  return at + 2;
}

/** One block: `left` is its first sequence number, `right` the one after its last. */
export function writeSackBlock(view: DataView, at: number, left: number, right: number): number {
  view.setInt32(at, left);
  view.setInt32(at + 4, right);
  return at + 8;
}

/** @param seconds up to 32767 as they are, above that in whole minutes, rounded up (RFC 5482 §3) */
export function writeUserTimeout(view: DataView, at: number, seconds: number): number {
  const field = seconds <= 0x7fff ? seconds : 0x8000 | Math.min(Math.ceil(seconds / 60), 0x7fff);
  view.setInt32(at, (USER_TIMEOUT << 24) | (4 << 16) | field);
  return at + 4;
}

/** A Fast Open cookie, or with an empty one the request for a cookie. */
export function writeFastOpen(view: DataView, at: number, cookie: Uint8Array): number {
  view.setUint16(at, (FAST_OPEN << 8) | (2 + cookie.length));
  for (let index = 0; index < cookie.length; index++) view.setUint8(at + 2 + index, cookie[index]!);
  return at + 2 + cookie.length;
}

/** @param count how many of the counters there are; each is written modulo 2^24 (RFC 9768 §3.2.3.1) */
export function writeAccurateEcn(
  view: DataView,
  at: number,
  kind: typeof ACCURATE_ECN_0 | typeof ACCURATE_ECN_1,
  count: number,
  first: number,
  second: number,
  third: number,
): number {
  view.setUint16(at, (kind << 8) | (2 + 3 * count));
  if (count > 0) writeUint24(view, at + 2, first);
  if (count > 1) writeUint24(view, at + 5, second);
  if (count > 2) writeUint24(view, at + 8, third);
  return at + 2 + 3 * count;
}

/** A counter may be beyond 32 bits; `setUint16` takes what is left of it modulo 2^16, bits modulo 2^32. */
function writeUint24(view: DataView, at: number, value: number): void {
  view.setUint8(at, value >>> 16);
  view.setUint16(at + 1, value);
}

export function writeNop(view: DataView, at: number): number {
  view.setUint8(at, NO_OPERATION);
  return at + 1;
}

/** Zeros up to `end` (RFC 9293 §3.1): the first of them ends the list. */
export function writePadding(view: DataView, at: number, end: number): number {
  for (let place = at; place < end; place++) view.setUint8(place, END_OF_LIST);
  return end;
}
