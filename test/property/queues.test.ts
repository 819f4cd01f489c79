/** The laws of every queue in front of a line, whatever comes and goes. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checksum } from '../../src/layers/checksum.ts';
import { datagram, ecnIn, flowIn, idIn, LEAST_LENGTH } from '../unit/sim/medium/queues/datagram.ts';
import { queueStage } from '../unit/sim/medium/queues/queue-stage.ts';
import { scene } from '../unit/sim/medium/scene.ts';

const seed = Number(globalThis.process.env.WIRELAB_SEED ?? 20261122);

/** Each with values that make it act within a short run, and whether it marks. */
const QUEUES: readonly (readonly [queue: string, marks: boolean])[] = [
  ['droptail:frames=8', false],
  ['droptail:bytes=4kB,mark=2', true],
  ['droptail:frames=9,mark=2ms', true],
  ['red:min=2,max=6,weight=0.3,limit=20', false],
  ['red:min=1500B,max=60kB,weight=0.2,ecn,gentle=false,probability=90%', true],
  ['codel:target=500us,interval=3ms,limit=30', false],
  ['codel:target=500us,interval=3ms,ecn,mark=1ms', true],
  ['fq_codel:target=500us,interval=3ms,ecn=false,limit=12,quantum=300B', false],
  ['fq_codel:target=500us,interval=3ms,limit=6kB,flows=3', true],
  ['pie:target=1ms,update=500us,burst=2ms,alpha=900,limit=40', false],
  ['pie:target=1ms,update=500us,burst=0ms,alpha=900,ecn,markBelow=60%,limit=60', true],
  ['pie:target=1ms,update=500us,burst=0ms,alpha=900,departureRate,idleStart,limit=24', false],
  ['dualpi2:target=1ms,rtt=4ms,step=300us', true],
  ['dualpi2:target=1ms,rtt=2ms,step=200us,ramp=1ms,scheduler=tsfifo,limit=20', true],
  ['dualpi2:target=1ms,rtt=4ms,ecn=false', false],
];

const frame = fc.record({
  /** Microseconds since the one before. */
  pause: fc.oneof(fc.constant(0), fc.nat(400)),
  length: fc.integer({ min: LEAST_LENGTH, max: 1500 }),
  /** Decides the ECN field too: a flow is of one kind. */
  flow: fc.nat(5),
  family: fc.constantFrom(4 as const, 6 as const),
  goes: fc.nat(2),
});
const traffic = fc.array(frame, { minLength: 20, maxLength: 120 });

const ecnOfFlow = (flow: number): number => [0, 2, 1, 3, 2, 1][flow]!;

/** Whether nothing but the traffic class and the checksum that covers it differ. */
const isElsewhereEqual = (one: Uint8Array, other: Uint8Array): boolean =>
  one.length === other.length &&
  one.every((byte, at) => byte === other[at] || at === 15 || (one[12] === 0x08 && (at === 24 || at === 25)));

describe.each(QUEUES)('%s', (queue, mayMark) => {
  let [drops, marks] = [0, 0];

  test('holds what came and has neither gone nor been dropped, to the byte', () => {
    fc.assert(
      fc.property(traffic, fc.nat(100), (frames, dice) => {
        const stage = queueStage(queue, { seed: dice });
        const held = new Map<number, number>();
        let [now, dropped, bytes] = [0, 0, 0];
        const leave = (id: number): void => {
          bytes -= held.get(id) ?? Number.NaN;
          held.delete(id);
        };
        const settle = (): void => {
          for (; dropped < stage.drops.length; dropped++) leave(stage.drops[dropped]!.id);
          expect([stage.queue.frames, stage.queue.bytes]).toEqual([held.size, bytes]);
        };
        frames.forEach(({ pause, length, flow, family, goes }, id) => {
          now += pause * 1000;
          held.set(id, length);
          bytes += length;
          stage.comes(now, { id, length, flow, family, ecn: ecnOfFlow(flow) });
          settle();
          for (let count = 0; count < goes; count++) {
            const gone = stage.goes(now);
            if (gone !== undefined) leave(gone);
            settle();
            // None goes only if none is left.
            if (gone === undefined) expect(held.size).toBe(0);
          }
        });
        for (const { reason, detail } of stage.drops)
          expect([reason.startsWith('medium-queue-'), detail]).not.toContain('');
      }),
      { seed, numRuns: 20 },
    );
  });

  test('on a link: all ends, in order within a flow; only what is ECN-capable is marked, and its checksum holds', () => {
    fc.assert(
      fc.property(traffic, fc.nat(100), (frames, dice) => {
        const { link, time, pool, atB, log, sendBytes } = scene({ rate: '5Mbit/s', queue }, dice);
        let at = 0;
        const sent = frames.map(({ pause, length, flow, family }, id) => {
          at += pause * 1000;
          const bytes = datagram({ id, length, flow, family, ecn: ecnOfFlow(flow), dscp: id % 64 });
          time.schedule(at, { fire: () => sendBytes(bytes) });
          return bytes;
        });
        time.run();
        expect(pool.outstanding).toBe(0);
        expect(time.idle).toBe(true);
        const { counters, line } = link.aToB;
        expect(counters.framesUnderway).toBe(0);
        expect(line!.sojourn.count).toBe(counters.framesDelivered);
        expect(counters.framesDroppedByQueue).toBe(counters.framesDropped);
        expect(atB.length + counters.framesDropped).toBe(frames.length);

        const last = new Map<string, number>();
        let marked = 0;
        for (const { bytes } of atB) {
          const id = idIn(bytes);
          const original = sent[id]!;
          const flow = `${bytes[12]} ${flowIn(bytes)}`;
          expect(id).toBeGreaterThan(last.get(flow) ?? -1);
          last.set(flow, id);
          if (ecnIn(bytes) !== ecnIn(original)) {
            marked++;
            expect([ecnIn(original) === 0, ecnIn(bytes)]).toEqual([false, 3]);
          }
          if (bytes[12] === 0x08) expect(checksum(new DataView(bytes.buffer, bytes.byteOffset), 14, 20)).toBe(0);
          if (!isElsewhereEqual(bytes, original)) throw new Error(`frame ${id} was changed`);
        }
        // A frame may be marked and then dropped, by the fattest flow's fate.
        expect(counters.framesMarked).toBeGreaterThanOrEqual(marked);
        expect(log.filter((line) => line.includes(' marked '))).toHaveLength(counters.framesMarked);
        drops += counters.framesDropped;
        marks += counters.framesMarked;
      }),
      { seed, numRuns: 8 },
    );
    expect(marks > 0).toBe(mayMark);
    expect(drops).toBeGreaterThan(0);
  });
});
