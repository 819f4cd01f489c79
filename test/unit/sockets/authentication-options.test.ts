/** TCP_MD5SIG and TCP_AO_…: keys through the socket calls, and what two programs then say to each other. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import type { TcpInfo } from '../../../src/layers/transport/tcp/info.ts';
import type { AddKeyRequest, AuthenticationInfo } from '../../../src/sockets/authentication-options.ts';
import * as the from '../../../src/sockets/constants.ts';
import type { SocketCore } from '../../../src/sockets/core.ts';
import { failure } from '../../../src/sockets/errno.ts';
import type { Socket } from '../../../src/sockets/socket.ts';
import { ALICE, ALICE6, BOB, BOB6, twoHosts } from './two-hosts.ts';
import type { VirtualPrograms } from './virtual-programs.ts';

const TCP = the.IPPROTO_TCP;
const secret = (text: string): Uint8Array => new TextEncoder().encode(text);
const NO_KEY = new Uint8Array(0);

const request = (more: Partial<AddKeyRequest> = {}): AddKeyRequest => ({
  address: BOB,
  sendId: 1,
  receiveId: 2,
  key: secret('secret'),
  ...more,
});

const stream = (core: SocketCore, domain: number = the.AF_INET): number => core.socket(domain, the.SOCK_STREAM);

describe('TCP_AO_ADD_KEY and its kin', () => {
  test('the numbers are Linux’s', () => {
    expect([the.TCP_MD5SIG, the.TCP_MD5SIG_EXT]).toEqual([14, 32]);
    expect([the.TCP_AO_ADD_KEY, the.TCP_AO_DEL_KEY, the.TCP_AO_INFO, the.TCP_AO_GET_KEYS]).toEqual([38, 39, 40, 41]);
  });

  test('keys are added, read and deleted', () => {
    const { core } = twoHosts().alice;
    const fd = stream(core);
    expect(core.getsockopt(fd, TCP, the.TCP_AO_GET_KEYS)).toEqual([]);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, request())).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, request())).toBe(failure('EEXIST'));
    const other = request({
      address: ipAddress('10.1.0.0'),
      prefixLength: 16,
      port: 99,
      algorithm: 'AES-128-CMAC-96',
      coversOptions: false,
    });
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, other)).toBe(0);
    expect(core.getsockopt(fd, TCP, the.TCP_AO_GET_KEYS)).toMatchObject([
      { peer: { address: BOB, length: 32 }, peerPort: 0, algorithm: 'HMAC-SHA-1-96', coversOptions: true },
      {
        peer: { length: 16 },
        peerPort: 99,
        algorithm: 'AES-128-CMAC-96',
        coversOptions: false,
        sendId: 1,
        receiveId: 2,
      },
    ]);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_DEL_KEY, { address: BOB, sendId: 1, receiveId: 3 })).toBe(
      failure('ENOENT'),
    );
    expect(core.setsockopt(fd, TCP, the.TCP_AO_DEL_KEY, { address: BOB, sendId: 1, receiveId: 2 })).toBe(0);
    expect(core.getsockopt(fd, TCP, the.TCP_AO_GET_KEYS)).toHaveLength(1);
  });

  test.each([
    ['a number', 1],
    ['no peer', { sendId: 1, receiveId: 2, key: secret('x') }],
    ['no key', { address: BOB, sendId: 1, receiveId: 2 }],
    ['an empty key', request({ key: NO_KEY })],
    ['a key that is too long', request({ key: new Uint8Array(81) })],
    ['an identifier that does not fit', request({ sendId: 256 })],
    ['an identifier that is none', request({ receiveId: 1.5 })],
    ['an unknown algorithm', request({ algorithm: 'CRC-32' as never })],
    ['a prefix that is too long', request({ prefixLength: 33 })],
    ['a negative prefix', request({ prefixLength: -1 })],
  ])('EINVAL: %s', (_, value) => {
    const { core } = twoHosts().alice;
    const fd = stream(core);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, value as AddKeyRequest)).toBe(failure('EINVAL'));
    expect(core.getsockopt(fd, TCP, the.TCP_AO_GET_KEYS)).toEqual([]);
  });

  test('a key is for peers of the socket’s family; an AF_INET6 socket names IPv4 ones by their mapped addresses', () => {
    const { core } = twoHosts().alice;
    expect(core.setsockopt(stream(core), TCP, the.TCP_AO_ADD_KEY, request({ address: BOB6 }))).toBe(
      failure('EAFNOSUPPORT'),
    );
    const fd = stream(core, the.AF_INET6);
    const mapped = request({ address: ipAddress('::ffff:10.0.0.0'), prefixLength: 96 + 24 });
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, mapped)).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, { ...mapped, prefixLength: 95 })).toBe(failure('EINVAL'));
    expect(core.getsockopt(fd, TCP, the.TCP_AO_GET_KEYS)).toMatchObject([{ peer: { length: 24 } }]);
  });

  test('TCP_AO_INFO: ENOENT without a connection that has TCP-AO; a wrong value is EINVAL, an unknown key ENOENT', () => {
    const { core } = twoHosts().alice;
    const fd = stream(core);
    expect(core.getsockopt(fd, TCP, the.TCP_AO_INFO)).toBe(failure('ENOENT'));
    for (const wrong of [7, { currentKey: 'x' }, { required: 1 }, { unknown: 1 }]) {
      expect(core.setsockopt(fd, TCP, the.TCP_AO_INFO, wrong as never)).toBe(failure('EINVAL'));
    }
    expect(core.setsockopt(fd, TCP, the.TCP_AO_INFO, { currentKey: 1 })).toBe(failure('ENOENT'));
    expect(core.setsockopt(fd, TCP, the.TCP_AO_INFO, { nextKey: 1 })).toBe(failure('ENOENT'));
  });

  test('a peer has keys for TCP-AO or for MD5 signatures: EKEYREJECTED', () => {
    const { core } = twoHosts().alice;
    const fd = stream(core);
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, { address: BOB, key: secret('x') })).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, request())).toBe(failure('EKEYREJECTED'));
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, { address: BOB, key: NO_KEY })).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_AO_ADD_KEY, request())).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, { address: BOB, key: secret('x') })).toBe(failure('EKEYREJECTED'));
  });

  test('TCP_MD5SIG takes one peer, TCP_MD5SIG_EXT a prefix; an empty key takes it away', () => {
    const { core } = twoHosts().alice;
    const fd = stream(core);
    const network = { address: ipAddress('10.0.0.0'), prefixLength: 24, key: secret('x') };
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, network)).toBe(failure('EINVAL'));
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG_EXT, network)).toBe(0);
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, { address: BOB, key: NO_KEY })).toBe(failure('ENOENT'));
    expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG_EXT, { ...network, key: NO_KEY })).toBe(0);
    for (const wrong of [1, { address: BOB }, { address: BOB, key: new Uint8Array(81) }, { key: secret('x') }]) {
      expect(core.setsockopt(fd, TCP, the.TCP_MD5SIG, wrong as never)).toBe(failure('EINVAL'));
    }
  });
});

/** Runs what a program does, as far as it comes now. */
function start(programs: VirtualPrograms, program: () => Promise<void>): void {
  programs.woke();
  void program();
}

