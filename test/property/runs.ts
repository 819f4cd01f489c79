/**
 * How often and from which seed a property is tried. The seed is fixed, so that a run says the same everywhere;
 * WIRELAB_SEED=number tries another, and WIRELAB_RUNS=factor tries more.
 */
export function runs(numRuns: number): { seed: number; numRuns: number } {
  return {
    seed: Number(process.env.WIRELAB_SEED ?? 20260101) | 0,
    numRuns: Math.ceil(numRuns * Number(process.env.WIRELAB_RUNS ?? 1)),
  };
}
