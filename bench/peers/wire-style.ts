/**
 * How packages for the browser write a codec, `@tcpip/wire` among them: an object for each layer, addresses as text, types
 * as words, checksums verified, a new array for each layer on the way down. The style only: none of it is anyone's code.
 */

export interface TcpObject {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequenceNumber: number;
  readonly acknowledgmentNumber: number;
  readonly flags: TcpFlags;
  readonly windowSize: number;
  readonly urgentPointer: number;
  readonly options: readonly TcpOption[];
  readonly payload: Uint8Array;
}

export interface TcpFlags {
  readonly fin: boolean;
  readonly syn: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly ack: boolean;
  readonly urg: boolean;
}

export type TcpOption =
  | { readonly type: 'no-operation' }
  | { readonly type: 'timestamps'; readonly value: number; readonly echo: number }
  | { readonly type: 'unknown'; readonly kind: number; readonly data: Uint8Array };

export interface Ipv4Object {
  readonly version: 4;
  readonly dscp: number;
  readonly ecn: number;
  readonly identification: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: 'tcp';
  readonly sourceAddress: string;
  readonly destinationAddress: string;
  readonly payload: TcpObject;
}

export interface EthernetObject {
  readonly destinationMac: string;
  readonly sourceMac: string;
  readonly type: 'ipv4';
  readonly payload: Ipv4Object;
}

/** @throws {Error} if the frame is of another kind, or a checksum is wrong */
export function decodeFrame(frame: Uint8Array): EthernetObject {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  if (view.getUint16(12) !== 0x0800) throw new Error('not IPv4');
  return {
    destinationMac: macText(frame.subarray(0, 6)),
    sourceMac: macText(frame.subarray(6, 12)),
    type: 'ipv4',
    payload: decodePacket(frame.subarray(14)),
  };
}

function decodePacket(packet: Uint8Array): Ipv4Object {
  const view = new DataView(packet.buffer, packet.byteOffset, packet.byteLength);
  const headerLength = (packet[0]! & 0xf) * 4;
  if (checksumOf(packet.subarray(0, headerLength)) !== 0) throw new Error('wrong IPv4 checksum');
  if (packet[9] !== 6) throw new Error('not TCP');
  const fragment = view.getUint16(6);
  return {
    version: 4,
    dscp: packet[1]! >> 2,
    ecn: packet[1]! & 3,
    identification: view.getUint16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    timeToLive: packet[8]!,
    protocol: 'tcp',
    sourceAddress: addressText(packet.subarray(12, 16)),
    destinationAddress: addressText(packet.subarray(16, 20)),
    payload: decodeSegment(packet.subarray(headerLength, view.getUint16(2)), packet.subarray(12, 20)),
  };
}

function decodeSegment(segment: Uint8Array, addresses: Uint8Array): TcpObject {
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  if (checksumOf(segment, pseudoHeader(addresses, segment.length)) !== 0) throw new Error('wrong TCP checksum');
  const headerLength = (segment[12]! >> 4) * 4;
  const flags = segment[13]!;
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    sequenceNumber: view.getUint32(4),
    acknowledgmentNumber: view.getUint32(8),
    flags: {
      fin: (flags & 1) !== 0,
      syn: (flags & 2) !== 0,
      rst: (flags & 4) !== 0,
      psh: (flags & 8) !== 0,
      ack: (flags & 16) !== 0,
      urg: (flags & 32) !== 0,
    },
    windowSize: view.getUint16(14),
    urgentPointer: view.getUint16(18),
    options: decodeOptions(segment.subarray(20, headerLength)),
    payload: segment.slice(headerLength),
  };
}

function decodeOptions(bytes: Uint8Array): TcpOption[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const options: TcpOption[] = [];
  for (let at = 0; at < bytes.length && bytes[at] !== 0; ) {
    if (bytes[at] === 1) {
      options.push({ type: 'no-operation' });
      at++;
      continue;
    }
    const length = bytes[at + 1]!;
    if (length < 2) throw new Error('wrong option length');
    if (bytes[at] === 8) {
      options.push({ type: 'timestamps', value: view.getUint32(at + 2), echo: view.getUint32(at + 6) });
    } else {
      options.push({ type: 'unknown', kind: bytes[at]!, data: bytes.slice(at + 2, at + length) });
    }
    at += length;
  }
  return options;
}

