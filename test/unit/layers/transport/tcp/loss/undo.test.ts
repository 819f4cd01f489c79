/** A retransmission that was for nothing: Eifel RFC 3522 and 4015, F-RTO RFC 5682, DSACK RFC 2883 and 3708. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { SEQUENCE_STARTS } from '../conversation.ts';
import { blocks, from, MSS, measured } from './stage.ts';

const IW = 10 * MSS;
const NONE = {
  tailLossProbe: false,
  eifel: false,
  forwardRtoRecovery: false,
  duplicateSackUndo: false,
} as const;

describe.each(SEQUENCE_STARTS)('undo, from sequence number %i', (start) => {
  describe('Eifel: the first ACK echoes the timestamp of the original', () => {
    /** Four segments, sent at 100 ms; the timer fires at 1.1 s. */
    const timedOut = (settings: Partial<TcpSettings> = {}, written = 4) => {
      const staged = measured(start, { ...NONE, timestamps: true, eifel: true, ...settings }, 'sackOK,TS val 7 ecr 0');
      staged.write(written);
      staged.peer.takeSent();
      staged.peer.after('1s');
      staged.peer.expects('. 1:1001(1000) ack 1');
      staged.peer.takeSent();
      expect(staged.block.lossState).toBe('loss');
      return staged;
    };

    test('RFC 3522 §3.2 steps 4 to 6, RFC 4015 §3.1 steps 8 and 9: nothing more is sent again, the window is back', () => {
      const { peer, block } = timedOut();
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 100>');
      peer.expectsNothing();
      expect(block.lossState).toBe('open');
      expect(block.congestion.cwnd).toBe(IW);
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
      expect(block.log.lostBytes).toBe(0);
    });

    test('RFC 3522: switched off, the go-back-N goes on', () => {
      const { peer, block } = timedOut({ eifel: false });
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 100>');
      peer.expects('. 1001:2001(1000) ack 1');
      expect(block.congestion.ssthresh).toBe(2 * MSS);
    });

    test('RFC 3522 §3.2 step 4: an echo of the retransmission proves nothing', () => {
      const { peer, block } = timedOut();
      peer.after('100ms');
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 1100>');
      expect(block.lossState).toBe('loss');
    });

    test('RFC 3522 §3.2 step 5: nor does an ACK of everything, unless the peer is known to report duplicates', () => {
      const { peer, block } = timedOut();
      peer.sends('. 1:1(0) ack 4001 <nop,nop,TS val 8 ecr 100>');
      expect(block.congestion.ssthresh).toBe(2 * MSS);
    });

    test('RFC 3522 §3.2 step 3: only the first acceptable ACK decides', () => {
      const { peer, block } = timedOut({}, 8);
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 1100>');
      peer.sends('. 1:1(0) ack 2001 <nop,nop,TS val 8 ecr 100>');
      expect(block.congestion.ssthresh).toBe(4 * MSS);
    });

    test('RFC 3522 §3.2 step 3: the ACK must be of what was sent again, not of what the recovery before has repaired', () => {
      const settings = { ...NONE, timestamps: true, eifel: true, rack: false } as const;
      const { peer, block, write } = measured(start, settings, 'sackOK,TS val 7 ecr 0');
      const hears = (ack: number, echo: number, ...ranges: (readonly [number, number])[]): void => {
        const sack = ranges.length === 0 ? '' : `,nop,nop,sack ${blocks(...ranges)}`;
        peer.sends(`. 1:1(0) ack ${from(ack)} <nop,nop,TS val 9 ecr ${echo}${sack}>`);
      };
      write(40);
      peer.after('100ms');
      for (let right = 2; right <= 10; right++) hears(0, 100, [1, right]);
      expect(block.lossState).toBe('recovery');
      const first = (): number => ((block.sndNxt - block.iss - 1) | 0) / MSS;
      expect(first()).toBeGreaterThan(13);
      // Of what went out meanwhile, segment 12 is lost, and is sent again in the same recovery.
      peer.after('50ms');
      for (let right = 14; right <= 16; right++) hears(0, 200, [13, right], [1, 12]);
      hears(12, 200, [13, 16]);
      expect(block.lossState).toBe('open');
      peer.after('50ms');
      // Segment 17 begins another one …
      for (let right = 19; right <= 21; right++) hears(12, 250, [18, right], [13, 17]);
      expect(block.lossState).toBe('recovery');
      const { ssthresh } = block.congestion;
      // … and then the retransmission of 12, which is older, has filled its gap.
      hears(17, 250, [18, 21]);
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBe(ssthresh);
      peer.after('50ms');
      hears(21, 300);
      expect(block.congestion.ssthresh).toBe(ssthresh);
    });

    test('RFC 4015 §3.4: an ACK that echoes a mark restores no window', () => {
      const { peer, block } = timedOut();
      block.ecn.feedback = 'classic';
      peer.sends('.E 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 100>');
      expect(block.lossState).toBe('open');
      expect(block.congestion.ssthresh).toBeLessThan(IW);
    });

    test('RFC 4015 §3.1 step 11: the next round trip makes the timer more patient', () => {
      const { peer, block, write } = timedOut();
      const before = block.rtt.srttNs;
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 8 ecr 100>');
      peer.sends('. 1:1(0) ack 4001 <nop,nop,TS val 8 ecr 100>');
      write(1);
      peer.after('600ms');
      peer.sends('. 1:1(0) ack 5001 <nop,nop,TS val 9 ecr 1100>');
      expect(before).toBeLessThan(300e6);
      expect(block.rtt.rtoNs).toBeGreaterThan(1500e6);
    });

    test('RFC 4015 §3.4: the restored window is filled no faster than slow start would: no burst', () => {
      const { peer, block } = timedOut({}, 40);
      peer.sends('. 1:1(0) ack 5001 <nop,nop,TS val 8 ecr 100>');
      expect(block.congestion.cwnd).toBeGreaterThanOrEqual(IW);
      expect(peer.takeSent().length).toBeLessThanOrEqual(5);
    });

    test('RFC 3522 §3.2: a fast retransmit of what was only late is undone as well', () => {
      const staged = measured(start, { ...NONE, timestamps: true, eifel: true }, 'sackOK,TS val 7 ecr 0');
      const { peer, write, block } = staged;
      write(8);
      peer.takeSent();
      peer.after('100ms');
      peer.sends('. 1:1(0) ack 1 <nop,nop,TS val 8 ecr 100,nop,nop,sack 1001:4001>');
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBe(4 * MSS);
      peer.after('20ms');
      peer.sends('. 1:1(0) ack 4001 <nop,nop,TS val 8 ecr 100>');
      expect(block.lossState).toBe('open');
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
      expect(block.congestion.cwnd).toBe(IW);
    });
  });

  describe('F-RTO: what was sent before the timeout still arrives', () => {
    const timedOut = (written: number, settings: Partial<TcpSettings> = {}, options = 'sackOK') => {
      const staged = measured(start, { ...NONE, forwardRtoRecovery: true, ...settings }, options);
      staged.write(written);
      staged.peer.takeSent();
      staged.peer.after('1s');
      staged.expectSegment(0);
      staged.peer.expectsNothing();
      return staged;
    };

    test('RFC 5682 §3.1 steps 2 (b) and 3 (b): two new segments, and the next ACK of old data tells', () => {
      const { sacks, expectSegment, block, peer } = timedOut(20);
      sacks(1);
      expectSegment(10);
      expectSegment(11);
      peer.expectsNothing();
      sacks(2);
      expect(block.lossState).toBe('open');
      expect(block.congestion.cwnd).toBe(IW);
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 5682: switched off, the second segment is sent again', () => {
      const { sacks, expectSegment } = timedOut(20, { forwardRtoRecovery: false });
      sacks(1);
      expectSegment(1);
    });

    test('RFC 5682 §3.1 step 3 (b): a SACK of old data tells as well', () => {
      const { sacks, block } = timedOut(20);
      sacks(1);
      sacks(1, [3, 4]);
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 5682 §3.1 step 3 (a): only the new data arrives: the timeout was right', () => {
      const { sacks, expectSegment, block, peer } = timedOut(20);
      sacks(1);
      peer.takeSent();
      sacks(1, [10, 11]);
      expectSegment(1);
      expect(block.congestion.ssthresh).toBe(IW / 2);
      expect(block.congestion.cwnd).toBeLessThanOrEqual(3 * MSS);
    });

    test('RFC 5682 §3.1 step 2 (a): an ACK of everything ends it without a verdict', () => {
      const { sacks, block } = timedOut(4);
      sacks(4);
      expect(block.forwardRto.step).toBe(0);
      expect(block.congestion.ssthresh).toBe(2 * MSS);
    });

    test('RFC 5682 §3.1 step 2 (b): without new data the conventional recovery goes on', () => {
      const { sacks, expectSegment } = timedOut(10);
      sacks(1);
      expectSegment(1);
    });

    test('RFC 5682 §2.1 step 2 (a): without SACK a duplicate ACK reverts to the conventional recovery', () => {
      const plain = { selectiveAcknowledgment: false };
      const { sacks, block } = timedOut(20, plain, 'nop');
      sacks(0);
      expect(block.forwardRto.step).toBe(0);
      const advanced = timedOut(20, plain, 'nop');
      advanced.sacks(1);
      advanced.sacks(2);
      expect(advanced.block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 5682 §3.1 step 1: a second timeout of the same segment starts it anew', () => {
      const { peer, sacks, expectSegment, block } = timedOut(20);
      peer.after('2s');
      expectSegment(0);
      sacks(1);
      expectSegment(10);
      expectSegment(11);
      sacks(2);
      expect(block.lossState).toBe('open');
    });
  });

  describe('DSACK: every retransmission was a duplicate', () => {
    const retransmitted = (settings: Partial<TcpSettings> = {}) => {
      const staged = measured(start, { ...NONE, duplicateSackUndo: true, ...settings });
      staged.write(10);
      staged.peer.takeSent();
      staged.peer.after('100ms');
      staged.sacks(0, [1, 4]);
      staged.expectSegment(0);
      staged.peer.after('30ms');
      staged.sacks(10); // the original was late
      staged.peer.after('100ms');
      expect(staged.block.congestion.ssthresh).toBe(5 * MSS);
      return staged;
    };

    test('RFC 3708 §3, RFC 2883 §5: the window is as before', () => {
      const { sacks, block } = retransmitted();
      sacks(10, [0, 1]);
      expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
      expect(block.congestion.cwnd).toBeGreaterThanOrEqual(IW);
    });

    test('RFC 3708: not when it is switched off', () => {
      const { sacks, block } = retransmitted({ duplicateSackUndo: false });
      sacks(10, [0, 1]);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
    });

    test('RFC 3708 §3: not when the report is of something else', () => {
      const { sacks, block, peer } = retransmitted();
      sacks(10);
      peer.sends('. 1:1(0) ack 10001 <nop,nop,sack 20001:21001>'); // never sent
      expect(block.congestion.ssthresh).toBe(5 * MSS);
    });

    test('RFC 4015 §3.4: a report that comes when nothing is in flight leaves a window to go on with', () => {
      const { sacks, write, peer } = retransmitted();
      sacks(10, [0, 1]);
      write(10);
      expect(peer.takeSent()).toHaveLength(10);
    });
  });
});
