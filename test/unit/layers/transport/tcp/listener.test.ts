/** A passive OPEN and its two queues: RFC 9293 §3.10.1, §3.10.7.2. */
import { describe, expect, test } from 'vitest';
import { Conversation, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('listening, from sequence number %i', (start) => {
  const listening = (backlog: number, synBacklog = 128) => {
    const peer = new Conversation({ start });
    return { peer, listener: peer.listen(backlog, { synBacklog, synCookies: 'off' }) };
  };
  const opens = (peer: Conversation, port: number): void => {
    peer.sends('S 0:0(0)', port);
    peer.sends('. 1:1(0) ack 1', port);
  };

  test('connections are accepted in the order in which they were established', () => {
    const { peer, listener } = listening(8);
    peer.sends('S 0:0(0)', 1);
    peer.sends('S 0:0(0)', 2);
    peer.sends('. 1:1(0) ack 1', 2);
    peer.sends('. 1:1(0) ack 1', 1);
    expect(listener.pending).toBe(2);
    expect([listener.accept()?.remotePort, listener.accept()?.remotePort]).toEqual([2, 1]);
    expect(listener.accept()).toBeUndefined();
  });

  test('a SYN that finds the accept queue full is dropped silently, and answered when there is room', () => {
    const { peer, listener } = listening(2);
    opens(peer, 1);
    opens(peer, 2);
    peer.takeSent();
    expect(peer.sends('S 0:0(0)', 3)).toBe('tcp-backlog-full');
    peer.expectsNothing();
    listener.accept();
    peer.sends('S 0:0(0)', 3);
    peer.expects('S. 0:0(0) ack 1');
  });

  test('a handshake that ends when the queue is full stays in SYN-RECEIVED until there is room', () => {
    const { peer, listener } = listening(1);
    peer.sends('S 0:0(0)', 1);
    peer.sends('S 0:0(0)', 2);
    peer.sends('. 1:1(0) ack 1', 1);
    peer.takeSent();
    expect(peer.sends('. 1:1(0) ack 1', 2)).toBe('tcp-backlog-full');
    expect(peer.sends('P. 1:11(10) ack 1', 2)).toBe('tcp-backlog-full');
    expect(listener.pending).toBe(1);
    expect(listener.accept()?.remotePort).toBe(1);
    peer.after('1s');
    peer.expects('S. 0:0(0) ack 1'); // again, and it draws the ACK again
    peer.sends('. 1:1(0) ack 1', 2);
    expect(listener.accept()?.remotePort).toBe(2);
  });

  test('so many half-open connections and no more', () => {
    const { peer, listener } = listening(8, 3);
    for (const port of [1, 2, 3]) expect(peer.sends('S 0:0(0)', port)).toBeUndefined();
    expect(peer.sends('S 0:0(0)', 4)).toBe('tcp-backlog-full');
    expect(listener.halfOpenCount).toBe(3);
    peer.sends('. 1:1(0) ack 1', 1);
    expect(listener.halfOpenCount).toBe(2);
    expect(peer.sends('S 0:0(0)', 4)).toBeUndefined();
  });

  test('RFC 9293 §3.9.1.1 (MUST-41): a listener and a flood of SYNs to it do not disturb what is established', () => {
    const { peer, listener } = listening(8, 10);
    opens(peer, 1);
    const connection = listener.accept();
    for (let port = 100; port < 300; port++) peer.sends('S 0:0(0)', port);
    expect(listener.halfOpenCount).toBe(10);
    expect(peer.tcp.connections.size).toBe(11);
    peer.sends('P. 1:11(10) ack 1', 1);
    expect(connection?.readableBytes).toBe(10);
    peer.after('300s');
    expect(peer.tcp.connections.size).toBe(1);
    expect(listener.halfOpenCount).toBe(0);
  });

  test('RFC 9293 §3.10.7.4 second: a reset in SYN-RECEIVED gives the place back', () => {
    const { peer, listener } = listening(8, 1);
    peer.sends('S 0:0(0)', 1);
    peer.sends('R 1:1(0)', 1);
    expect(listener.halfOpenCount).toBe(0);
    expect(peer.tcp.connections.size).toBe(0);
    peer.takeSent();
    peer.sends('S 0:0(0)', 2);
    peer.expects('S. 0:0(0) ack 1');
  });

  test('a connection that ends before it is accepted is accepted as it is: its data, then its end', () => {
    const { peer, listener } = listening(8);
    opens(peer, 1);
    peer.sends('FP. 1:11(10) ack 1', 1);
    const connection = listener.accept();
    expect(connection?.state).toBe('CLOSE-WAIT');
    expect(connection?.readableBytes).toBe(10);
    opens(peer, 2);
    peer.sends('R 1:1(0)', 2);
    const reset = listener.accept();
    expect([reset?.state, reset?.error]).toEqual(['CLOSED', 'ECONNRESET']);
  });

  test('RFC 9293 §3.10.4: closed, it answers no SYN, and resets what nobody has accepted', () => {
    const { peer, listener } = listening(8);
    opens(peer, 1);
    peer.sends('S 0:0(0)', 2);
    opens(peer, 3);
    const accepted = listener.accept();
    expect(accepted?.remotePort).toBe(1);
    peer.takeSent();
    listener.close();
    expect(peer.takeSent()).toEqual(['R. 1:1(0) ack 1 win 0', 'R. 1:1(0) ack 1 win 0']);
    expect(accepted?.state).toBe('ESTABLISHED');
    expect(peer.tcp.connections.size).toBe(1);
    peer.sends('S 0:0(0)', 4);
    expect(peer.takeSent()[0]).toMatch(/^R\. /);
  });

  test('the user is told of each connection', () => {
    const { peer, listener } = listening(8);
    let told = 0;
    listener.user = { changed: () => told++ };
    peer.sends('S 0:0(0)', 1);
    expect(told).toBe(0);
    peer.sends('. 1:1(0) ack 1', 1);
    expect(told).toBe(1);
  });
});
