/**
 * Transfers that are paced, over links of any kind: each ends, in the time that its rate and its path explain; nothing
 * ever waits without a timer that will end the wait; and the windows of BBR never close.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import type { ControlBlock } from '../../src/layers/transport/tcp/control-block.ts';
import { canSend } from '../../src/layers/transport/tcp/state.ts';
import { BulkTransfer, patternSource } from '../../src/sim/bulk-transfer.ts';
import { World } from '../../src/sim/world.ts';
import { runs } from './runs.ts';

interface Run {
  readonly controller: string;
  readonly pacing: boolean;
  /** Octets a second; 0 for any. */
  readonly maximumPacingRate: number;
  readonly slowStartPercent: number;
  readonly avoidancePercent: number;
  readonly linkKilobits: number;
  readonly delayMs: number;
  readonly queueFrames: number;
  readonly lossPercent: number;
  readonly bytes: number;
  readonly selectiveAcknowledgment: boolean;
  readonly timestamps: boolean;
  readonly seed: number;
}

const run: fc.Arbitrary<Run> = fc.record({
  controller: fc.constantFrom('reno', 'cubic', 'bbr', 'bbr1', 'none'),
  pacing: fc.boolean(),
  maximumPacingRate: fc.oneof(fc.constant(0), fc.integer({ min: 20_000, max: 2_000_000 })),
  slowStartPercent: fc.integer({ min: 20, max: 400 }),
  avoidancePercent: fc.integer({ min: 20, max: 400 }),
  linkKilobits: fc.integer({ min: 200, max: 50_000 }),
  delayMs: fc.integer({ min: 0, max: 100 }),
  queueFrames: fc.integer({ min: 3, max: 100 }),
  lossPercent: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 10 })),
  bytes: fc.integer({ min: 1, max: 300_000 }),
  selectiveAcknowledgment: fc.boolean(),
  timestamps: fc.boolean(),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

interface Outcome {
  readonly bytesReceived: number;
  readonly endedNs: number;
  readonly events: number;
}

function transfer(of: Run): Outcome {
  const tcp = {
    congestionControl: of.controller,
    pacing: of.pacing,
    maximumPacingRate: of.maximumPacingRate,
    pacingSlowStartPercent: of.slowStartPercent,
    pacingAvoidancePercent: of.avoidancePercent,
    selectiveAcknowledgment: of.selectiveAcknowledgment,
    timestamps: of.timestamps,
  };
  const world = new World({ seed: of.seed, slabBytes: 1 << 20 });
  const sender = world.host('sender', { settings: { tcp } });
  const receiver = world.host('receiver', { settings: { tcp } });
  const loss = of.lossPercent === 0 ? {} : { loss: { aToB: `${of.lossPercent}%`, bToA: `${of.lossPercent}%` } };
  world.link(
    { host: sender, addresses: ['10.0.0.1/24'] },
    { host: receiver, addresses: ['10.0.0.2/24'] },
    { rate: `${of.linkKilobits}kbit/s`, delay: `${of.delayMs}ms`, queue: { frames: of.queueFrames }, ...loss },
  );
  let endedNs = -1;
  const bulk = new BulkTransfer({
    sender: sender.sockets,
    receiver: receiver.sockets,
    address: ipAddress('10.0.0.2'),
    port: 5001,
    memory: world.memory,
    source: patternSource(of.bytes),
    ended: () => {
      endedNs = world.now;
    },
  });
  while (endedNs < 0 && world.step()) {
    for (const block of sender.tcp.connections) {
      checkWait(block);
      if (of.controller.startsWith('bbr')) checkWindow(block);
    }
  }
  return { bytesReceived: bulk.bytesReceived, endedNs, events: world.time.events };
}

/** What waits for its departure has a timer that lets it go. */
function checkWait(block: ControlBlock): void {
  const { timers } = block;
  if (timers === undefined || !canSend(block.state)) return;
  const armed = [timers.pacing, timers.retransmission, timers.persist].map(({ deadline }) => deadline);
  const waits = block.unsentBytes > 0 || block.log.count > 0;
  if (waits) expect(Math.min(...armed)).toBeLessThan(Number.POSITIVE_INFINITY);
  // Held back by nothing but time, with nothing in flight.
  if (block.log.count === 0 && block.unsentBytes > 0 && block.usableWindow >= block.smss) {
    expect(timers.pacing.deadline).toBeLessThan(Number.POSITIVE_INFINITY);
  }
}

function checkWindow(block: ControlBlock): void {
  if (!block.wasEstablished || block.state === 'CLOSED') return;
  const { cwnd, pacingRate } = block.congestion;
  // One segment after a lost SYN (RFC 5681 §3.1) or a timeout, until something has arrived.
  const isCut = block.lossState !== 'open' || block.rate.deliveredBytes === 0;
  expect(cwnd).toBeGreaterThanOrEqual(isCut ? block.smss : 4 * block.smss);
  expect(Number.isInteger(cwnd)).toBe(true);
  expect(pacingRate).toBeGreaterThan(0);
  expect(pacingRate).toBeLessThan(Number.POSITIVE_INFINITY);
}

describe('paced transfers', () => {
  test('each of them ends, whatever is lost', () => {
    fc.assert(
      fc.property(run, (of) => {
        expect(transfer(of).bytesReceived).toBe(of.bytes);
      }),
      runs(40),
    );
  });

  test('without loss in the time that the slowest rate needs', () => {
    fc.assert(
      fc.property(run, (of) => {
        const lossless = { ...of, lossPercent: 0, queueFrames: 1000 };
        const { endedNs } = transfer(lossless);
        const link = (lossless.linkKilobits * 1000) / 8;
        const most = lossless.maximumPacingRate === 0 ? link : Math.min(link, lossless.maximumPacingRate);
        // Headers, slow start, a window that is paced over several round trips, and delayed ACKs.
        const roundTrips = 60 * (2 * lossless.delayMs * MILLISECOND + (3000 / link) * SECOND + 100 * MILLISECOND);
        const explained = (1.5 * lossless.bytes * SECOND) / most + roundTrips;
        expect(endedNs).toBeLessThan(explained);
      }),
      runs(40),
    );
  });

  test('the same seed gives the same run', () => {
    fc.assert(
      fc.property(run, (of) => {
        expect(transfer(of)).toEqual(transfer(of));
      }),
      runs(8),
    );
  });
});
