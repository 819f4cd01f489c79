/**
 * What an experiment is: a question, the points that are to answer it, and what models and RFCs let us expect. The check
 * reads rows alone, so it may be asked about any; a report needs the `ExperimentView`, which is plain data.
 */
import type { MeasureName } from './measures.ts';
import type { Axes, Point, StoppingRule } from './point.ts';
import type { ResultRow } from './row.ts';

/** One expectation, and what came of it. */
export interface Outcome {
  readonly experiment: string;
  /** In words: `reno at 1 % of loss follows Mathis' model`. */
  readonly claim: string;
  /** `0.85 to 1.15`. */
  readonly wanted: string;
  readonly measured: string;
  readonly met: boolean;
}

/** What an axis or a measure is called, and how it is drawn. */
export interface AxisView {
  /** The key in `Axes`; for the ordinate a `MeasureName` of `measures.ts`. */
  readonly key: string;
  /** With its unit: `loss rate`, `goodput, Mbit/s`. */
  readonly title: string;
  readonly scale: 'linear' | 'logarithmic' | 'category';
}

/** A line or a set of marks beside our own results: a model, or what another simulator came to. */
export interface ReferenceCurve {
  readonly title: string;
  readonly kind: 'model' | 'simulator';
  /** In the units of the measures: bits a second, nanoseconds. `spread` is one standard deviation. */
  readonly points: readonly { readonly x: number | string; readonly y: number; readonly spread?: number }[];
}

/** How an experiment is shown. */
export interface ExperimentView {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** What is expected, and why: a sentence or two. */
  readonly expected: string;
  readonly x: AxisView;
  readonly y: AxisView;
  /** The axes that tell one line from another, such as the controller. */
  readonly series: readonly string[];
  readonly references: readonly ReferenceCurve[];
}

/** One place of the grid. */
export interface Place {
  readonly axes: Axes;
  readonly point: Point;
  /** What differs from the effort's usual stopping rule. */
  readonly stopping?: Partial<StoppingRule>;
}

/** How much work is put in: fewer places, fewer seeds, an earlier end. */
export type Effort = 'quick' | 'standard' | 'full';

export interface Experiment extends Omit<ExperimentView, 'references'> {
  readonly places: (effort: Effort) => readonly Place[];
  /** Seeds for each place, where the effort's usual number is not enough. */
  readonly seeds?: Readonly<Record<Effort, number>>;
  /** Models and others' results on the path that the rows were measured on. */
  readonly references: (rows: readonly ResultRow[]) => readonly ReferenceCurve[];
  /** @param rows of this experiment: of whatever places and seeds there are; what is missing is not judged */
  readonly check: (rows: readonly ResultRow[]) => readonly Outcome[];
  /** The axis along which a variant is compared with a baseline, and by which measures. */
  readonly comparison?: {
    readonly axis: string;
    readonly baseline: string;
    readonly measures: readonly MeasureName[];
  };
}

/** As a report is given it. */
export function viewOf(experiment: Experiment, rows: readonly ResultRow[]): ExperimentView {
  const { name, title, question, expected, x, y, series } = experiment;
  return { name, title, question, expected, x, y, series, references: experiment.references(rows) };
}

/** A variant against a baseline, with the same seeds, and so the same losses: a row of the A/B table. */
export interface Comparison {
  readonly experiment: string;
  /** What both have in common: `loss=0.01`. */
  readonly where: string;
  readonly baseline: string;
  readonly variant: string;
  /** Of `measures.ts`. */
  readonly measure: MeasureName;
  readonly baselineMean: number;
  readonly variantMean: number;
  /** The mean of the seeds' differences, variant minus baseline, and half its 95 % confidence interval (Student's t). */
  readonly difference: number;
  /** null with fewer than two seeds. */
  readonly halfWidth: number | null;
  readonly seeds: number;
}

/** What a report is told beside rows and outcomes. */
export interface ReportMeta {
  readonly wirelab: string;
  readonly node: string;
  readonly preset: string;
  /** Repeats the run, word for word. */
  readonly command: string;
  /** Repeats one experiment, by its name. */
  readonly commands: Readonly<Record<string, string>>;
  readonly workers: number;
  /** On the clock on the wall, in seconds; what a resumed run did before does not count. */
  readonly wallSeconds: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly experiments: readonly ExperimentView[];
  readonly comparisons: readonly Comparison[];
}
