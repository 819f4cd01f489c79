/** Frames that others overtake, and acknowledgments that are lost: what looks like loss, and is none. */
import { ceilingOf, meanOf, nameOf, numberAt, placeAt, placesOf, ratioOutcome } from '../claims.ts';
import { basePath, WITHOUT_DICE } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';
import type { TcpChoices } from '../point.ts';

const DETECTIONS: Readonly<Record<string, TcpChoices>> = {
  RACK: {},
  'three duplicate ACKs': { rack: false },
  'three duplicate ACKs, no undo': { rack: false, eifel: false, duplicateSackUndo: false, forwardRtoRecovery: false },
};
const REORDERED: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0, 0.02],
  standard: [0, 0.001, 0.01, 0.05],
  full: [0, 0.001, 0.003, 0.01, 0.03, 0.1],
};
/** A tenth of the round trip, below the quarter of it that RACK waits (RFC 8985 §6.2 step 4), and many segments. */
const LATER = '5ms';

/** Up to here frames that PAWS discards are few; with Linux's second of patience, which no RFC has, there would be none. */
const MOST_FREE = 0.02;

export const REORDERING: Experiment = {
  name: 'reordering',
  title: 'Goodput against reordering',
  question: 'What does it cost when some frames arrive 5 ms late, behind their successors?',
  expected:
    'RACK waits for a quarter of the round trip before it takes a gap for a loss (RFC 8985 §6.2), so 5 ms of 50 cost it nothing. Three duplicate ACKs come long before that: each late frame is sent again and the window reduced, which undoing (RFC 3522, RFC 3708) repairs in part. Above 1 % RACK pays too, where the queue has overflowed: a retransmission that fills the gap brings a later timestamp, and PAWS (RFC 7323 §5.3) discards what arrives late behind it, so each recovery begets another.',
  x: { key: 'reordered', title: 'frames that are late', scale: 'linear' },
  y: { key: 'goodput', title: 'goodput', scale: 'linear' },
  series: ['detection'],
  places: (effort) =>
    Object.entries(DETECTIONS).flatMap(([detection, tcp]) =>
      REORDERED[effort].map((reordered) => ({
        axes: { detection, reordered },
        point: {
          ...basePath(effort),
          flows: [{ controller: 'cubic' }],
          tcp,
          ...(reordered > 0 ? { data: { reorder: { probability: String(reordered), by: LATER } } } : {}),
        },
        stopping: WITHOUT_DICE[effort],
      })),
    ),
  references: () => [],
  check: (rows) => {
    const places = placesOf(rows);
    return places.flatMap((place) => {
      const reordered = numberAt(place, 'reordered');
      const { detection } = place.axes;
      const name = nameOf(place, 'detection');
      if (reordered === 0) return [];
      if (detection === 'RACK') {
        const of = ceilingOf(place);
        return reordered <= MOST_FREE
          ? ratioOutcome({ place, claim: `${name} keeps the line busy`, of, least: 0.95 })
          : ratioOutcome({ place, claim: `${name} loses less than half of the line`, of, least: 0.5 });
      }
      const rack = placeAt(places, { detection: 'RACK', reordered });
      const of = rack === undefined ? undefined : meanOf(rack, 'goodput');
      // Where late frames are rare, a window recovers between two of them.
      if (of === undefined || reordered < 0.01 || detection !== 'three duplicate ACKs, no undo') return [];
      return ratioOutcome({ place, claim: `${name} is slower than RACK`, of, most: 0.8 });
    });
  },
};

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['cubic'],
  standard: ['reno', 'cubic', 'bbr', 'bbr1'],
  full: ['reno', 'cubic', 'bbr', 'bbr1'],
};
const LOST_ACKS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [0, 0.1, 0.5],
  standard: [0, 0.01, 0.1, 0.3, 0.5],
  full: [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.5, 0.7],
};

export const ACK_LOSS: Experiment = {
  name: 'ack-loss',
  title: 'Goodput against the loss of acknowledgments',
  question: 'What does it cost when only acknowledgments are lost?',
  expected:
    'Acknowledgments are cumulative (RFC 9293 §3.4), and growth counts bytes: up to one in ten lost costs next to nothing. BBR may take longer to find its rate.',
  x: { key: 'lostAcks', title: 'acknowledgments lost', scale: 'linear' },
  y: { key: 'goodput', title: 'goodput', scale: 'linear' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      LOST_ACKS[effort].map((lostAcks) => ({
        axes: { controller, lostAcks },
        point: {
          ...basePath(effort),
          flows: [{ controller }],
          ...(lostAcks > 0 ? { acknowledgments: { loss: String(lostAcks) } } : {}),
        },
        stopping: WITHOUT_DICE[effort],
      })),
    ),
  references: () => [],
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      if (numberAt(place, 'lostAcks') > 0.1) return [];
      const claim = `${nameOf(place, 'controller')} keeps the line busy`;
      return ratioOutcome({ place, claim, of: ceilingOf(place), least: 0.95 });
    }),
};
