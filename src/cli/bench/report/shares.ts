/** What each of several flows got of one bottleneck. */
import { placesOf } from '../../../experiments/claims.ts';
import type { ExperimentView } from '../../../experiments/experiment.ts';
import { mean } from '../../../experiments/interval.ts';
import type { FlowGroup } from '../../../experiments/point.ts';
import type { ResultRow } from '../../../experiments/row.ts';
import { type DotRow, dotPlot } from './dot-plot.ts';
import { type Markup, NOTHING } from './html.ts';
import { displayOf, figure, titled } from './quantity.ts';
import { axesLabel, seriesAxes } from './series.ts';

interface Share {
  readonly group: string;
  /** Of one of its flows, on average, for each seed. */
  readonly goodputs: readonly number[];
}

/** A chart of the places that have flows of more than one kind; nothing if none has. */
export function sharesFigure(view: ExperimentView, rows: readonly ResultRow[]): Markup {
  const names = [view.x.key, ...seriesAxes(view, rows)];
  const places = placesOf(rows.filter(({ point }) => point.flows.length > 1)).map((place) => ({
    label: axesLabel(place.axes, names),
    shares: sharesOf(place.rows),
  }));
  if (places.length === 0) return NOTHING;
  const values = places.flatMap(({ shares }) => shares.flatMap(({ goodputs }) => goodputs));
  const display = displayOf('bit/s', values);
  const groups = [...new Set(places.flatMap(({ shares }) => shares.map(({ group }) => group)))];
  const title = titled('goodput of a flow', display);
  const plotted = places.map(
    ({ label, shares }): DotRow => ({
      label,
      dots: shares.map(({ group, goodputs }) => {
        const text = `${figure(mean(goodputs) / display.factor)} ${group}`;
        return {
          style: { kind: 'measured', index: groups.indexOf(group) },
          value: mean(goodputs) / display.factor,
          seeds: goodputs.length > 1 ? goodputs.map((value) => value / display.factor) : [],
          note: `${label}: ${text}`,
          text,
        };
      }),
    }),
  );
  return dotPlot({
    alternative: `${title}. ${plotted.map(({ label, dots }) => `${label}: ${dots.map(({ text }) => text).join(', ')}.`).join(' ')}`,
    title,
    scale: 'linear',
    domain: [0, Math.max(1e-9, ...values.map((value) => value / display.factor)) * 1.05],
    rows: plotted,
    // Each mark has its name beside it.
    legend: [],
  });
}

function sharesOf(rows: readonly ResultRow[]): Share[] {
  const groups = rows[0]?.point.flows ?? [];
  let from = 0;
  return groups.map((group) => {
    const [first, to] = [from, from + (group.count ?? 1)];
    from = to;
    const goodputs = rows.map(({ flows }) => mean(flows.slice(first, to).map(({ goodput }) => goodput)));
    return { group: groupText(group), goodputs: goodputs.filter(Number.isFinite) };
  });
}

function groupText({ controller, count = 1, hops }: FlowGroup): string {
  const several = count > 1 ? `${count} × ${controller}, each` : controller;
  if (hops === undefined) return several;
  const [first, last] = hops;
  return first === last ? `${several}, hop ${first + 1}` : `${several}, hops ${first + 1} to ${last + 1}`;
}
