/**
 * What the flags AE, CWR and ECE of SYN and SYN-ACK agree on: RFC 3168 §6.1.1, RFC 9768 §3.1; and the tests of the path
 * that they allow: RFC 9768 §3.2.2.3.
 * Left out on purpose: a memory of paths that lose SYNs with ECN (RFC 9768 §3.1.4.1, SHOULD): each connection tries anew.
 */
import { CONGESTION_EXPERIENCED, NOT_ECT } from '../../../network/ecn.ts';
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { ACK, AE, CWR, ECE, SYN } from '../segment.ts';
import { testOption } from './accurate-feedback.ts';
import { AccurateEcn } from './accurate-state.ts';
import { ACE_SHIFT, aceField, CODEPOINTS, handshakeCode } from './ace.ts';
import { reducedForMark } from './reduction.ts';
import type { EcnFeedback, EcnState } from './state.ts';

/** What the flags of a SYN-ACK answer a SYN that asked for accurate feedback, by (AE,CWR,ECE): RFC 9768 §3.1.2 table 2. */
const ANSWERS: readonly EcnFeedback[] = [
  'none',
  'classic',
  'accurate',
  'accurate',
  'accurate',
  'accurate', // reserved: "as if the SYN/ACK confirmed", §3.1.3
  'accurate',
  'none', // "Broken": reflects the SYN
];

/** SYNs that ask for feedback before one goes without: RFC 3168 §6.1.1.1 leaves it open, RFC 9768 §3.1.4.1 wants two. */
const ASKING_SYNS: Readonly<Record<EcnFeedback, number>> = { none: 0, classic: 1, accurate: 2 };

/** The flags of the SYN or SYN-ACK that is sent now. */
export function synFlags(block: ControlBlock): number {
  return block.state === 'SYN-RECEIVED' ? synAckFlags(block) : askingFlags(block);
}

function askingFlags(block: ControlBlock): number {
  const { ecn, settings } = block;
  if (block.synTransmissions === 0) ecn.requested = asks(block);
  // Also one that asks for nothing is a "non-ECN-setup SYN" (RFC 3168 §6.1.1), should the peer ask in a simultaneous open.
  if (ecn.requested === 'none') ecn.plainSynSent = true;
  else if (settings.ecnFallback && block.synTransmissions >= ASKING_SYNS[ecn.requested]) ecn.plainSynSent = true;
  if (ecn.plainSynSent) return 0;
  return ecn.requested === 'accurate' ? AE | CWR | ECE : CWR | ECE;
}

function asks({ settings }: ControlBlock): EcnFeedback {
  if (settings.accurateEcn === 'request') return 'accurate';
  if (settings.ecn === 'request') return 'classic';
  // DCTCP lives on marks (RFC 8257 §3): it asks where others would only agree, for the feedback that says how many.
  if (settings.congestionControl !== 'dctcp') return 'none';
  if (settings.accurateEcn === 'accept') return 'accurate';
  return settings.ecn === 'accept' ? 'classic' : 'none';
}

function synAckFlags(block: ControlBlock): number {
  const { ecn, settings } = block;
  switch (ecn.feedback) {
    case 'none':
      return 0;
    case 'classic':
      // RFC 3168 §6.1.1.1 example (4): a SYN without ECN is answered by a SYN-ACK without.
      if (ecn.plainSynCame) ecn.plainSynSent = true;
      return ecn.plainSynCame ? 0 : ECE;
    case 'accurate':
      // RFC 9768 §3.2.3.2.2: the second time without any of it; but the mode stays.
      if (settings.ecnFallback && block.retries >= 2) {
        ecn.plainSynSent = true;
        ecn.sendsEct = false; // §3.1.5, of a server
        return 0;
      }
      return handshakeCode(ecn.peerSynCodepoint) << ACE_SHIFT;
  }
}

/** A reset answers our SYN. @returns whether it is worth while to send another, without ECN: RFC 3168 §6.1.1.1 */
export function goesOnWithoutEcn({ ecn, settings }: ControlBlock): boolean {
  if (!settings.ecnFallbackAfterReset || ecn.requested === 'none' || ecn.plainSynSent) return false;
  ecn.plainSynSent = true;
  return true;
}

/** The peer's SYN or SYN-ACK is taken: it settles how feedback is given. */
export function settle(block: ControlBlock, arrived: IncomingSegment): void {
  block.ecn.peerSynCodepoint = arrived.ecn;
  if (arrived.has(ACK)) settleByAnswer(block, arrived);
  else settleByRequest(block, arrived);
}

/** RFC 9768 §3.1.1, §3.1.2 third block, §3.1.3; RFC 3168 §6.1.1. A simultaneous open is settled in the same way. */
function settleByRequest(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn } = block;
  ecn.answers = true;
  ecn.peerRequested = requestOf(block, arrived);
  enterMode(block, ecn.peerRequested);
  if (ecn.plainSynSent) ecn.sendsEct = false;
}

/** What a SYN asks for, as far as we grant it. */
function requestOf({ settings }: ControlBlock, arrived: IncomingSegment): EcnFeedback {
  const field = aceField(arrived.flags);
  if (field === 0) return 'none';
  // Any combination but these three asks for what will come after AccECN, and gets AccECN: RFC 9768 §3.1.3.
  if (field !== 0b011 && settings.accurateEcn !== 'off') return 'accurate';
  return (field & 0b011) === 0b011 && settings.ecn !== 'off' ? 'classic' : 'none';
}

