/**
 * Packetization-layer path MTU discovery: RFC 4821, with `MAX_PROBES` of RFC 8899 §5.1.2. A probe is a segment of new
 * data larger than the path is known to carry (RFC 4821 §10.1, segments that do not overlap). Its loss alone says that
 * it was too large, and is no congestion.
 * Left out on purpose: sharing what was found between connections (§5.2 allows it), and padding, which TCP has not.
 */

import { fixedHeaders } from '../announced-mss.ts';
import type { ControlBlock } from '../control-block.ts';
import { optionBytes } from '../emission.ts';
import { recordRoom } from '../record-ends.ts';
import { add, greaterOrEqual } from '../sequence.ts';
import { LOST, SACKED } from '../transmit-log.ts';
import { minimumMtu, refuteClaim } from './claims.ts';
import { pauseProbing } from './headway.ts';
import { nextSize } from './search.ts';
import { startVerification, verify } from './verification.ts';

/** New data waits: when the window has room for a probe, one goes out. */
export const HOLD = -1;

/** RFC 4821 §7.6.3: what a probe costs that the timer had to find is paid by a longer pause. */
const AFTER_TIMEOUT = 5;

/** The connection is established: RFC 4821 §7.2. */
export function startSearch(block: ControlBlock): void {
  const { search } = block;
  search.low = baseMtu(block);
  search.high = ceiling(block);
  if (block.settings.packetizationLayerProbing !== 'always') return;
  search.searching = true;
  search.effective = search.low;
}

/** The largest packet that it makes sense to try: what the first hop, ICMP, the peer and the program allow. */
export function ceiling(block: ControlBlock): number {
  const asked = block.settings.maximumSegmentSize;
  const mss = asked > 0 ? Math.min(asked, block.peerMss) : block.peerMss;
  return Math.min(block.path.mtu, mss + fixedHeaders(block));
}

/** The initial `search_low`: "likely to work over a very wide range of environments". */
export const baseMtu = (block: ControlBlock): number =>
  Math.min(ceiling(block), Math.max(minimumMtu(block), block.settings.probingBaseMss + fixedHeaders(block)));

/**
 * Whether to probe now: RFC 4821 §7.4.
 * @param allowance octets that the congestion window lets out
 * @returns octets of data for the probe; 0 for none now; `HOLD` if nothing else should go before there is room for it
 */
export function probeLength(block: ControlBlock, allowance: number): number {
  const { search, log, settings } = block;
  const isQuiet = block.lossState === 'open' && log.lostBytes + log.sackedBytes + log.retransmittedBytes === 0;
  if (search.probeSize > 0 || !isQuiet || block.duplicateAcks > 0) return 0;
  // Where routers may fragment, everything gets through.
  if (block.path.family === 4 && !block.path.dontFragment) return 0;
  const now = block.environment.timers.now();
  if (now < search.notBeforeNs) return 0;
  const size = sizeToTry(block, now);
  if (size === 0) return 0;
  const length = size - fixedHeaders(block) - optionBytes(block);
  // "The probe plus at least Tcprexmtthresh additional segments", or its loss would not be noticed in time.
  const needed = length + settings.duplicateAckThreshold * block.smss;
  if (length <= block.smss || Math.min(block.unsentBytes, block.sndWnd, block.congestion.cwnd) < needed) return 0;
  if (block.recordEnds !== undefined && recordRoom(block) < length) return 0;
  // What is in flight takes the room up: its acknowledgments give it back.
  return Math.min(allowance, block.usableWindow) < length ? HOLD : length;
}

/** The next size, 0 when the search is over; after a while it begins again (RFC 4821 §7.3). */
function sizeToTry(block: ControlBlock, now: number): number {
  const { search, settings } = block;
  const most = ceiling(block);
  if (search.againAtNs >= 0) {
    if (now < search.againAtNs) return 0;
    search.againAtNs = -1;
    search.attempts = 0;
    search.high = most;
    search.highWasFound = false;
  }
  if (search.high > most) {
    search.high = most; // ICMP has said so since
    search.highWasFound = false;
  }
  const size = nextSize(search.low, search.high, search.highWasFound, settings.probingThresholdBytes);
  if (size === 0) search.againAtNs = now + settings.probingIntervalNs;
  return size;
}

/** The probe is on its way: `length` octets from `start` on. */
export function probeSent(block: ControlBlock, start: number, length: number): void {
  const { search } = block;
  search.probeSize = length + fixedHeaders(block) + optionBytes(block);
  search.probeStart = start;
  search.probeEnd = add(start, length);
}

/**
 * An acknowledgment was taken in, and detection has marked what it shows to be lost.
 * @returns whether that is the probe and nothing else, so that no recovery begins
 */
export function observePath(block: ControlBlock): boolean {
  const { search, ackEvent } = block;
  if (ackEvent.ackedBytes > 0) {
    if (block.claims.pendingMtu > 0) refuteClaim(block);
    block.claims.timeouts = 0;
    search.stalled = false;
    search.explained = false;
  }
  const excused = search.probeSize > 0 && probeResult(block);
  if (excused) ackEvent.lostBytes = 0;
  if (search.verifyUntilNs >= 0) verify(block);
  return excused;
}

function probeResult(block: ControlBlock): boolean {
  const { search, log } = block;
  const index = log.firstFrom(search.probeStart);
  const flags = index < log.count && log.start(index) === search.probeStart ? log.flags(index) : 0;
  if (greaterOrEqual(block.sndUna, search.probeEnd) || (flags & SACKED) !== 0) {
    probeSucceeded(block);
    return false;
  }
  if ((flags & LOST) === 0) return false;
  const alone = block.lossState === 'open' && log.lostBytes === log.length(index);
  if (!alone) {
    abandonProbe(block);
    return false;
  }
  probeFailed(block, 1);
  // RFC 6582 §3.2 step 2: further duplicate ACKs of this window tell of the same loss.
  if (!block.sackOk) block.recoveryPoint = block.sndNxt;
  block.retransmitAtOnce = true;
  return true;
}

/** RFC 4821 §7.6.1. The congestion window stays as it is in octets (§4). */
function probeSucceeded(block: ControlBlock): void {
  const { search } = block;
  startVerification(block, search.effective);
  search.low = search.probeSize;
  search.effective = Math.max(search.effective, search.probeSize);
  search.probeSize = 0;
  search.attempts = 0;
}

/** RFC 4821 §7.6.2. A size has failed for good when so many probes of it were lost as are set (RFC 8899 §5.1.2). */
function probeFailed(block: ControlBlock, pause: number): void {
  const { search, settings } = block;
  if (++search.attempts >= settings.probingAttempts) {
    search.high = search.probeSize - 1;
    search.highWasFound = true;
    search.attempts = 0;
  }
  search.probeSize = 0;
  pauseProbing(block, pause);
}

/** RFC 4821 §7.6.3: the retransmission timer has expired with a probe in flight. */
export function probeTimedOut(block: ControlBlock): void {
  // All before it arrived: it was the probe. Otherwise nobody knows.
  if (block.sndUna === block.search.probeStart) probeFailed(block, AFTER_TIMEOUT);
  else abandonProbe(block);
}

/** RFC 4821 §7.6.4: inconclusive. Also when its octets are sent again for whatever reason. */
export function abandonProbe(block: ControlBlock): void {
  block.search.probeSize = 0;
}
