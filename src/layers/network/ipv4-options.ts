/**
 * IPv4 options as records: RFC 791 §3.1; router alert is RFC 2113.
 * Every byte is kept in its order, so that `encode` gives back what `decode` was given. What is unknown, or known and of
 * a wrong length, is kept as bytes.
 * Left out on purpose: acting on them. Source routes are refused (RFC 7126) and nothing is recorded.
 */
import { IpAddress } from '../address.ts';
import { copyOf, field } from '../record.ts';
import { RecordWriter } from '../record-writer.ts';

export const END_OF_LIST = 0;
export const NO_OPERATION = 1;
export const RECORD_ROUTE = 7;
export const TIMESTAMP = 68;
export const SECURITY = 130;
export const LOOSE_SOURCE_ROUTE = 131;
export const STREAM_IDENTIFIER = 136;
export const STRICT_SOURCE_ROUTE = 137;
export const ROUTER_ALERT = 148;

/** The three options that hold a route. */
export type Ipv4RouteName = 'recordRoute' | 'looseSourceRoute' | 'strictSourceRoute';

const ROUTE_TYPES: Readonly<Record<Ipv4RouteName, number>> = {
  recordRoute: RECORD_ROUTE,
  looseSourceRoute: LOOSE_SOURCE_ROUTE,
  strictSourceRoute: STRICT_SOURCE_ROUTE,
};

/** `pointer` counts from the option's first byte, which is 1: 4 is the first address. */
export interface Ipv4RouteOption {
  readonly name: Ipv4RouteName;
  readonly pointer: number;
  readonly addresses: readonly IpAddress[];
}

export type Ipv4OptionRecord =
  /** Whatever follows it, up to the end of the header, is padding. */
  | { readonly name: 'endOfList'; readonly padding: Uint8Array }
  | { readonly name: 'noOperation' }
  | Ipv4RouteOption
  /** `flag` 0: timestamps only; 1 and 3: each behind an address. The words are in the order in which they stand. */
  | {
      readonly name: 'timestamp';
      readonly pointer: number;
      readonly overflow: number;
      readonly flag: number;
      readonly words: readonly number[];
    }
  | { readonly name: 'security'; readonly data: Uint8Array }
  | { readonly name: 'streamIdentifier'; readonly identifier: number }
  | { readonly name: 'routerAlert'; readonly value: number }
  | { readonly name: 'unknown'; readonly type: number; readonly data: Uint8Array }
  /** From an option on whose length is below 2 or runs beyond the header. */
  | { readonly name: 'malformed'; readonly bytes: Uint8Array };

/** The type's highest bit: the option goes into every fragment, not only the first. */
export const isCopied = (type: number): boolean => (type & 0x80) !== 0;

/** The options between `at` and `end`. Total: bytes that make no sense become a record that says so. */
export function decodeOptions(view: DataView, at: number, end: number): Ipv4OptionRecord[] {
  const options: Ipv4OptionRecord[] = [];
  while (at < end) {
    const type = view.getUint8(at);
    if (type === END_OF_LIST) {
      options.push({ name: 'endOfList', padding: copyOf(view, at + 1, end - at - 1) });
      break;
    }
    if (type === NO_OPERATION) {
      options.push({ name: 'noOperation' });
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0;
    if (length < 2 || length > end - at) {
      options.push({ name: 'malformed', bytes: copyOf(view, at, end - at) });
      break;
    }
    options.push(decodeOption(view, at, type, length));
    at += length;
  }
  return options;
}

function decodeOption(view: DataView, at: number, type: number, length: number): Ipv4OptionRecord {
  switch (type) {
    case RECORD_ROUTE:
    case LOOSE_SOURCE_ROUTE:
    case STRICT_SOURCE_ROUTE:
      if (length < 3 || (length - 3) % 4 !== 0) break;
      return {
        name: routeName(type),
        pointer: view.getUint8(at + 2),
        addresses: words(view, at + 3, at + length).map((word) => new IpAddress(4, 0, 0, 0, word)),
      };
    case TIMESTAMP:
      if (length < 4 || length % 4 !== 0) break;
      return {
        name: 'timestamp',
        pointer: view.getUint8(at + 2),
        overflow: view.getUint8(at + 3) >>> 4,
        flag: view.getUint8(at + 3) & 0xf,
        words: words(view, at + 4, at + length).map((word) => word >>> 0),
      };
    case SECURITY:
      if (length !== 11) break;
      return { name: 'security', data: copyOf(view, at + 2, 9) };
    case STREAM_IDENTIFIER:
      if (length !== 4) break;
      return { name: 'streamIdentifier', identifier: view.getUint16(at + 2) };
    case ROUTER_ALERT:
      if (length !== 4) break;
      return { name: 'routerAlert', value: view.getUint16(at + 2) };
  }
  return { name: 'unknown', type, data: copyOf(view, at + 2, length - 2) };
}

const routeName = (type: number): Ipv4RouteName =>
  type === RECORD_ROUTE ? 'recordRoute' : type === LOOSE_SOURCE_ROUTE ? 'looseSourceRoute' : 'strictSourceRoute';

function words(view: DataView, at: number, end: number): number[] {
  const found: number[] = [];
  for (let place = at; place < end; place += 4) found.push(view.getInt32(place));
  return found;
}

/**
 * The options as they stand in a header, with zeros up to a whole 32-bit word.
 * @throws {RangeError} if they take more than the 40 bytes that a header has, or a field does not hold its value
 */
export function encodeOptions(options: readonly Ipv4OptionRecord[]): Uint8Array {
  const writer = new RecordWriter();
  for (const option of options) encodeOption(writer, option);
  writer.zeros(-writer.length & 3);
  if (writer.length > 40) {
    throw new RangeError(`wirelab: the IPv4 options take ${writer.length} bytes; a header has room for 40`);
  }
  return writer.finish();
}

function encodeOption(writer: RecordWriter, option: Ipv4OptionRecord): void {
  switch (option.name) {
    case 'endOfList':
      writer.uint8('type', END_OF_LIST);
      writer.octets(option.padding);
      return;
    case 'noOperation':
      writer.uint8('type', NO_OPERATION);
      return;
    case 'malformed':
      writer.octets(option.bytes);
      return;
    case 'timestamp':
      start(writer, TIMESTAMP, 4 + 4 * option.words.length);
      writer.uint8('pointer', option.pointer);
      writer.uint8('overflow and flag', (field('overflow', option.overflow, 4) << 4) | field('flag', option.flag, 4));
      for (const word of option.words) writer.uint32('timestamp word', word);
      return;
    case 'security':
      start(writer, SECURITY, 2 + option.data.length);
      writer.octets(option.data);
      return;
    case 'streamIdentifier':
      start(writer, STREAM_IDENTIFIER, 4);
      writer.uint16('identifier', option.identifier);
      return;
    case 'routerAlert':
      start(writer, ROUTER_ALERT, 4);
      writer.uint16('value', option.value);
      return;
    case 'unknown':
      start(writer, option.type, 2 + option.data.length);
      writer.octets(option.data);
      return;
    default:
      start(writer, ROUTE_TYPES[option.name], 3 + 4 * option.addresses.length);
      writer.uint8('pointer', option.pointer);
      for (const address of option.addresses) writer.address('route address', address, 4);
  }
}

function start(writer: RecordWriter, type: number, length: number): void {
  writer.uint8('option type', type);
  writer.uint8('option length', length);
}
