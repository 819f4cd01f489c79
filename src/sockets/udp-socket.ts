/**
 * A datagram socket: UDP's endpoint (`layers/transport/udp-endpoint.ts`) as the calls of `open-socket.ts`, with Linux's
 * answers where POSIX leaves a choice.
 */
import type { IpAddress } from '../layers/address.ts';
import type { Clock } from '../layers/clock.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Datagram } from '../layers/transport/datagram-queue.ts';
import type { UdpEndpoint } from '../layers/transport/udp-endpoint.ts';
import { type AddressRecord, isMapped, isPort, MessageRecord, toProgram, toStack } from './address-record.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import { ErrorQueueEntry } from './error-queue.ts';
import { datagramEntry } from './icmp-entry.ts';
import { OpenSocket } from './open-socket.ts';
import { areRecordable } from './transmit-timestamps.ts';

const SEND_FLAGS = the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_ZEROCOPY;
const RECEIVE_FLAGS = the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_PEEK | the.MSG_TRUNC | the.MSG_WAITALL;

export class UdpSocket extends OpenSocket {
  readonly endpoint: UdpEndpoint;
  /** IP_RECVTTL and IP_RECVTOS, or IPV6_RECVHOPLIMIT and IPV6_RECVTCLASS: `recvfrom` tells these of each datagram. */
  tellsHopLimit: boolean;
  tellsTrafficClass: boolean;
  private readonly defaultHopLimit: number;
  private receiveShut: boolean;
  private sendShut: boolean;

  /** @param defaultHopLimit the host's, for a socket that has not chosen one */
  constructor(domain: number, endpoint: UdpEndpoint, defaultHopLimit: number) {
    super(domain, the.SOCK_DGRAM, the.IPPROTO_UDP);
    this.endpoint = endpoint;
    this.tellsHopLimit = false;
    this.tellsTrafficClass = false;
    this.defaultHopLimit = defaultHopLimit;
    this.receiveShut = false;
    this.sendShut = false;
    endpoint.changed = () => {
      if (endpoint.errors.length > 0) this.takeErrors();
      this.notify();
    };
  }

  private takeErrors(): void {
    for (const error of this.endpoint.errors.splice(0)) this.queueError(datagramEntry(error));
  }

  get isBound(): boolean {
    return this.endpoint.bound;
  }

  get isListening(): boolean {
    return false;
  }

  bind(address: IpAddress, port: number, interfaceIndex: number): number {
    if (!isPort(port) || (this.v6Only && isMapped(address))) return failure('EINVAL');
    const local = toStack(this.domain, this.v6Only, address);
    if (typeof local === 'string') return failure(local);
    return answer(this.endpoint.bind(local, port, interfaceIndex));
  }

  connect(address: IpAddress, port: number, interfaceIndex: number): number {
    if (!isPort(port)) return failure('EINVAL');
    const remote = toStack(this.domain, this.v6Only, address);
    if (typeof remote === 'string') return failure(remote);
    return answer(this.endpoint.connect(remote, port, interfaceIndex));
  }

  send(
    bytes: Uint8Array,
    at: number,
    length: number,
    flags: number,
    address: IpAddress | undefined,
    port: number,
    timestamping?: number,
  ): number {
    if ((flags & ~SEND_FLAGS) !== 0) return failure('EOPNOTSUPP');
    if (timestamping !== undefined && !areRecordable(timestamping, false)) return failure('EINVAL');
    if (this.sendShut) return failure('EPIPE');
    let remote: IpAddress | undefined;
    if (address !== undefined) {
      if (!isPort(port) || port === 0) return failure('EINVAL');
      const known = toStack(this.domain, this.v6Only, address);
      if (typeof known === 'string') return failure(known);
      remote = known;
    }
    const failed = this.endpoint.send(bytes, at, length, remote, port);
    if (failed !== undefined) return failure(failed);
    const notices = timestamping === undefined ? this.notices : this.ownNotices();
    if (notices !== undefined) {
      notices.datagramSent(flags, timestamping, bytes, at, length);
      this.notifyOfReports();
    }
    return length;
  }

