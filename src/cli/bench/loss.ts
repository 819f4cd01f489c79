/** The verb `bench loss`: goodput and recovery under loss, over grids of points, on all processors. */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { EXPERIMENTS } from '../../experiments/catalogue/catalogue.ts';
import type { Experiment } from '../../experiments/experiment.ts';
import type { StoppingRule, Task } from '../../experiments/point.ts';
import { PRESET_NAMES, presetOf, tasksOf } from '../../experiments/presets.ts';
import { parseProbability } from '../../sim/units.ts';
import { CliError, EXIT } from '../exit.ts';
import { numberFrom } from '../number-argument.ts';
import { GRID_OPTIONS, type GridArguments, gridOf, LOSS_MODEL_NAMES } from './grid.ts';
import { runBench } from './loss-run.ts';
import { repeatCommand } from './repeat-command.ts';

export interface LossArguments extends GridArguments {
  readonly preset?: string;
  readonly experiment?: string;
  readonly curve?: string;
  readonly seeds?: number;
  readonly seed: number;
  readonly events?: number;
  readonly interval?: string;
  readonly workers?: number;
  readonly out?: string;
  readonly resume?: true;
  readonly json?: true;
}

const NAMES = EXPERIMENTS.map(({ name, title }) => `  ${name.padEnd(14)} ${title}`).join('\n');

const EXAMPLES = `
Presets: quick (all experiments in small, half a minute on two cores), standard (the path and the bounds of the reference
results, 400 loss events or an interval of 2 %: ten minutes), full (more of everything, hours), or one experiment by its
name, as in standard:
${NAMES}

Without a preset the options of the grid are lists with commas, and every combination is measured. A setting of TCP with
several values is compared with its first one, under the same losses.

Examples:
  wirelab bench loss --preset quick --out bench-quick
  wirelab bench loss --preset standard --out bench --resume
  wirelab bench loss --preset standard --experiment loss-rate --curve loss-curve.svg
  wirelab bench loss --controllers reno,cubic --loss 1e-3,1% --rtt 20ms,100ms --seeds 3
  wirelab bench loss --controllers cubic --loss 2% --loss-model independent,burst:4 --set rack=true,false --seeds 5
`;

export function registerBench(program: Command): void {
  const loss = program
    .command('bench')
    .summary('measure: bench loss')
    .description('Measures over grids of points. What there is to measure: loss.')
    .command('loss')
    .summary('goodput and recovery under loss')
    .description(
      'Measures what is left of transfers under loss: goodput, recovery times, waiting times, fairness; and holds them against models, RFCs and the results of ns-3.',
    )
    .addOption(new Option('--preset <name>', 'what to measure; quick if nothing is chosen').choices(PRESET_NAMES));
  loss
    .option('--experiment <names>', 'only these of the preset: loss-rate,buffer (all)')
    .option('--controllers <names>', 'grid: congestion controllers (reno,cubic,bbr)')
    .option('--loss <shares>', 'grid: how much is lost: 0,1e-3,1% (1%)')
    .option('--loss-model <names>', `grid: of what, and how: ${LOSS_MODEL_NAMES.join(', ')} (independent)`)
    .option('--rtt <times>', 'grid: there and back: 20ms,100ms (50ms)')
    .option('--rate <rates>', 'grid: of the bottleneck: 10Mbit/s (100Mbit/s)')
    .option(
      '--queue <queue>',
      'grid: in front of it: 100, codel:ecn …; may be repeated (bdp: what fills the path)',
      again,
    )
    .option('--flows <numbers>', 'grid: so many at a time: 1,10 (1)')
    .option('--set <name=values>', 'grid: a setting of TCP by its name: rack=true,false; may be repeated', again)
    .option('--size <size>', 'grid: transfers end after so much: 1MB (they do not end)')
    .option('--seeds <number>', 'so many seeds for each point', numberFrom('--seeds', 1))
    .option('--seed <number>', 'the first of them', numberFrom('--seed', 0), 1)
    .option('--events <number>', 'a point under random loss lasts for so many loss events', numberFrom('--events', 1))
    .option('--interval <share>', 'or until half its 95 % interval is within so much of the mean: 5%', checkShare)
    .option('--workers <number>', 'so many processors (all)', numberFrom('--workers', 1))
    .option('--out <folder>', 'writes results.jsonl, results.csv and report.html there')
    .option('--curve <file>', 'draws the curves of the first experiment there, as an SVG picture that stands by itself')
    .option('--resume', 'goes on with what is in that folder')
    .option('--json', 'rows, comparisons and expectations as JSON lines instead of text')
    .addHelpText('after', EXAMPLES)
    .action(bench);
}

