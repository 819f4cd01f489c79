/** Two ways of doing the same, each call so many units of it: what `ratios.ts` runs in turn. */
export interface WorkPair {
  readonly what: string;
  readonly unitsPerCall: number;
  readonly ours: () => unknown;
  readonly textbook: () => unknown;
}
