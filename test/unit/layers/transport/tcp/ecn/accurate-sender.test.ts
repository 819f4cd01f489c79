import { describe, expect, test } from 'vitest';
import { Conversation, type ConversationOptions, SEQUENCE_STARTS, write } from '../conversation.ts';
import { accurateClient, accurateServer, type Negotiated } from './negotiated.ts';

const MSS = 1000;
const small: ConversationOptions = { peerSyn: `mss ${MSS}` };

/** Twenty segments are in flight; the next ACK may acknowledge many at once. */
function filled(start: number, from: ConversationOptions = {}, option?: string): Negotiated {
  const settings = { initialWindowSegments: 30, accurateEcnOption: 'off', ...from.settings } as const;
  const negotiated = accurateClient({ start, ...small, ...from, settings }, option);
  negotiated.block.congestion.resize(MSS);
  write(negotiated.connection, 20_000);
  expect(negotiated.peer.takeSent().length).toBeGreaterThanOrEqual(20);
  return negotiated;
}

const reported = ({ connection }: Negotiated): number => connection.info().ecnReportedCePackets;

describe.each(SEQUENCE_STARTS)('hearing of marks by the ACE field, from sequence number %i', (start) => {
  test('RFC 9768 §3.2.2.2: the counter grows by the least that explains the field', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.6 1:1(0) ack 1001');
    expect(reported(all)).toBe(1);
    all.peer.sends('.6 1:1(0) ack 2001');
    expect(reported(all)).toBe(1);
    all.peer.sends('.1 1:1(0) ack 5001');
    expect(reported(all)).toBe(4);
    expect(all.block.ackEvent.markedBytes).toBe(3000);
  });

  test('RFC 9768 §3.2.2.5.2, appendix A.2.1: 9 packets and an increment of 2: 2 marks', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.7 1:1(0) ack 9001');
    expect(reported(all)).toBe(2);
  });

  test('RFC 9768 §3.2.2.5.2, appendix A.2.1: 10 packets and an increment of 2: it may have cycled, so 10 marks', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.7 1:1(0) ack 10001');
    expect(reported(all)).toBe(10);
  });

  test('RFC 9768 §3.2.2.5.2: more marks than packets: the counter is right', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.1 1:1(0) ack 1001');
    expect(reported(all)).toBe(4);
  });

  test.each([
    // Appendix A.2.2 with the octets of its examples, for segments of 1460: counted by what the option says.
    { packets: 8, ace: 5, ceb: 1460, marks: 8, why: 'an average above the MSS: 8' },
    { packets: 10, ace: 7, ceb: 1460, marks: 2, why: 'ten segments of 146 are unlikely: 2' },
    { packets: 15, ace: 4, ceb: 10_200, marks: 7, why: 'nearly one MSS each, not half of one: 7' },
  ])('RFC 9768 appendix A.2.2: with the option, $why', ({ packets, ace, ceb, marks }) => {
    const all = accurateClient({ start, peerSyn: 'mss 1460', settings: { initialWindowSegments: 30 } });
    write(all.connection, 20 * 1460);
    all.peer.takeSent();
    const { log } = all.block;
    const ack = (log.end(packets - 1) - all.block.iss) | 0;
    all.peer.sends(`.${ace} 1:1(0) ack ${ack} <ECN e0b 1 ceb ${ceb}>`);
    expect(reported(all)).toBe(marks);
    expect(all.block.ackEvent.markedBytes).toBe(ceb);
  });

  test('RFC 9768 appendix A.1: an ACK that was overtaken by a later one is ignored', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.7 1:1(0) ack 5001');
    all.peer.sends('.6 1:1(0) ack 3001');
    all.peer.sends('.6 1:1(0) ack 5001');
    expect(reported(all)).toBe(2);
  });

  test('RFC 9768 appendix A.1: timestamps tell a pure ACK of the same number that is newer from one that is older', () => {
    const settings = { timestamps: true };
    const all = filled(start, { peerSyn: `mss ${MSS + 12},TS val 100 ecr 0`, settings }, '');
    all.peer.sends('.6 1:1(0) ack 1989 <nop,nop,TS val 110 ecr 0>');
    expect(reported(all)).toBe(1);
    all.peer.sends('.7 1:1(0) ack 1989 <nop,nop,TS val 120 ecr 0>');
    expect(reported(all)).toBe(2);
    all.peer.sends('.6 1:1(0) ack 1989 <nop,nop,TS val 115 ecr 0>');
    expect(reported(all)).toBe(2);
    all.peer.sends('.0 1:1(0) ack 1989 <nop,nop,TS val 120 ecr 0>');
    expect(reported(all)).toBe(2);
  });

  test('RFC 9768 §3.2.2: the flags of a SYN-ACK that comes again are no counter', () => {
    const all = filled(start, {}, '');
    all.peer.sends('SWA. 0:0(0) ack 1 win 65535 <mss 1000>');
    expect(reported(all)).toBe(0);
  });

  test('RFC 9768 §3.1.5: marks reduce the window once a round trip, and no CWR is set', () => {
    const all = filled(start, {}, '');
    const before = all.block.congestion.cwnd;
    all.peer.sends('.6 1:1(0) ack 1001');
    const reduced = all.block.congestion.cwnd;
    expect(reduced).toBeLessThan(before);
    for (let ack = 2001, ace = 7; ack <= 20_001; ack += 1000, ace = (ace + 1) & 7) {
      all.peer.sends(`.${ace} 1:1(0) ack ${ack}`);
    }
    expect(all.block.congestion.cwnd).toBe(reduced);
    expect(all.connection.info().ecnReductions).toBe(1);
    write(all.connection, 1000);
    all.peer.expects('[ect0] P.5 20001:21001(1000) ack 1');
    all.peer.sends(`.${0} 1:1(0) ack 21001`);
    expect(all.connection.info().ecnReductions).toBe(2);
  });

  test('RFC 9768 §3.2.2.4: the first counter is zero: no ECT, and marks are not acted on; feedback goes on', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.0 1:1(0) ack 1001');
    all.peer.sends('.3 1:1(0) ack 2001');
    expect(all.connection.info().ecnReductions).toBe(0);
    expect(all.block.ackEvent.markedBytes).toBe(0);
    all.peer.sends('.3 1:1(0) ack 20001');
    write(all.connection, 1000);
    all.peer.expects('[noecn] P.5 20001:21001(1000) ack 1');
    all.peer.sends('[ce] P.3 1:101(100) ack 21001');
    all.peer.expects('.6 21001:21001(0) ack 101');
  });

  test('RFC 9768 §3.2.2.4: a later zero is a counter', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.6 1:1(0) ack 1001');
    all.peer.sends('.0 1:1(0) ack 3001');
    expect(reported(all)).toBe(3);
    expect(all.connection.info().ecnSendsEct).toBe(true);
  });
});

