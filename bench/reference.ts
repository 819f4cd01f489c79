/**
 * Our congestion controllers on the path of `../shared/reference/README.md`, beside ns-3's results and the models, and the
 * goals of the project. The figures are of the world's time: they are the same on every machine. `npm run bench:reference`;
 * with `-- --help` it says what can be chosen.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import {
  BBR_OF_REMAINDER,
  type Bounds,
  CUBIC_OF_RENO,
  CUBIC_OF_RESPONSE,
  FULL_LINE,
  FULL_LINE_BBR,
  RENO_OF_MATHIS,
  TWO_FLOWS_FAIRNESS,
} from '../src/experiments/agreement.ts';
import { jain } from '../src/experiments/fairness.ts';
import { measurePoint } from '../src/experiments/measure-point.ts';
import { ceiling, cubicResponse, mathis } from '../src/experiments/models.ts';
import {
  REFERENCE_STOPPING,
  type ReferenceOptions,
  referencePoint,
  singleTask,
} from '../src/experiments/reference-path.ts';
import { SIMULATOR_COLUMNS } from '../src/experiments/reference-points.ts';
import type { ResultRow } from '../src/experiments/row.ts';
import { GRID, measureSmallWindow, smallWindowModel, WINDOW_CEILING } from '../src/experiments/small-window.ts';
import { CONTROLLER_NAMES } from '../src/layers/transport/tcp/congestion/controllers.ts';
import { printTable } from './measure/table.ts';

const HELP = `npm run bench:reference -- [options]
  --controllers <names>  which, with commas between them (all but none)
  --loss <shares>        which loss rates (0,1e-4,1e-3,1e-2,5e-2)
  --events <number>      loss events a point lasts for, at least a minute (400)
  --seed <number>        (1)
  --parts <names>        which of goodput,response,fairness,grid (all)
`;

/** Seconds of a round trip: twice the delay. */
const ROUND_TRIP = 0.05;
/** 100 Mbit/s of Ethernet frames; ns-3's carry 12 bytes less of header, which makes its ceiling 96.405. */
const CEILING = ceiling(100e6);
/** Where CUBIC is to follow its response function: a round trip of 200 ms, and a queue of that. */
const LONG = { loss: 1e-4, roundTrip: '200ms', seconds: 0.2, queue: '1668' };
const PARTS = ['goodput', 'response', 'fairness', 'grid'];
/** A long average of a few transfers, since at 30 % a handful of timeouts decides. */
const GRID_SEEDS = 5;

const goals: string[][] = [];
const { controllers, losses, events, seed, parts } = choices();
if (parts.includes('goodput')) goodputTable();
if (parts.includes('response') && controllers.includes('cubic')) response();
if (parts.includes('fairness')) fairness();
if (parts.includes('grid')) grid();
console.log();
printTable(['goal', 'wanted', 'measured', 'met'], goals);
if (goals.some((goal) => goal[3] !== 'yes')) process.exitCode = 1;

function goodputTable(): void {
  const measured = new Map<string, number>();
  for (const controller of controllers) {
    for (const loss of losses) {
      measured.set(`${controller} ${loss}`, run(`${controller} at ${loss}`, { controller, loss }).goodput);
    }
  }
  const of = (controller: string, loss: number): number | undefined => measured.get(`${controller} ${loss}`);
  const rows = losses.map((loss) => [
    loss === 0 ? '0' : loss.toExponential(0),
    ...controllers.map((controller) => mbit(of(controller, loss)!)),
    ...SIMULATOR_COLUMNS.map(({ points }) => simulated(points.find((point) => point.loss === loss))),
    loss === 0 ? '–' : mbit(mathis(loss, ROUND_TRIP)),
  ]);
  printTable(['loss p', ...controllers, ...SIMULATOR_COLUMNS.map(({ title }) => title), 'Mathis C = 1.31'], rows);

  for (const controller of controllers) {
    const share = controller.startsWith('bbr') ? FULL_LINE_BBR : FULL_LINE;
    ratioGoal(`${controller}, no loss, of the ceiling`, of(controller, 0), CEILING, {
      least: share,
      most: Number.POSITIVE_INFINITY,
    });
  }
  for (const loss of [1e-4, 1e-3, 1e-2]) {
    ratioGoal(`reno at ${loss}, of Mathis`, of('reno', loss), mathis(loss, ROUND_TRIP), RENO_OF_MATHIS);
  }
  for (const loss of [1e-3, 1e-2])
    ratioGoal(`cubic at ${loss}, of reno`, of('cubic', loss), of('reno', loss), CUBIC_OF_RENO);
  for (const [controller, loss] of [['bbr', 1e-2] as const, ['bbr1', 1e-2] as const, ['bbr1', 5e-2] as const]) {
    const carried = (1 - loss) * CEILING;
    ratioGoal(`${controller} at ${loss}, of (1 - p) * ceiling`, of(controller, loss), carried, BBR_OF_REMAINDER);
  }
}

function response(): void {
  const { loss, roundTrip, seconds, queue } = LONG;
  const { goodput } = run(`cubic at ${loss}, ${roundTrip}`, { controller: 'cubic', loss, roundTrip, queue });
  const expected = cubicResponse(loss, seconds);
  ratioGoal(`cubic at ${loss} and ${roundTrip}, of RFC 9438's function`, goodput, expected, CUBIC_OF_RESPONSE);
}

