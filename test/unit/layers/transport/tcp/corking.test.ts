/** TCP_CORK, TCP_NOPUSH and MSG_MORE: only full segments go while more is to come. And TCP_NOTSENT_LOWAT. */
import { describe, expect, test } from 'vitest';
import { MILLISECOND } from '../../../../../src/layers/clock.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { established, octets, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('a corked sender, from sequence number %i', (start) => {
  const corked = (settings: Partial<TcpSettings> = {}) =>
    established({ start, settings: { cork: true, noDelay: true, ...settings } });

  test('off: each small write goes out by itself', () => {
    const { peer, connection } = corked({ cork: false });
    write(connection, 100);
    write(connection, 100);
    peer.expects('P. 1:101(100) ack 1');
    peer.expects('P. 101:201(100) ack 1');
  });

  test('on: what does not fill a segment waits for what does, Nagle or not', () => {
    for (const noDelay of [true, false]) {
      const { peer, connection } = corked({ noDelay });
      for (let count = 0; count < 14; count++) write(connection, 100);
      peer.expectsNothing();
      write(connection, 100);
      peer.expects('. 1:1461(1460) ack 1');
      peer.expectsNothing();
    }
  });

  test('acknowledgments do not pull it out', () => {
    const { peer, connection } = corked();
    write(connection, 1560);
    peer.expects('. 1:1461(1460) ack 1');
    peer.sends('. 1:1(0) ack 1461');
    peer.expectsNothing();
  });

  test('the ceiling: 200 ms after it began to wait it goes', () => {
    const { peer, connection } = corked();
    write(connection, 100);
    peer.after('150ms');
    write(connection, 100);
    peer.after('49ms');
    peer.expectsNothing();
    peer.after('1ms');
    peer.expects('P. 1:201(200) ack 1');
    write(connection, 100);
    peer.after('199ms');
    peer.expectsNothing();
    peer.after('1ms');
    peer.expects('P. 201:301(100) ack 1');
  });

  test('the ceiling counts from when the octets began to wait, not those that went before them', () => {
    const { peer, connection } = corked();
    write(connection, 100);
    peer.after('150ms');
    write(connection, 1400);
    peer.expects('. 1:1461(1460) ack 1');
    peer.after('199ms');
    peer.expectsNothing();
    peer.after('1ms');
    peer.expects('P. 1461:1501(40) ack 1');
  });

  test('the ceiling is a setting; without one, as BSD’s TCP_NOPUSH has it, it waits for ever', () => {
    const shorter = corked({ corkCeilingNs: 10 * MILLISECOND });
    write(shorter.connection, 100);
    shorter.peer.after('10ms');
    shorter.peer.expects('P. 1:101(100) ack 1');
    const never = corked({ corkCeilingNs: 0 });
    write(never.connection, 100);
    never.peer.after('10000s');
    never.peer.expectsNothing();
    expect(never.peer.time.idle).toBe(true);
  });

  test('taking the cork out sends what waits at once, with or without a ceiling', () => {
    for (const corkCeilingNs of [0, 200 * MILLISECOND]) {
      const { peer, connection } = corked({ corkCeilingNs });
      write(connection, 100);
      peer.expectsNothing();
      connection.settings.cork = false;
      connection.settingsChanged();
      peer.expects('P. 1:101(100) ack 1');
      peer.sends('. 1:1(0) ack 101');
      expect(peer.time.idle).toBe(true);
    }
  });

  test('the end of the stream sends what waits, with the FIN', () => {
    const { peer, connection } = corked({ corkCeilingNs: 0 });
    write(connection, 100);
    connection.shutdownSend();
    peer.expects('FP. 1:101(100) ack 1');
  });

  test('what waits behind a closed window is probed for, and goes when it opens', () => {
    const { peer, connection } = corked();
    peer.sends('. 1:1(0) ack 1 win 0');
    write(connection, 2000);
    peer.after('1s');
    peer.expects('. 1:2(1) ack 1');
    peer.sends('. 1:1(0) ack 2 win 5000');
    peer.expects('. 2:1462(1460) ack 1');
    peer.sends('. 1:1(0) ack 1462 win 5000');
    peer.after('200ms');
    peer.expects('P. 1462:2001(539) ack 1');
  });

  test('after the ceiling a window that has no room yet does not start the wait anew', () => {
    const { peer, connection } = corked();
    write(connection, 100);
    peer.sends('. 1:1(0) ack 1 win 0');
    peer.after('200ms');
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 1 win 5000');
    peer.expects('P. 1:101(100) ack 1');
  });

  test('MSG_MORE: the same for one call; the next without it sends both', () => {
    const { peer, connection } = corked({ cork: false });
    connection.send(octets(1, 100), 0, 100, true);
    peer.expectsNothing();
    write(connection, 100);
    peer.expects('P. 1:201(200) ack 1');
    expect(connection.block.timers!.cork.deadline).toBe(Number.POSITIVE_INFINITY);
  });

  test('MSG_MORE: the ceiling holds for it too', () => {
    const { peer, connection } = corked({ cork: false });
    connection.send(octets(1, 100), 0, 100, true);
    peer.after('200ms');
    peer.expects('P. 1:101(100) ack 1');
  });

  test('a connection that ends leaves no timer behind', () => {
    const { peer, connection } = corked();
    write(connection, 100);
    connection.abort();
    expect(peer.time.idle).toBe(true);
  });
});

