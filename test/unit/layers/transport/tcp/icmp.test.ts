/** ICMP errors: RFC 9293 §3.9.2.2, with the sequence check of RFC 5927 §4.1. */
import { describe, expect, test } from 'vitest';
import type { IcmpErrorKind } from '../../../../../src/layers/network/icmp-error.ts';
import { Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState } from './stage.ts';

const SOFT = [
  ['network-unreachable', 'ENETUNREACH'],
  ['host-unreachable', 'EHOSTUNREACH'],
  ['source-route-failed', 'EHOSTUNREACH'],
  ['time-exceeded', 'EHOSTUNREACH'],
  ['reassembly-time-exceeded', 'EHOSTUNREACH'],
  ['parameter-problem', 'EPROTO'],
] as const satisfies readonly (readonly [IcmpErrorKind, string])[];

const HARD = [
  ['protocol-unreachable', 'ECONNREFUSED'],
  ['port-unreachable', 'ECONNREFUSED'],
] as const satisfies readonly (readonly [IcmpErrorKind, string])[];

describe.each(SEQUENCE_STARTS)('ICMP errors, from sequence number %i', (start) => {
  test.each(HARD)(
    'RFC 9293 §3.9.2.2 (SHLD-26, MUST-54): %s, a hard error, ends a connection that is being opened: %s',
    (kind, code) => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.takeSent();
      peer.icmp(kind, 0);
      expect(connection.state).toBe('CLOSED');
      expect(connection.error).toBe(code);
      peer.expectsNothing();
      expect(peer.time.idle).toBe(true);
    },
  );

  test.each(HARD)('RFC 5927 §5.2: %s does not end an established one', (kind) => {
    const { peer, connection } = established({ start });
    write(connection, 100);
    peer.icmp(kind, 1);
    expect(connection.state).toBe('ESTABLISHED');
    peer.sends('. 1:1(0) ack 101');
    expect(connection.error).toBeUndefined();
  });

  test.each(SOFT)(
    'RFC 9293 §3.9.2.2 (MUST-56, SHLD-25): %s, a soft error, ends no connection that is being opened; it is told if the SYN is never answered: %s',
    (kind, code) => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.icmp(kind, 0);
      expect(connection.state).toBe('SYN-SENT');
      peer.after('183s');
      expect(connection.error).toBe(code);
    },
  );

  test.each(SOFT)(
    'RFC 9293 §3.9.2.2 (MUST-56): %s: the connection is opened all the same when the answer comes',
    (kind) => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.icmp(kind, 0);
      peer.sends('S. 0:0(0) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
      expect(connection.error).toBeUndefined();
    },
  );

  test.each(SOFT)(
    'RFC 9293 §3.9.2.2 (MUST-56, SHLD-25): %s does not end an established connection; it is told if data is never acknowledged: %s',
    (kind, code) => {
      const { peer, connection } = established({ start });
      write(connection, 100);
      peer.icmp(kind, 1);
      expect(connection.state).toBe('ESTABLISHED');
      peer.after('3000s');
      expect(connection.error).toBe(code);
    },
  );

  test('RFC 5461 §4: a setting lets soft errors end a connection that is being opened, and no other', () => {
    const settings = { softErrorsEndOpening: true };
    const peer = new Conversation({ start, settings });
    const connection = peer.connect();
    peer.icmp('host-unreachable', 0);
    expect(connection.error).toBe('EHOSTUNREACH');
    const open = established({ start, settings });
    write(open.connection, 100);
    open.peer.icmp('host-unreachable', 1);
    expect(open.connection.state).toBe('ESTABLISHED');
  });

  test('RFC 5927 §4.1: an error that quotes no sequence number in flight is somebody’s guess', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    for (const guess of [-1, 1, 2, 100_000]) peer.icmp('port-unreachable', guess);
    expect(connection.state).toBe('SYN-SENT');
    peer.icmp('port-unreachable', 0);
    expect(connection.state).toBe('CLOSED');
  });

  test('RFC 5927 §4.1: with nothing in flight every error is a guess', () => {
    const { peer, connection } = established({ start });
    for (const guess of [0, 1, 2]) peer.icmp('host-unreachable', guess);
    write(connection, 10);
    peer.after('3000s');
    expect(connection.error).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.9.2.2 (SHLD-26): a hard error ends SYN-RECEIVED, and its listener goes on', () => {
    const { peer, connection } = inState('SYN-RECEIVED', { start });
    peer.icmp('port-unreachable', 0);
    expect(connection.state).toBe('CLOSED');
    peer.sends('S 50:50(0)');
    peer.expects('S. 0:0(0) ack 51');
  });

  test('an error about a connection that there is not is nobody’s', () => {
    const peer = new Conversation({ start });
    peer.icmp('port-unreachable', 0);
    peer.expectsNothing();
  });
});
