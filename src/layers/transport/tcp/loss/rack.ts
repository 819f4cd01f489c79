/**
 * Loss detection by time: RACK, RFC 8985 §6. A segment is lost if another that was sent sufficiently later has arrived.
 * So it finds lost retransmissions and lost tails that counting cannot, and is not misled by reordering. Needs SACK.
 *
 * Variables have the names of §5.3. The order in which the list of the transmit log is kept is that of `xmit_ts`, so
 * that only what may be marked is looked at (§6.2 step 5, "As an optimization").
 */
import type { Clock } from '../../../clock.ts';
import type { AckEvent } from '../congestion/ack-event.ts';
import { greaterOrEqual, greaterThan } from '../sequence.ts';
import type { TransmitLog } from '../transmit-log.ts';
import type { LossDetection } from './detection.ts';
import { ReorderingDetector } from './reordering.ts';
import type { Sender } from './sender.ts';

/** §6.2 step 4: recoveries without a DSACK after which the window is back at its start. */
const PERSISTENCE = 16;
/**
 * §6.2 step 2, second condition: an ACK sooner than min_RTT is not of the retransmission. Our clock is exact, and a short
 * segment is on its way for a shorter time than those that were measured.
 */
const TOO_SOON = 15 / 16;

export class Rack implements LossDetection {
  readonly name = 'rack';
  readonly reordering: ReorderingDetector;
  /** RACK.reo_wnd_mult: for those who study it. */
  reoWndMult: number;
  /** RACK.end_seq: of the segment sent last among those that have arrived. */
  endSequence: number;
  /** RACK.reo_wnd, for those who study it. */
  reoWndNs: number;
  /** RACK.xmit_ts and RACK.rtt of the segment that `endSequence` is of; -1 before any. */
  xmitNs: number;
  rttNs: number;
  /** Of the acknowledgment that is taken in: when it came, when at the latest what it echoes was sent; and min_RTT. */
  private nowNs: number;
  private echoNs: number;
  private minimumRttNs: number;
  private reoWndPersist: number;
  /** RACK.dsack_round: SND.NXT when a DSACK was last acted upon; `undefined` is None. */
  private dsackRound: number | undefined;
  private dsackSeen: boolean;
  private recoveryJustEnded: boolean;

  constructor() {
    this.reordering = new ReorderingDetector();
    this.reoWndMult = 1;
    this.endSequence = 0;
    this.reoWndNs = 0;
    this.xmitNs = -1;
    this.rttNs = 0;
    this.nowNs = 0;
    this.echoNs = Number.POSITIVE_INFINITY;
    this.minimumRttNs = Number.POSITIVE_INFINITY;
    this.reoWndPersist = PERSISTENCE;
    this.dsackRound = undefined;
    this.dsackSeen = false;
    this.recoveryJustEnded = false;
  }

  begin(sender: Sender, { nowNs, echoNs }: AckEvent): void {
    this.nowNs = nowNs;
    this.echoNs = echoNs;
    this.minimumRttNs = sender.rtt.minimumNs; // step 1
    this.reordering.begin();
  }

  /** Step 2, and what step 3 needs. */
  delivered(log: TransmitLog, index: number): void {
    const place = log.place(index);
    const end = log.endAt(place);
    const retransmitted = log.transmissionsAt(place) > 1;
    this.reordering.delivered(end, retransmitted);
    const xmitNs = log.lastSentAt(place);
    const rttNs = this.nowNs - xmitNs;
    if (retransmitted) {
      // Not the last transmission is acknowledged, by the timestamp or by the heuristic. Echoed is the timestamp of the last
      // segment in order (RFC 7323 §4.3): it tells of the first record, which SND.UNA moves over, and nothing of one that
      // is SACKed beyond a gap. By the letter no probe of a lost tail would find it out.
      if (index === 0 && this.echoNs < xmitNs) return;
      if (rttNs < this.minimumRttNs * TOO_SOON) return;
    }
    if (!sentAfter(xmitNs, end, this.xmitNs, this.endSequence)) return;
    this.rttNs = rttNs;
    this.xmitNs = xmitNs;
    this.endSequence = end;
  }

