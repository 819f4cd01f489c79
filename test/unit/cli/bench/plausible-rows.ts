/**
 * Rows that a benchmark might have come to, made in milliseconds: the models of `experiments/models.ts`, and a little chance
 * from the name of each measurement. All experiments of the catalogue are in them, with their own axes.
 */
import { jsonDigest } from '../../../../src/experiments/canonical-json.ts';
import { compare } from '../../../../src/experiments/compare.ts';
import { distributionOf } from '../../../../src/experiments/distribution.ts';
import type { Effort } from '../../../../src/experiments/experiment.ts';
import { type Experiment, type Outcome, type ReportMeta, viewOf } from '../../../../src/experiments/experiment.ts';
import { jain } from '../../../../src/experiments/fairness.ts';
import { meanRate } from '../../../../src/experiments/line.ts';
import { ceiling, cubicModel, pftk, SEGMENT_BYTES, slowStartRounds } from '../../../../src/experiments/models.ts';
import type { Task } from '../../../../src/experiments/point.ts';
import { taskKey } from '../../../../src/experiments/point-id.ts';
import { presetOf, tasksOf } from '../../../../src/experiments/presets.ts';
import { type Distribution, type ResultRow, ROW_VERSION } from '../../../../src/experiments/row.ts';
import { sealed } from '../../../../src/experiments/row-digest.ts';
import { SojournStatistics } from '../../../../src/sim/medium/sojourn.ts';
import { parseDuration } from '../../../../src/sim/units.ts';

export interface Run {
  readonly rows: readonly ResultRow[];
  readonly outcomes: readonly Outcome[];
  readonly meta: ReportMeta;
}

/** @param seeds for each place; the effort's own number if left out */
export function plausibleRun(effort: Effort, seeds?: number, experiments?: readonly Experiment[]): Run {
  const chosen = experiments ?? presetOf(effort).experiments;
  const rows = tasksOf(chosen, effort, seeds === undefined ? {} : { seeds }).map(plausibleRow);
  const of = ({ name }: Experiment): ResultRow[] => rows.filter((row) => row.experiment === name);
  return {
    rows,
    outcomes: chosen.flatMap((experiment) => experiment.check(of(experiment))),
    meta: {
      wirelab: '0.0.0',
      node: '20.20.2',
      preset: effort,
      command: `wirelab bench loss --preset ${effort} --out results`,
      commands: Object.fromEntries(
        chosen.map(({ name }) => [name, `wirelab bench loss --preset ${effort} --experiment ${name}`]),
      ),
      workers: 2,
      wallSeconds: 51.2,
      startedAt: '2026-03-01T12:30:05.123Z',
      experiments: chosen.map((experiment) => viewOf(experiment, of(experiment))),
      comparisons: chosen.flatMap((experiment) => compare(experiment, of(experiment))),
    },
  };
}

/** The same task gives the same row. */
export function plausibleRow(task: Task): ResultRow {
  const { point, stopping } = task;
  const dice = diceOf(taskKey(task));
  const lineRate = meanRate(point.rate, 0, 20e9);
  const trip = parseDuration(point.roundTrip, 'roundTrip') / 1e9;
  const loss =
    Number(point.data?.loss ?? point.data?.burstLoss?.loss ?? 0) + Number(point.data?.bitErrors ?? 0) * 1.2e4;
  const groups = point.flows.flatMap((group) => Array.from({ length: group.count ?? 1 }, () => group.controller));
  const most = ceiling(lineRate);
  const alone = groups.map((controller) => rateOf(controller, loss, trip, most) * (0.9 + 0.2 * dice()));
  const share = Math.min(1, most / alone.reduce((sum, one) => sum + one, 0));
  const completions =
    point.transferBytes === undefined
      ? []
      : alone.map((rate) => (point.transferBytes! * 8) / (rate * share) + slowStart(point.transferBytes!, trip));
  const seconds = completions.length > 0 ? Math.max(...completions) : Math.max(stopping.leastSeconds, 60);
  const flows = groups.map((controller, index) => {
    const goodput = alone[index]! * share;
    const sentBytes = Math.round((goodput * seconds) / 8);
    return {
      controller,
      goodput,
      lossEvents: Math.round(sentBytes * loss * 6e-4),
      timeouts: Math.round(sentBytes * loss * loss * 2e-4),
      sentBytes,
      resentBytes: Math.round(sentBytes * loss),
      spuriousSegments: Math.floor(dice() * 3),
      completionNs: completions[index] === undefined ? null : Math.round(completions[index] * 1e9),
    };
  });
  const sum = (of: (flow: (typeof flows)[number]) => number): number =>
    flows.reduce((total, flow) => total + of(flow), 0);
  const goodput = sum((flow) => flow.goodput);
  return sealed({
    version: ROW_VERSION,
    ...task,
    flows,
    goodput,
    ceiling: most,
    halfWidth: point.transferBytes === undefined ? 0.02 + 0.05 * dice() : null,
    fairness: jain(flows.map((flow) => flow.goodput)),
    utilisation: Math.min(1, goodput / most),
    lossEvents: sum((flow) => flow.lossEvents),
    timeouts: sum((flow) => flow.timeouts),
    resentShare: loss,
    spuriousShare: 1e-5 * dice(),
    recovery: spreadAround(loss > 0 ? 200 : 0, trip * 1e9 * 1.3, dice),
    queueDelay: spreadAround(800, /codel|pie/.test(point.queue) ? 4e6 : trip * 5e8 * share, dice),
    queueDrops: loss === 0 ? Math.floor(dice() * 50) : 0,
    queueMarks: 0,
    pathDrops: Math.round((sum((flow) => flow.sentBytes) / 1448) * loss),
    seconds,
    stoppedBy: completions.length > 0 ? 'completed' : stopping.leastEvents > 0 ? 'events' : 'least-time',
    frames: Math.round((goodput * seconds) / 8 / 965),
    events: Math.round((goodput * seconds) / 8 / 300),
  });
}

function rateOf(controller: string, loss: number, trip: number, most: number): number {
  if (controller.startsWith('bbr')) return most * (1 - loss) * 0.97;
  if (loss === 0) return most * 0.998;
  return Math.min(most, controller === 'cubic' ? cubicModel(loss, trip) : pftk(loss, trip));
}

const slowStart = (bytes: number, trip: number): number =>
  trip * (0.5 + slowStartRounds(Math.ceil(bytes / SEGMENT_BYTES)));

/** With a long tail, and a tenth of nothing. */
function spreadAround(count: number, middleNs: number, dice: () => number): Distribution {
  const statistics = new SojournStatistics();
  for (let index = 0; index < count; index++) {
    const normal = dice() + dice() + dice() + dice() - 2;
    statistics.add(dice() < 0.1 ? 0 : Math.round(middleNs * Math.exp(0.9 * normal)));
  }
  return distributionOf(statistics);
}

/** A linear congruential generator (Numerical Recipes' constants), which is chance enough for a picture. */
function diceOf(name: string): () => number {
  let state = Number.parseInt(jsonDigest(name, 8), 16);
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
