/** What `tcp_info` counts from the beginning of a connection. Segments have 1000 octets unless a test says otherwise. */
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V4 } from '../../../../../src/layers/address.ts';
import type { TcpInfo } from '../../../../../src/layers/transport/tcp/info.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import {
  Conversation,
  type ConversationOptions,
  established,
  OUR_PORT,
  octets,
  PEER_PORT,
  SEQUENCE_STARTS,
  write,
} from './conversation.ts';
import { accurateClient, classic } from './ecn/negotiated.ts';

const MSS = 1000;
const SECOND = 1e9;

describe.each(SEQUENCE_STARTS)('counts, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({ start, peerSyn: `mss ${MSS}`, ...from, settings });
  const withSack = (settings: Partial<TcpSettings> = {}) =>
    stage({ selectiveAcknowledgment: true, ...settings }, { peerSyn: `mss ${MSS},nop,nop,sackOK` });

  describe('segments', () => {
    test('all that leave and come: SYN, ACK, data, FIN, reset; those with data apart', () => {
      const { peer, connection } = stage();
      expect(connection.info()).toMatchObject({ sentSegments: 2, receivedSegments: 1 });
      write(connection, 3 * MSS);
      expect(connection.info()).toMatchObject({ sentSegments: 5, sentDataSegments: 3, receivedDataSegments: 0 });
      peer.sends('. 1:1(0) ack 3001');
      peer.sends('P. 1:101(100) ack 3001');
      peer.after('200ms'); // the delayed ACK
      expect(connection.info()).toMatchObject({ sentSegments: 6, receivedSegments: 3, receivedDataSegments: 1 });
      connection.abort();
      expect(connection.info()).toMatchObject({ sentSegments: 7, sentDataSegments: 3 });
    });

    test('the SYN that makes a connection of a listener has come, too', () => {
      const { connection } = stage({}, { passive: true });
      expect(connection.info()).toMatchObject({ sentSegments: 1, receivedSegments: 2, receivedDataSegments: 0 });
    });

    test('what is not acceptable has come all the same, and nothing more is known of it', () => {
      const { peer, connection } = stage();
      peer.sends('. 500001:500101(100) ack 1');
      expect(connection.info()).toMatchObject({
        receivedSegments: 2,
        receivedDataSegments: 1,
        receivedBytes: 0,
        largestReceivedBytes: 0,
        outOfOrderSegments: 0,
        sinceDataReceivedNs: Infinity,
      });
    });

    test('the largest that came', () => {
      const { peer, connection } = stage();
      for (const text of ['. 1:101(100) ack 1', '. 101:901(800) ack 1', '. 901:1001(100) ack 1']) peer.sends(text);
      expect(connection.info().largestReceivedBytes).toBe(800);
    });
  });

  describe('octets', () => {
    test('sent, and acknowledged: data alone, not SYN and FIN', () => {
      const { peer, connection } = stage();
      write(connection, 2 * MSS);
      connection.shutdownSend();
      expect(connection.info()).toMatchObject({ sentBytes: 2000, resentBytes: 0, ackedBytes: 0 });
      peer.sends('. 1:1(0) ack 501');
      expect(connection.info().ackedBytes).toBe(500);
      peer.sends('. 1:1(0) ack 2002');
      expect(connection.state).toBe('FIN-WAIT-2');
      expect(connection.info()).toMatchObject({ sentBytes: 2000, resentSegments: 0, ackedBytes: 2000 });
    });

    test('received: once each, when they are in order; not the FIN', () => {
      const { peer, connection } = stage();
      peer.sends('. 101:201(100) ack 1');
      expect(connection.info()).toMatchObject({ receivedBytes: 0, outOfOrderSegments: 1 });
      peer.sends('. 301:401(100) ack 1');
      peer.sends('. 1:101(100) ack 1');
      expect(connection.info()).toMatchObject({ receivedBytes: 200, outOfOrderSegments: 2 });
      peer.sends('. 101:301(200) ack 1'); // half of it is old
      peer.sends('. 1:101(100) ack 1');
      peer.sends('F. 401:401(0) ack 1');
      expect(connection.state).toBe('CLOSE-WAIT');
      expect(connection.info()).toMatchObject({ receivedBytes: 400, outOfOrderSegments: 2, receivedDataSegments: 5 });
    });

    test('received: what a program that reads no more does not want has come all the same', () => {
      const { peer, connection } = stage();
      connection.shutdownReceive();
      peer.sends('. 1:101(100) ack 1');
      expect(connection.info()).toMatchObject({ receivedBytes: 100, readableBytes: 0 });
    });

    test('received: text of a SYN when the handshake is over', () => {
      const peer = new Conversation({ start });
      const listener = peer.listen();
      peer.sends('S 0:50(50) win 65535 <mss 1000>');
      peer.sends('. 51:51(0) ack 1');
      const info = listener.accept()!.info();
      expect(info).toMatchObject({ receivedBytes: 50, receivedDataSegments: 1, synDataAcknowledged: false });
    });

    test('received: a FIN that lies behind a gap is no data', () => {
      const { peer, connection } = stage();
      peer.sends('F. 101:201(100) ack 1');
      peer.sends('. 1:101(100) ack 1');
      expect(connection.state).toBe('CLOSE-WAIT');
      expect(connection.info().receivedBytes).toBe(200);
    });
  });

  describe('what is sent again', () => {
    test('by the timer', () => {
      const { peer, connection } = stage();
      write(connection, 3 * MSS);
      peer.after('1100ms');
      expect(connection.info()).toMatchObject({
        sentBytes: 4000,
        sentDataSegments: 4,
        resentBytes: 1000,
        resentSegments: 1,
        timeouts: 1,
      });
    });

    test('the FIN of a segment is no data', () => {
      const { peer, connection } = stage({ cork: true });
      write(connection, 100);
      connection.shutdownSend();
      peer.expects('FP. 1:101(100) ack 1');
      peer.after('1s');
      peer.expects('FP. 1:101(100) ack 1');
      expect(connection.info()).toMatchObject({ sentBytes: 200, resentBytes: 100, resentSegments: 1 });
    });

    test('a SYN, a FIN: segments, but no data', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.after('3500ms');
      expect(connection.info()).toMatchObject({ resentSegments: 2, resentBytes: 0, sentBytes: 0, sentSegments: 3 });
      expect(connection.info()).toMatchObject({ timeouts: 2, timeoutRecoveries: 1, unackedSegments: 1 });
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1000>');
      expect(connection.info()).toMatchObject({ timeoutRecoveryNs: 2.5 * SECOND, unackedSegments: 0 });
      connection.shutdownSend();
      peer.after('3500ms');
      expect(connection.info()).toMatchObject({ resentSegments: 3, resentBytes: 0, timeouts: 3, timeoutRecoveries: 2 });
      expect(connection.info().timeoutRecoveryNs).toBe(3 * SECOND); // the last half second goes on
    });

    test('a smaller part of a segment, when the path has become narrow', () => {
      const { peer, connection } = stage({}, { family: 4 });
      write(connection, MSS);
      peer.icmp('packet-too-big', 1, 600);
      peer.takeSent();
      expect(connection.info()).toMatchObject({ sentBytes: 1560, resentBytes: 560, resentSegments: 1, pathMtu: 600 });
      expect(connection.info()).toMatchObject({ unackedSegments: 2, unackedBytes: 1000 });
      peer.sends('. 1:1(0) ack 561');
      peer.expects('P. 561:1001(440) ack 1');
      expect(connection.info()).toMatchObject({ sentBytes: 2000, resentBytes: 1000, resentSegments: 2, smss: 560 });
    });

    test('the octet of a window probe counts when it is sent again', () => {
      const { peer, connection } = stage({}, { peerWindow: 0 });
      write(connection, 2 * MSS);
      peer.after('1s');
      peer.expects('. 1:2(1) ack 1');
      expect(connection.info()).toMatchObject({ sentBytes: 1, resentBytes: 0, resentSegments: 0, windowProbes: 1 });
      peer.after('2s');
      expect(connection.info()).toMatchObject({ sentBytes: 2, resentBytes: 1, resentSegments: 1, windowProbes: 2 });
      expect(connection.info().windowProbeBackoffs).toBe(2);
      peer.sends('. 1:1(0) ack 1 win 2000');
      expect(connection.info()).toMatchObject({ sentBytes: 2002, resentBytes: 2, resentSegments: 2, windowProbes: 0 });
    });

    test('a keep-alive probe has nothing to send again', () => {
      const { peer, connection } = stage({ keepAlive: true, keepAliveIdleNs: SECOND, keepAliveIntervalNs: SECOND });
      peer.after('2500ms');
      expect(connection.info()).toMatchObject({ keepAliveProbes: 2, sentSegments: 4, resentSegments: 0 });
    });
  });

  describe('what becomes of it', () => {
    test('delivered, lost and sent again, in segments; what is SACKed has arrived', () => {
      const { peer, connection } = withSack();
      write(connection, 10 * MSS);
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 4001:7001>');
      expect(connection.info()).toMatchObject({
        unackedSegments: 10,
        sackedSegments: 3,
        deliveredSegments: 3,
        deliveredBytes: 3000,
        retransmittedSegments: 2, // what PRR lets out
        retransmittedBytes: 2000,
        lostSegments: 2,
        lostBytes: 2000,
        everLostBytes: 4000,
        ackedBytes: 0,
      });
      peer.sends('. 1:1(0) ack 8001');
      expect(connection.info()).toMatchObject({
        unackedSegments: 2,
        sackedSegments: 0,
        deliveredSegments: 8,
        retransmittedSegments: 0,
        lostSegments: 0,
        ackedBytes: 8000,
      });
    });

    test('what a second timeout forgets to have been SACKed arrives once', () => {
      const { peer, connection } = withSack();
      write(connection, 4 * MSS);
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 2001:4001>');
      expect(connection.info()).toMatchObject({ deliveredSegments: 2, deliveredBytes: 2000, sackedSegments: 2 });
      peer.after('3500ms');
      expect(connection.info()).toMatchObject({ timeouts: 2, sackedSegments: 0 });
      expect(connection.info()).toMatchObject({ deliveredSegments: 0, deliveredBytes: 0 });
      peer.sends('. 1:1(0) ack 4001');
      expect(connection.info()).toMatchObject({ deliveredSegments: 4, deliveredBytes: 4000 });
    });

    test('a segment that is acknowledged in two parts arrives once', () => {
      const { peer, connection } = stage();
      write(connection, MSS);
      peer.sends('. 1:1(0) ack 301');
      expect(connection.info()).toMatchObject({ deliveredSegments: 0, deliveredBytes: 300 });
      peer.sends('. 1:1(0) ack 1001');
      expect(connection.info()).toMatchObject({ deliveredSegments: 1, deliveredBytes: 1000 });
    });

    test.each([true, false])('how often the path has reordered (RACK: %s)', (rack) => {
      const from = { peerSyn: `mss ${MSS},nop,nop,sackOK`, roundTrip: '100ms' };
      const { peer, connection } = stage({ selectiveAcknowledgment: true, rack }, from);
      write(connection, 10 * MSS);
      peer.after('100ms');
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:2001>');
      expect(connection.info()).toMatchObject({ reorderings: 0, reorderingWindowNs: rack ? 25e6 : 0 });
      expect(connection.info()).toMatchObject({ caState: 'Disorder', reorderingSegments: 3 });
      peer.sends('. 1:1(0) ack 2001');
      expect(connection.info()).toMatchObject({ reorderings: 1, caState: 'Open' });
      peer.sends('. 1:1(0) ack 2001 <nop,nop,sack 4001:5001>');
      expect(connection.info().reorderings).toBe(1);
      peer.sends('. 1:1(0) ack 2001 <nop,nop,sack 3001:5001>');
      expect(connection.info().reorderings).toBe(2);
    });

    test('a segment that was sent again and then acknowledged shows no reordering', () => {
      const { peer, connection } = withSack();
      write(connection, 10 * MSS);
      peer.sends('. 1:1(0) ack 1 <nop,nop,sack 1001:5001>');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 5001');
      expect(connection.info()).toMatchObject({ resentSegments: 1, reorderings: 0 });
    });

    test('how many segments the peer has told to have come twice', () => {
      const { peer, connection } = withSack();
      write(connection, 10 * MSS);
      peer.sends('. 1:1(0) ack 5001 <nop,nop,sack 1:1001>');
      expect(connection.info().duplicateReports).toBe(1);
      peer.sends('. 1:1(0) ack 5001 <nop,nop,sack 1001:3501>');
      expect(connection.info().duplicateReports).toBe(4);
    });

    test('by classic feedback what an ACK with ECE acknowledges has come marked', () => {
      const { peer, connection } = classic({ start, peerSyn: `mss ${MSS}` });
      write(connection, 10 * MSS);
      peer.sends('. 1:1(0) ack 1001');
      expect(connection.info().deliveredCeSegments).toBe(0);
      peer.sends('E. 1:1(0) ack 4001');
      peer.sends('E. 1:1(0) ack 5001');
      peer.sends('. 1:1(0) ack 8001');
      expect(connection.info()).toMatchObject({ deliveredCeSegments: 4, deliveredSegments: 8 });
    });

    test('by accurate feedback what the ACE field tells has; and how much of each codepoint has come here', () => {
      const { peer, connection } = accurateClient(
        { start, peerSyn: `mss ${MSS}`, settings: { accurateEcnOption: 'off' } },
        '',
      );
      write(connection, 6 * MSS);
      peer.sends('.6 1:1(0) ack 6001');
      expect(connection.info()).toMatchObject({ deliveredCeSegments: 1, deliveredSegments: 6 });
      peer.sends('[ect0] .6 1:101(100) ack 6001');
      peer.sends('[ce] .6 101:121(20) ack 6001');
      peer.sends('[ect1] .6 121:128(7) ack 6001');
      expect(connection.info()).toMatchObject({
        ecnReceivedEct0Bytes: 100,
        ecnReceivedCeBytes: 20,
        ecnReceivedEct1Bytes: 7,
        ecnSeen: true,
      });
    });
  });

  describe('timeouts', () => {
    test('several of one flight are one recovery, which lasts until all of it is acknowledged', () => {
      const { peer, connection } = stage({ tailLossProbe: false, forwardRtoRecovery: false, eifel: false });
      write(connection, 3 * MSS);
      peer.after('3500ms'); // at 1 s and 3 s
      expect(connection.info()).toMatchObject({
        timeouts: 2,
        timeoutRecoveries: 1,
        timeoutRecoveryNs: 2.5 * SECOND,
        retries: 2,
        backoffs: 2,
        caState: 'Loss',
      });
      peer.sends('. 1:1(0) ack 1001');
      peer.after('100ms');
      expect(connection.info()).toMatchObject({ retries: 0, timeoutRecoveryNs: 2.6 * SECOND, caState: 'Loss' });
      peer.sends('. 1:1(0) ack 3001');
      peer.after('1s');
      expect(connection.info()).toMatchObject({ timeoutRecoveryNs: 2.6 * SECOND, caState: 'Open' });
      write(connection, MSS);
      peer.after('4s'); // backed off, since there is no sample
      expect(connection.info()).toMatchObject({ timeouts: 3, timeoutRecoveries: 2 });
    });

    test('one that was for nothing ends when that is found out', () => {
      const { peer, connection } = stage(
        { timestamps: true },
        { peerSyn: `mss ${MSS},nop,nop,TS val 1 ecr 0`, roundTrip: '10ms' },
      );
      write(connection, 2 * MSS);
      peer.after('1200ms');
      expect(connection.info()).toMatchObject({ timeouts: 1, lossState: 'loss' });
      // The echo is of the first transmission: it has been on its way for a long time.
      peer.sends('. 1:1(0) ack 1001 <nop,nop,TS val 2 ecr 10>');
      expect(connection.info().lossState).toBe('open');
      const { timeoutRecoveryNs } = connection.info();
      expect(timeoutRecoveryNs).toBe(0.2 * SECOND);
      peer.after('100ms');
      expect(connection.info().timeoutRecoveryNs).toBe(timeoutRecoveryNs);
    });

    test('the end of the connection ends it, too', () => {
      const { peer, connection } = stage();
      write(connection, MSS);
      peer.after('1500ms');
      connection.abort();
      peer.after('5s');
      expect(connection.info()).toMatchObject({ timeoutRecoveryNs: 0.5 * SECOND, state: 'CLOSED' });
    });

    test('the probe of a tail is none', () => {
      const { peer, connection } = withSack();
      peer.after('10ms');
      write(connection, 2 * MSS);
      peer.after('300ms');
      expect(connection.info()).toMatchObject({ timeouts: 0, resentSegments: 1 });
    });
  });

  describe('how long ago', () => {
    const times = ({ sinceDataSentNs, sinceAckSentNs, sinceDataReceivedNs, sinceAckReceivedNs }: TcpInfo) =>
      [sinceDataSentNs, sinceAckSentNs, sinceDataReceivedNs, sinceAckReceivedNs].map((since) => since / 1e6);

    test('data and ACKs were sent and came', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.after('1ms');
      expect(times(connection.info())).toEqual([Infinity, Infinity, Infinity, Infinity]);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1000>');
      peer.after('10ms');
      expect(times(connection.info())).toEqual([Infinity, 10, Infinity, 10]);
      write(connection, MSS);
      peer.after('20ms');
      expect(times(connection.info())).toEqual([20, 20, Infinity, 30]);
      peer.sends('. 1:1(0) ack 1001');
      peer.after('3ms');
      expect(times(connection.info())).toEqual([23, 23, Infinity, 3]);
      peer.sends('. 101:201(100) ack 1001');
      peer.after('5ms');
      expect(times(connection.info())).toEqual([28, 5, 5, 5]);
      peer.sends('. 101:201(100) ack 700'); // old, and answered
      peer.after('7ms');
      expect(times(connection.info())).toEqual([35, 7, 7, 7]);
    });
  });

  describe('Fast Open', () => {
    const COOKIE = 'a1b2c3d4e5f60718';
    const open = (peer: Conversation) => {
      const binding = peer.tcp.ports.bind(UNSPECIFIED_V4, OUR_PORT, true, false);
      if (typeof binding === 'string') throw new Error(binding);
      const firstData = { bytes: octets(1, 100), at: 0, length: 100 };
      const user = { changed: () => {} };
      const connection = peer.tcp.connect({ binding, remote: peer.there, remotePort: PEER_PORT, user, firstData });
      if (typeof connection === 'string') throw new Error(connection);
      return connection;
    };
    const knowing = () => {
      const peer = new Conversation({ start, settings: { fastOpenClient: true } });
      const asking = open(peer);
      expect(asking.info()).toMatchObject({ fastOpenFailure: 'no-cookie', sentBytes: 0 });
      peer.sends(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
      expect(asking.info()).toMatchObject({ fastOpenFailure: 'no-cookie', synDataAcknowledged: false });
      asking.abort();
      peer.takeSent();
      return peer;
    };

    test('the data of the SYN is sent, and acknowledged by the SYN-ACK', () => {
      const peer = knowing();
      const connection = open(peer);
      expect(connection.info()).toMatchObject({ sentBytes: 100, sentDataSegments: 1, fastOpenFailure: undefined });
      peer.after('10ms');
      expect(connection.info()).toMatchObject({ busyNs: 10e6, sinceDataSentNs: 10e6 });
      peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
      expect(connection.info()).toMatchObject({
        ackedBytes: 100,
        resentBytes: 0,
        synDataAcknowledged: true,
        fastOpenFailure: undefined,
      });
    });

    test('it is not taken, and sent again', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      expect(connection.info()).toMatchObject({
        sentBytes: 200,
        resentBytes: 100,
        resentSegments: 1,
        synDataAcknowledged: false,
        fastOpenFailure: 'data-not-acknowledged',
      });
    });

    test('the SYN is lost, and goes again without data', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.after('1500ms');
      expect(connection.info()).toMatchObject({
        sentBytes: 100,
        resentBytes: 0,
        resentSegments: 1,
        fastOpenFailure: 'syn-retransmitted',
      });
    });

    test('a server tells as well that it has taken data of a SYN', () => {
      const peer = new Conversation({ start, settings: { fastOpenServer: true, fastOpenPending: 4 } });
      const listener = peer.listen();
      peer.sends('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>', 999);
      const cookie = /FO ([0-9a-f]+)/.exec(peer.takeSent()[0] ?? '')![1];
      peer.sends('R 1:1(0)', 999);
      peer.sends(`S 0:100(100) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      const connection = listener.accept()!;
      expect(connection.info()).toMatchObject({
        state: 'SYN-RECEIVED',
        synDataAcknowledged: true,
        fastOpened: true,
        fastOpenFailure: undefined,
        receivedBytes: 100,
        receivedSegments: 1,
      });
    });
  });
});