describe.each(SEQUENCE_STARTS)('hearing of marks by the AccECN option, from sequence number %i', (start) => {
  test('RFC 9768 §3.2.3.1: each counter grows by the least that explains its field', () => {
    const all = filled(start);
    all.peer.sends('.6 1:1(0) ack 2001 <ECN e0b 1001 ceb 1000>');
    const info = all.connection.info();
    expect([info.ecnReportedEct0Bytes, info.ecnReportedCeBytes, info.ecnReportedEct1Bytes]).toEqual([1000, 1000, 0]);
    expect(all.block.ackEvent.markedBytes).toBe(1000);
  });

  test('RFC 9768 appendix A.1: over 2^24: from 33554433 to a field of 1461 it is 1460', () => {
    const all = filled(start);
    all.block.ecn.accurate!.reported.ceBytes = 33_554_433;
    all.peer.sends('.6 1:1(0) ack 2001 <ECN e0b 1 ceb 1461>');
    expect(all.block.ecn.accurate!.reported.ceBytes).toBe(33_555_893);
    expect(all.block.ackEvent.markedBytes).toBe(1460);
  });

  test.each([
    ['ECN e0b 3001 ceb 2000 e1b 501', [3000, 2000, 500]],
    ['ECN e1b 501 ceb 2000 e0b 3001', [3000, 2000, 500]],
    ['ECN e0b 3001 ceb 2000', [3000, 2000, 0]],
    ['ECN e1b 501 ceb 2000', [0, 2000, 500]],
    ['ECN e1b 501', [0, 0, 500]],
    ['ECN e0b 3001', [3000, 0, 0]],
    ['ECN', [0, 0, 0]],
    // Any other length: "those whole 3-octet fields that fit", here 6 of 8 octets, and 3 counters of 12.
    ['option 172 000bb90007d0ffff', [3000, 2000, 0]],
    ['option 172 000bb90007d00001f5ffffff', [3000, 2000, 500]],
  ])('RFC 9768 §3.2.3 table 5: "%s" is read', (option, expected) => {
    const all = filled(start);
    all.peer.sends(`.7 1:1(0) ack 6001 <${option}>`);
    const info = all.connection.info();
    expect([info.ecnReportedEct0Bytes, info.ecnReportedCeBytes, info.ecnReportedEct1Bytes]).toEqual(expected);
  });

  test('RFC 9768 §3.2.3.2.5: octets that ACE was taken for are not told again by an option that comes later', () => {
    const all = filled(start);
    all.peer.sends('.7 1:1(0) ack 2001'); // two of two
    expect(all.block.ackEvent.markedBytes).toBe(2000);
    all.peer.sends('.0 1:1(0) ack 4001 <ECN e0b 1001 ceb 3000>');
    expect(all.block.ackEvent.markedBytes).toBe(1000);
    expect(all.connection.info().ecnMarkedBytes).toBe(3000);
  });

  test('RFC 9768 §3.2.3.2.5: octets were marked and no packet: the fields were mangled, so no ECT any more', () => {
    const all = filled(start);
    all.peer.sends('.5 1:1(0) ack 2001 <ECN e0b 1001 ceb 1000>');
    expect(all.connection.info().ecnSendsEct).toBe(false);
    const fine = filled(start);
    fine.peer.sends('.6 1:1(0) ack 1001');
    fine.peer.sends('.6 1:1(0) ack 2001 <ECN e0b 1001 ceb 1000>');
    expect(fine.connection.info().ecnSendsEct).toBe(true);
  });

  test.each(['ECN e0b 0 ceb 0 e1b 1', 'ECN e0b 1 ceb 0 e1b 0'])(
    'RFC 9768 §3.2.3.2.4: a SYN-ACK with "%s": options are ignored, ACE is read with caution',
    (option) => {
      const all = filled(start, {}, option);
      all.peer.sends('.6 1:1(0) ack 1001 <ECN e0b 1 ceb 500>');
      expect(all.connection.info().ecnReportedCeBytes).toBe(0);
      expect(all.block.ackEvent.markedBytes).toBe(1000);
    },
  );

  test('RFC 9768 §3.2.3.2.4: of a server, the first option that acknowledges data', () => {
    const { peer, connection } = accurateServer({ start, ...small }, '');
    write(connection, 5000);
    peer.takeSent();
    peer.sends('.6 1:1(0) ack 1001 <ECN e0b 0 ceb 1000>');
    expect(connection.info().ecnReportedCeBytes).toBe(0);
  });

  test('RFC 9768 §3.2.3.2.3: no option on the SYN-ACK, but later: it is read', () => {
    const all = filled(start, {}, '');
    all.peer.sends('.6 1:1(0) ack 2001 <ECN e0b 1001 ceb 1000>');
    expect(all.connection.info().ecnReportedCeBytes).toBe(1000);
  });

  test('RFC 9768 §3.2.3.2.1: an AccECN option on a SYN is ignored', () => {
    const { block } = accurateServer({ start, peerSyn: 'mss 1460,ECN e0b 0 ceb 9 e1b 0' });
    expect(block.ecn.accurate!.reported.ceBytes).toBe(0);
    expect(block.ecn.accurate!.ignoresOption).toBe(false);
  });
});

