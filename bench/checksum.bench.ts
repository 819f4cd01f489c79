import { bench, describe } from 'vitest';
import { OFFSETS, overPool, PAIRS, SIZES } from './cases/checksum.ts';

for (const { name, ours, textbook } of PAIRS) {
  for (const size of SIZES) {
    for (const offset of size === 1500 ? OFFSETS : [0]) {
      describe(`${name}, ${size} bytes at offset ${offset}`, () => {
        bench('ours', overPool(ours, size, offset) as () => void, { time: 300 });
        bench('textbook', overPool(textbook, size, offset) as () => void, { time: 300 });
      });
    }
  }
}
