/**
 * The laws that a run is held to: their number in INVARIANTS, one sentence each, and the section that demands it.
 * A checker that finds one broken throws a `Violation` of it.
 */

interface Law {
  readonly law: string;
  readonly section: string;
}

export const LAWS: Readonly<Record<number, Law>> = {
  1: { law: 'what a program has read is always a prefix of what its peer wrote', section: 'RFC 9293 §2.2' },
  2: { law: 'after an orderly close all was read, and exactly one end of stream after it', section: 'RFC 9293 §3.6' },
  3: { law: 'the end of the stream is read only after the peer’s FIN was taken in order', section: 'RFC 9293 §3.6' },
  4: { law: 'an abort or a timeout is read as an error, never as a clean end', section: 'RFC 9293 §3.10.5, §3.8.3' },
  5: { law: 'no byte of one connection appears in another', section: 'RFC 9293 §3.4.1' },
  6: { law: 'splitting or merging writes never changes what is read', section: 'RFC 9293 §2.2' },
  7: { law: 'a datagram is received as it was sent, whole, from whom it was sent', section: 'RFC 768' },
  8: { law: 'SND.UNA ≤ SND.NXT ≤ SND.MAX, and neither SND.UNA nor RCV.NXT goes back', section: 'RFC 9293 §3.3.1' },
  9: { law: 'SYN at ISS, byte i at ISS+1+i, FIN after the last byte, nothing beyond it', section: 'RFC 9293 §3.4' },
  10: { law: 'a sequence number carries the same octet every time it is sent', section: 'RFC 9293 §3.4' },
  11: {
    law: 'nothing is sent beyond the peer’s window but a probe of one octet',
    section: 'RFC 9293 §3.8.6, §3.8.6.1',
  },
  12: { law: 'the right edge of the advertised window never moves left', section: 'RFC 9293 §3.8.6 (SHLD-14)' },
  13: { law: 'the window fits the free buffer, and no acknowledged byte is lost', section: 'RFC 9293 §3.8.6' },
  14: {
    law: 'every segment but the first SYN has ACK = RCV.NXT, and acknowledges only what arrived',
    section: 'RFC 9293 §3.10.7.4',
  },
  15: {
    law: 'an unacceptable segment changes nothing and draws exactly one ACK, a reset none',
    section: 'RFC 9293 §3.10.7.4, first check',
  },
  16: { law: 'an ACK of what was never sent changes nothing and draws an ACK', section: 'RFC 9293 §3.10.7.4' },
  17: { law: 'no segment is larger than the peer’s MSS and the path allow', section: 'RFC 9293 §3.7.1, RFC 6691' },
  18: {
    law: 'MSS, window scale and SACK-permitted only with SYN; the scale only if both sent it, never on a SYN',
    section: 'RFC 7323 §2.2, RFC 2018 §2',
  },
  19: { law: 'timestamps in every segment once agreed on, echoing TS.Recent', section: 'RFC 7323 §3.2, §4.3' },
  20: { law: 'SACK blocks are disjoint, above the ACK, really held, the newest first', section: 'RFC 2018 §4' },
  21: { law: 'every checksum that is sent verifies', section: 'RFC 1071' },
  22: { law: 'a frame with one damaged octet changes nothing', section: 'RFC 9293 §3.1, RFC 1122 §3.2.1.2' },
  23: {
    law: 'the retransmission timer runs exactly while something is unacknowledged; the persist timer never beside it',
    section: 'RFC 6298 §5, RFC 9293 §3.8.6.1',
  },
  24: {
    law: 'SRTT, RTTVAR and RTO are those of the recurrence; each expiry doubles the RTO',
    section: 'RFC 6298 §2, §5',
  },
  25: { law: 'no round-trip sample from a segment sent twice, without timestamps', section: 'RFC 6298 §3' },
  26: { law: 'a closed window is probed for as long as data waits', section: 'RFC 9293 §3.8.6.1' },
  27: {
    law: 'data is acknowledged within 0.5 s and every second segment; beyond or in a gap at once',
    section: 'RFC 9293 §3.8.6.3, RFC 5681 §4.2',
  },
  28: { law: 'no silly segments and no silly windows', section: 'RFC 9293 §3.7.4, §3.8.6.2' },
  29: { law: 'no timer of a closed connection runs or fires', section: 'RFC 9293 §3.10.7.4' },
  30: { law: 'new data only while the congestion window has room for it', section: 'RFC 5681 §3.1, RFC 3042' },
  31: { law: 'cwnd is at least one segment', section: 'RFC 5681 §3.1' },
  32: {
    law: 'slow start grows by what is acknowledged and one segment at most; a timeout leaves one segment',
    section: 'RFC 5681 §3.1',
  },
  33: {
    law: 'fast retransmit on the third duplicate ACK, once per window',
    section: 'RFC 5681 §3.2, RFC 6582 §3.2',
  },
  34: { law: 'the first flight fits the initial window', section: 'RFC 6928 §2, RFC 5681 §3.1' },
  35: {
    law: 'ECT only on new data, every mark told, one reduction a window for it, and CWR after that',
    section: 'RFC 3168 §6.1, RFC 9768 §3.2',
  },
  36: { law: 'only the transitions of figure 5, each by what may cause it', section: 'RFC 9293 §3.3.2' },
  37: { law: 'TIME-WAIT only after our own FIN, for 2 MSL after the peer’s last', section: 'RFC 9293 §3.6.1, §3.4.2' },
  38: { law: 'no reset answers a reset, and resets are numbered as prescribed', section: 'RFC 9293 §3.10.7.1' },
  39: { law: 'a reset counts only at RCV.NXT; otherwise, like a SYN, it is challenged', section: 'RFC 5961 §3, §4' },
  40: { law: 'a listener’s queues stay within their bounds', section: 'RFC 9293 §3.10.7.2' },
  41: { law: 'a run does not depend on where sequence numbers start; they grow with time', section: 'RFC 6528 §3' },
  46: { law: 'with finitely many faults everything ends in a time that can be told', section: 'RFC 9293 §3.8.1' },
  47: { law: 'afterwards there is no connection, no timer, no frame and no event', section: 'RFC 9293 §3.3.2' },
  48: { law: 'no storms: frames are bounded by data and faults', section: 'RFC 9293 §3.8.6' },
  49: { law: 'a peer that vanished is given up with ETIMEDOUT', section: 'RFC 9293 §3.8.3' },
  51: { law: 'what tcp_info counts is what was sent, what came, and how long it took', section: 'RFC 4898 §4' },
};

export class Violation extends Error {
  readonly number: number;

  constructor(number: number, detail: string) {
    const { law, section } = LAWS[number]!;
    super(`invariant ${number} is broken: ${law} (${section})\n  ${detail}`);
    this.name = 'Violation';
    this.number = number;
  }
}

/** Throws unless `holds`. `detail` is asked for only then. */
export function hold(number: number, holds: boolean, detail: () => string): void {
  if (!holds) throw new Violation(number, detail());
}
