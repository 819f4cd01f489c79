import { describe, expect, test } from 'vitest';
import {
  displayOf,
  figure,
  fixed,
  quantity,
  tickText,
  titled,
  whole,
} from '../../../../../src/cli/bench/report/quantity.ts';

test('the largest value chooses the unit of all', () => {
  expect(displayOf('bit/s', [9_000, 96e6])).toEqual({ unit: 'Mbit/s', factor: 1e6 });
  expect(displayOf('bit/s', [9_000])).toEqual({ unit: 'kbit/s', factor: 1e3 });
  expect(displayOf('ns', [5e6, -3e9])).toEqual({ unit: 's', factor: 1e9 });
  expect(displayOf('ns', [])).toEqual({ unit: 'ns', factor: 1 });
  expect(quantity(0.0421, 'share')).toBe('4.210 %');
  expect(quantity(12_300_000, 'ns')).toBe('12.30 ms');
  expect(quantity(3, 'number')).toBe('3');
});

test('a title has its unit once', () => {
  const milliseconds = { unit: 'ms', factor: 1e6 };
  expect(titled('wait, 95th percentile', milliseconds)).toBe('wait, 95th percentile, ms');
  expect(titled('wait, ms', milliseconds)).toBe('wait, ms');
  expect(titled("Jain's index", { unit: '', factor: 1 })).toBe("Jain's index");
});

describe('figures', () => {
  test.each([
    [0, '0'],
    [2.34567, '2.346'],
    [96, '96'],
    [96.4, '96.40'],
    [12_345.6, '12 346'],
    [9_999, '9999'],
    [-0.5, '−0.5000'],
    [0.00012, '0.0001200'],
    [2e-7, '2×10⁻⁷'],
    [1e-9, '10⁻⁹'],
    [123_456_789, '1.235×10⁸'],
  ])('%d is %s', (value, text) => {
    expect(figure(value).replaceAll('\u202f', ' ')).toBe(text);
  });

  test('of a number of things all digits', () => {
    expect(whole(6_086_123).replaceAll('\u202f', ' ')).toBe('6 086 123');
  });

  test('with decimals there is a minus, and no minus before nothing', () => {
    expect([fixed(-1.25, 1), fixed(-0.01, 1), fixed(22.4, 0)]).toEqual(['−1.3', '0.0', '22']);
  });

  test('ticks have no digits that say nothing', () => {
    expect([0.1 + 0.2, 0.0001, 1e-5, 5e-7, 1e6, 20, -0.5].map(tickText)).toEqual([
      '0.3',
      '0.0001',
      '10⁻⁵',
      '5×10⁻⁷',
      '10⁶',
      '20',
      '−0.5',
    ]);
  });
});
