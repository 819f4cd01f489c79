/** The codecs of the transport layer. */
import { ParsedOptions, parse, writeAlignedTimestamps } from '../../../src/layers/transport/tcp/options.ts';
import * as tcp from '../../../src/layers/transport/tcp/segment.ts';
import * as udp from '../../../src/layers/transport/udp.ts';
import { type Codec, DESTINATION, type Once, orRefused, packet, SOURCE, sum4 } from './codec.ts';

const readUdp = (view: DataView, at: number): number =>
  udp.sourcePort(view, at) + udp.destinationPort(view, at) + udp.length(view, at);
const writeUdp: Once = (view, at, length) => {
  udp.writeHeader(view, at, 53, 50000, length);
  return view.getUint16(at + 4);
};

const options = new ParsedOptions();
function readTcp(view: DataView, at: number): number {
  parse(view, at + tcp.HEADER_LENGTH, at + tcp.dataOffset(view, at), options);
  return (
    (tcp.sourcePort(view, at) + tcp.destinationPort(view, at) + tcp.flags(view, at) + tcp.window(view, at)) ^
    (tcp.sequenceNumber(view, at) ^ tcp.acknowledgmentNumber(view, at) ^ options.timestampValue ^ options.sackCount)
  );
}
const writeTcp: Once = (view, at) => {
  tcp.writeHeader(view, at, 80, 50000, 1, 7, 32, tcp.ACK, 501, 0);
  writeAlignedTimestamps(view, at + 20, 1, 2);
  return view.getUint16(at + 2);
};

/** Segments are read alike whatever their options are. */
function tcpCodec(protocol: string, length: number, header: readonly number[]): Codec {
  const bytes = packet(length, header);
  tcp.writeChecksum(new DataView(bytes.buffer), 0, length, sum4(tcp.PROTOCOL, length));
  return {
    protocol,
    packet: bytes,
    read: (view, at, size) => orRefused(tcp.checkShape(view, at, size), readTcp(view, at)),
    verify: (view, at, size) => orRefused(tcp.check(view, at, size, sum4(tcp.PROTOCOL, size)), readTcp(view, at)),
    decode: (view, at, size) => tcp.decode(view, at, size, SOURCE, DESTINATION),
    encode: (record: tcp.TcpRecord) => tcp.encode(record, SOURCE, DESTINATION),
  };
}

const FIXED_TCP = [0, 80, 195, 80, 0, 0, 0, 1, 0, 0, 0, 7];
const TIMESTAMPS = [1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2];
const PADDED_BLOCK = [0, 0, 9, 0, 0, 0, 15, 0];

export const TRANSPORT_CODECS: readonly Codec[] = [
  {
    protocol: 'UDP',
    packet: packet(1480, (view) => {
      writeUdp(view, 0, 1480);
      udp.writeChecksum(view, 0, 1480, sum4(udp.PROTOCOL, 1480));
    }),
    read: (view, at, length) => orRefused(udp.checkShape(view, at, length), readUdp(view, at)),
    verify: (view, at, length) =>
      orRefused(udp.check(view, at, length, sum4(udp.PROTOCOL, length), 4), readUdp(view, at)),
    write: writeUdp,
    seal: (view, at, length) => {
      writeUdp(view, at, length);
      udp.writeChecksum(view, at, length, sum4(udp.PROTOCOL, length));
      return view.getUint16(at + 6);
    },
    decode: (view, at, length) => udp.decode(view, at, length, SOURCE, DESTINATION),
    encode: (record: udp.UdpRecord) => udp.encode(record, SOURCE, DESTINATION),
  },
  {
    ...tcpCodec('TCP with timestamps', 1480, [...FIXED_TCP, 0x80, 16, 1, 245, 0, 0, 0, 0, ...TIMESTAMPS]),
    write: writeTcp,
    seal: (view, at, length) => {
      writeTcp(view, at, length);
      tcp.writeChecksum(view, at, length, sum4(tcp.PROTOCOL, length));
      return view.getUint16(at + 16);
    },
  },
  tcpCodec('TCP SYN', 40, [
    ...FIXED_TCP,
    0xa0,
    2,
    1,
    245,
    0,
    0,
    0,
    0,
    2,
    4,
    5,
    0xb4,
    4,
    2,
    ...TIMESTAMPS.slice(2),
    1,
    3,
    3,
    7,
  ]),
  tcpCodec('TCP ACK with three SACK blocks', 60, [
    ...FIXED_TCP,
    ...[0xf0, 16, 1, 245, 0, 0, 0, 0],
    ...TIMESTAMPS,
    ...[1, 1, 5, 26, ...PADDED_BLOCK, ...PADDED_BLOCK, ...PADDED_BLOCK],
  ]),
];
