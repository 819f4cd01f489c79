/**
 * Windows: RFC 9293 §3.8.6 (probing, silly-window avoidance, updates), Nagle §3.7.4, window scale RFC 7323 §2.
 */
import { describe, expect, test } from 'vitest';
import { windowShift } from '../../../../../src/layers/transport/tcp/receive-window.ts';
import {
  type Conversation,
  type ConversationOptions,
  established,
  readAll,
  SEQUENCE_STARTS,
  write,
} from './conversation.ts';

const MSS = 1000;

describe.each(SEQUENCE_STARTS)('windows, from sequence number %i', (start) => {
  const stage = (from: ConversationOptions = {}) => established({ start, peerSyn: `mss ${MSS}`, ...from });

  describe('zero-window probing', () => {
    const closed = (from: ConversationOptions = {}) => {
      const opened = stage({ peerWindow: 100, ...from });
      write(opened.connection, 150);
      opened.peer.expects('. 1:101(100) ack 1');
      opened.peer.sends('. 1:1(0) ack 101 win 0');
      opened.peer.expectsNothing();
      return opened;
    };

    test('RFC 9293 §3.8.6.1 (MUST-36, SHLD-29, SHLD-30): the first probe after one RTO, then at doubled intervals; one octet of new data', () => {
      const { peer } = closed();
      for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
        peer.after(`${seconds * 1000 - 1}ms`);
        peer.expectsNothing();
        peer.after('1ms');
        peer.expects('. 101:102(1) ack 1');
        peer.sends('. 1:1(0) ack 101 win 0');
        peer.expectsNothing();
      }
    });

    test('RFC 9293 §3.8.6.1: a probe may ask with an old number instead, as Linux does; the answer opens the window', () => {
      const { peer } = closed({ settings: { windowProbe: 'empty' } });
      for (const seconds of [1, 2, 4]) {
        peer.after(`${seconds * 1000 - 1}ms`);
        peer.expectsNothing();
        peer.after('1ms');
        peer.expects('. 100:100(0) ack 1');
        peer.sends('. 1:1(0) ack 101 win 0');
        peer.expectsNothing();
      }
      peer.after('8s');
      peer.expects('. 100:100(0) ack 1');
      peer.sends('. 1:1(0) ack 101 win 100');
      peer.expects('P. 101:151(50) ack 1');
    });

    test('RFC 9293 §3.8.6.1 (MUST-37): as long as the peer answers, the connection stays open', () => {
      const { peer, connection } = closed();
      for (let probes = 0; probes < 200; probes++) {
        peer.after('60s');
        peer.takeSent();
        peer.sends('. 1:1(0) ack 101 win 0');
      }
      expect(connection.state).toBe('ESTABLISHED');
      peer.sends('. 1:1(0) ack 101 win 100');
      peer.expects('P. 101:151(50) ack 1');
    });

    test('RFC 9293 §3.8.3 (MUST-20): a peer that does not answer probes is given up: ETIMEDOUT', () => {
      const { peer, connection } = closed();
      peer.after('2000s');
      expect(connection.error).toBe('ETIMEDOUT');
      expect(peer.time.idle).toBe(true);
    });

    test('RFC 9293 §3.8.6.1: the window opens: the data goes, and the retransmission timer runs again', () => {
      const { peer, block } = closed();
      peer.after('5s');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 101 win 1000');
      peer.expects('P. 101:151(50) ack 1');
      peer.expectsNothing();
      expect(block.timers?.persist.deadline).toBe(Number.POSITIVE_INFINITY);
      peer.sends('. 1:1(0) ack 151 win 1000');
      expect(peer.time.idle).toBe(true);
    });

    test('RFC 9293 §3.8.6.1: the update is lost: the next probe is acknowledged and brings it', () => {
      const { peer, block } = closed();
      peer.after('1s');
      peer.expects('. 101:102(1) ack 1');
      peer.sends('. 1:1(0) ack 102 win 1000');
      peer.expects('P. 102:151(49) ack 1');
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 151 win 1000');
      expect(block.sendBuffer.length).toBe(0);
    });

    test('RFC 9293 §3.8.6.1 (SHLD-29): the next closed window is probed from the start of the back-off again', () => {
      const { peer, connection } = closed();
      peer.after('20s');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 102 win 1000');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 151 win 0');
      write(connection, 10);
      peer.after('999ms');
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('. 151:152(1) ack 1');
    });

    test('RFC 9293 §3.8.6.1: a FIN is probed with when nothing else is left', () => {
      const { peer, connection } = stage({ peerWindow: 100 });
      write(connection, 100);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 101 win 0');
      connection.shutdownSend();
      peer.expectsNothing();
      peer.after('1s');
      peer.expects('F. 101:101(0) ack 1');
      peer.sends('. 1:1(0) ack 101 win 0');
      peer.after('2s');
      peer.expects('F. 101:101(0) ack 1');
      peer.sends('. 1:1(0) ack 102 win 0');
      expect(connection.state).toBe('FIN-WAIT-2');
    });

    test('RFC 9293 §3.8.6 (MUST-35, MAY-7, SHLD-17): the window shrinks to zero over data in flight: it is sent again, and that is the probe', () => {
      const { peer, connection } = stage();
      write(connection, 2 * MSS);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1 win 0');
      for (let rounds = 0; rounds < 40; rounds++) {
        peer.after('60s');
        expect(peer.takeSent().length).toBeGreaterThan(0);
        peer.sends('. 1:1(0) ack 1 win 0');
      }
      expect(connection.state).toBe('ESTABLISHED');
      peer.sends('. 1:1(0) ack 2001 win 5000');
      expect(connection.block.log.count).toBe(0);
    });
  });

  describe('a window that shrinks', () => {
    test('RFC 9293 §3.8.6 (MUST-34, SHLD-15): the usable window is negative: nothing new goes until it is not', () => {
      const { peer, connection, block } = stage();
      write(connection, 20 * MSS);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1 win 5000');
      expect(block.usableWindow).toBe(-5000);
      peer.sends('. 1:1(0) ack 3001 win 5000');
      expect(block.usableWindow).toBe(-2000);
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 10001 win 2000');
      peer.expects('. 10001:11001(1000) ack 1');
      peer.expects('. 11001:12001(1000) ack 1');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.8.6 (SHLD-16): what is in flight is sent again as usual', () => {
      const { peer, connection } = stage();
      write(connection, 3 * MSS);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1 win 1000');
      peer.after('1s');
      peer.expects('. 1:1001(1000) ack 1');
    });
  });

  test('RFC 9293 §3.8.6: the FIN is an octet of the window too: it waits for one', () => {
    const { peer, connection } = stage({ peerWindow: 100 });
    write(connection, 10);
    peer.takeSent();
    write(connection, 90);
    connection.shutdownSend();
    peer.sends('. 1:1(0) ack 11 win 90');
    peer.expects('P. 11:101(90) ack 1');
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 101 win 90');
    peer.expects('F. 101:101(0) ack 1');
  });

  describe('the sender avoids silly windows', () => {
    test('RFC 9293 §3.8.6.2.1 (1) (MUST-38): a full segment goes, and no silly one after it', () => {
      const { peer, connection } = stage({ peerWindow: 1500 });
      write(connection, 3 * MSS);
      peer.expects('. 1:1001(1000) ack 1');
      peer.expectsNothing(); // 500 of window are neither a segment nor, with Nagle, alone in flight
    });

    test('RFC 9293 §3.8.6.2.1 (3): at least half the largest window goes when nothing is in flight', () => {
      const { peer, connection } = stage({ peerWindow: 800 });
      write(connection, 3 * MSS);
      peer.expects('. 1:801(800) ack 1');
      peer.sends('. 1:1(0) ack 801 win 400');
      peer.expects('. 801:1201(400) ack 1');
      peer.sends('. 1:1(0) ack 1201 win 399');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.8.6.2.1 (4): the override timeout sends what the rules hold back', () => {
      const { peer, connection } = stage({ peerWindow: 800 });
      write(connection, 3 * MSS);
      peer.takeSent();
      peer.sends('. 1:1(0) ack 801 win 100');
      peer.after('999ms');
      peer.expectsNothing();
      peer.after('1ms');
      peer.expects('. 801:901(100) ack 1');
    });

    test('RFC 9293 §3.8.6.2.1 (2): all that is queued goes, however small the window', () => {
      const { peer, connection } = stage({ peerWindow: 800 });
      peer.sends('. 1:1(0) ack 1 win 50');
      write(connection, 40);
      peer.expects('P. 1:41(40) ack 1');
    });
  });

  describe('Nagle', () => {
    test('RFC 9293 §3.7.4 (SHLD-7) and RFC 9293 §3.9.1.2 (SHLD-27): while data is unacknowledged small writes are collected', () => {
      const { peer, connection } = stage();
      write(connection, 10);
      peer.expects('P. 1:11(10) ack 1');
      for (let writes = 0; writes < 5; writes++) write(connection, 10);
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 11');
      peer.expects('P. 11:61(50) ack 1');
    });

    test('RFC 9293 §3.7.4 and RFC 9293 §3.9.1.2 (SHLD-28): a full segment goes at once', () => {
      const { peer, connection } = stage();
      write(connection, 10);
      peer.takeSent();
      write(connection, MSS + 5);
      peer.expects('. 11:1011(1000) ack 1');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.7.4 (MUST-17): the Nagle algorithm can be switched off for a connection', () => {
      const { peer, connection } = stage({ settings: { noDelay: true } });
      for (let writes = 0; writes < 5; writes++) write(connection, 10);
      for (let at = 1; at < 51; at += 10) peer.expects(`P. ${at}:${at + 10}(10) ack 1`);
    });

    test('RFC 9293 §3.7.4 (MUST-17): it can be switched off while it waits', () => {
      const { peer, connection } = stage();
      write(connection, 10);
      write(connection, 10);
      peer.takeSent();
      connection.settings.noDelay = true;
      connection.settingsChanged();
      peer.expects('P. 11:21(10) ack 1');
    });

    test('RFC 9293 §3.9.1.2 (MUST-61): PSH on the last of what is queued, and only there', () => {
      const { peer, connection } = stage();
      write(connection, 2500);
      peer.expects('. 1:1001(1000) ack 1');
      peer.expects('. 1001:2001(1000) ack 1');
      peer.sends('. 1:1(0) ack 2001');
      peer.expects('P. 2001:2501(500) ack 1');
    });
  });

  describe('the receiver avoids silly windows', () => {
    const receiving = (receiveBufferBytes: number) => stage({ settings: { receiveBufferBytes } });
    const fill = (peer: Conversation, from: number, to: number): void => {
      for (let at = from; at < to; at += MSS) peer.sends(`. ${at}:${at + MSS}(${MSS}) ack 1`);
      peer.after('100ms');
      peer.takeSent();
    };

    test('RFC 9293 §3.8.6.2.2 (MUST-39): the right edge stays until min(RCV.BUFF / 2, Eff.snd.MSS) more can be offered', () => {
      const { peer, connection, block } = receiving(4000);
      fill(peer, 1, 4001);
      expect(block.rcvWnd).toBe(0);
      readAll(connection, 999);
      peer.sends('. 4001:4002(1) ack 1');
      peer.expects('. 1:1(0) ack 4001 win 0');
      readAll(connection, 1);
      peer.sends('. 4001:4002(1) ack 1');
      expect(peer.takeSent().at(-1)).toBe('. 1:1(0) ack 4001 win 1000');
    });

    test('RFC 9293 §3.8.6.2.2: half a buffer that is smaller than two segments is enough', () => {
      const { peer, connection } = receiving(1000);
      peer.sends('. 1:1001(1000) ack 1');
      peer.after('100ms');
      peer.expects('. 1:1(0) ack 1001 win 0');
      readAll(connection, 499);
      peer.expectsNothing();
      readAll(connection, 1);
      peer.expects('. 1:1(0) ack 1001 win 500');
    });

    test('RFC 9293 §3.8.6.2.2: reading reports a window that has opened, without waiting for the peer', () => {
      const { peer, connection } = receiving(8000);
      fill(peer, 1, 8001);
      for (let reads = 0; reads < 3; reads++) readAll(connection, 500);
      peer.expectsNothing();
      readAll(connection, 500);
      peer.expects('. 1:1(0) ack 8001 win 2000');
      readAll(connection);
      peer.expects('. 1:1(0) ack 8001 win 8000');
    });

    test('shutting the receiving side empties the buffer, and that opens the window as well', () => {
      const { peer, connection } = receiving(4000);
      fill(peer, 1, 4001);
      connection.shutdownReceive();
      peer.expects('. 1:1(0) ack 4001 win 4000');
    });

    test('RFC 9293 §3.8.6 (SHLD-14): the right edge never moves left while data comes and nothing is read', () => {
      const { peer, block } = receiving(10_000);
      let edge = block.rcvAdv;
      let at = 1;
      for (const length of [1, 999, 37, 1000, 1000, 3, 500, 1000, 800]) {
        peer.sends(`. ${at}:${at + length}(${length}) ack 1`);
        at += length;
        peer.after('100ms');
        expect((block.rcvAdv - edge) | 0).toBeGreaterThanOrEqual(0);
        edge = block.rcvAdv;
      }
      peer.takeSent();
      expect((block.rcvAdv - block.irs - 1) | 0).toBe(10_000);
    });
  });

  describe('window scale', () => {
    const scaled = (peerSyn: string, from: ConversationOptions = {}) =>
      established({ start, peerSyn, ...from, settings: { windowScaling: true, ...from.settings } });

    test('RFC 7323 §2.2 and RFC 9293 §3.1 (REC-1): offered in the SYN, whose own window is not scaled; used when both have sent it', () => {
      const { peer, block } = scaled('mss 1460,nop,wscale 7', { peerWindow: 1000 });
      expect(peer.ladder[0]).toContain('> S 0:0(0) win 65535 <mss 1460,nop,wscale 5>');
      expect(block.sndWnd).toBe(1000);
      // 1048576 less the 31 that rounding may promise, in units of 32.
      expect(peer.ladder[2]).toContain('> . 1:1(0) ack 1 win 32767');
      peer.sends('. 1:1(0) ack 1 win 1000');
      expect(block.sndWnd).toBe(128_000);
    });

    test('RFC 7323 §2.2: neither scales if the peer does not offer it', () => {
      const { peer, block } = scaled('mss 1460', { peerWindow: 1000 });
      expect(peer.ladder[2]).toContain('> . 1:1(0) ack 1 win 65535');
      peer.sends('. 1:1(0) ack 1 win 1000');
      expect(block.sndWnd).toBe(1000);
      expect([block.rcvWndShift, block.sndWndShift]).toEqual([0, 0]);
    });

    test('RFC 7323 §2.2: a SYN-ACK has it only if the SYN had it', () => {
      const without = scaled('mss 1460', { passive: true });
      expect(without.peer.ladder[1]).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460>');
      const having = scaled('mss 1460,nop,wscale 3', { passive: true });
      expect(having.peer.ladder[1]).toContain('> S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 5>');
    });

    test('RFC 7323 §2.2: switched off, the peer’s offer is ignored', () => {
      const { peer, block } = scaled('mss 1460,nop,wscale 7', { settings: { windowScaling: false } });
      expect(peer.ladder[0]).toContain('> S 0:0(0) win 65535 <mss 1460>');
      peer.sends('. 1:1(0) ack 1 win 1000');
      expect(block.sndWnd).toBe(1000);
    });

    test('RFC 7323 §2.3: a shift above 14 is 14', () => {
      const { peer, block } = scaled('mss 1460,nop,wscale 15');
      peer.sends('. 1:1(0) ack 1 win 3');
      expect(block.sndWnd).toBe(3 * 2 ** 14);
    });

    test('RFC 7323 §2.2: "a Window Scale option in a segment without a SYN bit MUST be ignored"', () => {
      const { peer, block } = scaled('mss 1460,nop,wscale 2');
      peer.sends('. 1:1(0) ack 1 win 100 <nop,wscale 9>');
      expect(block.sndWnd).toBe(400);
    });

    test('RFC 7323 §2.4 (2): the right edge does not move left by rounding, nor beyond the buffer', () => {
      const receiveBufferBytes = 1024 * 1024;
      const { peer, block } = scaled('mss 1460,nop,wscale 7', { settings: { receiveBufferBytes, delayedAck: false } });
      const first = (block.irs + 1) | 0;
      let edge = block.rcvAdv;
      let at = 1;
      for (let index = 0; index < 500; index++) {
        const length = 1 + ((index * 37) % 1400);
        peer.sends(`. ${at}:${at + length}(${length}) ack 1`);
        at += length;
        expect((block.rcvAdv - edge) | 0).toBeGreaterThanOrEqual(0);
        edge = block.rcvAdv;
        expect((edge - first) | 0).toBeLessThanOrEqual(receiveBufferBytes);
      }
      peer.takeSent();
    });

    test('RFC 7323 §2.4 (1): single octets do not let the edge creep beyond the buffer', () => {
      const receiveBufferBytes = 256 * 1024;
      const { peer, block } = scaled('mss 1460,nop,wscale 7', { settings: { receiveBufferBytes, delayedAck: false } });
      const first = (block.irs + 1) | 0;
      for (let at = 1; at <= 200; at++) {
        peer.sends(`. ${at}:${at + 1}(1) ack 1`);
        expect((block.rcvAdv - first) | 0).toBeLessThanOrEqual(receiveBufferBytes);
        // What was promised once is honoured: §2.4, "(1) The receiver MUST honor, as in window".
        const shown = peer.takeSent().at(-1) ?? '';
        const window = Number(/win (\d+)/.exec(shown)?.[1]) << block.rcvWndShift;
        expect((block.rcvNxt + window - block.rcvAdv) | 0).toBeLessThanOrEqual(0);
      }
    });
  });

  test('RFC 9293 §3.8.6.2.2: a program that makes its buffer larger tells the peer of a closed window at once', () => {
    const { peer, connection } = established({ start, settings: { receiveBufferBytes: 1000 } });
    peer.sends('. 1:1001(1000) ack 1');
    peer.after('100ms');
    peer.expects('. 1:1(0) ack 1001 win 0');
    connection.settings.receiveBufferBytes = 3000;
    connection.settingsChanged();
    peer.expects('. 1:1(0) ack 1001 win 2000');
  });
});

describe('windowShift', () => {
  test('RFC 7323 §2.3: the smallest shift with which the buffer fits 16 bits, at most 14', () => {
    expect([0, 1, 65_535].map(windowShift)).toEqual([0, 0, 0]);
    expect([65_536, 131_070, 131_071].map(windowShift)).toEqual([1, 1, 2]);
    expect([2 ** 30 - 1, 2 ** 30, 2 ** 31].map(windowShift)).toEqual([14, 14, 14]);
    expect(windowShift(65_535 * 2 ** 13)).toBe(13);
  });
});
