/** Signals of a given likelihood, spread evenly and without dice: `recur` of RFC 9332 appendix A.1. */
export class Recurrence {
  /** What the likelihoods have added up to since the last signal; one number, which a field would box. */
  private readonly sum: Float64Array;

  constructor() {
    this.sum = new Float64Array(1);
  }

  /**
   * Whether a signal falls now.
   * @param which where in `likelihoods` its likelihood stands: a number of its own would be boxed for the call
   */
  recurs(likelihoods: Float64Array, which: number): boolean {
    const { sum } = this;
    sum[0]! += likelihoods[which]!;
    if (sum[0]! < 1) return false;
    sum[0]! -= 1;
    return true;
  }
}
