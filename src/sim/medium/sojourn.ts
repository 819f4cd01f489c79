/**
 * How long frames waited in a queue. The quantiles come from a histogram with sixteen buckets an octave, so they are
 * exact below 16 ns and within 6.25 % above.
 */
const BUCKETS_PER_OCTAVE = 16;

export class SojournStatistics {
  count: number;
  totalNs: number;
  maximumNs: number;
  private readonly buckets: Float64Array;

  constructor() {
    this.count = 0;
    this.totalNs = 0;
    this.maximumNs = 0;
    this.buckets = new Float64Array(BUCKETS_PER_OCTAVE * 52);
  }

  add(ns: number): void {
    this.count++;
    this.totalNs += ns;
    if (ns > this.maximumNs) this.maximumNs = ns;
    this.buckets[bucketOf(ns)]!++;
  }

  /** Adds all that another one has counted. */
  addAll(other: SojournStatistics): void {
    this.count += other.count;
    this.totalNs += other.totalNs;
    if (other.maximumNs > this.maximumNs) this.maximumNs = other.maximumNs;
    for (let bucket = 0; bucket < this.buckets.length; bucket++) this.buckets[bucket]! += other.buckets[bucket]!;
  }

  copy(): SojournStatistics {
    const copy = new SojournStatistics();
    copy.addAll(this);
    return copy;
  }

  /** What was counted after `earlier`, a copy made then. Its maximum is within 6.25 %, unless it is that of all. */
  since(earlier: SojournStatistics): SojournStatistics {
    const since = this.copy();
    since.count -= earlier.count;
    since.totalNs -= earlier.totalNs;
    let last = -1;
    for (let bucket = 0; bucket < since.buckets.length; bucket++) {
      since.buckets[bucket]! -= earlier.buckets[bucket]!;
      if (since.buckets[bucket]! > 0) last = bucket;
    }
    since.maximumNs = last < 0 ? 0 : Math.min(this.maximumNs, startOf(last + 1) - 1);
    return since;
  }

  /** The histogram with four buckets an octave: those that hold something, [from, to) and how many. */
  octaveQuarters(): (readonly [fromNs: number, toNs: number, count: number])[] {
    const found: (readonly [number, number, number])[] = [];
    for (let bucket = 0; bucket < this.buckets.length; bucket += 4) {
      const count = this.buckets.subarray(bucket, bucket + 4).reduce((sum, one) => sum + one, 0);
      if (count > 0) found.push([startOf(bucket), startOf(bucket + 4), count]);
    }
    return found;
  }

  get meanNs(): number {
    return this.count === 0 ? 0 : this.totalNs / this.count;
  }

  /**
   * The time below which a fraction of the frames waited.
   * @param fraction from 0 to 1; 0.5 is the median
   */
  quantileNs(fraction: number): number {
    let below = 0;
    for (let bucket = 0; bucket < this.buckets.length; bucket++) {
      below += this.buckets[bucket]!;
      if (below > 0 && below >= fraction * this.count) return Math.min(startOf(bucket + 1) - 1, this.maximumNs);
    }
    return this.maximumNs;
  }
}

/** Below 16 its value; from there on the octave, and the four bits behind the leading one. */
function bucketOf(ns: number): number {
  if (ns < BUCKETS_PER_OCTAVE) return ns;
  // Below 2 s, that is nearly always, without the call that a power of two is.
  if (ns < 0x8000_0000) {
    const octave = 31 - Math.clz32(ns);
    return (octave - 4) * BUCKETS_PER_OCTAVE + (ns >>> (octave - 4));
  }
  const octave = 63 - Math.clz32(ns / 0x1_0000_0000);
  return (octave - 4) * BUCKETS_PER_OCTAVE + Math.floor(ns / 2 ** (octave - 4));
}

function startOf(bucket: number): number {
  if (bucket < BUCKETS_PER_OCTAVE) return bucket;
  const octave = Math.floor(bucket / BUCKETS_PER_OCTAVE) + 3;
  return ((bucket % BUCKETS_PER_OCTAVE) + BUCKETS_PER_OCTAVE) * 2 ** (octave - 4);
}
