/** Delivery-rate samples: draft-ietf-ccwg-bbr-06 §4.1. Segments have 1000 octets, times are nanoseconds. */
import { describe, expect, test } from 'vitest';
import { SEQUENCE_STARTS } from '../conversation.ts';
import { OCTETS, SampledFlight } from './sampled-flight.ts';

describe.each(SEQUENCE_STARTS)('delivery rate, from sequence number %i', (start) => {
  test('draft-ietf-ccwg-bbr-06 §4.1.1.2.1: ack_rate = data_acked / ack_elapsed, from the ACK before the sending on', () => {
    const flight = new SampledFlight(start);
    flight.send(2);
    flight.now = 1_000_000;
    flight.acknowledge(OCTETS);
    flight.now = 1_500_000;
    flight.send(); // its sample starts at 1 ms, when the last ACK came, not at 1.5 ms
    flight.now = 2_000_000;
    flight.acknowledge(2 * OCTETS);
    flight.now = 3_000_000;
    const event = flight.acknowledge(3 * OCTETS);
    expect(event.rateIntervalNs).toBe(2_000_000);
    expect(event.deliveredSinceSend).toBe(2 * OCTETS);
    expect(event.deliveryRate).toBe(1_000_000);
    expect([event.delivered, event.priorDelivered]).toEqual([3 * OCTETS, OCTETS]);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.1.2.4: delivery_rate = min(send_rate, ack_rate): a burst of ACKs shows no more than was sent', () => {
    const flight = new SampledFlight(start);
    flight.send();
    flight.now = 50_000_000;
    flight.acknowledge(OCTETS);
    for (let index = 0; index < 10; index++) {
      flight.send();
      flight.now += 10_000_000;
    }
    flight.acknowledge(2 * OCTETS);
    flight.now++;
    // Sent from 50 ms to 140 ms, acknowledged from 150 ms on in 1 ns; the ACK before the first sending was at 50 ms.
    const burst = flight.acknowledge(11 * OCTETS);
    expect(burst.rateIntervalNs).toBe(100_000_001);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: the longer of send_elapsed and ack_elapsed', () => {
    const flight = new SampledFlight(start);
    flight.send(); // A at 0
    flight.now = 10;
    flight.send(); // B at 10
    flight.now = 100;
    flight.acknowledge(OCTETS); // C.first_send_time = 0
    flight.now = 500;
    flight.send(); // C at 500, its flight began at 0, the last ACK was at 100
    flight.now = 550;
    flight.acknowledge(2 * OCTETS);
    flight.now = 560;
    const event = flight.acknowledge(3 * OCTETS);
    expect(event.rateIntervalNs).toBe(500); // send_elapsed, for ack_elapsed is 460
    expect(event.deliveredSinceSend).toBe(2 * OCTETS);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.2: nothing is in flight: the sample starts with the sending', () => {
    const flight = new SampledFlight(start);
    flight.send();
    flight.now = 100;
    flight.acknowledge(OCTETS);
    flight.now = 1_000_000;
    flight.send();
    flight.now = 1_000_100;
    const event = flight.acknowledge(2 * OCTETS);
    expect([event.rateIntervalNs, event.deliveredSinceSend]).toEqual([100, OCTETS]);
    expect(event.deliveryRate).toBe(10_000_000_000);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: a stretched ACK is sampled by the segment that was sent last', () => {
    const flight = new SampledFlight(start);
    for (let index = 0; index < 4; index++) {
      flight.now = index * 10;
      flight.send();
    }
    flight.now = 100;
    flight.acknowledge(OCTETS);
    flight.now = 105;
    flight.send();
    flight.now = 200;
    const event = flight.acknowledge(5 * OCTETS);
    expect([event.priorDelivered, event.inflightAtSend]).toEqual([OCTETS, 4 * OCTETS]);
    expect(event.latestRttNs).toBe(95);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: of segments sent at one instant it is the one with the highest number', () => {
    const flight = new SampledFlight(start);
    flight.send(3);
    flight.now = 100;
    const event = flight.acknowledge(0, [2 * OCTETS, 3 * OCTETS], [OCTETS, 2 * OCTETS]);
    expect(event.inflightAtSend).toBe(3 * OCTETS);
    expect(event.deliveredSinceSend).toBe(2 * OCTETS);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: what was SACKed is delivered once', () => {
    const flight = new SampledFlight(start);
    flight.send(3);
    flight.now = 100;
    flight.acknowledge(0, [OCTETS, 2 * OCTETS]);
    flight.acknowledge(0, [OCTETS, 2 * OCTETS]);
    expect(flight.event.priorDelivered).toBe(-1);
    expect(flight.event.deliveryRate).toBe(0);
    flight.acknowledge(3 * OCTETS);
    expect(flight.event.delivered).toBe(3 * OCTETS);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.3: octets of half a segment count when they are acknowledged', () => {
    const flight = new SampledFlight(start);
    flight.send(2);
    flight.now = 100;
    flight.acknowledge(1500);
    expect(flight.rate.deliveredBytes).toBe(1500);
    flight.acknowledge(2000);
    expect(flight.rate.deliveredBytes).toBe(2000);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.3.5: an interval below the shortest round trip gives no rate', () => {
    const flight = new SampledFlight(start);
    flight.minimumRttNs = 50;
    flight.send();
    flight.now = 100;
    flight.lose(0);
    flight.sendAgain();
    flight.now = 149; // the original has arrived after all
    expect(flight.acknowledge(OCTETS).deliveryRate).toBe(0);
    flight.send();
    flight.now += 50;
    expect(flight.acknowledge(2 * OCTETS).deliveryRate).toBe(20_000_000_000);
  });

  test('draft-ietf-ccwg-bbr-06 §4.2: no round trip of what was sent more than once', () => {
    const flight = new SampledFlight(start);
    flight.send();
    flight.now = 10;
    flight.lose(0);
    flight.sendAgain();
    flight.now = 30;
    flight.acknowledge(OCTETS);
    expect(flight.event.latestRttNs).toBe(-1);
    expect(flight.event.rateIntervalNs).toBe(20); // the rate is sampled all the same
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.2: C.lost and C.inflight are noted with each segment', () => {
    const flight = new SampledFlight(start);
    flight.send(4);
    flight.now = 10;
    flight.lose(0, 1);
    expect(flight.losses.map(({ inflightAtSend, lostSinceSend }) => [inflightAtSend, lostSinceSend])).toEqual([
      [OCTETS, OCTETS],
      [2 * OCTETS, 2 * OCTETS],
    ]);
    flight.send();
    flight.now = 20;
    flight.lose(2);
    const event = flight.acknowledge(0, [4 * OCTETS, 5 * OCTETS]);
    expect([event.inflightAtSend, event.lostSinceSend]).toEqual([3 * OCTETS, OCTETS]);
    expect(flight.losses[2]).toMatchObject({ lostSinceSend: 3 * OCTETS, bytes: OCTETS, delivered: 0, nowNs: 20 });
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.1.3: samples are application-limited until the gap has passed through', () => {
    const flight = new SampledFlight(start);
    flight.send(2);
    flight.rate.markAppLimited(flight.log.pipe); // the program has no more; 2000 octets are on their way
    flight.send(2);
    flight.now = 100;
    expect(flight.acknowledge(OCTETS).appLimited).toBe(false); // sent before
    expect(flight.acknowledge(3 * OCTETS).appLimited).toBe(true);
    expect(flight.rate.isAppLimited).toBe(false);
    flight.send();
    flight.now = 200;
    expect(flight.acknowledge(4 * OCTETS).appLimited).toBe(true);
    expect(flight.acknowledge(5 * OCTETS).appLimited).toBe(false);
  });

  test('draft-ietf-ccwg-bbr-06 §4.1.2.4: a connection that has sent nothing yet can be application-limited', () => {
    const flight = new SampledFlight(start);
    flight.rate.markAppLimited(0);
    expect(flight.rate.isAppLimited).toBe(true);
    flight.send();
    flight.now = 100;
    expect(flight.acknowledge(OCTETS).appLimited).toBe(true);
    expect(flight.rate.isAppLimited).toBe(false);
  });

  test('notes move with their records when the log grows, wraps and splits', () => {
    const flight = new SampledFlight(start);
    flight.send(12);
    flight.now = 10;
    flight.acknowledge(10 * OCTETS);
    for (let index = 0; index < 40; index++) {
      flight.now++;
      flight.send();
    }
    flight.log.split(5, (flight.log.start(5) + 400) | 0);
    flight.now = 1000;
    // Record 2 was the first of the second flight: two were in the network.
    const event = flight.acknowledge(0, [13 * OCTETS, 14 * OCTETS]);
    expect([event.inflightAtSend, event.priorDelivered]).toEqual([4 * OCTETS, 10 * OCTETS]);
    const upper = flight.acknowledge(0, [15 * OCTETS + 400, 16 * OCTETS]);
    expect([upper.inflightAtSend, upper.deliveredSinceSend]).toEqual([6 * OCTETS, 1600]);
  });
});
