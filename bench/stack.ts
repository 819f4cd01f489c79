/**
 * The stack end to end: bulk TCP, requests and responses, connections, datagrams, each in a process of its own, with all
 * checksums and the usual settings. `npm run bench:stack`; with `-- --help` it says what can be chosen.
 */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { inChild } from './measure/child.ts';
import { describeMachine, thisMachine } from './measure/machine.ts';
import { printTable } from './measure/table.ts';
import type { RowResult } from './stack/measure-row.ts';
import { chosenRows, ROWS, type StackRow } from './stack/rows.ts';

const HELP = `npm run bench:stack -- [options]
  --rows <texts>      the rows with one of these texts in their names, with commas between (all)
  --seconds <number>  of the processor, for each row after its warm-up (1)
  --list              the names of the rows
  --json              the results as JSON
`;
/** The young generation starts as large as it gets, so that heap bytes can be counted. It changes no speed. */
const NODE_FLAGS = ['--expose-gc', '--min-semi-space-size=16'];
const SCRIPT = new URL('./stack/measure-row.ts', import.meta.url);

const { rows, seconds, isJson } = choices();
const results: { readonly row: StackRow; readonly result: RowResult }[] = [];
for (const [index, row] of rows.entries()) {
  const started = performance.now();
  const result = await inChild<RowResult>(SCRIPT, [row.name, String(seconds)], NODE_FLAGS);
  results.push({ row, result });
  const taken = ((performance.now() - started) / 1000).toFixed(1);
  process.stderr.write(`${index + 1} of ${rows.length}: ${row.name}: ${taken} s\n`);
}
if (isJson) console.log(JSON.stringify({ machine: thisMachine(), rows: results }, undefined, 2));
else show();

function show(): void {
  printTable(
    ['row', 'what', 'a second', 'frames/s', 'MB/s', 'virtual s/s', 'heap B each', 'peak MB', 'of the bare work'],
    results.map(({ row, result }) => [
      row.name,
      result.unit,
      whole(result.perSecond?.median),
      whole(result.framesPerSecond),
      whole(result.megabytesPerSecond),
      result.virtualSecondsPerSecond?.toPrecision(3) ?? '',
      result.heapBytesPerUnit?.toFixed(1) ?? '',
      result.peakMegabytes.toFixed(0),
      shareOf(result),
    ]),
  );
  console.log(`\n${describeMachine(thisMachine())}. Seconds are of the processor.`);
}

function shareOf({ ofBareWork }: RowResult): string {
  if (ofBareWork === undefined) return '';
  const { median, low, high } = ofBareWork;
  return `${median.toFixed(2)} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function whole(value: number | undefined): string {
  return value === undefined ? '' : Math.round(value).toLocaleString('en');
}

function choices(): { readonly rows: readonly StackRow[]; readonly seconds: number; readonly isJson: boolean } {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { rows: text, seconds: text, list: flag, json: flag, help: flag } });
  if (values.help === true || values.list === true) {
    process.stdout.write(values.help === true ? HELP : `${ROWS.map(({ name }) => name).join('\n')}\n`);
    process.exit(0);
  }
  const seconds = Number(values.seconds ?? '1');
  if (!(seconds > 0 && seconds <= 600)) usage(`'${values.seconds}' is no number of seconds up to 600`);
  try {
    return { rows: chosenRows(values.rows ?? ''), seconds, isJson: values.json === true };
  } catch (error) {
    return usage((error as RangeError).message);
  }
}

function usage(sentence: string): never {
  process.stderr.write(`${sentence}.\n${HELP}`);
  process.exit(2);
}
