/** Queue disciplines, with and without explicit congestion notification. */
import { parseDuration } from '../../sim/units.ts';
import {
  ceilingOf,
  meanOf,
  nameOf,
  outcome,
  type PlaceRows,
  percent,
  placesOf,
  ratioOutcome,
  valueText,
} from '../claims.ts';
import { EFFORTS, pathFrames, ROUND_TRIP } from '../effort.ts';
import type { Effort, Experiment, Outcome } from '../experiment.ts';

interface Managed {
  /** As `--queue` takes it, without ECN. */
  readonly text: string;
  /** What it keeps the wait near: RFC 8289 §4.3, RFC 8290 §5.2.1, RFC 8033 §4.2, RFC 9332 §A.1. */
  readonly target: string;
}

const MANAGED: Readonly<Record<string, Managed>> = {
  codel: { text: 'codel', target: '5ms' },
  fq_codel: { text: 'fq_codel', target: '5ms' },
  pie: { text: 'pie', target: '15ms' },
  dualpi2: { text: 'dualpi2', target: '15ms' },
};
const NAMES: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['codel', 'pie'],
  standard: ['codel', 'fq_codel', 'pie', 'dualpi2'],
  full: ['codel', 'fq_codel', 'pie', 'dualpi2'],
};
/** Beside a first-in-first-out queue that is twice as long as the path needs. */
const PLAIN = 'droptail';
const PLAIN_LENGTH = 2;
const FLOWS = 4;

export const QUEUES: Experiment = {
  name: 'queues',
  title: 'Queue disciplines with and without ECN',
  question: 'How long do frames wait in front of the bottleneck, and what does it cost to keep that short?',
  expected:
    'A long plain queue is full most of the time. A managed one keeps the wait near its target (CoDel 5 ms, PIE and DualPI2 15 ms) and the line mostly busy; with ECN it marks instead of dropping, so next to nothing is sent again.',
  x: { key: 'queue', title: 'discipline', scale: 'category' },
  y: { key: 'p95QueueDelay', title: 'wait, 95th percentile', scale: 'logarithmic' },
  series: ['ecn'],
  places: (effort) => {
    const { rate } = EFFORTS[effort];
    const path = { rate, roundTrip: ROUND_TRIP, flows: [{ controller: 'cubic', count: FLOWS }] };
    const stopping = {
      leastSeconds: { quick: 20, standard: 40, full: 60 }[effort],
      warmUpSeconds: effort === 'quick' ? 5 : 10,
    };
    const plain = {
      axes: { queue: PLAIN, ecn: 'off' },
      point: { ...path, queue: String(pathFrames(rate, ROUND_TRIP, PLAIN_LENGTH)), tcp: { ecn: 'off' as const } },
      stopping,
    };
    return [
      plain,
      ...NAMES[effort].flatMap((name) =>
        (['off', 'on'] as const).map((ecn) => ({
          axes: { queue: name, ecn },
          point: {
            ...path,
            queue: `${MANAGED[name]!.text}:ecn=${ecn === 'on'}`,
            tcp: { ecn: ecn === 'on' ? ('request' as const) : ('off' as const) },
          },
          stopping,
        })),
      ),
    ];
  },
  references: () => [],
  check: (rows) => placesOf(rows).flatMap(check),
};

function check(place: PlaceRows): Outcome[] {
  const { queue, ecn } = place.axes;
  const managed = MANAGED[String(queue)];
  const name = `${nameOf(place, 'queue')}`;
  const busy = ratioOutcome({ place, claim: `${name} keeps the line busy`, of: ceilingOf(place), least: 0.85 });
  const wait = meanOf(place, 'medianQueueDelay');
  if (managed === undefined || wait === undefined) return busy;
  const { experiment } = place.rows[0];
  const most = 2 * parseDuration(managed.target, 'target');
  const short = outcome(
    experiment,
    `${name} keeps the median wait near its target`,
    `≤ ${valueText(most, 'medianQueueDelay')}`,
    valueText(wait, 'medianQueueDelay'),
    wait <= most,
  );
  const resent = meanOf(place, 'resentShare')!;
  const spared = outcome(
    experiment,
    `${name}: marks take the place of drops`,
    '≤ 0.1 % sent again',
    percent(resent),
    resent <= 1e-3,
  );
  return [...busy, short, ...(ecn === 'on' ? [spared] : [])];
}
