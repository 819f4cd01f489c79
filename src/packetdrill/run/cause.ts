/**
 * Why the host sent a packet: the RFC's rule, from what the trace has of the moment before; and how its connection stood.
 */
import { formatEndpoint } from '../../layers/address-text.ts';
import { MICROSECOND } from '../../layers/clock.ts';
import type { RetransmitReason, TcpTimerName } from '../../layers/observer.ts';
import type { TcpInfo } from '../../layers/transport/tcp/info.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import { isFrameEvent, type TraceEvent } from '../../trace/events.ts';
import type { Flow } from '../packets/flow.ts';
import type { Sighting } from '../packets/sighting.ts';

const RETRANSMISSIONS: Readonly<Record<RetransmitReason, string>> = {
  rto: 'sent again after the retransmission timer expired (RFC 6298 §5.4)',
  fast: 'sent again at once, as fast retransmit (RFC 5681 §3.2)',
  recovery: 'sent again in recovery (RFC 6675 §5, RFC 9937)',
  rack: 'sent again because later data was delivered (RFC 8985 §6.2)',
  tlp: 'a tail loss probe (RFC 8985 §7.3)',
  syn: 'the handshake again (RFC 9293 §3.8.1, RFC 6298 §5.5)',
  probe: 'a probe of the closed window (RFC 9293 §3.8.6.1)',
};

const TIMERS: Readonly<Partial<Record<TcpTimerName, string>>> = {
  'delayed-ack': 'the delayed acknowledgment was due (RFC 9293 §3.8.6.3)',
  keepalive: 'a keep-alive probe (RFC 9293 §3.8.4)',
  persist: 'the persist timer expired (RFC 9293 §3.8.6.1)',
  'user-timeout': 'the user timeout expired (RFC 9293 §3.9.1.2)',
  cork: 'the cork was released',
  pacing: 'its time of departure had come (pacing)',
  reordering: 'the reordering timer expired (RFC 8985 §6.3)',
  'tail-loss-probe': 'the probe timer expired (RFC 8985 §7.3)',
  'time-wait': 'TIME-WAIT is over (RFC 9293 §3.10.8)',
};

/** What a segment is for where nothing else says so, by its control bits: the first that fits. */
const PURPOSES: readonly (readonly [mask: number, value: number, why: string])[] = [
  [segment.RST, segment.RST, 'a reset (RFC 9293 §3.5.2)'],
  [segment.SYN | segment.ACK, segment.SYN | segment.ACK, 'answers a SYN (RFC 9293 §3.10.7.2)'],
  [segment.SYN, segment.SYN, 'begins a connection (RFC 9293 §3.10.1)'],
  [segment.FIN, segment.FIN, 'ends what the host sends (RFC 9293 §3.10.4)'],
];

/** The rule that produced a packet, for a person. */
export function causeOf(sighting: Sighting, events: readonly TraceEvent[]): string {
  const { payload, serial } = sighting;
  if (payload.protocol === 'udp') return 'a program sent it (RFC 768)';
  if (payload.protocol !== 'tcp') return 'ICMP (RFC 1122 §3.2.2, RFC 4443 §2.4)';
  const at = events.findLastIndex((event) => event.kind === 'frame-sent' && event.serial === serial);
  for (let index = at - 1; index >= 0; index--) {
    const event = events[index]!;
    if (isFrameEvent(event) || event.time !== sighting.time) break;
    if (event.kind === 'tcp-retransmit') return RETRANSMISSIONS[event.reason];
    const why = event.kind === 'tcp-timer' && event.what === 'fired' ? TIMERS[event.timer] : undefined;
    if (why !== undefined) return why;
  }
  const purpose = PURPOSES.find(([mask, value]) => (payload.flags & mask) === value);
  if (purpose !== undefined) return purpose[2];
  return payload.length > 0
    ? 'new data that the windows allow (RFC 9293 §3.8.6.2, RFC 5681 §3.1)'
    : 'an acknowledgment (RFC 9293 §3.10.7.4)';
}

/** How a connection stands, in two lines. */
export function connectionLines(flow: Flow, info: TcpInfo | undefined): string[] {
  const ends = `${formatEndpoint(flow.local, flow.localPort)} to ${formatEndpoint(flow.remote, flow.remotePort)}`;
  if (info === undefined) return [`  connection ${ends}: there is none`];
  const rtt = info.rtoNs === 0 ? '' : `, rto ${info.rtoNs / MICROSECOND} µs`;
  return [
    `  connection ${ends}: ${info.state}, ${info.lossState}`,
    `  cwnd ${info.cwnd}, ssthresh ${info.ssthresh}, in flight ${info.unackedBytes}, not sent ${info.unsentBytes}, snd_wnd ${info.sndWnd}, rcv_wnd ${info.rcvWnd}${rtt}`,
  ];
}
