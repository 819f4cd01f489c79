import { describe, expect, test } from 'vitest';
import { gilbertElliott } from '../../../../src/sim/medium/faults/gilbert-elliott.ts';
import { logarithmOfComplement, naturalLogarithm } from '../../../../src/sim/medium/logarithm.ts';
import type { LinkOptions } from '../../../../src/sim/medium/options.ts';
import { ids, scene } from './scene.ts';

/** Sends `count` frames, a microsecond apart. */
function run(options: LinkOptions, count: number, length = 100, seed = 1) {
  const stage = scene(options, seed);
  for (let id = 0; id < count; id++) stage.sendAt(id * 1000, id, length);
  stage.time.run();
  expect(stage.pool.outstanding).toBe(0);
  expect(stage.link.aToB.counters.framesUnderway).toBe(0);
  return stage;
}

const lostIds = (options: LinkOptions, count = 2000): number[] => run(options, count).drops.map(({ id }) => id);

describe('loss', () => {
  test('independent: its rate and its runs are those of a coin', () => {
    const count = 40_000;
    const lost = new Set(lostIds({ loss: '5%' }, count));
    // Standard deviation sqrt(n p q) = 43.6. Five of them.
    expect(Math.abs(lost.size - 2000)).toBeLessThan(218);
    const pairs = [...lost].filter((id) => lost.has(id + 1)).length;
    // Expected n p² = 100, deviation about 10.
    expect(Math.abs(pairs - 100)).toBeLessThan(60);
  });

  test('0 loses nothing and 100 % everything', () => {
    expect(lostIds({ loss: '0%' })).toEqual([]);
    expect(lostIds({ loss: '100%' })).toHaveLength(2000);
  });

  test.each([
    { loss: '5%', frames: 8 },
    { loss: '1%', frames: 3 },
    { loss: '30%', frames: 5 },
  ])('in bursts (Gilbert-Elliott): loss $loss in bursts of $frames', (burstLoss) => {
    const count = 100_000;
    const { drops } = run({ burstLoss }, count);
    const lost = new Set(drops.map(({ id }) => id));
    expect(drops.every(({ reason }) => reason === 'medium-burst-loss')).toBe(true);
    const wanted = Number.parseFloat(burstLoss.loss) / 100;
    const bursts = [...lost].filter((id) => !lost.has(id - 1)).length;
    // A run of mean L has deviation near L, so the rate's relative error is about sqrt(2 / bursts). Five of them.
    const tolerance = 5 * Math.sqrt(2 / bursts);
    expect(lost.size / count / wanted).toBeGreaterThan(1 - tolerance);
    expect(lost.size / count / wanted).toBeLessThan(1 + tolerance);
    expect(Math.abs(lost.size / bursts / burstLoss.frames - 1)).toBeLessThan(5 / Math.sqrt(bursts));
  });

  test('in bursts with h and k: loss = (1 - k)(1 - π) + (1 - h) π', () => {
    const { p, r, h, k } = gilbertElliott(0.1, 10, 0.3, 0.99);
    const bad = p / (p + r);
    expect((1 - k) * (1 - bad) + (1 - h) * bad).toBeCloseTo(0.1, 12);
    const count = 100_000;
    const { drops } = run({ burstLoss: { loss: '10%', frames: 10, h: '30%', k: '99%' } }, count);
    expect(Math.abs(drops.length / count - 0.1)).toBeLessThan(0.01);
    const good = drops.filter(({ reason }) => reason === 'medium-loss').length;
    expect(Math.abs(good / count - (1 - k) * (1 - bad))).toBeLessThan(0.0015);
  });

  test('chosen frames: by number, every nth, by predicate', () => {
    expect(lostIds({ drop: { ordinals: [2, 5] } }, 10)).toEqual([1, 4]);
    expect(lostIds({ drop: { every: 4 } }, 10)).toEqual([3, 7]);
    expect(lostIds({ drop: { when: (frame) => frame.view.getUint32(frame.start + 14) === 6 } }, 10)).toEqual([6]);
  });

  test('a schedule of outages, once and again and again', () => {
    expect(lostIds({ down: { outages: [{ from: '3us', to: '5us' }] } }, 20)).toEqual([3, 4]);
    const again = { outages: [{ from: '1us', to: '2us' }], repeatEvery: '5us' };
    expect(lostIds({ down: again }, 14)).toEqual([1, 6, 11]);
  });

  test('packets beyond the MTU vanish; Ethernet header and VLAN tag do not count', () => {
    const { send, sendBytes, time, drops, atB } = scene({ mtuBytes: 1000 });
    send(1, 1014);
    send(2, 1015);
    const tagged = new Uint8Array(1018);
    tagged.set([0x81, 0x00], 12);
    tagged.set([0x08, 0x00], 16);
    sendBytes(tagged);
    time.run();
    expect(drops).toMatchObject([{ id: 2, reason: 'medium-mtu' }]);
    expect(atB.map(({ bytes }) => bytes.length)).toEqual([1014, 1018]);
  });

  test('nothing at the other end', () => {
    const { send, time, drops, link, pool } = scene();
    link.ports[1].detach();
    send(7);
    time.run();
    expect(drops).toMatchObject([{ id: 7, reason: 'medium-unplugged' }]);
    expect(pool.outstanding).toBe(0);
  });
});

