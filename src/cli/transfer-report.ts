/**
 * What a transfer came to, for people and for programs.
 */
import { type DropReason, explainDrop } from '../layers/drop.ts';
import type { BandReport, QueueReport } from '../sim/medium/queue-report.ts';
import { formatDuration, formatSize } from '../sim/units.ts';
import { asTyped } from './as-typed.ts';

/** The keys of `--json`. Counts by cause have a key per cause that occurred. */
export interface TransferReport {
  readonly ok: boolean;
  /** Why it failed: an error code of the socket calls. */
  readonly error: string | undefined;
  readonly bytes: number;
  readonly bytesReceived: number;
  readonly sha256Sent: string;
  readonly sha256Received: string;
  /** Bytes of the program after the warm-up, until the last one or the end of the duration; and what that is computed from. */
  readonly goodputBitsPerSecond: number;
  readonly measuredBytes: number;
  readonly measuredSeconds: number;
  /** Until the last byte arrived; `virtualSeconds` is until nothing was left to happen. */
  readonly transferSeconds: number;
  readonly virtualSeconds: number;
  readonly wallSeconds: number;
  readonly framesSent: number;
  readonly framesDropped: number;
  readonly dropsByCause: Readonly<Record<string, number>>;
  readonly segmentsSent: number;
  readonly retransmissions: number;
  readonly retransmissionsByCause: Readonly<Record<string, number>>;
  /** The queues that frames wait in before each end's line, the sender's first. Times are seconds. */
  readonly queues: readonly QueueFigures[];
  /** The sender's, by its name. */
  readonly congestionControl: string;
  readonly seed: number;
  readonly traceDigest: string;
  /** Repeats the run. */
  readonly command: string;
}

/** What one queue did, or one of those that it is made of. */
export interface QueueFigures {
  /** Whose line it is in front of; or the name of the part. */
  readonly of: string;
  readonly queue: string;
  /** Frames that went on, and how long they had waited. */
  readonly frames: number;
  readonly meanSojourn: number;
  readonly medianSojourn: number;
  readonly p95Sojourn: number;
  readonly p99Sojourn: number;
  readonly maximumSojourn: number;
  readonly drops: number;
  readonly marks: number;
  readonly parts?: readonly Omit<QueueFigures, 'queue' | 'parts'>[];
}

/** A report of the medium as figures of seconds. */
export function queueFigures({ from, queue, bands, ...figures }: QueueReport): QueueFigures {
  return {
    of: from,
    queue,
    ...sojournFigures(figures),
    ...(bands.length === 0 ? {} : { parts: bands.map((band) => ({ of: band.name, ...sojournFigures(band) })) }),
  };
}

const sojournFigures = (figures: Omit<BandReport, 'name'>): Omit<QueueFigures, 'of' | 'queue' | 'parts'> => ({
  frames: figures.frames,
  meanSojourn: figures.meanNs / 1e9,
  medianSojourn: figures.medianNs / 1e9,
  p95Sojourn: figures.p95Ns / 1e9,
  p99Sojourn: figures.p99Ns / 1e9,
  maximumSojourn: figures.maximumNs / 1e9,
  drops: figures.drops,
  marks: figures.marks,
});

