/**
 * Transfers through a bad link between two ends that sign: under TCP-AO with both algorithms, the keys changing on the
 * way, and under MD5 signatures. The sequence numbers of both ends wrap, so that TCP-AO's extension counts on. What
 * arrives is what was sent, and no segment is dropped for its signature.
 */
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../src/layers/address.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import type { DropReason } from '../../src/layers/drop.ts';
import type { AlgorithmName } from '../../src/layers/transport/tcp/authentication/algorithms.ts';
import type { TcpInfo } from '../../src/layers/transport/tcp/info.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { World } from '../../src/sim/world.ts';
import type { AddKeyRequest, AuthenticationInfo } from '../../src/sockets/authentication-options.ts';
import * as the from '../../src/sockets/constants.ts';
import type { Socket } from '../../src/sockets/socket.ts';

const BYTES = 150_000;
const HALF = BYTES / 2;
const LINK: LinkOptions = { rate: '10Mbit/s', delay: '5ms', loss: '5%', reorder: '5%', duplicate: '2%', jitter: '2ms' };
/** `tcp-unsigned` is not among them: a connection that one end has forgotten is reset without a signature. */
const REFUSED: readonly DropReason[] = ['tcp-bad-signature', 'tcp-unknown-key', 'tcp-unexpected-signature'];
/** The sequence numbers of each end wrap after as many octets. */
const WRAP_AFTER = 50_000;
const ALICE = ['10.0.0.1/24', 'fd00::1/64'];
const BOB = ['10.0.0.2/24', 'fd00::2/64'];

interface Plan {
  readonly ipv6: boolean;
  /** What each end does with its socket before it connects or listens. */
  readonly prepare: (socket: Socket, peer: 'alice' | 'bob', address: AddKeyRequest['address']) => void;
  /** When half of the bytes have arrived. */
  readonly halfWay?: (client: Socket, server: Socket) => void;
  readonly link?: LinkOptions;
}

interface Outcome {
  readonly intact: boolean;
  readonly now: number;
  readonly refused: number;
  /** Read when all has arrived. */
  readonly info: Readonly<Record<'client' | 'server', TcpInfo>>;
  readonly retransmittedBytes: number;
}

async function transfer({ ipv6, prepare, halfWay, link = LINK }: Plan): Promise<Outcome> {
  const world = new World({ seed: 7, slabBytes: 1 << 20 });
  const options = { initialSequenceNumber: () => -WRAP_AFTER };
  const [alice, bob] = [world.host('alice', options), world.host('bob', options)];
  world.link({ host: alice, addresses: ALICE }, { host: bob, addresses: BOB }, link);
  const domain = ipv6 ? the.AF_INET6 : the.AF_INET;
  const content = Uint8Array.from({ length: BYTES }, (_, at) => (at * 7 + (at >>> 8)) & 0xff);
  const hash = createHash('sha256');
  let client: Socket | undefined;
  let info: Outcome['info'] | undefined;
  world.spawn(bob, 'server', async ({ socket }) => {
    const listening = socket(domain, the.SOCK_STREAM);
    prepare(listening, 'alice', ipAddress(ipv6 ? 'fd00::1' : '10.0.0.1'));
    listening.bind(['', 179]);
    listening.listen(1);
    const [connection] = await listening.accept();
    let received = 0;
    for (;;) {
      const bytes = await connection.recv(5000);
      if (bytes.length === 0) break;
      if (received < HALF && received + bytes.length >= HALF) halfWay?.(client!, connection);
      received += bytes.length;
      hash.update(bytes);
    }
    const read = (one: Socket) => one.getsockopt(the.IPPROTO_TCP, the.TCP_INFO) as TcpInfo;
    info = { client: read(client!), server: read(connection) };
    await connection.sendall('thanks');
    connection.close();
    listening.close();
  });
  world.spawn(alice, 'client', async ({ socket }) => {
    const connection = socket(domain, the.SOCK_STREAM);
    client = connection;
    prepare(connection, 'bob', ipAddress(ipv6 ? 'fd00::2' : '10.0.0.2'));
    await connection.connect(['bob', 179]);
    await connection.sendall(content);
    connection.shutdown(the.SHUT_WR);
    await connection.recv(100);
    connection.close();
  });
  const { now, programs } = await world.run();
  expect(programs.map(({ state }) => state)).toEqual(['finished', 'finished']);
  expect(world.pool.outstanding).toBe(0);
  const refused = [alice, bob].flatMap(({ counters }) => REFUSED.map((reason) => counters.dropped.get(reason) ?? 0));
  return {
    intact: hash.digest('hex') === createHash('sha256').update(content).digest('hex'),
    now,
    refused: refused.reduce((sum, count) => sum + count),
    info: info!,
    retransmittedBytes: info!.client.retransmittedBytes,
  };
}

const secret = (text: string): Uint8Array => new TextEncoder().encode(text);
const TCP = the.IPPROTO_TCP;

