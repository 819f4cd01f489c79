/**
 * What ECN adds to a segment that leaves: its IP-ECN codepoint, and the flags AE, CWR and ECE. RFC 3168 §6.1.2 to §6.1.6,
 * RFC 9768 §3.2.2. Control packets and retransmissions with ECT are an experiment that RFC 8311 §4.3 allows: ECN++
 * (draft-ietf-tcpm-generalized-ecn), by a setting.
 */
import { ECT_0, ECT_1, NOT_ECT } from '../../../network/ecn.ts';
import type { ControlBlock } from '../control-block.ts';
import { CWR, ECE, FIN } from '../segment.ts';
import { add, greaterOrEqual } from '../sequence.ts';
import type { AccurateEcn } from './accurate-state.ts';
import { ACE_SHIFT, handshakeCode } from './ace.ts';

/** With DCTCP each ACK says whether its own segments were marked (RFC 8257 §3.2), and control packets may be ECN-capable. */
export const usesDctcp = ({ settings }: ControlBlock): boolean =>
  settings.ecnEcho === 'dctcp' || (settings.ecnEcho === 'auto' && settings.congestionControl === 'dctcp');

/** What a segment is to ECN: an ACK and nothing else, data that was never sent, or something that was or may go again. */
export const PURE_ACK = 0;
export const NEW_DATA = 1;
export const OTHER = 2;

/**
 * What a segment without SYN and RST is. Data is new only once: it is noted how far it has come.
 * @param length bytes of data
 */
export function takeKind(block: ControlBlock, sequence: number, length: number, flags: number): number {
  const { ecn } = block;
  if (ecn.feedback === 'none') return OTHER; // nobody asks
  if (length === 0) return (flags & FIN) === 0 ? PURE_ACK : OTHER;
  // A window probe is the only data at SND.NXT: all other is in the transmit log before it is sent.
  if (sequence === block.sndNxt || !greaterOrEqual(sequence, ecn.sentUpTo)) return OTHER;
  ecn.sentUpTo = add(sequence, length);
  return NEW_DATA;
}

/** AE, CWR and ECE of a segment without SYN. */
export function feedbackFlags(block: ControlBlock, kind: number): number {
  const { ecn } = block;
  if (ecn.accurate !== undefined) return aceFlags(block, ecn.accurate, kind);
  let flags = ecn.echo ? ECE : 0;
  if (ecn.cwrDue !== 'none' && kind === NEW_DATA) {
    flags |= CWR;
    ecn.cwrDue = 'none';
  }
  return flags;
}

function aceFlags(block: ControlBlock, accurate: AccurateEcn, kind: number): number {
  accurate.ceSinceAck = 0;
  // RFC 9768 §3.2.2.1: "a pure ACK with no SACK blocks".
  if (accurate.handshakeAckDue && kind === PURE_ACK && block.reassembly.count === 0 && !block.duplicateNoted) {
    accurate.handshakeAckDue = false;
    return handshakeCode(block.ecn.peerSynCodepoint) << ACE_SHIFT;
  }
  return (accurate.received.cePackets & 7) << ACE_SHIFT;
}

/** The codepoint that a segment without SYN is sent with. */
export function codepointOf(block: ControlBlock, kind: number): number {
  const { ecn, settings } = block;
  if (!ecn.sendsEct) return NOT_ECT;
  if (kind === NEW_DATA) return capable(block);
  if (!settings.ecnControlPackets) return NOT_ECT; // RFC 3168 §6.1.4, §6.1.5, §6.1.6
  // Marks on pure ACKs draw ACKs of ACKs, which only SACK tells from duplicate ACKs (RFC 9768 §3.2.2.5.1); and classic
  // feedback does not count them.
  if (kind === PURE_ACK && (ecn.feedback !== 'accurate' || !block.sackOk)) return NOT_ECT;
  return capable(block);
}

/** RFC 9768 §3.2.2.2: every segment with ACK has the counter. */
export const aceOfReset = ({ ecn }: ControlBlock): number =>
  ecn.accurate === undefined ? 0 : (ecn.accurate.received.cePackets & 7) << ACE_SHIFT;

/** The codepoint of a reset. */
export const codepointOfReset = (block: ControlBlock): number =>
  block.ecn.sendsEct && block.settings.ecnControlPackets ? capable(block) : NOT_ECT;

/**
 * The codepoint of the SYN or SYN-ACK that is about to be sent for the first time or again. Only the first one may be
 * ECN-capable: whoever drops it for that will let the next one pass.
 * @param flags those that it is sent with
 */
export function codepointOfSyn(block: ControlBlock, flags: number): number {
  const { ecn, settings } = block;
  const isFirst = block.synTransmissions === 0;
  // A server that knows nothing but RFC 3168 would not tell that the SYN was marked; DCTCP does not mind (RFC 8257 §3.6).
  const asksForIt = ecn.feedback !== 'none' || ecn.requested === 'accurate' || usesDctcp(block);
  const isCapable = settings.ecnControlPackets && isFirst && (flags & ECE_OR_ACE) !== 0 && asksForIt;
  const codepoint = isCapable ? capable(block) : NOT_ECT;
  if (isFirst) ecn.sentSynCodepoint = codepoint;
  else if (ecn.sentSynCodepoint !== codepoint) ecn.sentSynCodepoint = -1;
  return codepoint;
}

const ECE_OR_ACE = 7 << ACE_SHIFT;

/** RFC 3168 §6.1.2: ECT(0); ECT(1) is for experiments with other marking (RFC 8311 §4.2), such as L4S. */
const capable = ({ settings }: ControlBlock): number => (settings.ecnCodepoint === 'ect1' ? ECT_1 : ECT_0);
