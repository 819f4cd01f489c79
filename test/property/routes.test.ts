/** INVARIANTS 45: the route chosen is that of a naive longest-prefix oracle. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Family, IpAddress } from '../../src/layers/address.ts';
import { type Route, RouteTable } from '../../src/layers/network/routes.ts';
import { contains, network } from '../../src/layers/prefix.ts';
import { runs } from './runs.ts';

/** Few distinct bits, so that prefixes nest and addresses hit them. */
const word = fc.constantFrom(
  0,
  -1,
  0x0a000000,
  0x0a000001,
  0x0a0000ff,
  0x0a800000,
  0x7fffffff,
  0x80000000 | 0,
  1,
  2,
  3,
);
const address = (family: Family): fc.Arbitrary<IpAddress> =>
  family === 4
    ? word.map((w3) => new IpAddress(4, 0, 0, 0, w3))
    : fc.tuple(word, word, word, word).map(([a, b, c, d]) => new IpAddress(6, a, b, c, d));

const route = (family: Family): fc.Arbitrary<Route> =>
  fc
    .record({
      base: address(family),
      prefixLength: fc.oneof(fc.integer({ min: 0, max: family === 4 ? 32 : 128 }), fc.constantFrom(0, 31, 32)),
      via: fc.option(address(family), { nil: undefined }),
      interfaceIndex: fc.integer({ min: 1, max: 3 }),
      metric: fc.integer({ min: 0, max: 2 }),
      suspect: fc.boolean(),
    })
    .map(({ base, prefixLength, ...rest }) => ({
      ...rest,
      destination: network({ address: base, length: prefixLength }).address,
      prefixLength,
      origin: 'static' as const,
    }));

const isSame = (one: Route, other: Route): boolean =>
  one.prefixLength === other.prefixLength &&
  one.interfaceIndex === other.interfaceIndex &&
  one.destination.equals(other.destination) &&
  (one.via === undefined ? other.via === undefined : other.via?.equals(one.via) === true);

/** RFC 1812 §5.2.4.3, word for word: keep those that match, of them the longest, of them the best. */
function oracle(routes: readonly Route[], to: IpAddress, interfaceIndex: number): Route | undefined {
  const matching = routes.filter(
    (each) =>
      contains({ address: each.destination, length: each.prefixLength }, to) &&
      (interfaceIndex === 0 || each.interfaceIndex === interfaceIndex),
  );
  const longest = Math.max(...matching.map((each) => each.prefixLength));
  const best = matching.filter((each) => each.prefixLength === longest);
  return best.sort((a, b) => Number(a.suspect) - Number(b.suspect) || a.metric - b.metric)[0];
}

describe.each([4, 6] as const)('IPv%s routes', (family) => {
  test('RFC 1812 §5.2.4.3: longest match, then suspicion, then metric, as the naive oracle has it', () => {
    const step = fc.record({ route: route(family), remove: fc.boolean() });
    const query = fc.record({ to: address(family), interfaceIndex: fc.integer({ min: 0, max: 3 }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 20 }),
        fc.array(query, { minLength: 1, maxLength: 10 }),
        (steps, queries) => {
          let changes = 0;
          const table = new RouteTable(() => changes++);
          let naive: Route[] = [];
          for (const { route: each, remove } of steps) {
            const before = changes;
            const held = naive.some((other) => isSame(other, each));
            naive = naive.filter((other) => !isSame(other, each));
            if (remove) {
              expect(table.remove(each)).toBe(held);
              expect(changes !== before).toBe(held);
            } else {
              table.add(each);
              naive.push(each);
              expect(changes).not.toBe(before);
            }
          }
          for (const { to, interfaceIndex } of queries) {
            const found = table.lookup(to, interfaceIndex);
            const expected = oracle(naive, to, interfaceIndex);
            expect(found?.prefixLength).toBe(expected?.prefixLength);
            expect(found?.suspect).toBe(expected?.suspect);
            expect(found?.metric).toBe(expected?.metric);
          }
          expect(table.routes().length).toBe(naive.length);
        },
      ),
      runs(600),
    );
  });
});
