/**
 * The fields of a layer as plain values with names: for JSON, and for the tree that people read. Everything that the codec's
 * record has, with addresses as text and bytes in hexadecimal; and what the record leaves to be derived: lengths, the checksum
 * as it stands, names of numbers.
 */
import { IpAddress } from '../layers/address.ts';
import { formatIpAddress } from '../layers/address-text.ts';
import { etherTypeName, isLength } from '../layers/link/ethertype.ts';
import { protocolName as pppProtocolName } from '../layers/link/ppp.ts';
import { codeName } from '../layers/link/pppoe.ts';
import { formatMac } from '../layers/mac.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import { protocolName } from '../layers/network/protocol.ts';
import { flagNames } from './describe-tcp.ts';
import { hex } from './hex.ts';
import type { Layer, ProtocolName } from './layer.ts';

export type Plain = string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain };
export type Fields = { readonly [name: string]: Plain };

/** What layers carry: the next layers show it. */
const CARRIED: ReadonlySet<string> = new Set(['payload', 'information', 'quote']);
/** Numbers below 2^48 that are Ethernet addresses. */
const MAC_NAMES: ReadonlySet<string> = new Set(['mac', 'senderHardware', 'targetHardware']);

/** Where the checksum is, behind the start of the header. */
const CHECKSUM_PLACES: Readonly<Partial<Record<ProtocolName, number>>> = {
  ipv4: 10,
  icmpv4: 2,
  icmpv6: 2,
  ndp: 2,
  igmp: 2,
  udp: 6,
  tcp: 16,
};

/**
 * The fields of a layer.
 * @param bytes the frame that it is a layer of
 */
export function fieldsOf(layer: Layer, bytes: Uint8Array): Fields {
  const fields: Record<string, Plain> = { ...derived(layer, bytes) };
  for (const [name, value] of Object.entries(layer.record)) {
    if (CARRIED.has(name) || name === 'checksum' || isEchoData(layer, name)) continue;
    fields[name] = plain(name, value, layer.protocol);
  }
  const place = CHECKSUM_PLACES[layer.protocol];
  if (place !== undefined) fields.checksum = uint16(bytes, layer.at + place);
  return fields;
}

/** The data of a message that is shown as a layer of its own. */
const isEchoData = (layer: Layer, name: string): boolean =>
  name === 'data' && (layer.protocol === 'icmpv4' || layer.protocol === 'icmpv6');

/** What the record leaves to be derived. */
function derived(layer: Layer, bytes: Uint8Array): Fields {
  switch (layer.protocol) {
    case 'ethernet': {
      const type = layer.record.typeOrLength;
      return isLength(type) ? {} : { typeName: etherTypeName(type) };
    }
    case 'linuxCooked':
      return isLength(layer.record.protocol) ? {} : { protocolName: etherTypeName(layer.record.protocol) };
    case 'ppp':
      return { protocolName: pppProtocolName(layer.record.protocol) };
    case 'pppoe':
      return { codeName: codeName(layer.record.code), payloadLength: layer.record.payload.length };
    case 'arp':
      return { operationName: ARP_OPERATIONS[layer.record.operation] ?? 'unknown' };
    case 'ipv4':
      return {
        version: 4,
        headerLength: layer.length,
        totalLength: layer.length + layer.record.payload.length,
        protocolName: protocolName(layer.record.protocol),
      };
    case 'ipv6':
      return {
        version: 6,
        payloadLength: layer.length - 40 + layer.record.payload.length,
        protocolName: protocolName(layer.record.protocol),
      };
    case 'icmpv4':
      return icmpNames(layer, bytes, icmpv4.TYPE_NAMES, icmpv4.CODE_NAMES);
    case 'icmpv6':
      return icmpNames(layer, bytes, icmpv6.TYPE_NAMES, icmpv6.CODE_NAMES);
    case 'ndp':
      return { type: bytes[layer.at] ?? 0, typeName: icmpv6.TYPE_NAMES[bytes[layer.at] ?? 0] ?? 'unknown' };
    case 'udp':
      return { length: 8 + layer.record.payload.length, dataLength: layer.record.payload.length };
    case 'tcp':
      return {
        flagNames: flagNames(layer.record.flags),
        headerLength: layer.length,
        dataLength: layer.record.payload.length,
      };
    default:
      return {};
  }
}

const ARP_OPERATIONS: Readonly<Record<number, string>> = {
  1: 'request',
  2: 'reply',
  3: 'RARP request',
  4: 'RARP reply',
};

function icmpNames(
  layer: Layer,
  bytes: Uint8Array,
  types: Readonly<Record<number, string>>,
  codes: Readonly<Record<number, readonly string[]>>,
): Fields {
  const type = bytes[layer.at] ?? 0;
  const codeName = codes[type]?.[bytes[layer.at + 1] ?? 0];
  return { type, typeName: types[type] ?? 'unknown', ...(codeName === undefined ? {} : { codeName }) };
}

/** A value of a record as JSON knows it. */
function plain(name: string, value: unknown, protocol: ProtocolName): Plain {
  if (value instanceof IpAddress) return formatIpAddress(value);
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map((item) => plain(name, item, protocol));
  if (typeof value === 'number') {
    const isMac = MAC_NAMES.has(name) || (protocol === 'ethernet' && (name === 'source' || name === 'destination'));
    // Sequence numbers and the like are signed inside, and printed unsigned.
    return isMac ? formatMac(value) : value < 0 ? value >>> 0 : value;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(key, item, protocol)]));
  }
  return typeof value === 'boolean' ? value : String(value);
}

const uint16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
