/**
 * The socket calls of one host: BSD's, synchronous and non-blocking. Sockets are small numbers, the lowest free one
 * first; every call answers a number, and a negative one is `-errno`, as a Linux system call has it. Nothing throws.
 * What blocks in a program waits for a watcher to be called and tries again: `socket.ts` does that with promises.
 */
import type { Family, IpAddress } from '../layers/address.ts';
import type { Udp } from '../layers/transport/udp-endpoints.ts';
import type { AddressRecord, MessageRecord } from './address-record.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import type { ErrorQueueEntry } from './error-queue.ts';
import type { BlockingLimits, OpenSocket, Watcher } from './open-socket.ts';
import { getOption, type OptionInput, type OptionValue, setOption } from './options.ts';
import { type StreamNetwork, TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

/** What sockets ask of their host. */
export interface SocketNetwork extends StreamNetwork {
  readonly udp: Udp;
  /** Time to live or hop limit of what is sent when nobody chose one. */
  readonly defaultHopLimit: (family: Family) => number;
}

/** One line of a `poll` call: which events are asked for, and which came. */
export interface PollEntry {
  fd: number;
  events: number;
  revents: number;
}

/** What goes with the bytes of `sendmsg`: `msg_name`, and what its control messages say. */
export interface MessageToSend {
  /** Where to; a connected socket needs none. */
  readonly address?: IpAddress | undefined;
  readonly port?: number;
  /** SO_TIMESTAMPING as a control message: which timestamps are wanted of this message (SOF_TIMESTAMPING_TX_…). */
  readonly timestamping?: number | undefined;
}

const NOTHING = new Uint8Array(0);

/** A program expects 0, 1 and 2 to be its standard streams. */
const FIRST_DESCRIPTOR = 3;
const ALWAYS_REPORTED = the.POLLERR | the.POLLHUP;

interface Kind {
  readonly protocol: number;
  readonly make: (domain: number, network: SocketNetwork) => OpenSocket;
}

/** By type. */
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [the.SOCK_STREAM, { protocol: the.IPPROTO_TCP, make: (domain, network) => new TcpSocket(domain, network) }],
  [the.SOCK_DGRAM, { protocol: the.IPPROTO_UDP, make: makeUdpSocket }],
]);

function makeUdpSocket(domain: number, { udp, defaultHopLimit }: SocketNetwork): OpenSocket {
  const family = domain === the.AF_INET ? 4 : 6;
  return new UdpSocket(domain, udp.endpoint(family, family === 6), defaultHopLimit(family));
}

/** What `ioctl` answers. */
const REQUESTS: ReadonlyMap<number, (socket: OpenSocket) => number> = new Map([
  [the.FIONREAD, (socket) => socket.readableBytes()],
  [the.SIOCATMARK, (socket) => socket.atUrgentMark()],
  [the.SIOCOUTQ, (socket) => socket.unacknowledgedBytes()],
  [the.SIOCOUTQNSD, (socket) => socket.unsentBytes()],
]);

export class SocketCore {
  private readonly network: SocketNetwork;
  private readonly open: (OpenSocket | undefined)[];
  private count: number;
  /** No index below this one is free. */
  private lowestFree: number;

  constructor(network: SocketNetwork) {
    this.network = network;
    this.open = [];
    this.count = 0;
    this.lowestFree = 0;
  }

  /** Descriptors that are open: 0 when every program has closed what it opened. */
  get openCount(): number {
    return this.count;
  }

  /**
   * Opens a socket.
   * @param protocol 0 for the type's own
   * @returns a descriptor, or EAFNOSUPPORT, EPROTONOSUPPORT
   */
  socket(domain: number, type: number, protocol = 0): number {
    if (domain !== the.AF_INET && domain !== the.AF_INET6) return failure('EAFNOSUPPORT');
    const kind = KINDS.get(type);
    if (kind === undefined || (protocol !== 0 && protocol !== kind.protocol)) return failure('EPROTONOSUPPORT');
    return this.insert(kind.make(domain, this.network));
  }

  /** Takes a local address and port; port 0 takes a free one. EADDRINUSE, EADDRNOTAVAIL, EINVAL if it is bound. */
  bind(fd: number, address: IpAddress, port: number, interfaceIndex = 0): number {
    return this.at(fd)?.bind(address, port, interfaceIndex) ?? failure('EBADF');
  }

  /** Makes a stream socket accept connections, `backlog` of them before the program takes the first. */
  listen(fd: number, backlog: number): number {
    return this.at(fd)?.listen(backlog) ?? failure('EBADF');
  }

  /** The descriptor of the next connection, whose other end goes into `peer`; EAGAIN if there is none. */
  accept(fd: number, peer?: AddressRecord): number {
    const accepted = this.at(fd)?.accept(peer) ?? failure('EBADF');
    return typeof accepted === 'number' ? accepted : this.insert(accepted);
  }

  /**
   * Starts to connect: EINPROGRESS, and then POLLOUT with SO_ERROR 0 when it is done. EALREADY while it goes on, EISCONN
   * afterwards. A datagram socket is connected at once.
   */
  connect(fd: number, address: IpAddress, port: number, interfaceIndex = 0): number {
    return this.at(fd)?.connect(address, port, interfaceIndex) ?? failure('EBADF');
  }

  /** Bytes taken, which may be fewer than offered; EAGAIN if none. Bytes are copied before the call returns. */
  send(fd: number, bytes: Uint8Array, flags = 0, at = 0, length: number = bytes.length - at): number {
    return this.at(fd)?.send(bytes, at, length, flags, undefined, 0) ?? failure('EBADF');
  }

