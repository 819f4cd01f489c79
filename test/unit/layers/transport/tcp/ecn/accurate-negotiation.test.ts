import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, SEQUENCE_STARTS, write } from '../conversation.ts';
import { accurateClient } from './negotiated.ts';

const client = (start: number, settings: Partial<TcpSettings> = {}): Conversation =>
  new Conversation({ start, settings: { accurateEcn: 'request', ...settings } });

/** RFC 9768 §3.1.1 table 2: what a SYN-ACK answers a SYN that was sent without ECT. */
const ANSWERS = [
  { synAck: 'SW.', name: '0 1 0: AccECN (Not-ECT SYN)', feedback: 'accurate', data: 'ect0' },
  { synAck: 'SEW.', name: '0 1 1: AccECN (ECT1 on SYN)', feedback: 'accurate', data: 'noecn' },
  { synAck: 'SA.', name: '1 0 0: AccECN (ECT0 on SYN)', feedback: 'accurate', data: 'noecn' },
  { synAck: 'SWA.', name: '1 1 0: AccECN (CE on SYN)', feedback: 'accurate', data: 'noecn' },
  { synAck: 'SEA.', name: '1 0 1: reserved', feedback: 'accurate', data: 'ect0' },
  { synAck: 'SE.', name: '0 0 1: Classic ECN', feedback: 'classic', data: 'ect0' },
  { synAck: 'S.', name: '0 0 0: Not ECN', feedback: 'none', data: 'noecn' },
  { synAck: 'SEWA.', name: '1 1 1: Broken', feedback: 'none', data: 'noecn' },
];

