import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cubeRoot } from '../../../../../../src/layers/transport/tcp/congestion/cube-root.ts';

test('of cubes it is exact', () => {
  for (let root = 0; root <= 2000; root++) expect(cubeRoot(root ** 3)).toBe(root);
  expect(cubeRoot(1 / 27)).toBe(1 / 3);
});

test('of any number it is within two units in the last place of the engine’s', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e12, noNaN: true }), (value) => {
      expect(Math.abs(cubeRoot(value) / Math.cbrt(value) - 1)).toBeLessThanOrEqual(2 * Number.EPSILON);
    }),
    { numRuns: 2000 },
  );
});

test('its bits are pinned: they are the same on every engine', () => {
  const bits = [0.3, 2, 7.99999, 12.5, 1e9 / 7].map((value) => {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, cubeRoot(value));
    return view.getBigUint64(0).toString(16);
  });
  expect(bits).toMatchInlineSnapshot(`
    [
      "3fe56bfea66ef78d",
      "3ff428a2f98d728b",
      "3fffffff204dbedb",
      "400290fca9c761f8",
      "408056104c95d0d3",
    ]
  `);
});
