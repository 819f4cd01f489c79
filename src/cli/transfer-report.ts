/**
 * What a transfer came to, for people and for programs.
 */
import { type DropReason, explainDrop } from '../layers/drop.ts';
import { formatSize } from '../sim/units.ts';
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
  /** The sender's, by its name. */
  readonly congestionControl: string;
  readonly seed: number;
  readonly traceDigest: string;
  /** Repeats the run. */
  readonly command: string;
}

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
