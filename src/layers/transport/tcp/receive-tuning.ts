/**
 * Dynamic right-sizing of the receive buffer (Fisk and Feng, "Dynamic Right-Sizing in TCP", 2001; Linux's
 * `tcp_moderate_rcvbuf`): the receiver measures the round trip as well as it can, counts what its program has read in one,
 * and holds room for twice as much, so that a sender in slow start is never stopped by the window.
 * Left out on purpose: giving room back, since a window that was advertised must not shrink.
 */
import { MILLISECOND } from '../../clock.ts';
import { add, greaterOrEqual } from './sequence.ts';

/** Segments beyond twice what was read: a few that come in one burst fit even if the round trip was measured too short. */
const MARGIN_SEGMENTS = 16;

export class ReceiveTuning {
  /** The round trip in milliseconds; 0 before it was measured. */
  rttMs: number;
  /** The shortest sample since the last adjustment, or 0. */
  private sampleMs: number;
  /** A window of data is being timed: from when, and up to which sequence number. */
  private isTiming: boolean;
  private timedUntil: number;
  private timedFromNs: number;
  /** Bytes that the program has read since `countedFromNs`. */
  private copiedBytes: number;
  /** What it has read in the last whole round trip: the size of the window that it has a use for. */
  roundBytes: number;
  private countedFromNs: number;

  constructor() {
    this.rttMs = 0;
    this.sampleMs = 0;
    this.isTiming = false;
    this.timedUntil = 0;
    this.timedFromNs = 0;
    this.copiedBytes = 0;
    this.roundBytes = 0;
    this.countedFromNs = 0;
  }

  /**
   * Data has arrived in order.
   * @param echoNs the round trip that its timestamp shows, or -1: then it is timed how long a window of data takes
   */
  arrived(rcvNxt: number, rcvWnd: number, echoNs: number, nowNs: number): void {
    if (echoNs >= 0) {
      this.take(echoNs);
      return;
    }
    if (this.isTiming && !greaterOrEqual(rcvNxt, this.timedUntil)) return;
    if (this.isTiming) this.take(nowNs - this.timedFromNs);
    this.isTiming = rcvWnd > 0;
    this.timedUntil = add(rcvNxt, rcvWnd);
    this.timedFromNs = nowNs;
  }

  /**
   * The program has read.
   * @returns bytes of buffer that it could use, at the end of a round trip; 0 in between
   */
  read(bytes: number, smss: number, nowNs: number): number {
    const round = this.rttMs > 0 ? this.rttMs : this.sampleMs;
    if (round === 0 || nowNs - this.countedFromNs < round * MILLISECOND) {
      this.copiedBytes += bytes;
      return 0;
    }
    this.roundBytes = this.copiedBytes;
    const wanted = 2 * this.copiedBytes + MARGIN_SEGMENTS * smss;
    if (this.sampleMs > 0) this.rttMs = this.sampleMs;
    this.sampleMs = 0;
    // These bytes are the first of the next round trip.
    this.copiedBytes = bytes;
    this.countedFromNs = nowNs;
    return wanted;
  }

  private take(sampleNs: number): void {
    const sample = Math.max(1, Math.round(sampleNs / MILLISECOND));
    if (this.sampleMs === 0 || sample < this.sampleMs) this.sampleMs = sample;
  }
}
