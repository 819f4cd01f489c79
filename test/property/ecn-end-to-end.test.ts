/**
 * Transfers through queues that mark, from end to end: RFC 3168 §6.1 and RFC 9768 with every discipline that can. Nothing
 * is lost and nothing sent again; the window is reduced once for a window of data, and often. Without ECN the same
 * queues drop.
 */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import type { ControlBlock } from '../../src/layers/transport/tcp/control-block.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, patternSource } from '../../src/sim/bulk-transfer.ts';
import type { QueueOptions } from '../../src/sim/medium/queues/queue-options.ts';
import { World } from '../../src/sim/world.ts';
import { after } from './invariants/wire.ts';

/** A full segment with timestamps, and its frame. */
const SEGMENT_BYTES = 1448;
const FRAME_BYTES = 1514;
const BUFFER_BYTES = 4 * 1024 * 1024;
/** Without a queue, for a frame and its ACK. */
const ROUND_TRIP_NS = 20 * MILLISECOND;

interface Reduction {
  readonly atNs: number;
  /** Offsets from ISS. */
  readonly sndUna: number;
  readonly sndNxt: number;
}

interface Outcome {
  readonly drops: number;
  readonly marks: number;
  readonly retransmissions: number;
  readonly reductions: readonly Reduction[];
  readonly feedback: string;
  readonly ecnReductions: number;
  readonly bytesReceived: number;
  /** Of what the line could have carried in the time. */
  readonly share: number;
}

/** 10 Mbit/s and 20 ms, so 17 frames fill the path. */
function transfer(queue: QueueOptions, tcp: Partial<TcpSettings>, bytes: number): Outcome {
  const world = new World({ seed: 1 });
  const settings = { tcp: { sendBufferBytes: BUFFER_BYTES, receiveBufferBytes: BUFFER_BYTES, ...tcp } };
  const sender = world.host('sender', { settings });
  const receiver = world.host('receiver', { settings });
  const link = world.link(
    { host: sender, addresses: ['10.0.0.1/24'] },
    { host: receiver, addresses: ['10.0.0.2/24'] },
    { rate: '10Mbit/s', delay: '10ms', queue },
  );
  let isOver = false;
  const bulk = new BulkTransfer({
    sender: sender.sockets,
    receiver: receiver.sockets,
    address: ipAddress('10.0.0.2'),
    port: 5001,
    source: patternSource(bytes),
    memory: world.memory,
    ended: (error) => {
      expect(error).toBeUndefined();
      isOver = true;
    },
  });
  const [block] = [...sender.tcp.connections] as [ControlBlock];
  const counted = watch(world, block);
  while (!isOver && world.step()) {}
  const [queued] = link.queueReports();
  return {
    drops: queued!.drops,
    marks: queued!.marks,
    retransmissions: counted.retransmissions,
    reductions: counted.reductions,
    feedback: block.ecn.feedback,
    ecnReductions: block.ecn.reductions,
    bytesReceived: bulk.bytesReceived,
    share: (bytes * (FRAME_BYTES / SEGMENT_BYTES) * 8 * SECOND) / (10e6 * world.now),
  };
}

/** Writes down each time that the controller is told to reduce its window, and counts what is sent again. */
function watch(world: World, block: ControlBlock) {
  const counted = { reductions: [] as Reduction[], retransmissions: 0 };
  const { congestion, log } = block;
  const again = log.retransmitted.bind(log);
  log.retransmitted = (index, now) => {
    counted.retransmissions++;
    again(index, now);
  };
  const reduce = congestion.congestion.bind(congestion);
  congestion.congestion = (flightSize, cause) => {
    const [sndUna, sndNxt] = [after(block.iss, block.sndUna), after(block.iss, block.sndNxt)];
    counted.reductions.push({ atNs: world.now, sndUna, sndNxt });
    reduce(flightSize, cause);
  };
  return counted;
}

interface Case {
  readonly queue: QueueOptions;
  readonly congestionControl: string;
}

/** Each with a controller. Slow start outruns PIE, which by default drops from a probability of 10 % on (RFC 8033 §5.1). */
const QUEUES: Readonly<Record<string, Case>> = {
  'drop-tail with a threshold': { queue: { frames: 100, mark: 10 }, congestionControl: 'reno' },
  RED: { queue: { discipline: 'red', limit: 100, min: 5, max: 60, ecn: true }, congestionControl: 'reno' },
  CoDel: { queue: { discipline: 'codel', limit: 100, ecn: true }, congestionControl: 'cubic' },
  'FQ-CoDel': { queue: { discipline: 'fq_codel', limit: 100, ecn: true }, congestionControl: 'reno' },
  PIE: { queue: { discipline: 'pie', limit: 500, ecn: true, markBelow: '100%' }, congestionControl: 'cubic' },
  DualPI2: { queue: { discipline: 'dualpi2', limit: 100 }, congestionControl: 'cubic' },
};

const FEEDBACK = {
  classic: { ecn: 'request', accurateEcn: 'off' },
  accurate: { accurateEcn: 'request' },
} as const;

/** They take 2.5 s. */
const BYTES = 3_000_000;
const LEAST_REDUCTIONS = 5;

describe.each(Object.entries(QUEUES))('%s', (_, { queue, congestionControl }) => {
  test.each(Object.entries(FEEDBACK))(
    'RFC 3168 §6.1.2: %s ECN: nothing is lost, and the window is reduced once for a window of data',
    (feedback, ecn) => {
      const outcome = transfer(queue, { congestionControl, ...ecn }, BYTES);
      expect(outcome).toMatchObject({ bytesReceived: BYTES, feedback, drops: 0, retransmissions: 0 });
      expect(outcome.marks).toBeGreaterThanOrEqual(LEAST_REDUCTIONS);
      const { reductions } = outcome;
      expect(reductions.length).toBe(outcome.ecnReductions);
      expect(reductions.length).toBeGreaterThanOrEqual(LEAST_REDUCTIONS);
      for (const [index, { atNs, sndUna }] of reductions.slice(1).entries()) {
        const before = reductions[index]!;
        expect(atNs - before.atNs).toBeGreaterThan(ROUND_TRIP_NS);
        expect(sndUna).toBeGreaterThan(before.sndNxt);
      }
    },
  );

  test('without ECN it drops, and what was lost is sent again', () => {
    const outcome = transfer(queue, { congestionControl, ecn: 'off', accurateEcn: 'off' }, BYTES);
    expect(outcome).toMatchObject({ bytesReceived: BYTES, feedback: 'none', marks: 0 });
    expect(outcome.drops).toBeGreaterThan(0);
    expect(outcome.retransmissions).toBeGreaterThanOrEqual(outcome.drops);
  });
});

test('RFC 9332 appendix A.2 line 5a: DCTCP without pacing fills a line on which one frame takes longer than the threshold', () => {
  const settings = { congestionControl: 'dctcp', ecnCodepoint: 'ect1' } as const;
  const { share, drops, marks, reductions } = transfer(
    { discipline: 'dualpi2', limit: 100, step: '1ms' },
    settings,
    BYTES,
  );
  // Slow start, which the first mark ends early, is in it.
  expect(share).toBeGreaterThan(0.8);
  expect(drops).toBe(0);
  expect(marks).toBeGreaterThan(100);
  expect(reductions.length).toBeGreaterThan(LEAST_REDUCTIONS);
});
