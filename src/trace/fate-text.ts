/**
 * What became of a frame, in a few words: for capture comments and ladders.
 */
import { type DropReason, explainDrop } from '../layers/drop.ts';
import type { RetransmitReason } from '../layers/observer.ts';
import type { Journey } from './journey.ts';

/** The medium's reasons, shorter than the sentences of `drop.ts`. */
const MEDIUM_FATES: Readonly<Partial<Record<DropReason, string>>> = {
  'medium-loss': 'lost at random',
  'medium-burst-loss': 'lost in a burst',
  'medium-fault': 'taken by the fault list',
  'medium-queue-full': 'queue full',
  'medium-queue-aqm': 'congestion',
  'medium-queue-fat-flow': 'queues full',
  'medium-mtu': 'too long for the link',
  'medium-down': 'link down',
  'medium-unplugged': 'nothing attached',
  'switch-filtered': 'filtered by the switch',
};

const RETRANSMIT_REASONS: Readonly<Record<RetransmitReason, string>> = {
  rto: 'retransmission timeout',
  fast: 'fast retransmit',
  recovery: 'loss recovery',
  rack: 'RACK',
  tlp: 'tail loss probe',
  syn: 'SYN not answered',
  probe: 'window probe',
};

/** The same where there is room for a word. */
export const RETRANSMIT_MARKS: Readonly<Record<RetransmitReason, string>> = {
  rto: 'RTO',
  fast: 'fast',
  recovery: 'recovery',
  rack: 'RACK',
  tlp: 'TLP',
  syn: 'again',
  probe: 'probe',
};

/** `lost at random`; for a host's reason the words of its name: `tcp bad checksum`. */
export const shortReason = (reason: DropReason): string => MEDIUM_FATES[reason] ?? reason.replaceAll('-', ' ');

/** `retransmission timeout`. */
export const retransmitText = (reason: RetransmitReason): string => RETRANSMIT_REASONS[reason];

/** What a person reads about a sent frame: nothing for one that simply arrived. */
export function sendingNotes(journey: Journey): string[] {
  const notes: string[] = [];
  if (journey.retransmission !== undefined) notes.push(`sent again: ${retransmitText(journey.retransmission)}`);
  if (journey.copyOf !== undefined) notes.push('copy made by the medium');
  for (const detail of journey.delays) notes.push(`held back by the medium${behind(detail)}`);
  if (journey.copies.length > 0) notes.push('duplicated by the medium');
  for (const detail of journey.marks) notes.push(`marked CE by the queue${behind(detail)}`);
  for (const detail of journey.corruptions) notes.push(`corrupted by the medium${behind(detail)}`);
  if (journey.drop !== undefined) {
    notes.push(`dropped by the medium: ${shortReason(journey.drop.reason)}${inBrackets(journey.drop.detail)}`);
  } else if (journey.arrivedAt === undefined) {
    notes.push('still under way when the recording ended');
  }
  return notes;
}

/** What a person reads about a frame that arrived: nothing for one that arrived as it was sent and was taken. */
export function arrivalNotes(journey: Journey): string[] {
  const notes: string[] = [];
  if (journey.copyOf !== undefined) notes.push('copy made by the medium');
  for (const detail of journey.marks) notes.push(`marked CE by the queue${behind(detail)}`);
  for (const detail of journey.corruptions) notes.push(`corrupted by the medium${behind(detail)}`);
  if (journey.hostDrop !== undefined) {
    const { host, reason, rule } = journey.hostDrop;
    notes.push(`dropped by ${host}: ${reason}: ${explainDrop(reason).what}${inBrackets(rule ?? '')}`);
  }
  return notes;
}

const behind = (detail: string): string => (detail === '' ? '' : `: ${detail}`);
const inBrackets = (detail: string): string => (detail === '' ? '' : ` (${detail})`);
