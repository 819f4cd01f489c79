import { describe, expect, test } from 'vitest';
import { established, SEQUENCE_STARTS, write } from '../conversation.ts';
import { accurateClient, accurateServer } from './negotiated.ts';

const SACK = { peerSyn: 'mss 1460,sackOK', settings: { selectiveAcknowledgment: true } };

describe.each(SEQUENCE_STARTS)('counting marks for the peer, from sequence number %i', (start) => {
  test('RFC 9768 §3.2: every packet with CE is counted in ACE, whatever it carries; data in the option', () => {
    const { peer } = accurateServer({ start });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('.6 1:1(0) ack 1001 <ECN e0b 1 ceb 1000>');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.sends('[ect0] . 2001:3001(1000) ack 1');
    peer.expects('.6 1:1(0) ack 3001 <ECN e0b 2001 ceb 1000>');
  });

  test('RFC 9768 §3.2: octets are counted as they came, retransmissions with them; what is outside the window is not', () => {
    const { peer, block } = accurateServer({ start });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.sends('[ce] . 1:1001(1000) ack 1'); // below the window
    expect(block.ecn.accurate!.received.cePackets).toBe(5);
    peer.sends('[ce] . 1501:2501(1000) ack 1'); // half of it was here before
    expect(block.ecn.accurate!.received.ceBytes).toBe(1000);
    expect(block.ecn.accurate!.received.cePackets).toBe(6);
  });

  test('RFC 9768 §3.2.1: the counters start at 5, 1, 0 and 1', () => {
    const { peer, connection } = accurateClient({ start });
    write(connection, 100);
    peer.expects('P.5 1:101(100) ack 1 <ECN e0b 1 ceb 0 e1b 1,nop>');
  });

  test('RFC 9768 §3.2.2: ACE is modulo 8, the option modulo 2^24', () => {
    const { peer, block } = accurateServer({ start });
    const { received } = block.ecn.accurate!;
    received.cePackets = 2 ** 32 + 7;
    received.ect0Bytes = 2 ** 40 + 2 ** 24 - 900;
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('.0 1:1(0) ack 1001 <ECN e0b 16776316 ceb 1000>');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.sends('[ect0] . 2001:3001(1000) ack 1');
    peer.expects('.0 1:1(0) ack 3001 <ECN e0b 1100 ceb 1000>');
  });

  test('RFC 9768 §3.2.2.5.1: change-triggered: an ACK for the first data with CE after a packet without', () => {
    const { peer } = accurateServer({ start });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('.6 1:1(0) ack 1001');
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expectsNothing();
    peer.sends('[ce] . 2001:3001(1000) ack 1');
    peer.expects('.0 1:1(0) ack 3001');
    peer.sends('[ect0] . 3001:4001(1000) ack 1');
    peer.expectsNothing(); // an end of marks is no such change
    peer.sends('[ce] . 4001:5001(1000) ack 1');
    peer.expects('.1 1:1(0) ack 5001');
  });

  test('RFC 9768 §3.2.2.5.1: "the comparison with the previous packet includes any packet"', () => {
    const { peer } = accurateServer({ start });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.takeSent();
    peer.sends('. 1001:1001(0) ack 1');
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expects('.7 1:1(0) ack 2001');
  });

  test('RFC 9768 §3.2.2.5.1: increment-triggered: two CE while data waits for its ACK, three while none does', () => {
    const { peer, connection } = accurateServer({ start });
    write(connection, 2920);
    peer.takeSent();
    peer.sends('[ce] . 1:1(0) ack 1461');
    peer.sends('[ce] . 1:1(0) ack 2921');
    peer.expectsNothing();
    peer.sends('[ce] . 1:1(0) ack 2921 win 60000');
    peer.expects('[noecn] .0 2921:2921(0) ack 1');
    peer.sends('[ect0] . 1:101(100) ack 2921');
    peer.sends('[ce] . 101:101(0) ack 2921');
    peer.expectsNothing();
    peer.sends('[ce] . 101:101(0) ack 2921');
    peer.expects('.2 2921:2921(0) ack 101');
  });

  test('without accurate feedback pure ACKs draw no ACKs', () => {
    const { peer, connection } = established({ start });
    write(connection, 3000);
    peer.takeSent();
    for (const ack of [1461, 2921, 3001]) peer.sends(`[ce] . 1:1(0) ack ${ack}`);
    expect(peer.takeSent().filter((text) => text.includes('(0)'))).toEqual([]);
  });
});

