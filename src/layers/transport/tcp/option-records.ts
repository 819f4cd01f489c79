/**
 * TCP options as records: RFC 9293 §3.2 and the RFCs named in `options.ts`; Multipath TCP is RFC 8684, accurate ECN
 * RFC 9768, experiment identifiers RFC 6994.
 * Every byte is kept in its order, so that `encode` gives back what `decode` was given. What is unknown, or known and of
 * a wrong length, is kept as bytes. Left out on purpose: the insides of Multipath TCP beyond the subtype.
 */
import { copyOf, field } from '../../record.ts';
import { RecordWriter } from '../../record-writer.ts';
import {
  ACCURATE_ECN_0,
  ACCURATE_ECN_1,
  AUTHENTICATION,
  END_OF_LIST,
  EXPERIMENT_1,
  EXPERIMENT_2,
  FAST_OPEN,
  isFastOpenLength,
  MAXIMUM_SEGMENT_SIZE,
  MD5_SIGNATURE,
  MULTIPATH,
  NO_OPERATION,
  SACK,
  SACK_PERMITTED,
  TIMESTAMPS,
  USER_TIMEOUT,
  WINDOW_SCALE,
} from './options.ts';

/** Sequence numbers and timestamps are signed 32-bit integers. */
export type TcpOptionRecord =
  /** Whatever follows it, up to the end of the header, is padding. */
  | { readonly name: 'endOfList'; readonly padding: Uint8Array }
  | { readonly name: 'noOperation' }
  | { readonly name: 'maximumSegmentSize'; readonly bytes: number }
  | { readonly name: 'windowScale'; readonly shift: number }
  | { readonly name: 'sackPermitted' }
  /** Each block from its first sequence number up to the one after its last. */
  | { readonly name: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] }
  | { readonly name: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly name: 'md5Signature'; readonly digest: Uint8Array }
  | { readonly name: 'userTimeout'; readonly unit: 'seconds' | 'minutes'; readonly timeout: number }
  | {
      readonly name: 'authentication';
      readonly keyIdentifier: number;
      readonly nextKeyIdentifier: number;
      readonly code: Uint8Array;
    }
  /** `data` is what follows kind and length; its upper four bits are the subtype. */
  | { readonly name: 'multipath'; readonly subtype: number; readonly data: Uint8Array }
  /** An empty cookie asks for one. */
  | { readonly name: 'fastOpen'; readonly cookie: Uint8Array }
  /** Up to three 24-bit counters as they stand: EE0, CE, EE1 in order 0, EE1, CE, EE0 in order 1. */
  | { readonly name: 'accurateEcn'; readonly order: 0 | 1; readonly counters: readonly number[] }
  | {
      readonly name: 'experiment';
      readonly kind: number;
      /** The first 16 bits; a 32-bit identifier has its second half in `data`. */
      readonly identifier: number;
      readonly data: Uint8Array;
    }
  | { readonly name: 'unknown'; readonly kind: number; readonly data: Uint8Array }
  /** From an option on whose length is below 2 or runs beyond the header. */
  | { readonly name: 'malformed'; readonly bytes: Uint8Array };

/** The options between `at` and `end`. Total: bytes that make no sense become a record that says so. */
export function decodeOptions(view: DataView, at: number, end: number): TcpOptionRecord[] {
  const options: TcpOptionRecord[] = [];
  while (at < end) {
    const kind = view.getUint8(at);
    if (kind === END_OF_LIST) {
      options.push({ name: 'endOfList', padding: copyOf(view, at + 1, end - at - 1) });
      break;
    }
    if (kind === NO_OPERATION) {
      options.push({ name: 'noOperation' });
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || length > end - at) {
      options.push({ name: 'malformed', bytes: copyOf(view, at, end - at) });
      break;
    }
    options.push(decodeOption(view, at, kind, length));
    at += length;
  }
  return options;
}

