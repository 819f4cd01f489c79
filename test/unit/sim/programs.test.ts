import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ProgramError } from '../../../src/sim/programs.ts';
import { World } from '../../../src/sim/world.ts';
import { AF_INET, AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, SOCK_STREAM } from '../../../src/sockets/constants.ts';

describe('programs in virtual time', () => {
  test('await never races the clock: each runs as far as it can before the next event', async () => {
    const world = new World({ seed: 1 });
    const log: string[] = [];
    const say = (what: string): void => void log.push(`${world.now} ${what}`);
    for (const [name, pause] of [
      ['a', 10],
      ['b', 15],
    ] as const) {
      world.programs.spawn(name, async (program) => {
        for (let turn = 0; turn < 3; turn++) {
          await program.sleep(pause);
          // A chain of continuations: none of it may fall behind the next event.
          for (let depth = 0; depth < 50; depth++) await Promise.resolve();
          say(`${name}${turn}`);
        }
      });
    }
    const ticking = world.time.timer(() => {
      say('tick');
      if (world.now < 40) ticking.arm(world.now + 5);
    });
    ticking.arm(5);
    const report = await world.run();
    expect(log).toEqual([
      '5 tick',
      '10 a0',
      '10 tick',
      '15 b0',
      '15 tick',
      '20 a1',
      '20 tick',
      '25 tick',
      '30 b1',
      '30 a2',
      '30 tick',
      '35 tick',
      '40 tick',
      '45 b2',
    ]);
    expect(report).toMatchObject({ now: 45, idle: true });
    expect(report.programs.map(({ state }) => state)).toEqual(['finished', 'finished']);
  });

  test('a program that fails ends the run, and is named', async () => {
    const world = new World({ seed: 1 });
    const cause = new TypeError('no such thing');
    world.programs.spawn('server', async (program) => {
      await program.sleep(5);
      throw cause;
    });
    const error = await world.run().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ProgramError);
    expect(error).toMatchObject({ message: "program 'server' failed: no such thing", program: 'server', cause });
    expect((await world.run()).programs).toEqual([{ name: 'server', state: 'failed', waitsFor: [] }]);
  });

  test('programs that wait for what never comes are named, with what they wait for', async () => {
    const world = new World({ seed: 1 });
    const host = world.host('host');
    world.spawn(host, 'server', async ({ socket }) => {
      const listening = socket(2, 1);
      listening.bind(['0.0.0.0', 80]);
      listening.listen(1);
      await listening.accept();
    });
    world.programs.spawn('dreamer', () => new Promise<void>(() => undefined));
    const { programs, idle } = await world.run();
    expect(idle).toBe(true);
    expect(programs[0]).toMatchObject({ name: 'server', state: 'running' });
    expect(programs[0]!.waitsFor.join()).toMatch(/accept/);
    expect(programs[1]).toEqual({ name: 'dreamer', state: 'running', waitsFor: [] });
  });

  test('a run stops at a time or a condition, and goes on from there', async () => {
    const world = new World({ seed: 1 });
    let wakes = 0;
    const counter = world.programs.spawn('counter', async (self) => {
      for (; wakes < 10; wakes++) await self.sleep(10);
    });
    expect(counter.state).toBe('not started');
    expect((await world.run(35)).now).toBe(35);
    expect(wakes).toBe(3);
    expect((await world.run(() => wakes === 5)).now).toBe(50);
    expect((await world.run()).now).toBe(100);
    expect(world.programs.haveFinished).toBe(true);
  });

  test('mistakes are told: a name twice, two runs at once, programs without await', async () => {
    const world = new World({ seed: 1 });
    world.programs.spawn('one', (program) => program.sleep(5));
    expect(() => world.programs.spawn('one', () => undefined)).toThrow("there is a program 'one' already");
    const running = world.run();
    await expect(world.run()).rejects.toThrow('running already');
    await running;
    world.programs.spawn('two', (program) => program.sleep(5));
    expect(() => world.runSync()).toThrow('use `await world.run()`');
    expect(() => world.programs.sleep(-1)).toThrow(RangeError);
  });

  test('a transfer through a lossy world is the same twice, and another with another seed', async () => {
    const run = async (seed: number): Promise<string> => {
      const world = new World({ seed });
      const [alice, bob] = [world.host('alice'), world.host('bob')];
      world.link(alice, bob, { rate: '10Mbit/s', delay: '5ms', loss: '5%', jitter: '1ms', reorder: '2%' });
      const received: number[] = [];
      world.spawn(bob, 'server', async ({ socket }) => {
        const listening = socket(2, 1);
        listening.bind(['0.0.0.0', 80]);
        listening.listen(1);
        const [connection] = await listening.accept();
        for (;;) {
          const bytes = await connection.recv(5000);
          if (bytes.length === 0) break;
          received.push(...bytes);
        }
        connection.close();
        listening.close();
      });
      world.spawn(alice, 'client', async ({ socket }) => {
        const connection = socket(2, 1);
        await connection.connect(['bob', 80]);
        await connection.sendall(Uint8Array.from({ length: 50_000 }, (_, at) => at % 251));
        connection.close();
      });
      const { now, programs } = await world.run();
      expect(programs.map(({ state }) => state)).toEqual(['finished', 'finished']);
      expect(received).toEqual(Array.from({ length: 50_000 }, (_, at) => at % 251));
      expect(world.pool.outstanding).toBe(0);
      return JSON.stringify([now, world.time.events, world.links[0]!.aToB.counters]);
    };
    expect(await run(1)).toBe(await run(1));
    expect(await run(1)).not.toBe(await run(2));
  });

  test('a run that is over does not keep Node alive', () => {
    const script = `
      const { World } = await import(${JSON.stringify(new URL('../../../src/sim/world.ts', import.meta.url).href)});
      const world = new World({ seed: 1 });
      world.programs.spawn('sleeper', (program) => program.sleep(5));
      console.log((await world.run()).now);`;
    const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      timeout: 20_000,
    });
    expect(out.toString().trim()).toBe('5');
  });
});

