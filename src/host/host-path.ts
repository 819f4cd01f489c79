/**
 * The way to one destination, kept by a connection: route, neighbour and MTU are found once and found again only when a
 * generation number says that something changed. Sending on it looks nothing up and allocates nothing.
 */
import { type Family, type IpAddress, isUnspecified } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Frame } from '../layers/frame.ts';
import { IPV4, IPV6 } from '../layers/link/ethertype.ts';
import type { Neighbour } from '../layers/link/neighbour.ts';
import type { NeighbourCache } from '../layers/link/neighbour-cache.ts';
import { fragment4, fragment6 } from '../layers/network/fragmentation.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import type { DatagramPath } from '../layers/transport/udp-services.ts';
import type { Identification } from './identifications.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';
import { findNextHop, type NextHop } from './next-hop.ts';

/** V8 looks at what is imported at each use, but takes a module's own constants as they are. */
const { DONT_FRAGMENT, HEADER_LENGTH, writeHeader } = ipv4;

export class HostPath implements DatagramPath {
  readonly family: Family;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  hopLimit: number;
  trafficClass: number;
  dontFragment: boolean;
  flowLabel: number;
  loopToSelf: boolean;
  isGroup: boolean;

  /** Bytes that link and IP header take. */
  headroom: number;

  private readonly machine: Machine;
  private readonly interfaceIndex: number;
  private readonly headerLength: number;
  private readonly etherType: number;
  private readonly identification: Identification;
  private seenGeneration: number;
  private networkInterface: NetworkInterface;
  private nextHop: IpAddress;
  private isOnLink: boolean;
  /** Where no neighbour need be asked, its MAC address. */
  private isFixed: boolean;
  private fixedHigh: number;
  private fixedLow: number;
  private cache: NeighbourCache | undefined;
  private neighbour: Neighbour | undefined;
  /** The interface's MTU, or the learnt one if that is less. */
  private carried: number;
  private learntMtu: number;
  private learntUntil: number;
  /** Routers may fragment what the learnt MTU is too large for. */
  private learntFragments: boolean;

  /** @param interfaceIndex the only interface to leave by; 0 for any */
  constructor(machine: Machine, local: IpAddress, remote: IpAddress, interfaceIndex: number, hop: NextHop) {
    this.family = remote.family;
    this.local = local;
    this.remote = remote;
    this.hopLimit = defaultHopLimit(machine, remote.family, hop.networkInterface);
    this.trafficClass = 0;
    this.dontFragment = false;
    this.flowLabel = 0;
    this.loopToSelf = true;
    this.machine = machine;
    this.interfaceIndex = interfaceIndex;
    this.headerLength = remote.family === 4 ? ipv4.HEADER_LENGTH : ipv6.HEADER_LENGTH;
    this.etherType = remote.family === 4 ? IPV4 : IPV6;
    this.identification = machine.identifications.to(remote);
    this.seenGeneration = machine.generation;
    this.networkInterface = hop.networkInterface;
    this.nextHop = hop.address;
    this.isOnLink = hop.onLink;
    this.isFixed = false;
    this.fixedHigh = 0;
    this.fixedLow = 0;
    this.isGroup = false;
    this.headroom = 0;
    this.cache = undefined;
    this.neighbour = undefined;
    this.carried = 0;
    this.learntMtu = Number.POSITIVE_INFINITY;
    this.learntUntil = Number.POSITIVE_INFINITY;
    this.learntFragments = false;
    this.take(hop);
  }

  get mtu(): number {
    if (this.seenGeneration !== this.machine.generation) this.revalidate();
    if (this.learntUntil !== Number.POSITIVE_INFINITY && this.learntUntil <= this.machine.timers.now()) this.learnMtu();
    return this.carried;
  }

  get interfaceMtu(): number {
    return this.family === 4 ? this.networkInterface.mtu : this.networkInterface.mtu6;
  }