describe.each(SEQUENCE_STARTS)('asking for accurate ECN feedback, from sequence number %i', (start) => {
  test('RFC 9768 §3.1.1: the SYN has (AE,CWR,ECE) = (1,1,1), no option for it, and no ECT', () => {
    const peer = client(start);
    peer.connect();
    peer.expects('[noecn] SEWA 0:0(0) win 65535 <mss 1460>');
  });

  test.each(ANSWERS)('RFC 9768 §3.1.2 table 2: SYN-ACK $name', ({ synAck, feedback, data }) => {
    const peer = client(start);
    const connection = peer.connect();
    peer.sends(`${synAck} 0:0(0) ack 1 win 65535 <mss 1460>`);
    expect(connection.info().ecnFeedback).toBe(feedback);
    peer.takeSent();
    write(connection, 100);
    expect(peer.takeSent()[0]!.startsWith('[ect0]')).toBe(data === 'ect0');
  });

  test('an AccECN client that is not allowed classic ECN takes a classic server for one without', () => {
    const peer = client(start, { ecn: 'off' });
    const connection = peer.connect();
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.info().ecnFeedback).toBe('none');
  });

  test('RFC 9768 §3.1.4.1: the first SYN that is sent again asks once more, the second does not', () => {
    const peer = client(start);
    const connection = peer.connect();
    peer.expects('SEWA 0:0(0)');
    peer.after('1s');
    peer.expects('SEWA 0:0(0)');
    peer.after('2s');
    peer.expects('S 0:0(0)');
    // "it does not switch to a different mode", and a client may set ECT all the same.
    peer.sends('SW. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[ect0] P.5 1:101(100) ack 1');
  });

  test('with ecnFallback off every SYN asks', () => {
    const peer = client(start, { ecnFallback: false });
    peer.connect();
    peer.after('1s');
    peer.after('2s');
    expect(peer.takeSent().map((text) => text.split(' ')[0])).toEqual(['SEWA', 'SEWA', 'SEWA']);
  });

  test.each([
    ['noecn', 2, 5],
    ['ect1', 3, 5],
    ['ect0', 4, 5],
    ['ce', 6, 6],
  ])(
    'RFC 9768 §3.2.2.1 table 3: the SYN-ACK came with %s: ACE on the pure ACK is %i, then %i',
    (codepoint, ace, cep) => {
      const peer = client(start);
      const connection = peer.connect();
      peer.takeSent();
      peer.sends(`[${codepoint}] SW. 0:0(0) ack 1 win 65535 <mss 1460>`);
      peer.expects(`[noecn] .${ace} 1:1(0) ack 1`);
      write(connection, 100);
      peer.expects(`P.${cep} 1:101(100) ack 1`);
    },
  );

  test('RFC 9768 §3.2.2.1: with data to send, a pure ACK goes first', () => {
    const peer = client(start);
    const connection = peer.connect();
    peer.takeSent();
    write(connection, 100);
    peer.sends('[ect0] SW. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.expects('.4 1:1(0) ack 1');
    peer.expects('P.5 1:101(100) ack 1');
  });

  test('RFC 9768 §3.2.2.1: a SYN-ACK that comes again is acknowledged in the handshake encoding, by its own codepoint', () => {
    const { peer, connection } = accurateClient({ start });
    peer.sends('[ce] SW. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.expects('.6 1:1(0) ack 1');
    // §3.2.2.2: counted once, "no matter how many CE-marked SYN/ACKs".
    peer.sends('[ce] SW. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.expects('.6 1:1(0) ack 1');
    write(connection, 100);
    peer.expects('P.6 1:101(100) ack 1');
  });

  test('RFC 9768 §3.2.2.2: a SYN that came with CE makes the initial window one segment, and is not counted', () => {
    const peer = client(start, { ecnControlPackets: true });
    const connection = peer.connect();
    peer.expects('[ect0] SEWA 0:0(0)');
    peer.sends('SWA. 0:0(0) ack 1 win 65535 <mss 1000>');
    peer.takeSent();
    write(connection, 5000);
    peer.expects('[ect0] .5 1:989(988) ack 1'); // beside an AccECN option
    peer.expectsNothing();
    expect(connection.info().ecnReportedCePackets).toBe(0);
  });
});

describe.each(SEQUENCE_STARTS)('being asked for accurate ECN feedback, from sequence number %i', (start) => {
  test.each([
    ['S', 'S.', 'none'],
    ['SEW', 'SE.', 'classic'],
    ['SEWA', 'SW.', 'accurate'],
    ['SE', 'SW.', 'accurate'],
    ['SW', 'SW.', 'accurate'],
    ['SA', 'SW.', 'accurate'],
    ['SEA', 'SW.', 'accurate'],
    ['SWA', 'SW.', 'accurate'],
  ])('RFC 9768 §3.1.2 table 2 and §3.1.3: a SYN "%s" is answered "%s"', (syn, synAck, feedback) => {
    const peer = new Conversation({ start });
    peer.listen();
    peer.sends(`${syn} 0:0(0) win 65535 <mss 1460>`);
    expect(peer.takeSent()[0]!.split(' ')[0]).toBe(synAck);
    expect(peer.onlyBlock().ecn.feedback).toBe(feedback);
  });

  test.each([
    ['S', 'S.'],
    ['SEW', 'SE.'],
    ['SEWA', 'SE.'],
    ['SW', 'S.'],
  ])('with accurateEcn off a SYN "%s" is answered "%s", as RFC 3168 has it', (syn, synAck) => {
    const peer = new Conversation({ start, settings: { accurateEcn: 'off' } });
    peer.listen();
    peer.sends(`${syn} 0:0(0) win 65535 <mss 1460>`);
    expect(peer.takeSent()[0]!.split(' ')[0]).toBe(synAck);
  });

  test('RFC 9768 §3.1.2: classic ECN may be refused by itself', () => {
    const peer = new Conversation({ start, settings: { ecn: 'off' } });
    peer.listen();
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
  });

  test.each([
    ['noecn', 'SW.'],
    ['ect1', 'SEW.'],
    ['ect0', 'SA.'],
    ['ce', 'SWA.'],
  ])('RFC 9768 §3.1.1 table 2: the SYN came with %s: the SYN-ACK has "%s"', (codepoint, synAck) => {
    const peer = new Conversation({ start });
    peer.listen();
    peer.sends(`[${codepoint}] SEWA 0:0(0) win 65535 <mss 1460>`);
    peer.expects(`[noecn] ${synAck} 0:0(0) ack 1`);
    expect(peer.onlyBlock().ecn.accurate!.received.cePackets).toBe(5); // §3.2.2.2: not counted
  });

  test('RFC 9768 §3.1.5: "MUST feed back the IP-ECN field on the latest valid SYN"', () => {
    const peer = new Conversation({ start });
    peer.listen();
    peer.sends('[ect0] SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('SA. 0:0(0) ack 1');
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('SW. 0:0(0) ack 1');
  });

  test.each([
    [0, 'noecn', 5, false],
    [1, 'ect0', 5, true],
    [2, 'ect0', 5, true],
    [3, 'noecn', 5, true],
    [4, 'noecn', 5, true],
    [5, 'ect0', 5, true],
    [6, 'noecn', 6, true],
    [7, 'ect0', 5, true],
  ])('RFC 9768 §3.2.2.1 table 4: ACE %i on the ACK of a SYN-ACK without ECT', (ace, data, cep, responds) => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1000>');
    peer.takeSent();
    peer.sends(`.${ace} 1:1(0) ack 1`);
    const connection = listener.accept()!;
    write(connection, 20_000);
    expect(peer.takeSent()[0]!.startsWith('[ect0]')).toBe(data === 'ect0');
    expect(connection.block.ecn.accurate!.reported.cePackets).toBe(cep);
    // Note 1: "MUST NOT respond to AccECN feedback".
    peer.sends(`.${(cep + 1) & 7} 1:1(0) ack 1001`);
    expect(connection.info().ecnReductions).toBe(responds ? 1 : 0);
    // "as a Data Receiver it MUST NOT disable AccECN feedback".
    peer.takeSent();
    peer.sends('[ce] P. 1:101(100) ack 1001');
    expect(connection.block.ecn.accurate!.received.cePackets).toBe(6);
  });

  test('RFC 9768 §3.2.2.2: CE on an ECN-capable SYN-ACK: counted, and the initial window is one segment', () => {
    const peer = new Conversation({ start, settings: { ecnControlPackets: true } });
    const listener = peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1000>');
    peer.expects('[ect0] SW. 0:0(0) ack 1');
    peer.sends('.6 1:1(0) ack 1');
    const connection = listener.accept()!;
    write(connection, 5000);
    peer.expects('[ect0] .5 1:1001(1000) ack 1');
    peer.expectsNothing();
    expect(connection.info().ecnReportedCePackets).toBe(1);
  });

  test('RFC 9768 §3.2.3.2.2: the SYN-ACK that is sent again has no AccECN option, the third none of it at all', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('SW. 0:0(0) ack 1 <mss 1460,ECN e0b 1 ceb 0 e1b 1,nop>');
    peer.after('1s');
    peer.expects('SW. 0:0(0) ack 1 <mss 1460>');
    peer.after('2s');
    peer.expects('S. 0:0(0) ack 1 <mss 1460>');
    peer.sends('.2 1:1(0) ack 1');
    const connection = listener.accept()!;
    // §3.1.5: the mode stays, and ECT is not set any more.
    expect(connection.info().ecnFeedback).toBe('accurate');
    write(connection, 100);
    peer.expects('[noecn] P.5 1:101(100) ack 1');
  });

  test('with ecnFallback off the SYN-ACK stays as it is', () => {
    const peer = new Conversation({ start, settings: { ecnFallback: false } });
    peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.after('1s');
    peer.after('2s');
    for (let count = 0; count < 3; count++) peer.expects('SW. 0:0(0) ack 1 <mss 1460,ECN e0b 1 ceb 0 e1b 1,nop>');
  });

  test('RFC 9768 §3.2.3.2.1: the SYN-ACK has an AccECN option of what there is room for', () => {
    const peer = new Conversation({
      start,
      settings: { timestamps: true, windowScaling: true, selectiveAcknowledgment: true },
    });
    peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460,sackOK,TS val 5 ecr 0,nop,wscale 7>');
    peer.expects('SW. 0:0(0) ack 1 <mss 1460,sackOK,TS val 0 ecr 5,nop,wscale 5,ECN e0b 1 ceb 0 e1b 1,nop>');
  });

  test('RFC 9768 §3.1.5: in AccECN mode a SYN without ECN is answered by an AccECN SYN-ACK, and ECT is not set any more', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.takeSent();
    peer.sends('[ect0] S 0:0(0) win 65535 <mss 1460>');
    peer.expects('SA. 0:0(0) ack 1');
    peer.sends('.2 1:1(0) ack 1');
    const connection = listener.accept()!;
    write(connection, 100);
    peer.expects('[noecn] P.5 1:101(100) ack 1');
  });

  test('RFC 9768 §3.1.5: in Not ECN mode any later SYN is answered with (0,0,0)', () => {
    const peer = new Conversation({ start });
    peer.listen();
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
  });

  test.each([
    ['SEWA', 'SEW'],
    ['SEW', 'SEWA'],
  ])('RFC 9768 §3.1.5: a SYN "%s" and then "%s": "MUST reset the connection with a RST"', (first, second) => {
    const peer = new Conversation({ start });
    peer.listen();
    peer.sends(`${first} 0:0(0) win 65535 <mss 1460>`);
    peer.takeSent();
    expect(peer.sends(`${second} 0:0(0) win 65535 <mss 1460>`)).toBe('tcp-no-ecn-agreement');
    expect(peer.takeSent()[0]).toMatch(/^R\S* 1:1\(0\) ack 1 /);
    expect([...peer.tcp.connections]).toEqual([]);
  });

  test('without AccECN the two are the same to it: no reset', () => {
    const peer = new Conversation({ start, settings: { accurateEcn: 'off' } });
    peer.listen();
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.takeSent();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('SE. 0:0(0) ack 1');
  });

  test('RFC 9768 §3.1.2: simultaneous open: the mode of the SYN that came, and the SYN-ACK of a server', () => {
    const peer = client(start);
    const connection = peer.connect();
    peer.expects('SEWA 0:0(0)');
    peer.sends('[ect0] SEWA 0:0(0) win 65535 <mss 1460>');
    peer.expects('SA. 0:0(0) ack 1');
    peer.sends('SW. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.state).toBe('ESTABLISHED');
    expect(connection.info().ecnFeedback).toBe('accurate');
    const classic = client(start);
    const other = classic.connect();
    classic.takeSent();
    classic.sends('SEW 0:0(0) win 65535 <mss 1460>');
    classic.expects('SE. 0:0(0) ack 1');
    expect(other.info().ecnFeedback).toBe('classic');
  });

  test('RFC 9768 §3.2.2.3: a codepoint that changed as no router may change it: ECT is not set, feedback goes on', () => {
    const peer = new Conversation({ start, settings: { ecnControlPackets: true } });
    const listener = peer.listen();
    peer.sends('SEWA 0:0(0) win 65535 <mss 1000>');
    peer.expects('[ect0] SW. 0:0(0) ack 1');
    peer.sends('.2 1:1(0) ack 1'); // ECT(0) has become Not-ECT
    const connection = listener.accept()!;
    write(connection, 3000);
    peer.expects('[noecn] .5 1:1001(1000) ack 1');
    // "it still ought to respond to any feedback of CE markings".
    peer.sends('.6 1:1(0) ack 1001');
    expect(connection.info().ecnReductions).toBe(1);
  });

  test('with ecnPathTests off nothing is concluded from it', () => {
    const peer = client(start, { ecnPathTests: false });
    const connection = peer.connect();
    peer.sends('SA. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.info().ecnSendsEct).toBe(true);
  });
});
