/**
 * A bulk transfer that has found its pace makes nothing that holds bytes: no frame, no block, no buffer, no view, and no
 * record of a frame on its way. Counted, not timed; how many heap bytes are left is `bench/heap-per-frame.ts`'s to tell.
 */
import v8 from 'node:v8';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { type BulkOptions, EndlessTransfer } from '../../../bench/cases/bulk-transfer.ts';
import type { Path } from '../../../bench/cases/paths.ts';
import { Frame } from '../../../src/layers/frame.ts';
import { Memory } from '../../../src/layers/memory.ts';
import { Transit } from '../../../src/sim/medium/transit.ts';

const WARM_UP = 4000;
const SEGMENTS = 2000;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Objects of a class that are alive in this process. */
const alive = (made: typeof Frame | typeof Transit): number => v8.queryObjects(made, { format: 'count' });

/** Counts what is made by `new` from now on. */
function countNew(name: 'ArrayBuffer' | 'Uint8Array' | 'DataView'): () => number {
  let count = 0;
  const original = globalThis[name];
  vi.stubGlobal(
    name,
    new Proxy(original, {
      construct(target, parameters, newTarget) {
        count++;
        return Reflect.construct(target, parameters, newTarget === original ? target : newTarget);
      },
    }),
  );
  return () => count;
}

const FAULTY: Path = { link: { rate: '1Gbit/s', delay: '1ms', loss: '0.1%', duplicate: '0.1%' }, tcp: {} };

const WORLDS: readonly (readonly [string, BulkOptions])[] = [
  ['IPv4', {}],
  ['IPv6', { family: 6 }],
  ['an MTU of 9000', { mtu: 9000 }],
  ['loss, duplicates and another order', { path: FAULTY }],
];

describe('a bulk transfer in its steady state', () => {
  test.each(WORLDS)('makes no frame, block, buffer, view or transit: %s', (_name, options) => {
    const transfer = new EndlessTransfer(options, WARM_UP);
    const { memory, pool } = transfer.world;
    const before = [Frame, Transit].map(alive);
    const blocksBefore = memory.outstanding;
    const allocate = vi.spyOn(Memory.prototype, 'allocate');
    const typedArray = Object.getPrototypeOf(Uint8Array.prototype) as Uint8Array;
    const views = [vi.spyOn(typedArray, 'subarray'), vi.spyOn(typedArray, 'slice')];
    const made = [countNew('ArrayBuffer'), countNew('Uint8Array'), countNew('DataView')];

    transfer.run(SEGMENTS);

    expect(transfer.bytesReceived).toBeGreaterThanOrEqual((WARM_UP + SEGMENTS) * transfer.segmentBytes);
    expect(allocate.mock.calls).toEqual([]);
    expect(views.map((view) => view.mock.calls.length)).toEqual([0, 0]);
    expect(made.map((count) => count())).toEqual([0, 0, 0]);
    expect(memory.outstanding).toBe(blocksBefore);
    expect(pool.outstanding).toBeLessThanOrEqual(blocksBefore);
    expect([Frame, Transit].map(alive)).toEqual(before);
  });

  test('is counted by what would see a buffer per frame', () => {
    const transfer = new EndlessTransfer({}, 10);
    const made = countNew('Uint8Array');
    const { receive } = Object.getPrototypeOf(transfer.world.hosts[1]!.interfaces[1]!) as { receive(f: Frame): void };
    const copies: Uint8Array[] = [];
    const [port] = transfer.world.hosts[1]!.interfaces.slice(1);
    vi.spyOn(port!, 'receive').mockImplementation((frame) => {
      copies.push(new Uint8Array(frame.length));
      receive.call(port, frame);
    });
    transfer.run(1);
    expect(copies.length).toBeGreaterThan(0);
    expect(made()).toBe(copies.length);
  });
});