  sendto(
    fd: number,
    bytes: Uint8Array,
    flags: number,
    address: IpAddress,
    port: number,
    at = 0,
    length: number = bytes.length - at,
  ): number {
    return this.at(fd)?.send(bytes, at, length, flags, address, port) ?? failure('EBADF');
  }

  /** As `send` or `sendto`, with what else a message may have. EINVAL for timestamps that there are not. */
  sendmsg(
    fd: number,
    bytes: Uint8Array,
    flags: number,
    { address, port = 0, timestamping }: MessageToSend,
    at = 0,
    length: number = bytes.length - at,
  ): number {
    return this.at(fd)?.send(bytes, at, length, flags, address, port, timestamping) ?? failure('EBADF');
  }

  /** Bytes given; 0 at the end of a stream; EAGAIN if there are none yet. */
  recv(fd: number, into: Uint8Array, flags = 0, at = 0, length: number = into.length - at): number {
    return this.at(fd)?.receive(into, at, length, flags, undefined) ?? failure('EBADF');
  }

  /** As `recv`, and says where a datagram came from and how long it was. A stream leaves `from` as it is. */
  recvfrom(
    fd: number,
    into: Uint8Array,
    flags: number,
    from: AddressRecord,
    at = 0,
    length: number = into.length - at,
  ): number {
    return this.at(fd)?.receive(into, at, length, flags, from) ?? failure('EBADF');
  }

  /** As `recvfrom`, and tells of a datagram what its program wants to know: see `MessageRecord`. */
  recvmsg(
    fd: number,
    into: Uint8Array,
    flags: number,
    message: MessageRecord,
    at = 0,
    length: number = into.length - at,
  ): number {
    return this.at(fd)?.receive(into, at, length, flags, message) ?? failure('EBADF');
  }

  /**
   * What `recvmsg` gives with MSG_ERRQUEUE: the next entry of the error queue goes into `entry`, and what there is room for
   * of the message that it is about into `into`.
   * @returns how many bytes; EAGAIN if the queue is empty
   */
  recverr(
    fd: number,
    entry: ErrorQueueEntry,
    into: Uint8Array = NOTHING,
    at = 0,
    length: number = into.length - at,
  ): number {
    return this.at(fd)?.receiveError(entry, into, at, length) ?? failure('EBADF');
  }

  /** Ends one direction or both: SHUT_RD, SHUT_WR, SHUT_RDWR. */
  shutdown(fd: number, how: number): number {
    return this.at(fd)?.shutdown(how) ?? failure('EBADF');
  }

  /** Gives the descriptor back. Data that was taken is still sent, unless SO_LINGER says otherwise. */
  close(fd: number): number {
    const socket = this.at(fd);
    if (socket === undefined) return failure('EBADF');
    const index = fd - FIRST_DESCRIPTOR;
    this.open[index] = undefined;
    this.lowestFree = Math.min(this.lowestFree, index);
    this.count--;
    socket.close();
    return 0;
  }

  getsockopt(fd: number, level: number, option: number): OptionValue {
    const socket = this.at(fd);
    return socket === undefined ? failure('EBADF') : getOption(socket, level, option);
  }

  setsockopt(fd: number, level: number, option: number, value: OptionInput): number {
    const socket = this.at(fd);
    return socket === undefined ? failure('EBADF') : setOption(socket, level, option, value);
  }

  getsockname(fd: number, into: AddressRecord): number {
    return this.at(fd)?.localName(into) ?? failure('EBADF');
  }

  getpeername(fd: number, into: AddressRecord): number {
    return this.at(fd)?.peerName(into) ?? failure('EBADF');
  }

  /**
   * FIONREAD (SIOCINQ): bytes to read. SIOCATMARK: whether reading has come to the urgent mark. SIOCOUTQ: bytes that are not
   * acknowledged, and SIOCOUTQNSD, not sent; a FIN counts for one. Anything else is EINVAL.
   */
  ioctl(fd: number, request: number): number {
    const socket = this.at(fd);
    return socket === undefined ? failure('EBADF') : (REQUESTS.get(request)?.(socket) ?? failure('EINVAL'));
  }

  /** How long calls on a descriptor may wait, and for how much, for those who make programs wait: SO_RCVTIMEO and its kin. */
  blocking(fd: number): BlockingLimits | undefined {
    return this.at(fd)?.blocking;
  }

  /** The events that hold on one descriptor now, of all that there are; POLLNVAL if it is not open. */
  readiness(fd: number): number {
    return this.at(fd)?.readiness() ?? the.POLLNVAL;
  }

  /** Fills in `revents` at once, without waiting. @returns how many entries have any */
  poll(entries: readonly PollEntry[]): number {
    let ready = 0;
    for (const entry of entries) {
      // POSIX: a negative descriptor is passed over.
      entry.revents = entry.fd < 0 ? 0 : this.readiness(entry.fd) & (entry.events | ALWAYS_REPORTED | the.POLLNVAL);
      if (entry.revents !== 0) ready++;
    }
    return ready;
  }

  /** Calls `watcher` whenever the readiness of the descriptor may have changed, its closing included. EBADF. */
  watch(fd: number, watcher: Watcher): number {
    const socket = this.at(fd);
    if (socket === undefined) return failure('EBADF');
    socket.watch(watcher);
    return 0;
  }

  unwatch(fd: number, watcher: Watcher): void {
    this.at(fd)?.unwatch(watcher);
  }

  private at(fd: number): OpenSocket | undefined {
    return this.open[fd - FIRST_DESCRIPTOR];
  }

  private insert(socket: OpenSocket): number {
    let index = this.lowestFree;
    while (this.open[index] !== undefined) index++;
    this.open[index] = socket;
    this.lowestFree = index + 1;
    this.count++;
    return index + FIRST_DESCRIPTOR;
  }
}
