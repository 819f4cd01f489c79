/**
 * Header prediction: RFC 7323 §5.6. Most segments are the next in order of an established connection, and there is nothing
 * special about them: the checks of RFC 9293 §3.10.7.4 that come before the text are one comparison each then, and have
 * nothing to do but to note the timestamp. It changes only the time that a segment takes: `arrival.ts` would find the same.
 */
import type { ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';
import { takeTimestamp } from './paws.ts';
import { ACK, FIN, RST, SYN, URG } from './segment.ts';
import { greaterOrEqual, lessOrEqual } from './sequence.ts';

const CONTROL = FIN | SYN | RST | ACK | URG;

/**
 * Whether the checks one to six pass and do nothing: it lies at RCV.NXT and inside the window (first), RST and SYN are off
 * (second, fourth), it acknowledges what is in SND.UNA … SND.MAX (fifth), URG is off (sixth); and its timestamp is not old
 * (RFC 7323 §5.6 H1, §5.3 R1): "It is therefore recommended that H2 follow H1". It has no FIN either (eighth).
 */
export function isExpected(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { acknowledgment } = arrived;
  return (
    block.state === 'ESTABLISHED' &&
    arrived.sequence === block.rcvNxt &&
    (arrived.flags & CONTROL) === ACK &&
    arrived.dataLength <= block.rcvWnd &&
    greaterOrEqual(acknowledgment, block.sndUna) &&
    lessOrEqual(acknowledgment, block.sndMax) &&
    (block.timestampsOk !== true || isTimely(block, arrived))
  );
}

function isTimely(block: ControlBlock, { options }: IncomingSegment): boolean {
  return options.hasTimestamps === true && greaterOrEqual(options.timestampValue, block.tsRecent);
}

/** RFC 7323 §4.3 (2), the only thing that the checks leave behind: Last.ACK.sent is RCV.NXT if nothing came since. */
export function noteExpected(block: ControlBlock, arrived: IncomingSegment): void {
  if (block.timestampsOk === true && block.lastAckSent === block.rcvNxt)
    takeTimestamp(block, arrived.options.timestampValue);
}

/**
 * Whether an acknowledgment of new data only moves SND.UNA on, as most do: nothing is SACKed, lost, probed or marked, and
 * nothing of an earlier loss is left to be found out. Everything in `acknowledgment.ts` that deals with these has nothing to do.
 */
export const isPlainAcknowledgment = (block: ControlBlock, arrived: IncomingSegment): boolean =>
  arrived.options.sackCount === 0 &&
  block.lossState === 'open' &&
  block.log.sackedCount === 0 &&
  block.undo.awaited !== true &&
  block.forwardRto.step === 0 &&
  block.probe.inFlight !== true &&
  block.windowCap === Number.POSITIVE_INFINITY &&
  block.ecn.feedback === 'none' &&
  block.ecn.reducing !== true;
