/** Windows that are not used: RFC 7661, and what is done without it. Segments have 1000 octets, a round trip is 100 ms. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { established, SEQUENCE_STARTS, write } from '../conversation.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('congestion window validation, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}, peerWindow = 65_535) => {
    const { peer, connection, block } = established({
      start,
      peerSyn: `mss ${MSS},nop,wscale 3,nop,nop,sackOK`,
      peerWindow,
      settings: {
        congestionWindowValidation: 'full',
        tailLossProbe: false, // the handshake has taken no time
        windowScaling: true,
        selectiveAcknowledgment: true,
        sendBufferBytes: 1 << 20,
        ...settings,
      },
    });
    let acked = 1;
    /** The program writes `segments`, all of which are acknowledged a round trip later, one by one. */
    const roundTrip = (segments: number, wait = '100ms'): void => {
      write(connection, segments * MSS);
      peer.takeSent();
      peer.after(wait);
      for (let ack = 0; ack < segments; ack++) {
        acked += MSS;
        peer.sends(`. 1:1(0) ack ${acked} win ${peerWindow}`);
      }
      peer.takeSent();
    };
    /** Segments `from` to `to` of what is in flight, counted from 1, are SACKed; those before are not. */
    const sacks = (from: number, to: number): void => {
      const [left, right] = [acked + (from - 1) * MSS, acked + to * MSS];
      peer.sends(`. 1:1(0) ack ${acked} win ${peerWindow} <nop,nop,sack ${left}:${right}>`);
    };
    const acks = (segments: number): void => {
      acked += segments * MSS;
      peer.sends(`. 1:1(0) ack ${acked} win ${peerWindow}`);
    };
    const cwnd = (): number => block.congestion.cwnd / MSS;
    const ssthresh = (): number => block.congestion.ssthresh / MSS;
    /** A window of 40 segments that is used, in the validated phase. */
    const grown = (rtt = '100ms'): void => {
      for (const segments of [10, 20]) roundTrip(segments, rtt);
      expect(cwnd()).toBe(40);
    };
    return { peer, connection, block, roundTrip, sacks, acks, cwnd, ssthresh, grown };
  };

  test('RFC 7661 §4.1: a connection starts validated: the standard methods make the window grow', () => {
    const { roundTrip, cwnd } = stage();
    roundTrip(10);
    expect(cwnd()).toBe(20);
  });

  test('RFC 7661 §4.3: with at least half of the window acknowledged in a round trip it is validated, and grows', () => {
    for (const [used, grows] of [[20, true] as const, [19, false] as const]) {
      const { roundTrip, cwnd, grown, peer } = stage();
      grown();
      peer.after('2s'); // longer than the sampling period
      roundTrip(used);
      roundTrip(used);
      expect(cwnd() > 40).toBe(grows);
    }
  });

  test('RFC 7661 §4.4: what is not validated grows only when it is used in full', () => {
    const { peer, roundTrip, cwnd, grown } = stage();
    grown();
    peer.after('2s');
    for (let round = 0; round < 5; round++) roundTrip(10);
    expect(cwnd()).toBe(40);
    roundTrip(40);
    expect(cwnd()).toBe(80);
  });

  test('RFC 7661 §4.2: the highest sample counts for Max(3*RTT, 1 second)', () => {
    const { peer, roundTrip, cwnd, grown } = stage();
    grown();
    roundTrip(22);
    const before = cwnd();
    roundTrip(1);
    expect(cwnd()).toBeGreaterThan(before); // a pause in transmission does not invalidate it at once
    peer.after('1s');
    const later = cwnd();
    roundTrip(1);
    expect(cwnd()).toBe(later);
  });

  test.each([
    ['100ms', '500ms', true],
    ['100ms', '900ms', false],
    ['800ms', '900ms', true],
    ['800ms', '3s', false],
  ] as const)('RFC 7661 §4.2: … with a round trip of %s, a pause of %s leaves it validated: %s', (rtt, pause, isSo) => {
    const { peer, roundTrip, cwnd, grown } = stage();
    grown(rtt);
    roundTrip(30, rtt);
    const before = cwnd();
    peer.after(pause);
    roundTrip(1);
    expect(cwnd() > before).toBe(isSo);
  });

  test('RFC 7661 §4.4: a sender that was idle keeps its window; RFC 5681 §4.1: without it, it restarts', () => {
    for (const [congestionWindowValidation, expected] of [['full', 40] as const, ['growth', 10] as const]) {
      const { peer, connection, cwnd, grown } = stage({ congestionWindowValidation });
      grown();
      peer.after('60s');
      write(connection, 50 * MSS);
      expect(peer.takeSent()).toHaveLength(expected);
      expect(cwnd()).toBe(expected);
    }
  });

  describe('RFC 7661 §4.4.1: a loss while the window is not validated', () => {
    /** A window of 40 of which 10 are used, and then 16 at once, of which the first two are lost. */
    const losing = (settings: Partial<TcpSettings> = {}) => {
      const staged = stage({ proportionalRateReduction: false, rack: false, ...settings });
      staged.grown();
      staged.peer.after('2s');
      for (let round = 0; round < 3; round++) staged.roundTrip(10);
      expect(staged.cwnd()).toBe(40);
      write(staged.connection, 16 * MSS);
      staged.peer.takeSent();
      staged.peer.after('100ms');
      return staged;
    };

    test('RFC 7661 §4.4.1: cwnd = (Max(pipeACK, LossFlightSize)) / 2', () => {
      const { sacks, block, cwnd } = losing();
      sacks(3, 6);
      expect(block.lossState).toBe('recovery');
      expect(cwnd()).toBe(8);
    });

    test('RFC 7661 §4.4.1: pipeACK, if that is more than what was in flight at the end', () => {
      const { peer, connection, grown, roundTrip, sacks, block, cwnd } = stage({ rack: false });
      grown();
      peer.after('2s');
      for (let round = 0; round < 3; round++) roundTrip(14);
      write(connection, 6 * MSS);
      peer.after('100ms');
      sacks(3, 6);
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBe(7 * MSS);
      expect(cwnd()).toBeLessThanOrEqual(7);
    });

    test('RFC 7661 §4.4.1: after it, less half of what was sent again; ssthresh follows; pipeACK is undefined', () => {
      const { sacks, acks, block, cwnd, ssthresh, roundTrip } = losing();
      sacks(3, 6);
      sacks(3, 16);
      acks(16);
      expect(block.lossState).toBe('open');
      expect([cwnd(), ssthresh()]).toEqual([7, 7]);
      // "Standard TCP methods are used immediately": all twelve acknowledgments count, although the window is not full.
      roundTrip(6);
      roundTrip(6);
      expect(cwnd()).toBe(8);
    });

    test('without RFC 7661 FlightSize alone decides, and nothing more is taken away', () => {
      const { sacks, acks, cwnd } = losing({ congestionWindowValidation: 'growth', slowStartAfterIdle: false });
      sacks(3, 6);
      sacks(3, 16);
      acks(16);
      expect(cwnd()).toBe(8);
    });

    test('RFC 7661 §4.4: a timeout ends the phase, and is the standard one', () => {
      const { peer, acks, cwnd, ssthresh, block } = losing();
      peer.after('1s');
      expect([cwnd(), ssthresh()]).toEqual([1, 8]);
      acks(16);
      expect(block.lossState).toBe('open');
      expect(ssthresh()).toBe(8);
      expect(cwnd()).toBe(2);
    });

    test('RFC 7661 §4.4: a timeout during that recovery ends it as well', () => {
      const { peer, acks, sacks, ssthresh, block } = losing();
      sacks(3, 6);
      expect(block.lossState).toBe('recovery');
      peer.after('1s');
      expect(block.lossState).toBe('loss');
      const before = ssthresh();
      acks(16);
      expect(block.lossState).toBe('open');
      expect(ssthresh()).toBe(before);
    });
  });

  describe('RFC 7661 §4.4.3: the end of the non-validated period', () => {
    test('RFC 7661 §4.4.3: ssthresh = max(ssthresh, 3*cwnd/4), cwnd = max(cwnd/2, IW), after five minutes', () => {
      const { peer, connection, block, cwnd, ssthresh, grown, acks } = stage();
      grown();
      block.congestion.lower?.(40 * MSS, 12 * MSS);
      peer.after('299s');
      write(connection, MSS);
      acks(1);
      expect(cwnd()).toBe(40);
      peer.after('2s');
      write(connection, 50 * MSS);
      expect([cwnd(), ssthresh()]).toEqual([20, 30]);
    });

    test('RFC 7661 §4.5.2: it begins when the phase does', () => {
      const { peer, connection, block, cwnd, roundTrip, grown } = stage({ nonValidatedPeriodNs: 10e9 });
      grown();
      block.congestion.lower?.(40 * MSS, 12 * MSS);
      for (let round = 0; round < 12; round++) roundTrip(25, '900ms');
      const before = cwnd();
      peer.after('9s');
      write(connection, MSS);
      expect(cwnd()).toBe(before);
    });

    test('RFC 7661 §4.5.2: one reduction for each period that has passed, and none below IW', () => {
      const { peer, connection, cwnd, roundTrip, grown, acks } = stage({ nonValidatedPeriodNs: 10e9 });
      grown();
      roundTrip(40);
      expect(cwnd()).toBe(80);
      peer.after('21s');
      write(connection, MSS);
      acks(1);
      expect(cwnd()).toBe(20);
      peer.after('100s');
      write(connection, MSS);
      expect(cwnd()).toBe(10);
    });
  });

  test('RFC 7661 §4.2: no samples are taken in recovery', () => {
    const { peer, connection, roundTrip, sacks, acks, block, cwnd, grown } = stage({ rack: false });
    grown();
    roundTrip(22);
    write(connection, 60 * MSS);
    peer.after('100ms');
    sacks(3, 40);
    sacks(3, 50);
    acks(60);
    expect(block.lossState).toBe('open');
    expect(cwnd()).toBeGreaterThan(20);
    const before = cwnd();
    // Had what was delivered in it become a sample, the window would be validated, and forty acknowledgments make it grow.
    for (let round = 0; round < 25; round++) roundTrip(2, '20ms');
    expect(cwnd()).toBe(before);
  });

  describe('without it', () => {
    test('a window that was full grows with all acknowledgments of that round trip', () => {
      const { roundTrip, cwnd } = stage({ congestionWindowValidation: 'growth' });
      roundTrip(10);
      expect(cwnd()).toBe(20);
    });

    test('so does one in slow start that is half full, in however many pieces', () => {
      const { peer, connection, acks, cwnd } = stage({ congestionWindowValidation: 'growth' });
      for (let piece = 0; piece < 5; piece++) write(connection, MSS);
      peer.takeSent();
      acks(5);
      expect(cwnd()).toBe(11);
    });

    test('RFC 7661 §4.3: neither the program’s pace nor the peer’s window makes it grow', () => {
      const slow = stage({ congestionWindowValidation: 'growth' });
      for (let round = 0; round < 20; round++) slow.roundTrip(4);
      expect(slow.cwnd()).toBe(10);
      const bounded = stage({ congestionWindowValidation: 'growth' }, 1500);
      for (let round = 0; round < 20; round++) bounded.roundTrip(12);
      expect(bounded.cwnd()).toBe(25);
    });

    test('RFC 5681 §3.1: nobody looks: every acknowledgment makes it grow', () => {
      const { roundTrip, cwnd } = stage({ congestionWindowValidation: 'none' });
      for (let round = 0; round < 20; round++) roundTrip(4);
      expect(cwnd()).toBe(90);
    });
  });
});