describe.each(SEQUENCE_STARTS)('the AccECN option that is sent, from sequence number %i', (start) => {
  test('RFC 9768 §3.2.3.2.1: the client’s first ACK and first data have one; then no more than there is to count', () => {
    const { peer, connection } = accurateClient({ start });
    write(connection, 1000);
    peer.expects('P.5 1:1001(1000) ack 1 <ECN e0b 1 ceb 0 e1b 1,nop>');
    peer.sends('.5 1:1(0) ack 1001');
    write(connection, 1000);
    peer.expects('P.5 1001:2001(1000) ack 1 <>');
  });

  test('RFC 9768 §3.2.3.3: on every ACK if a counter has changed, with each that has changed at some time', () => {
    const { peer, connection } = accurateServer({ start });
    peer.sends('[ect0] P. 1:101(100) ack 1');
    peer.after('100ms');
    peer.expects('.5 1:1(0) ack 101 <ECN e0b 101,nop,nop,nop>');
    write(connection, 1000);
    peer.expects('P.5 1:1001(1000) ack 101 <>'); // nothing new to tell
    peer.sends('[ce] P. 101:201(100) ack 1001');
    peer.expects('.6 1001:1001(0) ack 201 <ECN e0b 101 ceb 100>');
    peer.sends('[ect0] P. 201:301(100) ack 1001');
    peer.after('100ms');
    peer.expects('.6 1001:1001(0) ack 301 <ECN e0b 201 ceb 100>');
  });

  test('RFC 9768 §3.2.3: where only ECT(1) comes, order 1 is shorter', () => {
    const { peer } = accurateServer({ start });
    peer.sends('[ect1] P. 1:101(100) ack 1');
    peer.after('100ms');
    peer.expects('.5 1:1(0) ack 101 <ECN e1b 101,nop,nop,nop>');
    peer.sends('[ce] P. 101:201(100) ack 1');
    peer.expects('.6 1:1(0) ack 201 <ECN e1b 101 ceb 100>');
    peer.sends('[ect0] P. 201:301(100) ack 1');
    peer.after('100ms');
    peer.expects('.6 1:1(0) ack 301 <ECN e0b 101 ceb 100 e1b 101,nop>');
  });

  test('RFC 9768 §3.2.3.3: data without ECT is in no counter, and draws no option', () => {
    const { peer } = accurateServer({ start });
    peer.sends('P. 1:101(100) ack 1');
    peer.after('100ms');
    peer.expects('.5 1:1(0) ack 101 <>');
  });

  test('RFC 9768 §3.2.3.3: the option stands beside SACK blocks', () => {
    const { peer } = accurateServer({ ...SACK, start });
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.expects('.5 1:1(0) ack 1 <ECN e0b 1001,nop,nop,nop,nop,nop,sack 1001:2001>');
    peer.sends('[ce] . 3001:4001(1000) ack 1');
    peer.expects('.6 1:1(0) ack 1 <ECN e0b 1001 ceb 1000,nop,nop,sack 3001:4001 1001:2001>');
    peer.sends('[ect1] . 5001:6001(1000) ack 1');
    peer.expects('.6 1:1(0) ack 1 <ECN e0b 1001 ceb 1000 e1b 1001,nop,nop,nop,sack 5001:6001 3001:4001 1001:2001>');
  });

  test('RFC 9768 §3.2.3.3: with timestamps there is room for two counters beside two SACK blocks, not for three', () => {
    const peerSyn = 'mss 1460,sackOK,TS val 1 ecr 0';
    const settings = { selectiveAcknowledgment: true, timestamps: true };
    const { peer } = accurateClient({ start, peerSyn, settings }, '');
    const options = '<nop,nop,TS val 1 ecr 0>';
    peer.sends(`[ect0] . 1001:2001(1000) ack 1 ${options}`);
    peer.sends(`[ce] . 3001:4001(1000) ack 1 ${options}`);
    peer.takeSent();
    peer.sends(`[ect0] . 5001:6001(1000) ack 1 ${options}`);
    peer.expects('.6 1:1(0) ack 1 <nop,nop,TS val 0 ecr 1,ECN e0b 2001 ceb 1000,nop,nop,sack 5001:6001 3001:4001>');
    // What has not changed may be left out, so the other order does it.
    peer.sends(`[ect1] . 7001:8001(1000) ack 1 ${options}`);
    peer.expects('.6 1:1(0) ack 1 <nop,nop,TS val 0 ecr 1,ECN e1b 1001 ceb 1000,nop,nop,sack 7001:8001 5001:6001>');
  });

  test('with accurateEcnOption off there is none, and ACE goes on', () => {
    const { peer } = accurateServer({ start, settings: { accurateEcnOption: 'off' } });
    peer.sends('[ce] P. 1:101(100) ack 1');
    peer.expects('.6 1:1(0) ack 101 <>');
  });

  test('RFC 9768 §3.2.3.3: sparing: when another counter changes, on the ACK after that, with each CE, and every so often', () => {
    const { peer } = accurateServer({ start, settings: { accurateEcnOption: 'sparing', delayedAck: false } });
    const withOption: boolean[] = [];
    let next = 1;
    const send = (codepoint: string): void => {
      peer.sends(`[${codepoint}] . ${next}:${next + 100}(100) ack 1`);
      next += 100;
      withOption.push(...peer.takeSent().map((text) => text.includes('ECN')));
    };
    for (let count = 0; count < 12; count++) send('ect0');
    expect(withOption).toEqual([true, true, ...new Array<boolean>(8).fill(false), true, false]);
    withOption.length = 0;
    for (const codepoint of ['ce', 'ce', 'ect0', 'ect0', 'ect0']) send(codepoint);
    expect(withOption).toEqual([true, true, true, true, false]);
  });

  test('RFC 9768 §3.2.3.2.2: first data that was lost with an option goes again without; a second loss ends them', () => {
    const { peer, connection } = accurateClient({ start, settings: { tailLossProbe: false } });
    write(connection, 100);
    peer.expects('P.5 1:101(100) ack 1 <ECN e0b 1 ceb 0 e1b 1,nop>');
    peer.after('1s');
    peer.expects('[noecn] P.5 1:101(100) ack 1 <>');
    peer.sends('[ect0] P.5 1:101(100) ack 101');
    write(connection, 100);
    peer.expects('P.5 101:201(100) ack 101 <ECN e0b 101,nop,nop,nop>');
    peer.after('6s');
    expect(peer.takeSent()[0]).not.toMatch(/ECN/);
    peer.sends('[ect0] P.5 101:201(100) ack 201');
    write(connection, 100);
    peer.expects('P.5 201:301(100) ack 201 <>');
  });

  test('RFC 9768 §3.2.3.2.2: an option that came through clears the suspicion', () => {
    const { peer, connection } = accurateClient({ start, settings: { tailLossProbe: false } });
    write(connection, 100);
    peer.after('1s');
    peer.takeSent();
    peer.sends('[ect0] P.5 1:101(100) ack 101');
    write(connection, 100); // with an option, and watched
    peer.sends('[ect0] P.5 101:201(100) ack 201');
    write(connection, 100);
    peer.takeSent();
    peer.after('10s'); // lost, but not watched
    peer.takeSent();
    peer.sends('[ect0] P.5 201:301(100) ack 301');
    peer.after('100ms');
    peer.expects('.5 301:301(0) ack 301 <ECN e0b 301,nop,nop,nop>');
  });
});
