/**
 * The scoreboard of RFC 6675 §4 and what §5 does with it, function by function; `recovery.test.ts` has whole recoveries.
 * Segments have 1000 octets and are counted from 0. What RFC 8985, RFC 9937 and others have added is switched off.
 */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { type Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MSS = 1000;
const BY_COUNTING: Partial<TcpSettings> = {
  selectiveAcknowledgment: true,
  rack: false,
  tailLossProbe: false,
  proportionalRateReduction: false,
  forwardRtoRecovery: false,
  duplicateSackUndo: false,
};
const segments = (count: number): number => 1 + count * MSS;
const expectSegment = (peer: Conversation, index: number, flags = '.'): void =>
  peer.expects(`${flags} ${segments(index)}:${segments(index + 1)}(${MSS}) ack 1`);

describe.each(SEQUENCE_STARTS)('the scoreboard, from sequence number %i', (start) => {
  const loaded = (written: number, settings: Partial<TcpSettings> = {}, peerWindow = 65_535) => {
    const stage = established({
      start,
      peerSyn: `mss ${MSS},sackOK`,
      peerWindow,
      settings: { ...BY_COUNTING, ...settings },
    });
    write(stage.connection, written * MSS);
    stage.peer.takeSent();
    /** SACK blocks in segments: [from, to). */
    const sacks = (ack: number, ...blocks: (readonly [number, number])[]): void => {
      const shown = blocks.map(([from, to]) => `${segments(from)}:${segments(to)}`).join(' ');
      const option = shown === '' ? '' : ` <nop,nop,sack ${shown}>`;
      stage.peer.sends(`. 1:1(0) ack ${segments(ack)} win ${peerWindow}${option}`);
    };
    return { ...stage, sacks };
  };

  test('RFC 6675 §4 Update: each octet that is SACKed is marked once, whatever the order of the blocks', () => {
    const { sacks, block } = loaded(10);
    sacks(0, [4, 5], [2, 3]);
    expect(block.log.sackedBytes).toBe(2 * MSS);
    sacks(0, [2, 5]);
    expect(block.log.sackedBytes).toBe(3 * MSS);
    sacks(0, [2, 5], [4, 5]);
    expect(block.log.sackedBytes).toBe(3 * MSS);
    sacks(3, [3, 5]);
    expect(block.log.sackedBytes).toBe(2 * MSS);
  });

  test('RFC 6675 §4 SetPipe (a): what is neither SACKed nor lost counts; what is lost and not sent again does not', () => {
    const { sacks, block } = loaded(10, { limitedTransmit: false });
    expect(block.log.pipe).toBe(10 * MSS);
    sacks(0, [8, 9]);
    sacks(0, [8, 10]);
    expect(block.log.pipe).toBe(8 * MSS);
    sacks(0, [7, 10]); // more than 2 * SMSS: all below is lost; the first of it is sent again, and more up to cwnd
    expect(block.congestion.cwnd).toBe(5 * MSS);
    expect(block.log.pipe).toBe(5 * MSS);
    expect(block.log.lostBytes).toBe(2 * MSS);
  });

  test('RFC 6675 §4 SetPipe (b): what was sent again counts', () => {
    const { peer, sacks, block } = loaded(10, { limitedTransmit: false });
    sacks(0, [1, 4]);
    expectSegment(peer, 0);
    expect(block.log.pipe).toBe(7 * MSS); // 4 to 9, and 0 once more
    sacks(1, [1, 4]);
    expect(block.log.pipe).toBe(6 * MSS);
  });

  test('RFC 6675 §4 NextSeg (2): nothing is lost any more: new data, as far as the window of the peer allows', () => {
    const { peer, sacks } = loaded(30, {}, 12 * MSS);
    sacks(0, [1, 2]);
    sacks(0, [1, 3]);
    for (const index of [10, 11]) expectSegment(peer, index);
    sacks(0, [1, 4]);
    expectSegment(peer, 0);
    for (let right = 5; right <= 9; right++) sacks(0, [1, right]);
    peer.expectsNothing(); // the pipe is 4 of 5, and the window full
    sacks(4, [4, 9]);
    expectSegment(peer, 12);
  });

  test('RFC 6675 §4 NextSeg (5): nothing lost, nothing new, nothing below what is SACKed: nothing is sent', () => {
    const { peer, sacks } = loaded(10);
    sacks(0, [1, 4]);
    expectSegment(peer, 0);
    sacks(0, [1, 10]);
    peer.expectsNothing();
  });

  test('RFC 6675 §5: an ACK of new data with new SACK information is the first of DupThresh duplicates', () => {
    const settings = { ...BY_COUNTING, noDelay: true, limitedTransmit: false };
    const { peer, connection, block } = established({ start, peerSyn: `mss ${MSS},sackOK`, settings });
    for (let writes = 0; writes < 10; writes++) write(connection, 100);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 101 <nop,nop,sack 201:301>');
    expect(block.duplicateAcks).toBe(1);
    peer.sends('. 1:1(0) ack 101 <nop,nop,sack 201:401>');
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 101 <nop,nop,sack 201:501>');
    peer.expects('. 101:201(100) ack 1');
  });

  test('RFC 6675 §2: new SACK information counts as a duplicate with data and with another window too', () => {
    const { peer, sacks, block } = loaded(10);
    sacks(0, [4, 5]);
    peer.sends('P. 1:11(10) ack 1 win 60000 <nop,nop,sack 5001:6001>');
    expect(block.duplicateAcks).toBe(2);
  });

  test('RFC 6675 §5: an ACK of new data without it resets the count', () => {
    const { sacks, block } = loaded(10);
    sacks(0, [4, 5]);
    sacks(0, [4, 6]);
    expect(block.duplicateAcks).toBe(2);
    sacks(1, [4, 6]);
    expect(block.duplicateAcks).toBe(0);
  });

  test('RFC 6675 §5 (3.3): before recovery new data goes while cwnd - pipe is at least SMSS', () => {
    const { peer, sacks } = loaded(30);
    sacks(0, [8, 10]); // two segments have left the network
    for (const index of [10, 11]) expectSegment(peer, index);
    peer.expectsNothing();
  });

  test('RFC 6675 §5 (4.1): RecoveryPoint is HighData: an ACK below it does not end recovery, one of all of it does', () => {
    const { peer, sacks, block } = loaded(10);
    sacks(0, [1, 4]);
    expect((block.recoveryPoint - block.iss) | 0).toBe(segments(10));
    sacks(9);
    expect(block.lossState).toBe('recovery');
    sacks(10);
    expect(block.lossState).toBe('open');
    peer.takeSent();
  });

  test('RFC 6675 §5 (4.2): the window is reduced once in a recovery, however many segments are lost', () => {
    const { sacks, block } = loaded(10);
    sacks(0, [1, 4]);
    expect(block.congestion.ssthresh).toBe(5 * MSS);
    sacks(0, [5, 6], [1, 4]);
    sacks(0, [7, 10], [5, 6], [1, 4]);
    sacks(4, [7, 10], [5, 6]);
    expect([block.congestion.ssthresh, block.congestion.cwnd]).toEqual([5 * MSS, 5 * MSS]);
  });

  test('RFC 6675 §5 (C): cwnd - pipe decides how many segments an ACK lets out', () => {
    const { peer, sacks, block } = loaded(40);
    sacks(0, [1, 2]);
    sacks(0, [1, 3]);
    sacks(0, [1, 4]);
    peer.takeSent(); // 10 and 11 by limited transmit, and 0 again
    sacks(0, [1, 10]); // six segments more have arrived: the pipe is 3 of 5
    for (const index of [12, 13]) expectSegment(peer, index);
    peer.expectsNothing();
    expect(block.log.pipe).toBe(5 * MSS);
  });

  test('RFC 6675 §5 (C.2): what was sent again once is not sent again by the same recovery', () => {
    const { peer, sacks } = loaded(10);
    sacks(0, [2, 5]);
    expectSegment(peer, 0);
    for (let right = 6; right <= 10; right++) sacks(0, [2, right]);
    expectSegment(peer, 1);
    peer.expectsNothing();
  });

  test('RFC 6675 §5.1: after a timeout no recovery begins before RecoveryPoint is acknowledged; then one may', () => {
    const { peer, connection, sacks, block } = loaded(10);
    peer.after('1s');
    expect(block.lossState).toBe('loss');
    peer.takeSent();
    sacks(1, [2, 6]);
    expect(block.lossState).toBe('loss');
    sacks(10);
    expect(block.lossState).toBe('open');
    write(connection, 8 * MSS);
    sacks(13);
    peer.takeSent();
    sacks(13, [14, 17]);
    expect(block.lossState).toBe('recovery');
    expectSegment(peer, 13);
  });

  test('RFC 6675 §6: the timer runs from the last ACK of new data: duplicate ACKs do not hold it up', () => {
    const { peer, sacks, block } = loaded(10);
    for (let right = 2; right <= 10; right++) {
      peer.after('100ms');
      sacks(0, [1, right]);
    }
    peer.takeSent();
    peer.after('100ms');
    expect(block.lossState).toBe('loss');
    expectSegment(peer, 0);
  });
});
