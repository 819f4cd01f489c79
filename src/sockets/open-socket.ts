/**
 * What a descriptor stands for: the calls of every kind of socket. Each is non-blocking and answers a number; a negative
 * one is `-errno`. Addresses here are the program's: `address-record.ts` turns them into the stack's.
 */
import type { IpAddress } from '../layers/address.ts';
import type { Clock } from '../layers/clock.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { AddressRecord } from './address-record.ts';
import { SOCK_STREAM } from './constants.ts';
import { AGAIN, errorCodeOf, failure } from './errno.ts';
import { ErrorQueue, type ErrorQueueEntry, isIcmp, type QueuedError } from './error-queue.ts';
import { SentNotices } from './sent-notices.ts';

/** Is called whenever the readiness of a socket may have changed: ask `poll` what it is now. */
export type Watcher = () => void;

/**
 * How long a call may wait, and how much it waits for. Calls here never wait: this is for what makes programs wait, such as
 * `socket.ts`.
 */
export interface BlockingLimits {
  /** SO_RCVTIMEO and SO_SNDTIMEO in nanoseconds; 0 for ever. */
  receiveTimeoutNs: number;
  sendTimeoutNs: number;
  /** SO_RCVLOWAT: a stream is readable when it has so many bytes, or the peer cannot send more. */
  receiveLowWaterBytes: number;
}

export abstract class OpenSocket {
  /** AF_INET or AF_INET6; SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; an IP protocol number. */
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  /** IPV6_V6ONLY: an AF_INET6 socket that leaves IPv4 alone. */
  v6Only: boolean;
  readonly blocking: BlockingLimits;
  /** SO_PRIORITY and SO_MARK. They are kept for the program: a host here has no queue and no route that looks at them. */
  priority: number;
  mark: number;
  /** What the socket reports about what it sends; `undefined` until a program asks for something. */
  notices: SentNotices | undefined;
  /** `undefined` until something is reported. */
  private errors: ErrorQueue | undefined;
  private readonly watchers: Watcher[];

  constructor(domain: number, type: number, protocol: number) {
    this.domain = domain;
    this.type = type;
    this.protocol = protocol;
    this.v6Only = false;
    this.blocking = { receiveTimeoutNs: 0, sendTimeoutNs: 0, receiveLowWaterBytes: 1 };
    this.priority = 0;
    this.mark = 0;
    this.notices = undefined;
    this.errors = undefined;
    this.watchers = [];
  }

  abstract readonly isBound: boolean;
  abstract readonly isListening: boolean;
  abstract bind(address: IpAddress, port: number, interfaceIndex: number): number;
  abstract connect(address: IpAddress, port: number, interfaceIndex: number): number;
  /** @param timestamping which timestamps are wanted of this call, if it says so itself (SO_TIMESTAMPING as a control message) */
  abstract send(
    bytes: Uint8Array,
    at: number,
    length: number,
    flags: number,
    address: IpAddress | undefined,
    port: number,
    timestamping?: number,
  ): number;
  abstract receive(
    into: Uint8Array,
    at: number,
    length: number,
    flags: number,
    from: AddressRecord | undefined,
  ): number;
  abstract shutdown(how: number): number;
  abstract close(): void;
  /** Which of POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP and POLLRDHUP hold now. */
  abstract readiness(): number;
  /** An error that is not reported yet, which this reports (SO_ERROR). */
  abstract takeError(): ErrorCode | undefined;
  /** IP_RECVERR, IPV6_RECVERR. */
  abstract receivesErrors: boolean;
  /** Makes that the error that is not reported yet. */
  protected abstract replaceError(error: ErrorCode | undefined): void;
  /** The clock of the host. */
  protected abstract readonly clock: Clock;
  abstract localName(into: AddressRecord): number;
  abstract peerName(into: AddressRecord): number;
  /** FIONREAD: bytes that can be read; of datagrams, those of the next one. */
  abstract readableBytes(): number;
  /** SIOCOUTQ: bytes that were written and are not known to have arrived. */
  abstract unacknowledgedBytes(): number;

  listen(_backlog: number): number {
    return failure('EOPNOTSUPP');
  }

  /** The next connection that was made to a listening socket. */
  accept(_peer: AddressRecord | undefined): OpenSocket | number {
    return failure('EOPNOTSUPP');
  }

  /** SIOCOUTQNSD: bytes of a stream that were written and not sent. */
  unsentBytes(): number {
    return failure('EINVAL');
  }

  /** SIOCATMARK: 1 if the read position is at the urgent mark, else 0. */
  atUrgentMark(): number {
    return failure('EINVAL');
  }

  /** Sets IPV6_V6ONLY. Only before the socket is bound. */
  restrictToIpv6(on: boolean): void {
    this.v6Only = on;
  }

  /**
   * Takes the first entry of the error queue (MSG_ERRQUEUE), and `length` bytes at most of the message that it is about.
   * @returns how many bytes; EAGAIN if there is no entry
   */
  receiveError(entry: ErrorQueueEntry, into: Uint8Array, at: number, length: number): number {
    const { errors } = this;
    const given = errors?.take(entry, this.domain, into, at, length) ?? -1;
    if (errors === undefined || given < 0) return AGAIN;
    // Linux: of what ICMP told the next entry is what SO_ERROR says (sock_dequeue_err_skb).
    const { pendingErrno } = errors;
    if (pendingErrno > 0) this.replaceError(errorCodeOf(pendingErrno));
    else if (isIcmp(entry)) this.replaceError(undefined);
    return given;
  }

  /** Whether the error queue holds something: POLLERR. */
  get hasQueuedError(): boolean {
    return this.errors !== undefined && this.errors.length > 0;
  }

  /** Puts something into the error queue. */
  protected queueError(error: QueuedError): void {
    this.errorQueue().add(error);
  }

  /** Forgets what the error queue holds, when a program asks for errors no more. */
  purgeErrors(): void {
    this.errors?.purge();
  }

  /** What the socket reports, for a program that asks for something. */
  ownNotices(): SentNotices {
    this.notices ??= new SentNotices(this.errorQueue(), this.clock, this.type === SOCK_STREAM);
    return this.notices;
  }

  /** Tells the watchers if something was reported since they were told last. */
  protected notifyOfReports(): void {
    if (this.errors?.takeNews() === true) this.notify();
  }

  private errorQueue(): ErrorQueue {
    this.errors ??= new ErrorQueue();
    return this.errors;
  }

  watch(watcher: Watcher): void {
    this.watchers.push(watcher);
  }

  unwatch(watcher: Watcher): void {
    const index = this.watchers.indexOf(watcher);
    if (index >= 0) this.watchers.splice(index, 1);
  }

  protected notify(): void {
    const { watchers } = this;
    // Mostly there is one.
    if (watchers.length === 1) {
      watchers[0]!();
      return;
    }
    // From the end: a watcher may take itself off.
    for (let index = watchers.length - 1; index >= 0; index--) watchers[index]?.();
  }
}