  get onLink(): boolean {
    return this.isOnLink;
  }

  send(frame: Frame, protocol: number, ecn: number): ErrorCode | undefined {
    const { machine } = this;
    if (this.seenGeneration !== machine.generation) {
      const failed = this.revalidate();
      if (failed !== undefined) {
        machine.discard('ip-no-route', frame);
        return failed;
      }
    }
    if (frame.start - frame.at < this.headroom) frame = machine.moved(frame, this.headroom, 0);
    frame.start -= this.headerLength;
    machine.counters.packetsSent++;
    if (this.family === 4) this.writeHeader4(frame, protocol, ecn);
    else this.writeHeader6(frame, protocol, ecn);
    if (this.isGroup === true && this.loopToSelf) this.loopBack(frame);
    // By what was known last, which an estimate that has run out can only raise: most packets fit, and need no clock.
    if (frame.end - frame.start > this.carried) return this.sendInPieces(frame);
    return this.transmit(frame);
  }

  lowerMtu(mtu: number): void {
    this.machine.pathMtu.tooBig(this.remote, mtu);
  }

  /** Sends an ICMPv6 message whose checksum is still to be computed. */
  sendMessage(frame: Frame): void {
    const length = frame.end - frame.start;
    const pseudo = pseudoHeaderSum(this.local, this.remote, icmpv6.PROTOCOL, length);
    icmpv6.writeChecksum(frame.view, frame.start, length, pseudo);
    this.send(frame, icmpv6.PROTOCOL, 0);
  }

  /** Upper-layer advice that packets get through to the remote end (RFC 4861 §7.3.1). */
  confirm(): void {
    if (this.neighbour !== undefined) this.cache?.confirm(this.neighbour);
  }

  /** Negative advice of the upper layer: the neighbour is asked whether he is still there (RFC 1122 §3.3.1.4). */
  doubt(): void {
    if (this.neighbour !== undefined) this.cache?.doubt(this.neighbour);
  }

  private writeHeader4(frame: Frame, protocol: number, ecn: number): void {
    const { view, start, end } = frame;
    // RFC 6864 §4.1: what may not be fragmented needs no identification.
    const isAtomic = this.dontFragment === true && this.learntFragments === false;
    writeHeader(
      view,
      start,
      HEADER_LENGTH,
      this.trafficClass | ecn,
      end - start,
      isAtomic ? 0 : this.identification.next++ & 0xffff,
      isAtomic ? DONT_FRAGMENT : 0,
      this.hopLimit,
      protocol,
      this.local.w3,
      this.remote.w3,
    );
  }

  private writeHeader6(frame: Frame, protocol: number, ecn: number): void {
    const { view, start, end } = frame;
    const { flowLabel, hopLimit, local, remote } = this;
    const length = end - start - ipv6.HEADER_LENGTH;
    ipv6.writeHeader(view, start, this.trafficClass | ecn, flowLabel, length, protocol, hopLimit, local, remote);
  }

  private transmit(frame: Frame): ErrorCode | undefined {
    const { cache, neighbour, networkInterface } = this;
    const mayTransmit =
      cache !== undefined &&
      neighbour !== undefined &&
      (this.family === 4 || networkInterface.ipv6Enabled === true) &&
      cache.mayTransmit(neighbour);
    if (!mayTransmit) return this.findNeighbour(frame);
    networkInterface.transmit(frame, neighbour.macHigh, neighbour.macLow, this.etherType);
    return undefined;
  }

