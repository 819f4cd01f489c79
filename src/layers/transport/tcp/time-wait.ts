/**
 * When a new connection may take the place of one in TIME-WAIT: at the SYN of the peer RFC 6191 §2, and RFC 9293 §3.6.1
 * (MAY-2) without timestamps; by an active OPEN what Linux calls `tcp_tw_reuse`, which no RFC has.
 *
 * Where RFC 6191 §2 drops a SYN silently, RFC 9293 §3.10.7.4 (fourth check) sends a challenge ACK: that one is followed.
 */
import { isLoopback } from '../../address.ts';
import type { ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';
import { startAt } from './opening.ts';
import { ACK, RST, SYN } from './segment.ts';
import { add, greaterOrEqual, greaterThan, lessOrEqual } from './sequence.ts';
import type { TcpSettings } from './settings.ts';

/**
 * Whether a SYN opens the connection anew: RFC 6191 §2.
 * @param settings of the listener
 */
export function mayReopen(block: ControlBlock, arrived: IncomingSegment, settings: TcpSettings): boolean {
  if (block.state !== 'TIME-WAIT' || !settings.timeWaitReuseIncoming) return false;
  if ((arrived.flags & (SYN | ACK | RST)) !== SYN) return false;
  const { hasTimestamps, timestampValue } = arrived.options;
  const timestamped = settings.timestamps && hasTimestamps;
  // PAWS keeps old segments out of the new connection: they have no timestamp, or an older one.
  if (timestamped && (!block.timestampsOk || greaterThan(timestampValue, block.tsRecent))) return true;
  if (timestamped && timestampValue !== block.tsRecent) return false;
  // "Greater than the last sequence number seen", which is the FIN's, one below RCV.NXT.
  return greaterOrEqual(arrived.sequence, block.rcvNxt);
}

/**
 * Whether a program may connect once more. The peer's old segments are kept out by PAWS alone, since its new sequence
 * numbers are its own choice; so both ends must have had timestamps, and their clocks must have ticked.
 * @param settings of the new connection
 */
export function mayConnectAnew(block: ControlBlock, settings: TcpSettings): boolean {
  const { timeWaitReuseOutgoing } = settings;
  if (block.state !== 'TIME-WAIT' || timeWaitReuseOutgoing === 'off') return false;
  const { local, remote } = block.identity;
  const isWithin = isLoopback(remote) || remote.equals(local);
  if (timeWaitReuseOutgoing === 'loopback' && !isWithin) return false;
  const deadline = block.timers?.timeWait.deadline ?? 0;
  const beganNs = deadline - 2 * block.settings.maximumSegmentLifetimeNs;
  const isOver = block.environment.timers.now() >= beganNs + settings.timeWaitReuseDelayNs;
  return isOver && block.timestampsOk && settings.timestamps;
}

/**
 * RFC 9293 §3.6.1 (MAY-2) (1): the new initial sequence number is "larger than the largest sequence number it used on
 * the previous connection incarnation", SND.MAX having stood in its last ACKs. After a fast connection the clock of
 * RFC 6528 is behind that.
 */
export function startAfter(block: ControlBlock, earlier: ControlBlock): void {
  if (lessOrEqual(block.iss, earlier.sndMax)) startAt(block, add(earlier.sndMax, 1));
}
