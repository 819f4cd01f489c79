/** MSG_EOR: what comes behind the end of a record never shares a segment with it (send(2)). */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { SendNotes } from '../../../../../src/layers/transport/tcp/send-marks.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { established, octets, SEQUENCE_STARTS, write } from './conversation.ts';

const RECORD: SendNotes = { endsRecord: true, watchers: () => [] };

describe.each(SEQUENCE_STARTS)('records, from sequence number %i', (start) => {
  const talking = (settings: Partial<TcpSettings> = {}, peerWindow = 65535) =>
    established({ start, settings: { noDelay: true, ...settings }, peerWindow });

  /** Writes `length` bytes that end a record. */
  const writeRecord = (connection: Connection, length: number): number => {
    const { block } = connection;
    const next = (connection.nextToWrite - block.iss) | 0;
    return connection.send(octets(next, length), 0, length, false, RECORD);
  };

  test('without ends, small writes that wait are sent together', () => {
    const { peer, connection } = talking({}, 0);
    for (let count = 0; count < 3; count++) write(connection, 100);
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('P. 1:301(300) ack 1');
  });

  test('each record that waits is a segment of its own, and pushed', () => {
    const { peer, connection } = talking({}, 0);
    for (let count = 0; count < 3; count++) writeRecord(connection, 100);
    write(connection, 50);
    write(connection, 50);
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('P. 1:101(100) ack 1');
    peer.expects('P. 101:201(100) ack 1');
    peer.expects('P. 201:301(100) ack 1');
    peer.expects('P. 301:401(100) ack 1');
    peer.expectsNothing();
  });

  test('a record of several segments: full ones, and a last one with the rest', () => {
    const { peer, connection } = talking({}, 0);
    writeRecord(connection, 3000);
    write(connection, 2000);
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('. 1:1461(1460) ack 1');
    peer.expects('. 1461:2921(1460) ack 1');
    peer.expects('P. 2921:3001(80) ack 1');
    peer.expects('. 3001:4461(1460) ack 1');
    peer.expects('P. 4461:5001(540) ack 1');
  });

  test('an end counts only when all of the call was taken', () => {
    const { peer, connection } = talking({ sendBufferBytes: 250 }, 100);
    write(connection, 200);
    peer.expects('. 1:101(100) ack 1');
    expect(writeRecord(connection, 100)).toBe(50);
    peer.sends('. 1:1(0) ack 101 win 0');
    write(connection, 20);
    expect(writeRecord(connection, 30)).toBe(30);
    write(connection, 10);
    peer.sends('. 1:1(0) ack 101 win 65535');
    peer.expects('P. 101:301(200) ack 1');
    peer.expects('P. 301:311(10) ack 1');
  });

  test('Nagle holds the last record as any small write, and lets it go when something is behind it', () => {
    const { peer, connection } = talking({ noDelay: false });
    writeRecord(connection, 100);
    peer.expects('P. 1:101(100) ack 1');
    writeRecord(connection, 100);
    peer.expectsNothing();
    writeRecord(connection, 100);
    peer.expects('P. 101:201(100) ack 1');
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 201');
    peer.expects('P. 201:301(100) ack 1');
  });

  test('so does a cork; and a closed window is probed though the record behind is held', () => {
    const { peer, connection } = talking({ cork: true, corkCeilingNs: 0 });
    writeRecord(connection, 100);
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 1 win 0');
    write(connection, 50);
    peer.after('1s');
    peer.expects('. 1:2(1) ack 1');
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('P. 1:101(100) ack 1');
    peer.expectsNothing();
  });

  test('sent again they stay apart, each with its PSH', () => {
    const { peer, connection } = talking();
    for (let count = 0; count < 3; count++) writeRecord(connection, 100);
    peer.takeSent();
    peer.after('1s');
    const again: string[] = [];
    for (let round = 0; round < 3; round++) {
      again.push(...peer.takeSent());
      peer.sends(`. 1:1(0) ack ${101 + 100 * round}`);
    }
    again.push(...peer.takeSent());
    expect(again.length).toBeGreaterThanOrEqual(3);
    for (const line of again) expect(line).toMatch(/^P\. (?:1:101|101:201|201:301)\(100\) ack 1/);
  });

  test('a loss probe ends where the record ends', () => {
    const { peer, connection } = established({
      start,
      settings: {
        noDelay: true,
        selectiveAcknowledgment: true,
        initialWindowSegments: 1,
        initialWindowByteLimit: false,
      },
      peerSyn: 'mss 1460,sackOK',
      roundTrip: '100ms',
    });
    write(connection, 1460);
    writeRecord(connection, 100);
    write(connection, 900);
    peer.expects('P. 1:1461(1460) ack 1');
    peer.expectsNothing();
    peer.after('900ms');
    peer.expects('P. 1461:1561(100) ack 1');
  });

  test('a probe of the path’s MTU takes no octets of another record', () => {
    const settings = { packetizationLayerProbing: 'always', probingBaseMss: 500, initialWindowSegments: 40 } as const;
    for (const isRecord of [true, false]) {
      const { peer, connection } = talking(settings, 0);
      for (let count = 0; count < 40; count++) (isRecord ? writeRecord : write)(connection, 400);
      peer.sends('. 1:1(0) ack 1 win 65535');
      const sizes = peer.takeSent().map((line) => Number(/\((\d+)\)/.exec(line)?.[1]));
      expect(Math.max(...sizes) > 500).toBe(!isRecord);
      if (isRecord) expect(sizes).toEqual(Array.from({ length: 40 }, () => 400));
    }
  });

  test('ends are forgotten when they are acknowledged', () => {
    const { peer, connection, block } = talking();
    for (let count = 0; count < 4; count++) writeRecord(connection, 100);
    expect(block.recordEnds).toHaveLength(4);
    peer.sends('. 1:1(0) ack 201');
    write(connection, 2000);
    expect(block.recordEnds).toHaveLength(2);
    peer.sends('. 1:1(0) ack 2401');
    peer.takeSent();
    write(connection, 3000);
    expect(block.recordEnds).toBeUndefined();
    peer.expects('. 2401:3861(1460) ack 1');
  });

  test('a FIN goes with the last octets all the same', () => {
    const { peer, connection } = talking({}, 0);
    writeRecord(connection, 100);
    connection.shutdownSend();
    peer.sends('. 1:1(0) ack 1 win 65535');
    peer.expects('FP. 1:101(100) ack 1');
  });
});
