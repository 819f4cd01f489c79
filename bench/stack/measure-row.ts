/** The process of one row: `measure-row.ts NAME SECONDS`. Answers with a `RowResult`. */
import process from 'node:process';
import type { World } from '../../src/sim/world.ts';
import { BareWork } from '../cases/bare-work.ts';
import { type BulkOptions, EndlessTransfer } from '../cases/bulk-transfer.ts';
import { Datagrams } from '../cases/datagrams.ts';
import { Exchanges } from '../cases/request-response.ts';
import { ShortConnections } from '../cases/short-connections.ts';
import { bytesPerUnit } from '../measure/allocation.ts';
import { answer } from '../measure/child.ts';
import { compare } from '../measure/interleaved.ts';
import { type Quartiles, quartiles } from '../measure/quartiles.ts';
import { ROWS, type StackRow } from './rows.ts';

/** What a row shows; what it has nothing to say of is missing. Times are of the processor. */
export interface RowResult {
  /** Of what the row is about: data segments, exchanges, connections, datagrams. */
  readonly unit: string;
  readonly perSecond?: Quartiles;
  readonly framesPerSecond?: number;
  /** A million bytes of the programs' data. */
  readonly megabytesPerSecond?: number;
  readonly virtualSecondsPerSecond?: number;
  readonly heapBytesPerUnit?: number;
  readonly peakMegabytes: number;
  /** How fast it is beside the bare work. */
  readonly ofBareWork?: Quartiles;
}

const ROUND_MS = 40;
/** Half of the young generation that this process is given: see `NODE_FLAGS` in `stack.ts`. */
const MOST_HEAP_BYTES = 8 * 1024 * 1024;
const HEAP_UNITS = 2000;
/** Each takes kilobytes. */
const HEAP_CONNECTIONS = 200;

const [, , name, secondsText] = process.argv;
const row = ROWS.find((each) => each.name === name);
if (row === undefined) throw new RangeError(`there is no row '${name}'`);
answer(measured(row, Number(secondsText)));

function measured(row: StackRow, seconds: number): RowResult {
  switch (row.kind) {
    case 'bulk':
      return bulk(row.bulk, seconds);
    case 'memory':
      return memory(row.bytes);
    case 'exchanges': {
      const exchanges = new Exchanges(row.connections, row.bytes);
      return alone('exchanges', exchanges.world, (units) => exchanges.run(units), 2 * row.bytes, seconds);
    }
    case 'connections': {
      const connections = new ShortConnections(row.atOnce);
      return alone('connections', connections.world, (units) => connections.run(units), 0, seconds);
    }
    case 'datagrams': {
      const datagrams = new Datagrams(row.bytes);
      return alone('datagrams', datagrams.world, (units) => datagrams.run(units), row.bytes, seconds);
    }
  }
}

/** Beside the bare work of the same segments. */
function bulk(options: BulkOptions, seconds: number): RowResult {
  const transfer = new EndlessTransfer(options);
  const bare = new BareWork(options);
  const before = stateOf(transfer.world);
  let segments = 0;
  const run = (units: number): void => {
    transfer.run(units);
    segments += units;
  };
  const rounds = Math.max(5, Math.round((seconds * 1000) / (2 * ROUND_MS)));
  const { oursNs, ratio, lowRatio, highRatio, oursLowNs, oursHighNs } = compare(run, (units) => bare.run(units), {
    roundMs: ROUND_MS,
    rounds,
  });
  const { framesPerUnit, virtualPerUnit } = perUnit(transfer.world, before, segments);
  const perSecond = { median: 1e9 / oursNs, low: 1e9 / oursHighNs, high: 1e9 / oursLowNs };
  const peakMegabytes = peak();
  return {
    unit: 'segments',
    perSecond,
    framesPerSecond: framesPerUnit * perSecond.median,
    megabytesPerSecond: (transfer.segmentBytes * perSecond.median) / 1e6,
    virtualSecondsPerSecond: virtualPerUnit * perSecond.median,
    heapBytesPerUnit: bytesPerUnit((units) => transfer.run(units), HEAP_UNITS, MOST_HEAP_BYTES),
    peakMegabytes,
    ofBareWork: { median: ratio, low: lowRatio, high: highRatio },
  };
}

/** Measured by itself. */
function alone(unit: string, world: World, run: (units: number) => void, bytes: number, seconds: number): RowResult {
  let units = 100;
  for (let spent = 0; spent < 0.3 || secondsOf(() => run(units)) < ROUND_MS / 1000; ) {
    spent += secondsOf(() => run(units));
    units = Math.ceil(units * 1.3);
  }
  const before = stateOf(world);
  const rates: number[] = [];
  for (let spent = 0; spent < seconds; ) {
    const taken = secondsOf(() => run(units));
    spent += taken;
    rates.push(units / taken);
  }
  const perSecond = quartiles(rates);
  const { framesPerUnit, virtualPerUnit } = perUnit(world, before, rates.length * units);
  const peakMegabytes = peak();
  return {
    unit,
    perSecond,
    framesPerSecond: framesPerUnit * perSecond.median,
    ...(bytes === 0 ? {} : { megabytesPerSecond: (bytes * perSecond.median) / 1e6 }),
    virtualSecondsPerSecond: virtualPerUnit * perSecond.median,
    heapBytesPerUnit: bytesPerUnit(run, unit === 'connections' ? HEAP_CONNECTIONS : HEAP_UNITS, MOST_HEAP_BYTES),
    peakMegabytes,
  };
}

/** A process that does nothing else transfers so much. */
function memory(bytes: number): RowResult {
  const transfer = new EndlessTransfer({}, 0);
  const seconds = secondsOf(() => transfer.run(Math.ceil(bytes / transfer.segmentBytes)));
  const rate = bytes / transfer.segmentBytes / seconds;
  return {
    unit: 'segments',
    perSecond: { median: rate, low: rate, high: rate },
    megabytesPerSecond: bytes / seconds / 1e6,
    peakMegabytes: peak(),
  };
}

interface State {
  readonly frames: number;
  readonly now: number;
}

function stateOf(world: World): State {
  const { aToB, bToA } = world.links[0]!;
  return { frames: aToB.counters.framesSent + bToA.counters.framesSent, now: world.now };
}

function perUnit(world: World, before: State, units: number): { framesPerUnit: number; virtualPerUnit: number } {
  const after = stateOf(world);
  return {
    framesPerUnit: (after.frames - before.frames) / units,
    virtualPerUnit: (after.now - before.now) / 1e9 / units,
  };
}

function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system) / 1e6;
}

/** In KiB, on every system. */
function peak(): number {
  return (process.resourceUsage().maxRSS * 1024) / 1e6;
}
