/** One measurement: what the figures of a row are, against what can be counted otherwise. */
import { describe, expect, test } from 'vitest';
import { measurePoint } from '../../../src/experiments/measure-point.ts';
import { SEGMENT_BYTES } from '../../../src/experiments/models.ts';
import type { Path } from '../../../src/experiments/path.ts';
import type { Point, StoppingRule } from '../../../src/experiments/point.ts';
import { REFERENCE_STOPPING, referencePoint, singleTask } from '../../../src/experiments/reference-path.ts';
import type { ResultRow } from '../../../src/experiments/row.ts';
import { isIntact } from '../../../src/experiments/row-digest.ts';

const SMALL = { rate: '10Mbit/s', roundTrip: '20ms', queue: '17' };
const FROM_START: Partial<StoppingRule> = { warmUpSeconds: 0, leastSeconds: 5 };

function measure(point: Partial<Point>, stopping: Partial<StoppingRule> = {}, seed = 1): ResultRow {
  const whole = { ...SMALL, flows: [{ controller: 'reno' }], ...point };
  const rule = { ...REFERENCE_STOPPING, warmUpSeconds: 1, leastSeconds: 5, ...stopping };
  return measurePoint(singleTask(whole, rule, seed));
}

test('the same task gives the same row, another seed another; it survives JSON with its digest', () => {
  const point = { data: { loss: '1%' } };
  const row = measure(point);
  expect(measure(point)).toEqual(row);
  expect(measure(point, {}, 2).digest).not.toBe(row.digest);
  const copy = JSON.parse(JSON.stringify(row)) as ResultRow;
  expect(copy).toEqual(row);
  expect(isIntact(copy)).toBe(true);
  expect(isIntact({ ...copy, goodput: copy.goodput + 1 })).toBe(false);
  expect(isIntact({ ...copy, flows: [{ ...copy.flows[0]!, timeouts: 7 }] })).toBe(false);
});

test('pinned: bytes of a run that move show here', async () => {
  const rows = [
    measure({ data: { loss: '1%' } }),
    measure({ flows: [{ controller: 'cubic' }, { controller: 'bbr' }], queue: 'codel:ecn', tcp: { ecn: 'request' } }),
    measure({ transferBytes: 200_000, data: { burstLoss: { loss: '5%', frames: 2 } } }, { warmUpSeconds: 0 }),
    measure({ hops: 2, flows: [{ controller: 'reno' }, { controller: 'reno', hops: [1, 1] }] }),
  ];
  const digests = rows.map(({ digest }) => `${digest}\n`).join('');
  await expect(digests).toMatchFileSnapshot('../../golden/loss-rows.txt');
});

describe('figures', () => {
  test('a full line: goodput is the ceiling, utilisation 1, frames wait as long as the queue is', () => {
    const row = measure({}, { warmUpSeconds: 3, leastSeconds: 13 });
    expect(row.goodput / row.ceiling).toBeGreaterThan(0.99);
    expect(row.goodput / row.ceiling).toBeLessThan(1.005);
    expect(row.utilisation).toBeGreaterThan(0.99);
    expect(row.fairness).toBe(1);
    // 17 frames of 1514 bytes at 10 Mbit/s.
    expect(row.queueDelay.maximum).toBeLessThanOrEqual(18 * 1.2112e6);
    expect(row.queueDelay.maximum).toBeGreaterThan(16 * 1.2112e6);
    expect(row.queueDelay.histogram.reduce((sum, [, , count]) => sum + count, 0)).toBe(row.queueDelay.count);
    // What went on to the line in ten seconds.
    expect(row.queueDelay.count).toBeGreaterThan(8000);
    expect(row.queueDelay.count).toBeLessThan(8400);
  });

  test('what the medium counts is what the row has', () => {
    let path: Path | undefined;
    const point = referencePoint({ controller: 'reno', loss: 0.02, rate: '10Mbit/s' });
    const rule = { ...REFERENCE_STOPPING, ...FROM_START };
    const row = measurePoint(singleTask(point, rule, 1), { begin: (built) => (path = built) });
    const { aToB, bToA } = path!.world.links[0]!;
    expect(row.pathDrops).toBe(aToB.counters.droppedBy['medium-loss']);
    expect(row.frames).toBe(aToB.counters.framesSent + bToA.counters.framesSent);
    expect(row.events).toBe(path!.world.time.events);
    const [sender] = path!.flows.map((flow) => [...flow.sender.tcp.connections][0]!);
    expect(row.flows[0]!.sentBytes).toBe(sender!.counts.sentBytes);
    expect(row.flows[0]!.resentBytes).toBe(sender!.counts.retransmittedBytes);
    expect(row.resentShare).toBeCloseTo(sender!.counts.retransmittedBytes / sender!.counts.sentBytes, 12);
  });

  test('a recovery lasts for a round trip and something; without loss there is none', () => {
    const lossy = measure({ data: { loss: '1%' } }, { leastEvents: 20 });
    expect(lossy.lossEvents).toBeGreaterThanOrEqual(20);
    expect(Math.abs(lossy.recovery.count - lossy.lossEvents)).toBeLessThanOrEqual(2);
    expect(lossy.recovery.quantiles.p50).toBeGreaterThan(20e6);
    expect(lossy.recovery.quantiles.p50).toBeLessThan(45e6);
    const window = measure({ tcp: { receiveBufferBytes: 10_000 } });
    expect([window.recovery.count, window.lossEvents, window.timeouts]).toEqual([0, 0, 0]);
  });

  test('a timeout begins a recovery, which takes a few round trips; the wait for the timer is not in it', () => {
    const outages = [{ from: '2s', to: '2500ms' }];
    const row = measure({ data: { down: { outages } } });
    expect(row.timeouts).toBeGreaterThan(0);
    expect(row.recovery.maximum).toBeGreaterThan(60e6);
    expect(row.recovery.maximum).toBeLessThan(0.5e9);
  });

  test('segments that the path copies reach the receiver for nothing; those that are lost do not', () => {
    expect(measure({ data: { loss: '1%' } }).spuriousShare).toBe(0);
    const { spuriousShare } = measure({ data: { duplicate: '10%' } });
    expect(spuriousShare).toBeGreaterThan(0.07);
    expect(spuriousShare).toBeLessThan(0.11);
  });
});

