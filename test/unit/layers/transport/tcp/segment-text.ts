/**
 * Segments in packetdrill's notation, to and from bytes: `S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 7>`, before it
 * the IP-ECN codepoint if it matters, and E, W and A for ECE, CWR and AE, or all three as the number of the ACE field
 * behind the letters: `[ce] P.5 1:1001(1000) ack 1 <ECN e0b 1 ceb 1000>`.
 */
import { CONGESTION_EXPERIENCED, ECT_0, ECT_1, NOT_ECT } from '../../../../../src/layers/network/ecn.ts';
import * as options from '../../../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../../../src/layers/transport/tcp/segment.ts';

const LETTERS: readonly (readonly [number, string])[] = [
  [segment.SYN, 'S'],
  [segment.FIN, 'F'],
  [segment.RST, 'R'],
  [segment.PSH, 'P'],
  [segment.URG, 'U'],
  [segment.ECE, 'E'],
  [segment.CWR, 'W'],
  [segment.AE, 'A'],
  [segment.ACK, '.'],
];

const ACE_SHIFT = 6;
const CODEPOINTS: readonly (readonly [number, string])[] = [
  [NOT_ECT, 'noecn'],
  [ECT_0, 'ect0'],
  [ECT_1, 'ect1'],
  [CONGESTION_EXPERIENCED, 'ce'],
];

export interface SegmentText {
  /** The IP-ECN codepoint. */
  readonly codepoint: number | undefined;
  readonly flags: number;
  /** AE, CWR and ECE were written as a number. */
  readonly hasAce: boolean;
  /** Relative to the sender's initial sequence number. */
  readonly sequence: number;
  readonly length: number;
  readonly acknowledgment: number | undefined;
  readonly window: number | undefined;
  readonly urgent: number | undefined;
  readonly options: Uint8Array;
  readonly hasOptions: boolean;
  readonly canonical: string;
}

/** Where the two sequence spaces start, and our timestamp clock. The peer's timestamps are as the text has them. */
export class RelativeNumbers {
  ours: number;
  readonly peers: number;
  timestamps: number;
  constructor(ours: number, peers: number) {
    this.ours = ours;
    this.peers = peers;
    this.timestamps = 0;
  }
}

const FORM =
  /^(?:\[(noecn|ect0|ect1|ce)\] )?([SFRPUEWA.]+)([0-7]?) (-?\d+):(-?\d+)\((\d+)\)(?: ack (-?\d+))?(?: win (\d+))?(?: urg (\d+))?(?: <([^>]*)>)?$/;

/** @throws {Error} for a text that is not a segment */
export function parseSegmentText(text: string): SegmentText {
  const match = FORM.exec(text);
  if (match === null) throw new Error(`not a segment: "${text}"`);
  const [, codepoint, letters = '', ace = '', from, to, length, ack, window, urgent, optionText] = match;
  let flags = 0;
  for (const letter of letters) flags |= LETTERS.find(([, name]) => name === letter)![0];
  // packetdrill's way: a segment with SYN, FIN or RST alone has no dot, and `ack` sets the bit all the same.
  if (ack !== undefined) flags |= segment.ACK;
  if (ace !== '') flags |= Number(ace) << ACE_SHIFT;
  if (Number(to) - Number(from) !== Number(length)) throw new Error(`"${text}": ${from}:${to} is not ${length} bytes`);
  const bytes = !optionText ? [] : optionText.split(',').flatMap(encodeOption);
  while (bytes.length % 4 !== 0) bytes.push(options.NO_OPERATION);
  const parsed = {
    codepoint: CODEPOINTS.find(([, name]) => name === codepoint)?.[0],
    flags,
    hasAce: ace !== '',
    sequence: Number(from),
    length: Number(length),
    acknowledgment: ack === undefined ? undefined : Number(ack),
    window: window === undefined ? undefined : Number(window),
    urgent: urgent === undefined ? undefined : Number(urgent),
    options: Uint8Array.from(bytes),
    hasOptions: optionText !== undefined,
  };
  return { ...parsed, canonical: show(parsed, optionText) };
}