describe.each(SEQUENCE_STARTS)('the mark of what is not sent, from sequence number %i', (start) => {
  const marked = (notSentLowWaterBytes: number) => established({ start, settings: { notSentLowWaterBytes } });

  test('TCP_NOTSENT_LOWAT: a mark below a segment takes a segment all the same, and then nothing until that has gone', () => {
    const { peer, connection } = established({ start, settings: { notSentLowWaterBytes: 1, noDelay: false } });
    for (let time = 0; time < 3; time++) expect(write(connection, 9000)).toBe(1460);
    expect(peer.takeSent()).toHaveLength(3);
  });

  test('off: a program may write as much ahead as the buffer holds', () => {
    const { connection } = marked(0);
    expect(write(connection, 500_000)).toBe(500_000);
    expect(connection.isLowOnUnsent).toBe(true);
  });

  test('on: no more than the mark lies unsent, whatever is in flight; room comes when it is sent', () => {
    const { peer, connection, block } = marked(20_000);
    expect(write(connection, 500_000)).toBe(20_000);
    // Ten segments are in flight, so as much again can be written.
    expect(block.unsentBytes).toBe(20_000 - 14_600);
    expect(connection.writableBytes).toBe(14_600);
    write(connection, 500_000);
    expect(connection.writableBytes).toBe(0);
    expect(write(connection, 1)).toBe(0);
    peer.sends('. 1:1(0) ack 14601');
    expect(connection.writableBytes).toBeGreaterThan(14_600);
  });

  test('a program is told when a timer has sent what lay unsent', () => {
    const { peer, connection } = established({ start, settings: { notSentLowWaterBytes: 100, cork: true } });
    let told = 0;
    connection.user = { changed: () => told++ };
    write(connection, 100);
    expect(connection.isLowOnUnsent).toBe(false);
    peer.after('200ms');
    peer.expects('P. 1:101(100) ack 1');
    expect(connection.isLowOnUnsent).toBe(true);
    expect(told).toBe(1);
  });

  test('a program is woken when half of it is sent', () => {
    const { peer, connection, block } = marked(20_000);
    write(connection, 500_000);
    write(connection, 500_000);
    expect(block.unsentBytes).toBe(20_000);
    expect(connection.isLowOnUnsent).toBe(false);
    peer.sends('. 1:1(0) ack 4381');
    expect(block.unsentBytes).toBeGreaterThan(10_000);
    expect(connection.isLowOnUnsent).toBe(false);
    peer.sends('. 1:1(0) ack 8761');
    expect(block.unsentBytes).toBeLessThan(10_000);
    expect(connection.isLowOnUnsent).toBe(true);
  });
});
