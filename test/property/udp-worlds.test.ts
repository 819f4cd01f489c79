/**
 * Invariant 7 in whole worlds: datagrams between two hosts under explicit faults. Each one that is received is one that
 * was sent, whole or cut where the program's buffer ended and said so, from the address that sent it; nothing is left
 * afterwards (47). The medium may duplicate and reorder: UDP promises nothing there (RFC 768).
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IpAddress } from '../../src/layers/address.ts';
import { isLinkLocal, UNSPECIFIED_V4 } from '../../src/layers/address.ts';
import { formatIpAddress } from '../../src/layers/address-text.ts';
import type { ListedFault } from '../../src/sim/medium/fault-list.ts';
import type { VirtualHost } from '../../src/sim/virtual-host.ts';
import { World } from '../../src/sim/world.ts';
import type { AddressRecord } from '../../src/sockets/address-record.ts';
import * as the from '../../src/sockets/constants.ts';
import { hold } from './invariants/laws.ts';
import { runs } from './runs.ts';

interface Datagram {
  readonly from: 'client' | 'server';
  /** Which of its two sockets sends it. */
  readonly socket: 0 | 1;
  readonly length: number;
  readonly atMs: number;
}

interface UdpScenario {
  readonly faults: readonly ListedFault[];
  readonly datagrams: readonly Datagram[];
  readonly family: 4 | 6;
  readonly mtu: number;
  /** Room that the programs read into. */
  readonly space: number;
}

const PORTS = [6000, 6001] as const;

/** The content says which datagram it is, and where in it. */
const contentOf = (index: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, place) =>
    place < 2 ? (index >> (8 * place)) & 0xff : (place * 7 + index * 13) & 0xff,
  );

function play({ faults, datagrams, family, mtu, space }: UdpScenario): Map<number, number> {
  const world = new World({ seed: 1, slabBytes: 1 << 20, eventsPerInstant: 10_000 });
  const [client, server] = [world.host('client'), world.host('server')];
  world.link({ host: client, mtu }, { host: server, mtu }, { delay: '5ms', faults });
  const addressOf = (host: VirtualHost): IpAddress =>
    host.addresses.find(
      ({ address, networkInterface }) =>
        address.family === family && !networkInterface.isLoopback && !isLinkLocal(address),
    )!.address;
  const domain = family === 4 ? the.AF_INET : the.AF_INET6;
  const received = new Map<number, number>();
  const sockets = new Map<string, number>();
  for (const host of [client, server]) {
    const other = host === client ? server : client;
    PORTS.forEach((port, which) => {
      const socket = host.sockets.socket(domain, the.SOCK_DGRAM);
      expect(host.sockets.bind(socket, addressOf(host), port)).toBe(0);
      sockets.set(`${host.name} ${which}`, socket);
      const into = new Uint8Array(space);
      const from: AddressRecord = { address: UNSPECIFIED_V4, port: 0, interfaceIndex: 0, datagramLength: 0 };
      host.sockets.watch(socket, () => {
        for (;;) {
          const count = host.sockets.recvfrom(socket, into, 0, from);
          if (count < 0) return;
          const index = datagrams.findIndex(({ length }, candidate) => {
            const wanted = contentOf(candidate, length);
            return (
              length === from.datagramLength &&
              count === Math.min(length, space) &&
              wanted.subarray(0, count).every((byte, place) => byte === into[place])
            );
          });
          const sent = datagrams[index];
          hold(
            7,
            sent !== undefined,
            () => `${host.name} reads ${count} bytes of ${from.datagramLength}: no such was sent`,
          );
          const isShort = sent!.length < 2 || count < 2;
          hold(7, isShort || (sent!.from === other.name && from.port === PORTS[sent!.socket]), () => {
            return `datagram ${index} of ${sent!.from} ${sent!.socket} came from port ${from.port} to ${host.name}`;
          });
          hold(7, from.address.equals(addressOf(other)), () => `it came from ${formatIpAddress(from.address)}`);
          hold(7, isShort || port === PORTS[0], () => `datagram ${index} came to port ${port}`);
          received.set(index, (received.get(index) ?? 0) + 1);
        }
      });
    });
  }
  datagrams.forEach(({ from, socket, length, atMs }, index) => {
    const [host, other] = from === 'client' ? [client, server] : [server, client];
    const fire = (): void => {
      const bytes = contentOf(index, length);
      const fd = sockets.get(`${from} ${socket}`)!;
      expect(host.sockets.sendto(fd, bytes, 0, addressOf(other), PORTS[0])).toBe(length);
      bytes.fill(0); // what the program does with its bytes afterwards is its own business
    };
    world.time.schedule(atMs * 1e6, { fire });
  });
  world.runSync();
  for (const host of [client, server]) {
    PORTS.forEach((_, which) => {
      host.sockets.close(sockets.get(`${host.name} ${which}`)!);
    });
  }
  hold(47, world.pool.outstanding === 0, () => `${world.pool.outstanding} frames were never given back`);
  hold(47, world.time.idle, () => 'something is still to happen');
  const copies = faults.reduce((sum, fault) => sum + (fault.action === 'duplicate' ? (fault.copies ?? 1) : 0), 0);
  for (const [index, times] of received) {
    const isShort = datagrams[index]!.length < 2;
    hold(7, isShort || times <= 1 + copies, () => `datagram ${index} was read ${times} times`);
  }
  return received;
}

