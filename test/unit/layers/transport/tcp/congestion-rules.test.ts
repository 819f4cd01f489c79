/** RFC 5681 beyond its first examples (`congestion.test.ts`, `recovery.test.ts`). Segments have 1000 octets. */
import { describe, expect, test } from 'vitest';
import { type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('congestion control, rule by rule, from sequence number %i', (start) => {
  const stage = (from: ConversationOptions = {}) =>
    established({
      start,
      peerSyn: `mss ${MSS}`,
      ...from,
      settings: { tailLossProbe: false, forwardRtoRecovery: false, ...from.settings },
    });
  const at = (segments: number): number => 1 + segments * MSS;

  test('RFC 5681 §3.1: ssthresh is arbitrarily high at first, and congestion reduces it', () => {
    const { peer, connection, block } = stage();
    expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    write(connection, 10 * MSS);
    for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1');
    expect(block.congestion.ssthresh).toBe(5 * MSS);
  });

  test('RFC 5681 §3.1: slow start: one ACK adds at most SMSS, however much it acknowledges', () => {
    const { peer, connection, block } = stage();
    write(connection, 40 * MSS);
    peer.sends(`. 1:1(0) ack ${at(8)}`);
    expect(block.congestion.cwnd).toBe(11 * MSS);
  });

  test('RFC 5681 §3.1: congestion avoidance: not more than SMSS in a round trip, and that much in each', () => {
    const { peer, connection, block } = stage();
    write(connection, 600 * MSS);
    const acknowledgeFlight = (): void => {
      const first = ((block.sndUna - block.iss - 1) | 0) / MSS;
      const flight = ((block.sndNxt - block.sndUna) | 0) / MSS;
      for (let segment = 1; segment <= flight; segment++) peer.sends(`. 1:1(0) ack ${at(first + segment)}`);
    };
    for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1');
    while (block.lossState === 'recovery' || block.congestion.cwnd < block.congestion.ssthresh) acknowledgeFlight();
    for (let round = 0; round < 10; round++) {
      const { cwnd } = block.congestion;
      acknowledgeFlight();
      expect(block.congestion.cwnd - cwnd).toBeLessThanOrEqual(MSS);
      acknowledgeFlight();
      expect(block.congestion.cwnd - cwnd).toBeGreaterThanOrEqual(MSS);
    }
  });

  test('RFC 5681 §3.2 step 3: the segment at SND.UNA is sent again, also when the window of the peer is small', () => {
    const { peer, connection } = stage({ peerWindow: 4 * MSS });
    write(connection, 10 * MSS);
    expect(peer.takeSent()).toHaveLength(4);
    for (let time = 0; time < 3; time++) peer.sends(`. 1:1(0) ack 1 win ${4 * MSS}`);
    peer.expects('. 1:1001(1000) ack 1');
    peer.expectsNothing();
  });

  test('RFC 5681 §3.2 step 6: the ACK of new data deflates the window: not more than ssthresh', () => {
    const { peer, connection, block } = stage();
    write(connection, 30 * MSS);
    for (let time = 0; time < 9; time++) peer.sends('. 1:1(0) ack 1');
    const { ssthresh } = block.congestion;
    peer.sends(`. 1:1(0) ack ${(block.sndNxt - block.iss) | 0}`);
    expect(block.lossState).toBe('open');
    expect(block.congestion.cwnd).toBeLessThanOrEqual(ssthresh);
  });

  test('RFC 5681 §3.2 step 2: limited transmit does not count as FlightSize; what an ACK of new data let go does, though it was the first with a SACK', () => {
    const { peer, connection, block } = stage({
      settings: { selectiveAcknowledgment: true, rack: false },
      peerSyn: `mss ${MSS},sackOK`,
    });
    write(connection, 40 * MSS);
    peer.takeSent();
    peer.sends(`. 1:1(0) ack ${at(2)} <nop,nop,sack ${at(3)}:${at(4)}>`);
    const letGo = peer.takeSent().length;
    expect(letGo).toBeGreaterThan(2);
    peer.sends(`. 1:1(0) ack ${at(2)} <nop,nop,sack ${at(3)}:${at(5)}>`);
    expect(peer.takeSent()).toHaveLength(1);
    peer.sends(`. 1:1(0) ack ${at(2)} <nop,nop,sack ${at(3)}:${at(6)}>`);
    // Eight and those that were let go; but what is SACKed has left: no more than the window.
    expect([block.lossState, block.congestion.ssthresh]).toEqual(['recovery', (Math.min(8 + letGo, 11) * MSS) / 2]);
  });

  test('RFC 5681 §4.3: until the losses of a window are repaired, not more than half of it goes out in a round trip', () => {
    const { peer, connection } = stage();
    write(connection, 60 * MSS);
    expect(peer.takeSent()).toHaveLength(10);
    for (let time = 0; time < 9; time++) peer.sends('. 1:1(0) ack 1');
    // Two by limited transmit, one again, and what the other duplicates let out: RFC 5681 §3.2 steps 1 to 5.
    const sent = peer.takeSent();
    expect(sent.filter((text) => text.startsWith('. 1:1001'))).toHaveLength(1);
    expect(sent.length - 2).toBeLessThanOrEqual(5);
  });

  test('RFC 5681 §4.3: losses in two successive windows lower the window twice', () => {
    const { peer, connection, block } = stage();
    write(connection, 60 * MSS);
    for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1');
    expect(block.congestion.ssthresh).toBe(5 * MSS);
    const end = (block.sndNxt - block.iss) | 0;
    peer.sends(`. 1:1(0) ack ${end}`);
    expect(block.lossState).toBe('open');
    peer.sends(`. 1:1(0) ack ${end + MSS}`);
    const flight = (block.sndNxt - block.sndUna) | 0;
    for (let time = 0; time < 3; time++) peer.sends(`. 1:1(0) ack ${end + MSS}`);
    expect(block.lossState).toBe('recovery');
    expect(block.congestion.ssthresh).toBe(Math.max(2 * MSS, Math.floor(flight / 2)));
    expect(block.congestion.ssthresh).toBeLessThan(5 * MSS);
  });

  test('RFC 5681 §4.3: a loss that the timer finds during fast recovery lowers the window again', () => {
    const { peer, connection, block } = stage();
    write(connection, 20 * MSS);
    for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1');
    expect(block.congestion.cwnd).toBe(5 * MSS);
    peer.after('1s');
    expect(block.congestion.cwnd).toBe(MSS);
  });

  test('RFC 6928 §2: the loss window is one segment, whatever the initial window', () => {
    const { peer, connection, block } = stage({ settings: { initialWindowSegments: 20 } });
    write(connection, 20 * MSS);
    peer.after('1s');
    expect(block.congestion.cwnd).toBe(MSS);
  });

  test('RFC 6928 §3: the receive window of our SYN holds the peer’s ten segments', () => {
    const { peer } = stage();
    expect(Number(/win (\d+)/.exec(peer.ladder[0]!)?.[1])).toBeGreaterThanOrEqual(10 * 1460);
  });

  test('RFC 9293 §3.8.2 (MAY-18): another algorithm can be chosen for a connection', () => {
    const { peer, connection, block } = stage({ settings: { congestionControl: 'none' } });
    expect(block.congestion.name).toBe('none');
    write(connection, 50 * MSS);
    expect(peer.takeSent()).toHaveLength(50);
  });

  test('RFC 3042 §2: the segments of limited transmit let a short flight recover without the timer', () => {
    const { peer, connection } = stage({ settings: { initialWindowSegments: 2 } });
    write(connection, 6 * MSS);
    expect(peer.takeSent()).toHaveLength(2);
    peer.sends('. 1:1(0) ack 1'); // for segment 1
    peer.expects('. 2001:3001(1000) ack 1');
    peer.sends('. 1:1(0) ack 1'); // for segment 2
    peer.expects('. 3001:4001(1000) ack 1');
    peer.sends('. 1:1(0) ack 1'); // for segment 3: the third
    peer.expects('. 1:1001(1000) ack 1');
    peer.expects('. 4001:5001(1000) ack 1'); // cwnd is ssthresh + 3 * SMSS, and four are in flight
    peer.expectsNothing();
  });
});
