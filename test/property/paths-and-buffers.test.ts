/**
 * Whole transfers over paths that swallow large packets, and over a long fat path with small buffers: what path MTU
 * discovery and buffers that grow are for.
 */
import { describe, expect, test } from 'vitest';
import { isLinkLocal } from '../../src/layers/address.ts';
import { SECOND } from '../../src/layers/clock.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, patternSource } from '../../src/sim/bulk-transfer.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';

interface Run {
  readonly link: LinkOptions;
  readonly bytes?: number;
  readonly seconds: number;
  readonly sender?: Partial<TcpSettings>;
  readonly receiver?: Partial<TcpSettings>;
  readonly ipv6?: boolean;
  readonly mtu?: number;
}

/** A transfer between two hosts on one link, as far as it comes in so many seconds. */
function transfer({ link, bytes = 1e12, seconds, sender = {}, receiver = {}, ipv6 = false, mtu = 1500 }: Run) {
  const world = new World({ seed: 1, slabBytes: 1 << 20 });
  const from = world.host('from', { settings: { tcp: sender } });
  const to = world.host('to', { settings: { tcp: receiver } });
  world.link({ host: from, mtu }, { host: to, mtu }, link);
  const address = to.addresses.find(
    (each) => each.address.family === (ipv6 ? 6 : 4) && !each.networkInterface.isLoopback && !isLinkLocal(each.address),
  )!;
  let endedNs = -1;
  const run = new BulkTransfer({
    sender: from.sockets,
    receiver: to.sockets,
    address: address.address,
    port: 5001,
    memory: world.memory,
    source: patternSource(bytes),
    ended: () => {
      endedNs = world.now;
    },
  });
  world.runSync((seconds / 2) * SECOND);
  const half = run.bytesReceived;
  world.runSync(seconds * SECOND);
  const connection = [...from.tcp.connections][0];
  return { received: run.bytesReceived, rate: ((run.bytesReceived - half) * 16) / seconds, endedNs, connection };
}

describe.each([false, true])(
  'a path that swallows packets of more than 1400 bytes and says nothing (IPv6: %s)',
  (ipv6) => {
    const hole = (mode: TcpSettings['packetizationLayerProbing'], seconds: number) =>
      transfer({
        link: { mtuBytes: 1400, delay: '10ms', rate: '10Mbit/s' },
        bytes: 2_000_000,
        seconds,
        sender: { packetizationLayerProbing: mode },
        ipv6,
      });

    test('without probing not one full segment gets through', () => {
      const { received, endedNs } = hole('off', 600);
      expect(received).toBe(0);
      expect(endedNs).toBe(-1);
    });

    test('after a black hole is suspected smaller segments go, and then the largest that fit', () => {
      const { received, endedNs } = hole('after-black-hole', 60);
      expect(received).toBe(2_000_000);
      // 1 + 2 + 4 + 8 seconds, and what the transfer takes.
      expect(endedNs).toBeGreaterThan(15 * SECOND);
      expect(endedNs).toBeLessThan(25 * SECOND);
    });

    test('probing from the start loses a few probes and no time', () => {
      const { received, endedNs } = hole('always', 60);
      expect(received).toBe(2_000_000);
      expect(endedNs).toBeLessThan(3 * SECOND);
    });

    test('what is found is what the path carries', () => {
      const { connection } = transfer({
        link: { mtuBytes: 1400, delay: '1ms', rate: '10Mbit/s' },
        seconds: 60,
        sender: { packetizationLayerProbing: 'always' },
        // Few segments in flight, since no probe goes out for as many round trips after one was lost.
        receiver: { receiveBufferBytes: 32_768 },
        ipv6,
      });
      expect(connection!.search.effective).toBe(1400);
      // No lost probe was taken for congestion.
      expect(connection!.congestion.ssthresh).toBe(Number.POSITIVE_INFINITY);
    });
  },
);

test('jumbo frames are found from 1024 bytes up', () => {
  const { connection } = transfer({
    link: { delay: '1ms', rate: '100Mbit/s' },
    seconds: 2,
    sender: { packetizationLayerProbing: 'always' },
    mtu: 9000,
  });
  expect(connection!.smss).toBe(8948);
});

