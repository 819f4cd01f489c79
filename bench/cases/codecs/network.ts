/** The codecs of the network layer. */
import * as icmpv4 from '../../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../../src/layers/network/icmpv6.ts';
import * as igmp from '../../../src/layers/network/igmp.ts';
import * as ipv4 from '../../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../../src/layers/network/ipv6.ts';
import { ExtensionWalk, walk, writeFragmentHeader } from '../../../src/layers/network/ipv6-extension.ts';
import * as ndp from '../../../src/layers/network/ndp.ts';
import {
  ALICE,
  type Codec,
  DESTINATION,
  DESTINATION_6,
  type Once,
  orRefused,
  packet,
  SOURCE,
  SOURCE_6,
  sum6,
} from './codec.ts';

const readIpv4 = (view: DataView, at: number): number =>
  ipv4.headerLength(view, at) +
  ipv4.totalLength(view, at) +
  ipv4.protocol(view, at) +
  ipv4.timeToLive(view, at) +
  ipv4.flagsAndOffset(view, at) +
  (ipv4.sourceWord(view, at) ^ ipv4.destinationWord(view, at));

const writeIpv4: Once = (view, at, length) => {
  ipv4.writeHeader(view, at, 20, 0, length, 7, ipv4.DONT_FRAGMENT, 64, 17, SOURCE.w3, DESTINATION.w3);
  return view.getUint16(at + 10);
};

const extensions = new ExtensionWalk();
const readIpv6: Once = (view, at) =>
  orRefused(
    walk(view, at, extensions),
    ipv6.payloadLength(view, at) +
      ipv6.hopLimit(view, at) +
      (ipv6.sourceWord(view, at, 3) ^ ipv6.destinationWord(view, at, 3)),
  );
const writeIpv6: Once = (view, at, length) => {
  ipv6.writeHeader(view, at, 0, 0, length - 40, 17, 64, SOURCE_6, DESTINATION_6);
  return view.getUint16(at + 4);
};