describe('duplication', () => {
  test('a copy arrives behind its frame and is the same', () => {
    const { atB, link, log } = run({ duplicate: '10%' }, 5000);
    const extra = atB.length - 5000;
    expect(extra).toBe(link.aToB.counters.framesDuplicated);
    // Deviation sqrt(450) = 21.2.
    expect(Math.abs(extra - 500)).toBeLessThan(106);
    const repeated = atB.filter(({ id }, index) => atB[index - 1]?.id === id);
    expect(repeated).toHaveLength(extra);
    for (const { bytes, id } of repeated) expect(bytes).toEqual(atB.find((arrival) => arrival.id === id)!.bytes);
    expect(log.filter((line) => line.includes('duplicated'))).toHaveLength(extra);
  });

  test('100 % doubles every frame, and copies are not copied', () => {
    expect(run({ duplicate: '100%' }, 50).atB).toHaveLength(100);
  });
});

describe('reordering', () => {
  test('by frames: behind exactly so many later ones', () => {
    const { atB } = run({ delay: '1ms', reorder: { probability: '2%', frames: 4, within: '1s' } }, 3000);
    const order = ids(atB);
    expect([...order].sort((one, other) => one - other)).toEqual(Array.from({ length: 3000 }, (_, id) => id));
    const late = order.filter((id, index) => order.slice(0, index).some((earlier) => earlier > id));
    expect(late.length).toBeGreaterThan(30);
    for (const id of late) {
      // Those before it that were sent later, not counting frames that were held back themselves.
      const passed = order.slice(0, order.indexOf(id)).filter((other) => other > id && !late.includes(other));
      if (order.indexOf(id) < order.length - 1) expect(passed.length).toBeGreaterThanOrEqual(3);
      expect(passed.length).toBeLessThanOrEqual(4);
    }
  });

  test('a frame that none follows goes on when its time is over', () => {
    const { send, time, atB } = scene({
      delay: '1ms',
      faults: [{ direction: 'aToB', ordinal: 1, action: 'reorder', frames: 3, within: '20ms' }],
    });
    send(1);
    send(2);
    time.run();
    expect(atB.map(({ id, at }) => [id, at])).toEqual([
      [2, 1e6],
      [1, 21e6],
    ]);
  });

  test('by time: later by exactly that', () => {
    const { atB, link } = run({ delay: '1ms', reorder: { probability: '5%', by: '50us' } }, 2000);
    const delays = atB.map(({ at, id }) => at - id * 1000);
    expect(new Set(delays)).toEqual(new Set([1_000_000, 1_050_000]));
    expect(delays.filter((delay) => delay > 1_000_000)).toHaveLength(link.aToB.counters.framesDelayed);
  });
});

