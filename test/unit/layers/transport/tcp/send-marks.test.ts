/** Octets that a program wants to hear of: when the last one goes out for the first time, and when it is acknowledged. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { SendNotes } from '../../../../../src/layers/transport/tcp/send-marks.ts';
import { type Conversation, established, octets, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('a program that wants to know, from sequence number %i', (start) => {
  /** Writes `length` bytes; what becomes of them is written down under a name. */
  const written = (
    peer: Conversation,
    connection: Connection,
    name: string,
    length: number,
    heard: string[],
  ): number => {
    const { iss } = connection.block;
    const note = (what: string): void => void heard.push(`${name} ${what} at ${peer.time.now() / 1e6} ms`);
    const notes: SendNotes = {
      endsRecord: false,
      watchers: (last) => [
        {
          sent: (_bytes, _at, size) => note(`(last ${(last - iss) | 0}) sent with ${size}`),
          acknowledged: () => note('acknowledged'),
          abandoned: () => note('abandoned'),
        },
      ],
    };
    const next = (connection.nextToWrite - iss) | 0;
    return connection.send(octets(next, length), 0, length, false, notes);
  };

  test('sent when the last octet goes, acknowledged when SND.UNA passes it', () => {
    const { peer, connection } = established({
      start,
      settings: { initialWindowSegments: 2, initialWindowByteLimit: false },
    });
    const heard: string[] = [];
    written(peer, connection, 'a', 4000, heard);
    expect(heard).toEqual([]); // 2920 octets of it have gone
    peer.after('10ms');
    peer.sends('. 1:1(0) ack 2921');
    expect(heard.splice(0)).toEqual(['a (last 4000) sent with 1080 at 10 ms']);
    peer.after('10ms');
    peer.sends('. 1:1(0) ack 4000');
    expect(heard).toEqual([]);
    peer.sends('. 1:1(0) ack 4001');
    expect(heard).toEqual(['a acknowledged at 20 ms']);
  });

  test('writes that share a segment are each heard of', () => {
    const { peer, connection } = established({ start, peerWindow: 0 });
    const heard: string[] = [];
    written(peer, connection, 'a', 100, heard);
    written(peer, connection, 'b', 200, heard);
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('P. 1:301(300) ack 1');
    expect(heard.splice(0)).toEqual(['a (last 100) sent with 300 at 0 ms', 'b (last 300) sent with 300 at 0 ms']);
    peer.sends('. 1:1(0) ack 201');
    expect(heard.splice(0)).toEqual(['a acknowledged at 0 ms']);
  });

  test('one call after the other', () => {
    const { peer, connection } = established({ start });
    const heard: string[] = [];
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      written(peer, connection, name, 100, heard);
      expect(heard.splice(0)).toEqual([`${name} (last ${100 * index + 100}) sent with 100 at 0 ms`]);
      peer.sends(`. 1:1(0) ack ${101 + 100 * index}`);
      expect(heard.splice(0)).toEqual([`${name} acknowledged at 0 ms`]);
    }
  });

  test('what is sent again was sent already', () => {
    const { peer, connection } = established({ start });
    const heard: string[] = [];
    written(peer, connection, 'a', 100, heard);
    heard.length = 0;
    peer.after('3s');
    expect(peer.takeSent().length).toBeGreaterThan(1);
    expect(heard).toEqual([]);
  });

  test('of a call that was taken in part, the last octet that was taken counts', () => {
    const { peer, connection } = established({ start, settings: { sendBufferBytes: 300 } });
    const heard: string[] = [];
    expect(written(peer, connection, 'a', 500, heard)).toBe(300);
    expect(heard).toEqual(['a (last 300) sent with 300 at 0 ms']);
    expect(written(peer, connection, 'b', 500, heard)).toBe(0);
    peer.sends('. 1:1(0) ack 301');
    expect(heard.slice(1)).toEqual(['a acknowledged at 0 ms']);
  });

  test('an octet that asks for the window has gone, though SND.NXT stays', () => {
    const { peer, connection } = established({ start, peerWindow: 0 });
    const heard: string[] = [];
    written(peer, connection, 'a', 1, heard);
    peer.after('1s');
    peer.expects('. 1:2(1) ack 1');
    expect(heard.splice(0)).toEqual(['a (last 1) sent with 1 at 1000 ms']);
    peer.sends('. 1:1(0) ack 2 win 0');
    expect(heard).toEqual(['a acknowledged at 1000 ms']);
  });

  test('when the connection ends, what was not acknowledged is told of', () => {
    const { peer, connection } = established({ start });
    const heard: string[] = [];
    written(peer, connection, 'a', 100, heard);
    heard.length = 0;
    peer.sends('R. 1:1(0) ack 1');
    expect(heard).toEqual(['a abandoned at 0 ms']);
  });

  test('a program that has closed hears nothing', () => {
    const { peer, connection } = established({ start });
    const heard: string[] = [];
    written(peer, connection, 'a', 100, heard);
    heard.length = 0;
    connection.close();
    peer.sends('. 1:1(0) ack 101');
    expect(heard).toEqual([]);
  });

  test('after a timer has sent, the program is told to look', () => {
    const { peer, connection } = established({ start, peerWindow: 0 });
    const heard: string[] = [];
    let changes = 0;
    written(peer, connection, 'a', 1, heard);
    connection.user = { changed: () => changes++ };
    peer.after('1s');
    expect(heard).toHaveLength(1);
    expect(changes).toBe(1);
  });

  test('who wants to know nothing has no list', () => {
    const { connection, block } = established({ start });
    connection.send(octets(1, 10), 0, 10, false, { endsRecord: false, watchers: () => [] });
    expect(block.marks).toBeUndefined();
  });
});
