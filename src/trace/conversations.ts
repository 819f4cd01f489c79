/**
 * Sequence numbers relative to each connection's beginning, as people read them: the SYN is 0, the first byte of data 1.
 * Where the SYN was not seen, the first segment seen starts at 1.
 */

/** One segment's place: names of both ends, and its numbers (signed 32-bit integers). */
export interface SegmentPlace {
  readonly source: string;
  readonly destination: string;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly isSyn: boolean;
  readonly hasAck: boolean;
}

export interface RelativePlace {
  /** Below 2^32. */
  readonly sequence: number;
  readonly acknowledgment: number;
  /** What the other direction's numbers are relative to: for SACK blocks. */
  readonly acknowledgmentBase: number;
}

export class Conversations {
  /** By direction: the sequence number that is shown as 0. */
  private readonly bases: Map<string, number>;

  constructor() {
    this.bases = new Map();
  }

  /** The relative numbers of a segment. Segments are given in the order in which they were seen. */
  place(segment: SegmentPlace): RelativePlace {
    const { source, destination, sequence, acknowledgment, isSyn, hasAck } = segment;
    const forward = `${source} ${destination}`;
    const backward = `${destination} ${source}`;
    if (isSyn) {
      // A new incarnation of the connection: a SYN with ACK answers one that has just reset the other direction.
      if (!hasAck && this.bases.get(forward) !== sequence) this.bases.delete(backward);
      this.bases.set(forward, sequence);
    } else if (!this.bases.has(forward)) {
      this.bases.set(forward, sequence - 1);
    }
    if (hasAck && !this.bases.has(backward)) this.bases.set(backward, acknowledgment - 1);
    const acknowledgmentBase = this.bases.get(backward) ?? 0;
    return {
      sequence: (sequence - this.bases.get(forward)!) >>> 0,
      acknowledgment: hasAck ? (acknowledgment - acknowledgmentBase) >>> 0 : 0,
      acknowledgmentBase,
    };
  }
}
