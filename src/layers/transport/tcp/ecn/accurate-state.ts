/**
 * What a connection with accurate ECN feedback keeps beside what every one with ECN does: the counters of RFC 9768 §3.2,
 * as data receiver and as data sender, and what is known of whether AccECN options get through.
 */

/**
 * The counters of one half connection. Not zero at first, so that a zero tells of a middlebox, and room is left for a
 * stateless handshake (§3.2.1). Compared modulo 8 and 2^24; a number holds more marks than any run has.
 */
export class EcnCounters {
  /** Packets that came with CE: `cep`. */
  cePackets: number;
  /** Octets of data that came with CE, ECT(0) and ECT(1): `ceb`, `e0b` and `e1b`. */
  ceBytes: number;
  ect0Bytes: number;
  ect1Bytes: number;

  constructor() {
    this.cePackets = 5;
    this.ceBytes = 0;
    this.ect0Bytes = 1;
    this.ect1Bytes = 1;
  }
}

export class AccurateEcn {
  /** `r.cep`, `r.ceb` …: what we have received. */
  readonly received: EcnCounters;
  /** `s.cep`, `s.ceb` …: what the peer says that it has. */
  readonly reported: EcnCounters;

  // As data receiver.
  /** The next pure ACK has the handshake encoding of the SYN-ACK's codepoint: §3.2.2.1. */
  handshakeAckDue: boolean;
  /** Whether the last packet came with CE, and how many have since an ACK was last sent: §3.2.2.5.1. */
  lastHadCe: boolean;
  ceSinceAck: number;

  // As data sender.
  /** What the peer tells is acted on: not once the handshake has shown that it cannot be (§3.2.2.1, §3.2.2.4). */
  responds: boolean;
  /** The first ACE counter after the handshake has come. */
  aceSeen: boolean;
  /** The peer's newest TSval, which tells an ACK that adds nothing from one that is out of date: appendix A.1. */
  newestTimestamp: number;

  // AccECN options that we send.
  /** We send them, as far as is known they get through. */
  sendsOption: boolean;
  /** Every segment has one until data was sent, to try the path: §3.2.3.2.1. */
  triesOption: boolean;
  /** Segments with an option that were lost, of those that are watched; data that is watched now; §3.2.3.2.2. */
  optionLosses: number;
  watchesOption: boolean;
  watchedSequence: number;
  /** The segment that is being sent has none: what it repeats was lost with one. */
  withoutOption: boolean;
  /** Counters that have changed at some time: an option has room for them. */
  countedCe: boolean;
  countedEct0: boolean;
  countedEct1: boolean;
  /** The counters as the last option had them. */
  readonly optionHad: EcnCounters;
  /** The last data that was counted had this codepoint; another one than before, and the ACK after that; §3.2.3.3. */
  lastCounted: number;
  countChanged: boolean;
  countRepeats: boolean;
  acksWithoutOption: number;

  // AccECN options of the peer.
  /** They are not to be trusted (§3.2.3.2.4), and one of them has been looked at for that. */
  ignoresOption: boolean;
  optionTested: boolean;
  /** Since the last one: packets that the ACE field told to be marked, and octets that they were taken for. */
  packetsSinceOption: number;
  estimatedSinceOption: number;

  constructor(sendsOption: boolean, newestTimestamp: number) {
    this.received = new EcnCounters();
    this.reported = new EcnCounters();
    this.handshakeAckDue = false;
    this.lastHadCe = false;
    this.ceSinceAck = 0;
    this.responds = true;
    this.aceSeen = false;
    this.newestTimestamp = newestTimestamp;
    this.sendsOption = sendsOption;
    this.triesOption = false;
    this.optionLosses = 0;
    this.watchesOption = false;
    this.watchedSequence = 0;
    this.withoutOption = false;
    this.countedCe = false;
    this.countedEct0 = false;
    this.countedEct1 = false;
    this.optionHad = new EcnCounters();
    this.lastCounted = 0;
    this.countChanged = false;
    this.countRepeats = false;
    this.acksWithoutOption = 0;
    this.ignoresOption = false;
    this.optionTested = false;
    this.packetsSinceOption = 0;
    this.estimatedSinceOption = 0;
  }
}