  /** Nobody is known to take the packet, or somebody whose address is not. */
  private findNeighbour(frame: Frame): ErrorCode | undefined {
    const { cache, networkInterface, etherType } = this;
    if (this.family === 6 && !networkInterface.ipv6Enabled) {
      this.machine.discard('ip-no-route', frame);
      return 'ENETUNREACH';
    }
    if (this.isFixed) {
      networkInterface.transmit(frame, this.fixedHigh, this.fixedLow, etherType);
      return undefined;
    }
    if (this.neighbour === undefined || this.neighbour.state === 'GONE') this.neighbour = cache?.entry(this.nextHop);
    const { neighbour } = this;
    if (cache === undefined || neighbour === undefined) {
      this.machine.discard('neighbour-queue-full', frame);
      return 'ENOBUFS';
    }
    if (cache.mayTransmit(neighbour)) {
      networkInterface.transmit(frame, neighbour.macHigh, neighbour.macLow, etherType);
    } else {
      cache.hold(neighbour, frame, false);
    }
    return undefined;
  }

  private sendInPieces(frame: Frame): ErrorCode | undefined {
    const { machine, mtu } = this;
    if (frame.end - frame.start <= mtu) return this.transmit(frame);
    if (this.dontFragment) {
      machine.discard('ip-needs-fragmentation', frame);
      return 'EMSGSIZE';
    }
    let failed: ErrorCode | undefined;
    const emit = (fragment: Frame): void => {
      machine.counters.fragmentsCreated++;
      failed = this.transmit(fragment) ?? failed;
    };
    const { headroom } = this.networkInterface;
    if (this.family === 4) fragment4(machine.pool, frame, mtu, headroom, emit);
    else fragment6(machine.pool, frame, mtu, headroom, this.identification.next++ | 0, emit);
    machine.pool.release(frame);
    return failed;
  }

  /** RFC 1112 §6.1: members on this host get a copy, as if it had come in by the interface. */
  private loopBack(frame: Frame): void {
    const { machine, networkInterface } = this;
    const copy = machine.pool.acquire(networkInterface.headroom, frame.end - frame.start);
    copy.bytes.set(frame.bytes.subarray(frame.start, frame.end), copy.start);
    copy.end = copy.start + (frame.end - frame.start);
    networkInterface.loopBack(copy, this.fixedHigh, this.fixedLow, this.etherType);
  }

  /** Finds the way anew: something has changed. @returns why there is none */
  private revalidate(): ErrorCode | undefined {
    const { machine } = this;
    // RFC 4862 §5.5.4: an address that went away is not used, not even by those who had it.
    if (!machine.addresses.isLocal(this.local) && !isUnspecified(this.local)) return 'EADDRNOTAVAIL';
    const hop = findNextHop(machine, this.remote, this.interfaceIndex);
    if (typeof hop === 'string') return hop;
    this.seenGeneration = machine.generation;
    this.take(hop);
    return undefined;
  }

  private take(hop: NextHop): void {
    const { networkInterface } = hop;
    this.networkInterface = networkInterface;
    this.headroom = networkInterface.headroom + this.headerLength;
    this.nextHop = hop.address;
    this.isOnLink = hop.onLink;
    this.cache = this.family === 4 ? networkInterface.neighbours4 : networkInterface.neighbours6;
    this.neighbour = undefined;
    this.isFixed = hop.mac !== undefined;
    this.isGroup = hop.mac !== undefined && hop.mac !== 0;
    this.fixedHigh = Math.floor((hop.mac ?? 0) / 0x1_0000_0000);
    this.fixedLow = (hop.mac ?? 0) | 0;
    this.learnMtu();
  }

  private learnMtu(): void {
    this.learntMtu = this.machine.pathMtu.mtu(this.remote);
    this.learntUntil = this.machine.pathMtu.expiresAt(this.remote);
    this.learntFragments = this.machine.pathMtu.fragments(this.remote);
    this.carried = Math.min(this.interfaceMtu, this.learntMtu);
  }
}

/** RFC 1122 §3.2.1.7; for IPv6 a router may have said another (RFC 4861 §6.3.4). */
export const defaultHopLimit = (machine: Machine, family: Family, networkInterface: NetworkInterface): number =>
  (family === 6 && networkInterface.hopLimit6) || machine.settings.hopLimit;
