/** One feature switched off, or one more on, under the same losses: what each is worth. */

import { outcome, percent } from '../claims.ts';
import { compare } from '../compare.ts';
import { basePath } from '../effort.ts';
import type { Effort, Experiment } from '../experiment.ts';
import type { Point, TcpChoices } from '../point.ts';

const BASELINE = 'all';

const VARIANTS: Readonly<Record<string, TcpChoices>> = {
  [BASELINE]: {},
  'no SACK': { selectiveAcknowledgment: false },
  'no RACK': { rack: false, tailLossProbe: false },
  'no TLP': { tailLossProbe: false },
  'no PRR': { proportionalRateReduction: false },
  'no undo': { eifel: false, forwardRtoRecovery: false, duplicateSackUndo: false },
  'no timestamps': { timestamps: false },
  'no limited transmit': { limitedTransmit: false },
  'no fast retransmit': { fastRetransmit: false, rack: false, tailLossProbe: false, selectiveAcknowledgment: false },
  'no byte counting': { appropriateByteCounting: false },
  'no delayed ACKs': { delayedAck: false },
  'HyStart++': { hystart: 'all' },
  'initial window of 3': { initialWindowSegments: 3 },
  pacing: { pacing: true },
  ECN: { ecn: 'request' },
};

/** Where it may count. The bottleneck is that of the quick effort, so that a hundred of these end in minutes. */
const PATHS: Readonly<Record<string, Pick<Point, 'queue' | 'data'>>> = {
  'loss 0.2 %': { queue: basePath('quick').queue, data: { loss: '0.002' } },
  'loss 2 %': { queue: basePath('quick').queue, data: { loss: '0.02' } },
  'bursts of 4, 2 %': { queue: basePath('quick').queue, data: { burstLoss: { loss: '0.02', frames: 4 } } },
  'reordering 2 %': { queue: basePath('quick').queue, data: { reorder: { probability: '0.02', by: '5ms' } } },
  'codel with ECN': { queue: 'codel:ecn' },
};
const CHOSEN: Readonly<Record<Effort, readonly string[]>> = {
  quick: [BASELINE, 'no SACK', 'no RACK', 'no undo', 'no byte counting', 'pacing'],
  standard: Object.keys(VARIANTS),
  full: Object.keys(VARIANTS),
};
const CHOSEN_PATHS: Readonly<Record<Effort, readonly string[]>> = {
  quick: ['loss 2 %'],
  standard: Object.keys(PATHS),
  full: Object.keys(PATHS),
};
/**
 * What costs goodput, and where. SACK counts where a window loses several segments: at 0.2 % of single losses it seldom does,
 * and NewReno repairs one as fast.
 */
const SLOWER: Readonly<Record<string, readonly string[]>> = {
  'no SACK': ['loss 2 %', 'bursts of 4, 2 %'],
  'no fast retransmit': ['loss 0.2 %', 'loss 2 %'],
  'no byte counting': ['loss 0.2 %', 'loss 2 %'],
};
/** Whose window shows each of them: CUBIC and BBR have ways of their own to grow. */
const CONTROLLER = 'reno';

export const ABLATION: Experiment = {
  name: 'ablation',
  title: 'What each feature is worth',
  question: 'What becomes of the goodput when one feature is off, or one more is on?',
  expected:
    'Under random loss: without SACK a round trip repairs one loss (RFC 6582), which counts where a window has several; without fast retransmit each loss is a timeout, and growth by delayed ACKs instead of bytes is slower by √2 (Mathis C = 0.93 for 1.31): all three cost goodput. What the others are worth is measured, and not foretold.',
  x: { key: 'variant', title: 'variant', scale: 'category' },
  y: { key: 'goodput', title: 'goodput', scale: 'linear' },
  series: ['path'],
  seeds: { quick: 3, standard: 5, full: 10 },
  places: (effort) =>
    CHOSEN_PATHS[effort].flatMap((path) =>
      CHOSEN[effort].map((variant) => ({
        axes: { variant, path },
        point: { ...basePath('quick'), ...PATHS[path]!, flows: [{ controller: CONTROLLER }], tcp: VARIANTS[variant]! },
        // A time, not a number of events: the same stretch for both sides of a pair.
        stopping: { warmUpSeconds: 5, leastSeconds: effort === 'full' ? 185 : 65 },
      })),
    ),
  references: () => [],
  check: (rows) =>
    compare(ABLATION, rows)
      .filter(
        ({ measure, where, variant }) =>
          measure === 'goodput' && SLOWER[variant]?.some((path) => where === `path=${path}`) === true,
      )
      .map(({ where, variant, difference, halfWidth, baselineMean }) => {
        const claim = `${variant} at ${where} is slower`;
        const width = halfWidth === null ? '' : ` ± ${percent(halfWidth / baselineMean)}`;
        return outcome('ablation', claim, '< 0', `${percent(difference / baselineMean)}${width}`, difference < 0);
      }),
  comparison: {
    axis: 'variant',
    baseline: BASELINE,
    measures: ['goodput', 'medianRecovery', 'timeouts', 'resentShare', 'spuriousShare'],
  },
};