  /** RACK.reordering_seen. */
  get reorderingSeen(): boolean {
    return this.reordering.count > 0;
  }

  lost(): void {}

  duplicateReported(): void {
    this.dsackSeen = true;
  }

  recoveryStarted(): void {}

  recoveryEnded(): void {
    this.recoveryJustEnded = true;
  }

  /**
   * RACK.segment may be one of those that were sent again: then nothing was sent before it in truth (§6.2 step 2, "if the
   * sender were to use timing information from a spurious retransmission").
   */
  recoveryUndone(): void {
    this.xmitNs = -1;
    this.recoveryJustEnded = true;
  }

  detect(sender: Sender, clock: Clock, newInformation: boolean): number {
    if (newInformation) this.reordering.finish();
    this.updateReorderingWindow(sender);
    this.dsackSeen = false;
    this.recoveryJustEnded = false;
    if (!sender.settings.fastRetransmit || this.xmitNs < 0) return 0;
    return this.detectLoss(sender, clock);
  }

  /** §6.3: the first segment is lost, the others only if they were sent long enough ago. */
  timeout(sender: Sender, nowNs: number, forgetSacks: boolean): void {
    const { log } = sender;
    if (forgetSacks) {
      log.markAllLost(true);
      return;
    }
    const rttNs = this.xmitNs >= 0 ? this.rttNs : sender.rtt.srttNs;
    const cause = nowNs - rttNs - this.reoWndNs;
    for (let index = 0; index < log.count; index++) {
      if (index === 0 || log.lastSent(index) <= cause) log.markLost(index);
    }
  }

  /** What is not held for lost is in the network, or the reordering timer would have told. */
  lastResort(): number {
    return -1;
  }

  /** Step 4: `RACK_update_reo_wnd`. */
  private updateReorderingWindow(sender: Sender): void {
    const { settings } = sender;
    if (settings.rackReorderingWindow === 'adaptive') this.adapt(sender);
    const isWaiting = settings.rackReorderingWindow !== 'none' && this.mayBeReordered(sender);
    this.reoWndNs = isWaiting ? Math.min((this.reoWndMult * sender.rtt.minimumNs) / 4, sender.rtt.srttNs) : 0;
  }

  private mayBeReordered({ lossState, log, settings }: Sender): boolean {
    if (this.reorderingSeen) return true;
    return lossState === 'open' && log.sackedCount < settings.duplicateAckThreshold;
  }

  private adapt(sender: Sender): void {
    if (this.dsackRound !== undefined && greaterOrEqual(sender.sndUna, this.dsackRound)) this.dsackRound = undefined;
    if (this.dsackRound === undefined && this.dsackSeen) {
      this.dsackRound = sender.sndNxt;
      this.reoWndMult++;
      this.reoWndPersist = PERSISTENCE;
    } else if (this.recoveryJustEnded) {
      this.reoWndPersist--;
      if (this.reoWndPersist <= 0) this.reoWndMult = 1;
    }
  }

  /** Step 5: `RACK_detect_loss`. @returns the time to wait for the last of those that are not old enough yet */
  private detectLoss(sender: Sender, clock: Clock): number {
    const { log } = sender;
    const nowNs = clock.now();
    let timeoutNs = 0;
    let index = log.oldestSent;
    while (index >= 0 && log.lastSent(index) <= this.xmitNs) {
      const next = log.sentAfter(index);
      if (sentAfter(this.xmitNs, this.endSequence, log.lastSent(index), log.end(index))) {
        const remainingNs = log.lastSent(index) + this.rttNs + this.reoWndNs - nowNs;
        if (remainingNs <= 0) log.markLost(index);
        else timeoutNs = Math.max(remainingNs, timeoutNs);
      }
      index = next;
    }
    return Math.ceil(timeoutNs);
  }
}

/** `RACK_sent_after` of §6.2 step 2. */
const sentAfter = (oneNs: number, oneEnd: number, otherNs: number, otherEnd: number): boolean =>
  oneNs > otherNs || (oneNs === otherNs && greaterThan(oneEnd, otherEnd));
