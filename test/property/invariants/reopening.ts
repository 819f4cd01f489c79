/** A SYN that finds a connection in TIME-WAIT: what RFC 6191 §2 decides, from what stood on the wire. */
import type { Followed } from './model.ts';
import { bothHave } from './tracking.ts';
import { offset, TIMESTAMPS, timestamps, type WireSegment } from './wire.ts';

/** Whether it opens the connection anew, if somebody listens who has room. */
export function reopens(connection: Followed, segment: WireSegment): boolean {
  const { block, peerSyn } = connection;
  const { timeWaitReuseIncoming, timestamps: wanted } = block.settings;
  if (block.state !== 'TIME-WAIT' || !timeWaitReuseIncoming || peerSyn === undefined) return false;
  if (!segment.syn || segment.ack || segment.rst) return false;
  const isLater = offset(block.rcvNxt >>> 0, segment.sequence) >= 0;
  const stamp = wanted ? timestamps(segment) : undefined;
  if (stamp === undefined) return isLater;
  if (!bothHave(connection, TIMESTAMPS)) return true;
  const age = offset(block.tsRecent >>> 0, stamp.value);
  return age > 0 || (age === 0 && isLater);
}

/** Whether another connection between the same two sockets is the reason why one in TIME-WAIT ends. */
export const isReplacedBy = (connection: Followed, other: Followed | undefined): boolean =>
  other !== undefined &&
  other !== connection &&
  other.bornAt >= connection.bornAt &&
  other.block.identity.localPort === connection.block.identity.localPort &&
  other.block.identity.remotePort === connection.block.identity.remotePort;
