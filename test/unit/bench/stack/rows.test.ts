/** What `bench:stack` can be asked for, and that what it measures is what it says. */
import { describe, expect, test } from 'vitest';
import { BareWork } from '../../../../bench/cases/bare-work.ts';
import { Datagrams } from '../../../../bench/cases/datagrams.ts';
import { Exchanges } from '../../../../bench/cases/request-response.ts';
import { ShortConnections } from '../../../../bench/cases/short-connections.ts';
import { chosenRows, ROWS } from '../../../../bench/stack/rows.ts';
import { CONTROLLER_NAMES } from '../../../../src/layers/transport/tcp/congestion/controllers.ts';

describe('rows', () => {
  test('are all there: flows, MTUs, families, controllers with and without loss', () => {
    const names = ROWS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const flows of ['1 flow', '10 flows', '100 flows', '1000 flows']) {
      for (const rest of ['mtu 1500 ipv4', 'mtu 1500 ipv6', 'mtu 9000 ipv4', 'mtu 9000 ipv6']) {
        expect(names).toContain(`${flows} ${rest}`);
      }
    }
    for (const name of CONTROLLER_NAMES)
      expect(names).toEqual(expect.arrayContaining([`${name} loss 0`, `${name} loss 1%`]));
  });

  test('are chosen by texts in their names; a text in none is refused', () => {
    expect(chosenRows('')).toEqual(ROWS);
    expect(chosenRows('udp, vegas').map(({ name }) => name)).toEqual([
      'vegas loss 0',
      'vegas loss 1%',
      'udp 64 B',
      'udp 1472 B',
    ]);
    expect(() => chosenRows('udp,sctp')).toThrow(/no row has 'sctp' in its name/);
  });
});

test('an exchange is a segment of data each way, on one connection and on many', () => {
  for (const connections of [1, 20]) {
    const exchanges = new Exchanges(connections, 64);
    exchanges.run(100);
    const { aToB, bToA } = exchanges.world.links[0]!;
    const before = [aToB.counters.framesSent, bToA.counters.framesSent];
    exchanges.run(1000);
    const sent = [aToB.counters.framesSent - before[0]!, bToA.counters.framesSent - before[1]!];
    // The acknowledgment goes with the answer.
    for (const frames of sent) expect(Math.abs(frames - 1000)).toBeLessThanOrEqual(connections);
    expect(exchanges.world.hosts[0]!.tcp.connections.size).toBe(connections);
  }
});

test('connections come and go: at the client none is left but those that are open', () => {
  const short = new ShortConnections(5);
  short.run(200);
  const [client, server] = short.world.hosts;
  expect(client!.tcp.connections.size).toBeLessThanOrEqual(10);
  // TIME-WAIT is the server's.
  expect([...server!.tcp.connections].filter(({ state }) => state === 'TIME-WAIT').length).toBeGreaterThan(150);
});

test('no datagram is lost on the way to the program', () => {
  const datagrams = new Datagrams(1472);
  datagrams.run(1000);
  const { counters } = datagrams.world.links[0]!.aToB;
  expect(counters.framesDroppedByQueue).toBe(0);
  expect(counters.framesSent - datagrams.received).toBeLessThan(200);
});

test.each([
  [1500, 4],
  [1500, 6],
  [9000, 4],
  [9000, 6],
] as const)('the bare work of MTU %i over IPv%i reads what it wrote', (mtu, family) => {
  const bare = new BareWork({ mtu, family });
  let before = bare.read;
  for (let count = 0; count < 20; count++) {
    bare.run(1);
    // A segment that is refused leaves it as it was.
    expect(bare.read).not.toBe(before);
    before = bare.read;
  }
});
