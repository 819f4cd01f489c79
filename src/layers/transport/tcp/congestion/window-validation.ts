/**
 * Congestion window validation: a window that is not used says nothing of the path, so it does not grow. In full, RFC 7661
 * (new CWV): pipeACK measures how much of the window the network has carried of late; while that is less than half, the
 * window is not validated: it is kept, for five minutes, but a loss cuts it to what was used.
 *
 * Left out: a limit on bursts of its own (§4.4.2); pacing is one. The reaction to marks is as to losses, without the
 * adjustment at the end of a recovery.
 */
import { SECOND } from '../../../clock.ts';
import { greaterOrEqual } from '../sequence.ts';
import type { TcpSettings } from '../settings.ts';
import type { TransmitLog } from '../transmit-log.ts';
import type { AckEvent } from './ack-event.ts';
import type { CongestionCause, CongestionControl } from './congestion-control.ts';

/** What it looks at: the sending half of a connection. */
export interface WindowOwner {
  readonly settings: TcpSettings;
  readonly log: TransmitLog;
  readonly congestion: CongestionControl;
  readonly rtt: { readonly srttNs: number };
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly smss: number;
  readonly lossState: 'open' | 'recovery' | 'loss';
}

/** RFC 7661 §4.5.1: the sampling period in equal parts, each of which keeps its highest sample. */
const PARTS = 5;
const UNDEFINED = -1;

export class WindowValidation {
  /** What holds back in this round trip: whether the window was full, how full it was at most, and where the round ends. */
  private isFull: boolean;
  private mostPipe: number;
  private roundEnd: number;
  /** The highest samples, newest first, and when the newest part began. */
  private readonly highest: Float64Array;
  private partStartNs: number;
  private hasSamples: boolean;
  /** The sample that is being taken: octets delivered since it began, and the octet whose acknowledgment ends it. */
  private sampleBytes: number;
  private sampleEnd: number;
  private isSampling: boolean;
  /** pipeACK, and whether the window was validated, when the last acknowledgment came; when it last was. */
  private pipeAck: number;
  private wasValidated: boolean;
  private validatedNs: number;
  /** In a recovery that began in the non-validated phase: what it was begun with, and what was sent again. */
  private lossFlightSize: number;
  private retransmittedBytes: number;
  private wasRecovering: boolean;

  constructor() {
    this.isFull = false;
    this.mostPipe = 0;
    this.roundEnd = 0;
    this.highest = new Float64Array(PARTS);
    this.partStartNs = 0;
    this.hasSamples = false;
    this.sampleBytes = 0;
    this.sampleEnd = 0;
    this.isSampling = false;
    this.pipeAck = UNDEFINED;
    this.wasValidated = true;
    this.validatedNs = 0;
    this.lossFlightSize = UNDEFINED;
    this.retransmittedBytes = 0;
    this.wasRecovering = false;
  }

  /** The connection is established: it starts validated (RFC 7661 §4.1). */
  start(nowNs: number): void {
    this.partStartNs = nowNs;
    this.validatedNs = nowNs;
  }

  /** All was sent that could be: is the window full now? RFC 7661 §4.5.3. */
  sent(sender: WindowOwner): void {
    const { log, congestion, sndUna, sndNxt, smss } = sender;
    const { pipe } = log;
    const isFull = pipe + smss > congestion.cwnd;
    if (isFull || (!this.isFull && pipe > this.mostPipe) || greaterOrEqual(sndUna, this.roundEnd)) {
      this.isFull = isFull;
      this.mostPipe = pipe;
      this.roundEnd = sndNxt;
    }
  }

  /**
   * Whether the window may grow by an acknowledgment that arrives now. In slow start, half of it used is enough, since the
   * flight doubles in a round trip.
   */
  mayGrow(sender: WindowOwner, { nowNs }: AckEvent): boolean {
    const { settings, congestion } = sender;
    const isValidated =
      settings.congestionWindowValidation !== 'full' || this.look(congestion.cwnd, nowNs, sender.rtt.srttNs);
    if (settings.congestionWindowValidation === 'none' || this.isFull) return true;
    if (settings.congestionWindowValidation === 'full') return isValidated;
    return congestion.cwnd < congestion.ssthresh && this.mostPipe * 2 >= congestion.cwnd;
  }

