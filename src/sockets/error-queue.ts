/**
 * The error queue of a socket (recv(2), MSG_ERRQUEUE): what ICMP said of what it sent (ip(7), IP_RECVERR), when something
 * was sent (timestamping.rst), and that a zero-copy send is done (msg_zerocopy.rst). An entry is Linux's
 * `struct sock_extended_err` with what the kernel puts beside it.
 */
import { type IpAddress, UNSPECIFIED_V4 } from '../layers/address.ts';
import { toProgram } from './address-record.ts';
import {
  SO_EE_CODE_ZEROCOPY_COPIED,
  SO_EE_ORIGIN_ICMP,
  SO_EE_ORIGIN_ICMP6,
  SO_EE_ORIGIN_ZEROCOPY,
} from './constants.ts';

/** Where `recverr` puts an entry: one record, filled anew by each call. */
export class ErrorQueueEntry {
  /** `ee_errno`, `ee_origin`, `ee_type`, `ee_code`, `ee_info`, `ee_data`. */
  errno: number;
  origin: number;
  type: number;
  code: number;
  info: number;
  data: number;
  /** When it happened, in nanoseconds: the first of `scm_timestamping`. -1 if nobody asked for software timestamps. */
  timeNs: number;
  /** SO_EE_OFFENDER: who sent the ICMP message; `undefined` if there is none. */
  offender: IpAddress | undefined;
  /** Where the datagram was going, if the error is about one (`msg_name`); else port 0. */
  address: IpAddress;
  port: number;
  /** Bytes of the message that it is about. More than were given means that it was cut. */
  messageLength: number;

  constructor() {
    this.errno = 0;
    this.origin = 0;
    this.type = 0;
    this.code = 0;
    this.info = 0;
    this.data = 0;
    this.timeNs = -1;
    this.offender = undefined;
    this.address = UNSPECIFIED_V4;
    this.port = 0;
    this.messageLength = 0;
  }
}

/** An entry that waits. What is left out is 0, or is not there. */
export interface QueuedError {
  readonly errno: number;
  readonly origin: number;
  readonly type?: number;
  readonly code?: number;
  readonly info?: number;
  readonly data?: number;
  readonly timeNs?: number;
  readonly offender?: IpAddress | undefined;
  readonly address?: IpAddress;
  readonly port?: number;
  readonly message?: Uint8Array | undefined;
}

/** What entries may take; one more is lost. Linux: `net.core.rmem_default`, with its own overhead for each. */
const LIMIT_BYTES = 212_992;
const OVERHEAD_BYTES = 768;

export class ErrorQueue {
  private readonly waiting: QueuedError[];
  private heldBytes: number;
  /** Something was added since the program was told. */
  private hasNews: boolean;

  constructor() {
    this.waiting = [];
    this.heldBytes = 0;
    this.hasNews = false;
  }

  get length(): number {
    return this.waiting.length;
  }

  /** The errno of the entry that is next, if ICMP told of it: it is the socket's pending error then. */
  get pendingErrno(): number {
    const next = this.waiting[0];
    return next !== undefined && isIcmp(next) ? next.errno : 0;
  }

  add(error: QueuedError): void {
    const bytes = sizeOf(error);
    if (this.heldBytes + bytes > LIMIT_BYTES) return;
    this.heldBytes += bytes;
    this.waiting.push(error);
    this.hasNews = true;
  }

  /**
   * Zero-copy send number `number` is done. A run of them is one entry, from `info` to `data`. It was copied: that is what
   * the code says, so that a program may stop asking for what it does not get.
   */
  zeroCopyDone(number: number): void {
    this.hasNews = true;
    const last = this.waiting[this.waiting.length - 1];
    if (last?.origin === SO_EE_ORIGIN_ZEROCOPY && number === ((last.data ?? 0) + 1) >>> 0) {
      this.waiting[this.waiting.length - 1] = { ...last, data: number };
      return;
    }
    // Never lost: a program waits for it before it uses the memory again.
    const entry = {
      errno: 0,
      origin: SO_EE_ORIGIN_ZEROCOPY,
      code: SO_EE_CODE_ZEROCOPY_COPIED,
      info: number,
      data: number,
    };
    this.heldBytes += sizeOf(entry);
    this.waiting.push(entry);
  }

  /** Whether something was added since this was asked last. */
  takeNews(): boolean {
    const { hasNews } = this;
    this.hasNews = false;
    return hasNews;
  }

  /**
   * Takes the first entry, and `length` bytes at most of the message that it is about; the rest of them is lost.
   * @param domain of the socket: how its program is shown addresses
   * @returns how many bytes; -1 if there is no entry
   */
  take(entry: ErrorQueueEntry, domain: number, into: Uint8Array, at: number, length: number): number {
    const error = this.waiting.shift();
    if (error === undefined) return -1;
    this.heldBytes -= sizeOf(error);
    entry.errno = error.errno;
    entry.origin = error.origin;
    entry.type = error.type ?? 0;
    entry.code = error.code ?? 0;
    entry.info = error.info ?? 0;
    entry.data = error.data ?? 0;
    entry.timeNs = error.timeNs ?? -1;
    entry.offender = error.offender === undefined ? undefined : toProgram(domain, error.offender);
    entry.address = error.address === undefined ? UNSPECIFIED_V4 : toProgram(domain, error.address);
    entry.port = error.port ?? 0;
    const { message } = error;
    entry.messageLength = message?.length ?? 0;
    if (message === undefined) return 0;
    const given = Math.min(message.length, length);
    into.set(message.subarray(0, given), at);
    return given;
  }

  /** Forgets all but what a program waits for before it uses its memory again. */
  purge(): void {
    const kept = this.waiting.filter(({ origin }) => origin === SO_EE_ORIGIN_ZEROCOPY);
    this.waiting.splice(0, this.waiting.length, ...kept);
    this.heldBytes = kept.reduce((sum, error) => sum + sizeOf(error), 0);
  }
}

/** Whether ICMP told of it. */
export const isIcmp = ({ origin }: Pick<QueuedError, 'origin'>): boolean =>
  origin === SO_EE_ORIGIN_ICMP || origin === SO_EE_ORIGIN_ICMP6;

const sizeOf = ({ message }: QueuedError): number => OVERHEAD_BYTES + (message?.length ?? 0);
