/** Urgent data, sent, received and reported: RFC 9293 §3.8.5, §3.10.2 and §3.10.7.4 sixth check, semantics RFC 6093. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import * as segment from '../../../../../src/layers/transport/tcp/segment.ts';
import { type Conversation, established, octets, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

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

/** The next segment that we sent: where it starts, its length, and its urgent pointer, -1 without URG. */
function taken(peer: Conversation): [start: number, length: number, pointer: number] {
  const bytes = peer.takeBytes();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = (segment.sequenceNumber(view, 0) - peer.numbers.ours) | 0;
  const isUrgent = (segment.flags(view, 0) & segment.URG) !== 0;
  return [start, bytes.length - segment.dataOffset(view, 0), isUrgent ? segment.urgentPointer(view, 0) : -1];
}

function writeUrgent(connection: Connection, length: number): number {
  const { block } = connection;
  const next = (block.sendBufferStart + block.sendBuffer.length - block.iss) | 0;
  return connection.sendUrgent(octets(next, length), 0, length);
}

describe.each(SEQUENCE_STARTS)('sending urgent data, from sequence number %i', (start) => {
  test('RFC 9293 §3.8.5 (MUST-30, MUST-62) and RFC 6093 §4: the pointer is to the octet after the urgent data', () => {
    const { peer, connection } = established({ start });
    expect(writeUrgent(connection, 10)).toBe(10);
    expect(taken(peer)).toEqual([1, 10, 10]);
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 11');
    write(connection, 5);
    expect(taken(peer)).toEqual([11, 5, -1]);
  });

  test('RFC 9293 §3.10.2: every segment says it until the urgent data is acknowledged; what follows does not move it', () => {
    const { peer, connection } = established({ start, peerSyn: 'mss 100', settings: { noDelay: true } });
    writeUrgent(connection, 250);
    write(connection, 100);
    expect([taken(peer), taken(peer), taken(peer), taken(peer)]).toEqual([
      [1, 100, 250],
      [101, 100, 150],
      [201, 50, 50],
      [251, 100, -1],
    ]);
    peer.after('1s');
    expect(taken(peer)).toEqual([1, 100, 250]); // sent again
    peer.sends('. 1:1(0) ack 251');
    peer.after('3s');
    const [at, , pointer] = taken(peer);
    expect([at, pointer]).toEqual([251, -1]);
  });

  test('RFC 9293 §3.8.5 (MUST-31): urgent data of any length: 65535 is the most that a segment can say', () => {
    const { peer, connection } = established({
      start,
      peerSyn: 'mss 1000',
      settings: { congestionControl: 'none', noDelay: true },
    });
    writeUrgent(connection, 70_000);
    const pointers: number[] = [];
    for (let index = 0; index < 65; index++) pointers.push(taken(peer)[2]);
    expect(pointers.slice(0, 6)).toEqual([65_535, 65_535, 65_535, 65_535, 65_535, 65_000]);
    expect(pointers.at(-1)).toBe(6000);
  });

  test('RFC 9293 §3.8.5: urgent data that cannot go, for the window or Nagle, is announced by an empty segment at once', () => {
    const closed = established({ start, peerWindow: 0 });
    writeUrgent(closed.connection, 10);
    expect(taken(closed.peer)).toEqual([1, 0, 10]);
    closed.peer.expectsNothing();
    const waiting = established({ start });
    write(waiting.connection, 1);
    expect(taken(waiting.peer)).toEqual([1, 1, -1]);
    writeUrgent(waiting.connection, 10);
    expect(taken(waiting.peer)).toEqual([2, 0, 10]);
    waiting.peer.sends('. 1:1(0) ack 2');
    expect(taken(waiting.peer)).toEqual([2, 10, 10]);
  });

  test('RFC 9293 §3.10.2: urgent data that was written before the connection was established', () => {
    const { peer, connection } = established({ start });
    connection.abort();
    peer.takeSent();
    const opening = peer.connect();
    peer.takeSent();
    writeUrgent(opening, 10);
    peer.expectsNothing();
    peer.sends('S. 0:0(0) ack 1');
    expect(taken(peer)).toEqual([1, 10, 10]);
  });

  test('RFC 9293 §3.8.5 (MUST-31): a later urgent write moves the pointer ahead', () => {
    const { peer, connection } = established({ start, settings: { noDelay: true } });
    writeUrgent(connection, 10);
    writeUrgent(connection, 20);
    expect([taken(peer), taken(peer)]).toEqual([
      [1, 10, 10],
      [11, 20, 20],
    ]);
    peer.after('1s');
    expect(taken(peer)).toEqual([1, 10, 30]);
  });
});
