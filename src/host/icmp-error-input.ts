/**
 * ICMP errors on their way to whoever sent the packet they quote: RFC 1122 §3.2.2, RFC 4443 §2.4 (d). A packet that
 * never left this host because its neighbour is silent ends the same way.
 */
import { type Family, type IpAddress, readAddress } from '../layers/address.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import type { IcmpError, IcmpErrorKind } from '../layers/network/icmp-error.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import { claimedMtu } from '../layers/network/path-mtu.ts';
import type { Machine } from './machine.ts';
import { findNextHop } from './next-hop.ts';
import { upperLayer } from './upper-layer.ts';

export class IcmpErrorInput {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** An ICMPv4 error that passed its checks. */
  input4(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const type = icmpv4.type(view, at);
    const code = icmpv4.code(view, at);
    const kind = icmpv4.errorKind(type, code);
    if (kind === undefined) return 'icmp-unknown-type';
    const mtu = kind === 'packet-too-big' ? icmpv4.nextHopMtu(view, at) : 0;
    const quoteAt = at + icmpv4.HEADER_LENGTH;
    const end = quoteAt + icmpv4.quoteLength(view, at, length);
    return this.deliver(4, view, quoteAt, end, kind, type, code, mtu, packet.source());
  }

  /** An ICMPv6 error that passed its checks. */
  input6(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const type = icmpv6.type(view, at);
    const code = icmpv6.code(view, at);
    const kind = icmpv6.errorKind(type, code);
    if (kind === undefined) return 'icmp-unknown-type';
    const mtu = kind === 'packet-too-big' ? icmpv6.mtu(view, at) : 0;
    const quoteAt = at + icmpv6.ERROR_HEADER_LENGTH;
    const end = quoteAt + icmpv6.quoteLength(view, at, length);
    return this.deliver(6, view, quoteAt, end, kind, type, code, mtu, packet.source());
  }

  /** A packet of this host's own, from its IP header on, whose neighbour did not answer. The frame stays the caller's. */
  unreachable(frame: Frame): void {
    const family: Family = ipv4.version(frame.view, frame.start) === 4 ? 4 : 6;
    const type = family === 4 ? icmpv4.DESTINATION_UNREACHABLE : icmpv6.DESTINATION_UNREACHABLE;
    const code = family === 4 ? icmpv4.HOST_UNREACHABLE : icmpv6.ADDRESS_UNREACHABLE;
    const local = readAddress(family, frame.view, frame.start + (family === 4 ? 12 : 8));
    this.deliver(family, frame.view, frame.start, frame.end, 'host-unreachable', type, code, 0, local);
  }

  private deliver(
    family: Family,
    view: DataView,
    quoteAt: number,
    end: number,
    kind: IcmpErrorKind,
    type: number,
    code: number,
    mtu: number,
    reporter: IpAddress,
  ): DropReason | undefined {
    const upper = upperLayer(view, quoteAt, end);
    if (upper === undefined || ipv4.version(view, quoteAt) !== family) return 'icmp-truncated';
    if (upper.isLaterFragment) return 'icmp-no-listener';
    // RFC 792 and RFC 1122 §3.2.2: at least 8 bytes of what followed the IP header.
    if (upper.length < 8) return 'icmp-truncated';
    const local = readAddress(family, view, quoteAt + (family === 4 ? 12 : 8));
    const remote = readAddress(family, view, quoteAt + (family === 4 ? 16 : 24));
    const protocol = this.machine.protocols[upper.protocol];
    if (protocol === undefined || !this.machine.addresses.isLocal(local)) return 'icmp-no-listener';
    const claimed = kind === 'packet-too-big' ? this.claimed(family, view, quoteAt, remote, mtu) : 0;
    if (kind === 'packet-too-big' && claimed === 0) return 'icmp-mtu-below-minimum';
    const error: IcmpError = {
      kind,
      type,
      code,
      reporter,
      local,
      remote,
      view,
      at: upper.at,
      length: upper.length,
      mtu: claimed,
    };
    // RFC 5927 §4: an error that quotes what nobody here sent is a forgery or a stray.
    if (protocol.accepts !== undefined && !protocol.accepts(error)) return 'icmp-no-listener';
    if (claimed > 0 && protocol.mayLowerMtu?.(error) !== false) this.machine.pathMtu.tooBig(remote, claimed);
    protocol.icmpError(error);
    return undefined;
  }

  private claimed(family: Family, view: DataView, quoteAt: number, remote: IpAddress, reported: number): number {
    if (family === 6) return claimedMtu(6, reported, 0, 0, 0);
    // What it left by bounds the estimate until there is one.
    const path = findNextHop(this.machine, remote, 0);
    const firstHop = typeof path === 'string' ? Number.POSITIVE_INFINITY : path.networkInterface.mtu;
    const current = Math.min(firstHop, this.machine.pathMtu.mtu(remote));
    return claimedMtu(4, reported, ipv4.totalLength(view, quoteAt), ipv4.headerLength(view, quoteAt), current);
  }
}
