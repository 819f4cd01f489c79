/**
 * Options of a link as the command line takes them. `A/B` gives the two directions their own value: data, then
 * acknowledgments.
 */
import { InvalidArgumentError } from 'commander';
import type { DirectionOptions, LinkOptions } from '../sim/medium/options.ts';
import { checkQueue } from '../sim/medium/queues/make-queue.ts';
import { QUEUE_NAMES } from '../sim/medium/queues/queue-options.ts';
import { parseDuration, parseProbability, parseRate } from '../sim/units.ts';
import { countOf } from './number-argument.ts';

/** What commander hands over: text for each option that was given. */
export interface LinkArguments {
  readonly rate?: string;
  readonly delay?: string;
  readonly jitter?: string;
  readonly loss?: string;
  readonly burst?: string;
  readonly reorder?: string;
  readonly duplicate?: string;
  readonly ber?: string;
  readonly queue?: string;
}

interface LinkFlag {
  readonly flags: string;
  readonly what: string;
  /** What a link is that nothing is said of: one that takes no time at all would tell nothing. */
  readonly usual?: string;
  /** Checks one direction's text. @throws {RangeError} with a sentence */
  readonly check: (text: string) => unknown;
}

/** Every option of a link, in the order of the help. */
export const LINK_FLAGS: readonly LinkFlag[] = [
  {
    flags: '--rate <rate>',
    what: 'how fast the link carries bits: 10Mbit/s',
    usual: '100Mbit/s',
    check: (t) => parseRate(t, '--rate'),
  },
  { flags: '--delay <time>', what: 'one way: 20ms', usual: '5ms', check: (t) => parseDuration(t, '--delay') },
  {
    flags: '--jitter <time>',
    what: 'up to so much more delay, in order: 5ms',
    check: (t) => parseDuration(t, '--jitter'),
  },
  { flags: '--loss <share>', what: 'frames lost: 5%', check: (t) => parseProbability(t, '--loss') },
  { flags: '--burst <frames>', what: 'mean length of a loss: 4 (with --loss)', check: (t) => countOf(t, '--burst', 1) },
  {
    flags: '--reorder <share>',
    what: 'frames that later ones overtake: 10%',
    check: (t) => parseProbability(t, '--reorder'),
  },
  {
    flags: '--duplicate <share>',
    what: 'frames that arrive twice: 5%',
    check: (t) => parseProbability(t, '--duplicate'),
  },
  { flags: '--ber <share>', what: 'bits that flip: 1e-6', check: (t) => parseProbability(t, '--ber') },
  {
    flags: '--queue <queue>',
    what: `what waits for the link: 100 (frames), ${QUEUE_NAMES.join(', ')}, or one with its parameters: codel:target=5ms,ecn`,
    check: (t) => checkQueue(t),
  },
];

/** For commander: checks both directions of one option, and keeps its text. */
export function linkArgument(flag: LinkFlag): (text: string) => string {
  return (text) => {
    try {
      for (const direction of directionsOf(text)) flag.check(direction);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
    return text;
  };
}

/** `'1%/0%'` → both; `'10Mbit/s/1Mbit/s'` too: a rate's own slash divides nothing. */
export function directionsOf(text: string): readonly [string] | readonly [string, string] {
  const parts = text
    .replaceAll(/(bit|B)\/s/g, '$1÷s')
    .split('/')
    .map((part) => part.replaceAll('÷', '/').trim());
  if (parts.length === 1) return [parts[0]!];
  if (parts.length === 2) return [parts[0]!, parts[1]!];
  throw new RangeError(`'${text}' has ${parts.length} values: a link has two directions, data/acknowledgments`);
}

/** What the arguments mean to a link whose first end is the sender of data. */
export function linkOptions(arguments_: LinkArguments): LinkOptions {
  const of = (direction: 0 | 1): DirectionOptions => {
    const take = (text: string | undefined): string | undefined => {
      if (text === undefined) return undefined;
      const values = directionsOf(text);
      return values[direction] ?? values[0];
    };
    const { rate, delay, jitter, duplicate, reorder } = arguments_;
    const loss = take(arguments_.loss);
    const burst = take(arguments_.burst);
    const queue = take(arguments_.queue);
    const bursty = burst !== undefined && loss !== undefined && parseProbability(loss, '--loss') > 0;
    return {
      ...given('rate', take(rate)),
      ...given('delay', take(delay)),
      ...given('jitter', take(jitter)),
      ...given('duplicate', take(duplicate)),
      ...given('reorder', take(reorder)),
      ...given('bitErrors', take(arguments_.ber)),
      ...(bursty ? { burstLoss: { loss, frames: Number(burst) } } : given('loss', loss)),
      ...given('queue', queue),
    };
  };
  const [aToB, bToA] = [of(0), of(1)];
  const names = new Set([...Object.keys(aToB), ...Object.keys(bToA)]) as Set<keyof DirectionOptions>;
  return Object.fromEntries([...names].map((name) => [name, { aToB: aToB[name], bToA: bToA[name] }])) as LinkOptions;
}

const given = (name: keyof DirectionOptions, value: string | undefined): DirectionOptions =>
  value === undefined ? {} : ({ [name]: value } as DirectionOptions);
