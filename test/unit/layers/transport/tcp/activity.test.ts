/** What the time of a connection goes to. Segments have 1000 octets; times are in milliseconds. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MSS = 1000;

/** Busy, of that limited by the receiver's window, and by the send buffer. */
const spent = (connection: Connection): number[] => {
  const { busyNs, receiveWindowLimitedNs, sendBufferLimitedNs } = connection.info();
  return [busyNs, receiveWindowLimitedNs, sendBufferLimitedNs].map((time) => time / 1e6);
};

describe.each(SEQUENCE_STARTS)('the time of a connection, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({ start, peerSyn: `mss ${MSS}`, roundTrip: '50ms', ...from, settings });

  describe('busy', () => {
    test('while data is not acknowledged', () => {
      const { peer, connection } = stage();
      peer.after('10ms');
      expect(spent(connection)).toEqual([0, 0, 0]);
      write(connection, 2 * MSS);
      peer.after('20ms');
      expect(spent(connection)).toEqual([20, 0, 0]);
      peer.sends('. 1:1(0) ack 1001');
      peer.after('5ms');
      peer.sends('. 1:1(0) ack 2001');
      peer.after('100ms');
      expect(spent(connection)).toEqual([25, 0, 0]);
    });

    test('while data waits for the handshake', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.after('10ms');
      write(connection, 100);
      peer.after('30ms');
      expect(spent(connection)).toEqual([30, 0, 0]);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1000>');
      peer.after('5ms');
      peer.sends('. 1:1(0) ack 101');
      peer.after('5ms');
      expect(spent(connection)).toEqual([35, 0, 0]);
    });

    test('while a FIN is not acknowledged', () => {
      const { peer, connection } = stage();
      connection.shutdownSend();
      peer.after('7ms');
      peer.sends('. 1:1(0) ack 2');
      peer.after('7ms');
      expect(spent(connection)).toEqual([7, 0, 0]);
    });

    test('until the end of the connection at the latest', () => {
      const { peer, connection } = stage();
      write(connection, 2 * MSS);
      peer.after('7ms');
      connection.abort();
      peer.after('7ms');
      expect(spent(connection)).toEqual([7, 0, 0]);
    });

    test('not while data of the peer waits to be read', () => {
      const { peer, connection } = stage();
      peer.sends('. 1:101(100) ack 1');
      peer.after('1s');
      expect(spent(connection)).toEqual([0, 0, 0]);
    });

    test('while the program corks what is left, or Nagle holds it back', () => {
      const { peer, connection } = stage({ cork: true, corkCeilingNs: 100e6 });
      write(connection, 100);
      peer.after('40ms');
      expect(spent(connection)).toEqual([40, 0, 0]);
      const other = stage();
      write(other.connection, MSS + 100);
      other.peer.after('40ms');
      expect(spent(other.connection)).toEqual([40, 0, 0]);
    });
  });

  describe('limited by the window of the receiver', () => {
    test('while it is closed, and while it is full', () => {
      const { peer, connection } = stage({}, { peerWindow: 3000 });
      write(connection, 5 * MSS);
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 10, 0]);
      peer.sends('. 1:1(0) ack 3001 win 0');
      peer.after('20ms');
      expect(spent(connection)).toEqual([30, 30, 0]);
      peer.sends('. 1:1(0) ack 3001 win 5000');
      peer.after('5ms');
      expect(spent(connection)).toEqual([35, 30, 0]); // all is sent
    });

    test('with less of it left than a segment', () => {
      const { peer, connection } = stage({}, { peerWindow: 2400 });
      write(connection, 5 * MSS);
      expect(peer.takeSent()).toHaveLength(2);
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 10, 0]);
    });

    test('not while the congestion window is full as well', () => {
      const { peer, connection } = stage({ initialWindowSegments: 2 }, { peerWindow: 2920 });
      connection.block.congestion.resize(MSS);
      write(connection, 5 * MSS);
      expect(peer.takeSent()).toHaveLength(2);
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 0, 0]);
    });

    test('when a FIN alone does not fit', () => {
      const { peer, connection } = stage({}, { peerWindow: 2000 });
      write(connection, 2 * MSS);
      connection.shutdownSend();
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 10, 0]);
    });

    test('not when nothing is left to send', () => {
      const { peer, connection } = stage({}, { peerWindow: 2000 });
      write(connection, 2 * MSS);
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 0, 0]);
    });

    test('also while its probes go unanswered', () => {
      const { peer, connection } = stage({}, { peerWindow: 0 });
      write(connection, 2 * MSS);
      peer.after('5s');
      expect(spent(connection)).toEqual([5000, 5000, 0]);
    });

    test('not while pacing is what data waits for', () => {
      const { peer, connection } = stage({ maximumPacingRate: 100_000 }, { peerWindow: 4000 });
      write(connection, 6 * MSS);
      expect(peer.takeSent()).toHaveLength(2);
      peer.after('15ms');
      expect(spent(connection)).toEqual([15, 0, 0]);
      peer.after('100ms');
      expect(peer.takeSent()).toHaveLength(2);
      const [busy, window] = spent(connection);
      expect(busy).toBe(115);
      // The window is full from the fourth segment on; what goes unpaced from then is the window's.
      expect(window).toBeGreaterThanOrEqual(75);
      expect(window).toBeLessThanOrEqual(100);
    });

    test('not while a loss waits to be repaired', () => {
      const { peer, connection, block } = stage(
        { tailLossProbe: false, forwardRtoRecovery: false },
        { peerWindow: 4000 },
      );
      write(connection, 6 * MSS);
      peer.after('10ms');
      peer.after('1s');
      // At 1 s the timer held all four for lost; one is sent again.
      expect(block.log.lostBytes).toBe(3000);
      expect(spent(connection)).toEqual([1010, 1000, 0]);
    });

    test('nor while nobody knows whether a timeout was for nothing: no new data would go', () => {
      const { peer, connection, block } = stage({ noDelay: true }, { peerWindow: 100 });
      write(connection, 100);
      write(connection, 500);
      peer.after('3s');
      expect(block.forwardRto.step).toBe(2);
      expect(block.congestion.cwnd - block.log.pipe).toBeGreaterThan(500);
      expect(spent(connection)).toEqual([3000, 1000, 0]);
    });

    test('not while the next piece waits for its time, though the window will not take all of it', () => {
      const { peer, connection } = stage({ maximumPacingRate: 100_000, noDelay: true }, { peerWindow: 2800 });
      write(connection, 2 * MSS);
      write(connection, 300);
      expect(peer.takeSent()).toHaveLength(2);
      write(connection, MSS);
      peer.after('5ms');
      expect(spent(connection)).toEqual([5, 0, 0]);
      peer.after('45ms');
      expect(peer.takeSent()).toHaveLength(0); // the piece would be a silly one
      expect(spent(connection)[1]).toBeGreaterThan(25);
    });
  });

  describe('limited by the send buffer', () => {
    test('while it is full and all of it is sent', () => {
      const { peer, connection } = stage({ sendBufferBytes: 3000 });
      expect(write(connection, 5 * MSS)).toBe(3000);
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 0, 10]);
      peer.sends('. 1:1(0) ack 1001'); // there is room now
      peer.after('10ms');
      expect(spent(connection)).toEqual([20, 0, 10]);
      write(connection, 5 * MSS);
      peer.after('10ms');
      expect(spent(connection)).toEqual([30, 0, 20]);
    });

    test('not when the congestion window would not have let more out, nor that of the receiver', () => {
      const { peer, connection } = stage({ sendBufferBytes: 2000, initialWindowSegments: 1 });
      connection.block.congestion.resize(MSS);
      write(connection, 5 * MSS);
      peer.sends('. 1:1(0) ack 1001');
      write(connection, 5 * MSS);
      expect(connection.block.congestion.cwnd).toBe(2000);
      expect(connection.block.unsentBytes).toBe(0);
      const [before] = spent(connection);
      peer.after('10ms');
      expect(spent(connection)).toEqual([before! + 10, 0, 0]);
      const other = stage({ sendBufferBytes: 3000 }, { peerWindow: 3500 });
      write(other.connection, 3000);
      other.peer.after('10ms');
      expect(spent(other.connection)).toEqual([10, 0, 0]);
    });

    test('from when a probe of the tail has sent what Nagle held back', () => {
      const { peer, connection } = stage(
        { sendBufferBytes: 1500, selectiveAcknowledgment: true },
        { peerSyn: `mss ${MSS},nop,nop,sackOK` },
      );
      write(connection, 1500);
      peer.after('299ms');
      expect(peer.takeSent()).toHaveLength(1);
      peer.after('101ms'); // two round trips and the delay of a lone segment's ACK: 300 ms
      expect(peer.takeSent()).toHaveLength(1);
      expect(spent(connection)).toEqual([400, 0, 100]);
    });

    test('not when the program has written its last', () => {
      const { peer, connection } = stage({ sendBufferBytes: 3000 });
      write(connection, 3 * MSS);
      connection.shutdownSend();
      peer.after('10ms');
      expect(spent(connection)).toEqual([10, 0, 0]);
    });
  });
});
