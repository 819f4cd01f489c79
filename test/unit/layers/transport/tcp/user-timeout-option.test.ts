/** The user timeout option: RFC 5482. */

import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../src/layers/clock.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { clockAt } from '../../clock-at.ts';
import { Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('the user timeout option, from sequence number %i', (start) => {
  const enabled = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}) =>
    established({ start, ...from, settings: { userTimeoutOption: true, ...settings } });

  const timeoutSeconds = (block: { settings: TcpSettings }): number => block.settings.userTimeoutNs / SECOND;

  test('RFC 5482 §3: ENABLED is false by default: none is sent, and what comes is ignored', () => {
    const { peer, connection, block } = established({ start, peerSyn: 'mss 1460,uto 600' });
    write(connection, 10);
    peer.sends('. 1:1(0) ack 11 <uto 600>');
    expect(peer.story()).not.toContain('> S 0:0(0) win 65535 <mss 1460,uto');
    expect(peer.ladder.filter((line) => line.includes('>') && line.includes('> .') && line.includes('uto'))).toEqual(
      [],
    );
    expect(timeoutSeconds(block)).toBe(0);
  });

  test('RFC 5482 §3: enabled before the open it is in the SYN, and in the first packet without SYN', () => {
    const { peer, connection } = enabled({ userTimeoutAdvertisedNs: 600 * SECOND });
    expect(peer.ladder[0]).toContain('<mss 1460,uto 600>');
    expect(peer.ladder[2]).toContain('> . 1:1(0) ack 1 win 65535 <uto 600>');
    write(connection, 10);
    peer.expects('P. 1:11(10) ack 1 <>');
  });

  test('RFC 5482 §3: in the SYN-ACK of a passive open', () => {
    const peer = new Conversation({ start, settings: { userTimeoutOption: true } });
    peer.listen();
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1 <mss 1460,uto 300>');
  });

  test('RFC 5482 §3: ADV_UTO: what is set for it, else USER_TIMEOUT, else the default of 5 minutes', () => {
    for (const [settings, seconds] of [
      [{}, 300],
      [{ userTimeoutNs: 50 * SECOND }, 50],
      [{ userTimeoutNs: 50 * SECOND, userTimeoutAdvertisedNs: 7 * SECOND }, 7],
    ] as const) {
      expect(enabled(settings).peer.ladder[0]).toContain(`<mss 1460,uto ${seconds}>`);
    }
  });

  test('RFC 5482 §3.3: above 32767 seconds in minutes', () => {
    expect(enabled({ userTimeoutAdvertisedNs: 36_000 * SECOND }).peer.ladder[0]).toContain('uto 600m');
  });

  test('RFC 5482 §3.4: a timeout of zero is reserved: never sent, and ignored when it comes', () => {
    const { peer, block } = enabled({ userTimeoutAdvertisedNs: 1 });
    expect(peer.ladder[0]).toContain('uto 1>');
    peer.sends('. 1:1(0) ack 1 <uto 0>');
    peer.sends('. 1:1(0) ack 1 <uto 0m>');
    expect(timeoutSeconds(block)).toBe(0);
  });

  test.each([
    ['REMOTE_UTO, the largest', {}, 'uto 900', 900],
    ['in minutes', {}, 'uto 20m', 1200],
    ['ADV_UTO, the largest', { userTimeoutAdvertisedNs: 800 * SECOND }, 'uto 600', 800],
    ['L_LIMIT, 100 s', { userTimeoutAdvertisedNs: 20 * SECOND }, 'uto 10', 100],
    [
      'L_LIMIT, which is a setting',
      { userTimeoutAdvertisedNs: 20 * SECOND, userTimeoutLowerLimitNs: 30 * SECOND },
      'uto 10',
      30,
    ],
    ['U_LIMIT, which is a setting', { userTimeoutUpperLimitNs: 700 * SECOND }, 'uto 900', 700],
    ['U_LIMIT, an hour', {}, 'uto 10000', 3600],
  ])(
    'RFC 5482 §3.1: USER_TIMEOUT = min(U_LIMIT, max(ADV_UTO, REMOTE_UTO, L_LIMIT)): %s',
    (_, settings, option, seconds) => {
      const { peer, block } = enabled(settings);
      peer.sends(`. 1:1(0) ack 1 <${option}>`);
      expect(timeoutSeconds(block)).toBe(seconds);
    },
  );

  test('RFC 5482 §3.1: L_LIMIT is larger than the current retransmission timeout', () => {
    const { peer, block } = enabled({ userTimeoutAdvertisedNs: SECOND, userTimeoutLowerLimitNs: SECOND });
    block.rtt.sample(10 * SECOND, 1, clockAt(0));
    peer.sends('. 1:1(0) ack 1 <uto 2>');
    expect(block.settings.userTimeoutNs).toBeGreaterThan(block.rtt.rtoNs);
  });

  test('RFC 5482 §3.3: what the SYN says is adopted when the connection is synchronised', () => {
    const { block } = enabled({}, { peerSyn: 'mss 1460,uto 900' });
    expect(timeoutSeconds(block)).toBe(900);
    const passive = enabled({}, { peerSyn: 'mss 1460,uto 900', passive: true });
    expect(timeoutSeconds(passive.block)).toBe(900);
    const peer = new Conversation({ start, settings: { userTimeoutOption: true } });
    peer.listen();
    peer.sends('S 0:0(0) win 65535 <mss 1460,uto 900>');
    expect(timeoutSeconds(peer.onlyBlock())).toBe(0);
  });

  test('RFC 5482 §3.1: CHANGEABLE false: USER_TIMEOUT stays, and the program may ask what the peer said', () => {
    const { peer, block } = enabled({ userTimeoutChangeable: false, userTimeoutNs: 200 * SECOND });
    peer.sends('. 1:1(0) ack 1 <uto 900>');
    expect(timeoutSeconds(block)).toBe(200);
    expect(block.remoteUserTimeoutNs).toBe(900 * SECOND);
  });

  test('RFC 5482 §3.1: what was adopted holds for data that is on its way, longer than R2 would', () => {
    const { peer, connection } = enabled();
    write(connection, 100);
    peer.sends('. 1:1(0) ack 1 <uto 3000>');
    peer.after('2999s');
    expect(connection.state).toBe('ESTABLISHED');
    peer.after('1s');
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.8.3: without the option R2 ends it long before', () => {
    const { peer, connection } = established({ start });
    write(connection, 100);
    peer.after('2000s');
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 5482 §3: a new user timeout of the program’s is told with the next segment; one that was adopted is not', () => {
    const { peer, connection, block } = enabled();
    peer.sends('. 1:1(0) ack 1 <uto 900>');
    write(connection, 10);
    peer.expects('P. 1:11(10) ack 1 <>');
    block.settings.userTimeoutNs = 150 * SECOND;
    connection.settingsChanged();
    peer.sends('. 1:1(0) ack 11');
    write(connection, 10);
    peer.expects('P. 11:21(10) ack 1 <uto 150>');
    connection.settingsChanged();
    peer.sends('. 1:1(0) ack 21');
    write(connection, 10);
    peer.expects('P. 21:31(10) ack 1 <>');
  });

  test('RFC 6691 §2: the option takes its room from the data of its segment', () => {
    const { peer, connection, block } = enabled();
    write(connection, 1460);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 1461');
    block.settings.userTimeoutNs = 150 * SECOND;
    connection.settingsChanged();
    write(connection, 2916);
    peer.expects('. 1461:2917(1456) ack 1 <uto 150>');
    peer.expects('P. 2917:4377(1460) ack 1 <>');
  });

  test('RFC 5482 §3: no room among the options: it waits', () => {
    const { peer, connection, block } = enabled({ maximumSegmentSize: 3 });
    block.settings.userTimeoutNs = 150 * SECOND;
    connection.settingsChanged();
    write(connection, 3);
    peer.expects('P. 1:4(3) ack 1 <>');
    block.settings.maximumSegmentSize = 0;
    peer.sends('. 1:1(0) ack 4');
    write(connection, 3);
    peer.expects('P. 4:7(3) ack 1 <uto 150>');
  });

  test('RFC 5482 §4.2: keep-alives come later than the user timeout', () => {
    const { peer } = enabled({
      keepAlive: true,
      keepAliveIdleNs: 60 * SECOND,
      userTimeoutNs: 200 * SECOND,
      userTimeoutChangeable: false,
    });
    peer.after('200s');
    peer.expectsNothing();
    peer.after('1s');
    peer.expects('. 0:0(0) ack 1');
  });
});
