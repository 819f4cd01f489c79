/**
 * A queue in one text, for command lines: `417` (frames of a drop-tail queue), `codel`, `fq_codel:limit=1000,ecn`,
 * `droptail:frames=417,mark=65`. The parameters are those of `queue-options.ts`; a switch is on by its name alone.
 */
import {
  type NamedQueueOptions,
  QUEUE_NAMES,
  QUEUE_PARAMETERS,
  type QueueName,
  type ValueKind,
} from './queue-options.ts';

/**
 * The options that a text means. Values are checked when the queue is made.
 * @throws {RangeError} if there is no such discipline or parameter, saying what there is
 */
export function parseQueue(text: string): NamedQueueOptions {
  const given = text.trim();
  if (/^\d+$/.test(given)) return { frames: Number(given) };
  const colon = given.indexOf(':');
  const name = colon < 0 ? given : given.slice(0, colon);
  if (!(QUEUE_NAMES as readonly string[]).includes(name)) {
    throw new RangeError(`there is no queue '${name}': use ${QUEUE_NAMES.join(', ')}, or a number of frames`);
  }
  const options: Record<string, unknown> = { discipline: name };
  const words = colon < 0 ? [] : given.slice(colon + 1).split(',');
  for (const word of words) {
    const [key, value] = entry(word.trim(), name as QueueName);
    if (key in options) throw new RangeError(`the queue ${name} has '${key}' twice`);
    options[key] = value;
  }
  return options as NamedQueueOptions;
}

function entry(word: string, name: QueueName): readonly [string, unknown] {
  const equals = word.indexOf('=');
  const key = equals < 0 ? word : word.slice(0, equals);
  const kinds: Readonly<Record<string, ValueKind>> = QUEUE_PARAMETERS[name];
  const kind = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
  if (kind === undefined) {
    throw new RangeError(`the queue ${name} does not know '${key}': use ${Object.keys(kinds).join(', ')}`);
  }
  if (equals >= 0) return [key, valueIn(word.slice(equals + 1), kind)];
  if (kind !== 'switch') throw new RangeError(`the queue ${name} needs a value for ${key}: ${key}=…`);
  return [key, true];
}

const SWITCHES: Readonly<Record<string, boolean>> = { true: true, false: false };

/** What stays text is refused, where it should not be, by those who read the options. */
function valueIn(text: string, kind: ValueKind): unknown {
  if (kind === 'switch') return SWITCHES[text] ?? text;
  const mayBeNumber = kind === 'count' || kind === 'amount' || kind === 'threshold' || kind === 'number';
  return mayBeNumber && /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** The text of options, which `parseQueue` reads back. */
export function formatQueue(options: NamedQueueOptions): string {
  const { discipline = 'droptail', ...given } = options;
  const words = Object.entries(given)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => (value === true ? key : `${key}=${String(value).replaceAll(/\s/g, '')}`));
  return words.length === 0 ? discipline : `${discipline}:${words.join(',')}`;
}
