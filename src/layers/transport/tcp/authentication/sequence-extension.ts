/**
 * The sequence number extension (SNE): RFC 5925 §6.2 asks for 64-bit sequence numbers of which the wire has the lower
 * half. That section's algorithm fails at reordering around the middle of the space; this is the idea of RFC 9187: the
 * number is the one nearest to the highest seen, which holds while they are less than 2^31 apart (RFC 7323 §2.3 keeps
 * every window below 2^30).
 * Only a segment that has proved genuine may move the highest, or a forgery would shift the extension of all that follow.
 */

export class SequenceExtension {
  /** The highest sequence number so far, and its extension. */
  private sequence: number;
  private extension: number;

  constructor() {
    this.sequence = 0;
    this.extension = 0;
  }

  /** The extension of the highest sequence number so far: SND.SNE or RCV.SNE. */
  get current(): number {
    return this.extension;
  }

  /** A new connection: the extension of its initial sequence number is 0. */
  start(initialSequence: number): void {
    this.sequence = initialSequence;
    this.extension = 0;
  }

  /** The extension of a sequence number near the highest; a signed 32-bit integer. */
  of(sequence: number): number {
    const after = ((sequence - this.sequence) | 0) >= 0;
    const higher = sequence >>> 0 >= this.sequence >>> 0;
    if (after === higher) return this.extension;
    // Later and yet a smaller number: the space has wrapped. Earlier and yet a larger one: it is from before the wrap.
    return (this.extension + (after ? 1 : -1)) | 0;
  }

  /** A genuine segment had this sequence number. */
  advance(sequence: number): void {
    if (((sequence - this.sequence) | 0) <= 0) return;
    this.extension = this.of(sequence);
    this.sequence = sequence;
  }
}