function fairness(): void {
  for (const controller of controllers) {
    // A minute after the warm-up: Reno's two windows come together by half in each of its epochs, of about 18 s here.
    const { flows } = run(`two flows of ${controller}`, { controller, flows: 2 }, 70);
    const goodputs = flows.map(({ goodput }) => goodput);
    const index = jain(goodputs);
    const shares = goodputs.map(mbit).join(' and ');
    goals.push([
      `${controller}, two flows`,
      `Jain ≥ ${TWO_FLOWS_FAIRNESS}`,
      `${index.toFixed(3)} (${shares})`,
      met(index >= TWO_FLOWS_FAIRNESS),
    ]);
  }
}

/** smoltcp's grid: with a window this small, what counts is how losses are found and repaired. */
function grid(): void {
  const shown = ['none', ...controllers];
  const rows = GRID.map(({ loss, smoltcp }) => {
    const rates = shown.map((controller) => gridPoint(controller, loss));
    const best = Math.max(...rates.slice(1));
    const least = Math.min(smoltcp, WINDOW_CEILING * 0.985);
    const wanted = least < smoltcp ? `≥ ${bytes(least)}, of 22 segments` : `≥ ${bytes(smoltcp)}`;
    goals.push([`small window, loss ${loss}, the best controller`, wanted, bytes(best), met(best >= least)]);
    return [`${loss}`, bytes(smoltcp), ...rates.map(bytes), bytes(smallWindowModel(loss))];
  });
  console.log();
  printTable(['loss both ways', 'smoltcp', ...shown, 'PFTK'], rows);
}

function gridPoint(controller: string, loss: number): number {
  let inverse = 0;
  for (let index = 0; index < GRID_SEEDS; index++) inverse += 1 / measureSmallWindow(controller, loss, seed + index);
  return GRID_SEEDS / inverse;
}

/** One point, with its progress on standard error. */
function run(what: string, options: ReferenceOptions, leastSeconds = REFERENCE_STOPPING.leastSeconds): ResultRow {
  const started = performance.now();
  const show = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${what}: ${text}`);
  };
  const stopping = { ...REFERENCE_STOPPING, leastSeconds, leastEvents: (options.loss ?? 0) > 0 ? events : 0 };
  const row = measurePoint(singleTask(referencePoint(options), stopping, seed), {
    second: (seconds, sofar) => show(`${seconds} s, ${sofar} loss events`),
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const { flows, seconds, lossEvents, timeouts } = row;
  const rates = flows.map(({ goodput }) => mbit(goodput)).join(' and ');
  process.stderr.write(
    `${what}: ${rates} Mbit/s in ${seconds} s, ${lossEvents} loss events, ${timeouts} timeouts; ${((performance.now() - started) / 1000).toFixed(1)} s on the clock\n`,
  );
  return row;
}

function simulated(point: { readonly mean: number; readonly deviation: number } | undefined): string {
  return point === undefined ? '–' : `${point.mean.toFixed(2)} ± ${point.deviation.toFixed(2)}`;
}

function ratioGoal(what: string, value: number | undefined, of: number | undefined, { least, most }: Bounds): void {
  if (value === undefined || of === undefined) return;
  const ratio = value / of;
  const wanted = most === Number.POSITIVE_INFINITY ? `≥ ${least}` : `${least} to ${most}`;
  goals.push([what, wanted, `${ratio.toFixed(3)} (${mbit(value)} Mbit/s)`, met(ratio >= least && ratio <= most)]);
}

function bytes(perSecond: number): string {
  return Math.round(perSecond).toLocaleString('en');
}

function met(holds: boolean): string {
  return holds ? 'yes' : 'NO';
}

function mbit(bitsPerSecond: number): string {
  return (bitsPerSecond / 1e6).toFixed(2);
}

function choices(): {
  readonly controllers: readonly string[];
  readonly losses: readonly number[];
  readonly events: number;
  readonly seed: number;
  readonly parts: readonly string[];
} {
  const text = { type: 'string' } as const;
  const options = {
    controllers: text,
    loss: text,
    events: text,
    seed: text,
    parts: text,
    help: { type: 'boolean' },
  } as const;
  const { values } = parseArgs({ options });
  if (values.help === true) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const controlled = CONTROLLER_NAMES.filter((name) => name !== 'none');
  return {
    controllers: chosen(values.controllers, controlled, CONTROLLER_NAMES),
    losses: values.loss?.split(',').map((share) => number(share, 0, 1)) ?? [0, 1e-4, 1e-3, 1e-2, 5e-2],
    events: number(values.events ?? '400', 0, 1e6),
    seed: number(values.seed ?? '1', 0, 0xffff_ffff),
    parts: chosen(values.parts, PARTS, PARTS),
  };
}

function chosen(given: string | undefined, usual: readonly string[], known: readonly string[]): readonly string[] {
  const names = given?.split(',') ?? usual;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) usage(`'${unknown}' is none of ${known.join(', ')}`);
  return names;
}

function number(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!(value >= least && value <= most)) usage(`'${text}' is no number from ${least} to ${most}`);
  return value;
}

function usage(sentence: string): never {
  process.stderr.write(`${sentence}.\n${HELP}`);
  process.exit(2);
}
