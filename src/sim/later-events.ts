/**
 * The events of a full queue that are not among the next: unsorted, in groups, each of which is later than the one behind
 * it. In a heap of a million, every level waits for memory; here an event costs some ten passes over an array.
 *
 * It is a quicksort that goes on only when its result is asked for, and only on the side that is asked for: the last group
 * is halved until it is small enough for the heap of `event-queue.ts`. So each group is about twice as large as the next.
 * All events of one time are in one group: which of them is first only the heap needs to know.
 */

/** A group of this many goes to the heap as a whole. */
const BATCH = 512;
/** Halving alone makes some twenty; at the last place a group is handed over whatever its size. */
const MOST_GROUPS = 64;
const SAMPLES = 9;

export class LaterEvents {
  /** Times and tags, group after group, the latest first. */
  times: Float64Array;
  tags: Int32Array;
  end: number;
  /** Where each group begins. */
  private readonly starts: Int32Array;
  /** No event of the group is earlier, and all of the groups behind it are. */
  private readonly bounds: Float64Array;
  private groups: number;
  private readonly sample: Float64Array;

  constructor() {
    this.times = new Float64Array(0);
    this.tags = new Int32Array(0);
    this.end = 0;
    this.starts = new Int32Array(MOST_GROUPS);
    this.bounds = new Float64Array(MOST_GROUPS);
    this.groups = 0;
    this.sample = new Float64Array(SAMPLES);
  }

  /** No event here is earlier, in nanoseconds; `Infinity` if there is no group. */
  get bound(): number {
    return this.groups === 0 ? Infinity : this.bounds[this.groups - 1]!;
  }

  /** From now on events from `bound` on belong here; it is earlier than the bound was. */
  lowerBound(bound: number): void {
    if (this.groups === 0) this.starts[this.groups++] = 0;
    this.bounds[this.groups - 1] = bound;
  }

  /** Adds an event that is not earlier than the bound. Small enough to be inlined: V8 would box the time. */
  add(time: number, tag: number): void {
    const at = this.end;
    if (at === this.times.length) this.grow();
    this.times[at] = time;
    this.tags[at] = tag;
    this.end = at + 1;
    this.place();
  }

  /** Brings the last event into its group. Each group behind that one moves on by a place: its first becomes its last. */
  private place(): void {
    const { times, tags, starts, bounds } = this;
    let at = this.end - 1;
    const time = times[at]!;
    const tag = tags[at]!;
    let group = this.groups - 1;
    if (group === 0 || time < bounds[group - 1]!) return;
    for (; group > 0 && time >= bounds[group - 1]!; group--) {
      const start = starts[group]!;
      times[at] = times[start]!;
      tags[at] = tags[start]!;
      starts[group] = start + 1;
      at = start;
    }
    times[at] = time;
    tags[at] = tag;
  }

  /** Halves the last group until it is small. Only while `bound` is finite. @returns where it begins */
  split(): number {
    const { times, tags, starts, bounds, end } = this;
    let start = starts[this.groups - 1]!;
    while (end - start > BATCH && this.groups < MOST_GROUPS) {
      const pivot = this.middle(times, start, end);
      // Later ones to the front. What a branch would decide is a coin toss: each is put there, and the place counts or not.
      let later = start;
      for (let at = start; at < end; at++) {
        const time = times[at]!;
        const tag = tags[at]!;
        times[at] = times[later]!;
        tags[at] = tags[later]!;
        times[later] = time;
        tags[later] = tag;
        later += +(time >= pivot);
      }
      // None is earlier: most are of one time.
      if (later === end) break;
      starts[this.groups] = later;
      bounds[this.groups - 1] = pivot;
      this.groups++;
      start = later;
    }
    return start;
  }

  /** Drops the last group, which was handed over. */
  drop(): void {
    this.end = this.starts[--this.groups]!;
  }

  /** Drops every event whose tag `keep` refuses. */
  retain(keep: (tag: number) => boolean): void {
    const { times, tags, starts, end } = this;
    let kept = 0;
    for (let group = 0; group < this.groups; group++) {
      const behind = group + 1 < this.groups ? starts[group + 1]! : end;
      let at = starts[group]!;
      starts[group] = kept;
      for (; at < behind; at++) {
        if (!keep(tags[at]!)) continue;
        times[kept] = times[at]!;
        tags[kept] = tags[at]!;
        kept++;
      }
    }
    this.end = kept;
  }

  /** About the median of some times: that of a few, far from each other. */
  middle(times: Float64Array, start: number, end: number): number {
    const { sample } = this;
    const step = Math.floor((end - start) / SAMPLES);
    for (let count = 0; count < SAMPLES; count++) sample[count] = times[start + count * step]!;
    return sample.sort()[SAMPLES >> 1]!;
  }

  private grow(): void {
    const length = Math.max(1024, 2 * this.times.length);
    const { times, tags } = this;
    this.times = new Float64Array(length);
    this.times.set(times);
    this.tags = new Int32Array(length);
    this.tags.set(tags);
  }
}
