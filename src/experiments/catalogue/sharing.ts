/** Several flows on one bottleneck: many of one kind, pairs of two kinds, and one that crosses several bottlenecks. */
import { TWO_FLOWS_FAIRNESS } from '../agreement.ts';
import { meanOf, nameOf, numberAt, outcome, type PlaceRows, placesOf, ratioOutcome, shown } from '../claims.ts';
import { basePath } from '../effort.ts';
import type { Effort, Experiment, Outcome } from '../experiment.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'cubic'],
  standard: ['reno', 'cubic', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'vegas', 'westwood', 'bbr', 'bbr1'],
};
const FLOWS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [1, 2, 10],
  standard: [1, 2, 10, 100],
  full: [1, 2, 5, 10, 20, 50, 100],
};

/** Of version 1 of BBR: with more flows than these, an even share is near the least window that it has. */
const MOST_OF_BBR1 = 10;
/** Four segments a round trip of twice 50 ms and a bit are 0.4 of an even share. */
const LEAST_OF_BBR1 = 0.25;

function leastOf(place: PlaceRows, name: string): Outcome {
  const shares = place.rows.flatMap(({ flows, goodput }) =>
    flows.map((flow) => (flows.length * flow.goodput) / goodput),
  );
  const least = Math.min(...shares);
  const wanted = `each ≥ ${LEAST_OF_BBR1} of an even share`;
  const measured = `the least has ${shown(least)}`;
  return outcome(place.rows[0].experiment, `${name}: nobody starves`, wanted, measured, least >= LEAST_OF_BBR1);
}

/** Two windows of Reno come together by half in each epoch: 4 s at 20 Mbit/s, 18 s at 100. */
function sharingSeconds(effort: Effort, flows: number): number {
  if (effort === 'quick') return 35;
  return flows === 1 ? 40 : 130;
}

export const MANY_FLOWS: Experiment = {
  name: 'many-flows',
  title: 'One, ten, a hundred flows',
  question: 'Do flows of one kind keep a line busy together, and share it evenly?',
  expected:
    'Their saw-teeth even out, so the line stays busy; with one round trip for all each has its share in the long run: Jain’s index of at least 0.95 for two flows and 0.8 for more (a first-in-first-out queue drops whom it happens to hit). Version 1 of BBR keeps what it once measured while the queue is full: of a hundred flows one that began late may hold a quarter of the line, and half of them are at their least window of four segments. They do not starve.',
  x: { key: 'flows', title: 'flows', scale: 'logarithmic' },
  y: { key: 'fairness', title: "Jain's index", scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      FLOWS[effort].map((flows) => ({
        axes: { controller, flows },
        point: { ...basePath(effort), flows: [{ controller, count: flows }] },
        stopping: { leastSeconds: sharingSeconds(effort, flows), warmUpSeconds: effort === 'quick' ? 5 : 10 },
      })),
    ),
  references: () => [],
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const flows = numberAt(place, 'flows');
      const name = `${nameOf(place, 'controller')}`;
      const busy = ratioOutcome({
        place,
        claim: `${name} keeps the line busy`,
        measure: 'utilisation',
        of: 1,
        least: 0.95,
      });
      if (flows === 1) return busy;
      if (place.axes.controller === 'bbr1' && flows > MOST_OF_BBR1) return [...busy, leastOf(place, name)];
      const least = flows === 2 ? TWO_FLOWS_FAIRNESS : 0.8;
      return [...busy, ...ratioOutcome({ place, claim: `${name} shares it`, measure: 'fairness', of: 1, least })];
    }),
};

const PAIRS: Readonly<Record<Effort, readonly (readonly [string, string])[]>> = {
  quick: [
    ['reno', 'cubic'],
    ['cubic', 'bbr'],
  ],
  standard: [
    ['reno', 'cubic'],
    ['reno', 'vegas'],
    ['reno', 'westwood'],
    ['cubic', 'bbr'],
    ['cubic', 'bbr1'],
    ['bbr', 'bbr1'],
  ],
  full: [
    ['reno', 'cubic'],
    ['reno', 'vegas'],
    ['reno', 'westwood'],
    ['reno', 'bbr'],
    ['reno', 'bbr1'],
    ['cubic', 'vegas'],
    ['cubic', 'bbr'],
    ['cubic', 'bbr1'],
    ['bbr', 'bbr1'],
  ],
};
/** Of an even share; less is starvation. Vegas, which yields to a queue that others fill, is not held to it. */
const LEAST_SHARE = 0.1;