/** A new array for the frame, around one for the packet, around one for the segment. */
export function encodeFrame(frame: EthernetObject): Uint8Array {
  const packet = encodePacket(frame.payload);
  const bytes = new Uint8Array(14 + packet.length);
  bytes.set(macBytes(frame.destinationMac), 0);
  bytes.set(macBytes(frame.sourceMac), 6);
  new DataView(bytes.buffer).setUint16(12, 0x0800);
  bytes.set(packet, 14);
  return bytes;
}

function encodePacket(packet: Ipv4Object): Uint8Array {
  const addresses = Uint8Array.of(...addressBytes(packet.sourceAddress), ...addressBytes(packet.destinationAddress));
  const segment = encodeSegment(packet.payload, addresses);
  const bytes = new Uint8Array(20 + segment.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x45;
  bytes[1] = (packet.dscp << 2) | packet.ecn;
  view.setUint16(2, bytes.length);
  view.setUint16(4, packet.identification);
  const flags = (packet.dontFragment ? 0x4000 : 0) | (packet.moreFragments ? 0x2000 : 0);
  view.setUint16(6, flags | (packet.fragmentOffset / 8));
  bytes[8] = packet.timeToLive;
  bytes[9] = 6;
  bytes.set(addresses, 12);
  view.setUint16(10, checksumOf(bytes.subarray(0, 20)));
  bytes.set(segment, 20);
  return bytes;
}

function encodeSegment(segment: TcpObject, addresses: Uint8Array): Uint8Array {
  const options = encodeOptions(segment.options);
  const headerLength = 20 + options.length;
  const bytes = new Uint8Array(headerLength + segment.payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, segment.sourcePort);
  view.setUint16(2, segment.destinationPort);
  view.setUint32(4, segment.sequenceNumber);
  view.setUint32(8, segment.acknowledgmentNumber);
  bytes[12] = (headerLength / 4) << 4;
  const { fin, syn, rst, psh, ack, urg } = segment.flags;
  bytes[13] = [fin, syn, rst, psh, ack, urg].reduce((flags, isSet, bit) => flags | (isSet ? 1 << bit : 0), 0);
  view.setUint16(14, segment.windowSize);
  view.setUint16(18, segment.urgentPointer);
  bytes.set(options, 20);
  bytes.set(segment.payload, headerLength);
  view.setUint16(16, checksumOf(bytes, pseudoHeader(addresses, bytes.length)));
  return bytes;
}

function encodeOptions(options: readonly TcpOption[]): Uint8Array {
  const bytes: number[] = [];
  for (const option of options) {
    if (option.type === 'no-operation') {
      bytes.push(1);
    } else if (option.type === 'timestamps') {
      const fields = new DataView(new ArrayBuffer(8));
      fields.setUint32(0, option.value);
      fields.setUint32(4, option.echo);
      bytes.push(8, 10, ...new Uint8Array(fields.buffer));
    } else {
      bytes.push(option.kind, option.data.length + 2, ...option.data);
    }
  }
  while (bytes.length % 4 !== 0) bytes.push(0);
  return Uint8Array.from(bytes);
}

function pseudoHeader(addresses: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(12);
  bytes.set(addresses, 0);
  bytes[9] = 6;
  new DataView(bytes.buffer).setUint16(10, length);
  return bytes;
}

function checksumOf(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  // An odd part can only be the first here, which is the segment: its last byte is padded by a zero.
  for (const part of parts) {
    const view = new DataView(part.buffer, part.byteOffset, part.byteLength);
    for (let at = 0; at + 1 < part.length; at += 2) sum += view.getUint16(at);
    if (part.length % 2 === 1) sum += part.at(-1)! << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

const macText = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
const macBytes = (text: string): number[] => text.split(':').map((digits) => Number.parseInt(digits, 16));
const addressText = (bytes: Uint8Array): string => Array.from(bytes).join('.');
const addressBytes = (text: string): number[] => text.split('.').map(Number);
