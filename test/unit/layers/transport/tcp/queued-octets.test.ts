/** What is queued in a connection, as programs ask for it: SIOCOUTQ, SIOCOUTQNSD; and reading without looking (MSG_TRUNC). */
import { describe, expect, test } from 'vitest';
import { Conversation, established, octets, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('octets in the send queue, from sequence number %i', (start) => {
  test('not acknowledged, and of those not sent', () => {
    const { peer, connection } = established({ start, peerWindow: 1000 });
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([0, 0]);
    write(connection, 1500);
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([1500, 500]);
    peer.sends('. 1:1(0) ack 401 win 600');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([1100, 500]);
    peer.sends('. 1:1(0) ack 1001 win 1000');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([500, 0]);
  });

  test('a FIN is an octet, as on Linux', () => {
    const { peer, connection } = established({ start, peerWindow: 0 });
    write(connection, 10);
    connection.shutdownSend();
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([11, 11]);
    peer.sends('. 1:1(0) ack 1 win 1000');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([11, 0]);
    peer.sends('. 1:1(0) ack 11');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([1, 0]);
    peer.sends('. 1:1(0) ack 12');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([0, 0]);
  });

  test('none before the connection is made, and none when it is gone', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    write(connection, 10);
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([0, 0]);
    peer.sends('S. 0:0(0) ack 1 win 1000');
    expect(connection.unacknowledgedOctets).toBe(10);
    peer.sends('R. 1:1(0) ack 1');
    expect([connection.unacknowledgedOctets, connection.unsentOctets]).toEqual([0, 0]);
  });
});

describe.each(SEQUENCE_STARTS)('discarding what has come, from sequence number %i', (start) => {
  test('it is gone, without a look at it, and what follows is in its place', () => {
    const { peer, connection } = established({ start });
    peer.sends('. 1:101(100) ack 1');
    expect(connection.discard(30)).toBe(30);
    expect(connection.readableBytes).toBe(70);
    expect(readAll(connection, 20)).toBe(20);
    expect(connection.discard(500)).toBe(50);
    expect(connection.discard(500)).toBe(0);
    peer.sends('. 101:111(10) ack 1');
    expect(readAll(connection)).toBe(10);
  });

  test('with a peek it stays', () => {
    const { peer, connection } = established({ start });
    peer.sends('. 1:101(100) ack 1');
    expect(connection.discard(500, true)).toBe(100);
    const into = new Uint8Array(100);
    expect(connection.receive(into, 0, 100)).toBe(100);
    expect(into).toEqual(octets(1, 100));
  });

  test('it opens the window, as reading does', () => {
    const { peer, connection } = established({ start, settings: { receiveBufferBytes: 1460, delayedAck: false } });
    peer.sends('. 1:1461(1460) ack 1');
    peer.expects('. 1:1(0) ack 1461 win 0');
    connection.discard(1460);
    peer.expects('. 1:1(0) ack 1461 win 1460');
  });

  test('within the call that tells of it, too: the bytes are only lent then', () => {
    const { peer, connection } = established({ start });
    const got: number[] = [];
    connection.user = { changed: () => void got.push(connection.discard(60)) };
    peer.sends('. 1:101(100) ack 1');
    connection.user = undefined;
    expect(got).toEqual([60]);
    expect(readAll(connection)).toBe(40);
  });
});
