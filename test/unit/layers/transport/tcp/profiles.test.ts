/** Where profiles differ on the wire: the SYN, the first ACKs, the timer. */
import { describe, expect, test } from 'vitest';
import { profileSettings } from '../../../../../src/layers/transport/tcp/profiles.ts';
import { RoundTripTime } from '../../../../../src/layers/transport/tcp/rtt.ts';
import { Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';

const MS = 1e6;

describe.each(SEQUENCE_STARTS)('profiles, from sequence number %i', (start) => {
  test.each([
    ['rfc', 'S 0:0(0) win 65535 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale 5>'],
    ['linux', 'S 0:0(0) win 64240 <mss 1460,sackOK,TS val 0 ecr 0,nop,wscale'],
    ['freebsd', 'S 0:0(0) win 65535 <mss 1460,nop,wscale'],
  ])('the SYN of %s', (name, begins) => {
    const peer = new Conversation({ start, settings: profileSettings(name) });
    peer.connect();
    expect(peer.takeSent()[0]).toMatch(new RegExp(`^${begins.replaceAll(/[()]/g, '\\$&')}`));
  });

  test('a SYN of FreeBSD ends with SACK permitted and timestamps', () => {
    const peer = new Conversation({ start, settings: profileSettings('freebsd') });
    peer.connect();
    expect(peer.takeSent()[0]).toMatch(/sackOK,TS val 0 ecr 0>$/);
  });

  test('options that are off leave NOPs, whatever the order', () => {
    for (const name of ['linux', 'freebsd']) {
      const settings = { ...profileSettings(name), timestamps: false };
      const peer = new Conversation({ start, settings });
      peer.connect();
      expect(peer.takeSent()[0]).toMatch(/nop,nop,sackOK/);
    }
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

  test('the timer: Linux bounds the variation, FreeBSD adds a slop', () => {
    const timeout = (name: string): number => {
      const rtt = new RoundTripTime(profileSettings(name));
      for (let sample = 0; sample < 300; sample++) rtt.sample(50 * MS, 1, sample * 50 * MS);
      return rtt.rtoNs;
    };
    expect(timeout('rfc')).toBe(1000 * MS);
    expect(timeout('linux')).toBe(250 * MS);
    expect(timeout('freebsd')).toBe(251 * MS);
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