/** Bob serves one connection, Alice says hello to him. */
function conversation(ipv6: boolean, server: (socket: Socket) => void, client: (socket: Socket) => void) {
  const hosts = twoHosts();
  const { alice, bob, programs } = hosts;
  const domain = ipv6 ? the.AF_INET6 : the.AF_INET;
  const said: string[] = [];
  const outcome: unknown[] = [];
  let accepted: Socket | undefined;
  const connecting = alice.program.socket(domain, the.SOCK_STREAM);
  const listening = bob.program.socket(domain, the.SOCK_STREAM);
  start(programs, async () => {
    server(listening);
    listening.bind(['', 179]);
    listening.listen();
    const [socket] = await listening.accept();
    accepted = socket;
    for (;;) {
      const data = await socket.recv(100);
      if (data.length === 0) break;
      said.push(bob.program.decode(data));
      await socket.sendall('heard');
    }
  });
  start(programs, async () => {
    client(connecting);
    try {
      await connecting.connect([ipv6 ? 'fd00::2' : '10.0.0.2', 179]);
      await connecting.sendall('hello');
      outcome.push(alice.program.decode(await connecting.recv(100)));
    } catch (error) {
      outcome.push((error as { code: string }).code);
    }
  });
  return { hosts, said, outcome, connecting, accepted: () => accepted };
}