async function bench(given: LossArguments): Promise<void> {
  if (given.resume === true && given.out === undefined) {
    throw new CliError(EXIT.usage, '--resume needs --out: the folder to go on with.');
  }
  const { experiments, tasks, preset } = plan(given);
  if (given.curve !== undefined) checkCurve(experiments[0]!, tasks);
  const repeat = (options: object): string =>
    repeatCommand(['bench', 'loss'], options, ['json', 'resume', 'workers', 'out', 'curve']);
  await runBench({
    experiments,
    tasks,
    preset,
    command: repeat(given),
    commands: Object.fromEntries(
      experiments.map(({ name }) => [
        name,
        repeat(experiments.length === 1 ? given : { ...given, preset, experiment: name }),
      ]),
    ),
    workers: given.workers ?? availableParallelism(),
    ...(given.out === undefined ? {} : { folder: given.out }),
    ...(given.curve === undefined ? {} : { curve: given.curve }),
    resume: given.resume === true,
    json: given.json === true,
  });
}

/** What is to be measured. */
function plan(given: LossArguments): {
  readonly experiments: readonly Experiment[];
  readonly tasks: readonly Task[];
  readonly preset: string;
} {
  const axes = GRID_OPTIONS.filter((name) => given[name] !== undefined);
  const choices = {
    firstSeed: given.seed,
    ...(given.seeds === undefined ? {} : { seeds: given.seeds }),
    stopping: stoppingOf(given),
  };
  if (axes.length === 0) {
    const preset = given.preset ?? 'quick';
    const { experiments: all, effort } = presetOf(preset);
    const experiments = given.experiment === undefined ? all : chosen(given.experiment, all);
    return { experiments, tasks: tasksOf(experiments, effort, choices), preset };
  }
  if (given.preset !== undefined || given.experiment !== undefined) {
    const named = axes.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
    throw new CliError(EXIT.usage, `--preset says which points: leave out ${named.join(', ')}, or the preset.`);
  }
  try {
    const experiments = [gridOf(given)];
    return { experiments, tasks: tasksOf(experiments, 'standard', choices), preset: 'grid' };
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(EXIT.usage, `${error.message.replace(/^wirelab: /, '')}.`);
    throw error;
  }
}

/** In the order of the preset. */
function chosen(text: string, all: readonly Experiment[]): Experiment[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => all.every((experiment) => experiment.name !== name));
  if (unknown !== undefined) {
    const known = all.map(({ name }) => name).join(', ');
    throw new CliError(EXIT.usage, `--experiment: there is no '${unknown}' in this preset: use some of ${known}.`);
  }
  return all.filter(({ name }) => names.includes(name));
}

/** Before anything is measured. */
function checkCurve({ name, x: { key, scale } }: Experiment, tasks: readonly Task[]): void {
  const places = new Set(tasks.filter(({ experiment }) => experiment === name).map(({ axes }) => axes[key]));
  if (scale !== 'category' && places.size > 1) return;
  throw new CliError(EXIT.usage, `--curve: ${name} has no curve, since it is over names or a single place.`);
}

/** Either alone takes the place of both that are usual; with both, the first that holds ends it. */
function stoppingOf({ events, interval }: LossArguments): Partial<StoppingRule> {
  return {
    ...(events === undefined ? {} : { leastEvents: events, mostHalfWidth: 0 }),
    ...(interval === undefined
      ? {}
      : {
          mostHalfWidth: parseProbability(interval, '--interval'),
          ...(events === undefined ? { leastEvents: 0 } : {}),
        }),
  };
}

const again = (text: string, earlier: readonly string[] = []): readonly string[] => [...earlier, text];

function checkShare(text: string): string {
  let share: number;
  try {
    share = parseProbability(text, '--interval');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  if (share > 0 && share < 1) return text;
  throw new InvalidArgumentError('--interval is a share between 0 and 1: 5%');
}
