/** Where profiles differ on the wire: the SYN, the windows, the first ACKs, the timer, resets. */

import { describe, expect, test } from 'vitest';
import { profileSettings } from '../../../../../src/layers/transport/tcp/profiles.ts';
import { RoundTripTime } from '../../../../../src/layers/transport/tcp/rtt.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { clockAt } from '../../clock-at.ts';
import { Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MS = 1e6;

describe.each(SEQUENCE_STARTS)('profiles, from sequence number %i', (start) => {
  const OFFERED = 'mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 7';

  test.each([
    ['rfc', 'S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 5>'],
    ['linux', 'S 0:0(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 7>'],
    ['freebsd', 'S 0:0(0) win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 0 ecr 0>'],
  ])('the SYN of %s: the order of its options, its window and the scale of those to come', (name, syn) => {
    const peer = new Conversation({ start, settings: profileSettings(name) });
    peer.connect();
    peer.expects(syn);
  });

  test.each([
    ['rfc', 'S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 0 ecr 7,nop,wscale 5>'],
    ['linux', 'S. 0:0(0) ack 1 win 65160 <mss 1460,sackOK,TS val 0 ecr 7,nop,wscale 7>'],
    ['freebsd', 'S. 0:0(0) ack 1 win 65535 <mss 1460,nop,wscale 6,sackOK,TS val 0 ecr 7>'],
  ])('and so its SYN-ACK: %s', (name, synAck) => {
    const peer = new Conversation({ start, settings: profileSettings(name) });
    peer.listen();
    peer.sends(`S 0:0(0) win 65535 <${OFFERED}>`);
    peer.expects(synAck);
  });

  test.each([
    ['rfc', 1_048_544],
    ['linux', 131_072],
    ['freebsd', 65_536],
  ])('the window advertised by %s once the handshake is over', (name, window) => {
    const { peer, block } = established({ start, settings: profileSettings(name), peerSyn: OFFERED });
    peer.sends('P. 1:2(1) ack 1 <nop,nop,TS val 8 ecr 0>');
    peer.after('1s');
    const field = Number(/ win (\d+) /.exec(peer.takeSent().at(-1)!)![1]);
    expect(window - field * 2 ** block.rcvWndShift).toBeLessThanOrEqual(2 ** block.rcvWndShift);
    expect(field * 2 ** block.rcvWndShift).toBeLessThanOrEqual(window);
  });

  test('a SYN’s options stand in the order that is set, and its window is no larger than is set', () => {
    const settings = {
      timestamps: true,
      selectiveAcknowledgment: true,
      windowScaling: true,
      synOptionOrder: ['timestamps', 'window-scale', 'mss', 'sack'],
      synWindowBytes: 8000,
    } as const;
    const peer = new Conversation({ start, settings });
    const connection = peer.connect();
    peer.expects('S 0:0(0) win 8000 <TS val 0 ecr 0,nop,wscale 5,mss 1460,sackOK>');
    peer.sends(`S. 0:0(0) ack 1 win 65535 <${OFFERED}>`);
    // RFC 7323 §2.2: that was the window of the SYN alone.
    expect(Number(/ win (\d+) /.exec(peer.takeSent()[0]!)![1])).toBe(32_767);
    connection.abort();
  });

  test.each([
    // Half of 128 KiB: 44 segments of 1460, in a SYN-ACK 45 of 1448.
    [131_072, 64_240, 65_160],
    [540_000, 65_535, 65_535],
    [32_768, 16_060, 15_928],
    [2000, 1000, 1000],
  ])(
    'of a buffer of %i bytes half is offered, in whole segments: %i with a SYN, %i with a SYN-ACK',
    (bytes, syn, synAck) => {
      const size = { receiveBufferBytes: bytes, receiveBufferAutotuning: true, receiveBufferMaximumBytes: 6_291_456 };
      const settings = { timestamps: true, synWindowHalved: true, ...size } as const;
      const client = new Conversation({ start, settings });
      client.connect();
      expect(client.takeSent()[0]).toContain(` win ${syn} `);
      const server = new Conversation({ start, settings });
      server.listen();
      server.sends(`S 0:0(0) win 65535 <${OFFERED}>`);
      expect(server.takeSent()[0]).toContain(` win ${synAck} `);
    },
  );

  test('of a buffer that the program has chosen all is offered, in whole segments', () => {
    const peer = new Conversation({ start, settings: { synWindowHalved: true, receiveBufferBytes: 3000 } });
    peer.connect();
    expect(peer.takeSent()[0]).toContain(' win 2920 ');
  });

  test.each([
    ['linux', '<mss 1460,nop,nop,sackOK,nop,wscale 7>'],
    ['freebsd', '<mss 1460,nop,wscale 6,sackOK,eol,eol>'],
  ])('options that are off leave room: %s fills it with %s', (name, offers) => {
    const peer = new Conversation({ start, settings: { ...profileSettings(name), timestamps: false } });
    peer.connect();
    expect(peer.takeSent()[0]).toContain(offers);
  });

  test.each([
    [0, 1],
    [2_097_152, 6],
  ])('a scale for a buffer of %i bytes, whatever a connection has: %i', (windowScaleForBytes, shift) => {
    const settings = {
      windowScaling: true,
      receiveBufferBytes: 100_000,
      receiveBufferAutotuning: false,
      windowScaleForBytes,
    };
    const peer = new Conversation({ start, settings });
    peer.connect();
    expect(peer.takeSent()[0]).toContain(`wscale ${shift}`);
  });

  test('zeros end the list, so that NOPs stand before an option that follows', () => {
    const settings = { synOptionPadding: 'behind', selectiveAcknowledgment: true, userTimeoutOption: true } as const;
    const peer = new Conversation({ start, settings: { ...settings, timestamps: false, windowScaling: false } });
    peer.connect();
    expect(peer.takeSent()[0]).toMatch(/<mss 1460,sackOK,nop,nop,uto /);
  });

  test.each([
    ['rfc', 100, 0],
    ['linux', 40, 16],
    ['freebsd', 40, 0],
  ])('the ACK of %s is delayed by %i ms, but not for the first %i segments', (name, delayMs, quick) => {
    const { peer } = established({ start, settings: profileSettings(name), peerSyn: OFFERED });
    let next = 1;
    const sendsOne = (): void => {
      peer.sends(`. ${next}:${next + 100}(100) ack 1 <nop,nop,TS val 8 ecr 0>`);
      next += 100;
    };
    for (let segment = 0; segment < quick; segment++) {
      sendsOne();
      expect(peer.takeSent()).toHaveLength(1);
    }
    sendsOne();
    peer.after(`${delayMs - 1}ms`);
    peer.expectsNothing();
    peer.after('1ms');
    expect(peer.takeSent()).toHaveLength(1);
  });

  test('quick ACKs: Linux acknowledges the first sixteen segments at once, then every second', () => {
    const acknowledged = (quickAckSegments: number): number => {
      const { peer } = established({ start, settings: { quickAckSegments } });
      let acks = 0;
      for (let segment = 0; segment < 20; segment++) {
        peer.sends(`. ${1 + segment * 100}:${101 + segment * 100}(100) ack 1`);
        acks += peer.takeSent().length;
      }
      return acks;
    };
    expect(acknowledged(0)).toBe(10);
    expect(acknowledged(16)).toBe(18);
  });

  test.each([
    ['none', 'tcp-no-connection', true],
    ['syn', 'tcp-no-connection', false],
    ['all', 'tcp-no-connection', false],
  ] as const)('a SYN to a closed port, with `unanswered` %s', (unanswered, reason, answered) => {
    const peer = new Conversation({ start, settings: { unanswered } });
    expect(peer.sends('S 0:0(0) win 100')).toBe(reason);
    expect(peer.takeSent().length).toBe(answered ? 1 : 0);
    peer.sends('. 1:1(0) ack 1');
    expect(peer.takeSent().length).toBe(unanswered === 'all' ? 0 : 1);
  });

  test.each([
    ['rfc', 300],
    ['linux', 300],
    ['freebsd', 200],
  ])('to closed ports %s sends %i resets in a second', (name, resets) => {
    const peer = new Conversation({ start, settings: profileSettings(name) });
    for (let port = 1; port <= 300; port++) peer.sends('S 0:0(0) win 100', port);
    expect(peer.takeSent()).toHaveLength(resets);
    peer.after('1s');
    peer.sends('S 0:0(0) win 100');
    expect(peer.takeSent()).toHaveLength(1);
  });

  test('the limit is for what comes to a listener too', () => {
    const peer = new Conversation({ start, settings: { resetsPerSecond: 2 } });
    peer.listen();
    for (let port = 1; port <= 5; port++) peer.sends('. 1:1(0) ack 77', port);
    expect(peer.takeSent()).toEqual(['R 77:77(0) win 0', 'R 77:77(0) win 0']);
  });

  test.each([
    ['rfc', 1000],
    ['linux', 202],
    ['freebsd', 230],
  ])('the minimum of the retransmission timer, after round trips of 2 ms: %s, %i ms', (name, timeoutMs) => {
    const settings = { ...profileSettings(name), tailLossProbe: false };
    const { peer, connection } = established({ start, settings, peerSyn: OFFERED, roundTrip: '2ms' });
    let next = 1;
    // RFC 6298 §2.3: the first sample leaves a variance that further ones take away.
    for (let exchange = 0; exchange < 300; exchange++) {
      write(connection, 100);
      peer.after('2ms');
      next += 100;
      const echo = 2 * (exchange + 1);
      peer.sends(`. 1:1(0) ack ${next} <nop,nop,TS val 8 ecr ${echo}>`);
    }
    peer.takeSent();
    write(connection, 100);
    peer.takeSent();
    peer.after(`${timeoutMs - 1}ms`);
    peer.expectsNothing();
    peer.after('2ms');
    expect(peer.takeSent()[0]).toContain(`P. ${next}:${next + 100}(100) `);
  });

  test('the timer: Linux bounds the variation, FreeBSD adds a slop', () => {
    const timeout = (name: string): number => {
      const rtt = new RoundTripTime(profileSettings(name));
      for (let sample = 0; sample < 300; sample++) rtt.sample(50 * MS, 1, clockAt(sample * 50 * MS));
      return rtt.rtoNs;
    };
    expect(timeout('rfc')).toBe(1000 * MS);
    expect(timeout('linux')).toBe(250 * MS);
    expect(timeout('freebsd')).toBe(251 * MS);
  });

  test.each([
    ['rfc', 2],
    ['linux', 10],
    ['freebsd', 2],
  ])('RFC 6928 §2: of 8000 bytes each the initial window of %s has %i', (name, segments) => {
    const settings = { ...profileSettings(name), timestamps: false, sendBufferBytes: 200_000 };
    const { peer, connection } = established({ start, mtu: 9000, peerSyn: 'mss 8000,nop,wscale 7', settings });
    write(connection, 100_000);
    expect(peer.takeSent().filter((text) => text.includes('(8000)'))).toHaveLength(Math.min(segments, 8));
    expect(connection.block.congestion.cwnd).toBe(segments * 8000);
  });

  test.each([
    ['rfc', [1, 1]],
    ['linux', [10, 1]],
    ['freebsd', [1, 1]],
  ])('RFC 5681 §3.1: the initial window of %s after one and two lost SYNs: %j', (name, segments) => {
    for (const [index, wanted] of segments.entries()) {
      const peer = new Conversation({ start, settings: { ...profileSettings(name), timestamps: false } });
      const connection = peer.connect();
      peer.after(index === 0 ? '1s' : '3s');
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1000>');
      expect(connection.block.congestion.cwnd).toBe(wanted * 1000);
    }
  });

  test('what decides that can be set', () => {
    const settings = { initialWindowSegments: 4, initialWindowByteLimit: false, initialWindowSynTimeouts: 3 };
    const window = (lostSyns: string, more: Partial<TcpSettings> = {}): number => {
      const peer = new Conversation({ start, mtu: 9000, settings: { ...settings, ...more } });
      const connection = peer.connect();
      peer.after(lostSyns);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 8000>');
      return connection.block.congestion.cwnd;
    };
    expect(window('0s')).toBe(4 * 8000);
    expect(window('0s', { initialWindowByteLimit: true })).toBe(2 * 8000);
    expect(window('3s')).toBe(4 * 8000); // two timeouts
    expect(window('7s')).toBe(8000);
    expect(window('3s', { initialWindowSynTimeouts: 2 })).toBe(8000);
  });

  test('the initial window is ten segments in each', () => {
    for (const name of ['rfc', 'linux', 'freebsd']) {
      const settings = { ...profileSettings(name), timestamps: false, windowScaling: false, sendBufferBytes: 65_536 };
      const { peer, connection } = established({ start, peerSyn: 'mss 1000', settings });
      write(connection, 30_000);
      expect(peer.takeSent()).toHaveLength(10);
    }
  });
});