describe.each([false, true])('signed transfers (IPv6: %s)', (ipv6) => {
  test.each<[AlgorithmName, boolean]>([
    ['HMAC-SHA-1-96', true],
    ['AES-128-CMAC-96', false],
  ])('TCP-AO with %s, options covered: %s', async (algorithm, coversOptions) => {
    const { intact, refused, info } = await transfer({
      ipv6,
      prepare: (socket, _, address) =>
        socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, {
          address,
          sendId: 7,
          receiveId: 7,
          key: secret('a secret'),
          algorithm,
          coversOptions,
        }),
    });
    expect({ intact, refused }).toEqual({ intact: true, refused: 0 });
    const { client, server } = info;
    // RFC 5925 §6.2: the data of one end passed 2^32, that of the other did not.
    expect(client.authentication).toMatchObject({
      protocol: 'tcp-ao',
      failed: 0,
      sendExtension: 1,
      receiveExtension: 0,
    });
    expect(server.authentication).toMatchObject({
      protocol: 'tcp-ao',
      failed: 0,
      sendExtension: 0,
      receiveExtension: 1,
    });
    expect(server.authentication?.verified).toBeGreaterThan(BYTES / 1460);
  });

  test('MD5 signatures', async () => {
    const { intact, refused, info } = await transfer({
      ipv6,
      prepare: (socket, _, address) => socket.setsockopt(TCP, the.TCP_MD5SIG, { address, key: secret('a password') }),
    });
    expect({ intact, refused }).toEqual({ intact: true, refused: 0 });
    expect(info.server.authentication).toMatchObject({ protocol: 'md5', failed: 0, unsigned: 0 });
    expect(info.server).toMatchObject({ sackOk: true, timestampsOk: false });
  });

  test('RFC 5925 §6.1: new keys in the middle of a transfer lose no segment', async () => {
    // Alice's KeyIDs are odd, Bob's even; each key has another secret.
    const key = (peer: 'alice' | 'bob', address: AddKeyRequest['address'], generation: number): AddKeyRequest => ({
      address,
      sendId: 10 * generation + (peer === 'bob' ? 1 : 2),
      receiveId: 10 * generation + (peer === 'bob' ? 2 : 1),
      key: secret(`secret ${generation}`),
      algorithm: generation === 1 ? 'HMAC-SHA-1-96' : 'AES-128-CMAC-96',
    });
    const addresses = new Map<string, AddKeyRequest['address']>();
    const plan: Plan = {
      ipv6,
      prepare: (socket, peer, address) => {
        addresses.set(peer, address);
        socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, key(peer, address, 1));
      },
      halfWay: (client, server) => {
        client.setsockopt(TCP, the.TCP_AO_ADD_KEY, key('bob', addresses.get('bob')!, 2));
        server.setsockopt(TCP, the.TCP_AO_ADD_KEY, key('alice', addresses.get('alice')!, 2));
        // Bob asks for the new key, Alice signs with it as soon as she hears, and asks for it in her turn.
        server.setsockopt(TCP, the.TCP_AO_INFO, { nextKey: 21 });
        client.setsockopt(TCP, the.TCP_AO_INFO, { nextKey: 22 });
      },
    };
    const { intact, refused, info, now, retransmittedBytes } = await transfer(plan);
    expect({ intact, refused }).toEqual({ intact: true, refused: 0 });
    const { client, server } = info;
    expect(client.authentication).toMatchObject({ currentKeyId: 21, receivedKeyId: 22, receivedNextKeyId: 21 });
    expect(server.authentication).toMatchObject({ currentKeyId: 22, receivedKeyId: 21, receivedNextKeyId: 22 });
    // The very same run without the change, to the nanosecond.
    const unchanged = await transfer({ ...plan, halfWay: () => undefined });
    expect([now, retransmittedBytes]).toEqual([unchanged.now, unchanged.retransmittedBytes]);
  });

  test('a key that only one end has: nothing arrives, and every segment is counted as dropped for that', async () => {
    const world = new World({ seed: 1, slabBytes: 1 << 20 });
    const [alice, bob] = [world.host('alice'), world.host('bob')];
    world.link(alice, bob, { delay: '5ms' });
    const domain = ipv6 ? the.AF_INET6 : the.AF_INET;
    const any = { address: ipv6 ? UNSPECIFIED_V6 : UNSPECIFIED_V4, prefixLength: 0, sendId: 1, receiveId: 1 };
    const outcome: string[] = [];
    world.spawn(alice, 'client', async ({ socket }) => {
      const connection = socket(domain, the.SOCK_STREAM);
      const request: AddKeyRequest = { ...any, key: secret('one') };
      connection.setsockopt(TCP, the.TCP_AO_ADD_KEY, request);
      await connection.connect(['bob', 179]).catch(({ code }: { code: string }) => outcome.push(code));
    });
    world.spawn(bob, 'server', async ({ socket }) => {
      const listening = socket(domain, the.SOCK_STREAM);
      const request: AddKeyRequest = { ...any, key: secret('another') };
      listening.setsockopt(TCP, the.TCP_AO_ADD_KEY, request);
      listening.bind(['', 179]);
      listening.listen(1);
      await listening.accept();
    });
    await world.run();
    expect(outcome).toEqual(['ETIMEDOUT']);
    expect(Object.fromEntries(bob.counters.dropped)).toEqual({ 'tcp-bad-signature': 8 });
  });
});

test('TCP_AO_INFO has what TCP_INFO says, and the two settings', async () => {
  const read: AuthenticationInfo[] = [];
  const { info } = await transfer({
    ipv6: false,
    link: { delay: '1ms' },
    prepare: (socket, _, address) => {
      socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, { address, sendId: 0, receiveId: 255, key: secret('x') });
      socket.setsockopt(TCP, the.TCP_AO_DEL_KEY, { address, sendId: 0, receiveId: 255 });
      socket.setsockopt(TCP, the.TCP_AO_ADD_KEY, { address, sendId: 9, receiveId: 9, key: secret('x') });
      socket.setsockopt(TCP, the.TCP_AO_INFO, { required: true, acceptIcmp: true });
    },
    halfWay: (client) => void read.push(client.getsockopt(TCP, the.TCP_AO_INFO) as AuthenticationInfo),
  });
  expect(read).toMatchObject([{ protocol: 'tcp-ao', currentKeyId: 9, nextKeyId: 9, required: true, acceptIcmp: true }]);
  expect(info.client.authentication?.verified).toBeGreaterThan(read[0]!.verified);
});