describe('damage', () => {
  test('bit errors flip bits, as many and as far apart as the rate says', () => {
    const count = 4000;
    const length = 1000;
    const { atB, link } = run({ bitErrors: '1e-4' }, count, length);
    let flips = 0;
    let damaged = 0;
    const places = new Array<number>(8).fill(0);
    const bits = new Array<number>(8).fill(0);
    atB.forEach(({ bytes }, id) => {
      const sent = new Uint8Array(length);
      new DataView(sent.buffer).setUint32(14, id);
      let inFrame = 0;
      bytes.forEach((byte, at) => {
        for (let changed = byte ^ sent[at]!; changed !== 0; changed &= changed - 1) {
          inFrame++;
          places[Math.floor((at * 8) / length)]!++;
          bits[31 - Math.clz32(changed & -changed)]!++;
        }
      });
      flips += inFrame;
      if (inFrame > 0) damaged++;
    });
    // n p = 3200 with deviation 56.6; frames hit: 1 - (1 - p)^8000 = 0.5507 of them with deviation 31.
    expect(Math.abs(flips - 3200)).toBeLessThan(283);
    expect(Math.abs(damaged - 0.5507 * count)).toBeLessThan(160);
    expect(link.aToB.counters.framesCorrupted).toBe(damaged);
    // An eighth of them in each eighth of the frame and at each place of a byte: 400 with deviation 18.7.
    for (const hits of [...places, ...bits]) expect(Math.abs(hits - 400)).toBeLessThan(94);
  });

  test('the frame check sequence, where there is one, catches them at the receiver', () => {
    const { atB, drops, link } = run({ bitErrors: '1e-5', fcs: true }, 4000, 1000);
    expect(drops.length).toBe(link.aToB.counters.framesCorrupted);
    // 1 - (1 - 1e-5)^8032 = 7.72 %: 309 with deviation 16.9.
    expect(Math.abs(drops.length - 309)).toBeLessThan(85);
    expect(drops.every(({ reason }) => reason === 'ethernet-bad-fcs')).toBe(true);
    for (const { bytes } of atB) expect(bytes.every((byte, at) => byte === 0 || (at >= 14 && at < 18))).toBe(true);
  });

  test('a bit error rate of 1 flips every bit', () => {
    const { send, time, atB } = scene({ bitErrors: '100%' });
    send(0, 64);
    time.run();
    expect(atB[0]!.bytes).toEqual(new Uint8Array(64).fill(255));
  });

  test('truncation leaves 1 byte to one less than all', () => {
    const { atB, link } = run({ truncate: '20%' }, 5000, 60);
    const cut = atB.map(({ bytes }) => bytes.length).filter((length) => length < 60);
    expect(cut).toHaveLength(link.aToB.counters.framesCorrupted);
    expect(Math.abs(cut.length - 1000)).toBeLessThan(142);
    expect(new Set(cut).size).toBe(59);
    expect(run({ truncate: '20%', fcs: true }, 1000, 60).atB.every(({ bytes }) => bytes.length === 60)).toBe(true);
  });
});

describe('dice', () => {
  test('a fault that comes or goes leaves the dice of the others with their frames', () => {
    const alone = lostIds({ loss: '5%' });
    const others: LinkOptions[] = [
      { duplicate: '30%' },
      { reorder: '10%' },
      { bitErrors: '1e-4' },
      { truncate: '10%' },
      { jitter: '1ms' },
      { mtuBytes: 100 },
      { burstLoss: { loss: '0.0001%', frames: 1 } },
    ];
    for (const other of others) {
      const { drops, log } = run({ loss: '5%', ...other }, 2000, 64);
      const lost = drops.filter(({ reason, detail }) => reason === 'medium-loss' && detail === 'loss 5%');
      expect(lost.map(({ id }) => id).slice(0, 3)).toEqual(alone.slice(0, 3));
      expect(lost.map(({ id }) => id)).toEqual(alone);
      expect(log.length).toBeGreaterThan(0);
    }
    // Also where an earlier fault takes frames away: the later one's dice are thrown for them all the same.
    const left = run({ loss: '5%', drop: { every: 3 } }, 2000).drops.filter(({ reason }) => reason === 'medium-loss');
    expect(left.map(({ id }) => id)).toEqual(alone.filter((id) => (id + 1) % 3 !== 0));
    // And the other way: which frames are doubled does not depend on which are lost (unless they are).
    const doubled = (options: LinkOptions): number[] => {
      const { atB } = run({ duplicate: '5%', ...options }, 2000);
      return ids(atB).filter((id, index, all) => all[index - 1] === id);
    };
    const lost = new Set(alone);
    expect(doubled({})).not.toEqual([]);
    const expected = doubled({}).filter((id) => !lost.has(id));
    expect(doubled({ loss: '5%' }).filter((id) => !lost.has(id)).length).toBeLessThanOrEqual(expected.length);
    expect(run({ duplicate: '5%', loss: '5%' }, 2000).link.aToB.counters.framesDuplicated).toBe(expected.length);
  });

  test('directions and links have their own', () => {
    const both = scene({ loss: '50%' });
    for (let id = 0; id < 200; id++) {
      both.send(id, 100, 'a');
      both.send(id, 100, 'b');
    }
    both.time.run();
    expect(ids(both.atA)).not.toEqual(ids(both.atB));
    const other = scene({ loss: '50%' }, 1, 'another link');
    for (let id = 0; id < 200; id++) other.send(id);
    other.time.run();
    expect(ids(other.atB)).not.toEqual(ids(both.atB));
  });
});

test('the logarithm is that of Math.log', () => {
  for (let x = 1e-16; x < 1e9; x *= 1.37) {
    expect(Math.abs(naturalLogarithm(x) - Math.log(x))).toBeLessThanOrEqual(4e-16 * Math.max(1, Math.abs(Math.log(x))));
  }
  for (let p = 1e-15; p < 0.99; p *= 1.3) {
    expect(Math.abs(logarithmOfComplement(p) / Math.log1p(-p) - 1)).toBeLessThan(1e-12);
  }
});
