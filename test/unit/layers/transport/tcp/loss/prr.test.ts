/** Proportional Rate Reduction: RFC 9937 §6. Twenty segments of 1000 octets are in flight, the first of them is lost. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { SEQUENCE_STARTS } from '../conversation.ts';
import { MSS, measured } from './stage.ts';

const FLIGHT = 20;
const DETECTED = 3;

describe.each(SEQUENCE_STARTS)('proportional rate reduction, from sequence number %i', (start) => {
  /** All in flight; segments 1 to 3 are SACKed, so that segment 0 is held for lost. */
  const recovering = (settings: Partial<TcpSettings> = {}, written = 60) => {
    const staged = measured(start, { initialWindowSegments: FLIGHT, ...settings });
    staged.write(written);
    expect(staged.peer.takeSent()).toHaveLength(FLIGHT);
    staged.peer.after('100ms');
    for (let right = 2; right <= DETECTED; right++) staged.sacks(0, [1, right]);
    staged.peer.takeSent(); // limited transmit
    staged.sacks(0, [1, DETECTED + 1]);
    staged.expectSegment(0);
    expect(staged.block.lossState).toBe('recovery');
    return staged;
  };

  test('RFC 9937 §6: the first retransmission goes at once, and ssthresh is what the controller says', () => {
    const { block, peer } = recovering();
    peer.expectsNothing();
    expect(block.congestion.ssthresh).toBe((FLIGHT * MSS) / 2);
  });

  test('RFC 9937 §6: while the flight is above ssthresh, octets go out in proportion to those delivered', () => {
    const { peer, sacks, block } = recovering();
    const { ssthresh } = block.congestion;
    // RecoverFS: all that is not delivered when recovery starts, and what the ACK that starts it delivers.
    const recoverFlightSize = block.log.bytes - block.log.sackedBytes + MSS;
    let out = 1;
    for (let arrived = DETECTED + 1; block.log.pipe > ssthresh + MSS && arrived < FLIGHT; arrived++) {
      sacks(0, [1, arrived + 1]);
      out += peer.takeSent().length;
      const delivered = (arrived - DETECTED + 1) * MSS;
      expect(out, `after ${arrived}`).toBe(
        Math.floor(Math.ceil((delivered * ssthresh) / recoverFlightSize) / MSS) || 1,
      );
    }
    expect(out).toBeGreaterThan(5);
  });

  test('who reduces the window, and not what was in flight, keeps a part of all of it', () => {
    const kept = (reducesFromWindow: boolean): number => {
      const staged = measured(start, { initialWindowSegments: FLIGHT, reducesFromWindow });
      staged.write(8);
      staged.peer.takeSent();
      staged.peer.after('100ms');
      staged.sacks(0, [1, DETECTED + 1]);
      expect(staged.block.lossState).toBe('recovery');
      staged.peer.takeSent();
      return staged.block.congestion.ssthresh / MSS;
    };
    expect(kept(false)).toBe(4);
    expect(kept(true)).toBe(FLIGHT / 2);
  });

  test('who counts segments lets one more go as soon as a part of it is due', () => {
    const arrivals = (proportionalRateReductionRoundsUp: boolean): number[] => {
      const { peer, sacks } = recovering({ proportionalRateReductionRoundsUp });
      return [4, 5, 6, 7].map((arrived) => {
        sacks(0, [1, arrived + 1]);
        return peer.takeSent().length;
      });
    };
    expect(arrivals(false)).toEqual([0, 0, 1, 0]);
    expect(arrivals(true)).toEqual([0, 1, 0, 1]);
  });

  test('RFC 6675 §5: without it nothing goes until half of the flight has arrived', () => {
    const { peer, sacks, block } = recovering({ proportionalRateReduction: false });
    let silent = 0;
    for (let arrived = DETECTED + 1; peer.takeSent().length === 0; arrived++) {
      sacks(0, [1, arrived + 1]);
      silent++;
    }
    expect(silent).toBeGreaterThan(4);
    expect(block.log.pipe).toBe(block.congestion.cwnd);
  });

  test.each([
    ['reno', 0.5],
    ['cubic', 0.7],
  ])(
    'RFC 5681 §3.1 equation 4: the next recovery reduces from the window, not from what was SACKed and has left: %s',
    (congestionControl, kept) => {
      const { peer, sacks, block } = recovering({ congestionControl }, 80);
      // What it lets out: segment 22 is lost and sent again, and its successors come long before that retransmission.
      const first = FLIGHT + 2;
      sacks(0, [1, first]);
      for (let right = first + 2; right <= first + FLIGHT; right++) sacks(0, [first + 1, right], [1, first]);
      const edge = first + FLIGHT;
      sacks(first, [first + 1, edge]);
      expect(block.lossState).toBe('open');
      const before = block.congestion.cwnd;
      expect((block.sndNxt - block.sndUna) | 0).toBeGreaterThan(1.5 * before);
      // Now one more, which begins a recovery of its own.
      for (let right = edge + 2; right <= edge + 4; right++) sacks(first, [edge + 1, right], [first + 1, edge]);
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBe(Math.floor(kept * before));
      peer.takeSent();
    },
  );

  test('RFC 9937 §6: cwnd is ssthresh when recovery is over', () => {
    const { peer, sacks, block } = recovering();
    const { ssthresh } = block.congestion;
    for (let arrived = DETECTED + 1; arrived < FLIGHT; arrived++) sacks(0, [1, arrived + 1]);
    peer.takeSent();
    peer.after('100ms');
    sacks((block.sndNxt - block.iss - 1) / MSS);
    expect(block.lossState).toBe('open');
    expect(block.congestion.cwnd).toBe(ssthresh);
  });

  describe('RFC 9937 §6: the flight is below ssthresh', () => {
    /** Eleven segments are lost at once; what follows them arrives in one ACK. */
    const drained = () => {
      const staged = measured(start, { initialWindowSegments: FLIGHT });
      staged.write(60);
      staged.peer.takeSent();
      staged.peer.after('100ms');
      staged.sacks(0, [16, FLIGHT]);
      expect(staged.block.lossState).toBe('recovery');
      return staged;
    };

    test('RFC 9937 §6: PRR-CRB: as much as was delivered, and no more than ssthresh allows', () => {
      const { peer, block } = drained();
      // Four segments were delivered: four go, all of them again.
      expect(peer.takeSent()).toHaveLength(4);
      expect(block.log.pipe).toBe(4 * MSS);
    });

    test('RFC 9937 §6: SafeACK: SND.UNA advances and no loss is told: one SMSS more, as in slow start', () => {
      const { peer, sacks } = drained();
      peer.takeSent();
      peer.after('100ms');
      sacks(1, [16, FLIGHT]);
      expect(peer.takeSent()).toHaveLength(2);
      sacks(2, [16, FLIGHT]);
      expect(peer.takeSent()).toHaveLength(2);
    });

    test('RFC 9937 §6: an ACK that only SACKs is not safe: one goes for one', () => {
      const { peer, sacks } = drained();
      peer.takeSent();
      peer.after('100ms');
      sacks(0, [1, 2], [16, FLIGHT]);
      const sent = peer.takeSent();
      // Segment 0, sent before segment 1 and not arrived, is lost once more: RFC 8985 §6.2.
      expect(sent.length).toBeLessThanOrEqual(1);
    });
  });
});
