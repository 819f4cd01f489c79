/**
 * How the window grows in slow start: RFC 5681 §3.1 with the counting of RFC 3465 §2.2, and HyStart++ (RFC 9406) for the
 * first one where the settings want it.
 */
import type { TcpSettings } from '../settings.ts';
import type { AckEvent } from './ack-event.ts';
import { HyStart } from './hystart.ts';

/** `L` of RFC 9406 §4.3 when nothing paces what is sent. */
const UNPACED_SEGMENTS = 8;

export class SlowStart {
  private readonly settings: TcpSettings;
  /** For the initial slow start only: RFC 9406 §4.3. */
  private readonly hystart: HyStart | undefined;
  private first: boolean;
  private afterTimeout: boolean;

  constructor(settings: TcpSettings, hystart: boolean) {
    this.settings = settings;
    this.hystart = hystart ? new HyStart() : undefined;
    this.first = true;
    this.afterTimeout = false;
  }

  /** Congestion ends it; one that follows a timeout counts more carefully (RFC 3465 §2.3). */
  ended(byTimeout: boolean): void {
    this.first = false;
    this.afterTimeout = byTimeout;
  }

  /** The congestion was none. */
  restore(first: boolean): void {
    this.first = first;
    this.afterTimeout = false;
  }

  /** No congestion so far. */
  get isFirst(): boolean {
    return this.first;
  }

  /** HyStart++ has found the window large enough. */
  get isOver(): boolean {
    return this.first && this.hystart?.isOver === true;
  }

  /** @returns octets by which the window may grow for this acknowledgment */
  increase(event: AckEvent, smss: number): number {
    const { settings } = this;
    if (this.first && this.hystart !== undefined) return this.hystart.increase(event, smss, this.hystartLimit());
    // "Traditionally … by precisely SMSS bytes upon receipt of an ACK covering new data": RFC 5681 §3.1.
    if (!settings.appropriateByteCounting) return smss;
    // RFC 5681 §3.1 equation 2 is RFC 3465 §2.2 with L = 1 segment; in a slow start that repairs losses that is a MUST.
    const limit = this.afterTimeout
      ? settings.appropriateByteCountingLimitAfterTimeoutSegments
      : settings.appropriateByteCountingLimitSegments;
    return Math.min(event.ackedBytes, limit * smss);
  }

  /** RFC 9406 §4.2: what is paced needs no limit. */
  private hystartLimit(): number {
    const { pacing, appropriateByteCountingLimitSegments } = this.settings;
    return pacing ? Number.POSITIVE_INFINITY : Math.max(UNPACED_SEGMENTS, appropriateByteCountingLimitSegments);
  }
}
