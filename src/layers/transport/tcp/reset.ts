/**
 * A segment to which no connection belongs, and the reset that answers it: RFC 9293 §3.10.7.1, with the timestamp that
 * the segment came with (RFC 7323 §5.2).
 */

import { pseudoHeaderSum } from '../../checksum.ts';
import type { DropReason } from '../../drop.ts';
import type { TcpEnvironment } from './environment.ts';
import type { IncomingSegment } from './incoming.ts';
import * as options from './options.ts';
import { PerSecond } from './per-second.ts';
import * as segment from './segment.ts';
import { add } from './sequence.ts';
import type { TcpSettings } from './settings.ts';

/** How a host refuses segments of no connection: kernels differ in whether, and how often. */
export class Refusal {
  private readonly environment: TcpEnvironment;
  private readonly settings: TcpSettings;
  private readonly sent: PerSecond;

  constructor(environment: TcpEnvironment, settings: TcpSettings) {
    this.environment = environment;
    this.settings = settings;
    this.sent = new PerSecond();
  }

  /** §3.10.7.1 CLOSED. @returns why the segment was dropped */
  inClosed(arrived: IncomingSegment): DropReason {
    const { unanswered } = this.settings;
    if (unanswered === 'all' || (unanswered === 'syn' && arrived.has(segment.SYN))) {
      return arrived.has(segment.RST) ? 'tcp-reset-to-closed' : 'tcp-no-connection';
    }
    return this.inListen(arrived);
  }

  /** §3.10.7.2 LISTEN, second: "an acceptable reset segment should be formed for any arriving ACK-bearing segment". */
  inListen(arrived: IncomingSegment): DropReason {
    if (arrived.has(segment.RST)) return 'tcp-reset-to-closed';
    if (this.sent.allows(this.settings.resetsPerSecond, this.environment.timers.now())) {
      sendReset(this.environment, arrived);
    }
    return 'tcp-no-connection';
  }
}

/** Sends it, to where the segment came from. A segment with RST is never answered: the caller has seen to that. */
function sendReset(environment: TcpEnvironment, arrived: IncomingSegment): void {
  const { packet } = arrived;
  if (packet === undefined) return;
  const path = environment.paths.path(packet.source(), packet.destination(), packet.interfaceIndex);
  if (typeof path === 'string') return;
  const { hasTimestamps, timestampValue } = arrived.options;
  const length = segment.HEADER_LENGTH + (hasTimestamps ? options.ALIGNED_TIMESTAMPS_LENGTH : 0);
  const frame = environment.pool.acquire(path.headroom, length);
  frame.end = frame.start + length;
  const hasAck = arrived.has(segment.ACK);
  segment.writeHeader(
    frame.view,
    frame.start,
    arrived.destinationPort,
    arrived.sourcePort,
    hasAck ? arrived.acknowledgment : 0,
    hasAck ? 0 : add(arrived.sequence, arrived.length),
    length,
    hasAck ? segment.RST : segment.RST | segment.ACK,
    0,
    0,
  );
  if (hasTimestamps) {
    options.writeAlignedTimestamps(frame.view, frame.start + segment.HEADER_LENGTH, 0, timestampValue);
  }
  const pseudoSum = pseudoHeaderSum(path.local, path.remote, segment.PROTOCOL, length);
  segment.writeChecksum(frame.view, frame.start, length, pseudoSum);
  path.send(frame, segment.PROTOCOL, 0);
}
