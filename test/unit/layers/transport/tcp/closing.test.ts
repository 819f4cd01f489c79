/** How a connection ends: RFC 9293 §3.6, §3.10.4, §3.10.5. */
import { describe, expect, test } from 'vitest';
import { Conversation, established, octets, readAll, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState } from './stage.ts';

const TWO_MSL = '240s';

describe.each(SEQUENCE_STARTS)('closing, from sequence number %i', (start) => {
  test('RFC 9293 §3.6 figure 12, peer A and RFC 9293 §3.6.1 (MUST-13): the normal close, and 2 MSL in TIME-WAIT', () => {
    const { peer, connection } = established({ start });
    connection.shutdownSend();
    peer.expects('F. 1:1(0) ack 1');
    expect(connection.state).toBe('FIN-WAIT-1');
    peer.sends('. 1:1(0) ack 2');
    expect(connection.state).toBe('FIN-WAIT-2');
    peer.sends('F. 1:1(0) ack 2');
    peer.expects('. 2:2(0) ack 2');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('239.999999999s');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('1ns');
    expect(connection.state).toBe('CLOSED');
    expect(connection.error).toBeUndefined();
    peer.expectsNothing();
    expect(peer.time.idle).toBe(true);
    expect(peer.tcp.connections.size).toBe(0);
  });

  test('RFC 9293 §3.6 figure 12, peer B: the peer closes first', () => {
    const { peer, connection } = established({ start });
    peer.sends('F. 1:1(0) ack 1');
    peer.expects('. 1:1(0) ack 2');
    expect(connection.state).toBe('CLOSE-WAIT');
    peer.after('3600s'); // "not send its own FIN until its user has CLOSED the connection also"
    peer.expectsNothing();
    connection.shutdownSend();
    peer.expects('F. 1:1(0) ack 2');
    expect(connection.state).toBe('LAST-ACK');
    peer.sends('. 2:2(0) ack 2');
    expect(connection.state).toBe('CLOSED');
    expect(connection.error).toBeUndefined();
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.6 figure 13: simultaneous close', () => {
    const { peer, connection } = established({ start });
    connection.shutdownSend();
    peer.expects('F. 1:1(0) ack 1');
    peer.sends('F. 1:1(0) ack 1');
    peer.expects('. 2:2(0) ack 2');
    expect(connection.state).toBe('CLOSING');
    peer.sends('. 2:2(0) ack 2');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after(TWO_MSL);
    expect(connection.state).toBe('CLOSED');
  });

  test('RFC 9293 §3.6.1: half close: data still comes, and is acknowledged, in FIN-WAIT-1 and FIN-WAIT-2', () => {
    const { peer, connection } = established({ start });
    connection.shutdownSend();
    peer.expects('F. 1:1(0) ack 1');
    peer.sends('P. 1:101(100) ack 1');
    peer.sends('P. 101:201(100) ack 2');
    peer.expects('. 2:2(0) ack 201');
    expect(connection.state).toBe('FIN-WAIT-2');
    peer.sends('PF. 201:301(100) ack 2');
    peer.expects('. 2:2(0) ack 302');
    expect(readAll(connection)).toBe(300);
    expect(connection.atEnd).toBe(true);
    expect(connection.state).toBe('TIME-WAIT');
  });

  test('RFC 9293 §3.6.1: half close: data still goes in CLOSE-WAIT', () => {
    const { peer, connection } = established({ start });
    peer.sends('F. 1:1(0) ack 1');
    peer.expects('. 1:1(0) ack 2');
    expect(write(connection, 100)).toBe(100);
    peer.expects('P. 1:101(100) ack 2');
    peer.sends('. 2:2(0) ack 101');
    connection.shutdownSend();
    peer.expects('F. 101:101(0) ack 2');
  });

  test('RFC 9293 §3.10.4: "no further SENDs from the user will be accepted"; the FIN follows the data, with the last of it', () => {
    const { peer, connection } = established({ start });
    write(connection, 2000);
    connection.shutdownSend();
    expect(write(connection, 10)).toBe(0);
    peer.expects('. 1:1461(1460) ack 1');
    peer.expectsNothing(); // Nagle holds the rest back
    peer.sends('. 1:1(0) ack 1461');
    peer.expects('FP. 1461:2001(540) ack 1');
    peer.expectsNothing();
  });

  test.each([
    ['FIN-WAIT-1', '. 1:1(0) ack 2', 'FIN-WAIT-2'],
    ['CLOSING', '. 2:2(0) ack 2', 'TIME-WAIT'],
    ['LAST-ACK', '. 2:2(0) ack 2', 'CLOSED'],
  ] as const)('RFC 9293 §3.6: the FIN is sent again in %s until it is acknowledged', (name, ack, next) => {
    const { peer, connection, peers } = inState(name, { start });
    for (const wait of ['1s', '2s', '4s', '8s']) {
      peer.after(wait);
      peer.expects(`F. 1:1(0) ack ${peers}`);
    }
    peer.expectsNothing();
    peer.sends(ack);
    expect(connection.state).toBe(next);
    peer.after('100s');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.6: data and FIN that were lost together come again as they were', () => {
    const { peer, connection } = established({ start });
    write(connection, 100);
    connection.shutdownSend();
    peer.expects('P. 1:101(100) ack 1');
    peer.expects('F. 101:101(0) ack 1');
    peer.after('1s');
    peer.expects('P. 1:101(100) ack 1');
    peer.sends('. 1:1(0) ack 101');
    peer.expects('F. 101:101(0) ack 1');
    peer.sends('. 1:1(0) ack 102');
    expect(connection.state).toBe('FIN-WAIT-2');
  });

  test('RFC 9293 §3.10.7.4 eighth: in TIME-WAIT the FIN again is acknowledged and the 2 MSL start again', () => {
    const { peer, connection } = inState('TIME-WAIT', { start });
    peer.after('200s');
    peer.sends('F. 1:1(0) ack 2');
    peer.expects('. 2:2(0) ack 2');
    peer.after('239s');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('1s');
    expect(connection.state).toBe('CLOSED');
  });

  test.each(['. 2:2(0) ack 2', 'P. 2:12(10) ack 2', 'F. 500000:500000(0) ack 2', 'F. -4000:-4000(0) ack 2'])(
    'RFC 9293 §3.10.7.4 fifth: in TIME-WAIT %s is not the FIN again and does not prolong it',
    (text) => {
      const { peer, connection } = inState('TIME-WAIT', { start });
      peer.after('200s');
      peer.sends(text);
      peer.after('40s');
      expect(connection.state).toBe('CLOSED');
    },
  );

  test('RFC 9293 §3.10.1: TIME-WAIT keeps the port pair: another connection between the same sockets is refused', () => {
    const { peer, connection } = inState('TIME-WAIT', { start });
    expect(peer.tcp.isPortBusy(connection.local, connection.localPort)).toBe(true);
    peer.after(TWO_MSL);
    expect(peer.tcp.isPortBusy(connection.local, connection.localPort)).toBe(false);
  });

  test('RFC 9293 §3.5.2 (1): a segment for a connection that has ended is answered with a reset', () => {
    const { peer, connection } = inState('TIME-WAIT', { start });
    peer.after(TWO_MSL);
    expect(connection.state).toBe('CLOSED');
    peer.sends('F. 1:1(0) ack 2');
    peer.expects('R 2:2(0)');
  });

  describe('CLOSE by a program that does not read either', () => {
    test.each(['ESTABLISHED', 'CLOSE-WAIT'] as const)(
      'RFC 9293 §3.6.1 (MAY-1, SHLD-3) and RFC 2525 §2.17: CLOSE in %s with unread data: a reset',
      (name) => {
        const { peer, connection } = established({ start });
        peer.sends('P. 1:11(10) ack 1');
        if (name === 'CLOSE-WAIT') peer.sends('F. 11:11(0) ack 1');
        peer.after('1s');
        peer.takeSent();
        connection.close();
        peer.expects(`R. 1:1(0) ack ${name === 'CLOSE-WAIT' ? 12 : 11}`);
        peer.expectsNothing();
        expect(connection.state).toBe('CLOSED');
        expect(peer.time.idle).toBe(true);
      },
    );

    test('RFC 9293 §3.6.1 (SHLD-3): CLOSE in FIN-WAIT-2 with unread data: a reset', () => {
      const { peer, connection } = inState('FIN-WAIT-2', { start });
      peer.sends('P. 1:11(10) ack 2');
      peer.after('1s');
      peer.takeSent();
      connection.close();
      peer.expects('R. 2:2(0) ack 11');
    });

    test.each(['CLOSING', 'TIME-WAIT', 'LAST-ACK'] as const)(
      'RFC 9293 §3.10.4: CLOSE in %s with unread data: both sides have sent all, so the close goes on as it would',
      (name) => {
        const { peer, connection } = established({ start });
        if (name !== 'LAST-ACK') connection.shutdownSend();
        peer.sends(`FP. 1:11(10) ack ${name === 'TIME-WAIT' ? 2 : 1}`);
        if (name === 'LAST-ACK') connection.shutdownSend();
        peer.takeSent();
        expect(connection.state).toBe(name);
        connection.close();
        peer.expectsNothing();
        expect(connection.state).toBe(name);
        peer.sends('. 12:12(0) ack 2');
        expect(connection.state).toBe(name === 'LAST-ACK' ? 'CLOSED' : 'TIME-WAIT');
      },
    );

    test('RFC 9293 §3.10.4: CLOSE with everything read: a FIN, not a reset', () => {
      const { peer, connection } = established({ start });
      peer.sends('P. 1:11(10) ack 1');
      readAll(connection);
      connection.close();
      peer.expects('F. 1:1(0) ack 11');
      peer.expectsNothing();
    });

    test.each(['FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
      'RFC 9293 §3.6.1 (SHLD-3): data that arrives after CLOSE in %s: a reset',
      (name) => {
        const { peer, connection } = established({ start });
        connection.close();
        peer.expects('F. 1:1(0) ack 1');
        const ack = name === 'FIN-WAIT-2' ? 2 : 1;
        peer.sends(`. 1:1(0) ack ${ack}`);
        expect(connection.state).toBe(name);
        expect(peer.sends(`P. 1:11(10) ack ${ack}`)).toBe('tcp-after-close');
        peer.expects('R. 2:2(0) ack 1');
        peer.expectsNothing();
        expect(connection.state).toBe('CLOSED');
        expect(peer.tcp.connections.size).toBe(0);
      },
    );

    test('RFC 9293 §3.6.1 (SHLD-3): a FIN that arrives after CLOSE is no data', () => {
      const { peer, connection } = established({ start });
      connection.close();
      peer.expects('F. 1:1(0) ack 1');
      peer.sends('F. 1:1(0) ack 2');
      peer.expects('. 2:2(0) ack 2');
      expect(connection.state).toBe('TIME-WAIT');
    });

    test('RFC 9293 §3.10.4: written data still reaches the peer before the FIN', () => {
      const { peer, connection } = established({ start, peerWindow: 100 });
      write(connection, 150);
      connection.close();
      peer.expects('. 1:101(100) ack 1');
      peer.sends('. 1:1(0) ack 101 win 100');
      peer.expects('FP. 101:151(50) ack 1');
      peer.sends('. 1:1(0) ack 152 win 100');
      expect(connection.state).toBe('FIN-WAIT-2');
    });
  });

  describe('FIN-WAIT-2 without end', () => {
    test('a connection whose program is gone does not wait for the FIN for ever', () => {
      const { peer, connection } = established({ start });
      connection.close();
      peer.sends('. 1:1(0) ack 2');
      expect(connection.state).toBe('FIN-WAIT-2');
      peer.after('59s');
      expect(connection.state).toBe('FIN-WAIT-2');
      peer.after('1s');
      expect(connection.state).toBe('CLOSED');
      expect(peer.time.idle).toBe(true);
    });

    test('the same when the program goes only then', () => {
      const { peer, connection } = inState('FIN-WAIT-2', { start });
      peer.after('1000s');
      connection.close();
      peer.after('60s');
      expect(connection.state).toBe('CLOSED');
    });

    test('RFC 9293 §3.6.1: a half-closed connection that is still read waits as long as it takes', () => {
      const { peer, connection } = inState('FIN-WAIT-2', { start });
      peer.after('100000s');
      expect(connection.state).toBe('FIN-WAIT-2');
      peer.sends('FP. 1:11(10) ack 2');
      expect(readAll(connection)).toBe(10);
      expect(connection.state).toBe('TIME-WAIT');
    });

    test('0 lets an orphan wait as well', () => {
      const { peer, connection } = established({ start, settings: { finWait2TimeoutNs: 0 } });
      connection.close();
      peer.sends('. 1:1(0) ack 2');
      peer.after('100000s');
      expect(connection.state).toBe('FIN-WAIT-2');
    });
  });

  describe('ABORT', () => {
    test.each([
      'SYN-RECEIVED',
      'SYN-RECEIVED (active)',
      'ESTABLISHED',
      'FIN-WAIT-1',
      'FIN-WAIT-2',
      'CLOSE-WAIT',
    ] as const)('RFC 9293 §3.10.5: ABORT in %s: <SEQ=SND.NXT><CTL=RST>, and nothing remains', (name) => {
      const { peer, connection, ours, peers } = inState(name, { start });
      connection.abort();
      peer.expects(`R. ${ours}:${ours}(0) ack ${peers}`);
      peer.expectsNothing();
      expect(connection.state).toBe('CLOSED');
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.time.idle).toBe(true);
    });

    test.each(['CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
      'RFC 9293 §3.10.5: ABORT in %s: deleted without a reset',
      (name) => {
        const { peer, connection } = inState(name, { start });
        connection.abort();
        peer.expectsNothing();
        expect(connection.state).toBe('CLOSED');
        expect(peer.time.idle).toBe(true);
      },
    );

    test('RFC 9293 §3.10.5: data in both buffers is forgotten', () => {
      const { peer, connection } = established({ start });
      write(connection, 5000);
      peer.sends('. 1:101(100) ack 1');
      peer.sends('. 201:301(100) ack 1');
      peer.takeSent();
      connection.abort();
      peer.expects('R. 4381:4381(0) ack 101');
      expect(connection.readableBytes).toBe(0);
      expect(connection.writableBytes).toBe(0);
    });
  });

  describe('CLOSE before the connection is established', () => {
    test('RFC 9293 §3.10.4: CLOSE in SYN-SENT: deleted, without a word', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.takeSent();
      connection.shutdownSend();
      peer.expectsNothing();
      expect(connection.state).toBe('CLOSED');
      expect(connection.error).toBeUndefined();
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.time.idle).toBe(true);
    });

    test('RFC 9293 §3.10.4: CLOSE in SYN-RECEIVED: the FIN is queued until ESTABLISHED', () => {
      const { peer, connection } = inState('SYN-RECEIVED (active)', { start });
      write(connection, 100);
      connection.shutdownSend();
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-RECEIVED');
      peer.sends('. 1:1(0) ack 1 win 1000');
      expect(connection.state).toBe('FIN-WAIT-1');
      peer.expects('FP. 1:101(100) ack 1');
      peer.sends('. 1:1(0) ack 102 win 1000');
      expect(connection.state).toBe('FIN-WAIT-2');
    });
  });

  test('RFC 9293 §3.10.7.4 eighth: a FIN whose data comes out of order closes when all is there', () => {
    const { peer, connection } = inState('FIN-WAIT-2', { start });
    peer.sends('F. 21:31(10) ack 2');
    peer.expects('. 2:2(0) ack 1');
    peer.sends('. 11:21(10) ack 2');
    peer.expects('. 2:2(0) ack 1');
    expect(connection.state).toBe('FIN-WAIT-2');
    peer.sends('. 1:11(10) ack 2');
    peer.expects('. 2:2(0) ack 32');
    expect(connection.state).toBe('TIME-WAIT');
    const read = new Uint8Array(40);
    expect(connection.receive(read, 0, 40)).toBe(30);
    expect(read.subarray(0, 30)).toEqual(octets(1, 30));
  });
});
