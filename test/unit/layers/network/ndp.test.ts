import { describe, expect, test } from 'vitest';
import { IpAddress } from '../../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../../src/layers/checksum.ts';
import { Frame } from '../../../../src/layers/frame.ts';
import { Memory } from '../../../../src/layers/memory.ts';
import * as icmpv6 from '../../../../src/layers/network/icmpv6.ts';
import * as ndp from '../../../../src/layers/network/ndp.ts';
import type { NdpOptionRecord } from '../../../../src/layers/network/ndp-options.ts';
import { ReceivedPacket } from '../../../../src/layers/network/packet.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const linkLocal = new IpAddress(6, 0xfe80_0000, 0, 0, 1);
const target = new IpAddress(6, 0xfe80_0000, 0, 0, 0x2_0003);
const global = new IpAddress(6, 0x2001_0db8, 0, 0, 5);
const unspecified = new IpAddress(6, 0, 0, 0, 0);
const solicitedNode = new IpAddress(6, 0xff02_0000, 0, 1, 0xff02_0003);
const allNodes = new IpAddress(6, 0xff02_0000, 0, 0, 1);
const MAC = 0x0200_0000_000a;

const source: NdpOptionRecord = { name: 'sourceLinkLayerAddress', mac: MAC };

/** What `check` says of a message between two addresses. */
function verdict(record: ndp.NdpRecord, from = linkLocal, to = target, hopLimit = 255, change?: [number, number]) {
  const bytes = ndp.encode(record, from, to);
  if (change !== undefined) bytes[change[0]] = change[1];
  const packet = new ReceivedPacket(new Frame(new Memory(256).allocate(1)));
  packet.family = 6;
  packet.view = viewOf(bytes);
  packet.length = bytes.length;
  packet.hopLimit = hopLimit;
  [packet.source0, packet.source1, packet.source2, packet.source3] = [from.w0, from.w1, from.w2, from.w3];
  [packet.destination0, packet.destination1, packet.destination2, packet.destination3] = [to.w0, to.w1, to.w2, to.w3];
  return ndp.check(packet);
}

const solicitation: ndp.NdpRecord = { message: 'neighborSolicitation', target, options: [source] };
const probe: ndp.NdpRecord = { message: 'neighborSolicitation', target, options: [] };
const advertisement: ndp.NdpRecord = {
  message: 'neighborAdvertisement',
  router: false,
  solicited: true,
  override: true,
  target,
  options: [{ name: 'targetLinkLayerAddress', mac: MAC }],
};
const routerAdvertisement: ndp.NdpRecord = {
  message: 'routerAdvertisement',
  currentHopLimit: 64,
  managedAddresses: false,
  otherConfiguration: true,
  routerLifetimeSeconds: 1800,
  reachableTimeMilliseconds: 0,
  retransmissionTimerMilliseconds: 0,
  options: [source, { name: 'mtu', mtu: 1500 }],
};
const redirect: ndp.NdpRecord = { message: 'redirect', target, destination: global, options: [] };

