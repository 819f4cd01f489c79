/**
 * Every goal of `../shared/PERFORMANCE.md`, and what a simulation must reach in time and memory, measured by one command:
 * `npm run bench:goals`. The stack is the complete one with its usual settings, and nobody watches it. Ends with 1 when a
 * goal is missed.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Goal, judge, showLimit, showMeasured, type Verdict } from './goals/goal.ts';
import { describeMachine, thisMachine } from './measure/machine.ts';
import type { Quartiles } from './measure/quartiles.ts';
import { printTable } from './measure/table.ts';
import { takeMeasurement } from './measurements/take.ts';

/** As they stand in `PERFORMANCE.md`, in its order; then those of issue 4. */
const GOALS: readonly Goal[] = [
  {
    what: 'checksum of 1500 B, vs the getUint16 loop',
    unit: '×',
    least: 3,
    aim: 4.5,
    from: 'checksum',
    value: 'ratio',
  },
  { what: 'headers read, vs npm pcap', unit: '×', least: 10, aim: 15, from: 'decode', value: 'ratio' },
  { what: '  heap for each frame', unit: ' B', most: 0, aim: 0, from: 'decode heap', value: 'bytes' },
  {
    what: 'frame read and verified, vs wire-style objects',
    unit: '×',
    least: 20,
    aim: 25,
    from: 'verify',
    value: 'ratio',
  },
  { what: 'frame written with checksums, vs the same', unit: '×', least: 20, aim: 25, from: 'encode', value: 'ratio' },
  { what: 'next event of 1k, vs a heap of objects', unit: '×', least: 2.5, aim: 3, from: 'events', value: '1k' },
  { what: '  of 100k', unit: '×', least: 4, aim: 5, from: 'events', value: '100k' },
  { what: '  of 1M', unit: '×', least: 6, aim: 10, from: 'events', value: '1M' },
  { what: 'bulk TCP, of the speed of the bare work', unit: '', least: 0.45, aim: 0.6, from: 'bulk', value: 'ratio' },
  {
    what: '  million data segments a second, undisturbed',
    unit: ' M',
    least: 0.6,
    aim: 1,
    from: 'bulk',
    value: 'millions',
  },
  { what: '  heap for each data segment', unit: ' B', most: 16, aim: 1, from: 'bulk heap', value: 'bytes' },
  {
    what: '100 flows on a bottleneck, frames/s of one flow',
    unit: '×',
    least: 0.7,
    aim: 1,
    from: '100 flows',
    value: 'ratio',
  },
  { what: '  of them taking part', unit: '', least: 100, from: '100 flows', value: 'taking' },
  { what: '  1000 flows', unit: '×', least: 0.7, aim: 1, from: '1000 flows', value: 'ratio' },
  { what: '  of them taking part', unit: '', least: 1000, from: '1000 flows', value: 'taking' },
  { what: 'tracing off, vs a build without tracing', unit: ' %', most: 2, aim: 0, from: 'tracing', value: 'percent' },
  { what: 'one flow at 100 Mbit/s and 50 ms, s/s', unit: '', least: 5, from: 'one flow in time', value: 'rate' },
  { what: '  100 flows', unit: '', least: 2, from: '100 flows in time', value: 'rate' },
  { what: '1 GiB transferred, peak memory', unit: ' MB', most: 200, from: 'gigabyte', value: 'megabytes' },
];

const HELP = `npm run bench:goals -- [options]
  --only <text>  the goals with this text in them
  --json         the results as JSON
`;

interface Row extends Verdict {
  readonly goal: Goal;
  readonly measured: Quartiles | undefined;
}

const options = { only: { type: 'string', default: '' }, json: { type: 'boolean', default: false } } as const;
const { values } = parseArgs({ options: { ...options, help: { type: 'boolean' } } });
if (values.help === true) {
  process.stdout.write(HELP);
  process.exit(0);
}
const goals = GOALS.filter(({ what, from }) => `${what} ${from}`.includes(values.only));
if (goals.length === 0) {
  process.stderr.write(`No goal has '${values.only}' in it.\n${HELP}`);
  process.exit(2);
}

const taken = new Map<Goal['from'], Readonly<Record<string, Quartiles>> | undefined>();
for (const name of new Set(goals.map(({ from }) => from))) {
  const started = performance.now();
  taken.set(name, await takeMeasurement(name));
  process.stderr.write(`${name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
const rows: Row[] = goals.map((goal) => {
  const measured = taken.get(goal.from)?.[goal.value];
  return { goal, measured, ...judge(goal, measured) };
});
if (values.json) console.log(JSON.stringify({ machine: thisMachine(), rows }, undefined, 2));
else show();
if (rows.some(({ isMet }) => !isMet)) process.exitCode = 1;

function show(): void {
  printTable(
    ['goal', 'at least', 'aim', 'measured (quartiles)', 'met'],
    rows.map(({ goal, measured, isMet }) => [
      goal.what,
      showLimit(goal, goal.least ?? goal.most),
      showLimit(goal, goal.aim),
      showMeasured(goal, measured),
      isMet ? 'yes' : 'NO',
    ]),
  );
  const best = rows.filter(({ reachesAim }) => reachesAim).map(({ goal }) => goal.what.trim());
  console.log(`\nReach their aim: ${best.length === 0 ? 'none' : best.join('; ')}.`);
  console.log(`${describeMachine(thisMachine())}. Times are of the processor.`);
}
