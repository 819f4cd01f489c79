/**
 * When what a program sent went out, and when it was acknowledged: SO_TIMESTAMPING as Documentation/networking/timestamping.rst
 * has it, with the reports in the error queue. A stack without a queue of its own below IP hands a segment over and has sent
 * it: SCHED and SND are the same moment, in this order. Without OPT_TSONLY a report holds the payload of the packet that
 * carried the last octet; Linux has the packet's headers before it.
 * Left out on purpose: timestamps of what arrives, those of hardware, OPT_STATS, OPT_CMSG, OPT_PKTINFO.
 */
import type { Clock } from '../layers/clock.ts';
import type { SendWatcher } from '../layers/transport/tcp/send-marks.ts';
import * as the from './constants.ts';
import type { ErrorQueue } from './error-queue.ts';

/** Which moments are reported: what may be asked for one call alone. */
const RECORDED = the.SOF_TIMESTAMPING_TX_SCHED | the.SOF_TIMESTAMPING_TX_SOFTWARE | the.SOF_TIMESTAMPING_TX_ACK;
const REPORTED =
  the.SOF_TIMESTAMPING_SOFTWARE |
  the.SOF_TIMESTAMPING_OPT_ID |
  the.SOF_TIMESTAMPING_OPT_ID_TCP |
  the.SOF_TIMESTAMPING_OPT_TSONLY;
/** `ee_errno` of a timestamp: ENOMSG. */
const NO_MESSAGE = 42;

/** Only what is acknowledged can be acknowledged: a datagram is not. */
const recorded = (isStream: boolean): number => (isStream ? RECORDED : RECORDED & ~the.SOF_TIMESTAMPING_TX_ACK);

/** Whether the flags of one call can be met. */
export const areRecordable = (flags: number, isStream: boolean): boolean => (flags & ~recorded(isStream)) === 0;

export class TransmitTimestamps {
  /** As they were set; `key` is what the numbers of OPT_ID count from: a sequence number, or of datagrams how many there were. */
  flags: number;
  key: number;
  private readonly errors: ErrorQueue;
  private readonly clock: Clock;
  private readonly isStream: boolean;

  constructor(errors: ErrorQueue, clock: Clock, isStream: boolean) {
    this.flags = 0;
    this.key = 0;
    this.errors = errors;
    this.clock = clock;
    this.isStream = isStream;
  }

  /** Whether the flags can be met, all of them. */
  takes(flags: number): boolean {
    if ((flags & ~(recorded(this.isStream) | REPORTED)) !== 0) return false;
    return (flags & the.SOF_TIMESTAMPING_OPT_ID_TCP) === 0 || (flags & the.SOF_TIMESTAMPING_OPT_ID) !== 0;
  }

  /** Whether setting these flags begins to count anew. */
  counts(flags: number): boolean {
    return (flags & ~this.flags & the.SOF_TIMESTAMPING_OPT_ID) !== 0;
  }

  /** Which moments of a call are reported. @param own what the call says itself */
  recordedOf(own: number | undefined): number {
    return own ?? this.flags & RECORDED;
  }

  /** A datagram has gone. */
  datagramSent(record: number, bytes: Uint8Array, at: number, length: number): void {
    if ((record & RECORDED) === 0) return;
    const id = (this.flags & the.SOF_TIMESTAMPING_OPT_ID) === 0 ? 0 : this.key++ >>> 0;
    const message = this.copied(bytes, at, length);
    if ((record & the.SOF_TIMESTAMPING_TX_SCHED) !== 0) this.report(the.SCM_TSTAMP_SCHED, id, message);
    if ((record & the.SOF_TIMESTAMPING_TX_SOFTWARE) !== 0) this.report(the.SCM_TSTAMP_SND, id, message);
  }

  /** Reports of octets of a stream. @param last the sequence number of the last */
  watcher(record: number, last: number): SendWatcher {
    return new OctetTimestamps(this, record, last);
  }

  /** Of octets: their number is how many lie between the last of them and where the count began. */
  reportOctets(kind: number, last: number, message: Uint8Array | undefined): void {
    const hasId = (this.flags & the.SOF_TIMESTAMPING_OPT_ID) !== 0;
    this.report(kind, hasId ? (last - this.key) >>> 0 : 0, message);
  }

  /** The payload for a report, if it has one. */
  copied(bytes: Uint8Array, at: number, length: number): Uint8Array | undefined {
    return (this.flags & the.SOF_TIMESTAMPING_OPT_TSONLY) === 0 ? bytes.slice(at, at + length) : undefined;
  }

  private report(kind: number, id: number, message: Uint8Array | undefined): void {
    const timeNs = (this.flags & the.SOF_TIMESTAMPING_SOFTWARE) === 0 ? -1 : this.clock.now();
    const origin = the.SO_EE_ORIGIN_TIMESTAMPING;
    this.errors.add({ errno: NO_MESSAGE, origin, info: kind, data: id, timeNs, message });
  }
}

class OctetTimestamps implements SendWatcher {
  private readonly timestamps: TransmitTimestamps;
  private readonly record: number;
  private readonly last: number;
  private message: Uint8Array | undefined;

  constructor(timestamps: TransmitTimestamps, record: number, last: number) {
    this.timestamps = timestamps;
    this.record = record;
    this.last = last;
    this.message = undefined;
  }

  sent(bytes: Uint8Array, at: number, length: number): void {
    const { timestamps, record, last } = this;
    const message = timestamps.copied(bytes, at, length);
    if ((record & the.SOF_TIMESTAMPING_TX_SCHED) !== 0) timestamps.reportOctets(the.SCM_TSTAMP_SCHED, last, message);
    if ((record & the.SOF_TIMESTAMPING_TX_SOFTWARE) !== 0) timestamps.reportOctets(the.SCM_TSTAMP_SND, last, message);
    if ((record & the.SOF_TIMESTAMPING_TX_ACK) !== 0) this.message = message;
  }

  acknowledged(): void {
    if ((this.record & the.SOF_TIMESTAMPING_TX_ACK) === 0) return;
    this.timestamps.reportOctets(the.SCM_TSTAMP_ACK, this.last, this.message);
  }

  abandoned(): void {
    this.message = undefined;
  }
}
