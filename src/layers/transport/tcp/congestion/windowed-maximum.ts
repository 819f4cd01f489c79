/**
 * The largest value of the last few slots of a virtual time, such as round trips. One number is kept per slot, so the
 * answer is exact, and a value costs a comparison until its slot ends.
 */
export class WindowedMaximum {
  /** 0 before any value. */
  value: number;
  private readonly slots: Float64Array;
  private time: number;

  /** @param slots how many slots the window has, the current one included */
  constructor(slots: number) {
    this.value = 0;
    this.slots = new Float64Array(slots);
    this.time = 0;
  }

  /** Takes a value in. @param time the slot; it never goes back */
  update(value: number, time: number): void {
    this.advance(time);
    const { slots } = this;
    const place = time % slots.length;
    if (value > slots[place]!) slots[place] = value;
    if (value > this.value) this.value = value;
  }

  /** Lets slots end. */
  advance(time: number): void {
    if (time === this.time) return;
    const { slots } = this;
    const ended = Math.min(time - this.time, slots.length);
    for (let past = 0; past < ended; past++) slots[(time - past) % slots.length] = 0;
    this.time = time;
    let largest = 0;
    for (const value of slots) if (value > largest) largest = value;
    this.value = largest;
  }

  /** The largest value of the current slot alone. */
  get latest(): number {
    return this.slots[this.time % this.slots.length]!;
  }
}
