/**
 * Delivery-rate samples against an oracle that keeps the whole history, and finds each number of draft-ietf-ccwg-bbr-06
 * §4.1.1.2 by looking through it: what was delivered since a segment left, from which acknowledgment on, and so on.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LOST, SACKED } from '../../src/layers/transport/tcp/transmit-log.ts';
import { OCTETS, SampledFlight } from '../unit/layers/transport/tcp/rate/sampled-flight.ts';
import { runs } from './runs.ts';

type Operation =
  | { do: 'send' | 'retransmit'; count: number }
  | { do: 'acknowledge'; share: number; sacks: readonly number[] }
  | { do: 'lose'; which: readonly number[] }
  | { do: 'pause' };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const count = fc.integer({ min: 1, max: 5 });
const step = fc.tuple(
  fc.integer({ min: 0, max: 1000 }),
  fc.oneof<fc.WeightedArbitrary<Operation>[]>(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('send' as const), count }) },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('acknowledge' as const),
        share,
        sacks: fc.array(share, { maxLength: 3 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), which: fc.array(share, { maxLength: 4 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('retransmit' as const), count }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('pause' as const) }) },
  ),
);

interface Segment {
  readonly number: number;
  fate: 'in flight' | 'lost' | 'arrived';
  sentNs: number;
  transmissions: number;
  inflight: number;
  isLimited: boolean;
  /** How long the history was when it was last sent. */
  sentAt: number;
}

type Happening =
  | { what: 'delivery'; ns: number; octets: number; newestSentNs: number }
  | { what: 'loss'; octets: number }
  | { what: 'sending into nothing'; ns: number };

class Oracle {
  readonly segments: Segment[] = [];
  readonly history: Happening[] = [];
  bubbleEnd = 0;

  inflight(): number {
    return this.segments.filter(({ fate }) => fate === 'in flight').length * OCTETS;
  }

  sum(what: 'delivery' | 'loss', since = 0): number {
    return this.history.slice(since).reduce((sum, each) => sum + (each.what === what ? each.octets : 0), 0);
  }

  sent(segment: Segment, ns: number): void {
    if (this.inflight() === 0) this.history.push({ what: 'sending into nothing', ns });
    segment.fate = 'in flight';
    segment.sentNs = ns;
    segment.transmissions++;
    segment.inflight = this.inflight();
    segment.isLimited = this.bubbleEnd > 0;
    segment.sentAt = this.history.length;
  }

  /** The time of the last delivery before a segment left, and when what was newest then had been sent. */
  anchors(segment: Segment): { deliveredNs: number; firstSentNs: number } {
    for (const each of this.history.slice(0, segment.sentAt).reverse()) {
      if (each.what === 'delivery') return { deliveredNs: each.ns, firstSentNs: each.newestSentNs };
      if (each.what === 'sending into nothing') return { deliveredNs: each.ns, firstSentNs: each.ns };
    }
    throw new Error('a segment was sent before anything');
  }
}

function acknowledge(flight: SampledFlight, oracle: Oracle, una: number, sacked: readonly number[]): void {
  const arrived = oracle.segments.filter(
    ({ number, fate }) => fate !== 'arrived' && (number < una || sacked.includes(number)),
  );
  const ns = flight.now;
  const event = flight.acknowledge(
    una * OCTETS,
    ...sacked.map((number) => [number * OCTETS, (number + 1) * OCTETS] as const),
  );
  if (arrived.length === 0) {
    expect([event.deliveryRate, event.priorDelivered, event.deliveredSinceSend]).toEqual([0, -1, 0]);
    return;
  }
  const newest = arrived.reduce((best, each) =>
    each.sentNs > best.sentNs || (each.sentNs === best.sentNs && each.number > best.number) ? each : best,
  );
  const { deliveredNs, firstSentNs } = oracle.anchors(newest);
  for (const segment of arrived) segment.fate = 'arrived';
  oracle.history.push({ what: 'delivery', ns, octets: arrived.length * OCTETS, newestSentNs: newest.sentNs });
  if (oracle.sum('delivery') > oracle.bubbleEnd) oracle.bubbleEnd = 0;
  const interval = Math.max(ns - deliveredNs, newest.sentNs - firstSentNs);
  const octets = oracle.sum('delivery', newest.sentAt);
  expect({
    delivered: event.delivered,
    since: event.deliveredSinceSend,
    prior: event.priorDelivered,
    interval: event.rateIntervalNs,
    rate: event.deliveryRate,
    limited: event.appLimited,
    inflight: event.inflightAtSend,
    lost: event.lostSinceSend,
    rtt: event.latestRttNs,
    isLimited: flight.rate.isAppLimited,
  }).toEqual({
    delivered: oracle.sum('delivery'),
    since: octets,
    prior: oracle.sum('delivery') - octets,
    interval,
    rate: interval === 0 ? 0 : Math.round((octets / interval) * 1e9),
    limited: newest.isLimited,
    inflight: newest.inflight,
    lost: oracle.sum('loss', newest.sentAt),
    rtt: newest.transmissions === 1 ? ns - newest.sentNs : -1,
    isLimited: oracle.bubbleEnd > 0,
  });
}

function apply(flight: SampledFlight, oracle: Oracle, operation: Operation): void {
  const { log } = flight;
  const first = oracle.segments.length - log.count;
  switch (operation.do) {
    case 'send':
      for (let sent = 0; sent < operation.count; sent++) {
        flight.send();
        const segment: Segment = {
          number: oracle.segments.length,
          fate: 'lost',
          sentNs: 0,
          transmissions: 0,
          inflight: 0,
          isLimited: false,
          sentAt: 0,
        };
        oracle.segments.push(segment);
        oracle.sent(segment, flight.now);
      }
      return;
    case 'retransmit':
      for (let sent = 0; sent < operation.count && log.firstLost() >= 0; sent++) {
        const segment = oracle.segments[first + log.firstLost()]!;
        flight.sendAgain();
        oracle.sent(segment, flight.now);
      }
      return;
    case 'lose':
      for (const part of operation.which) {
        const index = Math.floor(part * log.count);
        if (log.count === 0 || index === log.count || (log.flags(index) & (SACKED | LOST)) !== 0) continue;
        flight.lose(index);
        oracle.segments[first + index]!.fate = 'lost';
        oracle.history.push({ what: 'loss', octets: OCTETS });
      }
      return;
    case 'pause':
      flight.rate.markAppLimited(log.pipe);
      oracle.bubbleEnd = Math.max(oracle.sum('delivery') + oracle.inflight(), 1);
      return;
    case 'acknowledge': {
      const una = first + Math.floor(operation.share * (log.count + 1) * 0.5);
      const sacked = operation.sacks.map((part) => first + Math.floor(part * log.count));
      acknowledge(flight, oracle, Math.min(una, oracle.segments.length), [
        ...new Set(sacked.filter((number) => number < oracle.segments.length)),
      ]);
    }
  }
}

test('draft-ietf-ccwg-bbr-06 §4.1: every sample is what the history says', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(step, { maxLength: 60, size: 'max' }), (start, steps) => {
      const flight = new SampledFlight(start | 0);
      const oracle = new Oracle();
      for (const [pause, operation] of steps) {
        flight.now += pause;
        apply(flight, oracle, operation);
        expect(flight.log.pipe).toBe(oracle.inflight());
      }
    }),
    runs(300),
  );
});
