/** Timestamps, PAWS and window scale beyond the first examples (`acks.test.ts`, `windows.test.ts`): RFC 7323. */
import { describe, expect, test } from 'vitest';
import {
  Conversation,
  type ConversationOptions,
  established,
  readAll,
  SEQUENCE_STARTS,
  write,
} from './conversation.ts';
import { fields } from './stage.ts';

const TIMESTAMPS = { settings: { timestamps: true }, peerSyn: 'mss 1460,TS val 100 ecr 0' } as const;

describe.each(SEQUENCE_STARTS)('timestamps, from sequence number %i', (start) => {
  const stage = (from: ConversationOptions = {}) => established({ start, ...TIMESTAMPS, ...from });

  test('RFC 7323 §3.2: without ACK the echo means nothing: not that of the SYN of a simultaneous open', () => {
    const peer = new Conversation({ start, settings: { timestamps: true } });
    const { block } = peer.connect();
    peer.after('300ms');
    peer.expects('S 0:0(0) win 65535 <mss 1460,nop,nop,TS val 0 ecr 0>');
    peer.sends('S 0:0(0) <mss 1460,nop,nop,TS val 50 ecr 290>');
    expect(block.rtt.samples).toBe(0);
    peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,TS val 300 ecr 50>');
  });

  test('RFC 7323 §3.2: the option is in every segment: sent again, probes of both kinds, window updates, challenges', () => {
    const { peer, connection } = stage({ settings: { timestamps: true, keepAlive: true, receiveBufferBytes: 3000 } });
    write(connection, 100);
    peer.after('3s');
    peer.sends('. 1:1(0) ack 101 win 0 <nop,nop,TS val 101 ecr 0>');
    write(connection, 100);
    peer.after('4s');
    peer.sends('. 1:1(0) ack 102 <nop,nop,TS val 102 ecr 0>'); // the octet of the probe was taken
    peer.sends('. 1:1(0) ack 201 <nop,nop,TS val 102 ecr 0>');
    peer.sends('P. 1:1449(1448) ack 201 <nop,nop,TS val 103 ecr 0>');
    peer.sends('P. 1449:2897(1448) ack 201 <nop,nop,TS val 104 ecr 0>');
    readAll(connection);
    peer.sends('R 3000:3000(0)');
    peer.sends('S 3000:3000(0) <mss 1460,nop,nop,TS val 105 ecr 0>');
    peer.after('7300s');
    connection.shutdownSend();
    const sent = peer.takeSent();
    expect(sent.length).toBeGreaterThan(9);
    expect(sent.filter((text) => !text.includes('TS val'))).toEqual([]);
  });

  test('RFC 7323 §4.1: an ACK that reports a duplicate is no sample: its echo is older than what it answers', () => {
    const { peer, connection, block } = stage({
      settings: { timestamps: true, selectiveAcknowledgment: true, tailLossProbe: false },
      peerSyn: 'mss 1460,sackOK,TS val 100 ecr 0',
    });
    const { samples, srttNs } = block.rtt;
    peer.after('500ms');
    write(connection, 100); // arrives; the acknowledgment is lost
    peer.after('2s');
    expect(peer.takeSent()).toHaveLength(2);
    peer.sends('. 1:1(0) ack 101 <nop,nop,TS val 101 ecr 500,nop,nop,sack 1:101>');
    expect([block.rtt.samples, block.rtt.srttNs]).toEqual([samples, srttNs]);
    write(connection, 100);
    peer.after('100ms');
    peer.sends('. 1:1(0) ack 201 <nop,nop,TS val 102 ecr 2500>');
    expect(block.rtt.samples).toBe(samples + 1);
  });

  test('RFC 7323 §4.3 (2): TS.Recent is taken from SEG.SEQ =< Last.ACK.sent only, and never goes back', () => {
    const { peer, block } = stage();
    peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 500 ecr 0>'); // beyond a gap
    expect(block.tsRecent).toBe(100);
    peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 300 ecr 0>');
    expect(block.tsRecent).toBe(300);
    peer.sends('. 201:301(100) ack 1 <nop,nop,TS val 310 ecr 0>'); // at Last.ACK.sent
    expect(block.tsRecent).toBe(310);
    peer.sends('. 301:401(100) ack 1 <nop,nop,TS val 305 ecr 0>'); // old: R1
    expect([peer.lastDrop, block.tsRecent]).toEqual(['tcp-paws', 310]);
  });

  test('RFC 7323 §4.3 (A): the first example: three segments, one ACK: the oldest is echoed', () => {
    const { peer } = stage({ settings: { timestamps: true } });
    peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 101 ecr 0>');
    peer.after('20ms');
    peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 121 ecr 0>');
    peer.expects('. 1:1(0) ack 201 <nop,nop,TS val 20 ecr 101>');
    peer.sends('. 201:301(100) ack 1 <nop,nop,TS val 140 ecr 0>');
    peer.after('100ms');
    peer.expects('. 1:1(0) ack 301 <nop,nop,TS val 120 ecr 140>');
  });

  test('RFC 7323 §4.3 (3): what is echoed on data is TS.Recent as well', () => {
    const { peer, connection } = stage();
    peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 150 ecr 0>');
    write(connection, 10);
    peer.expects('P. 1:11(10) ack 101 <nop,nop,TS val 0 ecr 150>');
  });

  test('RFC 7323 §5.3 R1: PAWS comes before the sequence check, for ACKs and FINs as for data; nothing changes', () => {
    const { peer, connection, block } = stage();
    write(connection, 100);
    peer.takeSent();
    const before = fields(block);
    for (const text of ['. 1:1(0) ack 101 win 5', 'F. 1:1(0) ack 101', 'P. 70000:70010(10) ack 101', 'S 1:1(0)']) {
      expect(peer.sends(`${text} <nop,nop,TS val 99 ecr 0>`), text).toBe('tcp-paws');
      peer.after('600ms');
    }
    expect(peer.takeSent().filter((text) => text.startsWith('. 101:101(0) ack 1'))).toHaveLength(4);
    expect(fields(block)).toMatchObject({ ...(before as object), cwnd: expect.anything() });
  });

  test('RFC 7323 §5.3 R2: a segment outside the window is rejected, and its timestamp not taken', () => {
    const { peer, block } = stage();
    expect(peer.sends('. -100:0(100) ack 1 <nop,nop,TS val 5000 ecr 0>')).toBe('tcp-duplicate');
    expect(peer.sends('. 90000:90100(100) ack 1 <nop,nop,TS val 5000 ecr 0>')).toBe('tcp-outside-window');
    expect(block.tsRecent).toBe(100);
  });

  test('RFC 7323 §5.3 R5: in the window but out of order: held, and its timestamp not taken', () => {
    const { peer, connection, block } = stage();
    peer.sends('. 101:201(100) ack 1 <nop,nop,TS val 5000 ecr 0>');
    expect(block.tsRecent).toBe(100);
    peer.sends('. 1:101(100) ack 1 <nop,nop,TS val 4000 ecr 0>');
    expect(block.tsRecent).toBe(4000);
    expect(readAll(connection)).toBe(200);
  });

  test('RFC 7323 §5.3: the example: B.1 is lost, C.1 to Z.1 are held, B.2 fills the hole; C.1 delayed is discarded', () => {
    const { peer, connection, block } = stage();
    peer.sends('. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>'); // A.1
    for (let at = 31; at < 251; at += 10) peer.sends(`. ${at}:${at + 10}(10) ack 1 <nop,nop,TS val 101 ecr 0>`);
    peer.takeSent();
    peer.sends('. 11:21(10) ack 1 <nop,nop,TS val 102 ecr 0>'); // B.2
    expect(block.tsRecent).toBe(102);
    expect(peer.sends('. 21:31(10) ack 1 <nop,nop,TS val 101 ecr 0>')).toBe('tcp-paws'); // C.1, delayed
    peer.sends('. 21:31(10) ack 1 <nop,nop,TS val 103 ecr 0>');
    expect(readAll(connection)).toBe(250);
  });

  test('RFC 7323 §5.4: a tick of the clock is a millisecond; it does not go back; its offset is the connection’s own', () => {
    const { peer, connection, block } = stage();
    for (let round = 0; round < 5; round++) {
      write(connection, 10);
      peer.expects(`P. ${1 + 10 * round}:${11 + 10 * round}(10) ack 1 <nop,nop,TS val ${7 * round} ecr 100>`);
      peer.sends(`. 1:1(0) ack ${11 + 10 * round} <nop,nop,TS val 100 ecr 0>`);
      peer.after('7ms');
    }
    const other = new Conversation({ start, settings: { timestamps: true } });
    const listener = other.listen();
    for (const port of [1, 2]) {
      other.sends('S 0:0(0) <mss 1460,TS val 1 ecr 0>', port);
      other.sends('. 1:1(0) ack 1 <nop,nop,TS val 1 ecr 0>', port);
    }
    const offsets = [listener.accept(), listener.accept()].map((accepted) => accepted?.block.tsOffset);
    expect(new Set([...offsets, block.tsOffset]).size).toBe(3);
  });

  test('RFC 7323 §5.2: the reset that answers a segment with a timestamp echoes it, and has 0 for its own', () => {
    const peer = new Conversation({ start });
    peer.sends('P. 1:11(10) ack 77 <nop,nop,TS val 4711 ecr 12>');
    peer.expects(`R 77:77(0) win 0 <nop,nop,TS val ${-peer.numbers.timestamps | 0} ecr 4711>`);
    peer.sends('S 10:10(0) <mss 1460,TS val 4712 ecr 0>');
    expect(peer.takeSent()[0]).toMatch(/^R\. .* <nop,nop,TS val 0 ecr 4712>$/);
    peer.sends('P. 1:11(10) ack 77');
    expect(peer.takeSent()).toEqual(['R 77:77(0) win 0']);
    const opening = peer.connect();
    peer.takeSent();
    peer.sends('. 1:1(0) ack 5000 <nop,nop,TS val 99 ecr 0>');
    expect(peer.takeSent()[0]).toMatch(/^R 5000:5000\(0\) win 0 <nop,nop,TS val -?\d+ ecr 99>$/);
    expect(opening.state).toBe('SYN-SENT');
  });

  test('RFC 7323 §5.2: the reset of an abort has the option if it was agreed on, and only then', () => {
    const { peer, connection } = stage();
    peer.after('5ms');
    connection.abort();
    peer.expects('R. 1:1(0) ack 1 win 0 <nop,nop,TS val 5 ecr 100>');
    const without = established({ start });
    without.connection.abort();
    expect(without.peer.takeSent()).toEqual(['R. 1:1(0) ack 1 win 0']);
  });

  test('RFC 7323 §5.7: who uses PAWS also discovers the path MTU: DF is set', () => {
    const { block } = stage();
    expect(block.path.dontFragment).toBe(true);
    expect(stage({ settings: { timestamps: true, pathMtuDiscovery: false } }).block.path.dontFragment).toBe(false);
  });

  test('RFC 7323 §5.6: the check of the timestamp comes first for the next segment in sequence too', () => {
    const { peer, connection } = stage();
    peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 0>');
    expect(peer.sends('P. 11:21(10) ack 1 <nop,nop,TS val 199 ecr 0>')).toBe('tcp-paws');
    expect(readAll(connection)).toBe(10);
  });
});

