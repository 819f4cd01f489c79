/**
 * What an ICMP error does to a connection: RFC 9293 §3.9.2.2, with the caution of RFC 5927: an error must quote a
 * sequence number that is in flight, and only a connection that is being opened is ended by one.
 */
import type { ErrorCode } from '../../errors.ts';
import type { IcmpError, IcmpErrorKind } from '../../network/icmp-error.ts';
import { fixedHeaders } from './announced-mss.ts';
import type { ControlBlock } from './control-block.ts';
import { softErrorArrives } from './delivery-trouble.ts';
import { fixedOptionBytes } from './emission.ts';
import { noteFailure } from './fast-open/client.ts';
import { end } from './lifecycle.ts';
import { retransmit } from './output.ts';
import * as segment from './segment.ts';
import { greaterOrEqual, lessThan } from './sequence.ts';
import { FINAL } from './transmit-log.ts';

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

/** Errors that will not go away by themselves: RFC 9293 §3.9.2.2 "hard errors". */
const HARD: ReadonlySet<IcmpErrorKind> = new Set([
  'protocol-unreachable',
  'port-unreachable',
  'administratively-prohibited',
]);

/** RFC 5927 §4.1: SND.UNA =< SEG.SEQ < SND.NXT, or somebody is guessing. */
export function isInFlight(block: ControlBlock, error: IcmpError): boolean {
  const quoted = segment.sequenceNumber(error.view, error.at);
  return greaterOrEqual(quoted, block.sndUna) && lessThan(quoted, block.sndMax);
}

export function icmpErrorArrives(block: ControlBlock, error: IcmpError): void {
  if (!isInFlight(block, error)) return;
  if (error.kind === 'packet-too-big') {
    pathShrank(block);
    return;
  }
  block.search.explained = true;
  const code = ERROR_OF[error.kind];
  const opening = block.state === 'SYN-SENT' || block.state === 'SYN-RECEIVED';
  if (opening) noteFailure(block, block.owner.fastOpenCache); // RFC 7413 §4.1.3.1
  // RFC 9293 §3.9.2.2 (MUST-56): a soft error never ends a connection; what most hosts do instead is RFC 5461 §4.
  const ends = opening && (HARD.has(error.kind) || block.settings.softErrorsEndOpening);
  const isTold = block.user?.icmpError?.(error, code, ends) === true;
  if (!ends) {
    if (!isTold) softErrorArrives(block, code);
    return;
  }
  block.softError = code;
  end(block, code, `ICMP: ${error.kind}`);
}

/**
 * The path has learned a smaller MTU (RFC 1191 §6.4, RFC 8201 §5.4): what does not fit is lost, and sent again in
 * smaller pieces. That is no congestion, so the window stays; but "only one segment should be retransmitted until
 * acknowledgements begin to arrive again", and none for a message that tells nothing new.
 */
function pathShrank(block: ControlBlock): void {
  const { log } = block;
  // By the path alone: a probe is larger than other segments, and may fit.
  const room = block.path.mtu - fixedHeaders(block) - fixedOptionBytes(block);
  const lostBefore = log.lostBytes;
  for (let index = 0; index < log.count; index++) {
    const dataLength = log.length(index) - ((log.flags(index) & FINAL) === 0 ? 0 : 1);
    if (dataLength > room) log.markLost(index);
  }
  if (log.lostBytes > lostBefore) retransmit(block, log.firstLost(), 'recovery');
}
