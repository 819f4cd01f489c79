/**
 * `results.jsonl`: a line about the grid, then a row a line. Rows are written as they come, so that a run that is broken off
 * loses nothing but the last line, and are put in the grid's order when all are there.
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jsonDigest } from '../../experiments/canonical-json.ts';
import type { Task } from '../../experiments/point.ts';
import { taskKey } from '../../experiments/point-id.ts';
import { type ResultRow, ROW_VERSION } from '../../experiments/row.ts';
import { isIntact } from '../../experiments/row-digest.ts';
import { CliError, EXIT } from '../exit.ts';
import { systemMessage } from '../output-file.ts';

const FORMAT = 'wirelab bench loss';

interface Head {
  readonly format: typeof FORMAT;
  readonly version: typeof ROW_VERSION;
  readonly wirelab: string;
  /** Of all tasks. */
  readonly grid: string;
  readonly tasks: number;
}

export const resultsPath = (folder: string): string => join(folder, 'results.jsonl');

/** The first line. */
export const headOf = (tasks: readonly Task[], wirelab: string): Head => ({
  format: FORMAT,
  version: ROW_VERSION,
  wirelab,
  grid: jsonDigest(tasks.map(taskKey)),
  tasks: tasks.length,
});

/**
 * Begins or goes on with the file in a folder.
 * @returns the rows that are there, and a function that adds one
 * @throws {CliError} if the file is there and may not be overwritten, is of another grid or version, or is damaged
 */
export function openResults(
  folder: string,
  head: Head,
  resume: boolean,
): { readonly rows: readonly ResultRow[]; readonly add: (row: ResultRow) => void } {
  const path = resultsPath(folder);
  const rows = attempt(path, () => {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(path)) return [];
    if (!resume) {
      throw new CliError(EXIT.usage, `${path} is there already: go on with it by --resume, or name another folder.`);
    }
    return readRows(path, head);
  });
  writeResults(folder, head, rows);
  return { rows, add: (row) => attempt(path, () => appendFileSync(path, `${JSON.stringify(row)}\n`)) };
}

/** The whole file anew. A reader finds the old one or the new one, and no half. */
export function writeResults(folder: string, head: Head, rows: readonly ResultRow[]): void {
  const path = resultsPath(folder);
  attempt(path, () => {
    writeFileSync(`${path}.new`, [head, ...rows].map((line) => `${JSON.stringify(line)}\n`).join(''));
    renameSync(`${path}.new`, path);
  });
}

/** @throws {CliError} exit 3, saying which line */
function readRows(path: string, head: Head): ResultRow[] {
  const text = readFileSync(path, 'utf8');
  const lines = text.split('\n');
  // Behind the last line end there is nothing, or a line that was being written when the run was broken off.
  lines.pop();
  const bad = (line: number, why: string): CliError => new CliError(EXIT.badInput, `${path}:${line}: ${why}.`);
  const parsed = lines.map((line, index): unknown => {
    try {
      return JSON.parse(line);
    } catch {
      throw bad(index + 1, 'this line is no JSON');
    }
  });
  const [first, ...rest] = parsed;
  if (first === undefined) return [];
  checkHead(first, head, (why) => bad(1, why));
  const found = new Map<string, ResultRow>();
  rest.forEach((row, index) => {
    if (!isRow(row)) throw bad(index + 2, 'this line is no row of results');
    if (!isIntact(row)) throw bad(index + 2, 'the digest of this row is not that of its figures: it was changed');
    found.set(taskKey(row), row);
  });
  return [...found.values()];
}

function checkHead(first: unknown, head: Head, bad: (why: string) => CliError): void {
  const { format, version, wirelab, grid, tasks } = (first ?? {}) as Partial<Record<keyof Head, unknown>>;
  if (format !== FORMAT) throw bad("this is no file of 'wirelab bench loss'");
  if (version !== head.version) {
    throw bad(
      `its rows are of version ${version}, and this wirelab writes version ${head.version}: use another folder`,
    );
  }
  if (wirelab !== head.wirelab) {
    throw bad(`it was measured by wirelab ${wirelab}, and this is ${head.wirelab}: use another folder`);
  }
  if (grid !== head.grid) {
    throw bad(`it holds another grid, of ${tasks} measurements: repeat the options of that run, or use another folder`);
  }
}

const isRow = (value: unknown): value is ResultRow =>
  typeof value === 'object' &&
  value !== null &&
  'version' in value &&
  value.version === ROW_VERSION &&
  'experiment' in value &&
  'pointId' in value &&
  'seed' in value;

function attempt<Result>(path: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.usage, `${path} cannot be written: ${systemMessage(error)}.`);
  }
}
