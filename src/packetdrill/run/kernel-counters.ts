/**
 * The counters of a kernel (`nstat`) that follow from the trace of a script: what the host has sent again and why, which
 * timers have fired, which connections have begun and how they ended. By Linux's names (Documentation/networking/snmp_counter).
 */

import * as segment from '../../layers/transport/tcp/segment.ts';
import { dissect } from '../../trace/dissect.ts';
import type { TraceEvent } from '../../trace/events.ts';
import { findLayer } from '../../trace/layer.ts';
import { LINK_TYPES } from '../../trace/link-type.ts';

/** Which counters one event moves. */
type Count = (event: TraceEvent) => readonly string[];

const RETRANSMITTED: Readonly<Record<string, readonly string[]>> = {
  rto: ['TcpRetransSegs'],
  fast: ['TcpRetransSegs', 'TcpExtTCPFastRetrans'],
  recovery: ['TcpRetransSegs', 'TcpExtTCPFastRetrans'],
  rack: ['TcpRetransSegs', 'TcpExtTCPFastRetrans'],
  tlp: ['TcpExtTCPLossProbes'],
  syn: ['TcpRetransSegs', 'TcpExtTCPSynRetrans'],
};

const FIRED: Readonly<Record<string, readonly string[]>> = {
  retransmission: ['TcpExtTCPTimeouts'],
  'delayed-ack': ['TcpExtDelayedACKs'],
  keepalive: ['TcpExtTCPKeepAlive'],
};

const counts: Count = (event) => {
  switch (event.kind) {
    case 'tcp-retransmit':
      return RETRANSMITTED[event.reason] ?? [];
    case 'tcp-timer':
      return event.what === 'fired' ? (FIRED[event.timer] ?? []) : [];
    case 'tcp-state':
      return stateCounts(event.from, event.to);
    case 'frame-sent':
      return segmentCounts(event.bytes, event.direction.from.startsWith('host.'));
    default:
      return [];
  }
};

function stateCounts(from: string, to: string): readonly string[] {
  if (to === 'SYN-SENT') return ['TcpActiveOpens'];
  if (to === 'SYN-RECEIVED' && from !== 'SYN-SENT') return ['TcpPassiveOpens'];
  if (to !== 'CLOSED') return [];
  if (from === 'SYN-SENT' || from === 'SYN-RECEIVED') return ['TcpAttemptFails'];
  return from === 'ESTABLISHED' || from === 'CLOSE-WAIT' ? ['TcpEstabResets'] : [];
}

function segmentCounts(frame: Uint8Array, isOutbound: boolean): readonly string[] {
  const tcp = findLayer(dissect(LINK_TYPES.ethernet, frame).layers, 'tcp')?.record;
  if (tcp === undefined) return [];
  if (!isOutbound) return ['TcpInSegs'];
  return (tcp.flags & segment.RST) === 0 ? ['TcpOutSegs'] : ['TcpOutSegs', 'TcpOutRsts'];
}

/** All of them that there are, also those that nothing has moved yet. */
const NAMES: readonly string[] = [
  ...new Set([...Object.values(RETRANSMITTED), ...Object.values(FIRED)].flat()),
  'TcpActiveOpens',
  'TcpPassiveOpens',
  'TcpAttemptFails',
  'TcpEstabResets',
  'TcpInSegs',
  'TcpOutSegs',
  'TcpOutRsts',
];

/** What has been counted since the script began. */
export function kernelCounters(events: readonly TraceEvent[]): ReadonlyMap<string, number> {
  const found = new Map(NAMES.map((name) => [name, 0]));
  for (const name of events.flatMap(counts)) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}
