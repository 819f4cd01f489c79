/** Who may share a port: SO_REUSEADDR and SO_REUSEPORT (socket(7)). */
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../../../../src/layers/address.ts';
import { ipAddress } from '../../../../src/layers/address-text.ts';
import { type Binding, EPHEMERAL_FIRST, PortTable } from '../../../../src/layers/transport/ports.ts';
import { RandomStreams } from '../../../../src/sim/random-streams.ts';

const HERE = ipAddress('10.0.0.1');

const table = (): PortTable => new PortTable(new RandomStreams(1).stream('ports'));
const must = (binding: Binding | string): Binding => {
  if (typeof binding === 'string') throw new Error(binding);
  return binding;
};

/** What a second claim of port 80 is told, with these flags of the first and of the second. */
function second(first: readonly [boolean, boolean], then: readonly [boolean, boolean], listens: boolean): string {
  const ports = table();
  const held = must(ports.bind(UNSPECIFIED_V4, 80, first[0], false, first[1]));
  held.exclusive = listens;
  const binding = ports.bind(HERE, 80, then[0], false, then[1]);
  if (typeof binding === 'string') return binding;
  return ports.isShared(binding) ? 'may not listen' : 'ok';
}

describe('two claims of one port', () => {
  test.each([
    ['nobody agrees', [false, false], [false, false], false, 'EADDRINUSE'],
    ['one agrees to share', [false, true], [false, false], false, 'EADDRINUSE'],
    ['the other does', [false, false], [false, true], false, 'EADDRINUSE'],
    ['SO_REUSEPORT both', [false, true], [false, true], false, 'ok'],
    ['SO_REUSEPORT both, one listens', [false, true], [false, true], true, 'ok'],
    ['SO_REUSEADDR both', [true, false], [true, false], false, 'ok'],
    ['SO_REUSEADDR both, one listens', [true, false], [true, false], true, 'EADDRINUSE'],
    ['one option each', [true, false], [false, true], false, 'EADDRINUSE'],
  ] as const)('%s', (_, first, then, listens, expected) => {
    expect(second(first, then, listens)).toBe(expected);
  });

  test('who shared a port by SO_REUSEADDR may not listen beside a listener', () => {
    const ports = table();
    const [one, two] = [0, 1].map(() => must(ports.bind(UNSPECIFIED_V4, 80, true, false, true)));
    const third = must(ports.bind(UNSPECIFIED_V4, 80, true, false, false));
    one!.exclusive = true;
    expect(ports.isShared(two!)).toBe(false);
    expect(ports.isShared(third)).toBe(true);
  });

  test('a free port is free: agreeing to share does not give one that somebody has', () => {
    const ports = table();
    const drawn = new Set<number>();
    for (let count = 0; count < 500; count++) {
      const { port } = must(ports.bind(UNSPECIFIED_V6, 0, true, true, true));
      expect(port).toBeGreaterThanOrEqual(EPHEMERAL_FIRST);
      drawn.add(port);
    }
    expect(drawn.size).toBe(500);
  });
});
