/** Urgent data, received and reported: RFC 9293 §3.8.5 and §3.10.7.4 sixth check, semantics RFC 6093. */
import { describe, expect, test } from 'vitest';
import { established, readAll, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('urgent data, from sequence number %i', (start) => {
  test('RFC 9293 §3.8.5 (MUST-30, MUST-62, MUST-33): the pointer is to the octet after the urgent data; how much of it is left to read', () => {
    const { peer, connection } = established({ start });
    expect(connection.urgentMark).toBe(-1);
    peer.sends('PU. 1:11(10) ack 1 urg 4');
    expect(connection.urgentMark).toBe(4);
    readAll(connection, 3);
    expect(connection.urgentMark).toBe(1);
    readAll(connection, 1);
    expect(connection.urgentMark).toBe(-1);
    expect(readAll(connection)).toBe(6);
  });

  test('RFC 6093 §3.1: urgent data stays in the stream, in its place', () => {
    const { peer, connection } = established({ start });
    peer.sends('U. 1:11(10) ack 1 urg 5');
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 9293 §3.8.5: the pointer may be ahead of the data; a segment without data may bring it', () => {
    const { peer, connection } = established({ start });
    peer.sends('U. 1:1(0) ack 1 urg 500');
    expect(connection.urgentMark).toBe(500);
    peer.sends('P. 1:301(300) ack 1');
    expect(connection.urgentMark).toBe(500);
    readAll(connection);
    expect(connection.urgentMark).toBe(200);
    peer.sends('P. 301:601(300) ack 1');
    readAll(connection);
    expect(connection.urgentMark).toBe(-1);
  });

  test('RFC 9293 §3.8.5 (MUST-31) and RFC 9293 §3.10.7.4 sixth: urgent data of any length: RCV.UP <- max(RCV.UP, SEG.UP)', () => {
    const { peer, connection } = established({ start });
    peer.sends('U. 1:101(100) ack 1 urg 100');
    peer.sends('U. 101:201(100) ack 1 urg 65535');
    expect(connection.urgentMark).toBe(100 + 65_535);
    peer.sends('U. 201:301(100) ack 1 urg 1'); // "the urgent pointer cannot recede"
    expect(connection.urgentMark).toBe(100 + 65_535);
  });

  test('RFC 9293 §3.8.5 (MUST-32): the user is told when urgent data comes, and when it advances', () => {
    const { peer, connection } = established({ start });
    let told = 0;
    connection.user = { changed: () => told++ };
    peer.sends('U. 1:1(0) ack 1 urg 5');
    expect(told).toBe(1);
    peer.sends('U. 1:1(0) ack 1 urg 9');
    expect(told).toBe(2);
    expect(connection.urgentMark).toBe(9);
  });

  test('RFC 9293 §3.10.7.4 sixth: a pointer to what is read already tells nothing; the next one is news again', () => {
    const { peer, connection } = established({ start });
    peer.sends('U. 1:11(10) ack 1 urg 3');
    readAll(connection);
    peer.sends('U. 11:21(10) ack 1 urg 0');
    expect(connection.urgentMark).toBe(10 - 10);
    readAll(connection);
    expect(connection.urgentMark).toBe(-1);
    peer.sends('U. 21:31(10) ack 1 urg 10');
    expect(connection.urgentMark).toBe(10);
  });

  test('RFC 9293 §3.1: an urgent pointer without URG means nothing', () => {
    const { peer, connection } = established({ start });
    peer.sends('P. 1:11(10) ack 1 urg 4');
    expect(connection.urgentMark).toBe(-1);
  });
});