/** Our segment as text; with `wanted`, only as far as that text goes into detail. */
export function showSegment(
  bytes: Uint8Array,
  numbers: RelativeNumbers,
  codepoint: number,
  wanted?: SegmentText,
): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const header = segment.dataOffset(view, 0);
  const flags = segment.flags(view, 0);
  const hasAck = (flags & segment.ACK) !== 0;
  const shown = {
    codepoint: (wanted === undefined ? codepoint !== NOT_ECT : wanted.codepoint !== undefined) ? codepoint : undefined,
    flags,
    hasAce: wanted?.hasAce ?? false,
    sequence: (segment.sequenceNumber(view, 0) - numbers.ours) | 0,
    length: bytes.length - header,
    acknowledgment: hasAck ? (segment.acknowledgmentNumber(view, 0) - numbers.peers) | 0 : undefined,
    window: wanted === undefined || wanted.window !== undefined ? segment.window(view, 0) : undefined,
    urgent: undefined,
    options: bytes.subarray(segment.HEADER_LENGTH, header),
    hasOptions: wanted === undefined ? header > segment.HEADER_LENGTH : wanted.hasOptions,
  };
  return show(shown, shown.hasOptions ? showOptions(view, segment.HEADER_LENGTH, header, numbers) : undefined);
}

