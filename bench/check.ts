/**
 * The regression gate: `npm run bench:check` measures the ratios of the hot path, never bare times, and runs a small grid
 * of transfers under loss, and compares both with what is stored in `bench/results`. Ends with 1 when a ratio has fallen by
 * more than 15 % beyond its noise, or a run has become another one. `-- --write` stores what is measured now.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { judgeDigest, judgeRatio, passes } from './check/gate.ts';
import { type GridPoint, runLossGrid } from './check/loss-grid.ts';
import { measureRatios } from './check/ratios.ts';
import { readStored, type Stored, store } from './check/results.ts';
import { describeMachine, type Machine, thisMachine } from './measure/machine.ts';
import type { Quartiles } from './measure/quartiles.ts';
import { printTable } from './measure/table.ts';

const HELP = `npm run bench:check -- [options]
  --parts <names>  which of ratios,digests (both)
  --only <text>    only the ratios with this text in their names
  --write          store what is measured, in place of what was
  --json           the results as JSON
`;
/** What is printed as JSON. */
interface Report {
  readonly machine: Machine;
  ratios?: unknown;
  digests?: unknown;
}

const PARTS = ['ratios', 'digests'];
const [HOT_PATH, LOSS_GRID] = ['hot-path', 'loss-grid'];

const { parts, only, isWriting, isJson } = choices();
const machine = thisMachine();
let isPassed = true;
const report: Report = { machine };
if (parts.includes('digests')) await checkDigests();
if (parts.includes('ratios')) await checkRatios();
if (isJson) console.log(JSON.stringify(report, undefined, 2));
if (!isPassed && !isWriting) {
  process.stderr.write('\nSomething has fallen or changed. If that was meant: npm run bench:check -- --write\n');
  process.exitCode = 1;
}

async function checkRatios(): Promise<void> {
  const stored = await readStored<Quartiles>(HOT_PATH!);
  const now = await measureRatios(only, (text) => process.stderr.write(`${text} …\n`));
  const names = namesOf(stored, now).filter((name) => name.includes(only));
  const rows = names.map((name) => {
    const then = stored?.values[name];
    return { name, then, now: now.get(name), verdict: judgeRatio(then, now.get(name)) };
  });
  isPassed &&= rows.every(({ verdict }) => passes(verdict));
  report.ratios = rows;
  if (!isJson) {
    printTable(
      ['ratio', 'then (quartiles)', 'now (quartiles)', 'change', 'verdict'],
      rows.map((row) => [row.name, shown(row.then), shown(row.now), change(row.then, row.now), row.verdict]),
    );
    sayWhere(stored);
  }
  if (isWriting) await store(HOT_PATH!, machine, now);
}

async function checkDigests(): Promise<void> {
  const stored = await readStored<GridPoint>(LOSS_GRID!);
  const now = runLossGrid();
  const rows = namesOf(stored, now).map((name) => {
    const then = stored?.values[name];
    return { name, then, now: now.get(name), verdict: judgeDigest(then?.digest, now.get(name)?.digest) };
  });
  const others = rows.filter(({ verdict }) => !passes(verdict));
  isPassed &&= others.length === 0;
  report.digests = rows;
  if (!isJson) {
    if (others.length > 0) {
      printTable(
        ['run', 'Mbit/s then', 'now', 'verdict'],
        others.map((row) => [row.name, mbit(row.then), mbit(row.now), row.verdict]),
      );
    }
    console.log(`${rows.length - others.length} of ${rows.length} runs under loss are the same to the byte.\n`);
  }
  if (isWriting) await store(LOSS_GRID!, machine, now);
}

function namesOf<Value>(stored: Stored<Value> | undefined, now: ReadonlyMap<string, Value>): string[] {
  return [...new Set([...Object.keys(stored?.values ?? {}), ...now.keys()])];
}

function sayWhere(stored: { readonly machine: Machine } | undefined): void {
  const then = stored === undefined ? 'nothing stored yet' : describeMachine(stored.machine);
  console.log(`\nThen: ${then}.\nNow: ${describeMachine(machine)}.`);
}

function shown(quartiles: Quartiles | undefined): string {
  if (quartiles === undefined) return '–';
  const [median, low, high] = [quartiles.median, quartiles.low, quartiles.high].map((value) => value.toPrecision(3));
  return `${median} (${low} to ${high})`;
}

function change(then: Quartiles | undefined, now: Quartiles | undefined): string {
  if (then === undefined || now === undefined) return '–';
  const percent = 100 * (now.median / then.median - 1);
  return `${percent < 0 ? '' : '+'}${percent.toFixed(0)} %`;
}

function mbit(point: GridPoint | undefined): string {
  return point === undefined ? '–' : point.goodput.toFixed(3);
}

function choices(): {
  readonly parts: readonly string[];
  readonly only: string;
  readonly isWriting: boolean;
  readonly isJson: boolean;
} {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { parts: text, only: text, write: flag, json: flag, help: flag } });
  if (values.help === true) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  const chosen = values.parts?.split(',') ?? PARTS;
  const unknown = chosen.find((name) => !PARTS.includes(name));
  if (unknown !== undefined) {
    process.stderr.write(`'${unknown}' is none of ${PARTS.join(', ')}.\n${HELP}`);
    process.exit(2);
  }
  return { parts: chosen, only: values.only ?? '', isWriting: values.write === true, isJson: values.json === true };
}
