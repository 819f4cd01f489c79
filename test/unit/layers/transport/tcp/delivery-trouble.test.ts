/** What is told before a connection is given up: R1 of RFC 9293 §3.8.3, soft errors §3.9.1.8 and §3.9.2.2. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import { RFC_SETTINGS } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, type ConversationOptions, established, SEQUENCE_STARTS, write } from './conversation.ts';

/** Counts what IP and the program are told from now on. */
function watched(connection: Connection): { doubts: number; told: number } {
  const counts = { doubts: 0, told: 0 };
  const { path } = connection.block;
  path.doubt = () => {
    counts.doubts++;
  };
  connection.user = {
    changed: () => {
      counts.told++;
    },
  };
  return counts;
}

describe.each(SEQUENCE_STARTS)('trouble on the way, from sequence number %i', (start) => {
  const unanswered = (from: ConversationOptions = {}) => {
    const stage = established({ start, ...from, settings: { tailLossProbe: false, ...from.settings } });
    const counts = watched(stage.connection);
    write(stage.connection, 100);
    counts.told = 0;
    return { ...stage, counts };
  };

  test('RFC 9293 §3.8.3 (MUST-20, SHLD-10): at R1, three retransmissions, IP is told that the path is in doubt, once', () => {
    expect(RFC_SETTINGS.pathRetries).toBeGreaterThanOrEqual(3);
    const { peer, counts } = unanswered();
    peer.after('14999ms'); // 1 + 2 + 4 s: three retransmissions, and the wait for the last of them
    expect(counts.doubts).toBe(0);
    peer.after('1ms');
    expect(peer.takeSent()).toHaveLength(5);
    expect(counts.doubts).toBe(1);
    peer.after('100s');
    expect(counts.doubts).toBe(1);
  });

  test('RFC 9293 §3.8.3 (SHLD-9): between R1 and R2 the program is told, and learns why', () => {
    const { peer, connection, counts } = unanswered();
    peer.after('14s');
    expect([counts.told, connection.softError]).toEqual([0, undefined]);
    peer.after('1s');
    expect([counts.told, connection.softError]).toEqual([1, 'ETIMEDOUT']);
    expect([connection.state, connection.error]).toEqual(['ESTABLISHED', undefined]);
    expect(connection.info().softError).toBe('ETIMEDOUT');
  });

  test('RFC 9293 §3.8.3: what was acknowledged in the end ends the trouble, and R1 counts from the start again', () => {
    const { peer, connection, counts } = unanswered();
    peer.after('20s');
    peer.sends('. 1:1(0) ack 101');
    expect([connection.softError, counts.doubts]).toEqual([undefined, 1]);
    write(connection, 100);
    peer.after('300s');
    expect([connection.softError, counts.doubts]).toEqual(['ETIMEDOUT', 2]);
  });

  test('RFC 9293 §3.8.3 (MUST-22): the same for a SYN', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    const counts = watched(connection);
    peer.after('14s');
    expect(counts).toEqual({ doubts: 0, told: 0 });
    peer.after('1s');
    expect(counts).toEqual({ doubts: 1, told: 1 });
    expect([connection.state, connection.softError]).toEqual(['SYN-SENT', 'ETIMEDOUT']);
    peer.sends('S. 0:0(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.8.3: the same for probes of a closed window that nobody answers', () => {
    const { peer, connection, counts } = unanswered({ peerWindow: 0 });
    peer.after('14s');
    expect(counts.doubts).toBe(0);
    peer.after('1s');
    expect([counts.doubts, connection.softError]).toEqual([1, 'ETIMEDOUT']);
  });

  test('RFC 9293 §3.8.3: R1 is a setting', () => {
    const { peer, counts } = unanswered({ settings: { pathRetries: 1 } });
    peer.after('2s');
    expect(counts.doubts).toBe(0);
    peer.after('1s');
    expect(counts.doubts).toBe(1);
  });

  test('RFC 9293 §3.9.1.8 (MUST-47) and RFC 9293 §3.9.2.2 (SHLD-25): of a soft error of ICMP the program is told at once', () => {
    const { peer, connection, counts } = unanswered();
    peer.icmp('host-unreachable', 1);
    expect([counts.told, connection.softError, connection.error]).toEqual([1, 'EHOSTUNREACH', undefined]);
    peer.sends('. 1:1(0) ack 101');
    expect(connection.softError).toBeUndefined();
  });

  test('RFC 9293 §3.9.1.8 (MUST-47): and of a hard error too, which an established connection survives', () => {
    const { peer, connection, counts } = unanswered();
    peer.icmp('port-unreachable', 1);
    expect([counts.told, connection.softError, connection.state]).toEqual([1, 'ECONNREFUSED', 'ESTABLISHED']);
  });

  test('RFC 9293 §3.9.1.8 (SHLD-20): who does not look is not disturbed: reading and writing go on', () => {
    const { peer, connection } = unanswered();
    peer.icmp('network-unreachable', 1);
    peer.after('8s');
    peer.takeSent();
    expect(write(connection, 50)).toBe(50);
    peer.sends('P. 1:11(10) ack 1');
    expect(connection.readableBytes).toBe(10);
    expect(connection.error).toBeUndefined();
    peer.sends('. 11:11(0) ack 101');
    peer.expects('P. 101:151(50) ack 11');
  });

  test('RFC 9293 §3.9.2.2: what ICMP has said of trouble that passed is not told of a later end', () => {
    const { peer, connection } = unanswered();
    peer.icmp('host-unreachable', 1);
    peer.sends('. 1:1(0) ack 101');
    write(connection, 100);
    peer.after('3000s');
    expect(connection.error).toBe('ETIMEDOUT');
  });
});
