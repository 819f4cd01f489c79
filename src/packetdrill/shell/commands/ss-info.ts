/** The second line of `ss -i`: what TCP knows of a connection, in the words and the order of ss(8). */
import { MICROSECOND, MILLISECOND } from '../../../layers/clock.ts';
import type { ControllerInfo } from '../../../layers/transport/tcp/congestion/controller-info.ts';
import type { TcpInfo } from '../../../layers/transport/tcp/info.ts';
import type { ShellConnection, ShellTimer } from '../host.ts';
import { general } from './connection-text.ts';

type Field = (info: TcpInfo, isNumeric: boolean) => string | undefined | false;

const milliseconds = (ns: number): number => Math.round(ns / MILLISECOND);
const exactMilliseconds = (ns: number): string => general(Math.round(ns / MICROSECOND) / 1000);

/** Bits a second of bytes a second; `-n` leaves out the units. */
function rate(bytesPerSecond: number, isNumeric: boolean): string {
  const bits = bytesPerSecond * 8;
  if (isNumeric) return `${Math.round(bits)}bps`;
  if (bits > 1e6) return `${(bits / 1e6).toFixed(1)}Mbps`;
  return bits > 1000 ? `${(bits / 1000).toFixed(1)}Kbps` : `${general(bits)}bps`;
}

const positive = (name: string, value: number): string | false => value > 0 && `${name}:${value}`;
const since = (name: string, ns: number): string | false => Number.isFinite(ns) && `${name}:${milliseconds(ns)}`;
const segments = (bytes: number, { smss }: TcpInfo): number => Math.floor(bytes / smss);
const share = (part: number, whole: number): string => (whole > 0 ? ((part * 100) / whole).toFixed(1) : '0.0');

const FIELDS: readonly Field[] = [
  (info) => info.timestampsOk && 'ts',
  (info) => info.sackOk && 'sack',
  (info) => info.ecnFeedback !== 'none' && 'ecn',
  (info) => info.ecnSeen && 'ecnseen',
  (info) => info.synDataAcknowledged && 'fastopen',
  (info) => info.congestionControl,
  (info) => info.windowScaleOk && `wscale:${info.sndWndShift},${info.rcvWndShift}`,
  (info) => `rto:${general(milliseconds(info.rtoNs))}`,
  (info) => positive('backoff', info.backoffs),
  (info) => info.srttNs > 0 && `rtt:${exactMilliseconds(info.srttNs)}/${exactMilliseconds(info.rttvarNs)}`,
  (info) => info.delayedAckNs > 0 && `ato:${general(milliseconds(info.delayedAckNs))}`,
  (info) => `mss:${info.smss}`,
  (info) => `pmtu:${info.pathMtu}`,
  (info) => positive('rcvmss', info.largestReceivedBytes),
  (info) => `advmss:${info.announcedMss}`,
  (info) => `cwnd:${segments(info.cwnd, info)}`,
  (info) => Number.isFinite(info.ssthresh) && `ssthresh:${segments(info.ssthresh, info)}`,
  (info) => positive('bytes_sent', info.sentBytes),
  (info) => positive('bytes_retrans', info.resentBytes),
  (info) => positive('bytes_acked', info.ackedBytes),
  (info) => positive('bytes_received', info.receivedBytes),
  (info) => positive('segs_out', info.sentSegments),
  (info) => positive('segs_in', info.receivedSegments),
  (info) => positive('data_segs_out', info.sentDataSegments),
  (info) => positive('data_segs_in', info.receivedDataSegments),
  (info, isNumeric) => controllerText(info.controller, info, isNumeric),
  (info, isNumeric) => info.srttNs > 0 && `send ${rate((info.cwnd * 1e9) / info.srttNs, isNumeric)}`,
  (info) => since('lastsnd', info.sinceDataSentNs),
  (info) => since('lastrcv', info.sinceDataReceivedNs),
  (info) => since('lastack', info.sinceAckReceivedNs),
  (info, isNumeric) => Number.isFinite(info.pacingRate) && `pacing_rate ${pacing(info, isNumeric)}`,
  (info, isNumeric) => info.deliveryRate > 0 && `delivery_rate ${rate(info.deliveryRate, isNumeric)}`,
  (info) => positive('delivered', info.deliveredSegments),
  (info) => positive('delivered_ce', info.deliveredCeSegments),
  (info) => info.deliveryRateAppLimited && 'app_limited',
  (info) => info.busyNs > 0 && `busy:${milliseconds(info.busyNs)}ms`,
  (info) => limited('rwnd_limited', info.receiveWindowLimitedNs, info),
  (info) => limited('sndbuf_limited', info.sendBufferLimitedNs, info),
  (info) => positive('unacked', info.unackedSegments),
  (info) =>
    (info.retransmittedSegments > 0 || info.resentSegments > 0) &&
    `retrans:${info.retransmittedSegments}/${info.resentSegments}`,
  (info) => positive('lost', info.lostSegments),
  (info) => positive('sacked', info.sackedSegments),
  (info) => positive('dsack_dups', info.duplicateReports),
  (info) => info.reorderingSegments !== 3 && `reordering:${info.reorderingSegments}`,
  (info) => positive('reord_seen', info.reorderings),
  (info) => info.receiverRttNs > 0 && `rcv_rtt:${exactMilliseconds(info.receiverRttNs)}`,
  (info) => positive('rcv_space', info.receiverSpaceBytes),
  (info) => `rcv_ssthresh:${info.rcvWndLimit}`,
  (info) => positive('notsent', info.unsentBytes),
  (info) => Number.isFinite(info.minimumRttNs) && `minrtt:${exactMilliseconds(info.minimumRttNs)}`,
  (info) => positive('rcv_ooopack', info.outOfOrderSegments),
  (info) => positive('snd_wnd', info.sndWnd),
  (info) => positive('rcv_wnd', info.rcvWnd),
];

