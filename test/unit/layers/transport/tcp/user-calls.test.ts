/** The calls of a program, state by state: RFC 9293 §3.10.1 to §3.10.6, and what §3.9.1 promises of them. */
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../../../../src/layers/address.ts';
import { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import {
  Conversation,
  established,
  OUR_PORT,
  octets,
  PEER_PORT,
  readAll,
  SEQUENCE_STARTS,
  write,
} from './conversation.ts';
import { inState, STAGE_NAMES, SYNCHRONIZED } from './stage.ts';

const user = { changed: (): void => {} };

describe.each(SEQUENCE_STARTS)('calls of a program, from sequence number %i', (start) => {
  describe('OPEN', () => {
    test('RFC 9293 §3.10.1: an active OPEN: <SEQ=ISS><CTL=SYN>, SND.UNA = ISS, SND.NXT = ISS+1, SYN-SENT', () => {
      const peer = new Conversation({ start });
      const { block, state } = peer.connect();
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
      peer.expectsNothing();
      expect(state).toBe('SYN-SENT');
      expect([block.iss, block.sndUna, block.sndNxt]).toEqual([start, start, (start + 1) | 0]);
    });

    test('RFC 9293 §3.10.1: a passive OPEN: LISTEN, and not a word', () => {
      const peer = new Conversation({ start });
      peer.listen();
      peer.after('1000s');
      peer.expectsNothing();
      expect(peer.time.idle).toBe(true);
    });

    test.each(STAGE_NAMES)(
      'RFC 9293 §3.10.1: OPEN between two sockets that are connected is an error, in %s',
      (name) => {
        const { peer, block } = inState(name, { start });
        const { state } = block;
        const any = peer.family === 4 ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
        const binding = peer.tcp.ports.bind(any, OUR_PORT, true, false);
        // A listener has the port for itself: then the port cannot even be bound.
        if (typeof binding === 'string') {
          expect(binding).toBe('EADDRINUSE');
        } else {
          const again = peer.tcp.connect({ binding, remote: peer.there, remotePort: PEER_PORT, user });
          expect(again).toBe('EADDRINUSE');
        }
        peer.expectsNothing();
        expect(block.state).toBe(state);
      },
    );

    test('RFC 9293 §3.9.1.1 (MUST-41): a passive OPEN for a port that is listened on is an error; the listener goes on', () => {
      const peer = new Conversation({ start });
      const listener = peer.listen();
      expect(() => peer.listen()).toThrow('EADDRINUSE');
      peer.sends('S 0:0(0)');
      peer.expects('S. 0:0(0) ack 1');
      peer.sends('. 1:1(0) ack 1');
      expect(listener.accept()?.state).toBe('ESTABLISHED');
    });

    test.each(['SYN-SENT', 'SYN-RECEIVED'] as const)(
      'RFC 9293 §3.9.1.1 (MUST-42): a program can listen on a port while a connection from it is in %s',
      (state) => {
        const peer = new Conversation({ start });
        const connection = peer.connect();
        if (state === 'SYN-RECEIVED') peer.sends('S 0:0(0)');
        peer.takeSent();
        expect(connection.state).toBe(state);
        const listener = peer.listen();
        peer.sends('S 50:50(0)', PEER_PORT + 1);
        peer.expects('S. 0:0(0) ack 51');
        peer.sends('. 51:51(0) ack 1', PEER_PORT + 1);
        expect(listener.accept()?.remotePort).toBe(PEER_PORT + 1);
        peer.sends(state === 'SYN-SENT' ? 'S. 0:0(0) ack 1' : '. 1:1(0) ack 1');
        expect(connection.state).toBe('ESTABLISHED');
        expect(listener.accept()).toBeUndefined();
      },
    );

    test('RFC 9293 §3.10.1: a new connection is possible as soon as the old one is deleted', () => {
      const { peer, connection } = established({ start });
      connection.abort();
      peer.takeSent();
      const again = peer.connect();
      peer.expects('S 0:0(0)');
      peer.sends('S. 900:900(0) ack 1');
      expect(again.state).toBe('ESTABLISHED');
    });
  });

  describe('SEND', () => {
    test.each(['SYN-SENT', 'SYN-RECEIVED'] as const)(
      'RFC 9293 §3.10.2: SEND in %s: the data is queued, and goes when the connection is established',
      (state) => {
        const peer = new Conversation({ start });
        const connection = peer.connect();
        if (state === 'SYN-RECEIVED') peer.sends('S 0:0(0)');
        peer.takeSent();
        expect(write(connection, 100)).toBe(100);
        peer.expectsNothing();
        peer.sends(state === 'SYN-SENT' ? 'S. 0:0(0) ack 1' : '. 1:1(0) ack 1');
        peer.expects('P. 1:101(100) ack 1');
      },
    );

    test.each(['ESTABLISHED', 'CLOSE-WAIT'] as const)(
      'RFC 9293 §3.10.2: SEND in %s goes with a piggybacked acknowledgment',
      (name) => {
        const { peer, connection, peers } = inState(name, { start });
        if (name === 'ESTABLISHED') peer.sends('P. 1:51(50) ack 1');
        const acked = name === 'ESTABLISHED' ? 51 : peers;
        expect(write(connection, 10)).toBe(10);
        peer.expects(`P. 1:11(10) ack ${acked}`);
        peer.after('100ms');
        peer.expectsNothing();
      },
    );

    test.each(['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
      'RFC 9293 §3.10.2: SEND in %s: "connection closing", the request is not serviced',
      (name) => {
        const { peer, connection } = inState(name, { start });
        expect(connection.send(octets(1, 10), 0, 10)).toBe(0);
        expect(connection.writableBytes).toBe(0);
        expect(connection.sendClosed).toBe(true);
        peer.expectsNothing();
      },
    );

    test('RFC 9293 §3.10.2: SEND without a connection takes nothing', () => {
      const { peer, connection } = established({ start });
      connection.abort();
      peer.takeSent();
      expect(connection.send(octets(1, 10), 0, 10)).toBe(0);
      peer.expectsNothing();
    });

    test('RFC 9293 §3.10.2: without room nothing more is taken: "insufficient resources"; the rest when there is room', () => {
      const { peer, connection } = established({ start, settings: { sendBufferBytes: 1000 } });
      expect(write(connection, 1500)).toBe(1000);
      expect(write(connection, 1)).toBe(0);
      peer.expects('P. 1:1001(1000) ack 1');
      peer.sends('. 1:1(0) ack 1001');
      expect(write(connection, 1500)).toBe(1000);
    });
  });

  describe('RECEIVE', () => {
    test.each(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
      'RFC 9293 §3.10.3: RECEIVE in %s: what is there, reassembled; none yet is no error',
      (name) => {
        const { peer, connection, ours } = inState(name, { start });
        expect(readAll(connection, 10)).toBe(0);
        peer.sends(`. 11:21(10) ack ${ours}`);
        expect(readAll(connection, 10)).toBe(0);
        peer.sends(`. 1:11(10) ack ${ours}`);
        expect(readAll(connection, 15)).toBe(15);
        expect(readAll(connection, 15)).toBe(5);
        expect([connection.error, connection.atEnd]).toEqual([undefined, false]);
      },
    );

    test('RFC 9293 §3.10.3: RECEIVE in CLOSE-WAIT: what is on hand, then the end', () => {
      const { peer, connection } = established({ start });
      peer.sends('FP. 1:21(20) ack 1');
      expect(connection.state).toBe('CLOSE-WAIT');
      expect(connection.atEnd).toBe(false);
      expect(readAll(connection, 15)).toBe(15);
      expect(connection.atEnd).toBe(false);
      expect(readAll(connection, 15)).toBe(5);
      expect(connection.atEnd).toBe(true);
      expect(readAll(connection, 15)).toBe(0);
    });

    test.each(['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
      'RFC 9293 §3.10.3: RECEIVE in %s, with all read: the end',
      (name) => {
        const { connection } = inState(name, { start });
        expect(connection.atEnd).toBe(true);
        expect(connection.receive(new Uint8Array(5), 0, 5)).toBe(0);
      },
    );
  });

  describe('CLOSE', () => {
    test('RFC 9293 §3.10.4: CLOSE in ESTABLISHED: the FIN is queued behind what was sent, and the state is FIN-WAIT-1 at once', () => {
      const { peer, connection } = established({ start, peerWindow: 100 });
      write(connection, 150);
      peer.expects('. 1:101(100) ack 1');
      connection.shutdownSend();
      expect(connection.state).toBe('FIN-WAIT-1');
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 101 win 100');
      peer.expects('FP. 101:151(50) ack 1');
    });

    test('RFC 9293 §3.10.4: CLOSE in CLOSE-WAIT: a FIN behind what was sent, and LAST-ACK', () => {
      const { peer, connection, peers } = inState('CLOSE-WAIT', { start });
      write(connection, 10);
      connection.shutdownSend();
      peer.expects(`P. 1:11(10) ack ${peers}`);
      peer.expects(`F. 11:11(0) ack ${peers}`);
      expect(connection.state).toBe('LAST-ACK');
    });

    test.each(['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
      'RFC 9293 §3.10.4: CLOSE again in %s: no second FIN',
      (name) => {
        const { peer, connection } = inState(name, { start });
        connection.shutdownSend();
        expect(connection.state).toBe(name);
        peer.expectsNothing();
      },
    );

    test('RFC 9293 §3.9.1.4: CLOSE does not mean "I will not receive": data still comes', () => {
      const { peer, connection } = inState('FIN-WAIT-2', { start });
      peer.sends('P. 1:101(100) ack 2');
      peer.after('100ms');
      peer.expects('. 2:2(0) ack 101');
      expect(readAll(connection)).toBe(100);
    });

    test('RFC 9293 §3.6 (MUST-12): closed by a FIN there is an end and no error; by a reset an error', () => {
      const closed = established({ start });
      closed.peer.sends('F. 1:1(0) ack 1');
      expect([closed.connection.atEnd, closed.connection.error]).toEqual([true, undefined]);
      const reset = established({ start });
      reset.peer.sends('R 1:1(0)');
      expect([reset.connection.atEnd, reset.connection.error]).toEqual([false, 'ECONNRESET']);
    });

    test('RFC 9293 §3.6: the program is told that the peer has closed, though it asked for nothing', () => {
      const { peer, connection } = established({ start });
      let told = 0;
      connection.user = { changed: () => told++ };
      peer.sends('F. 1:1(0) ack 1');
      expect(told).toBeGreaterThan(0);
      expect(connection.state).toBe('CLOSE-WAIT');
    });

    test('RFC 9293 §3.10.7.4: text and FIN of a segment are two signals: a program that reads once for each sees both', () => {
      const { peer, connection } = established({ start });
      const read: number[] = [];
      connection.user = { changed: () => read.push(connection.receive(new Uint8Array(1000), 0, 1000)) };
      peer.sends('F. 1:101(100) ack 1');
      expect(read).toEqual([100, 0]);
      expect(connection.atEnd).toBe(true);
    });
  });

  describe('ABORT and STATUS', () => {
    test.each(SYNCHRONIZED)('RFC 9293 §3.9.1.6: ABORT in %s removes the control block and stops its timers', (name) => {
      const { peer, connection } = inState(name, { start });
      connection.abort();
      expect(connection.state).toBe('CLOSED');
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.time.idle).toBe(true);
      expect(connection.error).toBe('ECONNABORTED');
    });

    test('RFC 9293 §3.10.5: ABORT in SYN-SENT: no reset, nobody knows of the connection', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.takeSent();
      connection.abort();
      peer.expectsNothing();
      expect(connection.error).toBe('ECONNABORTED');
      expect(peer.time.idle).toBe(true);
    });

    test.each(STAGE_NAMES)('RFC 9293 §3.10.6: STATUS in %s: state, windows, what waits for acknowledgment', (name) => {
      const { connection, block } = inState(name, { start, peerWindow: 3000 });
      const info = new Connection(block, undefined).info();
      expect(info.state).toBe(connection.state);
      expect(info.sndWnd).toBe(block.sndWnd);
      expect(info.rcvWnd).toBe(block.rcvWnd);
      expect(info.unackedBytes).toBe((block.sndNxt - block.sndUna) | 0);
      expect(info.readableBytes).toBe(0);
    });
  });
});
