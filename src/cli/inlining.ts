/**
 * Lets V8 inline more than it does by itself (V8 11.3 of Node 20: 920 bytes of bytecode into one function): a segment passes
 * some hundred small functions. It is for the whole process, workers too, so only a program may ask for it and not a library.
 *
 * One long run is compiled once: at 3500 a bulk transfer takes 0.94 of its time at 2000, beyond that no less. Many short
 * runs are compiled again and again: at 3500 the quick preset of `bench loss` takes a tenth longer (docs/performance.md).
 */
import { setFlagsFromString } from 'node:v8';

const inlineUpTo = (bytes: number): string => `--max-inlined-bytecode-size-cumulative=${bytes}`;

export const FOR_A_LONG_RUN: string = inlineUpTo(3500);
export const FOR_MANY_RUNS: string = inlineUpTo(2000);

/** To be called before what is to be fast runs, with one of the flags above. */
export function inlineMore(flag: string): void {
  setFlagsFromString(flag);
}