export const PAIRS_OF_CONTROLLERS: Experiment = {
  name: 'pairs',
  title: 'Two controllers on one line',
  question: 'What do two flows with different controllers make of one bottleneck?',
  expected:
    'On this path CUBIC is in its Reno-friendly region (RFC 9438 §4.3) near an even share with Reno. Nobody starves: each has at least a tenth of an even share, but for Vegas, which makes way for a queue that others fill.',
  x: { key: 'pair', title: 'pair', scale: 'category' },
  y: { key: 'fairness', title: "Jain's index", scale: 'linear' },
  series: [],
  places: (effort) =>
    PAIRS[effort].map(([one, other]) => ({
      axes: { pair: `${one} and ${other}` },
      // The small path for every effort: what two windows make of each other counts in epochs, and there they last 4 s.
      point: { ...basePath('quick'), flows: [{ controller: one }, { controller: other }] },
      stopping: { leastSeconds: effort === 'quick' ? 35 : 130, warmUpSeconds: effort === 'quick' ? 5 : 10 },
    })),
  references: () => [],
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const shares = place.rows.flatMap(({ flows, goodput }) =>
        flows.filter(({ controller }) => controller !== 'vegas').map((flow) => (2 * flow.goodput) / goodput),
      );
      const least = Math.min(...shares);
      const claim = `${place.axes.pair}: nobody starves`;
      const wanted = `each ≥ ${LEAST_SHARE} of an even share`;
      const { experiment } = place.rows[0];
      return [outcome(experiment, claim, wanted, `the least has ${shown(least)}`, least >= LEAST_SHARE)];
    }),
};

const HOPS: Readonly<Record<Effort, readonly number[]>> = { quick: [2], standard: [1, 2, 3], full: [1, 2, 3, 4] };

export const PARKING_LOT: Experiment = {
  name: 'parking-lot',
  title: 'A flow across several bottlenecks',
  question: 'What is left for a flow that crosses several bottlenecks, each of which it shares with a local one?',
  expected:
    'It meets the losses and the queues of all of them: its share is below that of the local flows (1/√hops of theirs for Reno by Mathis, if round trips were equal; the queues make it less), but it does not starve, and every line is busy.',
  x: { key: 'hops', title: 'bottlenecks', scale: 'linear' },
  y: { key: 'fairness', title: "Jain's index", scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].slice(0, effort === 'quick' ? 1 : 3).flatMap((controller) =>
      HOPS[effort].map((hops) => ({
        axes: { controller, hops },
        // The small path for every effort, for the same reason.
        point: {
          ...basePath('quick'),
          hops,
          flows: [
            { controller },
            ...Array.from({ length: hops }, (_, hop) => ({ controller, hops: [hop, hop] as const })),
          ],
        },
        stopping: {
          leastSeconds: { quick: 25, standard: 60, full: 130 }[effort],
          warmUpSeconds: effort === 'quick' ? 5 : 10,
        },
      })),
    ),
  references: () => [],
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const name = nameOf(place, 'controller');
      const { experiment } = place.rows[0];
      const shares = place.rows.map(({ flows, ceiling }) => flows[0]!.goodput / ceiling);
      const share = shares.reduce((sum, one) => sum + one, 0) / shares.length;
      const busy = ratioOutcome({
        place,
        claim: `${name} keeps the first line busy`,
        measure: 'utilisation',
        of: 1,
        least: 0.9,
      });
      if (numberAt(place, 'hops') === 1 || meanOf(place, 'goodput') === undefined) return busy;
      return [
        ...busy,
        outcome(
          experiment,
          `${name}: the long flow has less than half, and does not starve`,
          '0.05 to 0.5 of a line',
          shown(share),
          share >= 0.05 && share <= 0.5,
        ),
      ];
    }),
};
