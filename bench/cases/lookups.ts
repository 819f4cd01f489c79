/**
 * Finding the route of a packet and the connection of a segment among few and many. The textbook goes through a list of
 * routes, and keeps connections by a text of their four numbers.
 */
import { IpAddress } from '../../src/layers/address.ts';
import { FramePool } from '../../src/layers/frame.ts';
import { Memory } from '../../src/layers/memory.ts';
import { ReceivedPacket } from '../../src/layers/network/packet.ts';
import { type Route, RouteTable } from '../../src/layers/network/routes.ts';
import { ConnectionTable } from '../../src/layers/transport/tcp/connection-table.ts';
import type { ControlBlock } from '../../src/layers/transport/tcp/control-block.ts';
import { RandomStreams } from '../../src/sim/random-streams.ts';
import type { WorkPair } from './pair.ts';

export const ROUTES = [10, 1000, 100_000] as const;
export const CONNECTIONS = [10, 10_000, 1_000_000] as const;
const LOOKUPS = 1000;
/** A list of 100,000 is gone through so seldom. */
const LIST_LOOKUPS = 10;

/** @param count of them are there, of 8 to 24 bits, and a default route */
export function routes(count: number): WorkPair {
  const random = new RandomStreams(count).stream('routes');
  const table = new RouteTable();
  const list: Route[] = [];
  for (let index = 0; index < count; index++) {
    const prefixLength = index === 0 ? 0 : 8 + (random.next() % 17);
    const word = prefixLength === 0 ? 0 : (random.next() >> (32 - prefixLength)) << (32 - prefixLength);
    const destination = new IpAddress(4, 0, 0, 0, word);
    const route: Route = {
      destination,
      prefixLength,
      via: undefined,
      interfaceIndex: 1 + (index % 4),
      metric: 0,
      origin: 'static',
      suspect: false,
    };
    table.add(route);
    list.push(route);
  }
  const wanted = Int32Array.from({ length: LOOKUPS }, () => random.next() | 0);
  let place = 0;
  return {
    what: `route found of ${count}`,
    unitsPerCall: LIST_LOOKUPS,
    ours: () => {
      let all = 0;
      for (let lookup = 0; lookup < LIST_LOOKUPS; lookup++) {
        all += table.find(4, 0, 0, 0, wanted[place++ % LOOKUPS]!, 0)!.prefixLength;
      }
      return all;
    },
    textbook: () => {
      let all = 0;
      for (let lookup = 0; lookup < LIST_LOOKUPS; lookup++)
        all += longestMatch(list, wanted[place++ % LOOKUPS]!).prefixLength;
      return all;
    },
  };
}

export function longestMatch(list: readonly Route[], word: number): Route {
  let best = list[0]!;
  for (const route of list) {
    const { prefixLength } = route;
    const mask = prefixLength === 0 ? 0 : -1 << (32 - prefixLength);
    if (((word ^ route.destination.w3) & mask) === 0 && prefixLength > best.prefixLength) best = route;
  }
  return best;
}

/**
 * What the table looks at of a connection. A million whole ones, with their buffers and timers, would not fit into this
 * machine.
 */
type Listed = Pick<ControlBlock, 'identity' | 'nextInBucket'>;

/** @param count of them are there, of 1000 peers */
export function connections(count: number): WorkPair {
  const local = new IpAddress(4, 0, 0, 0, 0x0a00_0001);
  const peers = Array.from({ length: 1000 }, (_, index) => new IpAddress(4, 0, 0, 0, 0x0a01_0000 + index * 7));
  const table = new ConnectionTable();
  const byText = new Map<string, Listed>();
  const all: Listed[] = [];
  for (let index = 0; index < count; index++) {
    const remote = peers[index % peers.length]!;
    const remotePort = 1024 + Math.floor(index / peers.length);
    const block: Listed = {
      identity: { serial: index, local, localPort: 80, remote, remotePort },
      nextInBucket: undefined,
    };
    table.add(block as ControlBlock);
    byText.set(textOf(local.w3, 80, remote.w3, remotePort), block);
    all.push(block);
  }
  const random = new RandomStreams(count).stream('connections');
  const wanted = Array.from({ length: 10 * LOOKUPS }, () => all[random.next() % count]!.identity);
  const packet = new ReceivedPacket(new FramePool(new Memory(65_536)).acquire(0, 0));
  packet.destination3 = local.w3;
  let place = 0;
  return {
    what: `connection found of ${count}`,
    unitsPerCall: LOOKUPS,
    ours: () => {
      let sum = 0;
      for (let lookup = 0; lookup < LOOKUPS; lookup++) {
        const { remote, remotePort } = wanted[place++ % wanted.length]!;
        packet.source3 = remote.w3;
        sum += table.find(packet, remotePort, 80)!.identity.serial;
      }
      return sum;
    },
    textbook: () => {
      let sum = 0;
      for (let lookup = 0; lookup < LOOKUPS; lookup++) {
        const { remote, remotePort } = wanted[place++ % wanted.length]!;
        sum += byText.get(textOf(local.w3, 80, remote.w3, remotePort))!.identity.serial;
      }
      return sum;
    },
  };
}

const dotted = (word: number): string => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
const textOf = (local: number, localPort: number, remote: number, remotePort: number): string =>
  `${dotted(local)}:${localPort}-${dotted(remote)}:${remotePort}`;
