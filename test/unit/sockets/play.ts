/** Two programs on two hosts, from the beginning to the end. */
import { expect } from 'vitest';
import { type TwoHosts, twoHosts } from './two-hosts.ts';

/** Runs `alice` and `bob`, and everything until nothing can happen any more. */
export async function play(scenes: {
  alice: (hosts: TwoHosts) => Promise<unknown>;
  bob?: (hosts: TwoHosts) => Promise<unknown>;
}): Promise<TwoHosts> {
  const hosts = twoHosts();
  let failed: unknown;
  const done = Promise.all([scenes.alice(hosts), scenes.bob?.(hosts)]).catch((error: unknown) => {
    failed = error;
  });
  await hosts.run();
  if (failed !== undefined) throw failed;
  expect([...hosts.programs.waiting]).toEqual([]);
  await done;
  return hosts;
}