const datagram: fc.Arbitrary<Datagram> = fc.record({
  from: fc.constantFrom('client' as const, 'server' as const),
  socket: fc.constantFrom(0 as const, 1 as const),
  length: fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.integer({ min: 0, max: 6000 }),
    fc.constantFrom(1472, 1473, 1452, 1453),
  ),
  atMs: fc.integer({ min: 0, max: 200 }),
});

const direction = fc.constantFrom('aToB' as const, 'bToA' as const);
const place = fc.record({ ordinal: fc.integer({ min: 1, max: 40 }) });
const fault = fc
  .tuple(
    direction,
    place,
    fc.oneof(
      fc.record({ action: fc.constant('drop' as const) }),
      fc.record({ action: fc.constant('duplicate' as const), copies: fc.integer({ min: 1, max: 2 }) }),
      fc.record({ action: fc.constant('delay' as const), by: fc.integer({ min: 1, max: 300 }).map((ms) => `${ms}ms`) }),
      fc.record({ action: fc.constant('reorder' as const), frames: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ action: fc.constant('truncate' as const), lengthBytes: fc.integer({ min: 1, max: 1500 }) }),
    ),
  )
  .map(([way, where, action]) => ({ direction: way, ...where, ...action }) as ListedFault);

/** One bit of one IP packet: ARP has no checksum, and two flips may cancel each other. */
const damage = (family: 4 | 6): fc.Arbitrary<ListedFault[]> =>
  fc
    .array(
      fc.record({
        direction,
        action: fc.constant('corrupt' as const),
        match: fc.record({ protocol: fc.constant(`ipv${family}` as const), nth: fc.integer({ min: 1, max: 20 }) }),
        offset: fc.oneof(fc.integer({ min: 14, max: 80 }), fc.integer({ min: 14, max: 1500 })),
        mask: fc.integer({ min: 0, max: 7 }).map((bit) => 1 << bit),
      }),
      { maxLength: 1 },
    )
    .map((list) => list as ListedFault[]);

const scenario: fc.Arbitrary<UdpScenario> = fc.constantFrom(4 as const, 6 as const).chain((family) =>
  fc
    .record({
      faults: fc.tuple(fc.array(fault, { maxLength: 12 }), damage(family)).map((lists) => lists.flat()),
      datagrams: fc.array(datagram, { minLength: 1, maxLength: 12 }),
      family: fc.constant(family),
      mtu: fc.constantFrom(1500, 1280, 576),
      space: fc.constantFrom(10_000, 700, 20),
    })
    .map((each) => ({ ...each, mtu: family === 6 ? Math.max(1280, each.mtu) : each.mtu })),
);

test('what is received is what was sent, one for one, from whom it says', () => {
  let reads = 0;
  fc.assert(
    fc.property(scenario, (each) => {
      reads += play(each).size;
    }),
    runs(250),
  );
  expect(reads).toBeGreaterThan(500);
});

test('without faults every datagram arrives exactly once, fragmented or not', () => {
  fc.assert(
    fc.property(scenario, (each) => {
      const received = play({ ...each, faults: [], space: 10_000 });
      const long = each.datagrams.flatMap(({ length }, index) => (length >= 2 ? [index] : []));
      for (const index of long) expect(received.get(index), `datagram ${index}`).toBe(1);
    }),
    runs(60),
  );
});
