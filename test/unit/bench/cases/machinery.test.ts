/** Both ways of each pair do the same work: otherwise a ratio of them would say nothing. */
import { describe, expect, test } from 'vitest';
import { connections, longestMatch, routes } from '../../../../bench/cases/lookups.ts';
import { dice } from '../../../../bench/cases/random-streams.ts';
import { fragments, ranges } from '../../../../bench/cases/reassembly.ts';
import { expired, rearmed } from '../../../../bench/cases/timers.ts';
import { IpAddress } from '../../../../src/layers/address.ts';
import type { Frame } from '../../../../src/layers/frame.ts';
import { type Route, RouteTable } from '../../../../src/layers/network/routes.ts';

test.each([10, 1000])('connections: both find the same ones of %i', (count) => {
  const pair = connections(count);
  // They take turns on one list of what is wanted, which repeats after ten calls.
  const found = Array.from({ length: 10 }, () => pair.ours());
  expect(Array.from({ length: 10 }, () => pair.textbook())).toEqual(found);
  expect(new Set(found).size).toBeGreaterThan(1);
});

describe('routes', () => {
  test('both find the same of 1000', () => {
    const pair = routes(1000);
    const found = Array.from({ length: 100 }, () => pair.ours());
    expect(Array.from({ length: 100 }, () => pair.textbook())).toEqual(found);
    expect(new Set(found).size).toBeGreaterThan(1);
  });

  test('the textbook takes the longest prefix, as the table does', () => {
    const route = (word: number, prefixLength: number): Route => ({
      destination: new IpAddress(4, 0, 0, 0, word | 0),
      prefixLength,
      via: undefined,
      interfaceIndex: prefixLength,
      metric: 0,
      origin: 'static',
      suspect: false,
    });
    const list = [route(0, 0), route(0x0a00_0000, 8), route(0x0a01_0000, 16), route(0xc000_0000, 8)];
    const table = new RouteTable();
    for (const each of list) table.add(each);
    for (const [word, expected] of [
      [0x0a01_0203, 16],
      [0x0a02_0203, 8],
      [0xc000_0001, 8],
      [0x0b00_0000, 0],
    ] as const) {
      expect(longestMatch(list, word | 0).prefixLength).toBe(expected);
      expect(table.find(4, 0, 0, 0, word | 0, 0)!.prefixLength).toBe(expected);
    }
  });
});

describe.each(['in order', 'reversed'] as const)('pieces %s', (order) => {
  test('of a packet make the same bytes', () => {
    const pair = fragments(order);
    for (let count = 0; count < 3; count++) {
      const whole = pair.ours() as Frame;
      const data = whole.bytes.slice(whole.start + 34, whole.end);
      expect(data.length).toBe(40 * 1480);
      expect(data).toEqual(pair.textbook());
    }
  });

  test('of a stream leave no gap, again and again', () => {
    const pair = ranges(order);
    for (let count = 0; count < 3; count++) {
      pair.ours();
      pair.textbook();
    }
  });
});

test('timers come up when they should, and never while they are moved', () => {
  for (const pair of [rearmed(), expired()]) {
    for (let count = 0; count < 5; count++) {
      pair.ours();
      pair.textbook();
    }
  }
});

test('dice differ', () => {
  const pair = dice();
  expect(pair.ours()).not.toBe(pair.ours());
  expect(pair.textbook()).not.toBe(pair.textbook());
});
