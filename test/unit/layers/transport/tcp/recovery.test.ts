/**
 * Finding losses and making them good: fast retransmit RFC 5681 §3.2, NewReno RFC 6582, limited transmit RFC 3042, SACK
 * recovery RFC 6675. Segments have 1000 octets and are counted from 0: segment 3 is 3001:4001.
 */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { type Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MSS = 1000;
const segments = (count: number): number => 1 + count * MSS;

/** Segment `index` as it is sent; the last one that was written has PSH. */
const expectSegment = (peer: Conversation, index: number, flags = '.'): void =>
  peer.expects(`${flags} ${segments(index)}:${segments(index + 1)}(${MSS}) ack 1`);

/** Without what RFC 8985, RFC 9937 and RFC 5682 have added: `rack.test.ts`, `prr.test.ts` and `undo.test.ts`. */
const BY_COUNTING = { rack: false, proportionalRateReduction: false, forwardRtoRecovery: false };

interface Loaded {
  /** Written altogether; the initial window lets ten of them out. */
  readonly written: number;
  readonly sack?: boolean;
  readonly settings?: Partial<TcpSettings>;
}

describe.each(SEQUENCE_STARTS)('recovery, from sequence number %i', (start) => {
  const loaded = ({ written, sack = false, settings = {} }: Loaded) => {
    const stage = established({
      start,
      peerSyn: `mss ${MSS}${sack ? ',sackOK' : ''}`,
      settings: { selectiveAcknowledgment: sack, ...BY_COUNTING, ...settings },
    });
    write(stage.connection, written * MSS);
    expect(stage.peer.takeSent()).toHaveLength(Math.min(written, 10));
    /** SACK blocks in segments: [from, to). */
    const sacks = (ack: number, ...blocks: (readonly [number, number])[]): void => {
      const shown = blocks.map(([from, to]) => `${segments(from)}:${segments(to)}`).join(' ');
      stage.peer.sends(`. 1:1(0) ack ${segments(ack)}${shown === '' ? '' : ` <nop,nop,sack ${shown}>`}`);
    };
    const duplicate = (times = 1): void => {
      for (let time = 0; time < times; time++) stage.peer.sends('. 1:1(0) ack 1');
    };
    return { ...stage, sacks, duplicate };
  };

  describe('fast retransmit', () => {
    test('RFC 5681 §3.2: fast retransmit on the third duplicate ACK, not before, and once', () => {
      const { peer, duplicate, block } = loaded({ written: 10 });
      duplicate(2);
      peer.expectsNothing();
      duplicate();
      expectSegment(peer, 0);
      peer.expectsNothing();
      duplicate(6);
      peer.expectsNothing();
      expect(block.lossState).toBe('recovery');
    });

    test('RFC 5681 §3.2 step 2: ssthresh = max(FlightSize / 2, 2 * SMSS); RFC 5681 §3.2 step 3: cwnd = ssthresh + 3 * SMSS', () => {
      const { block, duplicate } = loaded({ written: 10 });
      duplicate(3);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
      expect(block.congestion.cwnd).toBe(5 * MSS);
      expect(block.recovery.allowance(block)).toBe(5 * MSS + 3 * MSS - 10 * MSS);
    });

    test('RFC 5681 §3.2 step 2: ssthresh is not below 2 * SMSS', () => {
      const { block, duplicate } = loaded({ written: 3 });
      duplicate(3);
      expect(block.congestion.ssthresh).toBe(2 * MSS);
    });

    test('RFC 5681 §3.2 step 2: what limited transmit sent does not count; RFC 5681 §3.2 steps 4 and 5: each further duplicate lets SMSS more out', () => {
      const { peer, block, duplicate } = loaded({ written: 30 });
      duplicate(2);
      expectSegment(peer, 10);
      expectSegment(peer, 11);
      duplicate();
      expectSegment(peer, 0);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
      // cwnd is 8 segments, FlightSize 12: the first four only make room.
      duplicate(4);
      peer.expectsNothing();
      duplicate();
      expectSegment(peer, 12);
      duplicate(2);
      expectSegment(peer, 13);
      expectSegment(peer, 14);
      peer.expectsNothing();
    });

    test('RFC 5681 §3.2: the threshold of fast retransmit is a setting', () => {
      const { peer, duplicate } = loaded({ written: 10, settings: { duplicateAckThreshold: 5 } });
      duplicate(4);
      peer.expectsNothing();
      duplicate();
      expectSegment(peer, 0);
    });

    test('RFC 5681 §3.2: fast retransmit switched off, only the timer recovers', () => {
      const { peer, duplicate } = loaded({ written: 10, settings: { fastRetransmit: false } });
      duplicate(9);
      peer.expectsNothing();
      peer.after('1s');
      expectSegment(peer, 0);
    });
  });

  describe('what a duplicate ACK is', () => {
    test('RFC 5681 §2 (a): a duplicate ACK: its receiver has outstanding data', () => {
      const { peer, connection, block } = established({ start, peerSyn: `mss ${MSS}` });
      for (let time = 0; time < 5; time++) peer.sends('. 1:1(0) ack 1');
      expect(block.duplicateAcks).toBe(0);
      write(connection, MSS * 4);
      peer.takeSent();
      for (let time = 0; time < 2; time++) peer.sends('. 1:1(0) ack 1');
      peer.expectsNothing();
    });

    test('RFC 5681 §2 (b): a duplicate ACK carries no data', () => {
      const { peer, block } = loaded({ written: 10 });
      for (const at of [1, 11, 21, 31]) peer.sends(`P. ${at}:${at + 10}(10) ack 1`);
      expect(block.duplicateAcks).toBe(0);
      expect(block.lossState).toBe('open');
    });

    test('RFC 5681 §2 (c): a duplicate ACK has neither SYN nor FIN', () => {
      const { peer, block } = loaded({ written: 10 });
      for (let time = 0; time < 4; time++) peer.sends('F. 101:101(0) ack 1');
      for (let time = 0; time < 4; time++) peer.sends('S. 101:101(0) ack 1');
      expect(block.duplicateAcks).toBe(0);
    });

    test('RFC 5681 §2 (d): the acknowledgment number of a duplicate ACK is the greatest received', () => {
      const { peer, block } = loaded({ written: 10 });
      peer.sends('. 1:1(0) ack 2001');
      peer.takeSent();
      for (let time = 0; time < 4; time++) peer.sends('. 1:1(0) ack 1001');
      expect(block.duplicateAcks).toBe(0);
      peer.expectsNothing();
    });

    test('RFC 5681 §2 (e): the window of a duplicate ACK is that of the last one', () => {
      const { peer, block } = loaded({ written: 10 });
      for (const window of [60_000, 59_000, 58_000, 57_000]) peer.sends(`. 1:1(0) ack 1 win ${window}`);
      expect(block.duplicateAcks).toBe(0);
      for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1 win 57000');
      expectSegment(peer, 0);
    });

    test('RFC 5681 §3.2: "without any intervening ACKs which move SND.UNA": the count starts again', () => {
      const { peer, duplicate, block } = loaded({ written: 10 });
      duplicate(2);
      peer.sends('. 1:1(0) ack 1001');
      expect(block.duplicateAcks).toBe(0);
      for (let time = 0; time < 2; time++) peer.sends('. 1:1(0) ack 1001');
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 1001');
      expectSegment(peer, 1);
    });
  });

  describe('limited transmit', () => {
    test('RFC 3042 §2 and RFC 5681 §3.2 step 1: one new segment for each of the first two duplicates; cwnd does not change', () => {
      const { peer, duplicate, block } = loaded({ written: 30 });
      duplicate();
      expectSegment(peer, 10);
      peer.expectsNothing();
      duplicate();
      expectSegment(peer, 11);
      peer.expectsNothing();
      expect(block.congestion.cwnd).toBe(10 * MSS);
    });

    test('RFC 3042 §2 and RFC 5681 §3.2 step 1: two segments beyond cwnd and no more, however many duplicates come', () => {
      const { peer, duplicate } = loaded({ written: 30, settings: { fastRetransmit: false } });
      duplicate(9);
      expectSegment(peer, 10);
      expectSegment(peer, 11);
      peer.expectsNothing();
    });

    test("RFC 3042 §2 and RFC 5681 §3.2 step 1: as far as the peer's window allows", () => {
      const { peer, connection } = established({ start, peerSyn: `mss ${MSS}`, peerWindow: 10 * MSS });
      write(connection, 30 * MSS);
      peer.takeSent();
      for (let time = 0; time < 2; time++) peer.sends(`. 1:1(0) ack 1 win ${10 * MSS}`);
      peer.expectsNothing();
    });

    test('RFC 3042 §2 and RFC 5681 §3.2 step 1: with SACK: not for a duplicate that tells nothing new', () => {
      const { peer, sacks, duplicate } = loaded({ written: 30, sack: true });
      duplicate(5);
      peer.expectsNothing();
      sacks(0, [1, 2]);
      expectSegment(peer, 10);
      sacks(0, [1, 2]);
      peer.expectsNothing();
    });

    test('RFC 3042 §2: limited transmit switched off, nothing new goes', () => {
      for (const sack of [false, true]) {
        const { peer, sacks } = loaded({ written: 30, sack, settings: { limitedTransmit: false } });
        for (let time = 0; time < 2; time++) sacks(0, ...(sack ? [[1 + time, 2 + time] as const] : []));
        peer.expectsNothing();
      }
    });
  });

  describe('NewReno', () => {
    /** Segments 0 and 4 are lost; ten duplicates come for 1 to 3, 5 to 9 and the two of limited transmit. */
    const partial = () => {
      const stage = loaded({ written: 30 });
      const { peer, duplicate } = stage;
      duplicate(10);
      for (const index of [10, 11, 0, 12, 13, 14]) expectSegment(peer, index);
      peer.expectsNothing();
      peer.after('100ms');
      peer.sends(`. 1:1(0) ack ${segments(4)}`);
      return stage;
    };

    test('RFC 6582 §3.2 step 3, partial ACK: the next hole at once; deflated by what was acknowledged, SMSS added back', () => {
      const { peer, block } = partial();
      expectSegment(peer, 4);
      // 5 + 10 segments of cwnd, less 4, plus 1, are 12, and 11 are in flight.
      expectSegment(peer, 15);
      peer.expectsNothing();
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBe(5 * MSS);
    });

    test('RFC 6582 §3.2 step 3, partial ACK: the first one also restarts the timer', () => {
      const { peer, block } = partial();
      expect(block.timers?.retransmission.deadline).toBe(peer.time.now() + block.rtt.rtoNs);
    });

    test('RFC 6582 §3.2 step 3, partial ACK: one of less than SMSS adds nothing back', () => {
      const { peer, block, duplicate } = loaded({ written: 10 });
      duplicate(3);
      const before = block.recovery.allowance(block);
      peer.sends('. 1:1(0) ack 501');
      // Deflated by 500, while 500 octets have left the network.
      expect(block.recovery.allowance(block)).toBe(before);
      peer.takeSent();
    });

    test('RFC 6582 §3.2 step 3, partial ACK: duplicates after it go on inflating', () => {
      const { peer } = partial();
      peer.takeSent();
      peer.sends(`. 1:1(0) ack ${segments(4)}`);
      expectSegment(peer, 16);
      peer.expectsNothing();
    });

    test('RFC 6582 §3.2 step 3, full ACK: cwnd = min(ssthresh, max(FlightSize, SMSS) + SMSS), and recovery is over', () => {
      const { peer, block } = partial();
      peer.takeSent();
      peer.sends(`. 1:1(0) ack ${segments(12)}`); // recover: all that was sent when recovery began
      expect(block.lossState).toBe('open');
      // Segments 12 to 15 are in flight: 4 + 1.
      expect(block.congestion.cwnd).toBe(5 * MSS);
      expectSegment(peer, 16);
      peer.expectsNothing();
    });

    test('RFC 6582 §3.2 step 3, full ACK: with nothing left in flight: two segments', () => {
      const { peer, block, duplicate } = loaded({ written: 10 });
      duplicate(9);
      peer.sends(`. 1:1(0) ack ${segments(10)}`);
      expect(block.congestion.cwnd).toBe(2 * MSS);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
    });

    test('RFC 6582 §3.2 step 2: duplicates that do not cover more than recover start nothing', () => {
      const { peer, connection, block, duplicate } = loaded({ written: 10 });
      duplicate(3);
      peer.sends(`. 1:1(0) ack ${segments(10)}`);
      peer.takeSent();
      write(connection, 4 * MSS);
      peer.takeSent();
      for (let time = 0; time < 5; time++) peer.sends(`. 1:1(0) ack ${segments(10)}`);
      expect(block.lossState).toBe('open');
      expect(peer.takeSent().filter((text) => text.includes(` ${segments(10)}:`))).toEqual([]);
    });

    test('RFC 6582 §3.2 step 4: after a timeout recover is the highest sent, and duplicates below start nothing', () => {
      const { peer, block, duplicate } = loaded({ written: 10 });
      duplicate(3);
      peer.takeSent();
      peer.after('1s');
      expectSegment(peer, 0);
      expect(block.lossState).toBe('loss');
      expect((block.recoveryPoint - block.iss) | 0).toBe(segments(10));
      duplicate(5);
      peer.expectsNothing();
      expect(block.lossState).toBe('loss');
      peer.sends(`. 1:1(0) ack ${segments(10)}`);
      expect(block.lossState).toBe('open');
    });

    test('RFC 6582 §3.2 step 1: recover starts at the initial sequence number: the very first segment can be lost', () => {
      const { peer, duplicate } = loaded({ written: 4 });
      duplicate(3);
      expectSegment(peer, 0);
    });
  });

  describe('recovery by timeout', () => {
    test('RFC 5681 §3.1: after a timeout slow start from one segment, going back over what is not acknowledged', () => {
      const { peer, block } = loaded({ written: 10 });
      peer.after('1s');
      expectSegment(peer, 0);
      peer.expectsNothing();
      expect(block.congestion.cwnd).toBe(MSS);
      expect(block.congestion.ssthresh).toBe(5 * MSS);
      expect((block.recoveryPoint - block.iss) | 0).toBe(segments(10));
      peer.sends(`. 1:1(0) ack ${segments(1)}`);
      expect(block.lossState).toBe('loss');
      expectSegment(peer, 1);
      expectSegment(peer, 2);
      peer.expectsNothing();
      peer.sends(`. 1:1(0) ack ${segments(3)}`);
      for (const index of [3, 4, 5]) expectSegment(peer, index);
      peer.expectsNothing();
    });

    test('RFC 5681 §3.1: after a timeout an ACK that covers more than was sent again is believed', () => {
      const { peer, block } = loaded({ written: 10 });
      peer.after('1s');
      expectSegment(peer, 0);
      peer.sends(`. 1:1(0) ack ${segments(9)}`);
      expectSegment(peer, 9, 'P.');
      peer.expectsNothing();
      peer.sends(`. 1:1(0) ack ${segments(10)}`);
      expect(block.lossState).toBe('open');
    });
  });

  describe('SACK recovery', () => {
    test('RFC 6675 §5 (2): IsLost by one ACK that SACKs more than (DupThresh - 1) * SMSS octets', () => {
      const { peer, sacks, block } = loaded({ written: 10, sack: true });
      sacks(0, [1, 4]);
      expectSegment(peer, 0);
      expect(block.lossState).toBe('recovery');
      expect((block.recoveryPoint - block.iss) | 0).toBe(segments(10));
    });

    test('RFC 6675 §4 IsLost: (DupThresh - 1) * SMSS octets are not more than that', () => {
      const { peer, sacks, block } = loaded({ written: 10, sack: true });
      sacks(0, [1, 3]);
      peer.expectsNothing();
      expect(block.lossState).toBe('open');
    });

    describe('segments smaller than SMSS', () => {
      const small = () => {
        const settings = { selectiveAcknowledgment: true, noDelay: true, ...BY_COUNTING };
        const stage = established({ start, peerSyn: `mss ${MSS},sackOK`, settings });
        for (let written = 0; written < 10; written++) write(stage.connection, 100);
        stage.peer.takeSent();
        return stage;
      };

      test('RFC 6675 §4 IsLost: DupThresh discontiguous SACKed sequences', () => {
        const { peer, block } = small();
        peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:201 301:401 501:601>');
        peer.expects('. 1:101(100) ack 1');
        expect(block.lossState).toBe('recovery');
        // Segment 201 has only two sequences above it, so it is not lost: NextSeg (3) sends it, while cwnd - pipe >= SMSS.
        expect(block.log.lostBytes).toBe(0);
      });

      test('RFC 6675 §4 IsLost: three segments that are contiguous are one sequence', () => {
        const { peer, block } = small();
        peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:401>');
        peer.expectsNothing();
        expect(block.lossState).toBe('open');
      });

      test('RFC 6675 §5 (1): DupThresh duplicates do as well', () => {
        const { peer } = small();
        peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:201>');
        peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:301>');
        peer.expectsNothing();
        peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:401>');
        peer.expects('. 1:101(100) ack 1');
      });
    });

    test('RFC 6675 §5 (1): DupThresh duplicates do, also when they SACK (DupThresh - 1) * SMSS octets, of which IsLost wants more', () => {
      const settings = { selectiveAcknowledgment: true, noDelay: true, ...BY_COUNTING };
      const { peer, connection } = established({ start, peerSyn: `mss ${MSS},sackOK`, settings });
      for (const length of [100, 1000, 500, 500]) write(connection, length);
      peer.takeSent();
      for (const right of [1101, 1601]) peer.sends(`. 1:1(0) ack 1 <nop,nop,sack 101:${right}>`);
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 101:2101>');
      peer.expects('. 1:101(100) ack 1');
    });

    test('RFC 6675 §2: an ACK without new SACK information is no duplicate, however often it comes', () => {
      const { peer, sacks, duplicate, block } = loaded({ written: 10, sack: true });
      duplicate(9);
      sacks(0, [1, 2]);
      for (let time = 0; time < 9; time++) sacks(0, [1, 2]);
      expect(block.duplicateAcks).toBe(1);
      peer.expectsNothing();
    });

    test('RFC 6675 §2: SACK blocks beyond what was sent, below SND.UNA or upside down tell nothing', () => {
      const { peer, sacks, block } = loaded({ written: 10, sack: true });
      sacks(0, [10, 13]);
      sacks(0, [8, 11]);
      sacks(0, [5, 5]);
      sacks(0, [7, 2]);
      sacks(2, [0, 2]);
      expect(block.log.sackedBytes).toBe(0);
      expect(block.duplicateAcks).toBe(0);
      peer.expectsNothing();
    });

    test('RFC 6675 §5 (4.2): ssthresh = cwnd = FlightSize / 2, limited transmit not counted; RFC 6675 §5 (C): the pipe says when', () => {
      const { peer, sacks, block } = loaded({ written: 30, sack: true });
      sacks(0, [1, 2]);
      expectSegment(peer, 10);
      sacks(0, [1, 3]);
      expectSegment(peer, 11);
      sacks(0, [1, 4]);
      expectSegment(peer, 0);
      peer.expectsNothing();
      expect([block.congestion.cwnd, block.congestion.ssthresh]).toEqual([5 * MSS, 5 * MSS]);
      expect(block.log.pipe).toBe(9 * MSS);
      for (let right = 5; right <= 8; right++) sacks(0, [1, right]);
      expect(block.log.pipe).toBe(5 * MSS);
      peer.expectsNothing();
      sacks(0, [1, 9]);
      expectSegment(peer, 12);
      peer.expectsNothing();
    });

    test('RFC 6675 §4 NextSeg (1) before (2): what is lost goes before what is new', () => {
      const { peer, sacks } = loaded({ written: 30, sack: true });
      sacks(0, [1, 2], [3, 10]);
      for (const index of [0, 2]) expectSegment(peer, index);
      // The pipe is 2 of 5.
      for (const index of [10, 11, 12]) expectSegment(peer, index);
      peer.expectsNothing();
    });

    test('RFC 6675 §4 NextSeg (1.c): a hole with too little SACKed above it waits until there is more', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 2]);
      sacks(0, [3, 4], [1, 2]);
      peer.expectsNothing();
      sacks(0, [3, 5], [1, 2]);
      expectSegment(peer, 0);
      peer.expectsNothing();
      sacks(0, [3, 6], [1, 2]);
      peer.expectsNothing(); // segment 2 is lost now, but cwnd - pipe is 0
      sacks(0, [3, 7], [1, 2]);
      expectSegment(peer, 2);
      peer.expectsNothing();
    });

    test('RFC 6675 §4 NextSeg (3): nothing is lost and nothing new is there: a hole below what is SACKed', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 7], [8, 10]);
      expectSegment(peer, 0);
      expectSegment(peer, 7);
      peer.expectsNothing();
    });

    test('RFC 6675 §5 (4.3): no rescue retransmission before the first retransmission is acknowledged', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 7]);
      expectSegment(peer, 0);
      peer.expectsNothing();
    });

    test('RFC 6675 §4 NextSeg (4): the rescue retransmission: the last segment, once', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 8]);
      expectSegment(peer, 0);
      peer.expectsNothing();
      sacks(8);
      expectSegment(peer, 9, 'P.');
      peer.expectsNothing();
      sacks(9);
      peer.expectsNothing();
    });

    test('RFC 6675 §4 NextSeg (1.a): a hole that was sent again is not sent a third time because of what was SACKed before', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 4]);
      expectSegment(peer, 0);
      for (let right = 5; right <= 10; right++) sacks(0, [1, right]);
      peer.expectsNothing();
    });

    test('RFC 6675 §5 (A): an ACK of RecoveryPoint ends recovery; what is SACKed beyond stays', () => {
      const { peer, sacks, block } = loaded({ written: 30, sack: true });
      sacks(0, [1, 2]);
      sacks(0, [1, 3]);
      sacks(0, [1, 4]);
      for (let right = 5; right <= 12; right++) sacks(0, [1, right]);
      const sent = peer.takeSent();
      expect(sent.length).toBeGreaterThan(4);
      const highest = (block.sndNxt - block.iss - 1) / MSS;
      sacks(11, [highest - 1, highest]);
      expect(block.lossState).toBe('recovery');
      sacks(12, [highest - 1, highest]);
      expect(block.lossState).toBe('open');
      expect(block.log.sackedBytes).toBe(MSS);
      expect(block.congestion.cwnd).toBeLessThanOrEqual(block.congestion.ssthresh);
    });

    test('RFC 6675 §5 (A): the window that recovery has left stays: the pipe kept it filled', () => {
      const { block, sacks } = loaded({ written: 10, sack: true });
      sacks(0, [1, 4]);
      expect(block.lossState).toBe('recovery');
      sacks(10);
      expect(block.lossState).toBe('open');
      expect(block.congestion.cwnd).toBe(block.congestion.ssthresh);
    });

    test('RFC 6675 §5.1: a timeout during recovery ends it; RecoveryPoint is HighData; a new one waits for that', () => {
      const { peer, sacks, block } = loaded({ written: 10, sack: true });
      sacks(0, [1, 4]);
      expectSegment(peer, 0);
      peer.after('1s');
      expectSegment(peer, 0);
      expect(block.lossState).toBe('loss');
      expect((block.recoveryPoint - block.iss) | 0).toBe(segments(10));
      expect(block.congestion.cwnd).toBe(MSS);
      sacks(0, [1, 9]);
      expect(block.lossState).toBe('loss');
      peer.takeSent();
      sacks(10);
      expect(block.lossState).toBe('open');
    });

    test('RFC 6675 §5.1: after a timeout SACK information is used: what arrived is not sent again', () => {
      const { peer, sacks } = loaded({ written: 10, sack: true, settings: { fastRetransmit: false } });
      sacks(0, [2, 4], [6, 8]);
      peer.expectsNothing();
      peer.after('1s');
      expectSegment(peer, 0);
      sacks(1, [2, 4], [6, 8]);
      expectSegment(peer, 1);
      expectSegment(peer, 4);
      sacks(5, [6, 8]);
      expectSegment(peer, 5);
      expectSegment(peer, 8);
      expectSegment(peer, 9, 'P.');
      peer.expectsNothing();
    });

    test('RFC 2018 §5: after a timeout the left edge MUST be sent again, SACKed or not: the peer has reneged', () => {
      const { peer, sacks, block } = loaded({ written: 3, sack: true });
      sacks(0, [1, 2]);
      peer.after('1s');
      expectSegment(peer, 0);
      sacks(1); // the peer does not have segment 1 any more
      expectSegment(peer, 2, 'P.');
      peer.after('10s');
      expect(peer.takeSent()[0]).toMatch(new RegExp(`^\\. ${segments(1)}:${segments(2)}`));
      sacks(3);
      expect(block.log.count).toBe(0);
    });

    test('RFC 2018 §8: a second timeout forgets all SACKs', () => {
      const { peer, sacks, block } = loaded({ written: 10, sack: true, settings: { fastRetransmit: false } });
      sacks(0, [1, 10]);
      peer.after('1s');
      expectSegment(peer, 0);
      expect(block.log.sackedBytes).toBe(9 * MSS);
      peer.after('2s');
      expectSegment(peer, 0);
      expect(block.log.sackedBytes).toBe(0);
      sacks(1);
      expectSegment(peer, 1);
      expectSegment(peer, 2);
    });
  });
});
