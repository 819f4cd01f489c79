/** `results.jsonl`: what a run can go on from, and what it refuses. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { headOf, openResults, resultsPath, writeResults } from '../../../../src/cli/bench/results-file.ts';
import { TAIL_LOSS } from '../../../../src/experiments/catalogue/tail-loss.ts';
import { tasksOf } from '../../../../src/experiments/presets.ts';
import { rowOf } from '../../experiments/rows.ts';

const folder = mkdtempSync(join(tmpdir(), 'wirelab-results-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;
const fresh = (): string => join(folder, `run${++folders}`);

const TASKS = tasksOf([TAIL_LOSS], 'quick');
const HEAD = headOf(TASKS, '1.2.3');
const ROWS = TASKS.map((task) => rowOf(task));

/** A run that was broken off after two rows. */
function brokenOff(): string {
  const place = fresh();
  const { add } = openResults(place, HEAD, false);
  for (const row of ROWS.slice(0, 2)) add(row);
  return place;
}

test('rows that were added are there when a run goes on', () => {
  const place = brokenOff();
  expect(openResults(place, HEAD, true).rows).toEqual(ROWS.slice(0, 2));
});

test('a torn last line is not there, and the next row does not hang on to it', () => {
  const place = brokenOff();
  appendFileSync(resultsPath(place), JSON.stringify(ROWS[2]).slice(0, 100));
  const { rows, add } = openResults(place, HEAD, true);
  expect(rows).toEqual(ROWS.slice(0, 2));
  add(ROWS[2]!);
  expect(openResults(place, HEAD, true).rows).toEqual(ROWS.slice(0, 3));
});

test('a file whose first line is torn is begun anew; so is one that is not there', () => {
  const place = brokenOff();
  writeFileSync(resultsPath(place), '{"format":"wire');
  expect(openResults(place, HEAD, true).rows).toEqual([]);
  expect(openResults(fresh(), HEAD, true).rows).toEqual([]);
});

test('all anew, in order; no half of a file is left', () => {
  const place = brokenOff();
  writeResults(place, HEAD, ROWS);
  expect(readFileSync(resultsPath(place), 'utf8').trim().split('\n').slice(1)).toEqual(
    ROWS.map((row) => JSON.stringify(row)),
  );
  expect(existsSync(`${resultsPath(place)}.new`)).toBe(false);
});

test.each([
  ['without --resume it is not overwritten', {}, false, 2, /is there already: go on with it by --resume/],
  ['another version of the rows', { version: 99 }, true, 3, /:1: its rows are of version 99, and this wirelab writes/],
  ['another wirelab', { wirelab: '0.0.1' }, true, 3, /:1: it was measured by wirelab 0\.0\.1, and this is 1\.2\.3/],
  ['another grid', { grid: 'beef', tasks: 7 }, true, 3, /:1: it holds another grid, of 7 measurements: repeat the/],
  ['something else', { format: 'x' }, true, 3, /:1: this is no file of 'wirelab bench loss'/],
] as const)('refused: %s', (_, change, resume, code, says) => {
  const place = brokenOff();
  writeResults(place, { ...HEAD, ...change } as typeof HEAD, ROWS);
  expect(() => openResults(place, HEAD, resume)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(says) }),
  );
  // What is refused is left as it is.
  expect(readFileSync(resultsPath(place), 'utf8').split('\n').length).toBe(ROWS.length + 2);
});

test.each([
  ['no JSON', '{"version":1,', /:4: this line is no JSON/],
  ['no row', '{"a":1}', /:4: this line is no row of results/],
  [
    'a changed figure',
    JSON.stringify({ ...ROWS[2]!, goodput: 5 }),
    /:4: the digest of this row is not that of its fig/,
  ],
])('refused, with its line: %s', (_, line, says) => {
  const place = brokenOff();
  appendFileSync(resultsPath(place), `${line}\n`);
  expect(() => openResults(place, HEAD, true)).toThrow(
    expect.objectContaining({ code: 3, message: expect.stringMatching(says) }),
  );
});

test('a folder that cannot be made is told', () => {
  writeFileSync(join(folder, 'file'), '');
  expect(() => openResults(join(folder, 'file', 'in'), HEAD, false)).toThrow(/cannot be written: not a directory/);
});
