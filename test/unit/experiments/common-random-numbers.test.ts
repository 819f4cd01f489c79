/** The same seed gives the same losses to whoever sends: what makes differences of pairs mean something. */
import { afterEach, expect, test, vi } from 'vitest';
import { measurePoint } from '../../../src/experiments/measure-point.ts';
import type { PathFaults, TcpChoices } from '../../../src/experiments/point.ts';
import { REFERENCE_STOPPING, referencePoint, singleTask } from '../../../src/experiments/reference-path.ts';
import { Transit } from '../../../src/sim/medium/transit.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Which frames of data the path has lost, by their numbers. */
function lost(controller: string, seed: number, data: PathFaults, tcp: TcpChoices = {}): readonly number[] {
  const ordinals: number[] = [];
  const drop = Transit.prototype.drop;
  vi.spyOn(Transit.prototype, 'drop').mockImplementation(function (this: Transit, reason, detail) {
    if (reason === 'medium-loss' || reason === 'medium-burst-loss') ordinals.push(this.ordinal);
    drop.call(this, reason, detail);
  });
  const stopping = { ...REFERENCE_STOPPING, warmUpSeconds: 0, leastSeconds: 20 };
  measurePoint(singleTask({ ...referencePoint({ controller, rate: '5Mbit/s', tcp }), data }, stopping, seed));
  vi.restoreAllMocks();
  return ordinals;
}

const upTo = (ordinals: readonly number[], last: number): readonly number[] =>
  ordinals.filter((ordinal) => ordinal <= last);

test.each([
  ['independent', { loss: '2%' }],
  ['in bursts', { burstLoss: { loss: '2%', frames: 3 } }],
] as const)('%s: the n-th frame has the same fate for A and for B, and another with another seed', (_, data) => {
  const reno = lost('reno', 7, data);
  const others = [lost('cubic', 7, data), lost('reno', 7, data, { selectiveAcknowledgment: false, pacing: true })];
  for (const other of others) {
    const last = Math.min(reno.at(-1)!, other.at(-1)!);
    expect(upTo(other, last)).toEqual(upTo(reno, last));
    expect(upTo(reno, last).length).toBeGreaterThan(20);
  }
  expect(lost('reno', 8, data).slice(0, 20)).not.toEqual(reno.slice(0, 20));
});
