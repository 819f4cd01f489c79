/** Tail loss probes: RFC 8985 §7. The round trip is 100 ms, the retransmission timeout 1 s. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { SEQUENCE_STARTS } from '../conversation.ts';
import { MSS, measured } from './stage.ts';

describe.each(SEQUENCE_STARTS)('tail loss probes, from sequence number %i', (start) => {
  const stage = (segments: number, settings: Partial<TcpSettings> = {}) => {
    const staged = measured(start, settings);
    staged.write(segments);
    staged.peer.takeSent();
    return staged;
  };

  test('RFC 8985 §7.2: the PTO is 2 * SRTT; §7.3: without new data the highest segment is sent again', () => {
    const { peer, expectSegment } = stage(3);
    peer.after('199ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(2);
    peer.expectsNothing();
  });

  test('RFC 6298 §5: switched off, only the retransmission timer asks', () => {
    const { peer, expectSegment } = stage(3, { tailLossProbe: false });
    peer.after('999ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(0);
  });

  test('RFC 8985 §7.2: for a single segment the PTO has TLP.max_ack_delay more', () => {
    const { peer, expectSegment } = stage(1, { tailLossProbeAckDelayNs: 50e6 });
    peer.after('249ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(0);
  });

  test('RFC 8985 §7.2: no later than the retransmission timer would', () => {
    const { peer, expectSegment } = stage(3, { retransmissionTimeoutMinimumNs: 10e6 });
    // 100 ms + 4 * 50 ms is more than 2 * SRTT; a single segment's delay would be later still.
    peer.after('200ms');
    expectSegment(2);
    const single = stage(1, { retransmissionTimeoutMinimumNs: 10e6 });
    single.peer.after('299ms');
    single.peer.expectsNothing();
    single.peer.after('1ms');
    single.expectSegment(0);
    expect(single.block.lossState).toBe('open');
  });

  test('RFC 8985 §7.2: an ACK of new data starts the PTO anew; SACKed segments stop it', () => {
    const { peer, sacks, expectSegment } = stage(4);
    peer.after('100ms');
    sacks(1);
    peer.after('199ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(3);
    const sacked = stage(4, { rackReorderingWindow: 'static' });
    sacked.peer.after('100ms');
    sacked.sacks(0, [1, 2]);
    sacked.peer.after('20ms');
    expect(sacked.block.timers!.tailLossProbe.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test('RFC 8985 §7.3: new data is a better probe, beyond the congestion window if need be', () => {
    const { peer, expectSegment, block } = stage(4, { initialWindowSegments: 2 });
    expect(block.unsentBytes).toBe(2 * MSS);
    peer.after('200ms');
    expectSegment(2);
    peer.expectsNothing();
    expect(block.log.bytes).toBe(3 * MSS);
  });

  test('RFC 8985 §7.3: one probe at a time, and the retransmission timer starts anew when it is sent', () => {
    const { peer, expectSegment } = stage(3);
    peer.after('200ms');
    expectSegment(2);
    peer.after('999ms');
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(0);
  });

  test('RFC 8985 §7.3: no second probe before a round trip was measured since the first', () => {
    const { peer, sacks, write, expectSegment } = stage(2);
    peer.after('200ms');
    expectSegment(1);
    peer.after('100ms');
    // The duplicate is reported: no sample comes of a segment that was sent twice, and there are no timestamps.
    sacks(2, [1, 2]);
    write(2);
    peer.takeSent();
    peer.after('1199ms'); // the PTO passes without a probe, and starts the retransmission timer anew
    peer.expectsNothing();
    peer.after('1ms');
    expectSegment(2);
  });

  test('RFC 8985 §7.4.1: a lost tail is found by what the probe draws, and repaired in about two round trips', () => {
    const { peer, sacks, expectSegment, block } = stage(3);
    peer.after('200ms');
    expectSegment(2);
    peer.after('100ms');
    sacks(0, [2, 3]);
    expectSegment(0);
    expect(block.lossState).toBe('recovery');
    peer.after('100ms');
    sacks(1, [2, 3]);
    expectSegment(1);
    peer.after('100ms');
    sacks(3);
    expect(block.lossState).toBe('open');
    peer.expectsNothing();
  });

  test('RFC 8985 §7.4.1: … with timestamps too, though the echo is that of the last segment in order (RFC 7323 §4.3)', () => {
    const staged = measured(start, { timestamps: true }, 'sackOK,TS val 7 ecr 0');
    const { peer, write, expectSegment, block } = staged;
    const handshake = Math.floor(peer.time.now() / 1e6);
    write(3);
    peer.takeSent();
    peer.after('200ms');
    expectSegment(2);
    peer.after('100ms');
    peer.sends(`. 1:1(0) ack 1 <nop,nop,TS val 8 ecr ${handshake},nop,nop,sack 2001:3001>`);
    expectSegment(0);
    expect(block.lossState).toBe('recovery');
  });

  describe('RFC 8985 §7.4.2: the probe has repaired the loss by itself', () => {
    const probed = () => {
      const staged = stage(3);
      staged.peer.after('200ms');
      staged.expectSegment(2);
      staged.peer.after('100ms');
      return staged;
    };
    const goOn = ({ peer, write, sacks, block }: ReturnType<typeof probed>): number => {
      write(1);
      peer.after('100ms');
      sacks(4);
      return block.congestion.ssthresh;
    };

    test('RFC 8985 §7.4.2: an ACK beyond TLP.end_seq, and no sign of a duplicate: as after a fast recovery', () => {
      const staged = probed();
      staged.sacks(3);
      expect(goOn(staged)).toBe(2 * MSS);
      expect(staged.block.lossState).toBe('open');
    });

    test('RFC 8985 §7.4.2 case 1: a DSACK says that both have arrived: no loss', () => {
      const staged = probed();
      staged.sacks(3, [2, 3]);
      expect(goOn(staged)).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 8985 §7.4.2 case 2: so does a duplicate ACK without SACK', () => {
      const staged = probed();
      staged.sacks(3);
      staged.sacks(3);
      expect(goOn(staged)).toBe(Number.POSITIVE_INFINITY);
    });

    test('RFC 8985 §7.4.2: a probe of new data repairs nothing', () => {
      const staged = stage(3, { initialWindowSegments: 2 });
      staged.peer.after('200ms');
      staged.expectSegment(2);
      staged.peer.after('100ms');
      staged.sacks(3);
      expect(goOn(staged)).toBe(Number.POSITIVE_INFINITY);
    });
  });

  test('RFC 8985 §7.3: the probe carries the FIN that follows it', () => {
    const { peer, connection } = stage(3, { initialWindowSegments: 2 });
    connection.shutdownSend();
    peer.after('200ms');
    peer.expects('FP. 2001:3001(1000) ack 1');
  });
});
