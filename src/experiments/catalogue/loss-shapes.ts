/** The same loss in other shapes: in bursts, and as bits that flip. */
import { nameOf, numberAt, placesOf, ratioOutcome, roundTripSeconds } from '../claims.ts';
import { modelCurve, sampled } from '../curves.ts';
import { basePath, underLoss } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';
import { bitErrorLoss, mathis } from '../models.ts';

const CONTROLLERS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['reno', 'bbr1'],
  standard: ['reno', 'cubic', 'bbr1'],
  full: ['reno', 'cubic', 'bbr', 'bbr1'],
};
const BURSTS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [1, 2, 4],
  standard: [1, 2, 4, 8],
  full: [1, 2, 4, 8, 16],
};
const BURST_LOSS = 5e-3;
const BIT_ERRORS: Readonly<Record<Effort, readonly number[]>> = {
  quick: [2e-7, 8e-7],
  standard: [5e-8, 1e-7, 2e-7, 4e-7, 8e-7],
  full: [2e-8, 5e-8, 1e-7, 2e-7, 4e-7, 8e-7],
};
const UNLIMITED = 0.6;

export const BURST_LENGTH: Experiment = {
  name: 'burst-length',
  title: 'Goodput against the length of bursts',
  question: 'What changes when the same share of frames is lost in bursts (Gilbert-Elliott)?',
  expected:
    'Losses of one window are one event to a sender with SACK, which reduces once for them: between Mathis at the loss rate p and Mathis at p over the mean burst, by which it would be that much fewer events.',
  x: { key: 'burst', title: 'mean burst, frames', scale: 'logarithmic' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      BURSTS[effort].map((burst) => ({
        axes: { controller, burst },
        point: {
          ...basePath(effort),
          flows: [{ controller }],
          data: { burstLoss: { loss: String(BURST_LOSS), frames: burst } },
        },
        stopping: underLoss(effort),
      })),
    ),
  references: (rows) => [
    ...modelCurve('Mathis at p', sampled(rows, BURST_LENGTH.x), () => mathis(BURST_LOSS, 0.05)),
    ...modelCurve('Mathis at p / burst', sampled(rows, BURST_LENGTH.x), (burst) => mathis(BURST_LOSS / burst, 0.05)),
  ],
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      if (place.axes.controller !== 'reno') return [];
      const burst = numberAt(place, 'burst');
      const of = mathis(BURST_LOSS, roundTripSeconds(place));
      const claim = `${nameOf(place, 'controller')} lies between Mathis at p and at p / burst`;
      return ratioOutcome({ place, claim, of, least: 0.85, most: 1.15 * Math.sqrt(burst), underLoss: true });
    }),
};

export const BIT_ERROR_RATE: Experiment = {
  name: 'bit-errors',
  title: 'Goodput against bit errors',
  question: 'What do bits that flip on the way do to a transfer, if the checksums find them?',
  expected:
    'A frame of n bits is damaged with probability 1 - (1 - BER)^n and dropped by the checksum: Reno follows Mathis at that loss.',
  x: { key: 'bitErrors', title: 'bit error rate', scale: 'logarithmic' },
  y: { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
  series: ['controller'],
  places: (effort) =>
    CONTROLLERS[effort].flatMap((controller) =>
      BIT_ERRORS[effort].map((bitErrors) => ({
        axes: { controller, bitErrors },
        point: { ...basePath(effort), flows: [{ controller }], data: { bitErrors: String(bitErrors) } },
        stopping: underLoss(effort),
      })),
    ),
  references: (rows) =>
    modelCurve('Mathis at that loss', sampled(rows, BIT_ERROR_RATE.x), (bitErrors) =>
      Math.min(rows[0]!.ceiling, mathis(bitErrorLoss(bitErrors), 0.05)),
    ),
  check: (rows) =>
    placesOf(rows).flatMap((place) => {
      const of = mathis(bitErrorLoss(numberAt(place, 'bitErrors')), roundTripSeconds(place));
      if (place.axes.controller !== 'reno' || of > UNLIMITED * place.rows[0].ceiling) return [];
      const claim = `${nameOf(place, 'controller')} follows Mathis at the loss of its frames`;
      return ratioOutcome({ place, claim, of, least: 0.85, most: 1.15, underLoss: true });
    }),
};