describe('neighbor discovery messages', () => {
  test('writers give what encode gives', () => {
    const bytes = new Uint8Array(32);
    const view = viewOf(bytes);
    const seal = () => icmpv6.writeChecksum(view, 0, 32, pseudoHeaderSum(linkLocal, solicitedNode, 58, 32));
    expect(ndp.writeNeighborSolicitation(view, 0, target, MAC)).toBe(32);
    seal();
    expect(bytes).toEqual(ndp.encode(solicitation, linkLocal, solicitedNode));
    const flags = ndp.SOLICITED_FLAG | ndp.OVERRIDE_FLAG;
    expect(ndp.writeNeighborAdvertisement(view, 0, flags, target, MAC)).toBe(32);
    seal();
    expect(bytes).toEqual(ndp.encode(advertisement, linkLocal, solicitedNode));
    expect([ndp.isRouter(view, 0), ndp.isSolicited(view, 0), ndp.isOverride(view, 0)]).toEqual([false, true, true]);
    expect(ndp.linkLayerAddress(view, 0, 32, 2)).toBe(MAC);
    expect(ndp.linkLayerAddress(view, 0, 32, 1)).toBe(-1);
    expect(ndp.targetWord(view, 0, 3)).toBe(0x2_0003);
    expect(ndp.writeNeighborSolicitation(view, 0, target, -1)).toBe(24);
    expect(ndp.writeRouterSolicitation(view, 0, MAC)).toBe(16);
    expect(ndp.writeNeighborAdvertisement(view, 0, ndp.ROUTER_FLAG, target, MAC)).toBe(32);
    expect(ndp.isRouter(view, 0)).toBe(true);
  });

  test('valid ones pass', () => {
    expect(verdict(solicitation, linkLocal, solicitedNode)).toBeUndefined();
    expect(verdict(probe, unspecified, solicitedNode)).toBeUndefined();
    expect(verdict(advertisement)).toBeUndefined();
    expect(verdict({ ...advertisement, solicited: false }, linkLocal, allNodes)).toBeUndefined();
    expect(verdict({ message: 'routerSolicitation', options: [] }, unspecified, allNodes)).toBeUndefined();
    expect(verdict(routerAdvertisement, linkLocal, allNodes)).toBeUndefined();
    expect(verdict(redirect)).toBeUndefined();
    expect(verdict({ ...redirect, target: global })).toBeUndefined();
  });

  test.each<[string, () => unknown]>([
    ['RFC 4861 §7.1.1: a hop limit below 255', () => verdict(solicitation, linkLocal, solicitedNode, 254)],
    ['RFC 4861 §7.1.1: a code', () => verdict(solicitation, linkLocal, solicitedNode, 255, [1, 1])],
    ['RFC 4861 §7.1.1: a multicast target', () => verdict({ ...probe, target: allNodes }, linkLocal, solicitedNode)],
    ['RFC 4861 §7.1.1: from nobody to other than a solicited-node address', () => verdict(probe, unspecified, target)],
    ['RFC 4861 §7.1.1: from nobody with a source address', () => verdict(solicitation, unspecified, solicitedNode)],
    ['RFC 4861 §7.1.1: an option of length zero', () => verdict(solicitation, linkLocal, solicitedNode, 255, [25, 0])],
    ['an option beyond the message', () => verdict(solicitation, linkLocal, solicitedNode, 255, [25, 2])],
    ['RFC 4861 §7.1.2: solicited, yet to a group', () => verdict(advertisement, linkLocal, allNodes)],
    ['RFC 4861 §7.1.2: a multicast target', () => verdict({ ...advertisement, target: allNodes })],
    [
      'RFC 4861 §6.1.1: from nobody with a source address',
      () => verdict({ message: 'routerSolicitation', options: [source] }, unspecified),
    ],
    ['RFC 4861 §6.1.2: a router that is not link-local', () => verdict(routerAdvertisement, global)],
    ['RFC 4861 §8.1: a router that is not link-local', () => verdict(redirect, global)],
    ['RFC 4861 §8.1: about a group', () => verdict({ ...redirect, destination: allNodes })],
    [
      'RFC 4861 §8.1: to neither a link-local router nor the destination',
      () => verdict({ ...redirect, target: new IpAddress(6, 0x2001_0db8, 0, 0, 6) }),
    ],
    ['another ICMPv6 type', () => verdict(probe, linkLocal, target, 255, [0, 128])],
  ])('%s is invalid', (_, ask) => {
    expect(ask()).toBe('ndp-invalid');
  });

  test('a link-layer address that is not Ethernet’s is unknown, not misread', () => {
    const long: NdpOptionRecord = { name: 'unknown', type: 1, data: new Uint8Array(14).fill(7) };
    const bytes = ndp.encode({ ...probe, options: [long] }, linkLocal, target);
    expect(ndp.linkLayerAddress(viewOf(bytes), 0, bytes.length, 1)).toBe(-1);
    expect(ndp.decode(viewOf(bytes), 0, bytes.length, linkLocal, target)).toMatchObject({ options: [long] });
  });

  test('an option that is not a multiple of 8 bytes cannot be made', () => {
    const odd: NdpOptionRecord = { name: 'redirectedHeader', packet: new Uint8Array(9) };
    expect(() => ndp.encode({ ...redirect, options: [odd] }, linkLocal, target)).toThrow(/multiple of 8/);
  });
});
