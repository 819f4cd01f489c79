/** Segment sizes: RFC 9293 §3.7.1, options RFC 6691, a path that shrinks RFC 1191 §6.4. */
import { describe, expect, test } from 'vitest';
import { Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('segment sizes, from sequence number %i', (start) => {
  test.each([
    [576, 536],
    [1500, 1460],
    [9000, 8960],
    [68, 28],
  ])(
    'RFC 9293 §3.7.1 (MUST-14, MUST-67, MAY-3) and RFC 6691 §2: an MTU of %i is announced as %i: less the fixed headers, no options',
    (mtu, mss) => {
      const peer = new Conversation({ start, mtu, settings: { timestamps: true, selectiveAcknowledgment: true } });
      peer.connect();
      expect(peer.takeSent()[0]).toContain(`<mss ${mss},`);
    },
  );

  test.each([
    [4, 536],
    [6, 1220],
  ] as const)('RFC 9293 §3.7.1 (MUST-15): over IPv%i a peer that does not say takes %i', (family, bytes) => {
    const peer = new Conversation({ start, family });
    const connection = peer.connect();
    peer.sends('S. 0:0(0) ack 1');
    peer.takeSent();
    write(connection, 3000);
    peer.expects(`. 1:${1 + bytes}(${bytes}) ack 1`);
  });

  test('RFC 9293 §3.7.1 (MUST-14, MUST-16): the smaller of what the peer takes and the path carries', () => {
    const byPeer = established({ start, peerSyn: 'mss 700' });
    write(byPeer.connection, 2000);
    byPeer.peer.expects('. 1:701(700) ack 1');
    const byPath = established({ start, mtu: 800, peerSyn: 'mss 1460' });
    write(byPath.connection, 2000);
    byPath.peer.expects('. 1:761(760) ack 1');
  });

  test('a limit of our own holds for what we send and for what we ask for', () => {
    const { peer, connection } = established({ start, settings: { maximumSegmentSize: 500 } });
    expect(peer.ladder[0]).toContain('<mss 500>');
    write(connection, 1000);
    peer.expects('. 1:501(500) ack 1');
  });

  test('RFC 6691 §2: options take their room from the data: timestamps', () => {
    const { peer, connection } = established({
      start,
      settings: { timestamps: true },
      peerSyn: 'mss 1000,TS val 1 ecr 0',
    });
    write(connection, 2000);
    peer.expects('. 1:989(988) ack 1');
    expect(connection.block.smss).toBe(988);
  });

  test('RFC 6691 §2: options take their room from the data: SACK blocks', () => {
    const settings = { selectiveAcknowledgment: true };
    const { peer, connection } = established({ start, settings, peerSyn: 'mss 1000,sackOK' });
    peer.sends('. 11:21(10) ack 1');
    peer.sends('. 31:41(10) ack 1');
    peer.takeSent();
    write(connection, 2000);
    peer.expects('. 1:981(980) ack 1 <nop,nop,sack 31:41 11:21>');
  });

  test.each([1, 8, 11, 12, 13])('an MSS of %i, with timestamps, is no reason never to send', (mss) => {
    const peerSyn = `mss ${mss},TS val 1 ecr 0`;
    const { peer, connection } = established({ start, settings: { timestamps: true }, peerSyn });
    write(connection, 20);
    peer.expects('. 1:2(1) ack 1');
  });

  describe('the path shrinks', () => {
    test('RFC 1191 §6.4: what does not fit is sent again at once, in smaller pieces, and so is all that follows', () => {
      const { peer, connection, block } = established({ start });
      write(connection, 1460);
      peer.expects('P. 1:1461(1460) ack 1');
      peer.icmp('packet-too-big', 1, 1000);
      peer.expects('. 1:961(960) ack 1');
      peer.sends('. 1:1(0) ack 961');
      peer.expects('P. 961:1461(500) ack 1');
      peer.sends('. 1:1(0) ack 1461');
      write(connection, 3000);
      peer.expects('. 1461:2421(960) ack 1');
      expect(block.smss).toBe(960);
    });

    test('RFC 1191 §6.4: "should not change the congestion window": neither then nor when it is acknowledged', () => {
      const { peer, connection, block } = established({ start });
      write(connection, 14_600);
      expect(peer.takeSent()).toHaveLength(10);
      peer.icmp('packet-too-big', 1, 1000);
      peer.takeSent();
      let acked = 1;
      while (acked < 14_601) {
        acked = Math.min(acked + 960, 14_601);
        peer.sends(`. 1:1(0) ack ${acked}`);
        peer.takeSent();
        expect(block.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
        expect(block.lossState).toBe('open');
      }
      expect(block.log.count).toBe(0);
    });

    test('RFC 1191 §6.4: segments that fit are left alone', () => {
      const { peer, connection } = established({ start, settings: { noDelay: true } });
      write(connection, 500);
      write(connection, 500);
      peer.takeSent();
      peer.icmp('packet-too-big', 1, 1000);
      peer.expectsNothing();
    });

    /** The FIN goes with the last `length` octets: Nagle has held them back. */
    const withFin = (length: number) => {
      const stage = established({ start });
      write(stage.connection, 10);
      write(stage.connection, length);
      stage.connection.shutdownSend();
      stage.peer.sends('. 1:1(0) ack 11');
      stage.peer.expects('P. 1:11(10) ack 1');
      stage.peer.expects(`FP. 11:${11 + length}(${length}) ack 1`);
      return stage;
    };

    test('RFC 1191 §6.4: a segment with FIN that fits is left alone: the FIN takes no room', () => {
      const { peer } = withFin(960);
      peer.icmp('packet-too-big', 11, 1000);
      peer.expectsNothing();
    });

    test('RFC 1191 §6.4: the FIN goes with the last piece; and one piece at a time until acknowledgments come', () => {
      const { peer, connection } = withFin(1000);
      peer.icmp('packet-too-big', 11, 600);
      peer.expects('. 11:571(560) ack 1');
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 571');
      peer.expects('FP. 571:1011(440) ack 1');
      peer.sends('. 1:1(0) ack 1012');
      expect(connection.state).toBe('FIN-WAIT-2');
    });

    test('RFC 1191 §6.4: the loss of a piece is congestion again', () => {
      const { peer, connection, block } = established({ start });
      write(connection, 14_600);
      peer.takeSent();
      peer.icmp('packet-too-big', 1, 1000);
      for (let time = 0; time < 3; time++) peer.sends('. 1:1(0) ack 1');
      expect(block.lossState).toBe('recovery');
      expect(block.congestion.ssthresh).toBeLessThan(14_600);
    });

    test('RFC 1191 §6.4: "One MUST not retransmit in response to every Datagram Too Big message"', () => {
      const { peer, connection } = established({ start });
      write(connection, 2920);
      peer.takeSent();
      peer.icmp('packet-too-big', 1, 1000);
      for (let time = 0; time < 5; time++) peer.icmp('packet-too-big', 1461, 1000);
      const sent = peer.takeSent();
      expect(new Set(sent).size).toBe(sent.length);
    });

    test('RFC 5927 §4.1: about a segment that is not in flight: somebody is guessing', () => {
      const { peer, connection, block } = established({ start });
      write(connection, 1460);
      peer.takeSent();
      for (const guess of [0, 1461, 5000, -100_000]) peer.icmp('packet-too-big', guess);
      peer.expectsNothing();
      expect(block.smss).toBe(1460);
    });
  });

  test('RFC 1191 §6.3: the path grows again: larger segments', () => {
    const { peer, connection } = established({ start, mtu: 1500 });
    peer.path.mtu = 1000;
    write(connection, 960);
    peer.expects('P. 1:961(960) ack 1');
    peer.path.mtu = 1500;
    peer.sends('. 1:1(0) ack 961');
    write(connection, 1460);
    peer.expects('P. 961:2421(1460) ack 1');
  });

  test('RFC 6691: SACK blocks leave an octet for data on a path of the smallest MTU, and no packet is larger than it', () => {
    const { peer, connection } = established({
      start,
      mtu: 68,
      peerSyn: 'mss 1460,sackOK,TS val 1 ecr 0',
      settings: { selectiveAcknowledgment: true, timestamps: true },
    });
    for (const hole of [3, 5, 7, 9]) peer.sends(`. ${hole}:${hole + 1}(1) ack 1 <nop,nop,TS val 2 ecr 0>`);
    peer.takeSent();
    write(connection, 40);
    // The harness refuses a packet beyond the MTU: 28 octets after the fixed headers, 12 of timestamps.
    expect(peer.takeSent()[0]).toMatch(/^\. 1:5\(4\) ack 1 .*sack 9:10>$/);
  });
});