describe.each([false, true])('programs that sign (IPv6: %s)', (ipv6) => {
  const [alice, bob] = ipv6 ? [ALICE6, BOB6] : [ALICE, BOB];
  const withKey =
    (address: typeof BOB, sendId: number, receiveId: number, text = 'secret') =>
    (socket: Socket) =>
      socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, { address, sendId, receiveId, key: secret(text) });
  const withPassword = (address: typeof BOB, text: string) => (socket: Socket) =>
    socket.setsockopt(TCP, the.TCP_MD5SIG, { address, key: secret(text) });

  test('TCP-AO on both sides: they understand each other, and both can read how', async () => {
    const talk = conversation(ipv6, withKey(alice, 2, 1), withKey(bob, 1, 2));
    await talk.hosts.run(10e9);
    expect([talk.said, talk.outcome]).toEqual([['hello'], ['heard']]);
    const info = (socket: Socket | undefined) => socket?.getsockopt(TCP, the.TCP_AO_INFO) as AuthenticationInfo;
    expect(info(talk.connecting)).toMatchObject({ currentKeyId: 1, nextKeyId: 2, failed: 0, required: false });
    expect(info(talk.accepted())).toMatchObject({ currentKeyId: 2, nextKeyId: 1, failed: 0, acceptIcmp: false });
    expect(info(talk.connecting).verified).toBe(2);
  });

  test('MD5 signatures on both sides', async () => {
    const talk = conversation(ipv6, withPassword(alice, 'x'), withPassword(bob, 'x'));
    await talk.hosts.run(10e9);
    expect([talk.said, talk.outcome]).toEqual([['hello'], ['heard']]);
    const info = talk.connecting.getsockopt(TCP, the.TCP_INFO);
    expect(info).toMatchObject({ authentication: { protocol: 'md5', failed: 0, unsigned: 0 } });
    expect(() => talk.connecting.getsockopt(TCP, the.TCP_AO_INFO)).toThrow(/ENOENT/);
  });

  test.each<[string, (socket: Socket) => void, (socket: Socket) => void]>([
    ['another secret', withKey(alice, 2, 1), withKey(bob, 1, 2, 'other')],
    ['another identifier', withKey(alice, 2, 1), withKey(bob, 3, 2)],
    ['TCP-AO to none', () => undefined, withKey(bob, 1, 2)],
    ['none to TCP-AO', withKey(alice, 2, 1), () => undefined],
    ['TCP-AO to MD5', withPassword(alice, 'x'), withKey(bob, 1, 2)],
    ['another password', withPassword(alice, 'x'), withPassword(bob, 'y')],
    ['none to MD5', withPassword(alice, 'x'), () => undefined],
    ['MD5 to none', () => undefined, withPassword(bob, 'x')],
  ])('%s: no connection, and no word of why', async (_, server, client) => {
    const talk = conversation(ipv6, server, client);
    await talk.hosts.run(400e9);
    expect([talk.said, talk.outcome]).toEqual([[], ['ETIMEDOUT']]);
  });

  test('a socket that requires TCP-AO connects to no peer without a key', async () => {
    const required = (socket: Socket) => socket.setsockopt(TCP, the.TCP_AO_INFO, { required: true });
    const talk = conversation(ipv6, () => undefined, required);
    await talk.hosts.run(400e9);
    expect(talk.outcome).toEqual(['EKEYREJECTED']);
  });
});

