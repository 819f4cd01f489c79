/** The server of TCP Fast Open: RFC 7413 §4.1.2, §4.2 and §5.1. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../../src/layers/transport/tcp/connection.ts';
import type { Listener } from '../../../../../../src/layers/transport/tcp/listener.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, octets, PEER_PORT, readAll, SEQUENCE_STARTS, write } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('a Fast Open server, from sequence number %i', (start) => {
  interface Server {
    readonly peer: Conversation;
    readonly listener: Listener;
    readonly cookie: string;
  }

  /** A listener, and the cookie that it gives to the peer. */
  const serving = (settings: Partial<TcpSettings> = {}, backlog = 8): Server => {
    const peer = new Conversation({ start, settings: { fastOpenServer: true, fastOpenPending: 4, ...settings } });
    const listener = peer.listen(backlog);
    return { peer, listener, cookie: ask(peer) };
  };

  /** Another connection of the peer asks for a cookie and goes away again. */
  const ask = (peer: Conversation): string => {
    peer.sends('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>', 999);
    const cookie = /FO ([0-9a-f]+)/.exec(peer.takeSent()[0] ?? '')?.[1] ?? '';
    peer.sends('R 1:1(0)', 999);
    return cookie;
  };

  const accept = (listener: Listener): Connection => {
    const connection = listener.accept();
    if (connection === undefined) throw new Error('nothing was accepted');
    return connection;
  };

  describe('cookies', () => {
    test('RFC 7413 §4.2.1 step 2: an empty option is answered with a cookie, and nothing else is special', () => {
      const { peer, listener } = serving();
      peer.sends('S 0:50(50) win 65535 <mss 1460,nop,nop,FO>');
      expect(peer.takeSent()[0]).toMatch(/^S\. 0:0\(0\) ack 1 win 65535 <mss 1460,nop,nop,FO [0-9a-f]{16}>$/);
      expect(listener.pending).toBe(0);
      peer.sends('. 51:51(0) ack 1');
      expect(accept(listener).readableBytes).toBe(0);
    });

    test('RFC 7413 §4.2: off by default: cookie options are ignored', () => {
      const peer = new Conversation({ start });
      peer.listen();
      peer.sends('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
      peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    });

    test.each([{ fastOpenPending: 0 }, { fastOpenServer: false }])(
      'the host and the program must both want it: %o',
      (off) => {
        const peer = new Conversation({ start, settings: { fastOpenServer: true, fastOpenPending: 4, ...off } });
        peer.listen();
        peer.sends('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
        peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      },
    );

    test('RFC 7413 §4.1.2: the same client gets the same cookie, and a server that starts anew gives another', () => {
      const { peer, cookie } = serving();
      expect(ask(peer)).toBe(cookie);
      expect(serving().cookie).toBe(cookie); // the same seed
      expect(cookie).toHaveLength(16);
    });

    test('without the option on the SYN there is none on the SYN-ACK', () => {
      const { peer } = serving();
      peer.sends('S 0:0(0) win 65535 <mss 1460>');
      peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    });

    test.each(['0011223344556677', 'a1b2c3d4', '00112233445566778899aabbccddeeff'])(
      'RFC 7413 §4.2.2 step 3: a cookie that is not ours: the data is dropped, and ours goes with the SYN-ACK: %s',
      (forged) => {
        const { peer, listener, cookie } = serving();
        peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${forged}>`);
        peer.expects(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
        expect([listener.pending, listener.halfOpenCount]).toEqual([0, 1]);
        peer.sends('P. 1:51(50) ack 1 win 65535');
        expect(readAll(accept(listener))).toBe(50);
      },
    );

    test('RFC 7413 §4.1.2 (5): after one period the cookie of before is taken and a new one given; after two it is none', () => {
      const { peer, listener, cookie } = serving({ fastOpenKeyLifetimeNs: 1000e9 });
      peer.after('1000s');
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, 1);
      const next = /^S\. 0:0\(0\) ack 51 .*FO ([0-9a-f]{16})>$/.exec(peer.takeSent()[0]!)?.[1];
      expect(next).not.toBe(cookie);
      expect(listener.pending).toBe(1);
      peer.after('1000s');
      peer.takeSent();
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, 2);
      expect(peer.takeSent()[0]).toMatch(/^S\. 0:0\(0\) ack 1 /);
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${next}>`, 3);
      expect(peer.takeSent()[0]).toMatch(/^S\. 0:0\(0\) ack 51 /);
    });

    const KEYS = [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ] as const;

    test('RFC 7413 §6.3.4: servers that share a key give the same cookies', () => {
      const { cookie } = serving({ fastOpenKeys: [KEYS[0]] });
      const other = new Conversation({ start, settings: { fastOpenServer: true, fastOpenKeys: [KEYS[0]] } });
      const listener = other.listen(8, { fastOpenPending: 4 });
      expect(ask(other)).toBe(cookie);
      other.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      expect(listener.pending).toBe(1);
      expect(serving().cookie).not.toBe(cookie);
      expect(serving({ fastOpenKeys: [KEYS[1]] }).cookie).not.toBe(cookie);
    });

    test('RFC 7413 §4.1.2 (5): keys are rotated: a cookie of the second key is taken, and one of the first given', () => {
      const { cookie: old } = serving({ fastOpenKeys: [KEYS[0]] });
      const { peer, listener, cookie } = serving({ fastOpenKeys: [KEYS[1], KEYS[0]] });
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${old}>`);
      peer.expects(`S. 0:0(0) ack 51 win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      expect(listener.pending).toBe(1);
      const { peer: next } = serving({ fastOpenKeys: [KEYS[1]] });
      next.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${old}>`);
      next.expects(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
    });

    test('0 keeps them for ever', () => {
      const { peer, listener, cookie } = serving({ fastOpenKeyLifetimeNs: 0 });
      peer.after('1000000s');
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      expect(listener.pending).toBe(1);
    });
  });

  describe('a SYN with a valid cookie', () => {
    const opened = (settings: Partial<TcpSettings> = {}, win = 65535): Server & { readonly connection: Connection } => {
      const server = serving(settings);
      const { peer, listener, cookie } = server;
      let told = 0;
      listener.user = { changed: () => told++ };
      peer.sends(`S 0:50(50) win ${win} <mss 1460,nop,nop,FO ${cookie}>`);
      expect(told).toBeGreaterThan(0);
      return { ...server, connection: accept(listener) };
    };

    test('RFC 7413 §4.2.2 steps 4 and 5: the program has the data at once, and the SYN-ACK acknowledges it', () => {
      const { peer, connection } = opened();
      peer.expects('S. 0:0(0) ack 51 win 65535 <mss 1460>');
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-RECEIVED');
      expect(connection.established).toBe(true);
      expect(readAll(connection)).toBe(50);
      peer.sends('. 51:51(0) ack 1');
      peer.expectsNothing();
      expect(connection.state).toBe('ESTABLISHED');
    });

    test('RFC 7413 §3: the program answers before the handshake is over', () => {
      const { peer, connection } = opened();
      peer.takeSent();
      write(connection, 100);
      peer.expects('P. 1:101(100) ack 51');
      peer.sends('. 51:51(0) ack 101');
      expect(connection.state).toBe('ESTABLISHED');
      expect(connection.block.sendBuffer.length).toBe(0);
      peer.after('10s');
      peer.expectsNothing();
    });

    test('RFC 7413 §4.2.2 step 6: with the initial window of RFC 5681 and no more', () => {
      const { peer, connection } = opened({ initialWindowSegments: 2 });
      peer.takeSent();
      write(connection, 10_000);
      peer.expects('. 1:1461(1460) ack 51');
      peer.expects('. 1461:2921(1460) ack 51');
      peer.expectsNothing();
      peer.sends('. 51:51(0) ack 1'); // the SYN alone: nothing is lost, and nothing has left the network
      peer.expectsNothing();
      expect(connection.block.duplicateAcks).toBe(0);
      peer.sends('. 51:51(0) ack 2921');
      expect(peer.takeSent().length).toBeGreaterThanOrEqual(2);
    });

    test('the window of the SYN is kept to, unscaled', () => {
      const { peer, connection } = opened({ windowScaling: true }, 200);
      peer.takeSent();
      write(connection, 1000);
      peer.expects('. 1:200(199) ack 51'); // SND.UNA is still that of our SYN
      peer.expectsNothing();
    });

    test('a closed window is probed only when the handshake is over: till then the SYN-ACK asks', () => {
      const { peer, connection } = opened({}, 0);
      peer.takeSent();
      write(connection, 100);
      peer.expectsNothing();
      peer.after('1s');
      peer.expects('S. 0:0(0) ack 51');
      peer.expectsNothing();
      peer.sends('. 51:51(0) ack 1 win 0');
      peer.after('3s');
      peer.expects('. 1:2(1) ack 51');
      peer.sends('. 51:51(0) ack 2 win 1000');
      peer.expects('P. 2:101(99) ack 51');
    });

    test('the program may close too: the FIN follows its answer', () => {
      const { peer, connection } = opened();
      peer.takeSent();
      readAll(connection);
      write(connection, 100);
      connection.close();
      peer.expects('P. 1:101(100) ack 51');
      peer.expects('F. 101:101(0) ack 51');
      peer.sends('. 51:51(0) ack 102');
      expect(connection.state).toBe('FIN-WAIT-2');
    });

    test('RFC 2525 §2.17: it closes with the data unread: a reset', () => {
      const { peer, connection } = opened();
      peer.takeSent();
      connection.close();
      peer.expects('R. 1:1(0) ack 51');
      expect(peer.tcp.connections.size).toBe(0);
    });

    test('no data: the program has the connection all the same', () => {
      const { peer, listener, cookie } = serving();
      peer.sends(`S 0:0(0) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      write(accept(listener), 10);
      peer.expects('P. 1:11(10) ack 1');
    });

    test('a FIN on the SYN is not taken and comes again', () => {
      const { peer, listener, cookie } = serving();
      peer.sends(`SF 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      peer.expects('S. 0:0(0) ack 51');
      peer.sends('F. 51:51(0) ack 1');
      peer.expects('. 1:1(0) ack 52');
      expect(accept(listener).state).toBe('CLOSE-WAIT');
    });

    test('RFC 7413 §4.2.2: the SYN-ACK timer: again without the option; the data waits for the handshake', () => {
      const { peer, listener } = serving({ fastOpenKeyLifetimeNs: 1000e9 });
      peer.after('999s');
      const cookie = ask(peer);
      peer.after('1s'); // so that the SYN-ACK has an option
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      expect(peer.takeSent()[0]).toContain(',FO ');
      const connection = accept(listener);
      write(connection, 100);
      peer.expects('P. 1:101(100) ack 51');
      peer.after('1s');
      peer.expects('S. 0:0(0) ack 51 win 65535 <mss 1460>');
      peer.expectsNothing();
      peer.sends('. 51:51(0) ack 1');
      peer.expectsNothing();
      expect(connection.state).toBe('ESTABLISHED');
      peer.after('3s'); // RFC 6298 §5.7
      peer.expects('P. 1:101(100) ack 51');
    });

    test('the SYN again, as it was or without its data: the SYN-ACK again, and the data once', () => {
      const { peer, connection, cookie } = opened();
      peer.takeSent();
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      peer.expects('S. 0:0(0) ack 51');
      peer.sends('S 0:0(0) win 65535 <mss 1460>');
      peer.expects('S. 0:0(0) ack 51');
      expect(peer.sends('P. 1:51(50) ack 1')).toBe('tcp-duplicate');
      peer.expects('. 1:1(0) ack 51');
      peer.sends('. 51:51(0) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
      expect(readAll(connection)).toBe(50);
      expect(connection.readableBytes).toBe(0);
    });

    test('more data comes with the ACK', () => {
      const { peer, connection } = opened();
      peer.takeSent();
      peer.sends('P. 51:101(50) ack 1');
      expect(readAll(connection)).toBe(100);
    });

    test('what does not fit the window is not acknowledged', () => {
      const { peer, connection } = opened({ receiveBufferBytes: 30 });
      peer.expects('S. 0:0(0) ack 31 win 0');
      expect(connection.readableBytes).toBe(30);
    });

    test('nobody acknowledges: it is given up like any handshake', () => {
      const { peer, connection } = opened({ synAckRetries: 2 });
      write(connection, 100);
      peer.after('7s');
      expect([connection.state, connection.error]).toEqual(['CLOSED', 'ETIMEDOUT']);
      expect(peer.time.idle).toBe(true);
    });

    test('with timestamps, SACK and window scale', () => {
      const { peer, listener } = serving({ timestamps: true, selectiveAcknowledgment: true, windowScaling: true });
      const cookie = ask(peer);
      peer.sends(`S 0:50(50) win 65535 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 3,nop,nop,FO ${cookie}>`);
      expect(peer.takeSent()[0]).toMatch(/^S\. 0:0\(0\) ack 51 .*<mss 1460,sackOK,TS val .* ecr 7,nop,wscale 5>$/);
      const connection = accept(listener);
      write(connection, 10);
      expect(peer.takeSent()[0]).toMatch(/^P\. 1:11\(10\) ack 51 .*<nop,nop,TS val .* ecr 7>$/);
    });

    test('RFC 7413 §2.1: after the connection is gone a late copy of its SYN makes another: applications must bear it', () => {
      const { peer, listener, connection, cookie } = opened();
      connection.abort();
      peer.takeSent();
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
      expect(readAll(accept(listener))).toBe(50);
    });
  });

  describe('limits', () => {
    const syn = ({ peer, cookie }: Server, port: number): string => {
      peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, port);
      return peer.takeSent()[0] ?? '';
    };

    test('RFC 7413 §4.2: so many before their handshake is over; beyond them only SYNs are acknowledged', () => {
      const server = serving({ fastOpenPending: 2 });
      expect(syn(server, 1)).toContain('ack 51');
      expect(syn(server, 2)).toContain('ack 51');
      expect(syn(server, 3)).toMatch(/^S\. 0:0\(0\) ack 1 win 65535 <mss 1460>$/);
      expect(server.listener.pending).toBe(2);
      server.peer.sends('. 51:51(0) ack 1', 1);
      expect(syn(server, 4)).toContain('ack 51');
    });

    test('accepting does not make room: the handshake does', () => {
      const server = serving({ fastOpenPending: 1 });
      syn(server, 1);
      accept(server.listener);
      expect(syn(server, 2)).toContain('ack 1 ');
      server.peer.sends('. 51:51(0) ack 1', 1);
      expect(syn(server, 3)).toContain('ack 51 ');
    });

    test('RFC 7413 §5.1: those that were reset count for a while: a flood is not fed by its victims', () => {
      const server = serving({ fastOpenPending: 1 });
      syn(server, 1);
      server.peer.sends('R 51:51(0)', 1);
      expect(accept(server.listener).error).toBe('ECONNRESET');
      expect(syn(server, 2)).toContain('ack 1 ');
      server.peer.after('59s');
      expect(syn(server, 3)).toContain('ack 1 ');
      server.peer.after('1s');
      server.peer.takeSent();
      expect(syn(server, 4)).toContain('ack 51 ');
    });

    test('a SYN inside the window ends it, and the program is told', () => {
      const server = serving();
      syn(server, 1);
      server.peer.sends('S 60:60(0)', 1);
      const connection = accept(server.listener);
      expect([connection.state, connection.error, connection.readableBytes]).toEqual(['CLOSED', 'ECONNRESET', 0]);
    });

    test('they count for the accept queue', () => {
      const server = serving({}, 1);
      syn(server, 1);
      expect(server.peer.sends('S 0:0(0)', 2)).toBe('tcp-backlog-full');
    });

    test('and not for the half-open connections', () => {
      const server = serving({ synBacklog: 1 });
      syn(server, 1);
      expect(server.listener.halfOpenCount).toBe(0);
      expect(server.peer.sends('S 0:0(0)', 2)).toBeUndefined();
      expect(server.listener.halfOpenCount).toBe(1);
    });

    test('RFC 7413 §8.2: under a SYN flood Fast Open is off: a cookie of the other kind answers', () => {
      const server = serving({ synBacklog: 1, synCookies: 'pressure' });
      server.peer.sends('S 0:0(0)', 1);
      server.peer.takeSent();
      expect(syn(server, 2)).toMatch(/^S\. .* ack 1 win 65535 <mss 1460>$/);
      expect(server.listener.pending).toBe(0);
    });

    test('RFC 4987 §3.6: where each SYN is answered with a SYN cookie there is no Fast Open, and the data comes again', () => {
      const server = serving({ synCookies: 'always' });
      server.peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO 0011223344556677>`);
      const bytes = server.peer.takeBytes();
      const cookie = new DataView(bytes.buffer).getInt32(4);
      expect(bytes.length).toBe(24); // no option but the MSS
      server.peer.numbers.ours = cookie;
      server.peer.sends('P. 1:51(50) ack 1');
      expect(readAll(accept(server.listener))).toBe(50);
    });

    test('RFC 6191 §2: a SYN with cookie and data opens anew what is in TIME-WAIT; if it fails, TIME-WAIT goes on', () => {
      const server = serving();
      const { peer, listener, cookie } = server;
      const waiting = (): Connection => {
        syn(server, 1);
        peer.sends('. 51:51(0) ack 1', 1);
        const connection = accept(listener);
        readAll(connection);
        connection.shutdownSend();
        peer.sends('F. 51:51(0) ack 2', 1);
        peer.takeSent();
        expect(connection.state).toBe('TIME-WAIT');
        return connection;
      };
      const earlier = waiting();
      peer.sends(`S 1000:1050(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, 1);
      expect(peer.takeSent()[0]).toContain(' ack 1051 ');
      const next = accept(listener);
      expect([earlier.state, next.state, next.readableBytes]).toEqual(['TIME-WAIT', 'SYN-RECEIVED', 50]);
      peer.sends('R 1051:1051(0)', 1);
      expect(next.error).toBe('ECONNRESET');
      expect(peer.onlyBlock()).toBe(earlier.block);
      peer.after('60s'); // resets count for a while
      peer.takeSent();
      peer.sends(`S 2000:2050(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, 1);
      const last = accept(listener);
      peer.sends(`. 2051:2051(0) ack ${last.block.iss + 1 - peer.numbers.ours}`, 1);
      expect([earlier.state, last.state]).toEqual(['CLOSED', 'ESTABLISHED']);
    });

    test('the listener closes: what nobody has accepted is reset, what was accepted goes on', () => {
      const server = serving();
      syn(server, 1);
      const connection = accept(server.listener);
      syn(server, 2);
      server.listener.close();
      expect(server.peer.takeSent()).toEqual(['R. 1:1(0) ack 51 win 0']);
      server.peer.sends('. 51:51(0) ack 1', 1);
      expect(connection.state).toBe('ESTABLISHED');
      expect(connection.remotePort).toBe(1);
    });

    test('nothing is left behind', () => {
      const server = serving();
      const { outstanding } = server.peer.memory;
      for (let port = 1; port < 4; port++) syn(server, port);
      server.listener.close();
      expect([server.peer.tcp.connections.size, server.peer.pool.outstanding]).toEqual([0, 0]);
      expect(server.peer.memory.outstanding).toBeLessThanOrEqual(outstanding + 1); // frames of the pool
      expect(server.peer.time.idle).toBe(true);
    });
  });

  describe('text on a SYN without Fast Open: RFC 9293 §3.10.7.2', () => {
    const holding = (queueSynText: boolean) => {
      const peer = new Conversation({ start, settings: { queueSynText } });
      const listener = peer.listen();
      peer.sends('S 0:50(50) win 65535 <mss 1460>');
      return { peer, listener };
    };

    test('RFC 9293 §3.10.7.2: it is queued until the handshake is over; the SYN-ACK does not acknowledge it', () => {
      const { peer, listener } = holding(true);
      peer.expects('S. 0:0(0) ack 1');
      expect(listener.pending).toBe(0);
      peer.sends('. 51:51(0) ack 1');
      peer.expects('. 1:1(0) ack 51');
      expect(readAll(accept(listener))).toBe(50);
    });

    test('switched off: it has to come again', () => {
      const { peer, listener } = holding(false);
      peer.expects('S. 0:0(0) ack 1');
      peer.sends('. 51:51(0) ack 1');
      peer.expectsNothing();
      const connection = accept(listener);
      expect(connection.readableBytes).toBe(0);
      peer.sends('P. 1:51(50) ack 1');
      expect(readAll(connection)).toBe(50);
    });

    test('it comes again with the ACK: once is enough', () => {
      const { peer, listener } = holding(true);
      peer.takeSent();
      expect(peer.sends('P. 1:51(50) ack 1')).toBe('tcp-duplicate');
      peer.expects('. 1:1(0) ack 51');
      expect(readAll(accept(listener))).toBe(50);
    });

    test('and so does what follows it', () => {
      const { peer, listener } = holding(true);
      peer.sends('P. 1:101(100) ack 1');
      expect(readAll(accept(listener))).toBe(100);
    });

    test('what follows it comes first: both are taken, and the FIN', () => {
      const { peer, listener } = holding(true);
      peer.takeSent();
      peer.sends('FP. 51:101(50) ack 1');
      peer.expects('. 1:1(0) ack 102');
      const connection = accept(listener);
      expect(connection.state).toBe('CLOSE-WAIT');
      const read = new Uint8Array(200);
      expect(connection.receive(read, 0, 200)).toBe(100);
      expect(read.subarray(0, 100)).toEqual(octets(1, 100));
    });

    test('RFC 9293 §3.10.7.3: so it is in a simultaneous open', () => {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.takeSent();
      peer.sends('S 0:50(50) win 65535 <mss 1460>');
      peer.expects('S. 0:0(0) ack 1');
      expect(connection.readableBytes).toBe(0);
      peer.sends('. 51:51(0) ack 1');
      peer.expects('. 1:1(0) ack 51');
      expect(readAll(connection)).toBe(50);
    });

    test('only as much as the window holds', () => {
      const peer = new Conversation({ start, settings: { receiveBufferBytes: 30 } });
      const listener = peer.listen();
      peer.sends('S 0:50(50) win 65535 <mss 1460>');
      peer.sends('. 1:1(0) ack 1');
      expect(readAll(accept(listener))).toBe(30);
    });

    test.each(['R 1:1(0)', 'S 20:20(0)'])('%s: nothing is left of it', (text) => {
      const { peer, listener } = holding(true);
      const before = peer.memory.outstanding;
      peer.sends(text);
      expect([peer.tcp.connections.size, listener.halfOpenCount]).toEqual([0, 0]);
      expect(peer.memory.outstanding).toBe(before - 1);
    });

    test('nor if nobody answers the SYN-ACK', () => {
      const { peer } = holding(true);
      const before = peer.memory.outstanding;
      peer.after('100s');
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.memory.outstanding).toBe(before - 1);
    });
  });

  test('two connections of one peer are told apart by their ports', () => {
    const { peer, listener, cookie } = serving();
    peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, PEER_PORT);
    peer.sends(`S 0:20(20) win 65535 <mss 1460,nop,nop,FO ${cookie}>`, PEER_PORT + 1);
    expect([readAll(accept(listener)), readAll(accept(listener))]).toEqual([50, 20]);
  });
});
