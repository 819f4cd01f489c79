/**
 * What one connection knows of Explicit Congestion Notification (RFC 3168); where accurate feedback was agreed on, what
 * that needs is in `accurate-state.ts`. What is done with it: `negotiation.ts` the handshake, `marking.ts` what leaves,
 * `reception.ts` what arrives, `feedback.ts` what the peer tells, `reduction.ts` what follows from it.
 */
import type { AccurateEcn } from './accurate-state.ts';

/**
 * How arriving marks are told to who sent them: not at all, by the two flags of RFC 3168 ("classic"), or by the counters
 * of RFC 9768 ("accurate").
 */
export type EcnFeedback = 'none' | 'classic' | 'accurate';

/** What CWR is owed for: nothing; a loss, which may turn out to have been none; or a mark. */
export type CwrReason = 'none' | 'loss' | 'mark';

export class EcnState {
  // The handshake.
  /** Entered once, and never left (RFC 9768 §3.1.5). */
  feedback: EcnFeedback;
  accurate: AccurateEcn | undefined;
  /** What our first SYN asked for, and what the peer's first SYN did. */
  requested: EcnFeedback;
  peerRequested: EcnFeedback;
  /** We answer the peer's SYN: the server of RFC 9768, and either end of a simultaneous open. */
  answers: boolean;
  /** ECT may be set on what is sent: RFC 3168 §6.1.1, RFC 9768 §3.1.5. */
  sendsEct: boolean;
  /** The IP-ECN codepoint of the SYN or SYN-ACK that we sent, -1 once they differ; and of the peer's latest. */
  sentSynCodepoint: number;
  peerSynCodepoint: number;
  /** A SYN or SYN-ACK without ECN was sent, and from now on all are: RFC 3168 §6.1.1.1, RFC 9768 §3.1.4. */
  plainSynSent: boolean;
  /** The peer's latest SYN is one without ECN, though its first was not. */
  plainSynCame: boolean;
  /** The peer says that our SYN or SYN-ACK was marked: the first window is one segment. */
  synMarked: boolean;
  /** The segment that is being processed ends the handshake, and its flags were read as such. */
  endsHandshake: boolean;

  // Sending.
  /** Data from here on was never sent before. */
  sentUpTo: number;
  /** The window was reduced when SND.NXT was `reducedUpTo`, and nothing that was sent since is acknowledged. */
  reducing: boolean;
  reducedUpTo: number;
  /** The same of reductions for marks alone, which no undo takes back. */
  reducingForMark: boolean;
  markedUpTo: number;
  /** The next new data says that the window was reduced (RFC 3168 §6.1.2), and whether for a mark. */
  cwrDue: CwrReason;
  /** Nothing is sent before the retransmission timer expires: a mark came when cwnd was one segment (§6.1.2). */
  held: boolean;
  /** How often the window was reduced because of marks, and octets that the peer has told were marked. */
  reductions: number;
  markedBytes: number;

  // Receiving.
  /** ECE is set on what is sent: RFC 3168 §6.1.3; with DCTCP's receiver it is DCTCP.CE (RFC 8257 §3.2). */
  echo: boolean;
  /** Segments that came with CE, and whether any came with an ECN codepoint at all. */
  ceSegments: number;
  ectSeen: boolean;

  constructor() {
    this.feedback = 'none';
    this.accurate = undefined;
    this.requested = 'none';
    this.peerRequested = 'none';
    this.answers = false;
    this.sendsEct = false;
    this.sentSynCodepoint = 0;
    this.peerSynCodepoint = 0;
    this.plainSynSent = false;
    this.plainSynCame = false;
    this.synMarked = false;
    this.endsHandshake = false;
    this.sentUpTo = 0;
    this.reducing = false;
    this.reducedUpTo = 0;
    this.reducingForMark = false;
    this.markedUpTo = 0;
    this.cwrDue = 'none';
    this.held = false;
    this.reductions = 0;
    this.markedBytes = 0;
    this.echo = false;
    this.ceSegments = 0;
    this.ectSeen = false;
  }
}
