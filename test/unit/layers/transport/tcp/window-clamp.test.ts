/** TCP_WINDOW_CLAMP (tcp(7)): a bound on the advertised window. */
import { describe, expect, test } from 'vitest';
import { Conversation, established, readAll, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('a clamped window, from sequence number %i', (start) => {
  test('the SYN offers no more', () => {
    const peer = new Conversation({ start, settings: { windowClampBytes: 5000 } });
    peer.connect();
    peer.expects('S 0:0(0) win 5000 <mss 1460>');
  });

  test('nor does the window grow beyond it, whatever the buffer holds', () => {
    const { peer, connection } = established({ start, settings: { windowClampBytes: 5000, delayedAck: false } });
    peer.sends('. 1:1001(1000) ack 1');
    peer.expects('. 1:1(0) ack 1001 win 4000'); // the edge moves by whole segments
    peer.sends('. 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001 win 5000');
    readAll(connection);
    peer.sends('. 2001:3001(1000) ack 1');
    peer.expects('. 1:1(0) ack 3001 win 4000');
  });

  test('smaller than a segment, it opens all the same', () => {
    const settings = { windowClampBytes: 1200, receiveBufferBytes: 10_000, delayedAck: false };
    const { peer } = established({ start, settings });
    peer.sends('. 1:1201(1200) ack 1');
    peer.expects('. 1:1(0) ack 1201 win 1200');
  });

  test('reading is worth telling of when it opens a quarter of what the window may be', () => {
    const settings = { windowClampBytes: 40_000, receiveBufferBytes: 100_000 };
    const { peer, connection } = established({ start, settings });
    for (let at = 1; at < 80_000; at += 1000) peer.sends(`. ${at}:${at + 1000}(1000) ack 1`);
    expect(peer.takeSent().at(-1)).toBe('. 1:1(0) ack 80001 win 20000');
    readAll(connection, 9999);
    peer.expectsNothing();
    readAll(connection, 1);
    peer.expects('. 1:1(0) ack 80001 win 30000');
  });

  test('set while the connection goes on, it takes nothing back that was promised', () => {
    const { peer, connection } = established({
      start,
      settings: { delayedAck: false, receiveBufferBytes: 20_000 },
    });
    connection.settings.windowClampBytes = 2000;
    connection.settingsChanged();
    peer.sends('. 1:1001(1000) ack 1');
    peer.expects('. 1:1(0) ack 1001 win 19000');
    connection.settings.windowClampBytes = 0;
    connection.settingsChanged();
    peer.sends('. 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001 win 18000');
    readAll(connection);
    peer.sends('. 2001:3001(1000) ack 1');
    peer.expects('. 1:1(0) ack 3001 win 19000');
  });

  test('the scale that a SYN offers is for the clamp', () => {
    const settings = { windowScaling: true, receiveBufferBytes: 1024 * 1024 };
    const clamped = new Conversation({ start, settings: { ...settings, windowClampBytes: 100_000 } });
    clamped.connect();
    clamped.expects('S 0:0(0) win 65535 <mss 1460,nop,wscale 1>');
    const free = new Conversation({ start, settings });
    free.connect();
    free.expects('S 0:0(0) win 65535 <mss 1460,nop,wscale 5>');
  });

  test('tcp_info tells it as the most that the window can be', () => {
    const { connection } = established({ start, settings: { windowClampBytes: 5000 } });
    expect(connection.info().rcvWndLimit).toBe(5000);
  });
});
