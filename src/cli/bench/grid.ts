/**
 * A grid of one's own: every combination of what the options list. It has no expectations; where a setting has several
 * values, the others are compared with the first.
 */
import { pathFrames, UNDER_LOSS_STOPPING, WITHOUT_LOSS_STOPPING } from '../../experiments/effort.ts';
import type { AxisView, Experiment, Place } from '../../experiments/experiment.ts';
import { buildPath } from '../../experiments/path.ts';
import type { Axes, PathFaults, Point, TcpChoices } from '../../experiments/point.ts';
import { CONTROLLER_NAMES } from '../../layers/transport/tcp/congestion/controllers.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../layers/transport/tcp/settings.ts';
import { checkSettings } from '../../layers/transport/tcp/settings-check.ts';
import { checkQueue } from '../../sim/medium/queues/make-queue.ts';
import { parseDuration, parseProbability, parseRate, parseSize } from '../../sim/units.ts';
import { countOf } from '../number-argument.ts';

/** As commander hands them over. */
export interface GridArguments {
  readonly controllers?: string;
  readonly loss?: string;
  readonly lossModel?: string;
  readonly rtt?: string;
  readonly rate?: string;
  readonly queue?: readonly string[];
  readonly flows?: string;
  readonly set?: readonly string[];
  readonly size?: string;
}

export const GRID_OPTIONS: readonly (keyof GridArguments)[] = [
  'controllers',
  'loss',
  'lossModel',
  'rtt',
  'rate',
  'queue',
  'flows',
  'set',
  'size',
];

/** What a share of loss does to the two directions. */
type LossModel = (share: string) => Pick<Point, 'data' | 'acknowledgments'>;

const LOSS_MODELS: Readonly<Record<string, LossModel>> = {
  independent: (loss) => ({ data: { loss } }),
  acknowledgments: (loss) => ({ acknowledgments: { loss } }),
  both: (loss) => ({ data: { loss }, acknowledgments: { loss } }),
  'bit-errors': (bitErrors) => ({ data: { bitErrors } }),
  reordering: (reorder) => ({ data: { reorder } }),
};

export const LOSS_MODEL_NAMES: readonly string[] = [...Object.keys(LOSS_MODELS), 'burst:FRAMES'];

/** @throws {RangeError} in a sentence */
export function gridOf(given: GridArguments): Experiment {
  const axes: readonly (readonly [name: string, values: readonly (string | number)[]])[] = [
    ['controller', list(given.controllers ?? 'reno,cubic,bbr', '--controllers', controller)],
    ['loss', list(given.loss ?? '0.01', '--loss', (text) => parseProbability(text, '--loss'))],
    ['lossModel', list(given.lossModel ?? 'independent', '--loss-model', knownModel)],
    ['roundTrip', list(given.rtt ?? '50ms', '--rtt', checked(parseDuration, '--rtt'))],
    ['rate', list(given.rate ?? '100Mbit/s', '--rate', checked(parseRate, '--rate'))],
    ['queue', given.queue?.map(queue) ?? ['bdp']],
    ['flows', list(given.flows ?? '1', '--flows', (text) => countOf(text, '--flows', 1))],
    ...(given.set ?? []).map((text) => settingAxis(text)),
  ];
  const names = axes.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new RangeError(`--set ${twice} is there twice: list its values with commas`);
  const transferBytes = given.size === undefined ? undefined : parseSize(given.size, '--size');
  if (transferBytes === 0) throw new RangeError('--size is more than nothing');
  const places = combinations(axes).map((place) => placeOf(place, axes, transferBytes));
  // What the medium or TCP refuses is told before anything is measured.
  for (const { point } of places) buildPath(point, 0);
  return experimentOf(axes, places, transferBytes !== undefined);
}

function experimentOf(
  axes: readonly (readonly [string, readonly (string | number)[]])[],
  places: readonly Place[],
  hasEnd: boolean,
): Experiment {
  const several = axes.filter(([, values]) => values.length > 1).map(([name]) => name);
  const numeric = several.find((name) =>
    axes.find(([one]) => one === name)![1].every((one) => typeof one === 'number'),
  );
  const along = numeric ?? several.find((name) => name !== 'controller') ?? 'controller';
  const setting = axes.slice(7).find(([, values]) => values.length > 1);
  const scale: AxisView['scale'] = numeric === undefined ? 'category' : 'logarithmic';
  return {
    name: 'grid',
    title: 'A grid of your own',
    question: 'What the options ask for.',
    expected: 'Nothing: there is no model for any combination.',
    x: { key: along, title: along, scale },
    y: hasEnd
      ? { key: 'completion', title: 'completion', scale: 'linear' }
      : { key: 'goodput', title: 'goodput', scale: 'logarithmic' },
    series: several.filter((name) => name !== along),
    places: () => places,
    references: () => [],
    check: () => [],
    ...(setting === undefined
      ? {}
      : {
          comparison: {
            axis: setting[0],
            baseline: String(setting[1][0]),
            measures: ['goodput', 'medianRecovery', 'timeouts', 'resentShare', 'spuriousShare'],
          },
        }),
  };
}

