/**
 * Invariants 46 to 49: everything ends, nothing is left, nothing storms, and a peer that vanished is given up. The first
 * three are asked of every scenario of `tcp-worlds.test.ts` too; here stand the cases that chance hardly finds.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import type { VirtualHost } from '../../src/sim/virtual-host.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import { errorCodeOf } from '../../src/sockets/errno.ts';
import { holdFor, playWithReport } from './report.ts';
import { runs } from './runs.ts';
import { PLAIN, type Scenario } from './scenario.ts';

const SECOND = 1e9;

describe('invariant 26: a window that closes opens again, whatever is lost', () => {
  const closing: Scenario = {
    ...PLAIN,
    client: [{ do: 'write', bytes: 5000, calls: 1 }],
    server: [{ do: 'sleep', ms: 4000 }],
    settings: { client: {}, server: { receiveBufferBytes: 1000 } },
  };

  test('the window updates are lost', () => {
    // Every pure ACK of the server from the fourth to the tenth: the update of 4 s among them.
    const faults = Array.from({ length: 7 }, (_, index) => ({
      direction: 'bToA' as const,
      match: { protocol: 'tcp' as const, flags: '.', payload: false, nth: index + 3 },
      action: 'drop' as const,
    }));
    const { reached, programs } = playWithReport({ ...closing, faults });
    expect(reached.get('window probe')).toBeGreaterThan(2);
    expect(programs[1]?.read).toBe(5000);
  });

  test('a window stays closed for hours, and every probe is answered', () => {
    const { reached, programs } = playWithReport({ ...closing, server: [{ do: 'sleep', ms: 3 * 3600 * 1000 }] });
    // RFC 9293 §3.8.6.1: for ever, while the peer answers. Doubling up to 60 s makes about 180 in three hours.
    expect(reached.get('window probe')).toBeGreaterThan(150);
    expect(reached.get('window probe')).toBeLessThan(200);
    expect(programs[1]).toMatchObject({ read: 5000, ending: 'orderly' });
  });

  test('both windows are closed at the same time', () => {
    const both = [
      { do: 'write', bytes: 5000, calls: 1 },
      { do: 'sleep', ms: 20_000 },
    ] as const;
    playWithReport({
      ...PLAIN,
      client: both,
      server: both,
      settings: { client: { receiveBufferBytes: 700 }, server: { receiveBufferBytes: 1000 } },
    });
  });
});

describe('invariant 49: the peer vanishes', () => {
  /** Runs until nothing can happen, with the wire cut in both directions from a moment on. */
  function vanish(cutAtMs: number, settings: Partial<TcpSettings>, write: number, keepAlive = false) {
    const world = new World({ seed: 1, slabBytes: 1 << 20, eventsPerInstant: 1000 });
    const client = world.host('client', { settings: { tcp: settings } });
    const server = world.host('server', { settings: { tcp: settings } });
    world.link(client, server, { delay: '10ms', down: { outages: [{ from: `${cutAtMs}ms`, to: '1000000s' }] } });
    const [one, other] = [connectTo(client, server), listen(server)];
    const outcome = { code: 'none', atNs: 0, frames: 0 };
    const { sockets } = client;
    if (keepAlive) sockets.setsockopt(one, the.SOL_SOCKET, the.SO_KEEPALIVE, 1);
    world.time.schedule(200e6, {
      fire: () => {
        if (write > 0) sockets.send(one, new Uint8Array(write));
      },
    });
    sockets.watch(one, () => {
      if ((sockets.readiness(one) & the.POLLERR) === 0) return;
      outcome.code = errorCodeOf(-(sockets.getsockopt(one, the.SOL_SOCKET, the.SO_ERROR) as number));
      outcome.atNs = world.now;
      sockets.close(one);
      for (const socket of [other.listening, other.accepted()]) if (socket >= 0) server.sockets.close(socket);
    });
    const latest = 40 * 3600 * SECOND;
    while (world.time.nextTime <= latest && world.step());
    outcome.frames = world.links[0]!.aToB.counters.framesSent + world.links[0]!.bToA.counters.framesSent;
    return {
      ...outcome,
      left: client.tcp.connections.size,
      idle: world.time.idle,
      outstanding: world.pool.outstanding,
    };
  }

  function connectTo(client: VirtualHost, server: VirtualHost): number {
    const socket = client.sockets.socket(the.AF_INET, the.SOCK_STREAM);
    const { address } = server.addresses.find((own) => !own.networkInterface.isLoopback && own.address.family === 4)!;
    client.sockets.connect(socket, address, 80);
    return socket;
  }

  function listen(server: VirtualHost): { readonly listening: number; readonly accepted: () => number } {
    const { sockets } = server;
    const listening = sockets.socket(the.AF_INET, the.SOCK_STREAM);
    const { address } = server.addresses.find((own) => !own.networkInterface.isLoopback && own.address.family === 4)!;
    sockets.bind(listening, address, 80);
    sockets.listen(listening, 1);
    let accepted = -1;
    sockets.watch(listening, () => {
      const socket = sockets.accept(listening);
      if (socket >= 0) accepted = socket;
    });
    return { listening, accepted: () => accepted };
  }

  test('RFC 9293 §3.8.3 (SHLD-11): with data in flight it is given up after R2, not before 100 s', () => {
    const { code, atNs, left, outstanding, frames } = vanish(150, {}, 5000);
    expect(['ETIMEDOUT', 'EHOSTUNREACH']).toContain(code);
    expect(atNs / SECOND).toBeGreaterThan(100);
    expect(atNs / SECOND).toBeLessThan(1200);
    expect(left).toBe(0);
    expect(outstanding).toBe(0);
    expect(frames).toBeLessThan(400);
  });

  test('RFC 9293 §3.10.8: the user timeout comes first', () => {
    const { code, atNs } = vanish(150, { userTimeoutNs: 30 * SECOND }, 5000);
    expect(['ETIMEDOUT', 'EHOSTUNREACH']).toContain(code);
    expect(atNs / SECOND).toBeGreaterThan(30);
    expect(atNs / SECOND).toBeLessThan(95);
  });

  test('a handshake is given up after 3 minutes at the earliest (MUST-23)', () => {
    const { code, atNs } = vanish(0, {}, 0);
    expect(['ETIMEDOUT', 'EHOSTUNREACH']).toContain(code);
    expect(atNs / SECOND).toBeGreaterThan(180);
  });

  test('RFC 9293 §3.8.4: without data only keep-alive notices', () => {
    expect(vanish(150, {}, 0)).toMatchObject({ code: 'none', left: 1 });
    const { code, atNs } = vanish(150, {}, 0, true);
    expect(['ETIMEDOUT', 'EHOSTUNREACH']).toContain(code);
    expect(atNs / SECOND).toBeGreaterThan(7200);
  });

  test('at any moment, with any settings: an error comes, and nothing is left', () => {
    const settings = fc.record(
      {
        timestamps: fc.boolean(),
        selectiveAcknowledgment: fc.boolean(),
        receiveBufferBytes: fc.constantFrom(700, 5000, 100_000),
        dataRetries: fc.constantFrom(3, 15),
        userTimeoutNs: fc.constantFrom(0, 5 * SECOND),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        settings,
        fc.integer({ min: 1, max: 60_000 }),
        (cutAt, chosen, write) => {
          const { code, left, outstanding } = vanish(cutAt, chosen, write);
          // Cut late, everything was acknowledged before: then nobody can know.
          if (code === 'none') expect(cutAt).toBeGreaterThan(200);
          else expect([left, outstanding]).toEqual([0, 0]);
        },
      ),
      runs(40),
    );
  });
});

describe('the checkers themselves', () => {
  test('a counterexample is shrunk, and told with law, seed, faults, ladder and command', () => {
    const lossy = fc
      .integer({ min: 1, max: 9 })
      .map((ordinal) => ({ ...PLAIN, faults: [...allDropped().slice(0, ordinal)] }));
    let message = '';
    try {
      holdFor(lossy, 5, (scenario) => {
        if (scenario.faults.length >= 2) throw new Error('two faults are too many');
      });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('two faults are too many');
    expect(message).toMatch(/seed -?\d+, path [\d:]+/);
    expect(JSON.parse(/^faults: (.*)$/m.exec(message)![1]!)).toHaveLength(2);
    expect(message).toMatch(/npx tsx test\/property\/replay\.ts '\{.*\}'/);
  });
});

/** So many losses that no SYN gets through. */
const allDropped = (): Scenario['faults'] =>
  Array.from({ length: 40 }, (_, index) => ({ direction: 'bToA', ordinal: index + 1, action: 'drop' }));
