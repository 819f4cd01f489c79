/** TCP_QUICKACK (tcp(7)): the mode in which each segment is acknowledged at once. */
import { describe, expect, test } from 'vitest';
import { established, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('quick acknowledgments, from sequence number %i', (start) => {
  test('entering the mode sends an acknowledgment that waits', () => {
    const { peer, connection } = established({ start });
    peer.sends('. 1:101(100) ack 1');
    peer.expectsNothing();
    connection.acknowledgeQuickly(true);
    peer.expects('. 1:1(0) ack 101');
    connection.acknowledgeQuickly(true);
    peer.expectsNothing();
  });

  test('in the mode each segment is acknowledged at once; it is not permanent', () => {
    const { peer, connection } = established({ start });
    expect(connection.acknowledgesQuickly).toBe(false);
    connection.acknowledgeQuickly(true);
    for (let at = 1; at < 1601; at += 100) {
      expect(connection.acknowledgesQuickly).toBe(true);
      peer.sends(`. ${at}:${at + 100}(100) ack 1`);
      peer.expects(`. 1:1(0) ack ${at + 100}`);
    }
    expect(connection.acknowledgesQuickly).toBe(false);
    peer.sends('. 1601:1701(100) ack 1');
    peer.expectsNothing();
  });

  test('leaving it: also the mode that a young connection begins with', () => {
    const { peer, connection } = established({ start, settings: { quickAckSegments: 8 } });
    expect(connection.acknowledgesQuickly).toBe(true);
    peer.sends('. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 101');
    connection.acknowledgeQuickly(false);
    expect(connection.acknowledgesQuickly).toBe(false);
    peer.sends('. 101:201(100) ack 1');
    peer.expectsNothing();
  });

  test('where acknowledgments are never delayed there is nothing to leave', () => {
    const { connection } = established({ start, settings: { delayedAck: false } });
    connection.acknowledgeQuickly(false);
    expect(connection.acknowledgesQuickly).toBe(true);
  });
});
