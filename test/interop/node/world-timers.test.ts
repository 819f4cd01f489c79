/** `setTimeout`, `setInterval` and `Date` of programs go by the world's time while it runs, and by the machine's before and after. */
import timers from 'node:timers';
import { promisify } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { World } from '../../../src/index.ts';
import { NodeWorld } from '../../../src/node/index.ts';

const real = { setTimeout, setInterval, clearTimeout, clearInterval, Date, ofModule: timers.setTimeout };
afterEach(() => {
  expect({ setTimeout, setInterval, clearTimeout, clearInterval, Date, ofModule: timers.setTimeout }).toEqual(real);
  expect(globalThis.setTimeout).toBe(real.setTimeout);
  expect(globalThis.Date).toBe(real.Date);
});

function started(): {
  readonly world: World;
  readonly node: NodeWorld;
  readonly log: string[];
  note: (what: string) => void;
} {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world);
  node.on(world.host('a'));
  const log: string[] = [];
  return { world, node, log, note: (what) => log.push(`${world.now / 1e6} ${what}`) };
}

test('an hour passes at once, in order', async () => {
  const { node, log, note } = started();
  setTimeout(note, 3_600_000, 'hour');
  setTimeout(note, 20, 'second');
  setTimeout(note, 10, 'first');
  timers.setTimeout(note, 15, 'of the module');
  const taken = setTimeout(note, 12, 'never');
  setTimeout(() => clearTimeout(taken), 11);
  const before = real.Date.now();
  await node.run();
  expect(log).toEqual(['10 first', '15 of the module', '20 second', '3600000 hour']);
  expect(real.Date.now() - before).toBeLessThan(60_000);
});

test('an interval, until it is cleared by its number', async () => {
  const { node, log, note } = started();
  const number = Number(
    setInterval(() => {
      note('tick');
      if (log.length === 3) clearInterval(number);
    }, 100),
  );
  await node.run();
  expect(log).toEqual(['100 tick', '200 tick', '300 tick']);
});

test('refresh puts it off, close takes it back, hasRef says what was chosen', async () => {
  const { node, log, note } = started();
  const late = setTimeout(note, 30, 'late');
  setTimeout(() => late.refresh(), 20);
  setTimeout(note, 40, 'closed').close();
  expect([late.hasRef(), late.unref().hasRef(), late.ref().hasRef()]).toEqual([true, false, true]);
  await node.run();
  expect(log).toEqual(['50 late']);
});

test('a world does not go on for timers that nobody waits for; while it goes on they fire', async () => {
  const { world, node, log, note } = started();
  setInterval(note, 40, 'unreferenced').unref();
  setTimeout(note, 100, 'last');
  await node.run();
  expect(log).toEqual(['40 unreferenced', '80 unreferenced', '100 last']);
  expect(world.now).toBe(100e6);
});

test('a promise of a time-out', async () => {
  const { node, log, note } = started();
  void promisify(setTimeout)(70, 'value').then((value) => note(String(value)));
  await node.run();
  expect(log).toEqual(['70 value']);
});

test('dates', async () => {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world, { startDate: new real.Date('2030-05-06T07:08:09Z') });
  node.on(world.host('a'));
  const dates: unknown[] = [];
  setTimeout(() => {
    dates.push(new Date().toISOString(), Date.now(), new Date(5).getTime(), new Date() instanceof Date);
    dates.push(Date.UTC(1970, 0, 1), typeof Date());
  }, 1500);
  await node.run();
  const now = real.Date.UTC(2030, 4, 6, 7, 8, 10, 500);
  expect(dates).toEqual(['2030-05-06T07:08:10.500Z', now, 5, true, 0, 'string']);
});

test('one world at a time', async () => {
  const { node } = started();
  const other = new World({ seed: 2 });
  expect(() => new NodeWorld(other).on(other.host('a'))).toThrow('the timers of another world are installed');
  await node.run();
});

test('the timers of the machine, if they are wanted', async () => {
  const world = new World({ seed: 1 });
  const node = new NodeWorld(world, { timers: 'machine' });
  node.on(world.host('a'));
  expect(globalThis.setTimeout).toBe(real.setTimeout);
  await node.run();
  expect(world.now).toBe(0);
});

test('a program that fails leaves the timers of the machine', async () => {
  const { world, node } = started();
  world.spawn(world.hosts[0]!, 'fails', () => {
    throw new Error('as it is told');
  });
  await expect(node.run()).rejects.toThrow('as it is told');
});
