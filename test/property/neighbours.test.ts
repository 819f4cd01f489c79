/** INVARIANTS 45: ARP and NDP ask once a second at most for each target, and keep at least the newest packet. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import { type Frame, FramePool } from '../../src/layers/frame.ts';
import type { Neighbour } from '../../src/layers/link/neighbour.ts';
import { NeighbourCache } from '../../src/layers/link/neighbour-cache.ts';
import { Memory } from '../../src/layers/memory.ts';
import { FakeTimers } from '../unit/host/fake-timers.ts';
import { seeded } from '../unit/host/lab.ts';
import { runs } from './runs.ts';

type Step =
  | { readonly what: 'send'; readonly to: number }
  | {
      readonly what: 'answer';
      readonly to: number;
      readonly mac: number;
      readonly solicited: boolean;
      readonly override: boolean;
    }
  | { readonly what: 'hear'; readonly to: number; readonly mac: number; readonly create: boolean }
  | { readonly what: 'confirm'; readonly to: number }
  | { readonly what: 'wait'; readonly milliseconds: number };

const target = fc.nat({ max: 3 });
const mac = fc.constantFrom(0x0200_0000_0001, 0x0200_0000_0002, 0xffff_ffff_ffff, 0x0100_5e00_0001, 0);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ what: fc.constant('send' as const), to: target }) },
  {
    weight: 4,
    arbitrary: fc.record({
      what: fc.constant('wait' as const),
      milliseconds: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 9000 })),
    }),
  },
  fc.record({ what: fc.constant('answer' as const), to: target, mac, solicited: fc.boolean(), override: fc.boolean() }),
  fc.record({ what: fc.constant('hear' as const), to: target, mac, create: fc.boolean() }),
  fc.record({ what: fc.constant('confirm' as const), to: target }),
);

/** A cache with room for three of four neighbours, so that some are evicted. */
class Bench {
  readonly timers = new FakeTimers();
  readonly pool = new FramePool(new Memory(1 << 20));
  readonly askedAt: Map<Neighbour['address'], number[]> = new Map();
  readonly sent: number[] = [];
  readonly lost: number[] = [];
  readonly macs: number[] = [];
  serial = 0;
  readonly addresses = [1, 2, 3, 4].map((last) => ipAddress(`10.0.0.${last}`));
  readonly cache: NeighbourCache;

  /** @param hasty short times, as a router may ask for: what then keeps questions apart is the rule itself */
  constructor(hasty: boolean, maximumPendingBytes = 5000) {
    const times = hasty ? { reachableTimeNs: 40 * MILLISECOND, delayFirstProbeNs: 30 * MILLISECOND } : {};
    this.cache = new NeighbourCache(
      {
        timers: this.timers,
        random: seeded(5),
        ask: (neighbour) => {
          const times = this.askedAt.get(neighbour.address) ?? [];
          this.askedAt.set(neighbour.address, [...times, this.timers.now()]);
        },
        transmit: (neighbour, frame) => this.transmit(neighbour, frame),
        unreachable: (_neighbour, { frame }) => this.lose(frame),
        dropped: ({ frame }) => this.lose(frame),
        lost: () => {},
      },
      { maximumEntries: 3, maximumPendingBytes, ...times },
    );
  }

  do(step: Step): void {
    if (step.what === 'wait') {
      this.timers.pass(step.milliseconds * MILLISECOND);
      return;
    }
    const address = this.addresses[step.to]!;
    if (step.what === 'send') this.send(step.to);
    else if (step.what === 'answer') this.cache.advertised(address, step.mac, step.solicited, step.override, false);
    else if (step.what === 'hear') this.cache.heard(address, step.mac, step.create);
    else {
      const neighbour = this.cache.get(address);
      if (neighbour !== undefined) this.cache.confirm(neighbour);
    }
  }

