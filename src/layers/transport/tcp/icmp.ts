/**
 * What an ICMP error does to a connection: RFC 9293 §3.9.2.2, with the caution of RFC 5927: an error must quote a
 * sequence number that is in flight, and only a connection that is being opened is ended by one.
 */
import type { ErrorCode } from '../../errors.ts';
import type { IcmpError, IcmpErrorKind } from '../../network/icmp-error.ts';
import type { ControlBlock } from './control-block.ts';
import { effectiveMss } from './emission.ts';
import { end } from './lifecycle.ts';
import { output } from './output.ts';
import * as segment from './segment.ts';
import { distance, greaterOrEqual, lessThan } from './sequence.ts';

const ERROR_OF: Readonly<Record<IcmpErrorKind, ErrorCode>> = {
  'network-unreachable': 'ENETUNREACH',
  'host-unreachable': 'EHOSTUNREACH',
  'protocol-unreachable': 'ECONNREFUSED',
  'port-unreachable': 'ECONNREFUSED',
  'packet-too-big': 'EMSGSIZE',
  'source-route-failed': 'EHOSTUNREACH',
  'administratively-prohibited': 'EHOSTUNREACH',
  'time-exceeded': 'EHOSTUNREACH',
  'reassembly-time-exceeded': 'EHOSTUNREACH',
  'parameter-problem': 'EPROTO',
};

/** Errors that end a connection that is being opened: RFC 9293 §3.9.2.2 "hard errors", and what §4 of RFC 5461 reports. */
const ENDS_OPENING: ReadonlySet<IcmpErrorKind> = new Set([
  'network-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'administratively-prohibited',
]);

export function icmpErrorArrives(block: ControlBlock, error: IcmpError): void {
  // RFC 5927 §4.1: SND.UNA =< SEG.SEQ < SND.NXT, or somebody is guessing.
  const quoted = segment.sequenceNumber(error.view, error.at);
  if (lessThan(quoted, block.sndUna) || greaterOrEqual(quoted, block.sndMax)) return;
  if (error.kind === 'packet-too-big') {
    pathShrank(block);
    return;
  }
  block.softError = ERROR_OF[error.kind];
  const opening = block.state === 'SYN-SENT' || block.state === 'SYN-RECEIVED';
  if (opening && ENDS_OPENING.has(error.kind)) end(block, block.softError, `ICMP: ${error.kind}`);
}

/**
 * The path has learned a smaller MTU (RFC 1191 §6.4, RFC 8201 §5.4): what does not fit is lost, and sent again in
 * smaller pieces. That is no congestion, so the window stays (RFC 1191 §6.4 counts it as none).
 */
function pathShrank(block: ControlBlock): void {
  const { log } = block;
  const room = effectiveMss(block);
  for (let index = 0; index < log.count; index++) {
    if (distance(log.start(index), log.end(index)) > room) log.markLost(index);
  }
  if (log.lostBytes > 0) block.retransmitAtOnce = true;
  output(block);
}