describe('a connection that exists', () => {
  test('changes its keys by TCP_AO_ADD_KEY, TCP_AO_INFO and TCP_AO_DEL_KEY, and the peer follows', async () => {
    const key = (sendId: number, receiveId: number, address = BOB, more: Partial<AddKeyRequest> = {}) =>
      request({ address, sendId, receiveId, key: secret(String(sendId + receiveId)), ...more });
    const talk = conversation(
      false,
      (socket) => socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, key(2, 1, ALICE)),
      (socket) => socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, key(1, 2)),
    );
    await talk.hosts.run(1e9);
    const [client, server] = [talk.connecting, talk.accepted()!];
    server.setsockopt(TCP, the.TCP_AO_ADD_KEY, key(20, 10, ALICE));
    client.setsockopt(TCP, the.TCP_AO_ADD_KEY, key(10, 20, BOB, { setNext: true }));
    const ids = (socket: Socket) => {
      const { currentKeyId, nextKeyId } = socket.getsockopt(TCP, the.TCP_AO_INFO) as AuthenticationInfo;
      return [currentKeyId, nextKeyId];
    };
    expect([ids(client), ids(server)]).toEqual([
      [1, 20],
      [2, 1],
    ]);
    start(talk.hosts.programs, async () => {
      await client.sendall('once more');
    });
    await talk.hosts.run(2e9);
    // Alice asked for 20, and Bob signs with it.
    expect([ids(client), ids(server)]).toEqual([
      [1, 20],
      [20, 1],
    ]);
    expect(() => client.setsockopt(TCP, the.TCP_AO_DEL_KEY, { address: BOB, sendId: 1, receiveId: 2 })).toThrow(
      /EBUSY/,
    );
    client.setsockopt(TCP, the.TCP_AO_INFO, { currentKey: 10 });
    client.setsockopt(TCP, the.TCP_AO_DEL_KEY, { address: BOB, sendId: 1, receiveId: 2 });
    server.setsockopt(TCP, the.TCP_AO_INFO, { nextKey: 10 });
    start(talk.hosts.programs, async () => {
      await client.sendall('and again');
    });
    await talk.hosts.run(3e9);
    expect(talk.said).toEqual(['hello', 'once more', 'and again']);
    expect([ids(client), ids(server)]).toEqual([
      [10, 20],
      [20, 10],
    ]);
    expect(client.getsockopt(TCP, the.TCP_AO_GET_KEYS)).toMatchObject([{ sendId: 10 }]);
  });

  test('the password of a connection with MD5 signatures can be changed; it is not begun or ended on the way', async () => {
    const password = (address: typeof BOB, text: string) => (socket: Socket) =>
      socket.setsockopt(TCP, the.TCP_MD5SIG, { address, key: secret(text) });
    const talk = conversation(false, password(ALICE, 'x'), password(BOB, 'x'));
    await talk.hosts.run(1e9);
    const [client, server] = [talk.connecting, talk.accepted()!];
    password(BOB, 'y')(client);
    start(talk.hosts.programs, async () => {
      await client.sendall('once more');
    });
    await talk.hosts.run(talk.hosts.programs.now() + 5e8);
    expect(talk.said).toEqual(['hello']);
    // Once, and once for each probe or retransmission since.
    const info = server.getsockopt(TCP, the.TCP_INFO) as TcpInfo;
    expect(info.authentication?.failed).toBeGreaterThan(0);
    // The other side follows, and what was lost is sent again.
    password(ALICE, 'y')(server);
    await talk.hosts.run(9e9);
    expect(talk.said).toEqual(['hello', 'once more']);
    expect(() => client.setsockopt(TCP, the.TCP_MD5SIG, { address: BOB, key: NO_KEY })).toThrow(/EBUSY/);
    expect(() => client.setsockopt(TCP, the.TCP_AO_ADD_KEY, request())).toThrow(/EINVAL/);
    const plain = conversation(
      false,
      () => undefined,
      () => undefined,
    );
    await plain.hosts.run(1e9);
    expect(() => password(BOB, 'y')(plain.connecting)).toThrow(/EINVAL/);
    expect(() => plain.connecting.setsockopt(TCP, the.TCP_AO_ADD_KEY, request())).toThrow(/EINVAL/);
  });
});
