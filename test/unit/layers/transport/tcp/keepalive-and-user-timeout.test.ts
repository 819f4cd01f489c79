/** Keep-alive RFC 9293 §3.8.4, and the user timeout of §3.9.1.2 and §3.10.8. */
import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../../src/layers/clock.ts';
import { RFC_SETTINGS } from '../../../../../src/layers/transport/tcp/settings.ts';
import { established, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('keep-alive, from sequence number %i', (start) => {
  const alive = () => established({ start, settings: { keepAlive: true } });

  test('RFC 9293 §3.8.4 (MUST-25): keep-alive is off unless asked for', () => {
    const { peer } = established({ start });
    expect(RFC_SETTINGS.keepAlive).toBe(false);
    peer.after('1000000s');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.8.4 (MAY-5, MUST-28, SHLD-12): after two idle hours: SEG.SEQ = SND.NXT-1, without data', () => {
    const { peer } = alive();
    peer.after('7199s');
    peer.expectsNothing();
    peer.after('1s');
    peer.expects('. 0:0(0) ack 1');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.8.4 (MUST-26): the peer answers: the next probe comes two hours later', () => {
    const { peer, connection } = alive();
    for (let round = 0; round < 20; round++) {
      peer.after('7200s');
      peer.expects('. 0:0(0) ack 1');
      peer.expectsNothing();
      peer.sends('. 1:1(0) ack 1');
    }
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.8.4 (MUST-29): one probe without an answer is no proof: nine, 75 s apart, are; then ETIMEDOUT', () => {
    const { peer, connection } = alive();
    peer.after('7200s');
    for (let probe = 1; probe < 9; probe++) {
      peer.expects('. 0:0(0) ack 1');
      peer.after('74s');
      peer.expectsNothing();
      peer.after('1s');
    }
    peer.expects('. 0:0(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
    peer.after('75s');
    expect(connection.error).toBe('ETIMEDOUT');
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.8.4 (MUST-29): an answer to the last of them saves the connection, and the count starts again', () => {
    const { peer, connection } = alive();
    peer.after('7800s');
    expect(peer.takeSent()).toHaveLength(9);
    peer.sends('. 1:1(0) ack 1');
    peer.after('7200s');
    peer.expects('. 0:0(0) ack 1');
    peer.after('75s');
    peer.expects('. 0:0(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.8.4 (MUST-27): the interval, and how often it is tried, are settings', () => {
    const settings = { keepAlive: true, keepAliveIdleNs: 10e9, keepAliveIntervalNs: 2e9, keepAliveProbes: 3 };
    const { peer, connection } = established({ start, settings });
    peer.after('10s');
    for (let probe = 1; probe <= 3; probe++) {
      peer.expects('. 0:0(0) ack 1');
      peer.expectsNothing();
      expect(connection.state).toBe('ESTABLISHED');
      peer.after('2s');
    }
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.8.4 (MUST-26): only if no data or acknowledgment has come within the interval', () => {
    const { peer } = alive();
    peer.after('7000s');
    peer.sends('P. 1:11(10) ack 1');
    peer.after('1s');
    peer.takeSent();
    peer.after('7198s');
    peer.expectsNothing();
    peer.after('1s');
    peer.expects('. 0:0(0) ack 11');
  });

  test('a segment that is dropped may be from anybody: it is no sign of life', () => {
    const { peer, connection } = alive();
    peer.after('7200s');
    for (let probe = 0; probe < 9; probe++) {
      peer.sends('R 500:500(0)');
      peer.sends('. 100001:100002(1) ack 1');
      peer.after('75s');
    }
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.8.4 (MUST-26, MUST-27): only when no sent data is outstanding, however short the interval', () => {
    const { peer, connection } = established({
      start,
      settings: { keepAlive: true, keepAliveIdleNs: 3 * SECOND, keepAliveIntervalNs: SECOND },
    });
    write(connection, 10);
    peer.after('100s');
    const probes = peer.takeSent().filter((text) => text.startsWith('. 0:0(0)'));
    expect(probes).toEqual([]);
  });

  test('RFC 9293 §3.8.4 (MUST-24): it can be switched on and off for a connection', () => {
    const { peer, connection } = established({ start });
    connection.settings.keepAlive = true;
    connection.settingsChanged();
    peer.after('7200s');
    peer.expects('. 0:0(0) ack 1');
    connection.settings.keepAlive = false;
    connection.settingsChanged();
    peer.after('100000s');
    peer.expectsNothing();
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.8.4: our own answer to a keep-alive of the peer: one ACK', () => {
    const { peer } = established({ start });
    peer.sends('. 0:0(0) ack 1');
    peer.expects('. 1:1(0) ack 1');
    peer.after('1s');
    peer.sends('. 0:1(1) ack 1'); // MAY-6: with one garbage octet
    peer.expects('. 1:1(0) ack 1');
    peer.expectsNothing();
  });
});

describe.each(SEQUENCE_STARTS)('user timeout, from sequence number %i', (start) => {
  const limited = (seconds = 10) => established({ start, settings: { userTimeoutNs: seconds * SECOND } });

  test('RFC 9293 §3.10.8 and RFC 9293 §3.9.1.1: data that is not acknowledged within the user timeout ends the connection', () => {
    const { peer, connection } = limited();
    write(connection, 100);
    peer.after('9999ms');
    expect(connection.state).toBe('ESTABLISHED');
    peer.after('1ms');
    expect(connection.state).toBe('CLOSED');
    expect(connection.error).toBe('ETIMEDOUT');
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.9.1.1: the user timeout is of data submitted: an idle connection has none', () => {
    const { peer, connection } = limited();
    peer.after('10000s');
    expect(connection.state).toBe('ESTABLISHED');
    write(connection, 100);
    peer.after('9s');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.9.1.1: progress starts the user timeout again', () => {
    const { peer, connection } = limited();
    write(connection, 2920);
    peer.after('8s');
    peer.sends('. 1:1(0) ack 1461');
    peer.after('8s');
    expect(connection.state).toBe('ESTABLISHED');
    peer.after('2s');
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.9.1.1: all acknowledged: the user timeout is off', () => {
    const { peer, connection } = limited();
    write(connection, 100);
    peer.after('5s');
    peer.sends('. 1:1(0) ack 101');
    peer.after('1000s');
    expect(connection.state).toBe('ESTABLISHED');
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.6: a FIN that is not acknowledged within the user timeout: the connection is aborted', () => {
    const { peer, connection } = limited();
    connection.shutdownSend();
    peer.after('10s');
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.9.1.1: data that waits behind a closed window is not delivered either, though every probe is answered', () => {
    const { peer, connection } = limited();
    peer.sends('. 1:1(0) ack 1 win 0');
    write(connection, 100);
    for (let second = 0; second < 9; second++) {
      peer.after('1s');
      peer.takeSent();
      peer.sends('. 1:1(0) ack 1 win 0');
    }
    expect(connection.state).toBe('ESTABLISHED');
    peer.after('1s');
    expect(connection.error).toBe('ETIMEDOUT');
  });
});
