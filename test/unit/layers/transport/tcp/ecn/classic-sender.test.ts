import { describe, expect, test } from 'vitest';
import { SEQUENCE_STARTS, write } from '../conversation.ts';
import { classic } from './negotiated.ts';

/** What it takes to fill the initial window of ten segments. */
const MSS = 1000;
const small = { peerSyn: `mss ${MSS}` };

describe.each(SEQUENCE_STARTS)('a sender that hears of marks, from sequence number %i', (start) => {
  test('RFC 3168 §6.1.2: new data packets are transmitted with ECT(0)', () => {
    const { peer, connection } = classic({ start, ...small });
    write(connection, 2500);
    peer.expects('[ect0] . 1:1001(1000) ack 1');
    peer.expects('[ect0] . 1001:2001(1000) ack 1');
    peer.sends('. 1:1(0) ack 2001');
    peer.expects('[ect0] P. 2001:2501(500) ack 1');
  });

  test('RFC 8311 §4.2: ECT(1) only by choice', () => {
    const { peer, connection } = classic({ start, settings: { ecnCodepoint: 'ect1' } });
    write(connection, 100);
    peer.expects('[ect1] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.2: an ECE halves cwnd and reduces ssthresh, and the first new data packet has CWR', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 20_000);
    expect(peer.takeSent()).toHaveLength(10);
    peer.sends('E. 1:1(0) ack 1001');
    expect(block.congestion.cwnd).toBe(5000);
    expect(block.congestion.ssthresh).toBe(5000);
    expect(connection.info().ecnReductions).toBe(1);
    peer.expectsNothing(); // nine segments are in flight
    peer.sends('. 1:1(0) ack 6001');
    peer.expects('[ect0] W. 10001:11001(1000) ack 1');
    peer.sends('. 1:1(0) ack 7001');
    peer.expects('[ect0] . 11001:12001(1000) ack 1');
  });

  test('RFC 3168 §6.1.2: not more than once for a window of data, though every ACK has ECE', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 40_000);
    peer.takeSent();
    for (let ack = 1001; ack <= 10_001; ack += 1000) peer.sends(`E. 1:1(0) ack ${ack}`);
    expect(block.congestion.cwnd).toBe(5000);
    expect(block.ecn.reductions).toBe(1);
    // What was sent after the reduction, CWR with it, is acknowledged: a mark of the next window.
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 11001');
    expect(block.ecn.reductions).toBe(2);
    expect(block.congestion.cwnd).toBe(2500);
  });

  test('RFC 3168 §6.1.2: "SHOULD NOT increase the congestion window in response to the receipt of an ECN-Echo ACK"', () => {
    const grow = (flags: string): number => {
      const { peer, connection, block } = classic({ start, ...small });
      write(connection, 40_000);
      peer.takeSent();
      peer.sends('E. 1:1(0) ack 1001');
      const before = block.congestion.cwnd;
      for (let ack = 2001; ack <= 10_001; ack += 1000) peer.sends(`${flags} 1:1(0) ack ${ack}`);
      return block.congestion.cwnd - before;
    };
    expect(grow('E.')).toBe(0);
    expect(grow('.')).toBe(MSS);
  });

  test('RFC 3168 §6.1.2: CWR also follows a reduction for a loss; a mark of the same window does not count again', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 40_000);
    peer.takeSent();
    for (let count = 0; count < 3; count++) peer.sends('E. 1:1(0) ack 1');
    // The first of the three told of a mark, and the third is a fast retransmit: one reduction for both.
    expect(block.lossState).toBe('recovery');
    expect(block.ecn.reductions).toBe(1);
    expect(block.congestion.ssthresh).toBe(5000);
  });

  test('RFC 3168 §6.1.2: a loss first, and then marks of the same window: one reduction', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 40_000);
    peer.takeSent();
    for (let count = 0; count < 3; count++) peer.sends('. 1:1(0) ack 1');
    expect(block.lossState).toBe('recovery');
    expect(block.congestion.ssthresh).toBe(5000);
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 10001');
    expect(block.ecn.reductions).toBe(0);
    expect(block.congestion.ssthresh).toBe(5000);
    // Two segments of limited transmit went before the reduction.
    peer.sends('. 1:1(0) ack 12001');
    const withCwr = peer.takeSent().filter((text) => text.includes('W'));
    expect(withCwr).toEqual(['[ect0] W. 12001:13001(1000) ack 1 win 65535']);
  });

  test('RFC 3168 §6.1.2: if the packet with CWR is lost, the window is reduced again', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 60_000);
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 1001');
    expect(block.congestion.cwnd).toBe(5000);
    peer.sends('. 1:1(0) ack 10001');
    expect(peer.takeSent()[0]).toMatch(/^\[ect0\] W\. 10001:/);
    const before = block.congestion.ssthresh;
    for (let count = 0; count < 3; count++) peer.sends('. 1:1(0) ack 10001');
    expect(block.lossState).toBe('recovery');
    expect(block.congestion.ssthresh).toBeLessThan(before);
  });

  test('RFC 3168 §6.1.2: after a retransmission timeout the first new data packet has CWR, and no retransmission has it', () => {
    const { peer, connection, block } = classic({ start, ...small, settings: { tailLossProbe: false } });
    write(connection, 1000);
    peer.takeSent();
    peer.after('1s');
    peer.expects('[noecn] P. 1:1001(1000) ack 1');
    expect(block.lossState).toBe('loss');
    peer.sends('. 1:1(0) ack 1001');
    write(connection, 1000);
    peer.expects('[ect0] PW. 1001:2001(1000) ack 1');
  });

  test('RFC 3168 §6.1.2: with cwnd of one segment ECE resets the timer, and only when it expires something new is sent', () => {
    const settings = { initialWindowSegments: 1, tailLossProbe: false } as const;
    const { peer, connection, block } = classic({ start, ...small, settings });
    block.congestion.resize(MSS);
    write(connection, 5000);
    peer.expects('[ect0] . 1:1001(1000) ack 1');
    if (block.congestion.cwnd > MSS) peer.takeSent();
    expect(block.congestion.cwnd).toBe(MSS);
    peer.after('100ms');
    peer.sends('E. 1:1(0) ack 1001');
    expect(block.congestion.cwnd).toBe(MSS);
    peer.expectsNothing();
    const waits = block.timers!.retransmission.deadline - peer.time.now();
    expect(waits).toBe(block.rtt.rtoNs);
    peer.after('990ms');
    peer.expectsNothing();
    peer.after('20ms');
    peer.expects('[ect0] W. 1001:2001(1000) ack 1');
    peer.expectsNothing();
    expect(block.lossState).toBe('open'); // nothing was lost
    peer.sends('. 1:1(0) ack 2001');
    expect(peer.takeSent()).not.toEqual([]);
  });

  test('RFC 3168 §6.1.2: what is written while the timer runs waits for it as well', () => {
    const settings = { initialWindowSegments: 1, tailLossProbe: false } as const;
    const { peer, connection } = classic({ start, ...small, settings });
    write(connection, 1000);
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 1001');
    peer.after('300ms');
    write(connection, 1000);
    peer.expectsNothing();
    peer.after('1s');
    peer.expects('[ect0] PW. 1001:2001(1000) ack 1');
  });

  describe('a timeout that was for nothing', () => {
    /** Sent at 100 ms. What comes then are ACKs of that, though it was sent again. */
    function timedOut(marked: boolean) {
      const settings = { timestamps: true, eifel: true, forwardRtoRecovery: false, tailLossProbe: false } as const;
      const staged = classic({ start, peerSyn: `mss ${MSS},TS val 7 ecr 0`, settings });
      const { peer, connection, block } = staged;
      peer.after('100ms');
      write(connection, 20 * block.smss);
      peer.takeSent();
      const first = 1 + block.smss;
      if (marked) peer.sends(`E. 1:1(0) ack ${first} <nop,nop,TS val 8 ecr 100>`);
      const beforeTimeout = block.congestion.cwnd;
      peer.expectsNothing();
      peer.after('2s');
      expect(block.lossState).toBe('loss');
      peer.takeSent();
      return { ...staged, beforeTimeout, first };
    }

    test('RFC 3168 §6.1.2: the CWR that is owed for a mark stays owed, and the mark’s reduction stays', () => {
      const { peer, block, beforeTimeout, first } = timedOut(true);
      peer.sends(`. 1:1(0) ack ${first + 5 * block.smss} <nop,nop,TS val 9 ecr 100>`);
      expect(block.lossState).toBe('open');
      expect(block.congestion.cwnd).toBe(beforeTimeout);
      const sent = peer.takeSent();
      expect(sent[0]).toContain('[ect0] W. ');
      expect(sent.slice(1).some((text) => text.includes('W'))).toBe(false);
      // The peer has not seen CWR: its ECE is of the same window.
      peer.sends(`E. 1:1(0) ack ${first + 6 * block.smss} <nop,nop,TS val 9 ecr 100>`);
      expect(block.ecn.reductions).toBe(1);
    });

    test('RFC 3168 §6.1.2: without a mark nothing is owed, and the next mark counts', () => {
      const { peer, block } = timedOut(false);
      peer.sends(`. 1:1(0) ack ${1 + 2 * block.smss} <nop,nop,TS val 9 ecr 100>`);
      expect(block.lossState).toBe('open');
      expect(peer.takeSent().some((text) => text.includes('W'))).toBe(false);
      peer.sends(`E. 1:1(0) ack ${1 + 3 * block.smss} <nop,nop,TS val 9 ecr 100>`);
      expect(block.ecn.reductions).toBe(1);
    });

    test('RFC 3168 §6.1.2: nor once CWR has gone', () => {
      const settings = { timestamps: true, eifel: true, forwardRtoRecovery: false, tailLossProbe: false } as const;
      const { peer, connection, block } = classic({ start, peerSyn: `mss ${MSS},TS val 7 ecr 0`, settings });
      const { smss } = block;
      peer.after('100ms');
      write(connection, 40 * smss);
      peer.takeSent();
      peer.sends(`E. 1:1(0) ack ${1 + smss} <nop,nop,TS val 8 ecr 100>`);
      peer.sends(`. 1:1(0) ack ${1 + 6 * smss} <nop,nop,TS val 8 ecr 100>`);
      expect(peer.takeSent()[0]).toContain('W. ');
      peer.after('2s');
      expect(block.lossState).toBe('loss');
      peer.takeSent();
      peer.sends(`. 1:1(0) ack ${1 + 8 * smss} <nop,nop,TS val 9 ecr 100>`);
      expect(block.lossState).toBe('open');
      const sent = peer.takeSent();
      expect(sent).not.toEqual([]);
      expect(sent.some((text) => text.includes('W'))).toBe(false);
    });
  });

  test('RFC 3168 §6.1.4: pure acknowledgments are sent with not-ECT', () => {
    const { peer } = classic({ start });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.expects('[noecn] . 1:1(0) ack 2001');
  });

  test('RFC 3168 §6.1.5: retransmitted data packets are sent with not-ECT', () => {
    const { peer, connection } = classic({ start, ...small });
    write(connection, 5000);
    peer.takeSent();
    for (let count = 0; count < 3; count++) peer.sends('. 1:1(0) ack 1');
    const again = peer.takeSent().filter((text) => text.includes(' 1:1001(1000)'));
    expect(again).toEqual(['. 1:1001(1000) ack 1 win 65535']);
  });

  test('RFC 3168 §6.1.6: window probes have neither ECT nor CWR', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 2000);
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 2001 win 0');
    expect(block.ecn.cwrDue).toBe('mark');
    write(connection, 1000);
    peer.expectsNothing();
    peer.after('2s');
    peer.expects('[noecn] . 2001:2002(1) ack 1');
    peer.sends('. 1:1(0) ack 2001 win 5000');
    peer.expects('[ect0] PW. 2001:3001(1000) ack 1');
  });

  test('a FIN alone is no data: it has no ECT', () => {
    const { peer, connection } = classic({ start });
    connection.shutdownSend();
    peer.expects('[noecn] F. 1:1(0) ack 1');
  });

  test('an ECE that nobody has agreed on is ignored', () => {
    const { peer, connection, block } = classic({ start, ...small });
    block.ecn.feedback = 'none';
    write(connection, 20_000);
    peer.takeSent();
    peer.sends('E. 1:1(0) ack 1001');
    expect(block.congestion.cwnd).toBe(11_000);
  });

  test('an ACK that is out of date tells of nothing', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 20_000);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 2001');
    peer.sends('E. 1:1(0) ack 1001');
    expect(block.ecn.reductions).toBe(0);
  });

  test('RFC 8257 §3.3 step 3: the octets that an ACK with ECE acknowledges are the marked ones', () => {
    const { peer, connection, block } = classic({ start, ...small });
    write(connection, 20_000);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1001');
    expect(block.ackEvent.markedBytes).toBe(0);
    peer.sends('E. 1:1(0) ack 3001');
    expect(block.ackEvent.markedBytes).toBe(2000);
    peer.sends('. 1:1(0) ack 4001');
    expect(block.ackEvent.markedBytes).toBe(0);
    expect(connection.info().ecnMarkedBytes).toBe(2000);
  });
});
