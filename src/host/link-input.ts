/**
 * A frame arrives: its destination, what it carries, and to whom that goes (RFC 894, RFC 1042, IEEE 802.1Q).
 */
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import * as ethernet from '../layers/link/ethernet.ts';
import { ARP, IPV4, IPV6, isLength, isVlanTag } from '../layers/link/ethertype.ts';
import * as llc from '../layers/link/llc.ts';
import * as vlan from '../layers/link/vlan.ts';
import type { ArpResolution } from './arp-resolution.ts';
import type { Ipv4Input } from './ipv4-input.ts';
import type { Ipv6Input } from './ipv6-input.ts';
import type { NetworkInterface } from './network-interface.ts';

/** V8 looks at what is imported at each use, but takes a module's own constants as they are. */
const { HEADER_LENGTH } = ethernet;
const ETHERTYPE_4 = IPV4;
const ETHERTYPE_6 = IPV6;

export class LinkInput {
  private readonly arp: ArpResolution;
  private readonly ipv4: Ipv4Input;
  private readonly ipv6: Ipv6Input;

  constructor(arp: ArpResolution, ipv4: Ipv4Input, ipv6: Ipv6Input) {
    this.arp = arp;
    this.ipv4 = ipv4;
    this.ipv6 = ipv6;
  }

  input(networkInterface: NetworkInterface, frame: Frame): DropReason | undefined {
    const { view, start, end } = frame;
    // Mostly an untagged IP packet for this station alone: no check below refuses it, for no interface has a group's address.
    if (
      end - start >= HEADER_LENGTH &&
      view.getInt32(start + 2) === networkInterface.macLow &&
      view.getUint16(start) === networkInterface.macHigh
    ) {
      const type = view.getUint16(start + 12);
      if (type === ETHERTYPE_4) return this.ipv4.input(networkInterface, frame, start + HEADER_LENGTH, false);
      if (type === ETHERTYPE_6) return this.ipv6.input(networkInterface, frame, start + HEADER_LENGTH, false);
    }
    return this.anyFrame(networkInterface, frame);
  }

  /** Every check in turn. */
  private anyFrame(networkInterface: NetworkInterface, frame: Frame): DropReason | undefined {
    const { view, start, end } = frame;
    const refused = ethernet.check(view, start, end - start);
    if (refused !== undefined) return refused;
    const toGroup = ethernet.isToGroup(view, start);
    if (!toGroup && !networkInterface.isLoopback) {
      const { macHigh, macLow } = networkInterface;
      if (view.getInt32(start + 2) !== macLow || view.getUint16(start) !== macHigh) return 'ethernet-not-for-us';
    }
    const type = ethernet.typeOrLength(view, start);
    const at = start + ethernet.HEADER_LENGTH;
    if (isVlanTag(type)) return this.tagged(networkInterface, frame, at, toGroup);
    // Untagged frames on a VLAN's wire are its parent's.
    return this.payload(networkInterface, frame, at, type, toGroup);
  }

  /** One tag is taken off; a priority tag (VLAN 0) names no VLAN (IEEE 802.1Q §9.6). */
  private tagged(
    networkInterface: NetworkInterface,
    frame: Frame,
    at: number,
    toGroup: boolean,
  ): DropReason | undefined {
    const refused = vlan.check(frame.view, at, frame.end - at);
    if (refused !== undefined) return refused;
    const identifier = vlan.identifier(frame.view, at);
    const type = vlan.typeOrLength(frame.view, at);
    if (isVlanTag(type)) return 'ethernet-unknown-type';
    if (identifier === 0 || networkInterface.vlan === identifier) {
      return this.payload(networkInterface, frame, at + vlan.TAG_LENGTH, type, toGroup);
    }
    const member = networkInterface.vlans.get(identifier);
    if (member === undefined) return 'vlan-not-ours';
    member.counters.framesReceived++;
    member.counters.bytesReceived += frame.end - frame.start;
    return this.payload(member, frame, at + vlan.TAG_LENGTH, type, toGroup);
  }

  private payload(
    networkInterface: NetworkInterface,
    frame: Frame,
    at: number,
    type: number,
    toGroup: boolean,
  ): DropReason | undefined {
    if (type === IPV4) return this.ipv4.input(networkInterface, frame, at, toGroup);
    if (type === IPV6) return this.ipv6.input(networkInterface, frame, at, toGroup);
    if (type === ARP) return this.arp.input(networkInterface, frame, at, toGroup);
    if (!isLength(type)) return 'ethernet-unknown-type';
    // RFC 1122 §2.3.3: a host should receive what is sent in RFC 1042's way.
    const refused = llc.check(frame.view, at, Math.min(type, frame.end - at));
    if (refused !== undefined) return refused;
    if (!llc.isSnap(frame.view, at) || llc.organization(frame.view, at) !== llc.ORGANIZATION_ETHERTYPE) {
      return 'ethernet-unknown-type';
    }
    const inner = llc.protocol(frame.view, at);
    if (isLength(inner) || isVlanTag(inner)) return 'ethernet-unknown-type';
    return this.payload(networkInterface, frame, at + llc.SNAP_HEADER_LENGTH, inner, toGroup);
  }
}
