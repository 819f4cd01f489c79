/** What checks are made of: the rows of a place put together, and claims about them. */
import { parseDuration } from '../sim/units.ts';
import { ENOUGH_EVENTS } from './effort.ts';
import type { Outcome } from './experiment.ts';
import { interval } from './interval.ts';
import { MEASURES, type MeasureName } from './measures.ts';
import type { Axes } from './point.ts';
import { axesText } from './point-id.ts';
import type { ResultRow } from './row.ts';
import { samplingError } from './stopping.ts';

/** One place of an experiment, over all its seeds. */
export interface PlaceRows {
  readonly axes: Axes;
  readonly rows: readonly [ResultRow, ...ResultRow[]];
}

/** In the order in which they first come. */
export function placesOf(rows: readonly ResultRow[]): PlaceRows[] {
  const places = new Map<string, [ResultRow, ...ResultRow[]]>();
  for (const row of rows) {
    const found = places.get(row.pointId);
    if (found === undefined) places.set(row.pointId, [row]);
    else found.push(row);
  }
  return [...places.values()].map((found) => ({ axes: found[0].axes, rows: found }));
}

/** The place whose axes have these values. */
export const placeAt = (places: readonly PlaceRows[], axes: Axes): PlaceRows | undefined =>
  places.find((place) => Object.entries(axes).every(([name, value]) => place.axes[name] === value));

/** The mean over the seeds; `undefined` if one of them has no such figure. */
export function meanOf({ rows }: PlaceRows, measure: MeasureName): number | undefined {
  const values = rows.map((row) => MEASURES[measure].of(row));
  return values.every((value) => value !== undefined) ? interval(values).mean : undefined;
}

export const eventsOf = ({ rows }: PlaceRows): number => rows.reduce((sum, row) => sum + row.lossEvents, 0);

export const ceilingOf = ({ rows }: PlaceRows): number => rows[0].ceiling;

export const roundTripSeconds = ({ rows }: PlaceRows): number =>
  parseDuration(rows[0].point.roundTrip, 'roundTrip') / 1e9;

/** An axis that is a number. */
export const numberAt = ({ axes }: PlaceRows, name: string): number => Number(axes[name]);

/** `reno at loss=0.01`. */
export const nameOf = ({ axes }: PlaceRows, subject: string): string => {
  const rest = axesText(axes, [subject]);
  return rest === '' ? String(axes[subject]) : `${axes[subject]} at ${rest}`;
};

/** What a place comes to, as a share of what it is held against. */
export interface RatioClaim {
  readonly place: PlaceRows;
  readonly claim: string;
  readonly measure?: MeasureName;
  readonly of: number;
  readonly least?: number;
  readonly most?: number;
  /** The goodput depends on dice: with few loss events the bounds are wider. Off where the claim is not about a mean of dice. */
  readonly underLoss?: boolean;
}

/** Judges one; nothing if the place has no such figure. */
export function ratioOutcome(claim: RatioClaim): Outcome[] {
  const { place, measure = 'goodput', of, least = -Infinity, most = Infinity } = claim;
  const value = meanOf(place, measure);
  if (value === undefined) return [];
  const ratio = value / of;
  const events = eventsOf(place);
  const slack = claim.underLoss === true && events < ENOUGH_EVENTS ? samplingError(events) : 0;
  const allowance = slack === 0 ? '' : ` (± ${percent(slack)} for ${events} loss events)`;
  return [
    {
      experiment: place.rows[0].experiment,
      claim: claim.claim,
      wanted: `${rangeText(least, most)}${allowance}`,
      measured: `${shown(ratio)} (${valueText(value, measure)})`,
      met: ratio >= least * (1 - slack) && ratio <= most * (1 + slack),
    },
  ];
}

/** Judges something that is no ratio. */
export const outcome = (
  experiment: string,
  claim: string,
  wanted: string,
  measured: string,
  met: boolean,
): Outcome => ({ experiment, claim, wanted, measured, met });

export function rangeText(least: number, most: number): string {
  if (most === Infinity) return `≥ ${shown(least)}`;
  return least === -Infinity ? `≤ ${shown(most)}` : `${shown(least)} to ${shown(most)}`;
}

/** A figure with its unit. */
export function valueText(value: number, measure: MeasureName): string {
  switch (MEASURES[measure].unit) {
    case 'bit/s':
      return `${(value / 1e6).toFixed(2)} Mbit/s`;
    case 'ns':
      return `${(value / 1e6).toFixed(1)} ms`;
    case 'share':
      return percent(value);
    case 'number':
      return shown(value);
  }
}

export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

export const shown = (value: number): string => String(Number(value.toPrecision(4)));
