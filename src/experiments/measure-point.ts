/**
 * Makes one measurement: a point, a seed, a stopping rule. What counts is the programs' bytes after the warm-up. Time is
 * the world's, so the row does not depend on the machine.
 *
 * The digest of a row pins the run through its figures: the events and frames of the world, octets, waiting times. It is
 * no digest of every byte, which would take longer than the run.
 */
import { SECOND } from '../layers/clock.ts';
import type { World } from '../sim/world.ts';
import { BottleneckMeter } from './bottleneck-meter.ts';
import { distributionOf, together } from './distribution.ts';
import { jain } from './fairness.ts';
import { Flow } from './flow.ts';
import { batchHalfWidth } from './interval.ts';
import { buildPath, type Path } from './path.ts';
import type { Task } from './point.ts';
import { type FlowResult, type ResultRow, ROW_VERSION, type StopReason } from './row.ts';
import { sealed } from './row-digest.ts';
import { checkRule, stopReason } from './stopping.ts';

const STEPS_PER_LOOK = 64;

/** Who looks on. */
export interface Watch {
  /** The warm-up is over. */
  readonly begin?: (path: Path) => void;
  /** Called about once a second of the world's time. */
  readonly second?: (seconds: number, lossEvents: number) => void;
}

/** @throws {RangeError} if the point or its stopping rule makes no sense */
export function measurePoint(task: Task, watch: Watch = {}): ResultRow {
  const { point, stopping } = task;
  checkRule(stopping);
  if (point.transferBytes !== undefined && stopping.warmUpSeconds > 0) {
    throw new RangeError('a transfer that ends is measured from its beginning: warmUpSeconds is 0 then');
  }
  const path = buildPath(point, task.seed);
  const { world } = path;
  const flows = path.flows.map((ends, index) => new Flow(world, ends, index, point.transferBytes));
  runUntil(world, stopping.warmUpSeconds * SECOND, flows);
  const meter = new BottleneckMeter(path, point);
  for (const flow of flows) flow.begin();
  watch.begin?.(path);
  const { seconds, stoppedBy, goodputs } = run(world, flows, task, watch);
  const measuredSeconds = (stoppedBy === 'completed' ? world.now / SECOND : seconds) - stopping.warmUpSeconds;
  const results = flows.map((flow) => flow.result(measuredSeconds));
  const sum = (of: (flow: FlowResult) => number): number => results.reduce((total, flow) => total + of(flow), 0);
  const arrived = flows.reduce((total, flow) => total + flow.arrivedSegments, 0);
  const bytes = flows.reduce((total, flow) => total + flow.receivedBytes, 0);
  const sent = sum((flow) => flow.sentBytes);
  return sealed({
    version: ROW_VERSION,
    ...task,
    flows: results,
    goodput: (bytes * 8) / measuredSeconds,
    ceiling: meter.ceiling(),
    halfWidth: batchHalfWidth(goodputs) ?? null,
    fairness: jain(results.map(({ goodput }) => goodput)),
    utilisation: meter.utilisation(),
    lossEvents: sum((flow) => flow.lossEvents),
    timeouts: sum((flow) => flow.timeouts),
    resentShare: share(
      sum((flow) => flow.resentBytes),
      sent,
    ),
    spuriousShare: share(
      sum((flow) => flow.spuriousSegments),
      arrived,
    ),
    recovery: distributionOf(together(flows.map(({ recoveries }) => recoveries))),
    queueDelay: meter.queueDelay(),
    ...meter.fates(),
    seconds: stoppedBy === 'completed' ? world.now / SECOND : seconds,
    stoppedBy,
    frames: framesOf(path),
    events: world.time.events,
  });
}

function run(
  world: World,
  flows: readonly Flow[],
  { stopping }: Task,
  watch: Watch,
): { readonly seconds: number; readonly stoppedBy: StopReason; readonly goodputs: readonly number[] } {
  let seconds = stopping.warmUpSeconds;
  const haveEnds = flows.some((flow) => flow.hasEnd);
  const goodputs: number[] = [];
  let before = 0;
  for (;;) {
    const lossEvents = flows.reduce((total, flow) => total + flow.counts.lossEvents, 0);
    const completed = flows.every((flow) => flow.isComplete);
    const stoppedBy = stopReason(stopping, { seconds, lossEvents, goodputs, haveEnds, completed });
    if (stoppedBy !== undefined) return { seconds, stoppedBy, goodputs };
    seconds++;
    const moves = runUntil(world, seconds * SECOND, flows);
    const received = flows.reduce((total, flow) => total + flow.receivedBytes, 0);
    goodputs.push((received - before) * 8);
    before = received;
    watch.second?.(seconds, lossEvents);
    // Every transfer has given up: nothing will come any more.
    if (!moves && !flows.every((flow) => flow.isComplete)) return { seconds, stoppedBy: 'time-limit', goodputs };
  }
}

/** @returns whether anything can happen still */
function runUntil(world: World, deadlineNs: number, flows: readonly Flow[]): boolean {
  const haveEnds = flows.some((flow) => flow.hasEnd);
  while (world.now < deadlineNs) {
    if (haveEnds) {
      if (flows.every((flow) => flow.isComplete)) return true;
      if (!world.step()) return false;
      for (const flow of flows) flow.look();
      continue;
    }
    for (let step = 0; step < STEPS_PER_LOOK; step++) {
      // Nothing but a timer that has backed off, perhaps for a minute: what is measured ends before it.
      if (world.time.nextTime - deadlineNs > SECOND) {
        world.time.advanceTo(deadlineNs);
        break;
      }
      if (!world.step()) throw new Error('the world has come to rest in the middle of a transfer');
    }
  }
  return true;
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

const framesOf = ({ world }: Path): number =>
  world.links.reduce((sum, { aToB, bToA }) => sum + aToB.counters.framesSent + bToA.counters.framesSent, 0);
