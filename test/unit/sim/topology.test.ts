import { describe, expect, test } from 'vitest';
import { formatIpAddress } from '../../../src/layers/address-text.ts';
import type { DropReason } from '../../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../../src/layers/frame.ts';
import { writeMac } from '../../../src/layers/mac.ts';
import { Memory } from '../../../src/layers/memory.ts';
import { Hub } from '../../../src/sim/hub.ts';
import { Switch } from '../../../src/sim/switch.ts';
import type { VirtualHost } from '../../../src/sim/virtual-host.ts';
import { VirtualTime } from '../../../src/sim/virtual-time.ts';
import { World } from '../../../src/sim/world.ts';

/** Ports that write down what comes out of a switch or hub. */
function bench(middle: 'hub' | 'switch', settings = {}) {
  const time = new VirtualTime();
  const pool = new FramePool(new Memory());
  const dropped: DropReason[] = [];
  const observer = { dropped: (_: string, reason: DropReason) => void dropped.push(reason) };
  const box = middle === 'hub' ? new Hub('box', pool) : new Switch('box', time, pool, settings, observer);
  const out: string[] = [];
  const ports = [1, 2, 3, 4].map((number) => {
    const port = box.addPort();
    port.attach({
      send(frame: Frame) {
        out.push(`${number}`);
        pool.release(frame);
      },
    });
    return port;
  });
  /** Which ports a frame from `source` to `destination`, coming in by port `by`, goes out of. */
  const send = (by: number, source: number, destination: number): string => {
    out.length = 0;
    const frame = pool.acquire(0, 60);
    frame.end = frame.start + 60;
    writeMac(destination, frame.view, frame.start);
    writeMac(source, frame.view, frame.start + 6);
    ports[by - 1]!.receive(frame);
    pool.release(frame);
    expect(pool.outstanding).toBe(0);
    return out.join('');
  };
  return { time, send, dropped, box };
}

const BROADCAST = 0xffff_ffff_ffff;

describe('a hub', () => {
  test('repeats to all other ports', () => {
    const { send } = bench('hub');
    expect([send(1, 0xa, 0xb), send(2, 0xb, 0xa), send(4, 0xc, BROADCAST)]).toEqual(['234', '134', '123']);
  });
});

describe('a switch (IEEE 802.1D §7)', () => {
  test('floods what is for a station not heard of, and never for one that was (INVARIANTS 45)', () => {
    const { send, dropped } = bench('switch');
    expect(send(1, 0xa, 0xb)).toBe('234');
    expect(send(2, 0xb, 0xa)).toBe('1');
    expect(send(1, 0xa, 0xb)).toBe('2');
    expect(send(3, 0xc, 0xa)).toBe('1');
    expect(dropped).toEqual([]);
  });

  test('floods groups, and learns none from a source', () => {
    const { send } = bench('switch');
    expect(send(1, 0xa, BROADCAST)).toBe('234');
    expect(send(2, 0x0100_5e00_0001, 0xa)).toBe('1');
    expect(send(3, 0xc, 0x0100_5e00_0001)).toBe('124');
  });

  test('filters what came from where it should go, and the groups that are its own', () => {
    const { send, dropped } = bench('switch');
    send(1, 0xa, 0xb);
    expect(send(1, 0xd, 0xa)).toBe('');
    expect(send(1, 0xd, 0x0180_c200_000e)).toBe('');
    expect(dropped).toEqual(['switch-filtered', 'switch-filtered']);
  });

  test('follows a station that moves, and forgets one that is silent', () => {
    const { send, time } = bench('switch', { ageingNs: 10e9 });
    send(1, 0xa, BROADCAST);
    send(3, 0xa, BROADCAST);
    expect(send(2, 0xb, 0xa)).toBe('3');
    time.runUntil(10e9 - 1);
    expect(send(2, 0xb, 0xa)).toBe('3');
    time.runUntil(10e9);
    expect(send(2, 0xb, 0xa)).toBe('134');
  });

  test('remembers so many stations and no more', () => {
    const { send } = bench('switch', { stations: 1 });
    send(1, 0xa, BROADCAST);
    send(2, 0xb, BROADCAST);
    expect(send(3, 0xc, 0xa)).toBe('1');
    expect(send(3, 0xc, 0xb)).toBe('124');
  });
});

const addresses = (host: VirtualHost): string[] =>
  host.addresses
    .filter(({ networkInterface, address }) => !networkInterface.isLoopback && address.w0 >>> 16 !== 0xfe80)
    .map(({ address, prefix }) => `${formatIpAddress(address)}/${prefix.length}`);

async function pings(world: World, from: VirtualHost, to: string): Promise<string> {
  let answer = 'nothing';
  from.ping(to, {}, (result) => {
    answer = result.kind;
  });
  await world.run(() => answer !== 'nothing');
  return answer;
}

