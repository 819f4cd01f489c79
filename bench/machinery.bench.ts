import { bench, describe } from 'vitest';
import { MACHINERY } from './cases/machinery.ts';

for (const make of MACHINERY) {
  const { what, unitsPerCall, ours, textbook } = make();
  describe(`${what}, ${unitsPerCall} at a time`, () => {
    bench('ours', ours as () => void, { time: 200 });
    bench('textbook', textbook as () => void, { time: 200 });
  });
}
