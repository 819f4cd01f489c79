/** TCP_DEFER_ACCEPT (tcp(7)): a listener's program gets a connection when data has come. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, readAll, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('a listener that waits for data, from sequence number %i', (start) => {
  const listening = (deferAcceptTimeouts: number, settings: Partial<TcpSettings> = {}) => {
    const peer = new Conversation({ start });
    const listener = peer.listen(8, { deferAcceptTimeouts, ...settings });
    return { peer, listener };
  };

  test('off: the bare ACK makes the connection', () => {
    const { peer, listener } = listening(0);
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
  });

  test('on: it is passed over in silence, and the data makes it', () => {
    const { peer, listener } = listening(3);
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(0);
    expect(listener.halfOpenCount).toBe(1);
    peer.after('400ms');
    peer.sends('P. 1:11(10) ack 1');
    expect(listener.pending).toBe(1);
    const connection = listener.accept()!;
    expect(connection.state).toBe('ESTABLISHED');
    expect(readAll(connection)).toBe(10);
  });

  test('data on the ACK itself, a FIN, and data on the SYN need no waiting', () => {
    for (const first of ['P. 1:11(10) ack 1', 'F. 1:1(0) ack 1']) {
      const { peer, listener } = listening(3);
      peer.sends('S 0:0(0) win 65535 <mss 1460>');
      peer.sends(first);
      expect(listener.pending).toBe(1);
    }
    const { peer, listener } = listening(3);
    peer.sends('S 0:10(10) win 65535 <mss 1460>');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
    expect(readAll(listener.accept()!)).toBe(10);
  });

  test('the SYN-ACK is not sent again while it waits; when that is over, once, and its ACK makes the connection', () => {
    // Timeouts after 1, 3 and 7 s: the third is the end of the time.
    const { peer, listener } = listening(3);
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    peer.after('6.9s');
    peer.expectsNothing();
    peer.after('200ms');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
  });

  test('a peer that never answered is sent the SYN-ACK as ever', () => {
    const { peer } = listening(3);
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.takeSent();
    peer.after('1s');
    peer.expects('S. 0:0(0) ack 1');
    peer.after('2s');
    peer.expects('S. 0:0(0) ack 1');
  });

  test('a SYN-ACK that may time out less often is not given up before the time is over', () => {
    const { peer, listener } = listening(4, { synAckRetries: 2 });
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1');
    peer.after('14.9s');
    peer.expectsNothing();
    expect(listener.halfOpenCount).toBe(1);
    peer.after('200ms');
    peer.expects('S. 0:0(0) ack 1');
    peer.after('16s');
    expect(listener.halfOpenCount).toBe(0); // nobody answers any more
  });

  test('the round trip is that of the ACK, not how long the peer thought; and the window is not reduced', () => {
    const { peer, listener } = listening(3);
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.after('20ms');
    peer.sends('. 1:1(0) ack 1');
    peer.after('2s');
    peer.sends('P. 1:11(10) ack 1');
    const { block } = listener.accept()!;
    expect(block.rtt.srttNs).toBe(20e6);
    expect(block.congestion.cwnd).toBeGreaterThan(8 * 1460);
  });

  test('a connection that a program opens itself never waits', () => {
    const peer = new Conversation({ start, settings: { deferAcceptTimeouts: 3 } });
    const connection = peer.connect();
    peer.sends('S 0:0(0) win 65535 <mss 1460>'); // simultaneous open
    peer.sends('. 1:1(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('a SYN cookie knows nothing of waiting', () => {
    const { peer, listener } = listening(3, { synCookies: 'always' });
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    const cookie = /^S\. (-?\d+):/.exec(peer.takeSent()[0] ?? '')?.[1];
    peer.sends(`. 1:1(0) ack ${Number(cookie) + 1}`);
    expect(listener.pending).toBe(1);
  });
});