  send(to: number): number {
    const serial = this.serial++;
    const frame = this.pool.acquire(14, 4);
    frame.view.setUint32(frame.start, serial);
    frame.end = frame.start + 4;
    const neighbour = this.cache.entry(this.addresses[to]!);
    if (neighbour === undefined) this.lose(frame);
    else if (this.cache.mayTransmit(neighbour)) this.transmit(neighbour, frame);
    else this.cache.hold(neighbour, frame, false);
    return serial;
  }

  private transmit(neighbour: Neighbour, frame: Frame): void {
    this.macs.push(neighbour.mac);
    this.sent.push(frame.view.getUint32(frame.start));
    this.pool.release(frame);
  }

  private lose(frame: Frame): void {
    this.lost.push(frame.view.getUint32(frame.start));
    this.pool.release(frame);
  }
}

describe('the neighbour cache, whatever happens', () => {
  const program = fc.array(step, { minLength: 1, maxLength: 60 });

  test('RFC 1122 §2.3.2.1, RFC 4861 §7.3.3: one question a second to one neighbour', () => {
    fc.assert(
      fc.property(program, fc.boolean(), (steps, hasty) => {
        const bench = new Bench(hasty);
        for (const each of steps) bench.do(each);
        bench.timers.pass(60 * SECOND);
        for (const [index, address] of bench.addresses.entries()) {
          const times = [...bench.askedAt.entries()].filter(([key]) => key.equals(address)).flatMap(([, each]) => each);
          times.sort((one, other) => one - other);
          for (let i = 1; i < times.length; i++) {
            expect(times[i]! - times[i - 1]!, `neighbour ${index}`).toBeGreaterThanOrEqual(SECOND);
          }
        }
      }),
      runs(400),
    );
  });

  test('every packet is sent once or lost once, in the order of sending; nothing is held for ever', () => {
    fc.assert(
      fc.property(program, fc.boolean(), (steps, hasty) => {
        const bench = new Bench(hasty);
        for (const each of steps) bench.do(each);
        bench.timers.pass(60 * SECOND);
        expect([...bench.sent, ...bench.lost].sort((a, b) => a - b)).toEqual([...Array(bench.serial).keys()]);
        expect(bench.pool.outstanding).toBe(0);
        expect(bench.cache.size).toBeLessThanOrEqual(3);
        // RFC 1812 §3.3.2: nothing is ever sent to a group because somebody claimed its address.
        for (const each of bench.macs) expect([0x0200_0000_0001, 0x0200_0000_0002]).toContain(each);
        // INVARIANTS 47: an idle cache leaves no timer behind.
        expect(bench.timers.armed.size).toBe(0);
      }),
      runs(400),
    );
  });

  test('RFC 1122 §2.3.2.2: the newest packet is kept, however many wait', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.constantFrom(1, 5000), (count, maximumPendingBytes) => {
        const bench = new Bench(false, maximumPendingBytes);
        let newest = -1;
        for (let i = 0; i < count; i++) newest = bench.send(0);
        bench.cache.advertised(bench.addresses[0]!, 0x0200_0000_0001, true, true, false);
        expect(bench.sent.at(-1)).toBe(newest);
        // 5000 bytes are room for two frames of 2048; one is kept even where there is room for none.
        expect(bench.sent.length).toBe(maximumPendingBytes === 1 ? 1 : Math.min(count, 2));
      }),
      runs(40),
    );
  });

  test('RFC 4861 §7.3.3: eviction does not make a cache forget whom it has just asked', () => {
    const bench = new Bench(false);
    for (const to of [0, 1, 2]) {
      bench.send(to);
      bench.cache.advertised(bench.addresses[to]!, 0x0200_0000_0001, true, true, false);
    }
    // All three were asked a moment ago: the fourth must wait for its place.
    const fourth = bench.send(3);
    expect(bench.lost).toEqual([fourth]);
    bench.timers.pass(SECOND);
    bench.send(3);
    expect(bench.lost).toEqual([fourth]);
    expect(bench.cache.get(bench.addresses[0]!)).toBeUndefined();
  });
});
