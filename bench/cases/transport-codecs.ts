/**
 * TCP segments with timestamps and UDP datagrams, read and written in place with and without their checksum, beside the
 * textbook's way: an object for every header and option, the checksum word by word, a fresh buffer for every segment.
 */
import { ipv4 as address } from '../../src/layers/address.ts';
import { pseudoHeaderSum4 } from '../../src/layers/checksum.ts';
import { ParsedOptions, parse, writeAlignedTimestamps } from '../../src/layers/transport/tcp/options.ts';
import * as segment from '../../src/layers/transport/tcp/segment.ts';
import * as udp from '../../src/layers/transport/udp.ts';
import { textbookChecksum } from './network-codecs.ts';

export const SEGMENTS = 1000;
const SPACING = 2048;
const SOURCE = address(192, 0, 2, 1).w3;
const DESTINATION = address(198, 51, 100, 2).w3;
const HEADER = 32;
const LENGTH = HEADER + 1448;
const TCP_PSEUDO = pseudoHeaderSum4(SOURCE, DESTINATION, segment.PROTOCOL, LENGTH);
const UDP_LENGTH = 1480;
const UDP_PSEUDO = pseudoHeaderSum4(SOURCE, DESTINATION, udp.PROTOCOL, UDP_LENGTH);

export function tcpPool(): DataView {
  const view = new DataView(new ArrayBuffer(SEGMENTS * SPACING));
  new Uint8Array(view.buffer).forEach((_, index, bytes) => {
    bytes[index] = index * 7;
  });
  writeTcp(view, true);
  return view;
}

export function writeTcp(view: DataView, hasChecksum: boolean): void {
  for (let index = 0; index < SEGMENTS; index++) {
    const at = index * SPACING + 34;
    segment.writeHeader(view, at, 80, 50000, index * 1448, 7, HEADER, segment.ACK | segment.PSH, 501, 0);
    writeAlignedTimestamps(view, at + 20, index, index + 1);
    if (hasChecksum) segment.writeChecksum(view, at, LENGTH, TCP_PSEUDO);
  }
}

const parsed = new ParsedOptions();

export function readTcp(view: DataView, isVerified: boolean): number {
  let all = 0;
  for (let index = 0; index < SEGMENTS; index++) {
    const at = index * SPACING + 34;
    const reason = isVerified ? segment.check(view, at, LENGTH, TCP_PSEUDO) : segment.checkShape(view, at, LENGTH);
    if (reason !== undefined) continue;
    const header = segment.dataOffset(view, at);
    parse(view, at + 20, at + header, parsed);
    all += segment.sourcePort(view, at) + segment.destinationPort(view, at) + segment.flags(view, at);
    all += segment.sequenceNumber(view, at) + segment.acknowledgmentNumber(view, at) + segment.window(view, at);
    all += parsed.timestampValue + parsed.timestampEcho;
  }
  return all;
}

interface TextbookOption {
  readonly kind: number;
  readonly data: Uint8Array;
}

function textbookOptions(bytes: Uint8Array): TextbookOption[] {
  const options: TextbookOption[] = [];
  for (let at = 20; at < (bytes[12]! >> 4) * 4; ) {
    const kind = bytes[at]!;
    if (kind === 0) break;
    const length = kind === 1 ? 1 : bytes[at + 1]!;
    options.push({ kind, data: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return options;
}

export function readTcpTextbook(view: DataView, isVerified: boolean): number {
  let all = 0;
  for (let index = 0; index < SEGMENTS; index++) {
    const bytes = new Uint8Array(view.buffer, index * SPACING + 34, LENGTH);
    const header = {
      sourcePort: bytes[0]! * 256 + bytes[1]!,
      destinationPort: bytes[2]! * 256 + bytes[3]!,
      sequenceNumber: ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0,
      acknowledgmentNumber: ((bytes[8]! << 24) | (bytes[9]! << 16) | (bytes[10]! << 8) | bytes[11]!) >>> 0,
      flags: { syn: (bytes[13]! & 2) !== 0, ack: (bytes[13]! & 16) !== 0, fin: (bytes[13]! & 1) !== 0 },
      window: bytes[14]! * 256 + bytes[15]!,
      options: textbookOptions(bytes),
      payload: bytes.slice((bytes[12]! >> 4) * 4),
    };
    if (isVerified && textbookChecksum(bytes, TCP_PSEUDO % 0xffff) !== 0) continue;
    all += header.sourcePort + header.sequenceNumber + header.window + header.options.length + header.payload.length;
  }
  return all;
}

export function writeTcpTextbook(view: DataView, hasChecksum: boolean): number {
  let all = 0;
  for (let index = 0; index < SEGMENTS; index++) {
    const payload = new Uint8Array(view.buffer, index * SPACING + 34 + HEADER, LENGTH - HEADER);
    const bytes = new Uint8Array(LENGTH);
    const fields = new DataView(bytes.buffer);
    fields.setUint16(0, 80);
    fields.setUint16(2, 50000);
    fields.setUint32(4, index * 1448);
    fields.setUint32(8, 7);
    bytes.set([0x80, 0x18, 1, 0xf5], 12);
    bytes.set([1, 1, 8, 10], 20);
    fields.setUint32(24, index);
    fields.setUint32(28, index + 1);
    bytes.set(payload, HEADER);
    if (hasChecksum) fields.setUint16(16, textbookChecksum(bytes, TCP_PSEUDO % 0xffff));
    all += bytes[16]!;
  }
  return all;
}

export function udpPool(): DataView {
  const view = tcpPool();
  writeUdp(view);
  return view;
}

export function writeUdp(view: DataView): void {
  for (let index = 0; index < SEGMENTS; index++) {
    const at = index * SPACING + 34;
    udp.writeHeader(view, at, 53, 50000, UDP_LENGTH);
    udp.writeChecksum(view, at, UDP_LENGTH, UDP_PSEUDO);
  }
}

export function readUdp(view: DataView): number {
  let all = 0;
  for (let index = 0; index < SEGMENTS; index++) {
    const at = index * SPACING + 34;
    if (udp.check(view, at, UDP_LENGTH, UDP_PSEUDO, 4) !== undefined) continue;
    all += udp.sourcePort(view, at) + udp.destinationPort(view, at) + udp.length(view, at);
  }
  return all;
}

export function readUdpTextbook(view: DataView): number {
  let all = 0;
  for (let index = 0; index < SEGMENTS; index++) {
    const bytes = new Uint8Array(view.buffer, index * SPACING + 34, UDP_LENGTH);
    const datagram = {
      sourcePort: bytes[0]! * 256 + bytes[1]!,
      destinationPort: bytes[2]! * 256 + bytes[3]!,
      payload: bytes.slice(8),
    };
    if (textbookChecksum(bytes, UDP_PSEUDO % 0xffff) !== 0) continue;
    all += datagram.sourcePort + datagram.destinationPort + datagram.payload.length;
  }
  return all;
}
