/** Runs the scripts of a plan, prints what they come to as they come, in their order, and ends as they did. */
import { availableParallelism } from 'node:os';
import { CliError, EXIT, type ExitCode } from '../exit.ts';
import { output } from '../output.ts';
import { inOrder } from './in-order.ts';
import { crashed, type Outcome, type ScriptTask } from './outcome.ts';
import { type OutcomeStyle, outcomeText, totalsText } from './outcome-report.ts';
import { complaintOf, type Tally, totalOf } from './outcome-text.ts';
import { NO_PROGRESS, type Progress, showProgress } from './progress.ts';

export interface PacketdrillPlan extends OutcomeStyle {
  /** One for each script. */
  readonly tasks: readonly ScriptTask[];
  /** So many workers; `undefined` for all processors, where workers pay. */
  readonly workers: number | undefined;
}

/**
 * Up to so many are run in this process. Two workers are even with it at 300 scripts of 1 to 2 ms each (Node 20, two
 * cores), more workers or longer scripts sooner.
 */
const FEW = 150;

/** The worker: beside all others in the package (`build/package.ts`), or from the sources. */
const WORKER: string = new URL(
  import.meta.url.endsWith('.ts') ? './worker-from-source.mjs' : './packetdrill-worker.js',
  import.meta.url,
).href;

/** @throws {CliError} unless every script ran and passed */
export async function runPacketdrill(plan: PacketdrillPlan): Promise<void> {
  const { tasks, workers } = plan;
  // Without workers nobody would hear Ctrl-C while a script runs: it ends the process by itself.
  if (workers === undefined && tasks.length <= FEW) return report(plan, here(tasks), NO_PROGRESS);
  const abort = new AbortController();
  const interrupt = (): void => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const progress = process.stderr.isTTY && !plan.json ? showProgress(tasks.length, process.stderr) : NO_PROGRESS;
  const outcomes = inOrder<ScriptTask, Outcome>(tasks, {
    worker: WORKER,
    workers: workers ?? availableParallelism(),
    signal: abort.signal,
    failed: ({ name }, error) => crashed(name, error),
    finished: progress.finished,
  });
  try {
    await report(plan, outcomes, progress, abort.signal);
  } finally {
    progress.clear();
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

/** One after the other, in this process; what that takes is loaded for no other verb. */
async function* here(tasks: readonly ScriptTask[]): AsyncGenerator<Outcome> {
  const { default: runTask } = await import('./worker.ts');
  for (const task of tasks) yield runTask(task);
}

/** Prints each outcome when it is there, and in the end the totals. */
async function report(
  plan: PacketdrillPlan,
  outcomes: AsyncIterable<Outcome>,
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  const startedAt = performance.now();
  const total = plan.tasks.length;
  const out = output(process.stdout);
  const print = async (text: string): Promise<boolean> => {
    const isRead = await out.write(text);
    if (text !== '') progress.clear();
    // Now, and not when there is a piece that is worth it: somebody waits.
    await out.end();
    return isRead;
  };
  const tally: Tally = { pass: 0, fail: 0, unsupported: 0 };
  let worst: ExitCode = EXIT.ok;
  for await (const outcome of outcomes) {
    if (outcome.captureFailure !== undefined) throw new CliError(EXIT.usage, outcome.captureFailure);
    tally[outcome.verdict]++;
    worst = worse(worst, exitOf(outcome));
    const complaint = complaintOf(outcome);
    if (complaint !== '') {
      progress.clear();
      process.stderr.write(complaint);
    }
    if (!(await print(outcomeText(outcome, plan, total)))) break;
  }
  await print(totalsText(tally, (performance.now() - startedAt) / 1000, plan));
  const done = totalOf(tally);
  if (signal?.aborted === true) {
    throw new CliError(EXIT.interrupted, `interrupted after ${done} of ${total} scripts.`);
  }
  // A reader that has enough leaves scripts that never ran.
  if (done < total) worst = worse(worst, EXIT.failed);
  // All has been said.
  if (worst !== EXIT.ok) throw new CliError(worst, '');
}

function exitOf({ verdict, isSyntaxError, crash }: Outcome): ExitCode {
  if (crash !== undefined) return EXIT.internal;
  if (isSyntaxError) return EXIT.badInput;
  return verdict === 'pass' ? EXIT.ok : EXIT.failed;
}

/** What is worse has the larger number. */
const worse = (one: ExitCode, other: ExitCode): ExitCode => (one > other ? one : other);
