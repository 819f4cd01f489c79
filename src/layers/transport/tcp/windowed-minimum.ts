/**
 * The smallest of the values seen within a time: the round trip of a path without queues, which may change. Three
 * candidates do, each the smallest since the one before it, as in Kathleen Nichols' filter; so the cost is constant.
 */
import type { Clock } from '../../clock.ts';

export class WindowedMinimum {
  /** `Infinity` before the first value. */
  value: number;
  private readonly windowNs: number;
  private readonly values: Float64Array;
  private readonly times: Float64Array;

  /** @param windowNs how long a value counts */
  constructor(windowNs: number) {
    this.value = Number.POSITIVE_INFINITY;
    this.windowNs = windowNs;
    this.values = new Float64Array(3).fill(Number.POSITIVE_INFINITY);
    this.times = new Float64Array(3);
  }

  /** @param clock which says when the value was seen */
  add(value: number, clock: Clock): void {
    const { values, times } = this;
    const nowNs = clock.now();
    if (value <= values[0]! || nowNs - times[2]! > this.windowNs) {
      values.fill(value);
      times.fill(nowNs);
    } else if (value <= values[1]!) {
      this.put(1, value, nowNs);
      this.put(2, value, nowNs);
    } else if (value <= values[2]!) {
      this.put(2, value, nowNs);
    }
    if (nowNs - times[0]! > this.windowNs) {
      this.put(0, values[1]!, times[1]!);
      this.put(1, values[2]!, times[2]!);
      this.put(2, value, nowNs);
    } else if (times[1] === times[0] && nowNs - times[1]! > this.windowNs / 4) {
      // The second and third candidates come from later parts of the window, or none would be left when the first is old.
      this.put(1, value, nowNs);
      this.put(2, value, nowNs);
    } else if (times[2] === times[1] && nowNs - times[2]! > this.windowNs / 2) {
      this.put(2, value, nowNs);
    }
    this.value = values[0]!;
  }

  private put(place: number, value: number, nowNs: number): void {
    this.values[place] = value;
    this.times[place] = nowNs;
  }
}
