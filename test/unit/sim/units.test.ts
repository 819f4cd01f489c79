import { describe, expect, test } from 'vitest';
import {
  formatDuration,
  formatProbability,
  formatRate,
  formatSize,
  parseDuration,
  parseProbability,
  parseRate,
  parseSize,
} from '../../../src/sim/units.ts';

describe('units', () => {
  test.each([
    ['20ms', 20e6],
    ['1.5s', 1.5e9],
    ['10us', 10e3],
    ['10 µs', 10e3],
    ['7ns', 7],
    ['2min', 120e9],
    ['1h', 3600e9],
    ['0s', 0],
  ])('duration %s', (text, expected) => expect(parseDuration(text, 'delay')).toBe(expected));

  test.each([
    ['10Mbit/s', 10e6],
    ['1.5Gbit/s', 1.5e9],
    ['64kbit/s', 64e3],
    ['100Mbps', 100e6],
    ['1MB/s', 8e6],
    ['9600bit/s', 9600],
  ])('rate %s', (text, expected) => expect(parseRate(text, 'rate')).toBe(expected));

  test.each([
    ['1500B', 1500],
    ['5MB', 5e6],
    ['64KiB', 65536],
    ['1.5kB', 1500],
  ])('size %s', (text, expected) => expect(parseSize(text, 'size')).toBe(expected));

  test.each([
    ['5%', 0.05],
    ['0.05', 0.05],
    ['1e-6', 1e-6],
    ['0', 0],
    ['100%', 1],
    ['1', 1],
  ])('probability %s', (text, expected) => expect(parseProbability(text, 'loss')).toBeCloseTo(expected, 12));

  test.each([
    [() => parseDuration('20', 'delay'), 'delay needs a unit: write 20ms, not 20'],
    [() => parseDuration(20 as unknown as string, 'delay'), 'delay needs a unit: write 20ms, not 20'],
    [() => parseDuration('0', 'delay'), 'delay needs a unit even for nothing: write 0ms, not 0'],
    [() => parseDuration('20 parsecs', 'delay'), "delay has the unknown unit 'parsecs'"],
    [() => parseDuration('-5ms', 'delay'), 'delay is written like \'20ms\', not "-5ms"'],
    [() => parseRate('10', 'rate'), 'rate needs a unit: write 10Mbit/s, not 10'],
    [() => parseRate('10mbit/s', 'rate'), "rate has the unknown unit 'mbit/s'"],
    [() => parseSize('1500', 'size'), 'size needs a unit: write 1500B, not 1500'],
    [() => parseSize('0.5B', 'size'), 'whole number of bytes'],
    [() => parseProbability('5', 'loss'), 'write 5%, not 5'],
    [() => parseProbability('120%', 'loss'), 'more than 1'],
    [() => parseProbability('5ms', 'loss'), "'ms' is no unit of it"],
    [() => parseProbability('', 'loss'), 'loss is written like'],
    [() => parseDuration(undefined as unknown as string, 'delay'), 'delay is written like'],
  ])('a mistake gets a sentence: %#', (parse, sentence) => {
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow(sentence);
  });

  test('what is formatted parses back', () => {
    for (const value of [0, 1, 999, 1000, 1500, 20e6, 1.25e9, 123_456_789]) {
      expect(parseDuration(formatDuration(value), 'x')).toBe(value);
      expect(parseRate(formatRate(value), 'x')).toBe(value);
      expect(parseSize(formatSize(value), 'x')).toBe(value);
    }
    for (const value of [0, 1e-9, 1e-6, 0.0001, 0.05, 0.123, 1]) {
      expect(parseProbability(formatProbability(value), 'x')).toBeCloseTo(value, 14);
    }
    expect([formatDuration(20e6), formatRate(10e6), formatSize(65536), formatProbability(0.05)]).toEqual([
      '20ms',
      '10Mbit/s',
      '64KiB',
      '5%',
    ]);
  });
});