describe('a world', () => {
  test('gives names, MAC addresses and addresses where the user gives none', () => {
    const world = new World({ seed: 1 });
    const [alice, bob, router] = [world.host('alice'), world.host('bob'), world.router('router')];
    const first = world.link(alice, router);
    world.link(router, { host: bob, addresses: ['192.0.2.1/30'], name: 'uplink', mac: 0x0200_0000_00aa });
    expect(first.name).toBe('alice.eth0-router.eth0');
    expect(addresses(alice)).toEqual(['10.0.0.1/24', 'fd00::1/64']);
    expect(addresses(router)).toEqual(['10.0.0.2/24', 'fd00::2/64', '10.0.1.1/24', 'fd00:1::1/64']);
    expect(addresses(bob)).toEqual(['192.0.2.1/30']);
    expect(alice.interface('eth0')!.mac).toBe(0x0200_0000_0001);
    expect(bob.interface('uplink')!.mac).toBe(0x0200_0000_00aa);
  });

  test('computes routes through routers and switches, for both families', async () => {
    const world = new World({ seed: 1 });
    const [alice, bob] = [world.host('alice'), world.host('bob')];
    const [r1, r2, r3] = [world.router('r1'), world.router('r2'), world.router('r3')];
    const lan = world.switch('lan');
    world.link(alice, lan);
    world.link(lan, r1);
    world.link(r1, r2, { delay: '1ms' });
    world.link(r2, r3);
    world.link(r3, bob);
    world.link(r1, r3, { delay: '5ms' });
    world.computeRoutes();
    world.computeRoutes();
    for (const to of addresses(bob)) expect(await pings(world, alice, to.split('/')[0]!)).toBe('reply');
    // The way with fewer routers, though it is slower.
    let hops = 0;
    alice.traceroute(addresses(bob)[0]!.split('/')[0]!, {}, (found) => {
      hops = found.length;
    });
    await world.run(() => hops > 0);
    expect(hops).toBe(3);
    await world.run();
    expect(world.time.idle).toBe(true);
    expect(world.pool.outstanding).toBe(0);
  });

  test('a hub joins hosts on one network', async () => {
    const world = new World({ seed: 2 });
    const hub = world.hub('hub');
    const hosts = ['a', 'b', 'c'].map((name) => world.host(name));
    for (const host of hosts) world.link(host, hub);
    expect(hosts.map((host) => addresses(host)[0])).toEqual(['10.0.0.1/24', '10.0.0.2/24', '10.0.0.3/24']);
    expect(await pings(world, hosts[0]!, '10.0.0.3')).toBe('reply');
  });

  test('an impossible topology is a clear error and leaves nothing half done', () => {
    const world = new World({ seed: 1 });
    const [alice, bob, carol] = [world.host('alice'), world.host('bob'), world.host('carol')];
    expect(() => world.link(alice, alice)).toThrow('a link joins two machines, not alice with itself');
    expect(() => world.link(alice, bob, { loss: '5' })).toThrow('write 5%, not 5');
    expect(alice.interfaces).toHaveLength(1);
    world.link(alice, bob);
    expect(() => world.link(alice.interface('eth0')!, carol)).toThrow('alice.eth0 is plugged into a link already');
    expect(() => world.computeRoutes()).toThrow('no chain of routers joins them');
    expect(() => world.host('alice')).toThrow("there is a machine 'alice' already");
    expect(() => world.host('a.b')).toThrow('is no name for a machine');
    expect(() => world.link(new World({ seed: 1 }).host('stranger'), bob)).toThrow('stranger is not of this world');
    const [one, two] = [world.switch('one'), world.switch('two')];
    world.link(carol, one);
    world.link(world.host('dave'), two);
    expect(() => world.link(one, two)).toThrow('link them before their hosts');
    expect(() => new World({ seed: 1.5 })).toThrow(RangeError);
  });

  test('switches that are linked before their hosts are one network', () => {
    const world = new World({ seed: 1 });
    const [one, two, three] = [world.switch('one'), world.switch('two'), world.switch('three')];
    const [alice, bob] = [world.host('alice'), world.host('bob')];
    world.link(alice, one);
    world.link(two, three);
    world.link(one, two);
    world.link(three, bob);
    expect([addresses(alice)[0], addresses(bob)[0]]).toEqual(['10.0.0.1/24', '10.0.0.2/24']);
  });

  test('a link more shifts no dice', async () => {
    const run = async (extra: boolean): Promise<string> => {
      const world = new World({ seed: 5 });
      const [alice, bob] = [world.host('alice'), world.host('bob')];
      if (extra) world.link(world.host('carol'), world.host('dave'), { loss: '50%' });
      const link = world.link(alice, { host: bob, addresses: ['10.9.9.2/24'] }, { loss: '40%' });
      alice.addAddress(alice.interface('eth0')!, '10.9.9.1/24');
      for (let count = 0; count < 50; count++) {
        await pings(world, alice, '10.9.9.2');
      }
      return JSON.stringify([link.aToB.counters, link.bToA.counters]);
    };
    expect(await run(true)).toBe(await run(false));
  });
});
