/** Pacing of a connection: when segments leave. Segments have 1000 octets; the round trip of the handshake is 100 ms. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, SEQUENCE_STARTS, write } from './conversation.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('pacing, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings>, peerSyn = `mss ${MSS}`) => {
    const peer = new Conversation({ start, settings });
    const connection = peer.connect();
    peer.after('100ms');
    peer.sends(`S. 0:0(0) ack 1 win 65535 <${peerSyn}>`);
    peer.takeSent();
    return { peer, connection, block: connection.block };
  };
  /** How many segments leave in each of the next steps of time. */
  const departures = (peer: Conversation, step: string, steps: number): number[] =>
    Array.from({ length: steps }, () => {
      peer.after(step);
      return peer.takeSent().length;
    });

  test('off by default: the window leaves at once', () => {
    const { peer, connection } = stage({});
    write(connection, 60 * MSS);
    expect(peer.takeSent()).toHaveLength(10);
  });

  test('in slow start a window leaves in half a round trip: twice the window per round trip, two segments at a time', () => {
    const { peer, connection } = stage({ pacing: true });
    write(connection, 60 * MSS);
    // 10 segments of window at 200 %: 5 ms a segment, and a quantum of two.
    expect(peer.takeSent()).toHaveLength(2);
    expect(departures(peer, '5ms', 10)).toEqual([0, 2, 0, 2, 0, 2, 0, 2, 0, 0]);
  });

  test('the percentages are settings', () => {
    const { peer, connection } = stage({ pacing: true, pacingSlowStartPercent: 100 });
    write(connection, 60 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    expect(departures(peer, '10ms', 4)).toEqual([0, 2, 0, 2]);
  });

  test('after slow start at 120 % of the window per round trip', () => {
    const { peer, connection, block } = stage({ pacing: true });
    block.congestion.congestion(20 * MSS, 'loss'); // ssthresh = cwnd = 10 segments
    write(connection, 30 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    // 100 ms / 12 is 8.33 ms a segment.
    expect(departures(peer, '16ms', 1)).toEqual([0]);
    expect(departures(peer, '1ms', 1)).toEqual([2]);
  });

  test('that percentage is a setting too', () => {
    const { peer, connection, block } = stage({ pacing: true, pacingAvoidancePercent: 100 });
    block.congestion.congestion(20 * MSS, 'loss');
    write(connection, 30 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    expect(departures(peer, '19ms', 1)).toEqual([0]);
    expect(departures(peer, '1ms', 1)).toEqual([2]);
  });

  test('SO_MAX_PACING_RATE: no faster than the most, also without the setting', () => {
    const { peer, connection } = stage({ maximumPacingRate: 20_000 });
    write(connection, 60 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    expect(departures(peer, '50ms', 6)).toEqual([0, 2, 0, 2, 0, 2]);
  });

  test('retransmissions are paced too', () => {
    const { peer, connection, block } = stage(
      {
        maximumPacingRate: 20_000,
        selectiveAcknowledgment: true,
        proportionalRateReduction: false,
        tailLossProbe: false,
      },
      `mss ${MSS},sackOK`,
    );
    write(connection, 10 * MSS);
    departures(peer, '100ms', 5);
    expect(block.log.count).toBe(10);
    peer.after('100ms');
    // Segments 1 to 4 are lost.
    peer.sends(`. 1:1(0) ack 1 <nop,nop,sack ${4 * MSS + 1}:${10 * MSS + 1}>`);
    expect(block.lossState).toBe('recovery');
    const [first, ...rest] = [peer.takeSent().length, ...departures(peer, '50ms', 3)];
    expect(first).toBe(2);
    expect(rest).toEqual([0, 2, 0]);
    expect(block.log.lostBytes).toBe(0);
  });

  test('pure acknowledgments are not', () => {
    const { peer, connection } = stage({ maximumPacingRate: 1000 });
    write(connection, 60 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    for (let segment = 0; segment < 4; segment++) {
      peer.sends(`. ${segment * MSS + 1}:${(segment + 1) * MSS + 1}(${MSS}) ack 1`);
    }
    expect(peer.takeSent()).toHaveLength(2);
  });

  test('a FIN without data goes with no delay; data before it goes first', () => {
    const { peer, connection } = stage({ maximumPacingRate: 20_000 });
    write(connection, 3 * MSS);
    connection.shutdownSend();
    expect(peer.takeSent()).toHaveLength(2);
    peer.after('100ms');
    peer.expects(`FP. ${2 * MSS + 1}:${3 * MSS + 1}(${MSS}) ack 1`);
    peer.expectsNothing();
  });

  test('what waits for its departure wakes no persist timer, however long', () => {
    const { peer, connection, block } = stage({ maximumPacingRate: 100 });
    write(connection, 4 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    peer.sends(`. 1:1(0) ack ${2 * MSS + 1}`);
    expect(block.log.count).toBe(0);
    peer.after('19s');
    peer.expectsNothing();
    expect(block.timers!.persist.deadline).toBe(Number.POSITIVE_INFINITY);
    peer.after('1s');
    expect(peer.takeSent()).toHaveLength(2);
  });

  test('switched off, what waited leaves at the next event', () => {
    const { peer, connection } = stage({ maximumPacingRate: 100 });
    write(connection, 4 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    connection.settings.maximumPacingRate = 0;
    connection.settingsChanged();
    expect(peer.takeSent()).toHaveLength(2);
  });

  test('without a round trip to divide by there is no rate', () => {
    const peer = new Conversation({ start, settings: { pacing: true } });
    const connection = peer.connect();
    peer.after('1s');
    peer.sends(`S. 0:0(0) ack 1 win 65535 <mss ${MSS}>`); // the SYN was sent twice: no sample
    peer.takeSent();
    expect(connection.block.rtt.srttNs).toBe(0);
    write(connection, MSS);
    expect(peer.takeSent()).toHaveLength(1);
  });

  test('the timer is gone when the connection is', () => {
    const { peer, connection, block } = stage({ maximumPacingRate: 100 });
    write(connection, 4 * MSS);
    expect(block.timers!.pacing.deadline).toBeLessThan(Number.POSITIVE_INFINITY);
    connection.abort();
    peer.takeSent();
    expect(block.timers!.pacing.deadline).toBe(Number.POSITIVE_INFINITY);
  });
});