export const NETWORK_CODECS: readonly Codec[] = [
  {
    protocol: 'IPv4',
    packet: packet(1500, (view) => void writeIpv4(view, 0, 1500)),
    read: (view, at, length) => orRefused(ipv4.checkShape(view, at, length), readIpv4(view, at)),
    verify: (view, at, length) => orRefused(ipv4.check(view, at, length), readIpv4(view, at)),
    seal: writeIpv4,
    decode: ipv4.decode,
    encode: ipv4.encode,
  },
  {
    protocol: 'IPv4 with an option',
    packet: packet(1500, (view) => {
      ipv4.writeHeader(view, 0, 24, 0, 1500, 7, 0, 64, 17, SOURCE.w3, DESTINATION.w3);
      view.setUint32(20, 0x94040000); // router alert
      ipv4.writeChecksum(view, 0);
    }),
    read: (view, at, length) => orRefused(ipv4.checkShape(view, at, length), readIpv4(view, at)),
    verify: (view, at, length) => orRefused(ipv4.check(view, at, length), readIpv4(view, at)),
    decode: ipv4.decode,
    encode: ipv4.encode,
  },
  {
    protocol: 'IPv6',
    packet: packet(1500, (view) => void writeIpv6(view, 0, 1500)),
    read: (view, at, length) => orRefused(ipv6.check(view, at, length), readIpv6(view, at, length)),
    write: writeIpv6,
    decode: ipv6.decode,
    encode: ipv6.encode,
  },
  {
    protocol: 'IPv6, hop-by-hop and fragment',
    packet: packet(1500, (view) => {
      ipv6.writeHeader(view, 0, 0, 0, 1460, 0, 64, SOURCE_6, DESTINATION_6);
      // Hop-by-hop options: a router alert, padded; a fragment header is next.
      view.setUint32(40, 0x2c000502);
      view.setUint32(44, 0x00000100);
      writeFragmentHeader(view, 48, 17, 0, true, 7);
    }),
    read: (view, at, length) => orRefused(ipv6.check(view, at, length), readIpv6(view, at, length)),
    decode: ipv6.decode,
    encode: ipv6.encode,
  },
  {
    protocol: 'ICMP echo',
    packet: packet(64, (view) => {
      icmpv4.writeHeader(view, 0, icmpv4.ECHO, 0, 0x00070001);
      icmpv4.writeChecksum(view, 0, 64);
    }),
    read: (view, at, length) =>
      orRefused(
        icmpv4.checkShape(view, at, length),
        icmpv4.type(view, at) + icmpv4.identifier(view, at) + icmpv4.sequenceNumber(view, at),
      ),
    verify: (view, at, length) =>
      orRefused(
        icmpv4.check(view, at, length),
        icmpv4.type(view, at) + icmpv4.identifier(view, at) + icmpv4.sequenceNumber(view, at),
      ),
    write: (view, at) => {
      icmpv4.writeHeader(view, at, icmpv4.ECHO, 0, 0x00070001);
      return view.getUint16(at);
    },
    seal: (view, at, length) => {
      icmpv4.writeHeader(view, at, icmpv4.ECHO, 0, 0x00070001);
      icmpv4.writeChecksum(view, at, length);
      return view.getUint16(at + 2);
    },
    decode: icmpv4.decode,
    encode: icmpv4.encode,
  },
  {
    protocol: 'ICMPv6 echo',
    packet: packet(64, (view) => {
      icmpv6.writeHeader(view, 0, icmpv6.ECHO_REQUEST, 0, 0x00070001);
      icmpv6.writeChecksum(view, 0, 64, sum6(icmpv6.PROTOCOL, 64));
    }),
    read: (view, at, length) =>
      orRefused(
        icmpv6.checkShape(view, at, length),
        icmpv6.type(view, at) + icmpv6.identifier(view, at) + icmpv6.sequenceNumber(view, at),
      ),
    verify: (view, at, length) =>
      orRefused(
        icmpv6.check(view, at, length, sum6(icmpv6.PROTOCOL, length)),
        icmpv6.type(view, at) + icmpv6.identifier(view, at) + icmpv6.sequenceNumber(view, at),
      ),
    write: (view, at) => {
      icmpv6.writeHeader(view, at, icmpv6.ECHO_REQUEST, 0, 0x00070001);
      return view.getUint16(at);
    },
    seal: (view, at, length) => {
      icmpv6.writeHeader(view, at, icmpv6.ECHO_REQUEST, 0, 0x00070001);
      icmpv6.writeChecksum(view, at, length, sum6(icmpv6.PROTOCOL, length));
      return view.getUint16(at + 2);
    },
    decode: (view, at, length) => icmpv6.decode(view, at, length, SOURCE_6, DESTINATION_6),
    encode: (record: icmpv6.Icmpv6Record) => icmpv6.encode(record, SOURCE_6, DESTINATION_6),
  },
  {
    protocol: 'NDP solicitation',
    packet: packet(32, (view) => {
      ndp.writeNeighborSolicitation(view, 0, DESTINATION_6, ALICE);
      icmpv6.writeChecksum(view, 0, 32, sum6(icmpv6.PROTOCOL, 32));
    }),
    read: (view, at, length) =>
      orRefused(
        ndp.checkShape(view, at, length),
        ndp.targetWord(view, at, 3) + (ndp.linkLayerAddress(view, at, length, 1) === ALICE ? 1 : 0),
      ),
    verify: (view, at, length) =>
      orRefused(
        ndp.checkShape(view, at, length) ?? icmpv6.check(view, at, length, sum6(icmpv6.PROTOCOL, length)),
        ndp.targetWord(view, at, 3) + (ndp.linkLayerAddress(view, at, length, 1) === ALICE ? 1 : 0),
      ),
    write: (view, at) => ndp.writeNeighborSolicitation(view, at, DESTINATION_6, ALICE),
    seal: (view, at, length) => {
      ndp.writeNeighborSolicitation(view, at, DESTINATION_6, ALICE);
      icmpv6.writeChecksum(view, at, length, sum6(icmpv6.PROTOCOL, length));
      return view.getUint16(at + 2);
    },
    decode: (view, at, length) => ndp.decode(view, at, length, SOURCE_6, DESTINATION_6),
    encode: (record: ndp.NdpRecord) => ndp.encode(record, SOURCE_6, DESTINATION_6),
  },
  {
    protocol: 'IGMP report',
    packet: packet(8, [0x16, 0, 0x09, 0x04, 224, 0, 0, 251]),
    read: (view, at, length) =>
      orRefused(igmp.checkShape(view, at, length), igmp.type(view, at) + igmp.maximumResponseCode(view, at)),
    verify: (view, at, length) =>
      orRefused(igmp.check(view, at, length), igmp.type(view, at) + igmp.maximumResponseCode(view, at)),
    decode: igmp.decode,
    encode: igmp.encode,
  },
];
