/**
 * Heap bytes that a piece of work allocates, counted and not sampled: the young generation is emptied before, and is so
 * large that nothing is collected during the work. Node needs the flags of the script `bench` in package.json.
 */
import v8 from 'node:v8';
import type { Work } from './interleaved.ts';

const REPETITIONS = 5;
/** Half of the young generation that `COUNTING` asks for: beyond it something may have been collected. */
const MOST_BYTES = 32 * 1024 * 1024;

/**
 * The least of some repetitions, in bytes a unit: what the compiler allocates in between is not the work's.
 * @param mostBytes half of the young generation, if it is another one than that of `COUNTING`
 * @throws {Error} if node was started without the flags, or the work allocates too much to be counted
 */
export function bytesPerUnit(work: Work, units: number, mostBytes: number = MOST_BYTES): number {
  let least = Infinity;
  for (let repetition = 0; repetition < REPETITIONS; repetition++) {
    least = Math.min(least, allocated(work, units, mostBytes));
  }
  return least / units;
}

/**
 * Counts something known first.
 * @throws {Error} if the count is wrong
 */
export function checkCounting(): void {
  const kept: object[] = new Array<object>(1000).fill({});
  const make: Work = (units) => {
    for (let unit = 0; unit < units; unit++) kept[unit % 1000] = { one: unit, two: unit };
  };
  make(100_000);
  const perObject = bytesPerUnit(make, 100_000);
  // A map, properties, elements and two numbers, 8 bytes each.
  if (perObject < 40 || perObject > 48) throw new Error(`an object of 40 bytes was counted as ${perObject}`);
}

function allocated(work: Work, units: number, mostBytes: number): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('heap bytes are counted under node --expose-gc: use npm run bench');
  gc();
  const before = v8.getHeapStatistics().used_heap_size;
  work(units);
  const bytes = v8.getHeapStatistics().used_heap_size - before;
  if (bytes < 0 || bytes > mostBytes) throw new Error(`${bytes} bytes were allocated, which cannot be counted`);
  return bytes;
}
