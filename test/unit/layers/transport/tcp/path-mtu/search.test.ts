/** Which size to try next: RFC 4821 §7.3. */
import { describe, expect, test } from 'vitest';
import { nextSize } from '../../../../../../src/layers/transport/tcp/path-mtu/search.ts';

/** The sizes that are tried on a path of `mtu` bytes, and the one that is found. */
function search(mtu: number, from: number, to: number, threshold = 8): { tried: number[]; found: number } {
  let [low, high, highWasFound] = [from, to, false];
  const tried: number[] = [];
  for (;;) {
    const size = nextSize(low, high, highWasFound, threshold);
    if (size === 0) return { tried, found: low };
    expect(size).toBeGreaterThan(low);
    expect(size).toBeLessThanOrEqual(high);
    tried.push(size);
    if (size <= mtu) low = size;
    else {
      high = size - 1;
      highWasFound = true;
    }
  }
}

describe('the search for a path’s MTU', () => {
  test('RFC 4821 §7.3: sizes that paths are likely to have come first', () => {
    expect(search(1500, 1064, 1500)).toEqual({ tried: [1480, 1500], found: 1500 });
    expect(search(1480, 1064, 1500)).toEqual({ tried: [1480, 1500, 1492, 1486], found: 1480 });
    expect(search(1280, 1064, 1500).found).toBe(1280);
  });

  test.each([8, 32, 1])(
    'RFC 4821 §7.3: it has converged when the range is below %i bytes, wherever the path ends',
    (threshold) => {
      for (let mtu = 1064; mtu <= 9000; mtu += 61) {
        const { tried, found } = search(mtu, 1064, 9000, threshold);
        expect(found).toBeLessThanOrEqual(mtu);
        expect(mtu - found).toBeLessThan(threshold);
        expect(tried.length).toBeLessThanOrEqual(16);
      }
    },
  );

  test('the largest size of all is found exactly if it is worth a probe', () => {
    expect(search(1492, 1064, 1492).found).toBe(1492);
    expect(search(4352, 1064, 4352).found).toBe(4352);
    expect(search(1070, 1064, 1070)).toEqual({ tried: [], found: 1064 });
  });

  test('RFC 4821 §7.1: a probe is larger than search_low and not larger than search_high, or there is none', () => {
    expect(nextSize(1500, 1500, false, 8)).toBe(0);
    expect(nextSize(1500, 1400, false, 8)).toBe(0);
    expect(nextSize(1499, 1500, true, 0)).toBe(1500);
  });
});
