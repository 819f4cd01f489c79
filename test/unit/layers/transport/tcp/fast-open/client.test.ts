/** The client of TCP Fast Open: RFC 7413 §4.1.3 and §4.2. */
import { describe, expect, test } from 'vitest';
import type { KeyChain } from '../../../../../../src/layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../../../../../../src/layers/transport/tcp/connection.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { md5Chain } from '../authentication/signing-peer.ts';
import { Conversation, type ConversationOptions, octets, PEER_PORT, SEQUENCE_STARTS } from '../conversation.ts';

const COOKIE = 'a1b2c3d4e5f60718';
const DATA = 100;

/** A program connects and gives its first data. */
function open(peer: Conversation, length: number = DATA, keys?: KeyChain): Connection {
  const connection = peer.tcp.connect({
    binding: peer.bind(),
    remote: peer.there,
    remotePort: PEER_PORT,
    keys,
    user: { changed: () => {} },
    firstData: { bytes: octets(1, length), at: 0, length },
  });
  if (typeof connection === 'string') throw new Error(connection);
  return connection;
}

describe.each(SEQUENCE_STARTS)('a Fast Open client, from sequence number %i', (start) => {
  const client = (settings: Partial<TcpSettings> = {}, from: ConversationOptions = {}): Conversation =>
    new Conversation({ ...from, start, settings: { fastOpenClient: true, ...settings } });

  /** The server has given its cookie in a connection of before. */
  const knowing = (
    settings: Partial<TcpSettings> = {},
    from: ConversationOptions = {},
    syn = 'mss 1460',
  ): Conversation => {
    const peer = client(settings, from);
    const connection = open(peer);
    peer.sends(`S. 0:0(0) ack 1 win 65535 <${syn},nop,nop,FO ${COOKIE}>`);
    connection.abort();
    peer.takeSent();
    return peer;
  };

  /** Options of the SYN of a connection that begins now and is given up at once. */
  const synNow = (peer: Conversation): string => {
    const connection = open(peer);
    const [syn = ''] = peer.takeSent();
    connection.abort();
    peer.takeSent();
    return syn;
  };

  describe('asks for a cookie', () => {
    test('RFC 7413 §4.2.1 step 1: the first SYN to a server has an empty cookie, and no data', () => {
      const peer = client();
      const connection = open(peer);
      peer.expects('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
      expect(connection.block.sendBuffer.length).toBe(0); // the program has to send it again
      peer.sends(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
      peer.expects('. 1:1(0) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
    });

    test('RFC 7413 §2: not unless it is switched on', () => {
      const peer = client({ fastOpenClient: false });
      expect(open(peer).block.sendBuffer.length).toBe(0);
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
    });

    test('RFC 7413 §2: nor unless the program asks', () => {
      const peer = client();
      peer.connect();
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
    });

    test('RFC 7413 §4.2.1 step 3: the server does not answer the question: it is not asked again for a while', () => {
      const peer = client();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      connection.abort();
      peer.takeSent();
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
      peer.after('60s');
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
    });

    test.each(['FO a1b2', 'FO a1b2c3', 'FO a1b2c3d4e5', 'FO'])(
      'RFC 7413 §4.1.1: an option of an invalid length is ignored: %s',
      (option) => {
        const peer = client();
        const connection = open(peer);
        peer.sends(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,${option}>`);
        connection.abort();
        peer.takeSent();
        peer.after('60s');
        expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
      },
    );

    test.each(['a1b2c3d4', 'a1b2c3d4e5f60718293a4b5c6d7e8f90'])(
      'RFC 7413 §4.1.1: cookies of 4 to 16 bytes are kept as they are: %s',
      (cookie) => {
        const peer = client();
        const connection = open(peer);
        peer.sends(`S. 0:0(0) ack 1 win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
        connection.abort();
        peer.takeSent();
        expect(synNow(peer)).toContain(`FO ${cookie}>`);
      },
    );

    test('RFC 7413 §4.1.1: without SYN the option is ignored', () => {
      const peer = client();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      peer.sends(`. 1:1(0) ack 1 win 65535 <nop,nop,FO ${COOKIE}>`);
      connection.abort();
      peer.takeSent();
      peer.after('60s');
      expect(synNow(peer)).toContain('FO>');
    });
  });

  describe('has a cookie', () => {
    test('RFC 7413 §4.2.2 step 1 b: it goes with the SYN, and so does the data', () => {
      const peer = knowing();
      const connection = open(peer);
      expect(connection.block.sendBuffer.length).toBe(DATA);
      peer.expects(`S 0:100(100) win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
      expect(connection.state).toBe('SYN-SENT');
    });

    test('RFC 7413 §4.2.2: the SYN-ACK acknowledges it: only what follows is still to be sent', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
      peer.expects('. 101:101(0) ack 1');
      expect(connection.block.fastOpen?.accepted).toBe(true);
      expect(connection.block.sendBuffer.length).toBe(0);
      connection.send(octets(101, 50), 0, 50);
      peer.expects('P. 101:151(50) ack 1');
      peer.sends('. 1:1(0) ack 151');
      peer.after('10s');
      peer.expectsNothing();
    });

    test('RFC 7413 §4.2.2: only the SYN is acknowledged: the data goes with the first ACK', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      peer.expects('P. 1:101(100) ack 1');
      peer.expectsNothing();
      expect(connection.block.fastOpen?.accepted).toBe(false);
      peer.sends('. 1:1(0) ack 101');
      peer.after('10s');
      peer.expectsNothing();
      // RFC 6298 §3, Karn: the octets were sent twice.
      expect(connection.block.rtt.samples).toBe(1);
    });

    test('RFC 9293 §3.10.7.3: part of it is acknowledged: the rest goes with the first ACK', () => {
      const peer = knowing();
      open(peer);
      peer.takeSent();
      peer.sends('S. 0:0(0) ack 41 win 65535 <mss 1460>');
      peer.expects('P. 41:101(60) ack 1');
    });

    test('RFC 9293 §3.10.7.3: more than was sent cannot be acknowledged', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      expect(peer.sends('S. 0:0(0) ack 102 win 65535')).toBe('tcp-bad-ack');
      peer.expects('R 102:102(0)');
      expect(connection.state).toBe('SYN-SENT');
    });

    test('RFC 7413 §4.2.2: the server answers before its SYN-ACK is acknowledged', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
      peer.sends('P. 1:51(50) ack 101');
      peer.expects('. 101:101(0) ack 1');
      expect(connection.readableBytes).toBe(50);
    });

    test('text on the SYN-ACK itself is taken as well', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.sends('S. 0:50(50) ack 101 win 65535 <mss 1460>');
      peer.expects('. 101:101(0) ack 51');
      expect(connection.readableBytes).toBe(50);
    });

    test('what does not fit the SYN follows when the connection is established', () => {
      const peer = knowing();
      const connection = open(peer, 4000);
      expect(connection.block.sendBuffer.length).toBe(4000);
      const inSyn = (peer.family === 4 ? 1460 : 1440) - 16; // mss, NOP, NOP, cookie
      peer.expects(`S 0:${inSyn}(${inSyn}) win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
      peer.expectsNothing();
      peer.sends(`S. 0:0(0) ack ${1 + inSyn} win 65535 <mss 1460>`);
      peer.expects(`. ${1 + inSyn}:${1461 + inSyn}(1460) ack 1`);
      peer.sends(`. 1:1(0) ack ${1461 + inSyn}`); // Nagle
      peer.expects(`P. ${1461 + inSyn}:4001(${4001 - 1461 - inSyn}) ack 1`);
    });

    test('no data: the cookie goes alone', () => {
      const peer = knowing();
      open(peer, 0);
      peer.expects(`S 0:0(0) win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
    });

    test('with all other options it still fits', () => {
      const peer = knowing({ timestamps: true, selectiveAcknowledgment: true, windowScaling: true });
      const [, options] = /<(.*)>/.exec(synNow(peer)) ?? [];
      expect(options).toMatch(new RegExp(`^mss 1460,sackOK,TS val .*,nop,wscale 5,nop,nop,FO ${COOKIE}$`));
    });

    test('RFC 7413 §4.2.2 step 1 a: there is no room for the option: the regular handshake, and the data follows', () => {
      const peer = knowing({ selectiveAcknowledgment: true, windowScaling: true }, { family: 4 });
      const connection = open(peer, DATA, md5Chain('x'));
      expect(peer.takeSent()[0]).toMatch(/^S 0:0\(0\) win 65535 <mss 1460,nop,nop,sackOK,nop,wscale 5,nop,nop,md5>$/);
      expect(connection.block.sendBuffer.length).toBe(DATA);
      expect(connection.block.sndMax).toBe(connection.block.sndNxt);
    });

    test.each([
      ['mss 500', 4, 500 - 16],
      ['mss 1460', 4, 1460 - 16],
      ['mss 8960', 4, 1460 - 16],
      ['mss 500', 6, 500 - 16],
      ['mss 8960', 6, 1440 - 16],
    ] as const)(
      'RFC 7413 §4.1.3: the cached %s bounds the data, and over IPv%i there are no more than %i',
      (syn, family, room) => {
        const peer = knowing({}, { mtu: 9000, family }, syn);
        open(peer, 9000);
        expect(peer.takeSent()[0]).toContain(`S 0:${room}(${room}) `);
      },
    );

    test.each([
      [4, 536],
      [6, 1220],
    ] as const)('RFC 7413 §4.1.3: without a cached MSS over IPv%i the default of %i', (family, room) => {
      const peer = client({}, { family });
      const connection = open(peer);
      peer.sends(`S. 0:0(0) ack 1 win 65535 <FO ${COOKIE},nop,nop>`);
      connection.abort();
      peer.takeSent();
      open(peer, 2000);
      expect(peer.takeSent()[0]).toContain(`S 0:${room - 16}(${room - 16}) `);
    });

    test('the path bounds it too', () => {
      const peer = knowing({}, { mtu: 600 });
      open(peer, 2000);
      expect(peer.takeSent()[0]).toContain(`S 0:${560 - 16}(${560 - 16}) `);
    });

    test('RFC 7413 §4.1.3: the most recent cookie counts', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1000,FO 0011223344556677>');
      connection.abort();
      peer.takeSent();
      const next = open(peer, 4000);
      expect(peer.takeSent()[0]).toMatch(/^S 0:984\(984\) win 65535 <mss 1460,nop,nop,FO 0011223344556677>$/);
      next.abort();
    });
  });

  describe('when nothing comes back', () => {
    test('RFC 7413 §4.2.2: the SYN is sent again without cookie and data; the data follows the handshake', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.after('1s');
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      peer.expects('P. 1:101(100) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
    });

    test('RFC 7413 §4.2.1: so is a SYN that asks for a cookie', () => {
      const peer = client();
      open(peer);
      peer.expects('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
      peer.after('1s');
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
    });

    test('the first SYN was late, not lost: its data is acknowledged all the same', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.after('1s');
      peer.takeSent();
      peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
      peer.expects('. 101:101(0) ack 1');
      expect(connection.block.sendBuffer.length).toBe(0);
      connection.abort();
      peer.takeSent();
      expect(synNow(peer)).toContain(`FO ${COOKIE}`); // it worked
    });

    test('RFC 7413 §4.2.2: a SYN-ACK for the plain SYN: the way may not let the other one through', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.after('1s');
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      connection.abort();
      peer.takeSent();
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
      peer.after('60s');
      expect(synNow(peer)).toContain(`FO ${COOKIE}`); // kept: the server did not refuse it
    });

    test('RFC 7413 §4.1.3.1: a connection that times out', () => {
      const peer = knowing({ synRetries: 2 });
      const connection = open(peer);
      peer.after('7s');
      expect(connection.error).toBe('ETIMEDOUT');
      peer.takeSent();
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
      peer.after('60s');
      expect(synNow(peer)).toContain(`FO ${COOKIE}`);
    });

    test('RFC 7413 §4.1.3.1: an ICMP error', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.takeSent();
      peer.icmp('administratively-prohibited', 0);
      expect(connection.error).toBe('EHOSTUNREACH');
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
    });

    test('RFC 7413 §4.1.3.1: the server acknowledges the SYN and not its data', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      connection.abort();
      peer.takeSent();
      expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
      peer.after('60s');
      expect(synNow(peer)).toContain('FO>'); // it has to be asked again
    });

    test('with a new cookie that is no failure: the old one was too old', () => {
      const peer = knowing();
      const connection = open(peer);
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460,FO 0011223344556677>');
      connection.abort();
      peer.takeSent();
      expect(synNow(peer)).toContain('FO 0011223344556677');
    });

    test('RFC 7413 §4.1.3.1: each failure in a row doubles the pause', () => {
      const peer = knowing({ fastOpenBlackholeNs: 10e9, synRetries: 0 });
      const fails = (): void => {
        open(peer);
        peer.after('1s');
        peer.takeSent();
      };
      fails();
      peer.after('9.9s');
      expect(synNow(peer)).not.toContain('FO');
      peer.after('0.1s');
      fails();
      peer.after('19.9s');
      expect(synNow(peer)).not.toContain('FO');
      peer.after('0.1s');
      expect(synNow(peer)).toContain('FO');
    });

    test('one success and it starts again; 0 tries again at once', () => {
      const peer = knowing({ fastOpenBlackholeNs: 0, synRetries: 0 });
      open(peer);
      peer.after('1s');
      peer.takeSent();
      expect(synNow(peer)).toContain(`FO ${COOKIE}`);
    });
  });

  test('a simultaneous open: SYN and data are acknowledged by the peer’s SYN-ACK', () => {
    const peer = knowing();
    const connection = open(peer);
    peer.takeSent();
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
    expect(connection.state).toBe('ESTABLISHED');
    expect(connection.block.sendBuffer.length).toBe(0);
    expect(connection.block.sndUna).toBe(connection.block.sndNxt);
  });

  test.each([1, 101])('a reset of the SYN, or of SYN and data, refuses the connection as ever: ack %i', (ack) => {
    const peer = knowing();
    const connection = open(peer);
    peer.takeSent();
    peer.sends(`R. 0:0(0) ack ${ack}`);
    expect(connection.error).toBe('ECONNREFUSED');
    expect(peer.pool.outstanding).toBe(0);
  });

  test('RFC 7413 §4.1.3.1: a firewall may be who resets: the next SYN is as any other', () => {
    const peer = knowing();
    open(peer);
    peer.takeSent();
    peer.sends('R. 0:0(0) ack 1');
    expect(synNow(peer)).toBe('S 0:0(0) win 65535 <mss 1460>');
    peer.after('60s');
    expect(synNow(peer)).toContain(`FO ${COOKIE}`);
  });

  test('RFC 7413 §4.1.3.1: a soft ICMP error, and then the data is acknowledged: it worked', () => {
    const peer = knowing();
    const connection = open(peer);
    peer.takeSent();
    peer.icmp('host-unreachable', 0);
    peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
    expect([connection.state, connection.block.fastOpen?.accepted]).toEqual(['ESTABLISHED', true]);
    connection.abort();
    peer.takeSent();
    expect(synNow(peer)).toContain(`FO ${COOKIE}`);
  });

  test.each([0, 1])(
    'RFC 1191 §3: the SYN with its data is too big for the path: that is no failure (claims %i)',
    (pathMtuClaimTimeouts) => {
      const peer = knowing({ pathMtuClaimTimeouts }, { family: 4 });
      const connection = open(peer, 2000);
      expect(peer.takeSent()[0]).toContain('S 0:1444(1444) ');
      peer.icmp('packet-too-big', 0, 600);
      expect(peer.path.mtu).toBe(600);
      peer.after('1s');
      peer.expects('S 0:0(0) win 65535 <mss 1460>');
      peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
      peer.expects('. 1:561(560) ack 1');
      connection.abort();
    },
  );

  test('RFC 9293 §3.8.6.1: the SYN-ACK leaves no window for the data that it does not acknowledge: it is probed', () => {
    const peer = knowing();
    open(peer);
    peer.takeSent();
    peer.sends('S. 0:0(0) ack 1 win 0 <mss 1460>');
    peer.expects('. 1:1(0) ack 1');
    peer.after('1s');
    peer.expects('. 1:2(1) ack 1');
    peer.sends('. 1:1(0) ack 2 win 1000');
    peer.expects('P. 2:101(99) ack 1');
  });

  test('RFC 9293 §3.10.7.3: in a simultaneous open the peer takes the SYN alone: the data follows', () => {
    const peer = knowing();
    const connection = open(peer);
    peer.takeSent();
    peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${COOKIE}>`);
    peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.readableBytes).toBe(0);
    peer.sends('. 51:51(0) ack 1');
    expect(connection.readableBytes).toBe(50);
    expect(peer.takeSent()).toContain('P. 1:101(100) ack 51 win 65485');
  });
});