export const infoText = (info: TcpInfo, isNumeric: boolean): string =>
  FIELDS.map((field) => field(info, isNumeric))
    .filter((text) => text !== false && text !== undefined)
    .join(' ');

function pacing(info: TcpInfo, isNumeric: boolean): string {
  const most = Number.isFinite(info.maximumPacingRate) ? `/${rate(info.maximumPacingRate, isNumeric)}` : '';
  return `${rate(info.pacingRate, isNumeric)}${most}`;
}

const limited = (name: string, ns: number, { busyNs }: TcpInfo): string | false =>
  ns > 0 && `${name}:${milliseconds(ns)}ms(${share(ns, busyNs)}%)`;

function controllerText(controller: ControllerInfo | undefined, info: TcpInfo, isNumeric: boolean): string | undefined {
  switch (controller?.kind) {
    case 'bbr':
    case 'bbr1': {
      const { bandwidth, minimumRttNs, pacingGain, cwndGain } = controller;
      const roundTrip = Number.isFinite(minimumRttNs) ? `,mrtt:${exactMilliseconds(minimumRttNs)}` : '';
      const gains = `,pacing_gain:${general(pacingGain)},cwnd_gain:${general(cwndGain)}`;
      return `bbr:(bw:${rate(bandwidth, isNumeric)}${roundTrip}${gains})`;
    }
    case 'dctcp': {
      const alpha = Math.round(controller.alpha * 1024);
      const [marked, acked] = [segments(controller.markedBytes, info), segments(controller.ackedBytes, info)];
      return `dctcp:(ce_state:${Number(info.caState === 'CWR')},alpha:${alpha},ab_ecn:${marked},ab_tot:${acked})`;
    }
    default:
      return undefined;
  }
}

/** `timer:(on,200ms,1)` of `ss -o`. */
export function timerText({ timer }: ShellConnection): string | undefined {
  return timer === undefined ? undefined : `timer:(${timer.kind},${duration(timer)},${timer.retries})`;
}

/** `1min30sec`, `1.234sec`, `200ms`. */
function duration({ remainingNs }: ShellTimer): string {
  const ms = milliseconds(remainingNs);
  const minutes = Math.floor(ms / 60_000);
  const seconds = Math.floor((ms % 60_000) / 1000);
  const rest = ms % 1000;
  const begin = minutes > 0 ? `${minutes}min` : '';
  if (seconds === 0 && rest === 0) return begin === '' ? '0ms' : begin;
  if (minutes > 9) return `${begin}${seconds}sec`;
  if (seconds > 0)
    return `${begin}${seconds}${minutes === 0 && rest > 0 ? `.${String(rest).padStart(3, '0')}` : ''}sec`;
  return begin === '' ? `${String(rest).padStart(3, '0')}ms` : begin;
}