describe('100 Mbit/s and 200 ms, from buffers of 64 KiB', () => {
  const link: LinkOptions = { delay: '100ms', rate: '100Mbit/s', queue: { frames: 5000 } };
  const small = { sendBufferBytes: 65_536, receiveBufferBytes: 65_536 };
  const ceiling = (100e6 * 1448) / 1514;
  const goodput = (sender: Partial<TcpSettings>, receiver: Partial<TcpSettings>) =>
    transfer({ link, seconds: 7, sender: { ...small, ...sender }, receiver: { ...small, ...receiver } }).rate;

  test('both grow: at least nine tenths of what the link carries', () => {
    expect(goodput({ sendBufferAutotuning: true }, { receiveBufferAutotuning: true })).toBeGreaterThan(0.9 * ceiling);
  });

  test.each([
    ['neither grows', {}, {}],
    ['only the sender’s grows', { sendBufferAutotuning: true }, {}],
    ['only the receiver’s grows', {}, { receiveBufferAutotuning: true }],
  ])('%s: 64 KiB in 200 ms', (_, sender, receiver) => {
    const rate = goodput(sender, receiver);
    expect(rate).toBeLessThan(2.7e6);
    expect(rate).toBeGreaterThan(1.5e6);
  });

  test('without timestamps as well', () => {
    const rate = goodput({ sendBufferAutotuning: true, timestamps: false }, { receiveBufferAutotuning: true });
    expect(rate).toBeGreaterThan(0.9 * ceiling);
  });
});

/** A program that writes 100 bytes every millisecond, 1460 times, without Nagle. @returns the frames that went out */
function smallWrites(option: number): { framesSent: number; endedNs: number; received: number } {
  const world = new World({ seed: 1, slabBytes: 1 << 20 });
  const [from, to] = [world.host('from', { settings: { tcp: { timestamps: false } } }), world.host('to')];
  const link = world.link(from, to, { delay: '10ms' });
  const chunk = new Uint8Array(100);
  const into = new Uint8Array(65_536);
  const server = to.sockets.socket(the.AF_INET, the.SOCK_STREAM);
  const address = to.addresses.find((each) => each.address.family === 4 && !each.networkInterface.isLoopback)!.address;
  to.sockets.bind(server, address, 80);
  to.sockets.listen(server, 1);
  const client = from.sockets.socket(the.AF_INET, the.SOCK_STREAM);
  from.sockets.setsockopt(client, the.IPPROTO_TCP, the.TCP_NODELAY, 1);
  if (option !== 0) from.sockets.setsockopt(client, the.IPPROTO_TCP, option, 1);
  from.sockets.connect(client, address, 80);
  world.runSync(SECOND);
  const connection = to.sockets.accept(server);
  let [received, endedNs] = [0, -1];
  to.sockets.watch(connection, () => {
    for (let count = to.sockets.recv(connection, into); count >= 0; count = to.sockets.recv(connection, into)) {
      received += count;
      if (count === 0) {
        endedNs = world.now;
        to.sockets.close(connection);
        return;
      }
    }
  });
  const before = link.aToB.counters.framesSent;
  for (let count = 0; count < 1460; count++) {
    expect(from.sockets.send(client, chunk)).toBe(100);
    world.runSync(world.now + SECOND / 1000);
  }
  from.sockets.close(client);
  world.runSync(world.now + 10 * SECOND);
  return { framesSent: link.aToB.counters.framesSent - before, endedNs, received };
}

test.each([
  ['neither: a segment for each write', 0, 1460],
  ['TCP_CORK: full segments only', the.TCP_CORK, 100],
  ['TCP_NOPUSH: full segments only', the.TCP_NOPUSH, 100],
])('1460 writes of 100 bytes, %s', (_, option, segments) => {
  const { framesSent, received, endedNs } = smallWrites(option);
  expect(received).toBe(146_000);
  expect(endedNs).toBeGreaterThan(0);
  // And a FIN of its own, perhaps an ARP reply, and the last ACK.
  expect(framesSent).toBeGreaterThanOrEqual(segments);
  expect(framesSent).toBeLessThanOrEqual(segments + 4);
});