/** The report as a person reads it. @param title what was sent, from where to where */
export function showReport(report: TransferReport, title: string): string {
  const lines: (readonly [string, string])[] = [
    ['result', report.ok ? 'arrived whole: equal SHA-256 at both ends' : failure(report)],
    ['SHA-256', report.ok ? report.sha256Sent : `${report.sha256Sent} sent\n${report.sha256Received} received`],
    ['goodput', goodput(report)],
    ['frames', `${report.framesSent} sent, ${report.framesDropped} lost on the way`],
    [
      'segments',
      `${report.segmentsSent} of TCP, ${report.congestionControl}; ${report.retransmissions} retransmissions`,
    ],
    ...Object.entries(report.retransmissionsByCause).map(
      ([cause, count]) => ['', `${pad(count)} ${RETRANSMISSIONS[cause] ?? cause}`] as const,
    ),
    ...(Object.keys(report.dropsByCause).length === 0 ? [] : [['drops', causesOf(report.dropsByCause)] as const]),
    ...report.queues.flatMap(queueLines),
    [
      'time',
      `${seconds(report.transferSeconds)} until the last byte, ${seconds(report.virtualSeconds)} until TIME-WAIT was over; ${seconds(report.wallSeconds)} on the clock`,
    ],
    ['digest', report.traceDigest],
    ['repeat', asTyped(report.command)],
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(9)} ${text.replaceAll('\n', `\n${' '.repeat(12)}`)}`);
  return `${title}\n${body.join('\n')}\n`;
}

/** `sender.eth0 codel: 812 frames waited 3.1 ms on average, …`, and a line for each part. */
function queueLines({ of, queue, parts = [], ...figures }: QueueFigures): (readonly [string, string])[] {
  return [
    ['queue', `${of}, ${queue}: ${waited(figures)}`],
    ...parts.map((part) => ['', `${part.of}: ${waited(part)}`] as const),
  ];
}

function waited(figures: Omit<QueueFigures, 'of' | 'queue' | 'parts'>): string {
  const { frames, drops, marks } = figures;
  if (frames === 0) return `no frame${drops === 0 ? '' : `, ${drops} dropped`}`;
  const times = [
    `mean ${shortTime(figures.meanSojourn)}`,
    `median ${shortTime(figures.medianSojourn)}`,
    `95 % ${shortTime(figures.p95Sojourn)}`,
    `99 % ${shortTime(figures.p99Sojourn)}`,
    `most ${shortTime(figures.maximumSojourn)}`,
  ];
  return `${frames} frames waited ${times.join(', ')}; ${drops} dropped, ${marks} marked`;
}

/** `0.0031` → `'3.1ms'`. */
const shortTime = (seconds: number): string => formatDuration(Number((seconds * 1e9).toPrecision(3)));

const RETRANSMISSIONS: Readonly<Record<string, string>> = {
  rto: 'after a retransmission timeout',
  fast: 'by fast retransmit',
  recovery: 'during fast recovery',
  syn: 'SYN or SYN-ACK again',
  probe: 'window probes',
  rack: 'found lost by RACK',
  tlp: 'tail loss probes',
};

const causesOf = (drops: Readonly<Record<string, number>>): string =>
  Object.entries(drops)
    .map(([reason, count]) => `${pad(count)} ${reason}: ${explainDrop(reason as DropReason).what}`)
    .join('\n');

function goodput(report: TransferReport): string {
  const { measuredBytes, measuredSeconds, bytesReceived } = report;
  if (measuredBytes === 0)
    return bytesReceived === 0 ? 'nothing arrived' : 'all had arrived before the warm-up was over';
  return `${formatBits(report.goodputBitsPerSecond)}: ${formatSize(measuredBytes)} in ${seconds(measuredSeconds)}`;
}

const failure = (report: TransferReport): string =>
  `FAILED${report.error === undefined ? '' : ` with ${report.error}`}: ${report.bytesReceived} of ${report.bytes} bytes arrived`;

const pad = (count: number): string => String(count).padStart(6);

/** Seconds with as many digits as tell something. */
const seconds = (value: number): string => `${value < 10 ? value.toFixed(3) : value.toFixed(1)} s`;

/** `3214567` → `'3.21 Mbit/s'`. */
export function formatBits(bitsPerSecond: number): string {
  for (const [unit, factor] of [['Gbit/s', 1e9] as const, ['Mbit/s', 1e6] as const, ['kbit/s', 1e3] as const]) {
    if (bitsPerSecond >= factor) return `${(bitsPerSecond / factor).toPrecision(4)} ${unit}`;
  }
  return `${bitsPerSecond.toFixed(0)} bit/s`;
}
