/** Distributions of rows, from the histograms that count waiting times. */
import { SojournStatistics } from '../sim/medium/sojourn.ts';
import type { Distribution } from './row.ts';

/** What has been counted, without what `before` had: an earlier copy of the same. */
export function distributionOf(statistics: SojournStatistics, before?: SojournStatistics): Distribution {
  const since = before === undefined ? statistics : statistics.since(before);
  return {
    count: since.count,
    mean: since.meanNs,
    maximum: since.maximumNs,
    quantiles: {
      p5: since.quantileNs(0.05),
      p50: since.quantileNs(0.5),
      p95: since.quantileNs(0.95),
      p99: since.quantileNs(0.99),
    },
    histogram: since.octaveQuarters(),
  };
}

/** Of several, put together. */
export function together(parts: readonly SojournStatistics[]): SojournStatistics {
  const sum = new SojournStatistics();
  for (const part of parts) sum.addAll(part);
  return sum;
}
