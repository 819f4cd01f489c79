/**
 * What a descriptor stands for: the calls of every kind of socket. Each is non-blocking and answers a number; a negative
 * one is `-errno`. Addresses here are the program's: `address-record.ts` turns them into the stack's.
 */
import type { IpAddress } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { AddressRecord } from './address-record.ts';
import { failure } from './errno.ts';

/** Is called whenever the readiness of a socket may have changed: ask `poll` what it is now. */
export type Watcher = () => void;

export abstract class OpenSocket {
  /** AF_INET or AF_INET6; SOCK_STREAM, SOCK_DGRAM or SOCK_RAW; an IP protocol number. */
  readonly domain: number;
  readonly type: number;
  readonly protocol: number;
  /** IPV6_V6ONLY: an AF_INET6 socket that leaves IPv4 alone. */
  v6Only: boolean;
  private readonly watchers: Watcher[];

  constructor(domain: number, type: number, protocol: number) {
    this.domain = domain;
    this.type = type;
    this.protocol = protocol;
    this.v6Only = false;
    this.watchers = [];
  }

  abstract readonly isBound: boolean;
  abstract readonly isListening: boolean;
  abstract bind(address: IpAddress, port: number, interfaceIndex: number): number;
  abstract connect(address: IpAddress, port: number, interfaceIndex: number): number;
  abstract send(
    bytes: Uint8Array,
    at: number,
    length: number,
    flags: number,
    address: IpAddress | undefined,
    port: number,
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
  abstract localName(into: AddressRecord): number;
  abstract peerName(into: AddressRecord): number;
  /** FIONREAD: bytes that can be read; of datagrams, those of the next one. */
  abstract readableBytes(): number;

  listen(_backlog: number): number {
    return failure('EOPNOTSUPP');
  }

  /** The next connection that was made to a listening socket. */
  accept(_peer: AddressRecord | undefined): OpenSocket | number {
    return failure('EOPNOTSUPP');
  }

  /** SIOCATMARK: 1 if the read position is at the urgent mark, else 0. */
  atUrgentMark(): number {
    return failure('EINVAL');
  }

  /** Sets IPV6_V6ONLY. Only before the socket is bound. */
  restrictToIpv6(on: boolean): void {
    this.v6Only = on;
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