function decodeOption(view: DataView, at: number, kind: number, length: number): TcpOptionRecord {
  const data = copyOf(view, at + 2, length - 2);
  switch (kind) {
    case MAXIMUM_SEGMENT_SIZE:
      if (length !== 4) break;
      return { name: 'maximumSegmentSize', bytes: view.getUint16(at + 2) };
    case WINDOW_SCALE:
      if (length !== 3) break;
      return { name: 'windowScale', shift: view.getUint8(at + 2) };
    case SACK_PERMITTED:
      if (length !== 2) break;
      return { name: 'sackPermitted' };
    case SACK:
      if (length < 10 || length % 8 !== 2) break;
      return { name: 'sack', blocks: decodeBlocks(view, at + 2, at + length) };
    case TIMESTAMPS:
      if (length !== 10) break;
      return { name: 'timestamps', value: view.getInt32(at + 2), echo: view.getInt32(at + 6) };
    case MD5_SIGNATURE:
      if (length !== 18) break;
      return { name: 'md5Signature', digest: data };
    case USER_TIMEOUT:
      if (length !== 4) break;
      return {
        name: 'userTimeout',
        unit: view.getUint8(at + 2) & 0x80 ? 'minutes' : 'seconds',
        timeout: view.getUint16(at + 2) & 0x7fff,
      };
    case AUTHENTICATION:
      if (length < 4) break;
      return {
        name: 'authentication',
        keyIdentifier: view.getUint8(at + 2),
        nextKeyIdentifier: view.getUint8(at + 3),
        code: copyOf(view, at + 4, length - 4),
      };
    case MULTIPATH:
      if (length < 3) break;
      return { name: 'multipath', subtype: view.getUint8(at + 2) >>> 4, data };
    case FAST_OPEN:
      if (!isFastOpenLength(length)) break;
      return { name: 'fastOpen', cookie: data };
    case ACCURATE_ECN_0:
    case ACCURATE_ECN_1:
      if (length > 11 || length % 3 !== 2) break;
      return {
        name: 'accurateEcn',
        order: kind === ACCURATE_ECN_0 ? 0 : 1,
        counters: decodeCounters(view, at + 2, at + length),
      };
    case EXPERIMENT_1:
    case EXPERIMENT_2:
      if (length < 4) break;
      return {
        name: 'experiment',
        kind,
        identifier: view.getUint16(at + 2),
        data: copyOf(view, at + 4, length - 4),
      };
  }
  return { name: 'unknown', kind, data };
}

function decodeBlocks(view: DataView, at: number, end: number): [number, number][] {
  const blocks: [number, number][] = [];
  for (let place = at; place < end; place += 8) blocks.push([view.getInt32(place), view.getInt32(place + 4)]);
  return blocks;
}

function decodeCounters(view: DataView, at: number, end: number): number[] {
  const counters: number[] = [];
  for (let place = at; place < end; place += 3) {
    counters.push((view.getUint8(place) << 16) | view.getUint16(place + 1));
  }
  return counters;
}

/**
 * The options as they stand in a header, with zeros up to a whole 32-bit word.
 * @throws {RangeError} if they take more than the 40 bytes that a header has, or a field does not hold its value
 */
export function encodeOptions(options: readonly TcpOptionRecord[]): Uint8Array {
  const writer = new RecordWriter();
  for (const option of options) encodeOption(writer, option);
  writer.zeros(-writer.length & 3);
  if (writer.length > 40) {
    throw new RangeError(`wirelab: the TCP options take ${writer.length} bytes; a header has room for 40`);
  }
  return writer.finish();
}

function encodeOption(writer: RecordWriter, option: TcpOptionRecord): void {
  switch (option.name) {
    case 'endOfList':
      writer.uint8('kind', END_OF_LIST);
      writer.octets(option.padding);
      return;
    case 'noOperation':
      writer.uint8('kind', NO_OPERATION);
      return;
    case 'malformed':
      writer.octets(option.bytes);
      return;
    case 'maximumSegmentSize':
      start(writer, MAXIMUM_SEGMENT_SIZE, 2);
      writer.uint16('bytes', option.bytes);
      return;
    case 'windowScale':
      start(writer, WINDOW_SCALE, 1);
      writer.uint8('shift', option.shift);
      return;
    case 'sackPermitted':
      start(writer, SACK_PERMITTED, 0);
      return;
    case 'sack':
      start(writer, SACK, 8 * option.blocks.length);
      for (const [left, right] of option.blocks) {
        writer.int32('left edge', left);
        writer.int32('right edge', right);
      }
      return;
    case 'timestamps':
      start(writer, TIMESTAMPS, 8);
      writer.int32('value', option.value);
      writer.int32('echo', option.echo);
      return;
    case 'md5Signature':
      data(writer, MD5_SIGNATURE, option.digest);
      return;
    case 'userTimeout':
      start(writer, USER_TIMEOUT, 2);
      writer.uint16('timeout', (option.unit === 'minutes' ? 0x8000 : 0) | field('timeout', option.timeout, 15));
      return;
    case 'authentication':
      start(writer, AUTHENTICATION, 2 + option.code.length);
      writer.uint8('keyIdentifier', option.keyIdentifier);
      writer.uint8('nextKeyIdentifier', option.nextKeyIdentifier);
      writer.octets(option.code);
      return;
    case 'multipath':
      data(writer, MULTIPATH, option.data);
      return;
    case 'fastOpen':
      data(writer, FAST_OPEN, option.cookie);
      return;
    case 'accurateEcn':
      start(writer, option.order === 0 ? ACCURATE_ECN_0 : ACCURATE_ECN_1, 3 * option.counters.length);
      for (const counter of option.counters) writer.uint24('counter', counter);
      return;
    case 'experiment':
      start(writer, option.kind, 2 + option.data.length);
      writer.uint16('identifier', option.identifier);
      writer.octets(option.data);
      return;
    case 'unknown':
      data(writer, option.kind, option.data);
  }
}

function data(writer: RecordWriter, kind: number, bytes: Uint8Array): void {
  start(writer, kind, bytes.length);
  writer.octets(bytes);
}

function start(writer: RecordWriter, kind: number, dataLength: number): void {
  writer.uint8('option kind', kind);
  writer.uint8('option length', 2 + dataLength);
}
