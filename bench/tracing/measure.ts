/**
 * What tracing costs that is off: the stack beside a build without it. Each process has both builds and runs them in turn;
 * who comes first alternates from process to process, since the compiler treats the first one better.
 */
import path from 'node:path';
import { runNode } from '../measure/child.ts';
import { type Quartiles, quartiles } from '../measure/quartiles.ts';
import { makeBuilds } from './builds.ts';

/** Even: as many with the one first as with the other. */
const PROCESSES = 8;

/** @returns per cent of processor time that bulk TCP takes more with tracing compiled in */
export async function measureTracing(): Promise<Quartiles> {
  const { withTracing, withoutTracing, remove } = await makeBuilds();
  try {
    const percents: number[] = [];
    for (let count = 0; count < PROCESSES; count++) {
      const isFirst = count % 2 === 0;
      const folders = isFirst ? [withTracing, withoutTracing] : [withoutTracing, withTracing];
      const script = path.join(withTracing, 'bench/tracing/compare.js');
      const { percent } = await runNode<{ readonly percent: number }>([script, ...folders]);
      // The other way round, it says how much less.
      percents.push(isFirst ? percent : 100 * (1 / (1 + percent / 100) - 1));
    }
    console.error(percents.map((p) => p.toFixed(1)).join(' '));
    return quartiles(percents);
  } finally {
    await remove();
  }
}
