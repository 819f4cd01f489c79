/**
 * What a connection's time goes to: Linux's chronograph (`tcpi_busy_time`, `tcpi_rwnd_limited`, `tcpi_sndbuf_limited`;
 * RFC 4898 has the like in `tcpEStatsPerfSndLim…`). It is busy while something that the program has written, or its FIN,
 * is not acknowledged. Of that time
 *
 * - the receiver's window limits it while something waits to be sent that the congestion window has room for, and the
 *   usable window does not take a segment of it;
 * - the send buffer does while all is sent, the buffer is full, and both windows would take another segment.
 *
 * As in Linux, time that the congestion window or pacing costs is none of the two, nor what Nagle or a cork holds back.
 * Linux asks whether the program has met the full buffer; here it counts for full whether or not the program has more.
 * Which of them it is at present is found in `activity-now.ts`.
 */

import type { Clock } from '../../clock.ts';

export const IDLE = 0;
export const BUSY = 1;
export const RECEIVE_WINDOW_LIMITED = 2;
export const SEND_BUFFER_LIMITED = 3;

export class Activity {
  kind: number;
  /** Since when; and for how long so far, by kind. */
  private sinceNs: number;
  private readonly spent: Float64Array;

  constructor() {
    this.kind = IDLE;
    this.sinceNs = 0;
    this.spent = new Float64Array(SEND_BUFFER_LIMITED + 1);
  }

  busyNs(nowNs: number): number {
    return this.of(BUSY, nowNs) + this.receiveWindowLimitedNs(nowNs) + this.sendBufferLimitedNs(nowNs);
  }

  receiveWindowLimitedNs(nowNs: number): number {
    return this.of(RECEIVE_WINDOW_LIMITED, nowNs);
  }

  sendBufferLimitedNs(nowNs: number): number {
    return this.of(SEND_BUFFER_LIMITED, nowNs);
  }

  /** From now on it is `kind`. */
  turn(kind: number, clock: Clock): void {
    const nowNs = clock.now();
    this.spent[this.kind]! += nowNs - this.sinceNs;
    this.sinceNs = nowNs;
    this.kind = kind;
  }

  private of(kind: number, nowNs: number): number {
    return this.spent[kind]! + (this.kind === kind ? nowNs - this.sinceNs : 0);
  }
}
