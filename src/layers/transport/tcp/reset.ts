/**
 * A segment to which no connection belongs, and the reset that answers it: RFC 9293 §3.10.7.1.
 */

import { pseudoHeaderSum } from '../../checksum.ts';
import type { DropReason } from '../../drop.ts';
import type { TcpEnvironment } from './environment.ts';
import type { IncomingSegment } from './incoming.ts';
import * as segment from './segment.ts';
import { add } from './sequence.ts';
import type { TcpSettings } from './settings.ts';

/** §3.10.7.1 CLOSED. @returns why the segment was dropped */
export function inClosed(
  environment: TcpEnvironment,
  arrived: IncomingSegment,
  unanswered: TcpSettings['unanswered'] = 'none',
): DropReason {
  if (arrived.has(segment.RST)) return 'tcp-reset-to-closed';
  if (unanswered === 'all' || (unanswered === 'syn' && arrived.has(segment.SYN))) return 'tcp-no-connection';
  sendReset(environment, arrived);
  return 'tcp-no-connection';
}

/** Sends it, to where the segment came from. A segment with RST is never answered: the caller has seen to that. */
function sendReset(environment: TcpEnvironment, arrived: IncomingSegment): void {
  const { packet } = arrived;
  if (packet === undefined) return;
  const path = environment.paths.path(packet.source(), packet.destination(), packet.interfaceIndex);
  if (typeof path === 'string') return;
  const frame = environment.pool.acquire(path.headroom, segment.HEADER_LENGTH);
  frame.end = frame.start + segment.HEADER_LENGTH;
  const hasAck = arrived.has(segment.ACK);
  segment.writeHeader(
    frame.view,
    frame.start,
    arrived.destinationPort,
    arrived.sourcePort,
    hasAck ? arrived.acknowledgment : 0,
    hasAck ? 0 : add(arrived.sequence, arrived.length),
    segment.HEADER_LENGTH,
    hasAck ? segment.RST : segment.RST | segment.ACK,
    0,
    0,
  );
  const pseudoSum = pseudoHeaderSum(path.local, path.remote, segment.PROTOCOL, segment.HEADER_LENGTH);
  segment.writeChecksum(frame.view, frame.start, segment.HEADER_LENGTH, pseudoSum);
  path.send(frame, segment.PROTOCOL, 0);
}