function settleByAnswer(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn, settings } = block;
  const field = aceField(arrived.flags);
  if (ecn.requested === 'none') return;
  if (ecn.requested === 'classic') {
    // RFC 3168 §6.1.1: "with only the ECE flag set but the CWR flag not set". AE was no flag then.
    if ((field & 0b011) === 0b001) enterMode(block, 'classic');
  } else if (ANSWERS[field] === 'accurate') {
    enterMode(block, 'accurate');
    accurateAnswer(block, field, arrived);
  } else if (ANSWERS[field] === 'classic' && settings.ecn !== 'off') {
    enterMode(block, 'classic');
  }
  // RFC 3168 §6.1.1: no ECT once a SYN without ECN was sent; RFC 9768 §3.1.5 lets a client set it.
  if (ecn.feedback === 'classic' && ecn.plainSynSent) ecn.sendsEct = false;
  if (ecn.feedback === 'classic' && arrived.ecn === CONGESTION_EXPERIENCED) ecn.echo = true;
}

function accurateAnswer(block: ControlBlock, field: number, arrived: IncomingSegment): void {
  const { ecn, settings } = block;
  const { accurate } = ecn;
  const codepoint = CODEPOINTS[field]!;
  if (settings.ecnPathTests && isMangled(ecn, codepoint)) ecn.sendsEct = false;
  if (codepoint === CONGESTION_EXPERIENCED) ecn.synMarked = true;
  if (accurate === undefined) return;
  accurate.handshakeAckDue = true;
  accurate.triesOption = accurate.sendsOption;
  testOption(block, accurate, arrived.options);
  countSynAck(ecn, accurate);
}

/** RFC 9768 §3.2.2.2: a SYN-ACK with CE is counted, but no more than once. */
function countSynAck(ecn: EcnState, accurate: AccurateEcn): void {
  if (ecn.peerSynCodepoint === CONGESTION_EXPERIENCED && accurate.received.cePackets === 5) {
    accurate.received.cePackets = 6;
  }
}

/**
 * RFC 9768 §3.2.2.3: whether our SYN or SYN-ACK came with a codepoint that no router may have made of the one that we
 * sent (RFC 3168 §18).
 * @param codepoint as it came; -1 if that is not known
 */
function isMangled(ecn: EcnState, codepoint: number): boolean {
  const sent = ecn.sentSynCodepoint;
  if (codepoint < 0 || sent < 0) return false;
  return (sent === NOT_ECT) !== (codepoint === NOT_ECT);
}

function enterMode(block: ControlBlock, feedback: EcnFeedback): void {
  const { ecn, settings } = block;
  ecn.feedback = feedback;
  ecn.sendsEct = feedback !== 'none';
  ecn.sentUpTo = block.sndNxt;
  if (feedback !== 'accurate') return;
  ecn.accurate = new AccurateEcn(settings.accurateEcnOption !== 'off', block.tsRecent);
}

/**
 * A SYN, or in a simultaneous open a SYN-ACK, comes again while we are in SYN-RECEIVED. The mode stays as it is.
 * @returns whether the two asked for different kinds of feedback, so that the connection must be reset (RFC 9768 §3.1.5)
 */
export function synCameAgain(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { ecn, settings } = block;
  const isPlain = aceField(arrived.flags) === 0;
  if (!arrived.has(ACK)) {
    const request = requestOf(block, arrived);
    const differs = request !== 'none' && ecn.peerRequested !== 'none' && request !== ecn.peerRequested;
    if (differs && settings.accurateEcn !== 'off') return true;
    ecn.peerSynCodepoint = arrived.ecn; // "the latest valid SYN": RFC 9768 §3.1.5
    ecn.plainSynCame = isPlain;
  }
  // RFC 3168 §6.1.1 of any host, RFC 9768 §3.1.5 of a server.
  if (isPlain) ecn.sendsEct = false;
  return false;
}

/**
 * A SYN-ACK comes again when the connection is established: it is answered by an ACK that feeds back its codepoint (RFC
 * 9768 §3.2.2.1). @returns whether it is such a one
 */
export function synAckCameAgain(block: ControlBlock, arrived: IncomingSegment): boolean {
  const { ecn } = block;
  const { accurate } = ecn;
  if (accurate === undefined || ecn.answers || CODEPOINTS[aceField(arrived.flags)]! < 0) return false;
  ecn.peerSynCodepoint = arrived.ecn;
  accurate.handshakeAckDue = true;
  countSynAck(ecn, accurate);
  return true;
}

/** The ACK of our SYN-ACK, before the connection is established: what it says of that SYN-ACK. */
export function handshakeAcknowledged(block: ControlBlock, arrived: IncomingSegment): void {
  const { ecn, settings } = block;
  if (arrived.has(SYN)) return; // the SYN-ACK of a simultaneous open
  if (ecn.feedback === 'classic') {
    ecn.endsHandshake = arrived.has(ECE);
    if (ecn.endsHandshake) synAckWasMarked(block);
    return;
  }
  const { accurate } = ecn;
  const isPure = arrived.length === 0 && arrived.options.sackCount === 0;
  if (accurate === undefined || !isPure) return;
  ecn.endsHandshake = true;
  const field = aceField(arrived.flags);
  if (field === 0) {
    // RFC 9768 §3.2.2.1 table 4, note 1: the client has come to another mode, or its flags do not get through.
    ecn.sendsEct = false;
    accurate.responds = false;
    return;
  }
  const codepoint = CODEPOINTS[field]!;
  if (settings.ecnPathTests && isMangled(ecn, codepoint)) ecn.sendsEct = false;
  if (codepoint !== CONGESTION_EXPERIENCED) return;
  accurate.reported.cePackets = 6;
  synAckWasMarked(block);
}

function synAckWasMarked(block: ControlBlock): void {
  block.ecn.synMarked = true;
  reducedForMark(block);
}
