/** Loss detection by time: RFC 8985 §6. The reordering window starts at a quarter of the round trip: 25 ms. */
import { describe, expect, test } from 'vitest';
import { Rack } from '../../../../../../src/layers/transport/tcp/loss/rack.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { LOST } from '../../../../../../src/layers/transport/tcp/transmit-log.ts';
import { SEQUENCE_STARTS } from '../conversation.ts';
import { measured } from './stage.ts';

const WITHOUT_PROBES = { tailLossProbe: false };

describe.each(SEQUENCE_STARTS)('RACK, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}) => measured(start, { ...WITHOUT_PROBES, ...settings });
  const rackOf = ({ block }: ReturnType<typeof stage>): Rack => {
    expect(block.detection).toBeInstanceOf(Rack);
    return block.detection as Rack;
  };

  /** Segment 0, and `gap` later segment 1, which is SACKed a round trip after it was sent. */
  const apart = (gap: string, settings: Partial<TcpSettings> = {}) => {
    const staged = stage(settings);
    staged.write(1);
    staged.peer.after(gap);
    staged.write(1);
    staged.peer.after('100ms');
    staged.peer.takeSent();
    staged.sacks(0, [1, 2]);
    return staged;
  };

  test('RFC 8985 §6.2 step 5: lost is what was sent a reordering window before something that has arrived', () => {
    const { peer, expectSegment, block } = apart('30ms');
    expectSegment(0);
    peer.expectsNothing();
    expect(block.lossState).toBe('recovery');
  });

  test('RFC 8985 §3: without RACK one SACKed segment is not enough', () => {
    apart('30ms', { rack: false }).peer.expectsNothing();
  });

  test('RFC 8985 §6.2 step 5: within the window the reordering timer waits until xmit_ts + rtt + reo_wnd', () => {
    const { peer, expectSegment } = apart('10ms');
    // Sent 110 ms ago; due 125 ms after it was sent.
    peer.after('14ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(0);
  });

  test('RFC 8985 §6.2 step 5: what arrives while the timer waits is not lost', () => {
    const { peer, sacks, block } = apart('10ms');
    peer.after('10ms');
    sacks(2);
    peer.after('500ms');
    peer.expectsNothing();
    expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
  });

  test('RFC 8985 §6.2 step 4: while no reordering was seen, DupThresh SACKed segments leave no window', () => {
    const { peer, write, sacks, expectSegment } = stage();
    write(5);
    peer.after('100ms');
    peer.takeSent();
    sacks(0, [1, 2]);
    sacks(0, [1, 3]);
    peer.expectsNothing();
    sacks(0, [1, 4]);
    expectSegment(0);
  });

  test('RFC 8985 §6.2 steps 3 and 4: once reordering was seen, DupThresh counts no more', () => {
    const staged = stage();
    const { peer, write, sacks, expectSegment } = staged;
    write(2);
    peer.after('100ms');
    sacks(0, [1, 2]);
    peer.after('5ms');
    sacks(2); // segment 0 has arrived after segment 1, sent once
    expect(rackOf(staged).reorderingSeen).toBe(true);
    write(5);
    peer.after('100ms');
    peer.takeSent();
    for (const right of [4, 5, 6, 7]) sacks(2, [3, right]);
    peer.expectsNothing();
    peer.after('24ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(2);
  });

  test('RFC 8985 §6.2 step 3: a gap that a lost ACK hides, or a retransmission, is no reordering', () => {
    const staged = stage();
    const { peer, write, sacks } = staged;
    write(4);
    peer.after('100ms');
    // The ACK of segment 1 was lost; this one acknowledges both, and SACKs what lies behind the next gap.
    sacks(2, [3, 4]);
    expect(rackOf(staged).reorderingSeen).toBe(false);
    peer.after('30ms'); // segment 2 is sent again, and arrives
    peer.after('100ms');
    sacks(4);
    expect(rackOf(staged).reorderingSeen).toBe(false);
  });

  test('RFC 8985 §6.2 step 5: a lost retransmission is lost once more when something sent after it arrives', () => {
    const { peer, write, sacks, expectSegment } = apart('30ms', { proportionalRateReduction: false });
    expectSegment(0);
    peer.after('1ms');
    write(1);
    expectSegment(2);
    peer.after('100ms');
    sacks(0, [1, 3]);
    expectSegment(0);
  });

  test('RFC 6675 §5: a lost retransmission takes the timer, without RACK', () => {
    const { peer, write, sacks, expectSegment } = stage({ rack: false });
    write(5);
    peer.after('100ms');
    peer.takeSent();
    for (const right of [2, 3, 4]) sacks(0, [1, right]);
    expectSegment(0);
    peer.after('1ms');
    write(4);
    peer.after('100ms');
    peer.takeSent();
    sacks(0, [1, 9]);
    peer.expectsNothing();
  });

  describe('RFC 8985 §6.2 step 2', () => {
    test('RFC 8985 §6.2 step 2 condition 2: an ACK sooner than min_RTT after a retransmission is not of it', () => {
      const staged = apart('30ms');
      const rack = rackOf(staged);
      const { xmitNs, rttNs } = rack;
      staged.peer.after('10ms');
      staged.sacks(2);
      expect([rack.xmitNs, rack.rttNs]).toEqual([xmitNs, rttNs]);
    });

    test('RFC 8985 §6.2 step 2: an ACK a round trip after it is', () => {
      const staged = apart('30ms');
      const retransmittedNs = staged.peer.time.now();
      staged.peer.after('100ms');
      staged.sacks(2);
      expect(rackOf(staged).xmitNs).toBe(retransmittedNs);
    });

    test('RFC 8985 §6.2 step 2 condition 1: nor is one that echoes a timestamp from before it', () => {
      const staged = measured(start, { ...WITHOUT_PROBES, timestamps: true }, 'sackOK,TS val 7 ecr 0');
      const { peer, write } = staged;
      write(1);
      peer.after('30ms');
      write(1);
      peer.after('100ms');
      peer.sends('. 1:1(0) ack 1 <nop,nop,TS val 7 ecr 100,nop,nop,sack 1001:2001>');
      const rack = rackOf(staged);
      const { xmitNs } = rack;
      const retransmittedNs = peer.time.now();
      expect(xmitNs).toBeLessThan(retransmittedNs);
      peer.after('120ms');
      peer.sends('. 1:1(0) ack 2001 <nop,nop,TS val 8 ecr 100>');
      expect(rack.xmitNs).toBe(xmitNs);
    });
  });

  describe('RFC 8985 §6.2 step 4: the window adapts', () => {
    /** A spurious retransmission of segment `at`, with the DSACK that tells. */
    const spurious = (staged: ReturnType<typeof stage>, at: number): void => {
      const { peer, write, sacks } = staged;
      write(1);
      peer.after('60ms');
      write(1);
      peer.after('100ms');
      sacks(at, [at + 1, at + 2]);
      peer.after('100ms');
      peer.takeSent();
      sacks(at + 2);
      sacks(at + 2, [at, at + 1]);
    };

    test('RFC 8985 §6.2 step 4: by min_RTT / 4 for each round trip with a DSACK', () => {
      const staged = stage();
      const rack = rackOf(staged);
      expect(rack.reoWndMult).toBe(1);
      spurious(staged, 0);
      expect(rack.reoWndMult).toBe(2);
      // A second DSACK of the same round counts as one.
      staged.write(1);
      staged.sacks(2, [0, 1]);
      expect(rack.reoWndMult, staged.peer.story()).toBe(3);
      staged.sacks(2, [0, 1]);
      expect(rack.reoWndMult, staged.peer.story()).toBe(3);
    });

    test('RFC 8985 §6.2 step 4: not when it is set to be static, and there is none when it is set to none', () => {
      const still = stage({ rackReorderingWindow: 'static' });
      spurious(still, 0);
      expect(rackOf(still).reoWndMult).toBe(1);
      const { expectSegment } = apart('1ms', { rackReorderingWindow: 'none' });
      expectSegment(0);
    });

    test('RFC 8985 §6.2 step 4: never beyond SRTT', () => {
      const staged = stage();
      const rack = rackOf(staged);
      rack.reoWndMult = 40;
      rack.reordering.count = 1;
      staged.write(2);
      staged.peer.after('100ms');
      staged.sacks(0, [1, 2]);
      expect(rack.reoWndNs).toBe(staged.block.rtt.srttNs);
    });

    test('RFC 8985 §6.2 step 4: back to the start after 16 recoveries without a DSACK', () => {
      const staged = stage();
      const rack = rackOf(staged);
      rack.reoWndMult = 5;
      const { peer, write, sacks } = staged;
      let at = 0;
      for (let recovery = 1; recovery <= 16; recovery++) {
        expect(rack.reoWndMult, `before recovery ${recovery}`).toBe(5);
        write(1);
        peer.after('200ms');
        write(1);
        peer.after('100ms');
        sacks(at, [at + 1, at + 2]);
        peer.after('100ms');
        sacks(at + 2);
        at += 2;
      }
      expect(rack.reoWndMult).toBe(1);
    });
  });

  test('RFC 8985 §6.3: on a timeout the first segment is lost, the others if they were sent rtt + reo_wnd ago', () => {
    const { peer, write, block, expectSegment } = stage();
    write(1);
    peer.after('950ms');
    write(1);
    peer.takeSent();
    peer.after('51ms');
    expectSegment(0);
    peer.expectsNothing();
    expect(block.log.flags(1) & LOST).toBe(0);
  });
});