describe('transfers that end', () => {
  test('their time is that of the last byte, and the measurement is over then', () => {
    const row = measure({ transferBytes: 10 * SEGMENT_BYTES, roundTrip: '100ms', queue: '50' }, FROM_START);
    // ARP's round trip is within the SYN's, and ten segments of 1.2 ms follow.
    expect(row.flows[0]!.completionNs).toBeGreaterThan(150e6);
    expect(row.flows[0]!.completionNs).toBeLessThan(220e6);
    expect(row.stoppedBy).toBe('completed');
    expect(row.seconds).toBe(row.flows[0]!.completionNs! / 1e9);
    expect(row.goodput).toBeCloseTo((10 * SEGMENT_BYTES * 8) / row.seconds, 3);
  });

  test('one that cannot end is given up at the limit, without a completion', () => {
    const row = measure(
      { transferBytes: 1e6, data: { down: { outages: [{ from: '1s', to: '900s' }] } } },
      { warmUpSeconds: 0, mostSeconds: 20 },
    );
    expect([row.stoppedBy, row.flows[0]!.completionNs]).toEqual(['time-limit', null]);
  });

  test('a warm-up makes no sense for them', () => {
    expect(() => measure({ transferBytes: 1e6 })).toThrow(/warmUpSeconds is 0/);
  });
});

describe('flows', () => {
  test('each group has its controller and its own settings', () => {
    let path: Path | undefined;
    const flows = [
      { controller: 'reno', count: 2 },
      { controller: 'cubic', tcp: { pacing: true } },
    ];
    const rule = { ...REFERENCE_STOPPING, ...FROM_START };
    const row = measurePoint(singleTask({ ...SMALL, flows }, rule, 1), { begin: (built) => (path = built) });
    expect(row.flows.map(({ controller }) => controller)).toEqual(['reno', 'reno', 'cubic']);
    const blocks = [...path!.flows[0]!.sender.tcp.connections].sort(
      (one, other) => one.identity.remotePort - other.identity.remotePort,
    );
    expect(blocks.map(({ congestion, settings }) => [congestion.name, settings.pacing])).toEqual([
      ['reno', false],
      ['reno', false],
      ['cubic', true],
    ]);
    expect(row.goodput).toBeCloseTo(
      row.flows.reduce((sum, { goodput }) => sum + goodput, 0),
      3,
    );
  });

  test('the parking lot: each crosses its hops, and all have one round trip', () => {
    let path: Path | undefined;
    const flows = [
      { controller: 'reno' },
      ...[0, 1, 2].map((hop) => ({ controller: 'reno', hops: [hop, hop] as const })),
    ];
    const point = { ...SMALL, roundTrip: '60ms', queue: '50', hops: 3, flows };
    const rule = { ...REFERENCE_STOPPING, warmUpSeconds: 2, leastSeconds: 12 };
    const row = measurePoint(singleTask(point, rule, 1), { begin: (built) => (path = built) });
    expect(path!.bottlenecks.length).toBe(3);
    for (const { sender } of path!.flows) {
      const [block] = sender.tcp.connections;
      expect(block!.rtt.minimumNs).toBeGreaterThan(59e6);
      expect(block!.rtt.minimumNs).toBeLessThan(75e6);
    }
    for (const { aToB } of path!.bottlenecks) expect(aToB.counters.bytesDelivered).toBeGreaterThan(0.8 * 10e6 * 1.25);
    expect(row.flows[0]!.goodput).toBeLessThan(Math.min(...row.flows.slice(1).map(({ goodput }) => goodput)));
  });
});

describe('a point that makes no sense is refused in a sentence', () => {
  test.each([
    [{ flows: [] }, /one group of flows at least/],
    [{ flows: [{ controller: 'reno', count: 0 }] }, /count of a group of flows is a whole number/],
    [{ flows: [{ controller: 'bic' }] }, /congestionControl|bic/],
    [{ rate: '10' }, /rate needs a unit/],
    [{ queue: 'fifo' }, /no queue 'fifo'/],
    [{ hops: 2, flows: [{ controller: 'reno', hops: [1, 2] }] }, /crosses hops of 0 to 1, not 1 to 2/],
    [{ tcp: { sack: true } as never }, /TCP has no setting 'sack'/],
  ] as const)('%o', (point, says) => expect(() => measure(point as Partial<Point>)).toThrow(says));
});
