/** How TIME-WAIT ends early, and what keeps it from that: RFC 6191, RFC 9293 §3.6.1, RFC 1337. */
import { describe, expect, test } from 'vitest';
import type { ConversationOptions } from './conversation.ts';
import { Conversation, established, PEER_PORT, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState } from './stage.ts';

const STAMPED = 'mss 1460,nop,nop,TS val 1000 ecr 0';

describe.each(SEQUENCE_STARTS)('TIME-WAIT, from sequence number %i', (start) => {
  /** A connection that the peer opened and we closed first: in TIME-WAIT, and the listener still listens. */
  const waiting = (from: Omit<ConversationOptions, 'passive' | 'start'> & { readonly stamped?: boolean } = {}) => {
    const { stamped = false, settings, ...rest } = from;
    const chosen = { timestamps: stamped, timeWaitReuseIncoming: true, ...settings };
    const peer = new Conversation({ ...rest, start, settings: chosen });
    const listener = peer.listen();
    const stamp = (value: number): string => (stamped ? ` <nop,nop,TS val ${value} ecr 0>` : '');
    peer.sends(`S 0:0(0) win 65535 <${stamped ? STAMPED : 'mss 1460'}>`);
    peer.sends(`. 1:1(0) ack 1 win 65535${stamp(1001)}`);
    const connection = listener.accept()!;
    write(connection, 100);
    connection.shutdownSend();
    peer.sends(`F. 1:1(0) ack 102 win 65535${stamp(1002)}`);
    peer.takeSent();
    expect(connection.state).toBe('TIME-WAIT');
    return { peer, listener, connection, stamp };
  };

  test.each([
    [120e9, 240],
    [1.5e9, 3],
  ])('RFC 9293 §3.6.1 (MUST-13): it lasts twice the maximum segment lifetime: %i ns, %i s', (lifetimeNs, seconds) => {
    const { peer, connection } = waiting({ settings: { maximumSegmentLifetimeNs: lifetimeNs } });
    peer.after(`${seconds * 1000 - 1}ms`);
    expect(connection.state).toBe('TIME-WAIT');
    peer.after('1ms');
    expect(connection.state).toBe('CLOSED');
    expect(peer.time.idle).toBe(true);
  });

  describe('a SYN of the peer: RFC 6191 §2', () => {
    test.each([
      ['1003', '5000'],
      ['1003', '-5000'],
      ['3000000000', '-5000'],
    ])(
      'RFC 6191 §2 and RFC 9293 §3.6.1 (SHLD-4): a later timestamp opens it anew, whatever the sequence number (%s, %s)',
      (value, sequence) => {
        const { peer, connection, listener } = waiting({ stamped: true });
        const later = value === '3000000000' ? String((1002 + 2 ** 31 - 1) >>> 0) : value;
        peer.sends(`S ${sequence}:${sequence}(0) win 1000 <mss 1000,nop,nop,TS val ${later} ecr 0>`);
        peer.expects(`S. 103:103(0) ack ${Number(sequence) + 1}`);
        expect(connection.state).toBe('TIME-WAIT');
        peer.sends(`. ${Number(sequence) + 1}:${Number(sequence) + 1}(0) ack 104 <nop,nop,TS val ${later} ecr 0>`);
        expect(connection.state).toBe('CLOSED');
        expect(listener.accept()?.state).toBe('ESTABLISHED');
        peer.expectsNothing();
      },
    );

    test.each([
      ['-5000', false],
      ['1', false],
      ['2', true],
      ['5000', true],
    ])('RFC 6191 §2: the same timestamp: sequence number %s decides', (sequence, opens) => {
      const { peer, connection, listener } = waiting({ stamped: true });
      peer.sends(`S ${sequence}:${sequence}(0) win 1000 <mss 1000,nop,nop,TS val 1002 ecr 0>`);
      expect(listener.halfOpenCount).toBe(opens ? 1 : 0);
      expect(connection.state).toBe('TIME-WAIT');
      if (opens) peer.expects(`S. 103:103(0) ack ${Number(sequence) + 1}`);
      else peer.expects('. 102:102(0) ack 2'); // RFC 9293 §3.10.7.4
    });

    test('RFC 6191 §2: an earlier timestamp does not, even with a later sequence number', () => {
      const { peer, listener } = waiting({ stamped: true });
      peer.sends('S 5000:5000(0) win 1000 <mss 1000,nop,nop,TS val 1001 ecr 0>');
      expect(listener.halfOpenCount).toBe(0);
      peer.expects('. 102:102(0) ack 2');
    });

    test.each([
      ['1', false],
      ['2', true],
    ])('RFC 6191 §2: had it timestamps and the SYN has none, sequence number %s decides', (sequence, opens) => {
      const { peer, listener } = waiting({ stamped: true });
      peer.sends(`S ${sequence}:${sequence}(0) win 1000 <mss 1000>`);
      expect(listener.halfOpenCount).toBe(opens ? 1 : 0);
    });

    test('RFC 6191 §2: had it no timestamps and the SYN has one, it is opened anew', () => {
      const { peer, listener } = waiting();
      listener.settings.timestamps = true;
      peer.sends('S -5000:-5000(0) win 1000 <mss 1000,nop,nop,TS val 1 ecr 0>');
      expect(listener.halfOpenCount).toBe(1);
      peer.expects('S. 103:103(0) ack -4999');
    });

    test('timestamps that the listener does not want prove nothing: the sequence number decides', () => {
      const { peer, listener } = waiting();
      peer.sends('S -5000:-5000(0) win 1000 <mss 1000,nop,nop,TS val 1 ecr 0>');
      expect(listener.halfOpenCount).toBe(0);
    });

    test.each([
      ['-5000', false],
      ['1', false],
      ['2', true],
      ['5000', true],
    ])('RFC 6191 §2: no timestamps on either: sequence number %s decides', (sequence, opens) => {
      const { peer, connection, listener } = waiting();
      peer.sends(`S ${sequence}:${sequence}(0) win 1000 <mss 1000>`);
      expect(listener.halfOpenCount).toBe(opens ? 1 : 0);
      expect(connection.state).toBe('TIME-WAIT');
    });

    test.each(['S. 5000:5000(0) ack 102', 'SR 5000:5000(0)', '. 5000:5000(0) ack 102', 'F. 5000:5000(0) ack 102'])(
      '%s opens nothing',
      (text) => {
        const { peer, listener } = waiting();
        peer.sends(text);
        expect(listener.halfOpenCount).toBe(0);
      },
    );

    test('switched off: it is challenged, and the peer has to wait', () => {
      const { peer, listener, connection } = waiting({ stamped: true, settings: { timeWaitReuseIncoming: false } });
      peer.sends('S 5000:5000(0) win 1000 <mss 1000,nop,nop,TS val 5000 ecr 0>');
      expect(listener.halfOpenCount).toBe(0);
      peer.expects('. 102:102(0) ack 2');
      expect(connection.state).toBe('TIME-WAIT');
    });

    test('nobody listens any more: it is challenged', () => {
      const { peer, listener } = waiting();
      listener.close();
      peer.sends('S 5000:5000(0) win 1000 <mss 1000>');
      peer.expects('. 102:102(0) ack 2');
    });

    test('the listener has no room: TIME-WAIT goes on as if the SYN had been lost', () => {
      const { peer, listener, connection } = waiting({ settings: { synBacklog: 1, synCookies: 'off' } });
      peer.sends('S 0:0(0)', PEER_PORT + 1);
      peer.takeSent();
      expect(peer.sends('S 5000:5000(0) win 1000')).toBe('tcp-backlog-full');
      peer.expectsNothing();
      expect(connection.state).toBe('TIME-WAIT');
      expect(listener.halfOpenCount).toBe(1);
      peer.sends('F. 1:1(0) ack 102');
      peer.expects('. 102:102(0) ack 2');
    });

    test('RFC 9293 §3.6.1 (MAY-2) (1): the new initial sequence number lies above all that was used', () => {
      const { peer } = waiting();
      peer.sends('S 5000:5000(0) win 1000');
      peer.expects('S. 103:103(0) ack 5001'); // 101 was the FIN’s, and 102 stood in the ACK that followed
    });

    test('RFC 9293 §3.6.1 (MAY-2) (2): the SYN was an old duplicate: its reset leads back to TIME-WAIT', () => {
      const { peer, connection, listener } = waiting();
      peer.after('100s');
      peer.sends('S 5000:5000(0) win 1000');
      peer.expects('S. 103:103(0) ack 5001');
      peer.sends('R 5001:5001(0)');
      expect(listener.halfOpenCount).toBe(0);
      expect(connection.state).toBe('TIME-WAIT');
      expect(peer.onlyBlock()).toBe(connection.block);
      peer.sends('F. 1:1(0) ack 102');
      peer.expects('. 102:102(0) ack 2');
      peer.after('239s'); // the FIN has started the 2 MSL again
      expect(connection.state).toBe('TIME-WAIT');
      peer.after('1s');
      expect(connection.state).toBe('CLOSED');
      expect(peer.tcp.connections.size).toBe(0);
    });

    test('the 2 MSL may be over before the new handshake is: nothing comes back then', () => {
      const { peer, connection } = waiting();
      peer.after('230s');
      peer.sends('S 5000:5000(0) win 1000');
      peer.after('20s');
      expect(connection.state).toBe('CLOSED');
      expect(peer.onlyBlock().state).toBe('SYN-RECEIVED');
      peer.sends('R 5001:5001(0)');
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.time.idle).toBe(true);
    });

    test('the listener closes during the new handshake: TIME-WAIT goes on', () => {
      const { peer, connection, listener } = waiting();
      peer.sends('S 5000:5000(0) win 1000');
      listener.close();
      expect(peer.onlyBlock()).toBe(connection.block);
    });

    test('what the program has not read of the old connection stays readable', () => {
      const peer = new Conversation({ start });
      const listener = peer.listen();
      peer.sends('S 0:0(0)');
      peer.sends('. 1:1(0) ack 1');
      const connection = listener.accept()!;
      connection.shutdownSend();
      peer.sends('FP. 1:11(10) ack 2');
      expect(connection.state).toBe('TIME-WAIT');
      peer.sends('S 5000:5000(0)');
      peer.sends('. 5001:5001(0) ack 4');
      expect([connection.state, connection.error, connection.readableBytes]).toEqual(['CLOSED', undefined, 10]);
    });
  });

  describe('a program that connects anew: tcp_tw_reuse of Linux', () => {
    const waitingHere = (stamped: boolean, settings: ConversationOptions['settings']) => {
      const { peer, connection, block } = established({
        start,
        settings: { timestamps: stamped, ...settings },
        ...(stamped ? { peerSyn: STAMPED } : {}),
      });
      const stamp = stamped ? ' <nop,nop,TS val 1001 ecr 0>' : '';
      connection.shutdownSend();
      peer.sends(`F. 1:1(0) ack 2${stamp}`);
      peer.takeSent();
      expect(connection.state).toBe('TIME-WAIT');
      return { peer, connection, block };
    };
    const again = (peer: Conversation): string => {
      try {
        return peer.connect().state;
      } catch (error) {
        return (error as Error).message;
      }
    };

    test('RFC 9293 §3.10.1: TIME-WAIT: "error: connection already exists"', () => {
      const { peer } = waitingHere(true, {});
      peer.after('10s');
      expect(again(peer)).toBe('EADDRINUSE');
    });

    test('allowed: it goes on above the old sequence numbers, with the same clock for timestamps', () => {
      const { peer, connection, block } = waitingHere(true, { timeWaitReuseOutgoing: 'all' });
      peer.after('1s');
      expect(again(peer)).toBe('SYN-SENT');
      expect(connection.state).toBe('CLOSED');
      peer.expects('S 3:3(0) win 65535 <mss 1460,nop,nop,TS val 1000 ecr 0>'); // our FIN was number 1
      expect(peer.onlyBlock().tsOffset).toBe(block.tsOffset);
      peer.sends('S. 9000:9000(0) ack 4 <nop,nop,TS val 5000 ecr 0>');
      expect(peer.onlyBlock().state).toBe('ESTABLISHED');
      // An old segment of the peer whose numbers fit: PAWS knows it.
      expect(peer.sends('P. 9001:9011(10) ack 4 <nop,nop,TS val 1000 ecr 0>')).toBe('tcp-paws');
    });

    test('not before the delay is over, and never without timestamps or off the loopback if only that is allowed', () => {
      const { peer } = waitingHere(true, { timeWaitReuseOutgoing: 'all', timeWaitReuseDelayNs: 3e9 });
      peer.after('2.999999999s');
      expect(again(peer)).toBe('EADDRINUSE');
      peer.after('1ns');
      expect(again(peer)).toBe('SYN-SENT');
      const plain = waitingHere(false, { timeWaitReuseOutgoing: 'all' });
      plain.peer.after('10s');
      expect(again(plain.peer)).toBe('EADDRINUSE');
      const inside = waitingHere(true, { timeWaitReuseOutgoing: 'loopback' });
      inside.peer.after('10s');
      expect(again(inside.peer)).toBe('EADDRINUSE');
    });

    test('any other state is in use', () => {
      const { peer } = established({
        start,
        peerSyn: STAMPED,
        settings: { timestamps: true, timeWaitReuseOutgoing: 'all' },
      });
      peer.after('10s');
      expect(again(peer)).toBe('EADDRINUSE');
    });
  });

  describe('TIME-WAIT assassination: RFC 1337', () => {
    const assassinate = (protection: boolean) => {
      const { peer, connection } = inState('TIME-WAIT', {
        start,
        settings: { timeWaitAssassinationProtection: protection },
      });
      peer.sends('. -44:-44(0) ack 1'); // 5.1 of figure 1: any old duplicate
      peer.expects('. 2:2(0) ack 2'); // 5.2: to a peer that knows nothing of it any more
      return { peer, connection, drop: peer.sends('R 2:2(0)') }; // 5.3
    };

    test('RFC 1337 §3 (F1): a reset does not end TIME-WAIT', () => {
      const { connection, peer, drop } = assassinate(true);
      expect(drop).toBe('tcp-time-wait-reset');
      expect(connection.state).toBe('TIME-WAIT');
      peer.after('240s');
      expect(connection.state).toBe('CLOSED');
    });

    test('RFC 9293 §3.10.7.4 second check: without that protection it does', () => {
      const { connection, drop } = assassinate(false);
      expect(drop).toBeUndefined();
      expect(connection.state).toBe('CLOSED');
    });
  });

  describe('a limit to connections in TIME-WAIT', () => {
    const close = (peer: Conversation, listener: ReturnType<Conversation['listen']>, port: number) => {
      peer.sends('S 0:0(0)', port);
      peer.sends('. 1:1(0) ack 1', port);
      const connection = listener.accept()!;
      connection.shutdownSend();
      peer.sends('. 1:1(0) ack 2', port);
      peer.sends('F. 1:1(0) ack 2', port);
      return connection;
    };

    test('beyond it they end at once, when the FIN is acknowledged', () => {
      const peer = new Conversation({ start, settings: { timeWaitLimit: 2 } });
      const listener = peer.listen();
      const states = [1, 2, 3].map((port) => {
        peer.takeSent();
        const { state } = close(peer, listener, port);
        expect(peer.takeSent().at(-1)).toMatch(/^\. 2:2\(0\) ack 2/);
        return state;
      });
      expect(states).toEqual(['TIME-WAIT', 'TIME-WAIT', 'CLOSED']);
      peer.after('240s');
      expect(peer.tcp.connections.size).toBe(0);
      expect(close(peer, listener, 4).state).toBe('TIME-WAIT');
    });

    test('RFC 9293 §3.6.1 (MUST-13): without one each of them waits', () => {
      const peer = new Conversation({ start });
      const listener = peer.listen();
      for (let port = 1; port <= 20; port++) expect(close(peer, listener, port).state).toBe('TIME-WAIT');
    });
  });
});
