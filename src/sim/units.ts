/**
 * Quantities as people write them: `'10Mbit/s'`, `'20ms'`, `'5%'`, `'1e-6'`, `'64KiB'`, and back to text.
 *
 * A number without a unit is an error wherever one is due, because `20` for a delay has meant seconds, milliseconds and
 * nanoseconds to three readers. Units keep their case: `Mbit` is 10^6 bits, `mbit` would be a thousandth of one.
 */

type Scale = readonly (readonly [unit: string, factor: number])[];

const DURATIONS: Scale = [
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['min', 60e9],
  ['h', 3600e9],
];

const RATES: Scale = [
  ['bit/s', 1],
  ['kbit/s', 1e3],
  ['Mbit/s', 1e6],
  ['Gbit/s', 1e9],
  ['Tbit/s', 1e12],
  ['bps', 1],
  ['kbps', 1e3],
  ['Mbps', 1e6],
  ['Gbps', 1e9],
  ['B/s', 8],
  ['kB/s', 8e3],
  ['MB/s', 8e6],
  ['GB/s', 8e9],
];

const SIZES: Scale = [
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
];

/**
 * A duration in whole nanoseconds.
 * @param what what it is for, as it is named in the error: `'delay'`
 * @throws {RangeError} if it has no unit, is negative or is not a duration
 */
export const parseDuration = (text: string, what: string): number => Math.round(scaled(text, what, DURATIONS, '20ms'));

/**
 * A rate in whole bits per second.
 * @throws {RangeError} if it has no unit, is negative or is not a rate
 */
export const parseRate = (text: string, what: string): number => Math.round(scaled(text, what, RATES, '10Mbit/s'));

/**
 * A size in bytes. Decimal units are powers of 1000, `KiB` and its like powers of 1024.
 * @throws {RangeError} if it has no unit, is negative, is no whole number of bytes or is not a size
 */
export function parseSize(text: string, what: string): number {
  const bytes = scaled(text, what, SIZES, '1500B');
  if (!Number.isInteger(bytes)) throw new RangeError(`${what} is a whole number of bytes: '${text}' is ${bytes}`);
  return bytes;
}

/**
 * A probability from 0 to 1: `'5%'`, or a plain fraction such as `'0.05'` or `'1e-6'`.
 * @throws {RangeError} if it is not a probability
 */
export function parseProbability(text: string, what: string): number {
  const { value, unit } = split(text, what, "'5%' or '0.05'");
  if (unit !== '' && unit !== '%') {
    throw new RangeError(`${what} is a probability, and '${unit}' is no unit of it: write 5% or 0.05`);
  }
  const probability = unit === '%' ? value / 100 : value;
  if (probability > 1) {
    const hint = unit === '' && value <= 100 ? `: write ${value}%, not ${value}` : '';
    throw new RangeError(`${what} is a probability, and '${text}' is more than 1${hint}`);
  }
  return probability;
}

/** `20000000` → `'20ms'`: the largest unit that needs no more digits than the number has. */
export const formatDuration = (ns: number): string =>
  formatted(ns, [
    ['s', 1e9],
    ['ms', 1e6],
    ['µs', 1e3],
    ['ns', 1],
  ]);

/** `10000000` → `'10Mbit/s'`. */
export const formatRate = (bitsPerSecond: number): string =>
  formatted(bitsPerSecond, [
    ['Gbit/s', 1e9],
    ['Mbit/s', 1e6],
    ['kbit/s', 1e3],
    ['bit/s', 1],
  ]);

/** `5000000` → `'5MB'`, `65536` → `'64KiB'`: binary units where they come out whole and shorter. */
export function formatSize(bytes: number): string {
  const decimal = formatted(bytes, [
    ['GB', 1e9],
    ['MB', 1e6],
    ['kB', 1e3],
    ['B', 1],
  ]);
  for (const [unit, factor] of [['GiB', 2 ** 30] as const, ['MiB', 2 ** 20] as const, ['KiB', 2 ** 10] as const]) {
    const binary = `${bytes / factor}${unit}`;
    if (bytes >= factor && bytes % factor === 0 && binary.length < decimal.length) return binary;
  }
  return decimal;
}

/** `0.05` → `'5%'`, `1e-6` → `'1e-6'`. */
export function formatProbability(probability: number): string {
  if (probability === 0 || probability >= 1e-4) return `${Number((probability * 100).toPrecision(12))}%`;
  return probability.toString();
}

function formatted(value: number, scale: Scale): string {
  for (const [unit, factor] of scale) {
    if (value >= factor) return `${value / factor}${unit}`;
  }
  return `${value}${scale[scale.length - 1]![0]}`;
}

function scaled(text: string, what: string, scale: Scale, example: string): number {
  const { value, unit } = split(text, what, `'${example}'`);
  const known = scale.find(([name]) => name === unit);
  if (known !== undefined) return value * known[1];
  if (unit === '' && value === 0)
    throw new RangeError(`${what} needs a unit even for nothing: write 0${example.replace(/^\d+/, '')}, not 0`);
  if (unit === '')
    throw new RangeError(`${what} needs a unit: write ${text}${example.replace(/^\d+/, '')}, not ${text}`);
  const units = scale.map(([name]) => name).join(', ');
  throw new RangeError(`${what} has the unknown unit '${unit}' in '${text}': use one of ${units}`);
}

function split(text: string, what: string, example: string): { value: number; unit: string } {
  // A caller without types may pass a number: that is the mistake this module is there to catch.
  const given: unknown = text;
  if (typeof given === 'number') return { value: given, unit: '' };
  const match =
    typeof given === 'string' ? /^\s*(\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?)\s*(\S*)\s*$/i.exec(given) : null;
  if (match === null) throw new RangeError(`${what} is written like ${example}, not ${JSON.stringify(given)}`);
  return { value: Number(match[1]), unit: match[2]! };
}
