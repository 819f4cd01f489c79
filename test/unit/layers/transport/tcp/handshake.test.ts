import { describe, expect, test } from 'vitest';
import { Conversation, established, octets, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('opening a connection, from sequence number %i', (start) => {
  test('RFC 9293 §3.5 figure 6: three-way handshake, active', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('S 0:0(0) win 65535 <mss 1460>');
    expect(connection.state).toBe('SYN-SENT');
    peer.sends('S. 0:0(0) ack 1 win 1000 <mss 1000>');
    peer.expects('. 1:1(0) ack 1');
    peer.expectsNothing();
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5 figure 6: three-way handshake, passive', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('S 0:0(0) win 1000 <mss 1000>');
    peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(listener.accept()).toBeUndefined();
    peer.sends('. 1:1(0) ack 1 win 1000');
    peer.expectsNothing();
    expect(listener.accept()?.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5 figure 7 (MUST-10): simultaneous open', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('S 0:0(0)');
    peer.sends('S 0:0(0) win 1000 <mss 1000>');
    peer.expects('S. 0:0(0) ack 1');
    expect(connection.state).toBe('SYN-RECEIVED');
    peer.sends('S. 0:0(0) ack 1 win 1000 <mss 1000>');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('data both ways, in order, and a close from each side', () => {
    const { peer, connection } = established({ start });
    write(connection, 3000);
    peer.expects('. 1:1461(1460) ack 1');
    peer.expects('. 1461:2921(1460) ack 1');
    peer.expectsNothing(); // Nagle
    peer.sends('. 1:1(0) ack 2921');
    peer.expects('P. 2921:3001(80) ack 1');
    peer.sends('P. 1:101(100) ack 3001');
    const read = new Uint8Array(200);
    expect(connection.receive(read, 0, 200)).toBe(100);
    expect(read.subarray(0, 100)).toEqual(octets(1, 100));
    peer.expectsNothing();
    peer.after('100ms');
    peer.expects('. 3001:3001(0) ack 101');
    connection.shutdownSend();
    peer.expects('F. 3001:3001(0) ack 101');
    expect(connection.state).toBe('FIN-WAIT-1');
    peer.sends('. 101:101(0) ack 3002');
    expect(connection.state).toBe('FIN-WAIT-2');
    peer.sends('F. 101:101(0) ack 3002');
    peer.expects('. 3002:3002(0) ack 102');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('239s');
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('2s');
    expect(connection.state).toBe('CLOSED');
    expect(peer.pool.outstanding).toBe(0);
  });
});
