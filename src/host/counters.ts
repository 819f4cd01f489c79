/** What a host counts. A drop reason, its counter and its trace event share one name. */
import type { DropReason } from '../layers/drop.ts';

/** How often each reason occurred. Reasons that never did are absent. */
export type DropCounts = Map<DropReason, number>;

export const countDrop = (counts: DropCounts, reason: DropReason): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
};

export class HostCounters {
  /** IP packets received that passed the header's checks. */
  packetsReceived: number;
  packetsDelivered: number;
  packetsForwarded: number;
  /** IP packets of this host's own, fragments not counted. */
  packetsSent: number;
  fragmentsReceived: number;
  fragmentsCreated: number;
  packetsReassembled: number;
  icmpErrorsSent: number;
  /** ICMP errors that the rate limit held back. */
  icmpErrorsLimited: number;
  /** Conflicting claims to one of this host's addresses (RFC 5227 §2.4, RFC 4862 §5.4). */
  addressConflicts: number;
  /** Frames and packets that came in and ended here. */
  readonly dropped: DropCounts;
  /** Packets of this host's own that never left it. */
  readonly notSent: DropCounts;

  constructor() {
    this.packetsReceived = 0;
    this.packetsDelivered = 0;
    this.packetsForwarded = 0;
    this.packetsSent = 0;
    this.fragmentsReceived = 0;
    this.fragmentsCreated = 0;
    this.packetsReassembled = 0;
    this.icmpErrorsSent = 0;
    this.icmpErrorsLimited = 0;
    this.addressConflicts = 0;
    this.dropped = new Map();
    this.notSent = new Map();
  }
}

export class InterfaceCounters {
  framesReceived: number;
  bytesReceived: number;
  framesSent: number;
  bytesSent: number;

  constructor() {
    this.framesReceived = 0;
    this.bytesReceived = 0;
    this.framesSent = 0;
    this.bytesSent = 0;
  }
}