function show(text: Omit<SegmentText, 'canonical'>, optionText: string | undefined): string {
  const ace = text.hasAce ? `${(text.flags >>> ACE_SHIFT) & 7}` : '';
  const lettered = text.hasAce ? text.flags & ~(7 << ACE_SHIFT) : text.flags;
  const letters = LETTERS.filter(([bit]) => (lettered & bit) !== 0)
    .map(([, letter]) => letter)
    .join('');
  const codepoint =
    text.codepoint === undefined ? '' : `[${CODEPOINTS.find(([bits]) => bits === text.codepoint)![1]}] `;
  const ack = text.acknowledgment === undefined ? '' : ` ack ${text.acknowledgment}`;
  const window = text.window === undefined ? '' : ` win ${text.window}`;
  const shownOptions = text.hasOptions ? ` <${optionText ?? ''}>` : '';
  return `${codepoint}${letters}${ace} ${text.sequence}:${text.sequence + text.length}(${text.length})${ack}${window}${shownOptions}`;
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function encodeOption(text: string): number[] {
  const [name, ...rest] = text.trim().split(/\s+/);
  switch (name) {
    case 'nop':
      return [options.NO_OPERATION];
    case 'eol':
      return [options.END_OF_LIST];
    case 'mss':
      return [options.MAXIMUM_SEGMENT_SIZE, 4, Number(rest[0]) >>> 8, Number(rest[0]) & 255];
    case 'wscale':
      return [options.WINDOW_SCALE, 3, Number(rest[0])];
    case 'sackOK':
      return [options.SACK_PERMITTED, 2];
    case 'TS':
      return [options.TIMESTAMPS, 10, ...word(Number(rest[1])), ...word(Number(rest[3]))];
    case 'option': {
      const data = [...Buffer.from(rest[1] ?? '', 'hex')];
      return [Number(rest[0]), 2 + data.length, ...data];
    }
    case 'raw':
      return [...Buffer.from(rest[0] ?? '', 'hex')];
    case 'uto': {
      // 600 is seconds, 10m minutes.
      const minutes = rest[0]!.endsWith('m');
      const field = (minutes ? 0x8000 : 0) | Number.parseInt(rest[0]!, 10);
      return [options.USER_TIMEOUT, 4, field >>> 8, field & 255];
    }
    case 'ECN':
      return encodeAccurateEcn(rest);
    case 'sack':
      return [
        options.SACK,
        2 + 8 * rest.length,
        ...rest.flatMap((block) => block.split(':').flatMap((e) => word(Number(e)))),
      ];
    // With a MAC or digest of zeros: a peer that signs writes its own.
    case 'tcp-ao':
      return [options.AUTHENTICATION, 16, Number(rest[0]), Number(rest[1]), ...new Array<number>(12).fill(0)];
    case 'md5':
      return [options.MD5_SIGNATURE, 18, ...new Array<number>(16).fill(0)];
    case 'FO': {
      const cookie = rest[0]?.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
      return [options.FAST_OPEN, 2 + cookie.length, ...cookie];
    }
    default:
      throw new Error(`not an option of a segment text: "${text}"`);
  }
}

/** `ECN e0b 1 ceb 0`: the counter that comes first says which order it is. */
function encodeAccurateEcn(words: readonly string[]): number[] {
  const kind = words[0] === 'e1b' ? options.ACCURATE_ECN_1 : options.ACCURATE_ECN_0;
  const counters = words.filter((_, index) => index % 2 === 1).map(Number);
  return [kind, 2 + 3 * counters.length, ...counters.flatMap((counter) => word(counter).slice(1))];
}

function showAccurateEcn(view: DataView, at: number, kind: number, length: number): string {
  const names = kind === options.ACCURATE_ECN_0 ? ['e0b', 'ceb', 'e1b'] : ['e1b', 'ceb', 'e0b'];
  const counters = Array.from({ length: (length - 2) / 3 }, (_, index) => {
    return ` ${names[index]} ${view.getUint32(at + 1 + 3 * index) & 0xff_ffff}`;
  });
  return `ECN${counters.join('')}`;
}

function showOptions(view: DataView, from: number, to: number, numbers: RelativeNumbers): string {
  const shown: string[] = [];
  for (let at = from; at < to; ) {
    const kind = view.getUint8(at);
    if (kind === options.NO_OPERATION || kind === options.END_OF_LIST) {
      shown.push(kind === options.NO_OPERATION ? 'nop' : 'eol');
      at++;
      continue;
    }
    const length = view.getUint8(at + 1);
    shown.push(showOption(view, at, kind, length, numbers));
    at += length;
  }
  return shown.join(',');
}

function showOption(view: DataView, at: number, kind: number, length: number, numbers: RelativeNumbers): string {
  switch (kind) {
    case options.MAXIMUM_SEGMENT_SIZE:
      return `mss ${view.getUint16(at + 2)}`;
    case options.WINDOW_SCALE:
      return `wscale ${view.getUint8(at + 2)}`;
    case options.SACK_PERMITTED:
      return 'sackOK';
    case options.TIMESTAMPS:
      return `TS val ${(view.getInt32(at + 2) - numbers.timestamps) | 0} ecr ${view.getUint32(at + 6)}`;
    case options.USER_TIMEOUT: {
      const field = view.getUint16(at + 2);
      return `uto ${field & 0x7fff}${field & 0x8000 ? 'm' : ''}`;
    }
    case options.ACCURATE_ECN_0:
    case options.ACCURATE_ECN_1:
      return showAccurateEcn(view, at, kind, length);
    case options.SACK: {
      const blocks = [];
      for (let edge = at + 2; edge < at + length; edge += 8) {
        blocks.push(`${(view.getInt32(edge) - numbers.peers) | 0}:${(view.getInt32(edge + 4) - numbers.peers) | 0}`);
      }
      return `sack ${blocks.join(' ')}`;
    }
    case options.AUTHENTICATION:
      return `tcp-ao ${view.getUint8(at + 2)} ${view.getUint8(at + 3)}`;
    case options.MD5_SIGNATURE:
      return 'md5';
    case options.FAST_OPEN: {
      const cookie = Array.from({ length: length - 2 }, (_, index) => view.getUint8(at + 2 + index));
      return ['FO', ...(length > 2 ? [cookie.map((byte) => byte.toString(16).padStart(2, '0')).join('')] : [])].join(
        ' ',
      );
    }
    default:
      return `option ${kind}`;
  }
}