describe('names', () => {
  test('a host is found by its name across a router, in both families, and by no link-local address', async () => {
    const printed: string[] = [];
    const world = new World({ seed: 1, print: (_, line) => printed.push(line) });
    const [alice, bob, router] = [world.host('alice'), world.host('bob'), world.router('router')];
    world.link(alice, router);
    world.link(router, bob);
    world.computeRoutes();
    for (const family of [AF_INET, AF_INET6]) {
      world.spawn(bob, `server ${family}`, async ({ socket, print, decode }) => {
        const welcome = socket(family, SOCK_STREAM);
        if (family === AF_INET6) welcome.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 1);
        welcome.bind(['', 80]);
        welcome.listen(1);
        const [connection] = await welcome.accept();
        print(decode(await connection.recv(100)));
      });
      world.spawn(alice, `client ${family}`, async ({ socket }) => {
        const door = socket(family, SOCK_STREAM);
        await door.connect(['bob', 80]);
        await door.sendall(`by ${family}`);
      });
    }
    await world.run();
    expect(printed.sort()).toEqual([`by ${AF_INET6}`, `by ${AF_INET}`]);
  });

  test('localhost is the host itself', async () => {
    const printed: string[] = [];
    const world = new World({ seed: 1, print: (_, line) => printed.push(line) });
    world.spawn(world.host('alice'), 'alone', async ({ gethostbyname, print }) => print(gethostbyname('localhost')));
    await world.run();
    expect(printed).toEqual(['127.0.0.1']);
  });

  test('a misspelt setting of a host is refused', () => {
    const world = new World({ seed: 1 });
    const settings = { tcp: { nodelay: true } } as object;
    expect(() => world.host('alice', { settings })).toThrow("no setting 'tcp.nodelay'");
    expect(() => world.host('bob', { settings: { hopLimits: 3 } as object })).toThrow("no setting 'hopLimits'");
  });
});
