/**
 * Options of Neighbor Discovery messages, in place and as records: RFC 4861 §4.6; recursive DNS servers are RFC 8106.
 * What is unknown, or known and of a wrong length, is kept as bytes.
 * Left out on purpose: link-layer addresses that are not Ethernet's (RFC 2464 gives those their length).
 */
import { type IpAddress, readAddress } from '../address.ts';
import { readMac } from '../mac.ts';
import { copyOf, field } from '../record.ts';
import { unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';

export const SOURCE_LINK_LAYER_ADDRESS = 1;
export const TARGET_LINK_LAYER_ADDRESS = 2;
export const PREFIX_INFORMATION = 3;
export const REDIRECTED_HEADER = 4;
export const MTU = 5;
export const RECURSIVE_DNS_SERVER = 25;

/** A link-layer address option of Ethernet (RFC 2464), in bytes. */
export const LINK_LAYER_ADDRESS_LENGTH = 8;

/** Bytes of the option at `at`, from its length in units of 8. */
export const optionLength = (view: DataView, at: number): number => view.getUint8(at + 1) << 3;

/** "All included options have a length that is greater than zero" (RFC 4861 §6.1.1), and none runs beyond the message. */
export function optionsAreWhole(view: DataView, at: number, end: number): boolean {
  while (at < end) {
    if (end - at < 8) return false;
    const length = optionLength(view, at);
    if (length === 0 || length > end - at) return false;
    at += length;
  }
  return true;
}

/**
 * Where the first option of a type starts between `at` and `end`; -1 without one. `optionsAreWhole` has accepted them.
 */
export function findOption(view: DataView, at: number, end: number, type: number): number {
  while (at < end) {
    if (view.getUint8(at) === type) return at;
    at += optionLength(view, at);
  }
  return -1;
}

/** `reserved…` are there only where they are not zero. Lifetimes of 0xffffffff seconds last for ever. */
export type NdpOptionRecord =
  | { readonly name: 'sourceLinkLayerAddress' | 'targetLinkLayerAddress'; readonly mac: number }
  | {
      readonly name: 'prefixInformation';
      readonly prefixLength: number;
      readonly onLink: boolean;
      readonly autonomous: boolean;
      readonly reserved1?: number;
      readonly validLifetimeSeconds: number;
      readonly preferredLifetimeSeconds: number;
      readonly reserved2?: number;
      readonly prefix: IpAddress;
    }
  | { readonly name: 'redirectedHeader'; readonly reserved?: number; readonly packet: Uint8Array }
  | { readonly name: 'mtu'; readonly reserved?: number; readonly mtu: number }
  | {
      readonly name: 'recursiveDnsServer';
      readonly reserved?: number;
      readonly lifetimeSeconds: number;
      readonly servers: readonly IpAddress[];
    }
  /** `data` is what follows type and length: 8n + 6 bytes. */
  | { readonly name: 'unknown'; readonly type: number; readonly data: Uint8Array };

/** The options between `at` and `end`, which `optionsAreWhole` accepted. */
export function decodeOptions(view: DataView, at: number, end: number): NdpOptionRecord[] {
  const options: NdpOptionRecord[] = [];
  while (at < end) {
    const length = optionLength(view, at);
    options.push(decodeOption(view, at, length));
    at += length;
  }
  return options;
}

function decodeOption(view: DataView, at: number, length: number): NdpOptionRecord {
  const type = view.getUint8(at);
  switch (type) {
    case SOURCE_LINK_LAYER_ADDRESS:
      if (length !== LINK_LAYER_ADDRESS_LENGTH) break;
      return { name: 'sourceLinkLayerAddress', mac: readMac(view, at + 2) };
    case TARGET_LINK_LAYER_ADDRESS:
      if (length !== LINK_LAYER_ADDRESS_LENGTH) break;
      return { name: 'targetLinkLayerAddress', mac: readMac(view, at + 2) };
    case PREFIX_INFORMATION:
      if (length !== 32) break;
      return decodePrefix(view, at);
    case REDIRECTED_HEADER:
      return {
        name: 'redirectedHeader',
        ...unlessZero('reserved', readMac(view, at + 2)),
        packet: copyOf(view, at + 8, length - 8),
      };
    case MTU:
      if (length !== 8) break;
      return { name: 'mtu', ...unlessZero('reserved', view.getUint16(at + 2)), mtu: view.getUint32(at + 4) };
    case RECURSIVE_DNS_SERVER:
      if (length < 24 || length % 16 !== 8) break;
      return {
        name: 'recursiveDnsServer',
        ...unlessZero('reserved', view.getUint16(at + 2)),
        lifetimeSeconds: view.getUint32(at + 4),
        servers: addresses(view, at + 8, at + length),
      };
  }
  return { name: 'unknown', type, data: copyOf(view, at + 2, length - 2) };
}

function decodePrefix(view: DataView, at: number): NdpOptionRecord {
  const flags = view.getUint8(at + 3);
  return {
    name: 'prefixInformation',
    prefixLength: view.getUint8(at + 2),
    onLink: (flags & 0x80) !== 0,
    autonomous: (flags & 0x40) !== 0,
    ...unlessZero('reserved1', flags & 0x3f),
    validLifetimeSeconds: view.getUint32(at + 4),
    preferredLifetimeSeconds: view.getUint32(at + 8),
    ...unlessZero('reserved2', view.getUint32(at + 12)),
    prefix: readAddress(6, view, at + 16),
  };
}

function addresses(view: DataView, at: number, end: number): IpAddress[] {
  const found: IpAddress[] = [];
  for (let place = at; place < end; place += 16) found.push(readAddress(6, view, place));
  return found;
}

/** @throws {RangeError} if a field does not hold its value or an option is not a multiple of 8 bytes long */
export function encodeOptions(options: readonly NdpOptionRecord[]): Uint8Array {
  const writer = new RecordWriter();
  for (const option of options) encodeOption(writer, option);
  return writer.finish();
}

function encodeOption(writer: RecordWriter, option: NdpOptionRecord): void {
  switch (option.name) {
    case 'sourceLinkLayerAddress':
    case 'targetLinkLayerAddress':
      start(
        writer,
        option.name === 'sourceLinkLayerAddress' ? SOURCE_LINK_LAYER_ADDRESS : TARGET_LINK_LAYER_ADDRESS,
        8,
      );
      writer.uint48('mac', option.mac);
      return;
    case 'prefixInformation':
      start(writer, PREFIX_INFORMATION, 32);
      writer.uint8('prefixLength', option.prefixLength);
      writer.uint8(
        'prefix flags',
        (option.onLink ? 0x80 : 0) | (option.autonomous ? 0x40 : 0) | field('reserved1', option.reserved1 ?? 0, 6),
      );
      writer.uint32('validLifetimeSeconds', option.validLifetimeSeconds);
      writer.uint32('preferredLifetimeSeconds', option.preferredLifetimeSeconds);
      writer.uint32('reserved2', option.reserved2 ?? 0);
      writer.address('prefix', option.prefix, 6);
      return;
    case 'redirectedHeader':
      start(writer, REDIRECTED_HEADER, 8 + option.packet.length);
      writer.uint48('reserved', option.reserved ?? 0);
      writer.octets(option.packet);
      return;
    case 'mtu':
      start(writer, MTU, 8);
      writer.uint16('reserved', option.reserved ?? 0);
      writer.uint32('mtu', option.mtu);
      return;
    case 'recursiveDnsServer':
      start(writer, RECURSIVE_DNS_SERVER, 8 + 16 * option.servers.length);
      writer.uint16('reserved', option.reserved ?? 0);
      writer.uint32('lifetimeSeconds', option.lifetimeSeconds);
      for (const server of option.servers) writer.address('server', server, 6);
      return;
    case 'unknown':
      start(writer, option.type, 2 + option.data.length);
      writer.octets(option.data);
  }
}

function start(writer: RecordWriter, type: number, length: number): void {
  if (length % 8 !== 0) {
    throw new RangeError(`wirelab: a neighbor discovery option must be a multiple of 8 bytes long, not ${length}`);
  }
  writer.uint8('option type', type);
  writer.uint8('option length', length >>> 3);
}