describe.each(SEQUENCE_STARTS)('window scale, from sequence number %i', (start) => {
  const scaled = (from: ConversationOptions = {}) =>
    established({
      start,
      peerSyn: 'mss 1000,nop,wscale 4',
      ...from,
      settings: { windowScaling: true, ...from.settings },
    });

  test('RFC 7323 §2.2: who is prepared to scale says so, though its own shift is 0', () => {
    const { peer, block } = scaled({ settings: { receiveBufferBytes: 20_000 }, peerWindow: 1000 });
    expect(peer.ladder[0]).toContain('> S 0:0(0) win 20000 <mss 1460,nop,wscale 0>');
    peer.sends('. 1:1(0) ack 1 win 1000');
    expect(block.sndWnd).toBe(16_000);
  });

  test('RFC 7323 §2.3: a SYN with the option is answered with it: sent again too', () => {
    const peer = new Conversation({ start, settings: { windowScaling: true } });
    peer.listen();
    peer.sends('S 0:0(0) <mss 1000,nop,wscale 4>');
    peer.after('3s');
    const sent = peer.takeSent();
    expect(sent).toHaveLength(3);
    expect(sent.every((text) => text.includes('wscale 5'))).toBe(true);
  });

  test('RFC 7323 §2.3: the window of our SYN says at most 65535 unscaled, whatever the shift', () => {
    const { peer } = scaled({ settings: { receiveBufferBytes: 8_000_000 } });
    expect(peer.ladder[0]).toContain('win 65535 <mss 1460,nop,wscale 7>');
  });

  test('RFC 7323 §2.4 (3): what goes out for the first time is within the window of the latest ACK', () => {
    const { peer, connection } = scaled({ peerWindow: 4000 });
    peer.sends('. 1:1(0) ack 1 win 250'); // 4000
    write(connection, 8000);
    expect(peer.takeSent()).toHaveLength(4);
    peer.sends('. 1:1(0) ack 1001 win 125'); // the right edge has gone back to 3001
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 4001 win 125');
    expect(peer.takeSent()).toEqual([
      expect.stringContaining('4001:5001(1000)'),
      expect.stringContaining('5001:6001(1000)'),
    ]);
  });

  test('RFC 7323 §2.4 (4): what was in the window is sent again once, though the window has gone back', () => {
    const { peer, connection } = scaled({ peerWindow: 4000 });
    peer.sends('. 1:1(0) ack 1 win 250');
    write(connection, 2000);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1 win 10'); // 160 octets
    peer.after('1s');
    peer.expects('. 1:1001(1000) ack 1');
  });
});
