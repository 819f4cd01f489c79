/**
 * Which frames a fault is about, as data: protocol, TCP flags, payload, place in the byte stream, and which of those that
 * match. So "the second copy of the SYN" is `{ protocol: 'tcp', flags: 'S', nth: 2 }`.
 */
import { ETHERTYPES } from '../../layers/link/ethertype.ts';
import * as protocol from '../../layers/network/protocol.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { FrameFields } from './frame-fields.ts';

export const MATCHED_PROTOCOLS = ['arp', 'ipv4', 'ipv6', 'icmp', 'icmpv6', 'udp', 'tcp'] as const;

export type MatchedProtocol = (typeof MATCHED_PROTOCOLS)[number];

export interface FrameMatch {
  readonly protocol?: MatchedProtocol;
  /**
   * Exactly these TCP flags, as packetdrill writes them: `S`, `S.`, `.`, `F.`, `R`, with `.` for ACK, `E` for ECE, `W` for
   * CWR, `U` for URG. PSH is not looked at unless `P` is written.
   */
  readonly flags?: string;
  /** Whether data follows the UDP or TCP header. */
  readonly payload?: boolean;
  /**
   * TCP segments that hold one of these sequence numbers, relative to the sender's initial one: the SYN is 0, the first
   * byte of data 1. `to` is not included. Known once the sender's SYN has been seen.
   */
  readonly sequence?: { readonly from: number; readonly to: number };
  /** Only the nth frame that matches the rest, from 1; else every one. */
  readonly nth?: number;
}

/** The letters of `FrameMatch.flags`. */
export const FLAG_LETTERS: Readonly<Record<string, number>> = {
  F: segment.FIN,
  S: segment.SYN,
  R: segment.RST,
  P: segment.PSH,
  '.': segment.ACK,
  U: segment.URG,
  E: segment.ECE,
  W: segment.CWR,
  A: segment.AE,
};

const IP_PROTOCOLS: Partial<Record<MatchedProtocol, number>> = {
  icmp: protocol.ICMP,
  icmpv6: protocol.ICMPV6,
  udp: protocol.UDP,
  tcp: protocol.TCP,
};

const ETHERNET_TYPES: Partial<Record<MatchedProtocol, number>> = {
  arp: ETHERTYPES.arp.number,
  ipv4: ETHERTYPES.ipv4.number,
  ipv6: ETHERTYPES.ipv6.number,
};

/** The initial sequence numbers of the connections whose SYN went by in one direction. */
export class InitialSequenceNumbers {
  private readonly byFlow: Map<string, number>;

  constructor() {
    this.byFlow = new Map();
  }

  learn(fields: FrameFields): void {
    if ((fields.flags & segment.SYN) !== 0) this.byFlow.set(fields.flow, fields.sequenceNumber);
  }

  /** The segment's sequence number relative to its sender's first, or `undefined` if that was not seen. */
  relative(fields: FrameFields): number | undefined {
    const initial = this.byFlow.get(fields.flow);
    return initial === undefined ? undefined : (fields.sequenceNumber - initial) >>> 0;
  }
}

/** A match at work in one direction: it counts what it has matched. */
export class Matcher {
  private readonly match: FrameMatch;
  private readonly flags: number;
  private readonly flagsLookedAt: number;
  private matched: number;

  constructor(match: FrameMatch) {
    this.match = match;
    this.flags = [...(match.flags ?? '')].reduce((flags, letter) => flags | FLAG_LETTERS[letter]!, 0);
    this.flagsLookedAt = 0xfff & ~(match.flags?.includes('P') ? 0 : segment.PSH);
    this.matched = 0;
  }

  matches(fields: FrameFields, initial: InitialSequenceNumbers): boolean {
    if (!this.matchesRest(fields, initial)) return false;
    this.matched++;
    return this.match.nth === undefined || this.match.nth === this.matched;
  }

  private matchesRest(fields: FrameFields, initial: InitialSequenceNumbers): boolean {
    const { protocol: wanted, flags, payload, sequence } = this.match;
    const isTcp = fields.flow !== '';
    if (wanted !== undefined) {
      const etherType = ETHERNET_TYPES[wanted];
      if (etherType === undefined ? fields.ipProtocol !== IP_PROTOCOLS[wanted] : fields.etherType !== etherType) {
        return false;
      }
    }
    if (flags !== undefined && (!isTcp || (fields.flags & this.flagsLookedAt) !== this.flags)) return false;
    if (payload !== undefined && payload !== fields.payloadLength > 0) return false;
    if (sequence === undefined) return true;
    const from = isTcp ? initial.relative(fields) : undefined;
    if (from === undefined) return false;
    const flagOctets = ((fields.flags & segment.SYN) === 0 ? 0 : 1) + ((fields.flags & segment.FIN) === 0 ? 0 : 1);
    return from < sequence.to && from + fields.payloadLength + flagOctets > sequence.from;
  }
}