  receive(into: Uint8Array, at: number, length: number, flags: number, from: AddressRecord | undefined): number {
    if ((flags & the.MSG_ERRQUEUE) !== 0) return this.receiveErrorFrom(into, at, length, from);
    if ((flags & the.MSG_OOB) !== 0 || (flags & ~RECEIVE_FLAGS) !== 0) return failure('EOPNOTSUPP');
    // An error comes before a datagram, as in Linux's __skb_try_recv_datagram.
    const earlier = this.endpoint.takeError();
    if (earlier !== undefined) return failure(earlier);
    const datagram = this.endpoint.receive(into, at, length, (flags & the.MSG_PEEK) !== 0);
    if (datagram === undefined) return this.receiveShut ? 0 : failure('EAGAIN');
    if (from !== undefined) {
      from.address = toProgram(this.domain, datagram.source);
      from.port = datagram.sourcePort;
      from.interfaceIndex = datagram.interfaceIndex;
      from.datagramLength = datagram.length;
      if (from instanceof MessageRecord) this.tell(datagram, from);
    }
    return (flags & the.MSG_TRUNC) !== 0 ? datagram.length : Math.min(datagram.length, length);
  }

  /** Linux: an IPv6 socket tells of IPv6 packets alone; of those of IPv4 the options of IPv4 would. */
  private tell({ source, hopLimit, trafficClass }: Datagram, from: MessageRecord): void {
    const isOwn = source.family === this.endpoint.family;
    from.hopLimit = this.tellsHopLimit && isOwn ? hopLimit : -1;
    from.trafficClass = this.tellsTrafficClass && isOwn ? trafficClass : -1;
  }

  private receiveErrorFrom(into: Uint8Array, at: number, length: number, from: AddressRecord | undefined): number {
    const entry = new ErrorQueueEntry();
    const given = this.receiveError(entry, into, at, length);
    if (from !== undefined && given >= 0) {
      from.address = entry.address;
      from.port = entry.port;
      from.datagramLength = entry.messageLength;
    }
    return given;
  }

  shutdown(how: number): number {
    if (how !== the.SHUT_RD && how !== the.SHUT_WR && how !== the.SHUT_RDWR) return failure('EINVAL');
    // Linux shuts even a socket that is not connected, so that whoever polls it wakes, and says ENOTCONN all the same.
    if (how !== the.SHUT_WR) this.receiveShut = true;
    if (how !== the.SHUT_RD) this.sendShut = true;
    this.notify();
    return this.endpoint.remote === undefined ? failure('ENOTCONN') : 0;
  }

  close(): void {
    this.endpoint.close();
    this.notify();
  }

  readiness(): number {
    const { endpoint } = this;
    let ready = the.POLLOUT;
    if (endpoint.hasError || this.hasQueuedError) ready |= the.POLLERR;
    if (endpoint.readableCount > 0) ready |= the.POLLIN;
    if (this.receiveShut) ready |= the.POLLIN | the.POLLRDHUP;
    if (this.receiveShut && this.sendShut) ready |= the.POLLHUP;
    return ready;
  }

  takeError(): ErrorCode | undefined {
    return this.endpoint.takeError();
  }

  get receivesErrors(): boolean {
    return this.endpoint.receiveErrors;
  }

  set receivesErrors(on: boolean) {
    this.endpoint.receiveErrors = on;
  }

  protected replaceError(error: ErrorCode | undefined): void {
    this.endpoint.pendingError = error;
  }

  protected get clock(): Clock {
    return this.endpoint.clock;
  }

  localName(into: AddressRecord): number {
    into.address = toProgram(this.domain, this.endpoint.local);
    into.port = this.endpoint.localPort;
    into.interfaceIndex = this.endpoint.interfaceIndex;
    return 0;
  }

  peerName(into: AddressRecord): number {
    const { remote, remotePort } = this.endpoint;
    if (remote === undefined) return failure('ENOTCONN');
    into.address = toProgram(this.domain, remote);
    into.port = remotePort;
    into.interfaceIndex = this.endpoint.interfaceIndex;
    return 0;
  }

  readableBytes(): number {
    return this.endpoint.next?.length ?? 0;
  }

  /** A datagram is gone when it is sent: nothing waits here. */
  unacknowledgedBytes(): number {
    return 0;
  }

  /** The time to live or hop limit of what it sends to one host. */
  hopLimit(): number {
    return this.endpoint.hopLimit || this.defaultHopLimit;
  }

  override restrictToIpv6(on: boolean): void {
    super.restrictToIpv6(on);
    this.endpoint.dualStack = this.domain === the.AF_INET6 && !on;
  }
}

const answer = (failed: ErrorCode | undefined): number => (failed === undefined ? 0 : failure(failed));