  /** An acknowledgment was taken in: samples pipeACK, and ends what a recovery leaves to be done. */
  measured(sender: WindowOwner, event: AckEvent): void {
    if (sender.settings.congestionWindowValidation !== 'full') return;
    if (sender.lossState !== 'open') {
      // RFC 7661 §4.2: "the sender stops collecting pipeACK samples during loss recovery"; afterwards it is undefined.
      this.wasRecovering = true;
      this.isSampling = false;
      this.sampleBytes = 0;
      return;
    }
    if (this.wasRecovering) {
      this.afterRecovery(sender);
      return;
    }
    this.sample(event);
    this.look(sender.congestion.cwnd, event.nowNs, event.srttNs);
  }

  /** What a controller is to take for FlightSize when an acknowledgment tells of congestion: RFC 7661 §4.4.1. */
  congested(sender: WindowOwner, flightSize: number, cause: CongestionCause): number {
    if (sender.settings.congestionWindowValidation !== 'full' || this.wasValidated) return flightSize;
    const used = Math.max(flightSize, this.pipeAck);
    this.lossFlightSize = cause === 'loss' ? used : UNDEFINED;
    this.retransmittedBytes = 0;
    return used;
  }

  /** The retransmission timer has expired, which ends the phase: RFC 7661 §4.4. */
  timedOut(): void {
    this.lossFlightSize = UNDEFINED;
    this.wasRecovering = true;
  }

  /** Octets are sent again that had been sent once. */
  retransmitted(bytes: number): void {
    this.retransmittedBytes += bytes;
  }

  /** New data is about to be sent: RFC 7661 §4.4.3, after the non-validated period. */
  beforeSending(sender: WindowOwner, nowNs: number, srttNs: number, initialWindow: number): void {
    const { settings, congestion } = sender;
    if (nowNs - this.validatedNs <= settings.nonValidatedPeriodNs) return;
    if (this.look(congestion.cwnd, nowNs, srttNs)) return;
    // §4.5.2: one reduction for each period that has passed.
    while (nowNs - this.validatedNs > settings.nonValidatedPeriodNs) {
      const { cwnd, ssthresh } = congestion;
      congestion.lower?.(Math.max(Math.floor(cwnd / 2), initialWindow), Math.max(ssthresh, Math.floor((3 * cwnd) / 4)));
      this.validatedNs = congestion.cwnd < cwnd ? this.validatedNs + settings.nonValidatedPeriodNs : nowNs;
    }
  }

  /** In which phase it is now: RFC 7661 §4.3. An undefined pipeACK inhibits the non-validated one. */
  private look(cwnd: number, nowNs: number, srttNs: number): boolean {
    this.forget(nowNs, srttNs);
    this.pipeAck = this.hasSamples ? this.highest.reduce((most, sample) => Math.max(most, sample)) : UNDEFINED;
    this.wasValidated = !this.hasSamples || this.pipeAck * 2 >= cwnd;
    if (this.wasValidated) this.validatedNs = nowNs;
    return this.wasValidated;
  }

  /** Samples count for the pipeACK sampling period, Max(3*RTT, 1 second): RFC 7661 §4.2. */
  private forget(nowNs: number, srttNs: number): void {
    const { highest } = this;
    const partNs = Math.max(3 * srttNs, SECOND) / PARTS;
    const parts = Math.floor((nowNs - this.partStartNs) / partNs);
    if (parts <= 0) return;
    highest.copyWithin(Math.min(parts, PARTS), 0);
    highest.fill(0, 0, Math.min(parts, PARTS));
    this.partStartNs = parts < PARTS ? this.partStartNs + parts * partNs : nowNs;
  }

  /** A sample is what was delivered from an acknowledgment until that of all that was in flight then: a round trip. */
  private sample(event: AckEvent): void {
    if (!this.isSampling) this.sampleEnd = event.sndNxt; // the first of a flight
    this.isSampling = true;
    this.sampleBytes += event.deliveredBytes;
    if (!greaterOrEqual(event.sndUna, this.sampleEnd)) return;
    this.forget(event.nowNs, event.srttNs);
    this.highest[0] = Math.max(this.highest[0]!, this.sampleBytes);
    this.hasSamples = true;
    this.sampleBytes = 0;
    this.sampleEnd = event.sndNxt;
    this.isSampling = event.sndNxt !== event.sndUna;
  }

  /** RFC 7661 §4.4.1: the window is what was used, less what of it was lost, halved; pipeACK is undefined again. */
  private afterRecovery(sender: WindowOwner): void {
    const { congestion, smss } = sender;
    if (this.lossFlightSize !== UNDEFINED) {
      const window = Math.max(Math.floor((this.lossFlightSize - this.retransmittedBytes) / 2), smss);
      congestion.lower?.(window, window);
    }
    this.lossFlightSize = UNDEFINED;
    this.wasRecovering = false;
    this.hasSamples = false;
    this.highest.fill(0);
  }
}
