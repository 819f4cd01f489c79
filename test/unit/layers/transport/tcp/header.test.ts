/** What stands in a header, seen from both ends of a conversation: RFC 9293 §3.1, §3.2, §3.7.1. */
import { describe, expect, test } from 'vitest';
import { Conversation, established, octets, readAll, SEQUENCE_STARTS, write } from './conversation.ts';
import { fields, inState } from './stage.ts';

const EVERYTHING = {
  settings: { timestamps: true, selectiveAcknowledgment: true, windowScaling: true },
  peerSyn: 'mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 2',
} as const;

describe.each(SEQUENCE_STARTS)('the header, from sequence number %i', (start) => {
  test('RFC 9293 §3.1 (MUST-1): a window above 32767 is a large one, and as many octets go out', () => {
    const { peer, connection, block } = established({
      start,
      peerWindow: 65_000,
      peerSyn: 'mss 1000',
      settings: { congestionControl: 'none' },
    });
    expect(block.sndWnd).toBe(65_000);
    write(connection, 80_000);
    expect(peer.takeSent()).toHaveLength(65);
  });

  test('RFC 9293 §3.1 (REC-1): scaled windows of far more than 16 bits, ours and the peer’s', () => {
    const settings = {
      ...EVERYTHING.settings,
      receiveBufferBytes: 100_000_000,
      congestionControl: 'none',
      noDelay: true,
    };
    const { peer, connection, block } = established({ start, ...EVERYTHING, settings });
    peer.sends('. 1:1(0) ack 1 win 60000 <nop,nop,TS val 100 ecr 0>');
    expect(block.sndWnd).toBe(240_000);
    write(connection, 240_000);
    const sent = peer.takeSent();
    expect(sent.at(-1)).toMatch(/:240001\(/);
    expect(block.rcvWndShift).toBe(11);
    peer.sends('. 1:1449(1448) ack 240001 win 60000 <nop,nop,TS val 101 ecr 0>');
    peer.sends('. 1449:2897(1448) ack 240001 win 60000 <nop,nop,TS val 101 ecr 0>');
    const window = Number(/win (\d+)/.exec(peer.takeSent()[0]!)?.[1]) * 2 ** 11;
    expect(window).toBeGreaterThan(99_000_000);
  });

  test('RFC 9293 §3.1 (MUST-3): a segment whose checksum is wrong does nothing and is not answered', () => {
    for (const text of ['P. 1:11(10) ack 1', 'F. 1:1(0) ack 1', 'R 1:1(0)', 'S 1:1(0)']) {
      const { peer, block } = established({ start });
      const before = fields(block);
      expect(peer.sendsDamaged(text)).toBe('tcp-bad-checksum');
      peer.after('10s');
      peer.expectsNothing();
      expect(fields(block)).toEqual(before);
    }
  });

  test('RFC 9293 §3.1 (MUST-3): nor where there is no connection, and where there is a listener', () => {
    const peer = new Conversation({ start });
    expect(peer.sendsDamaged('S 0:0(0)')).toBe('tcp-bad-checksum');
    peer.listen();
    expect(peer.sendsDamaged('S 0:0(0)')).toBe('tcp-bad-checksum');
    peer.expectsNothing();
    expect(peer.tcp.connections.size).toBe(0);
  });

  const SPEAKING = ['SYN-RECEIVED', 'SYN-RECEIVED (active)', 'ESTABLISHED', 'FIN-WAIT-1'] as const;
  test.each(SPEAKING)('RFC 9293 §3.1 (MUST-5): options are read in any segment, in %s', (name) => {
    const settings = { timestamps: true };
    const { peer, block, peers } = inState(name, { start, settings, peerSyn: 'mss 1460,TS val 100 ecr 0' });
    peer.sends(`. ${peers}:${peers}(0) ack 1 <nop,nop,TS val 777 ecr 0>`);
    expect(block.tsRecent).toBe(777);
    expect(peer.sends(`. ${peers}:${peers}(0) ack 1`)).toBe('tcp-no-timestamp');
  });

  test('RFC 9293 §3.1 (MUST-5): options are read with data, with a FIN and in a SYN-ACK', () => {
    const { peer, connection, block } = established({ start, ...EVERYTHING });
    expect(block.tsRecent).toBe(100);
    peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 200 ecr 0>');
    expect(block.tsRecent).toBe(200);
    peer.sends('F. 11:21(10) ack 1 <nop,nop,TS val 300 ecr 0>');
    peer.expects('. 1:1(0) ack 22 <nop,nop,TS val 0 ecr 200>'); // the second segment of the two that it covers
    expect(readAll(connection)).toBe(20);
  });

  test('RFC 9293 §3.1 (MUST-6): options of a kind that nobody knows are ignored: in a SYN, with data, with a FIN', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('S 0:0(0) win 1000 <option 99 aabbcc,mss 900,option 200>');
    peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.sends('. 1:1(0) ack 1 <option 99>');
    const connection = listener.accept()!;
    expect(connection.block.peerMss).toBe(900);
    peer.sends('P. 1:11(10) ack 1 <option 99 00112233445566778899>');
    peer.sends('F. 11:21(10) ack 1 <nop,option 253 f989>');
    peer.expects('. 1:1(0) ack 22');
    expect(readAll(connection)).toBe(20);
    expect(connection.state).toBe('CLOSE-WAIT');
  });

  test('RFC 9293 §3.1 (MUST-7): a segment with an illegal option length is dropped, and the connection goes on', () => {
    const { peer, connection, block } = established({ start });
    const before = fields(block);
    for (const length of ['00', '01', '29']) {
      expect(peer.sends(`P. 1:11(10) ack 1 <raw 1e${length}0000>`), length).toBe('tcp-bad-option');
      expect(peer.sends(`R. 1:1(0) ack 1 <raw 1e${length}0000>`), length).toBe('tcp-bad-option');
    }
    peer.expectsNothing();
    expect(fields(block)).toEqual(before);
    peer.sends('P. 1:11(10) ack 1');
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 9293 §3.2 (MUST-64): options that start at any octet are read', () => {
    for (let padding = 0; padding < 8; padding++) {
      const nops = 'nop,'.repeat(padding);
      const peerSyn = `${nops}mss 900,nop,sackOK,nop,TS val 4 ecr 0,wscale 3`;
      const { block } = established({ start, settings: EVERYTHING.settings, peerSyn });
      expect([block.peerMss, block.sackOk, block.tsRecent, block.sndWndShift]).toEqual([900, true, 4, 3]);
    }
  });

  test('RFC 9293 §3.2 (MUST-4): nothing is read behind the end of the list', () => {
    const { block } = established({ start, settings: EVERYTHING.settings, peerSyn: 'mss 900,eol,sackOK,wscale 3' });
    expect([block.peerMss, block.sackOk, block.windowScaleOk]).toEqual([900, false, false]);
  });

  test('RFC 9293 §3.2 (MUST-65): the MSS is in the SYN, or the SYN-ACK, and in no segment afterwards', () => {
    for (const passive of [false, true]) {
      const { peer, connection } = established({ start, ...EVERYTHING, passive });
      write(connection, 5000);
      peer.sends('P. 11:21(10) ack 1 <nop,nop,TS val 101 ecr 0>');
      peer.sends('P. 1:11(10) ack 5001 <nop,nop,TS val 101 ecr 0>');
      connection.shutdownSend();
      peer.after('1s');
      const [first, ...others] = peer.ladder.filter((line) => line.includes(' > '));
      expect(first).toContain('mss');
      expect(others.length).toBeGreaterThan(5);
      expect(others.filter((line) => line.includes('mss'))).toEqual([]);
    }
  });

  test('RFC 9293 §3.7.1: an MSS that the peer sends later is not taken', () => {
    const { peer, connection, block } = established({ start, peerSyn: 'mss 1000' });
    peer.sends('. 1:1(0) ack 1 <mss 200>');
    write(connection, 1000);
    peer.expects('P. 1:1001(1000) ack 1');
    expect(block.peerMss).toBe(1000);
  });

  test.each([576, 600, 1500])(
    'RFC 9293 §3.7.1 (SHLD-5, MAY-3): every SYN has the MSS, with an MTU of %i: sent again, and as SYN-ACK',
    (mtu) => {
      const option = `<mss ${mtu - 40}>`;
      const active = new Conversation({ start, mtu });
      active.connect();
      active.after('3s');
      expect(active.takeSent().every((text) => text.endsWith(option))).toBe(true);
      const passive = new Conversation({ start, mtu });
      passive.listen();
      passive.sends('S 0:0(0)');
      passive.after('3s');
      const sent = passive.takeSent();
      expect(sent).toHaveLength(3);
      expect(sent.every((text) => text.endsWith(option))).toBe(true);
    },
  );

  test('RFC 9293 §3.1: the control bits that TCP does not know are ignored', () => {
    const { peer, connection } = established({ start });
    peer.sends('PEW. 1:11(10) ack 1');
    expect(readAll(connection)).toBe(10);
    expect(peer.story()).not.toMatch(/> [SFRPU.]*[EW]/);
  });

  test('RFC 9293 §3.9.1.2 (SHLD-27, MUST-60): many small writes become one segment with one PSH, and none waits for ever', () => {
    const { peer, connection } = established({ start });
    write(connection, 1);
    peer.expects('P. 1:2(1) ack 1');
    for (let writes = 0; writes < 20; writes++) write(connection, 7);
    peer.expectsNothing();
    peer.sends('. 1:1(0) ack 2');
    peer.expects('P. 2:142(140) ack 1');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.9.1.2 (MAY-16, MUST-60): what was collected goes though the peer acknowledges nothing new for long', () => {
    const { peer, connection } = established({ start });
    write(connection, 1);
    write(connection, 50);
    peer.expects('P. 1:2(1) ack 1');
    peer.after('20s'); // the ACK was lost, and so were its successors
    peer.takeSent();
    peer.sends('. 1:1(0) ack 2');
    peer.expects('P. 2:52(50) ack 1');
  });

  test('RFC 9293 §3.7: writes and segments have no boundaries in common', () => {
    const { peer, connection } = established({ start, peerSyn: 'mss 100', settings: { noDelay: true } });
    connection.send(octets(1, 250), 0, 250);
    peer.expects('. 1:101(100) ack 1');
    peer.expects('. 101:201(100) ack 1');
    peer.expects('P. 201:251(50) ack 1');
    peer.sends('. 1:31(30) ack 251');
    peer.sends('P. 31:61(30) ack 251');
    expect(readAll(connection, 45)).toBe(45);
    expect(readAll(connection)).toBe(15);
  });
});