function placeOf(
  axes: Axes,
  table: readonly (readonly [string, readonly (string | number)[]])[],
  transferBytes: number | undefined,
): Place {
  const { controller: name, loss, lossModel, roundTrip, rate, queue: text, flows } = axes;
  const settings = Object.fromEntries(
    table.slice(7).map(([setting]) => [setting, settingValue(setting, String(axes[setting]))]),
  ) as TcpChoices;
  const path = { rate: String(rate), roundTrip: String(roundTrip) };
  const lossy = Number(loss) > 0;
  const faults: Partial<Record<'data' | 'acknowledgments', PathFaults>> = lossy
    ? modelOf(String(lossModel))(String(loss))
    : {};
  // Of the others there is one value, which the point has.
  const shown = table
    .filter(([one, { length }]) => length > 1 || one === 'controller')
    .map(([one]) => [one, axes[one]]);
  return {
    axes: Object.fromEntries(shown) as Axes,
    point: {
      ...path,
      queue: text === 'bdp' ? String(pathFrames(path.rate, path.roundTrip)) : String(text),
      flows: [{ controller: String(name), count: Number(flows) }],
      ...faults,
      ...(Object.keys(settings).length === 0 ? {} : { tcp: settings }),
      ...(transferBytes === undefined ? {} : { transferBytes }),
    },
    stopping:
      transferBytes !== undefined
        ? { warmUpSeconds: 0 }
        : lossy && lossModel !== 'acknowledgments' && lossModel !== 'reordering'
          ? UNDER_LOSS_STOPPING
          : WITHOUT_LOSS_STOPPING,
  };
}

/** Every combination, the last axis fastest. */
function combinations(axes: readonly (readonly [string, readonly (string | number)[]])[]): Axes[] {
  return axes.reduce<Axes[]>(
    (places, [name, values]) => places.flatMap((place) => values.map((value) => ({ ...place, [name]: value }))),
    [{}],
  );
}

/** `sack=true,false`: a setting of TCP, and one value or several. */
function settingAxis(text: string): readonly [string, readonly string[]] {
  const at = text.indexOf('=');
  const name = text.slice(0, Math.max(0, at)).trim();
  if (at < 1) throw new RangeError(`--set is name=value, as in rack=true,false, not '${text}'`);
  if (!Object.hasOwn(RFC_SETTINGS, name)) throw new RangeError(`--set: TCP has no setting '${name}'`);
  if (name === 'congestionControl') throw new RangeError('--set congestionControl: use --controllers');
  const values = list(text.slice(at + 1), `--set ${name}`, (value) => {
    checkSettings({ [name]: settingValue(name, value) });
    return value;
  });
  return [name, values];
}

/** By the kind of the setting's usual value; a time may be written with its unit. */
function settingValue(name: string, text: string): string | number | boolean {
  const usual: unknown = RFC_SETTINGS[name as keyof TcpSettings];
  if (typeof usual === 'boolean') {
    if (text !== 'true' && text !== 'false') throw new RangeError(`--set ${name} is true or false, not '${text}'`);
    return text === 'true';
  }
  if (typeof usual === 'string') return text;
  if (typeof usual !== 'number') throw new RangeError(`--set ${name}: a list cannot be set here`);
  if (/^-?[\d.]+(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (name.endsWith('Ns')) return parseDuration(text, `--set ${name}`);
  if (name.endsWith('Bytes')) return parseSize(text, `--set ${name}`);
  throw new RangeError(`--set ${name} is a number, not '${text}'`);
}

function modelOf(name: string): LossModel {
  const burst = /^burst:(\d+)$/.exec(name);
  if (burst !== null) {
    const frames = countOf(burst[1]!, '--loss-model burst', 1);
    return (loss) => ({ data: { burstLoss: { loss, frames } } });
  }
  const model = Object.hasOwn(LOSS_MODELS, name) ? LOSS_MODELS[name] : undefined;
  if (model === undefined) {
    throw new RangeError(`there is no loss model '${name}': use one of ${LOSS_MODEL_NAMES.join(', ')}`);
  }
  return model;
}

function knownModel(name: string): string {
  modelOf(name);
  return name;
}

function controller(name: string): string {
  if (CONTROLLER_NAMES.includes(name)) return name;
  throw new RangeError(`there is no congestion controller '${name}': use one of ${CONTROLLER_NAMES.join(', ')}`);
}

function queue(text: string): string {
  if (text === 'bdp') return text;
  checkQueue(text);
  return text;
}

const checked =
  (parse: (text: string, what: string) => number, what: string) =>
  (text: string): string => {
    parse(text, what);
    return text;
  };

/** Values with commas between them, each once. */
function list<Value extends string | number>(text: string, what: string, read: (text: string) => Value): Value[] {
  const words = text.split(',').map((word) => word.trim());
  if (words.some((word) => word === '')) throw new RangeError(`${what} is a list with commas, and '${text}' has a gap`);
  const values = words.map(read);
  if (new Set(values).size < values.length) throw new RangeError(`${what} has a value twice in '${text}'`);
  return values;
}
