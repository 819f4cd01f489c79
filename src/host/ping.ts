/**
 * Echo requests and what comes back: RFC 792, RFC 1122 §3.2.2.6, RFC 4443 §4. One round trip a call; `traceroute` asks
 * with growing hop limits.
 */
import type { IpAddress } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import { SECOND, type Timer } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { IcmpError, IcmpErrorKind } from '../layers/network/icmp-error.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { HostPath } from './host-path.ts';
import type { Machine } from './machine.ts';
import type { Paths } from './paths.ts';

export interface PingOptions {
  /** Bytes of data behind the 8 of the header. */
  readonly size?: number;
  /** Time to live or hop limit. */
  readonly hopLimit?: number;
  readonly timeoutNs?: number;
  /** Forbids fragmentation, so that the path MTU can be felt for. */
  readonly dontFragment?: boolean;
  readonly interfaceIndex?: number;
}

export const PING_DEFAULTS: { readonly size: number; readonly timeoutNs: number } = { size: 56, timeoutNs: SECOND };

export type PingResult =
  /** `from` answered. `size` is the data that came back; `isIntact` says whether it is what was sent. */
  | {
      readonly kind: 'reply';
      readonly from: IpAddress;
      readonly roundTripNs: number;
      readonly hopLimit: number;
      readonly size: number;
      readonly isIntact: boolean;
    }
  /** `from` reported that the request did not get there. */
  | { readonly kind: IcmpErrorKind; readonly from: IpAddress; readonly roundTripNs: number; readonly mtu: number }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'error'; readonly code: ErrorCode };

interface Waiting {
  readonly remote: IpAddress;
  readonly sentAt: number;
  readonly size: number;
  readonly timer: Timer;
  readonly callback: (result: PingResult) => void;
}

export class Ping {
  private readonly machine: Machine;
  private readonly paths: Paths;
  private readonly identifier: number;
  private readonly waiting: Map<number, Waiting>;
  private nextSequence: number;

  constructor(machine: Machine, paths: Paths) {
    this.machine = machine;
    this.paths = paths;
    this.identifier = machine.random('ping').next() & 0xffff;
    this.waiting = new Map();
    this.nextSequence = 1;
  }

  /** Sends one echo request; `callback` is called once, never before this returns. */
  send(remote: IpAddress, options: PingOptions, callback: (result: PingResult) => void): void {
    const { timers } = this.machine;
    const size = options.size ?? PING_DEFAULTS.size;
    const sequence = this.nextSequence;
    this.nextSequence = (sequence + 1) & 0xffff;
    const path = this.paths.path(remote, undefined, options.interfaceIndex);
    const failed = typeof path === 'string' ? path : this.sendOn(path, sequence, size, options);
    const now = timers.now();
    const timer = timers.timer(() => {
      this.waiting.delete(sequence);
      callback(failed === undefined ? { kind: 'timeout' } : { kind: 'error', code: failed });
    });
    // A failure is told by the timer too: nobody is called back while he still asks.
    timer.arm(failed === undefined ? now + (options.timeoutNs ?? PING_DEFAULTS.timeoutNs) : now);
    if (failed !== undefined || typeof path === 'string') return;
    this.waiting.set(sequence, { remote: path.remote, sentAt: now, size, timer, callback });
  }

  /** An echo reply that passed its checks. */
  replied(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    if (icmpv4.identifier(view, at) !== this.identifier) return 'icmp-no-listener';
    const waiting = this.take(icmpv4.sequenceNumber(view, at));
    if (waiting === undefined) return 'icmp-no-listener';
    const size = length - icmpv4.HEADER_LENGTH;
    waiting.callback({
      kind: 'reply',
      from: packet.source(),
      roundTripNs: this.machine.timers.now() - waiting.sentAt,
      hopLimit: packet.hopLimit,
      size,
      isIntact: size === waiting.size && isPattern(view, at + icmpv4.HEADER_LENGTH, size),
    });
    return undefined;
  }

  /** An error that quotes an echo request. */
  failed(error: IcmpError): void {
    const waiting = this.take(icmpv4.sequenceNumber(error.view, error.at));
    if (waiting === undefined) return;
    const { kind, reporter, mtu } = error;
    waiting.callback({ kind, from: reporter, roundTripNs: this.machine.timers.now() - waiting.sentAt, mtu });
  }

  /** Whether a quoted ICMP message is an echo request that still waits. */
  accepts(error: IcmpError): boolean {
    const request = error.remote.family === 4 ? icmpv4.ECHO : icmpv6.ECHO_REQUEST;
    if (icmpv4.type(error.view, error.at) !== request) return false;
    if (icmpv4.identifier(error.view, error.at) !== this.identifier) return false;
    return this.waiting.get(icmpv4.sequenceNumber(error.view, error.at))?.remote.equals(error.remote) === true;
  }

  private take(sequence: number): Waiting | undefined {
    const waiting = this.waiting.get(sequence);
    if (waiting === undefined) return undefined;
    this.waiting.delete(sequence);
    waiting.timer.cancel();
    return waiting;
  }

  private sendOn(path: HostPath, sequence: number, size: number, options: PingOptions): ErrorCode | undefined {
    const length = icmpv4.HEADER_LENGTH + size;
    if (length > 65_535 - (path.family === 4 ? 20 : 0)) return 'EMSGSIZE';
    path.hopLimit = options.hopLimit ?? path.hopLimit;
    path.dontFragment = options.dontFragment ?? false;
    const frame = this.machine.pool.acquire(path.headroom, length);
    frame.end = frame.start + length;
    const { view, start } = frame;
    const rest = (this.identifier << 16) | sequence;
    for (let i = 0; i < size; i++) view.setUint8(start + icmpv4.HEADER_LENGTH + i, i & 0xff);
    if (path.family === 4) {
      icmpv4.writeHeader(view, start, icmpv4.ECHO, 0, rest);
      icmpv4.writeChecksum(view, start, length);
      return path.send(frame, icmpv4.PROTOCOL, 0);
    }
    icmpv6.writeHeader(view, start, icmpv6.ECHO_REQUEST, 0, rest);
    const pseudo = pseudoHeaderSum(path.local, path.remote, icmpv6.PROTOCOL, length);
    icmpv6.writeChecksum(view, start, length, pseudo);
    return path.send(frame, icmpv6.PROTOCOL, 0);
  }
}

/** Whether the data is the request's: each byte its place, so that a misplaced one shows. */
function isPattern(view: DataView, at: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (view.getUint8(at + i) !== (i & 0xff)) return false;
  return true;
}
