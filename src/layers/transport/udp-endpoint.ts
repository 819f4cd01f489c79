/**
 * One user of UDP: RFC 768, with the user interface of RFC 1122 §4.1.4. The socket layer puts descriptors on it.
 * Left out on purpose: corking (UDP_CORK), segmentation offload (UDP_SEGMENT).
 */
import { type Family, type IpAddress, isMulticast, isUnspecified, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../address.ts';
import { pseudoHeaderSum } from '../checksum.ts';
import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import { copyBytes } from '../memory.ts';
import type { IcmpError } from '../network/icmp-error.ts';
import { type Datagram, DatagramQueue } from './datagram-queue.ts';
import type { Binding } from './ports.ts';
import * as udp from './udp.ts';
import type { DatagramPath, UdpParts } from './udp-services.ts';

/** Errors that wait for somebody to take them (Linux bounds them by the receive buffer; a count is plainer). */
const ERROR_LIMIT = 64;

/** An error about a datagram that this endpoint sent or would have sent: what Linux's IP_RECVERR queues. */
export interface UdpError {
  readonly code: ErrorCode;
  /** Where the datagram was going. */
  readonly remote: IpAddress;
  readonly remotePort: number;
  /** What ICMP said, and who said it; `undefined` if this host found out by itself. */
  readonly kind: IcmpError['kind'] | undefined;
  readonly reporter: IpAddress | undefined;
  /** Of the ICMP message. */
  readonly type: number;
  readonly icmpCode: number;
  /** What the path carries in bytes if the datagram was too large for it; else 0. */
  readonly mtu: number;
  /** Of the datagram, as much as was quoted. */
  readonly payload: Uint8Array;
}

export interface Membership {
  readonly group: IpAddress;
  readonly interfaceIndex: number;
}

/** What an endpoint asks of the `Udp` that made it. */
export interface EndpointTable {
  claim(endpoint: UdpEndpoint, address: IpAddress, port: number): Binding | ErrorCode;
  release(endpoint: UdpEndpoint, binding: Binding): void;
}

export class UdpEndpoint {
  readonly family: Family;
  /** An IPv6 endpoint that speaks IPv4 too (RFC 3493 §5.3: IPV6_V6ONLY off). Settable until it is bound. */
  dualStack: boolean;
  /** SO_REUSEADDR. Settable until it is bound. */
  reuseAddress: boolean;
  /** SO_BROADCAST: without it sending to a broadcast address is EACCES. */
  broadcastAllowed: boolean;
  /** Time to live or hop limit of unicast datagrams; 0 takes the host's default. */
  hopLimit: number;
  /** The same for multicast ones (RFC 1112 §6.1: 1 unless the program says otherwise). */
  multicastHopLimit: number;
  /** Whether this host's own members get a copy of what is sent to a group (RFC 1112 §6.1). */
  multicastLoop: boolean;
  /** The interface by which multicast leaves; 0 leaves it to the routes. */
  multicastInterface: number;
  /** Type of service or traffic class, ECN bits included. */
  trafficClass: number;
  /** IPv4: never fragment; a datagram above the path MTU is then EMSGSIZE. IPv6: the same for the source's own fragmentation. */
  dontFragment: boolean;
  /** SO_REUSEPORT. Settable until it is bound. */
  reusePort: boolean;
  /** IP_RECVERR: keep every error, connected or not. */
  receiveErrors: boolean;
  /** Called when something became readable: a datagram or an error. */
  changed: (() => void) | undefined;

  /** The address bound or chosen by `connect`; unspecified means any. */
  local: IpAddress;
  localPort: number;
  remote: IpAddress | undefined;
  remotePort: number;
  /** The only interface to receive from and send to; 0 means any. */
  interfaceIndex: number;
  readonly memberships: Membership[];
  /** Whoever takes errors away takes them from here, when `changed` is called. */
  readonly errors: UdpError[];
  /** Datagrams that found the receive buffer full. */
  overflowed: number;
  /** The error of an earlier datagram, for the next call to report (SO_ERROR). */
  pendingError: ErrorCode | undefined;

  private readonly parts: UdpParts;
  private readonly table: EndpointTable;
  private readonly queue: DatagramQueue;
  private binding: Binding | undefined;
  private boundAddress: IpAddress;
  private path: DatagramPath | undefined;
  private closed: boolean;

  constructor(family: Family, dualStack: boolean, receiveBufferBytes: number, parts: UdpParts, table: EndpointTable) {
    this.family = family;
    this.dualStack = dualStack;
    this.reuseAddress = false;
    this.broadcastAllowed = false;
    this.hopLimit = 0;
    this.multicastHopLimit = 1;
    this.multicastLoop = true;
    this.multicastInterface = 0;
    this.trafficClass = 0;
    this.dontFragment = false;
    this.reusePort = false;
    this.receiveErrors = false;
    this.changed = undefined;
    this.local = family === 4 ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
    this.localPort = 0;
    this.remote = undefined;
    this.remotePort = 0;
    this.interfaceIndex = 0;
    this.memberships = [];
    this.errors = [];
    this.overflowed = 0;
    this.pendingError = undefined;
    this.parts = parts;
    this.table = table;
    this.queue = new DatagramQueue(parts.memory, receiveBufferBytes);
    this.binding = undefined;
    this.boundAddress = this.local;
    this.path = undefined;
    this.closed = false;
  }

  /** Bytes of datagrams that may wait, 64 for each added (SO_RCVBUF). */
  get receiveBufferBytes(): number {
    return this.queue.limitBytes;
  }

  set receiveBufferBytes(bytes: number) {
    this.queue.limitBytes = bytes;
  }

  get bound(): boolean {
    return this.binding !== undefined;
  }

  /** The clock of its host. */
  get clock(): Clock {
    return this.parts.timers;
  }

  /** Datagrams that wait to be read. */
  get readableCount(): number {
    return this.queue.count;
  }

  /** The datagram that `receive` would give. */
  get next(): Datagram | undefined {
    return this.queue.first();
  }

  /** Whether an error waits for `takeError`. */
  get hasError(): boolean {
    return this.pendingError !== undefined;
  }

  /**
   * Claims a local port; 0 takes a free one.
   * @param address one of the host's, a group, a broadcast address, or unspecified for all
   * @returns `EINVAL` if it is bound already, `EADDRINUSE`, `EADDRNOTAVAIL`, `EAFNOSUPPORT`
   */
  bind(address: IpAddress, port: number, interfaceIndex = 0): ErrorCode | undefined {
    if (this.binding !== undefined || this.closed) return 'EINVAL';
    if (!this.speaks(address)) return 'EAFNOSUPPORT';
    if (!isUnspecified(address) && !this.parts.network.isBindable(address)) return 'EADDRNOTAVAIL';
    const binding = this.table.claim(this, address, port);
    if (typeof binding === 'string') return binding;
    this.binding = binding;
    this.local = address;
    this.boundAddress = address;
    this.localPort = binding.port;
    this.interfaceIndex = interfaceIndex;
    return undefined;
  }

  /**
   * Fixes the remote end: only its datagrams and the errors about it come in, and `send` needs no address.
   * Binds a free port if none is bound.
   */
  connect(remote: IpAddress, port: number, interfaceIndex = 0): ErrorCode | undefined {
    if (this.closed) return 'EBADF';
    if (!this.speaks(remote)) return 'EAFNOSUPPORT';
    if (this.isForbiddenBroadcast(remote)) return 'EACCES';
    const path = this.parts.network.path(remote, this.chosenSource(), interfaceIndex || this.outgoingInterface(remote));
    if (typeof path === 'string') return path;
    const failed = this.bindIfNeeded();
    if (failed !== undefined) return failed;
    this.path = path;
    this.remote = path.remote;
    this.remotePort = port;
    this.local = path.local;
    return undefined;
  }

  /**
   * Sends one datagram of `length` bytes. It is copied before the call returns.
   * @returns an error of an earlier datagram (RFC 1122 §4.1.3.3), or `EDESTADDRREQ`, `EMSGSIZE`, `EACCES` (broadcast not
   * allowed), `ENETUNREACH`, `EHOSTUNREACH`, `EADDRNOTAVAIL`; `undefined` says nothing about arrival
   */
  send(bytes: Uint8Array, at: number, length: number, remote?: IpAddress, port = 0): ErrorCode | undefined {
    if (this.closed) return 'EBADF';
    const earlier = this.takeError();
    if (earlier !== undefined) return earlier;
    const path = this.pathTo(remote);
    if (typeof path === 'string') return path;
    const failed = this.bindIfNeeded();
    if (failed !== undefined) return failed;
    const remotePort = remote === undefined ? this.remotePort : port;
    const refused = this.sendOn(path, bytes, at, length, remotePort);
    if (refused === 'EMSGSIZE' && this.receiveErrors) {
      this.keepError({ ...FOUND_HERE, code: refused, remote: path.remote, remotePort, mtu: path.mtu });
      this.changed?.();
    }
    return refused;
  }

  /**
   * Reads the datagram that came first; what does not fit into `space` bytes is lost, as its `length` shows.
   * @param peek leaves it in the queue, whole
   */
  receive(into: Uint8Array, at: number, space: number, peek = false): Datagram | undefined {
    return this.queue.read(into, at, space, peek);
  }

  /** The error of an earlier datagram, reported once (SO_ERROR). */
  takeError(): ErrorCode | undefined {
    const error = this.pendingError;
    this.pendingError = undefined;
    return error;
  }

  /** Receives what is sent to `group` by an interface; 0 takes the one that the routes name. */
  joinGroup(group: IpAddress, interfaceIndex = 0): ErrorCode | undefined {
    if (!isMulticast(group)) return 'EINVAL';
    if (this.memberships.some((held) => held.group.equals(group) && held.interfaceIndex === interfaceIndex)) {
      return 'EADDRINUSE';
    }
    const failed = this.parts.network.joinGroup(group, interfaceIndex);
    if (failed === undefined) this.memberships.push({ group, interfaceIndex });
    return failed;
  }

  leaveGroup(group: IpAddress, interfaceIndex = 0): ErrorCode | undefined {
    const index = this.memberships.findIndex(
      (held) => held.group.equals(group) && held.interfaceIndex === interfaceIndex,
    );
    if (index < 0) return 'EADDRNOTAVAIL';
    this.memberships.splice(index, 1);
    this.parts.network.leaveGroup(group, interfaceIndex);
    return undefined;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const { group, interfaceIndex } of this.memberships.splice(0))
      this.parts.network.leaveGroup(group, interfaceIndex);
    if (this.binding !== undefined) this.table.release(this, this.binding);
    this.binding = undefined;
    this.queue.clear();
    this.changed = undefined;
  }

  /** For `Udp`: a datagram of this endpoint's. @returns whether there was room */
  deliver(datagram: Datagram, bytes: Uint8Array, at: number): boolean {
    if (this.closed) return false;
    if (!this.queue.hasRoom(datagram.length)) {
      this.overflowed++;
      return false;
    }
    this.queue.add(datagram, bytes, at);
    this.changed?.();
    return true;
  }

  /** For `Udp`: an error about a datagram of this endpoint's. */
  fail(message: IcmpError, code: ErrorCode, hard: boolean): void {
    if (this.receiveErrors) {
      this.keepError(errorOf(message, code));
    } else if (this.remote === undefined || !hard) {
      // Linux, ip(7): without IP_RECVERR only a connected socket hears of errors, and only of the fatal ones.
      return;
    }
    this.pendingError = code;
    this.changed?.();
  }

  private keepError(error: UdpError): void {
    if (this.errors.length < ERROR_LIMIT) this.errors.push(error);
  }

  private speaks(address: IpAddress): boolean {
    return address.family === this.family || (this.family === 6 && this.dualStack);
  }

  private bindIfNeeded(): ErrorCode | undefined {
    return this.binding === undefined ? this.bind(this.boundAddress, 0, this.interfaceIndex) : undefined;
  }

  private isForbiddenBroadcast(remote: IpAddress): boolean {
    return !this.broadcastAllowed && this.parts.network.isBroadcast(remote);
  }

  /** The bound address where it can be a source: a group or broadcast address cannot (RFC 1122 §3.2.1.3). */
  private chosenSource(): IpAddress | undefined {
    const { boundAddress } = this;
    const usable =
      !isUnspecified(boundAddress) && !isMulticast(boundAddress) && !this.parts.network.isBroadcast(boundAddress);
    return usable ? boundAddress : undefined;
  }

  private outgoingInterface(remote: IpAddress): number {
    return isMulticast(remote) && this.multicastInterface !== 0 ? this.multicastInterface : this.interfaceIndex;
  }

  /** The path of the last datagram serves the next one to the same address: it keeps itself current. */
  private pathTo(remote: IpAddress | undefined): DatagramPath | ErrorCode {
    const held = this.path;
    if (remote === undefined) return this.remote === undefined || held === undefined ? 'EDESTADDRREQ' : held;
    if (!this.speaks(remote)) return 'EAFNOSUPPORT';
    if (this.isForbiddenBroadcast(remote)) return 'EACCES';
    if (held?.remote.equals(remote)) return held;
    const path = this.parts.network.path(remote, this.chosenSource(), this.outgoingInterface(remote));
    if (typeof path !== 'string' && this.remote === undefined) this.path = path;
    return path;
  }

  private sendOn(
    path: DatagramPath,
    bytes: Uint8Array,
    at: number,
    length: number,
    port: number,
  ): ErrorCode | undefined {
    const total = udp.HEADER_LENGTH + length;
    const ipHeader = path.family === 4 ? 20 : 40;
    // RFC 768's length field counts the header; IPv4's total length counts the IP header too (RFC 791 §3.1).
    if (total > (path.family === 4 ? 65_535 - ipHeader : 65_535)) return 'EMSGSIZE';
    if (this.dontFragment && total + ipHeader > path.mtu) return 'EMSGSIZE';
    const group = isMulticast(path.remote);
    path.hopLimit = group ? this.multicastHopLimit : this.hopLimit || this.parts.network.defaultHopLimit(path.family);
    path.trafficClass = this.trafficClass & 0xfc;
    path.dontFragment = this.dontFragment;
    path.loopToSelf = this.multicastLoop;
    const frame = this.parts.pool.acquire(path.headroom, total);
    copyBytes(bytes, at, frame.bytes, frame.start + udp.HEADER_LENGTH, length);
    frame.end = frame.start + total;
    udp.writeHeader(frame.view, frame.start, this.localPort, port, total);
    const pseudo = pseudoHeaderSum(path.local, path.remote, udp.PROTOCOL, total);
    udp.writeChecksum(frame.view, frame.start, total, pseudo);
    return path.send(frame, udp.PROTOCOL, this.trafficClass & 3);
  }
}

/** Of an error that no ICMP message told of. */
const FOUND_HERE = {
  kind: undefined,
  reporter: undefined,
  type: 0,
  icmpCode: 0,
  payload: new Uint8Array(0),
} as const;

function errorOf(message: IcmpError, code: ErrorCode): UdpError {
  const { kind, reporter, type, code: icmpCode, remote, mtu, view, at, length } = message;
  const quoted = new Uint8Array(view.buffer, view.byteOffset + at, length);
  const payload = quoted.slice(udp.HEADER_LENGTH);
  return { code, remote, remotePort: udp.destinationPort(view, at), kind, reporter, type, icmpCode, mtu, payload };
}
