/** One acknowledgment for as much as possible: RFC 9293 §3.10.7.4 (MUST-58, MUST-59), RFC 1122 §4.2.2.21. */
import { describe, expect, test } from 'vitest';
import { established, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('aggregated acknowledgments, from sequence number %i', (start) => {
  test('RFC 9293 §3.10.7.4 first (MUST-59) and RFC 1122 §4.2.2.21: all that was held is processed, and then one ACK goes', () => {
    const { peer, connection } = established({ start });
    for (let at = 101; at < 2001; at += 100) peer.sends(`. ${at}:${at + 100}(100) ack 1`);
    peer.sends('F. 2001:2001(0) ack 1');
    peer.takeSent();
    peer.sends('. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 2002');
    peer.after('10s');
    peer.expectsNothing();
    expect(readAll(connection)).toBe(2000);
    expect(connection.state).toBe('CLOSE-WAIT');
  });

  test('RFC 9293 §3.10.7.4 first (MUST-58): text and FIN of one segment have one ACK', () => {
    const { peer } = established({ start });
    peer.sends('FP. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 102');
    peer.after('10s');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.10.7.4 first (MUST-58): the segments of a stream have one ACK for two of them', () => {
    const { peer, connection } = established({ start });
    for (let at = 1; at < 10_001; at += 1000) {
      peer.sends(`. ${at}:${at + 1000}(1000) ack 1`);
      readAll(connection);
    }
    peer.after('1s');
    expect(peer.takeSent()).toHaveLength(5);
  });

  test('RFC 9293 §3.10.7.4 first (MUST-58): an ACK that is due goes with data, and with the report of a window', () => {
    const { peer, connection } = established({ start, settings: { receiveBufferBytes: 2000 } });
    peer.sends('P. 1:1001(1000) ack 1');
    write(connection, 10);
    peer.expects('P. 1:11(10) ack 1001');
    peer.sends('P. 1001:1101(100) ack 11');
    readAll(connection); // half of the buffer is free again
    peer.expects('. 11:11(0) ack 1101 win 2000');
    peer.after('10s');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.10.7.4 first (MUST-58): what one segment of the peer lets go acknowledges it', () => {
    const { peer, connection } = established({ start, peerSyn: 'mss 1000' });
    write(connection, 1500);
    peer.takeSent();
    peer.sends('P. 1:101(100) ack 1001');
    peer.expects('P. 1001:1501(500) ack 101');
    peer.after('10s');
    expect(peer.takeSent().every((text) => text.startsWith('P. 1001:1501'))).toBe(true);
  });
});