describe.each(SEQUENCE_STARTS)('ECT on control packets, from sequence number %i', (start) => {
  const capable = { ecnControlPackets: true, selectiveAcknowledgment: true } as const;
  const withSack = 'mss 1000,sackOK';

  test('RFC 8311 §4.3: pure ACKs, with accurate feedback and SACK', () => {
    const { peer } = accurateClient({ start, peerSyn: withSack, settings: capable });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.expects('[ect0] .5 1:1(0) ack 2001');
    const without = accurateClient({ start, ...small, settings: capable });
    without.peer.sends('[ect0] . 1:1001(1000) ack 1');
    without.peer.sends('[ect0] . 1001:2001(1000) ack 1');
    without.peer.expects('[noecn] .5 1:1(0) ack 2001');
  });

  test('RFC 8311 §4.3: retransmissions and FINs', () => {
    const settings = { ...capable, tailLossProbe: false };
    const { peer, connection } = accurateClient({ start, peerSyn: withSack, settings });
    write(connection, 100);
    peer.takeSent();
    peer.after('1s');
    peer.expects('[ect0] P.5 1:101(100) ack 1');
    peer.sends('.5 1:1(0) ack 101');
    connection.shutdownSend();
    peer.expects('[ect0] F.5 101:101(0) ack 1');
  });

  test('RFC 8311 §4.3: window probes and resets', () => {
    const { peer, connection } = accurateClient({ start, peerSyn: withSack, settings: capable });
    peer.sends('.2 1:1(0) ack 1 win 0');
    write(connection, 100);
    peer.takeSent();
    peer.after('1s');
    peer.expects('[ect0] .5 1:2(1) ack 1');
    connection.abort();
    peer.expects('[ect0] R.5 1:1(0) ack 1');
  });

  test('RFC 8311 §4.3: SYN and SYN-ACK; but not when they are sent again: one may have been dropped for it', () => {
    const active = new Conversation({ start, settings: { ...capable, accurateEcn: 'request' } });
    active.connect();
    active.expects('[ect0] SEWA 0:0(0)');
    active.after('1s');
    active.expects('[noecn] SEWA 0:0(0)');
    const passive = new Conversation({ start, settings: capable });
    passive.listen();
    passive.sends('SEWA 0:0(0) win 65535 <mss 1000>');
    passive.expects('[ect0] SW. 0:0(0) ack 1');
    passive.after('1s');
    passive.expects('[noecn] SW. 0:0(0) ack 1');
  });

  test('a SYN that asks for classic ECN has no ECT, since nobody would tell of its marks; unless DCTCP wants it (RFC 8257 §3.6)', () => {
    const classic = new Conversation({ start, settings: { ...capable, ecn: 'request' } });
    classic.connect();
    classic.expects('[noecn] SEW 0:0(0)');
    const dctcp = new Conversation({ start, settings: { ...capable, ecn: 'request', congestionControl: 'dctcp' } });
    dctcp.connect();
    dctcp.expects('[ect0] SEW 0:0(0)');
  });

  test('RFC 9768 §3.2.2.5.1: marks of our ACKs reduce the window, and their ACKs are no duplicates', () => {
    const all = accurateClient({ start, peerSyn: withSack, settings: capable });
    const { peer, block, connection } = all;
    write(connection, 20_000);
    peer.takeSent();
    for (let count = 0; count < 4; count++) peer.sends('.5 1:1(0) ack 1');
    expect(block.duplicateAcks).toBe(0);
    expect(block.lossState).toBe('open');
  });

  test('a classic SYN-ACK with ECT that came with CE: ECE on its ACK, and the initial window is one segment', () => {
    const server = new Conversation({ start, settings: capable });
    const listener = server.listen();
    server.sends('SEW 0:0(0) win 65535 <mss 1000>');
    server.expects('[ect0] SE. 0:0(0) ack 1');
    server.sends('E. 1:1(0) ack 1');
    write(listener.accept()!, 3000);
    server.expects('[ect0] W. 1:1001(1000) ack 1');
    server.expectsNothing();
    const client = new Conversation({ start, settings: { ecn: 'request' } });
    client.connect();
    client.takeSent();
    client.sends('[ce] SE. 0:0(0) ack 1 win 65535 <mss 1000>');
    client.expects('[noecn] E. 1:1(0) ack 1');
  });
});
