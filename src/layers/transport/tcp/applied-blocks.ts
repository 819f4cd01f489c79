/**
 * The SACK blocks that were applied last. A receiver reports a block with one ACK after the other, mostly as it was or a
 * segment longer, and older ones beside it (RFC 2018 §4): what was looked at need not be looked at again. Without this the
 * ACKs of a lossy window would take a time that grows with its square.
 */
import { lessThan } from './sequence.ts';

/** As many as fit an ACK. */
const REMEMBERED = 4;

export class AppliedBlocks {
  /** Left and right edge of each. */
  private readonly edges: Int32Array;
  private oldest: number;

  constructor() {
    this.edges = new Int32Array(2 * REMEMBERED);
    this.oldest = 0;
  }

  /** Notes a block. @returns from where on it has not been applied: `left` if not at all, `right` if it has been wholly */
  extend(left: number, right: number): number {
    const { edges } = this;
    for (let at = 0; at < edges.length; at += 2) {
      if (edges[at] !== left) continue;
      const known = edges[at + 1]!;
      if (!lessThan(known, right)) return right;
      edges[at + 1] = right;
      return lessThan(known, left) ? left : known;
    }
    edges[2 * this.oldest] = left;
    edges[2 * this.oldest + 1] = right;
    this.oldest = (this.oldest + 1) % REMEMBERED;
    return left;
  }

  /** What was applied may not be what it was. */
  forget(): void {
    this.edges.fill(0);
  }
}
