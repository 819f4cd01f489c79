/** The codecs of the link layer, and of what captures have in its place. */
import * as arp from '../../../src/layers/link/arp.ts';
import * as ethernet from '../../../src/layers/link/ethernet.ts';
import * as ipnet from '../../../src/layers/link/ipnet.ts';
import * as cooked from '../../../src/layers/link/linux-cooked.ts';
import * as llc from '../../../src/layers/link/llc.ts';
import * as loopback from '../../../src/layers/link/null.ts';
import * as ppp from '../../../src/layers/link/ppp.ts';
import * as pppoe from '../../../src/layers/link/pppoe.ts';
import * as vlan from '../../../src/layers/link/vlan.ts';
import { ALICE, BOB, type Codec, DESTINATION, orRefused, packet, SOURCE } from './codec.ts';

const FROM_ALICE = [2, 0, 0, 0, 0, 10];

export const LINK_CODECS: readonly Codec[] = [
  {
    protocol: 'Ethernet',
    packet: packet(1514, (view) => ethernet.writeHeader(view, 0, BOB, ALICE, 0x0800)),
    read: (view, at, length) =>
      orRefused(
        ethernet.check(view, at, length),
        (ethernet.destination(view, at) === BOB ? 1 : 0) +
          (ethernet.source(view, at) === ALICE ? 2 : 0) +
          ethernet.typeOrLength(view, at),
      ),
    write: (view, at) => {
      ethernet.writeHeader(view, at, BOB, ALICE, 0x0800);
      return view.getUint16(at + 12);
    },
    decode: ethernet.decode,
    encode: ethernet.encode,
  },
  {
    protocol: 'VLAN tag',
    packet: packet(1504, (view) => vlan.writeTag(view, 0, 1, false, 100, 0x0800)),
    read: (view, at, length) =>
      orRefused(
        vlan.check(view, at, length),
        vlan.identifier(view, at) + vlan.priority(view, at) + vlan.typeOrLength(view, at),
      ),
    write: (view, at) => {
      vlan.writeTag(view, at, 1, false, 100, 0x0800);
      return view.getUint16(at);
    },
    decode: vlan.decode,
    encode: vlan.encode,
  },
  {
    protocol: 'ARP',
    packet: packet(28, (view) => arp.writePacket(view, 0, arp.REQUEST, ALICE, SOURCE.w3, 0, DESTINATION.w3)),
    read: (view, at, length) =>
      orRefused(
        arp.check(view, at, length),
        arp.operation(view, at) +
          (arp.senderMac(view, at) === ALICE ? 1 : 0) +
          (arp.senderWord(view, at) ^ arp.targetWord(view, at)),
      ),
    write: (view, at) => {
      arp.writePacket(view, at, arp.REQUEST, ALICE, SOURCE.w3, 0, DESTINATION.w3);
      return view.getUint16(at + 6);
    },
    decode: arp.decode,
    encode: arp.encode,
  },
  {
    protocol: 'LLC and SNAP',
    packet: packet(1500, (view) => llc.writeSnapHeader(view, 0, 0x0800)),
    read: (view, at, length) =>
      orRefused(
        llc.check(view, at, length),
        (llc.isSnap(view, at) ? 1 : 0) + llc.organization(view, at) + llc.protocol(view, at),
      ),
    write: (view, at) => {
      llc.writeSnapHeader(view, at, 0x0800);
      return view.getUint16(at);
    },
    decode: llc.decode,
    encode: llc.encode,
  },
  {
    protocol: 'PPP',
    packet: packet(1504, [0xff, 3, 0, 0x21]),
    read: (view, at, length) =>
      orRefused(ppp.check(view, at, length), ppp.headerLength(view, at) + ppp.protocol(view, at)),
    decode: ppp.decode,
    encode: ppp.encode,
  },
  {
    protocol: 'PPPoE',
    packet: packet(1498, [0x11, 0, 0, 1, 1492 >> 8, 1492 & 0xff]),
    read: (view, at, length) =>
      orRefused(pppoe.check(view, at, length), pppoe.code(view, at) + pppoe.session(view, at) + pppoe.length(view, at)),
    decode: pppoe.decode,
    encode: pppoe.encode,
  },
  {
    protocol: 'BSD loopback',
    packet: packet(1504, [2, 0, 0, 0]),
    read: (view, at, length) => orRefused(loopback.check(view, at, length), loopback.family(view, at)),
    decode: loopback.decode,
    encode: loopback.encode,
  },
  {
    protocol: 'Linux cooked',
    packet: packet(1516, [0, 0, 0, 1, 0, 6, ...FROM_ALICE, 0, 0, 8, 0]),
    read: (view, at, length) =>
      orRefused(
        cooked.check(view, at, length, 1),
        cooked.packetType(view, at, 1) + cooked.hardwareType(view, at, 1) + cooked.protocol(view, at, 1),
      ),
    decode: (view, at, length) => cooked.decode(view, at, length, 1),
    encode: cooked.encode,
  },
  {
    protocol: 'Solaris ipnet',
    packet: packet(1524, [1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]),
    read: (view, at, length) =>
      orRefused(
        ipnet.check(view, at, length),
        ipnet.version(view, at) + ipnet.family(view, at) + ipnet.hookType(view, at),
      ),
    decode: ipnet.decode,
    encode: ipnet.encode,
  },
];
