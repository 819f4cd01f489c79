/**
 * The ECN field of the IP packet in a frame: RFC 3168 §5. VLAN tags are looked behind.
 * Left out on purpose: what lies in a tunnel, PPPoE or MPLS; such a frame counts as not ECN-capable.
 */
import type { Frame } from '../../../layers/frame.ts';
import { HEADER_LENGTH, typeOrLength } from '../../../layers/link/ethernet.ts';
import * as ethertype from '../../../layers/link/ethertype.ts';
import { CONGESTION_EXPERIENCED, NOT_ECT } from '../../../layers/network/ecn.ts';
import * as ipv4 from '../../../layers/network/ipv4.ts';
import * as ipv6 from '../../../layers/network/ipv6.ts';

const VLAN_TAG_LENGTH = 4;

/** Where the IP header of a frame starts in its view; -1 if there is none that can be read. */
export function packetAt(frame: Frame): number {
  const { view, end } = frame;
  let at = frame.start;
  if (end - at < HEADER_LENGTH) return -1;
  let type = typeOrLength(view, at);
  while (ethertype.isVlanTag(type)) {
    at += VLAN_TAG_LENGTH;
    if (end - at < HEADER_LENGTH) return -1;
    type = typeOrLength(view, at);
  }
  at += HEADER_LENGTH;
  if (type === ethertype.IPV4) return ipv4.checkShape(view, at, end - at) === undefined ? at : -1;
  if (type === ethertype.IPV6) return ipv6.check(view, at, end - at) === undefined ? at : -1;
  return -1;
}

const isIpv4 = (view: DataView, at: number): boolean => ipv4.version(view, at) === 4;

/** One of the four codepoints of `ecn.ts`; not-ECT for a frame without an IP packet. */
export function ecnOf(frame: Frame): number {
  const at = packetAt(frame);
  if (at < 0) return NOT_ECT;
  const { view } = frame;
  return (isIpv4(view, at) ? ipv4.trafficClass(view, at) : ipv6.trafficClass(view, at)) & 3;
}

/** Sets "congestion experienced". Only for a frame whose `ecnOf` says that its ends understand it. */
export const markCongestionExperienced = (frame: Frame): void => setEcn(frame, CONGESTION_EXPERIENCED);

/** Sets the field of a frame that has an IP packet to one of the four codepoints. */
export function setEcn(frame: Frame, codepoint: number): void {
  const at = packetAt(frame);
  const { view } = frame;
  if (isIpv4(view, at)) ipv4.setEcn(view, at, codepoint);
  else ipv6.setEcn(view, at, codepoint);
}
