/** Runs `bench loss`: measures what is not there yet, writes it, and says what it comes to. */
import { join } from 'node:path';
import { compare } from '../../experiments/compare.ts';
import {
  type Comparison,
  type Experiment,
  type Outcome,
  type ReportMeta,
  viewOf,
} from '../../experiments/experiment.ts';
import type { Task } from '../../experiments/point.ts';
import { taskKey } from '../../experiments/point-id.ts';
import type { ResultRow } from '../../experiments/row.ts';
import { asTyped } from '../as-typed.ts';
import { CliError, EXIT } from '../exit.ts';
import { output } from '../output.ts';
import { openFile } from '../output-file.ts';
import { packageVersion } from '../package-version.ts';
import { csvOf } from './csv.ts';
import { comparisonText, experimentText, outcomesText, summaryText } from './loss-text.ts';
import { measureAll } from './pool.ts';
import { showProgress } from './progress.ts';
import { curvePicture } from './report/curve-picture.ts';
import { seedsText } from './report/provenance.ts';
import { lossReport } from './report.ts';
import { headOf, openResults, writeResults } from './results-file.ts';

export interface BenchPlan {
  readonly experiments: readonly Experiment[];
  readonly tasks: readonly Task[];
  readonly preset: string;
  readonly command: string;
  /** That of one of its experiments, by the name. */
  readonly commands: Readonly<Record<string, string>>;
  readonly workers: number;
  /** Where files go; none are written without it. */
  readonly folder?: string;
  /** Where the curve of the first experiment goes, as a picture. */
  readonly curve?: string;
  readonly resume: boolean;
  readonly json: boolean;
}

interface Findings {
  readonly experiment: Experiment;
  readonly rows: readonly ResultRow[];
  readonly outcomes: readonly Outcome[];
  readonly comparisons: readonly Comparison[];
}

/** @throws {CliError} exit 1 if an expectation is not met; 130 if it was interrupted */
export async function runBench(plan: BenchPlan): Promise<void> {
  const startedAt = new Date();
  const { tasks, folder } = plan;
  const head = headOf(tasks, packageVersion());
  const file = folder === undefined ? undefined : openResults(folder, head, plan.resume);
  const found = new Map((file?.rows ?? []).map((row) => [taskKey(row), row]));
  const missing = tasks.filter((task) => !found.has(taskKey(task)));
  const interrupted = await measureMissing(plan, missing, (row) => {
    found.set(taskKey(row), row);
    file?.add(row);
  });
  // In the order of the grid, whoever was first.
  const rows = tasks.flatMap((task) => found.get(taskKey(task)) ?? []);
  if (interrupted) {
    const where = folder === undefined ? '' : `: go on by --resume --out ${folder}`;
    throw new CliError(EXIT.interrupted, `interrupted after ${rows.length} of ${tasks.length} measurements${where}.`);
  }
  const wallSeconds = (Date.now() - startedAt.getTime()) / 1000;
  const findings = plan.experiments.map((experiment) => findingsOf(experiment, rows));
  if (folder !== undefined) {
    writeResults(folder, head, rows);
    writeText(join(folder, 'results.csv'), csvOf(rows));
    writeText(join(folder, 'report.html'), reportOf(plan, findings, { startedAt, wallSeconds, wirelab: head.wirelab }));
  }
  if (plan.curve !== undefined) writeText(plan.curve, pictureOf(plan, findings[0]!, startedAt));
  await say(plan, findings, wallSeconds);
  // What has been printed says which.
  if (findings.some(({ outcomes }) => outcomes.some(({ met }) => !met))) throw new CliError(EXIT.failed, '');
}

function findingsOf(experiment: Experiment, all: readonly ResultRow[]): Findings {
  const rows = all.filter((row) => row.experiment === experiment.name);
  return { experiment, rows, outcomes: experiment.check(rows), comparisons: compare(experiment, rows) };
}

/** @returns whether somebody has interrupted it */
async function measureMissing(
  { workers, json }: BenchPlan,
  tasks: readonly Task[],
  done: (row: ResultRow) => void,
): Promise<boolean> {
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const progress = process.stderr.isTTY && !json && tasks.length > 0 ? showProgress(tasks, process.stderr) : undefined;
  try {
    await measureAll(tasks, {
      workers,
      signal: abort.signal,
      done: (row) => {
        done(row);
        progress?.done(row);
      },
    });
  } finally {
    progress?.stop();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
  return abort.signal.aborted;
}

/** The models' curves, the marks of others, and a line that says how to draw it again. */
function pictureOf({ commands }: BenchPlan, { experiment, rows }: Findings, startedAt: Date): string {
  const { rate, roundTrip, queue } = rows[0]!.point;
  const line = typeof rate === 'string' ? `${rate}, ` : '';
  return curvePicture(viewOf(experiment, rows), rows, [
    `${line}${roundTrip} there and back, a queue of ${queue}; ${seedsText(rows)}; wirelab ${packageVersion()}, ${startedAt.toISOString().slice(0, 10)}`,
    commands[experiment.name]!,
  ]);
}

function reportOf(
  { preset, command, commands, workers }: BenchPlan,
  findings: readonly Findings[],
  when: { readonly startedAt: Date; readonly wallSeconds: number; readonly wirelab: string },
): string {
  const meta: ReportMeta = {
    wirelab: when.wirelab,
    node: process.version,
    preset,
    command: asTyped(command),
    commands: Object.fromEntries(Object.entries(commands).map(([name, text]) => [name, asTyped(text)])),
    workers,
    wallSeconds: when.wallSeconds,
    startedAt: when.startedAt.toISOString(),
    experiments: findings.map(({ experiment, rows }) => viewOf(experiment, rows)),
    comparisons: findings.flatMap(({ comparisons }) => comparisons),
  };
  return lossReport(
    findings.flatMap(({ rows }) => rows),
    findings.flatMap(({ outcomes }) => outcomes),
    meta,
  );
}

async function say(plan: BenchPlan, findings: readonly Findings[], wallSeconds: number): Promise<void> {
  const out = output(process.stdout);
  const rows = findings.flatMap((one) => one.rows);
  const outcomes = findings.flatMap((one) => one.outcomes);
  if (plan.json) {
    for (const row of rows) await out.write(`${JSON.stringify(row)}\n`);
    for (const comparison of findings.flatMap((one) => one.comparisons)) {
      await out.write(`${JSON.stringify({ comparison })}\n`);
    }
    for (const outcome of outcomes) await out.write(`${JSON.stringify({ outcome })}\n`);
    await out.end();
    return;
  }
  for (const { experiment, rows: own, comparisons, outcomes: expected } of findings) {
    await out.write(`${experimentText(experiment, own)}${comparisonText(comparisons)}${outcomesText(expected)}\n`);
  }
  await out.write(summaryText(outcomes, rows.length, wallSeconds));
  if (plan.curve !== undefined) await out.write(`curve   ${plan.curve}\n`);
  if (plan.folder !== undefined) await out.write(`report  ${join(plan.folder, 'report.html')}\n`);
  await out.write(`repeat  ${asTyped(plan.command)}\n`);
  await out.end();
}

function writeText(path: string, text: string): void {
  const file = openFile(path);
  file.write(new TextEncoder().encode(text));
  file.close();
}
