/**
 * The AccECN option that is sent: whether a segment has one, with which counters in which order (RFC 9768 §3.2.3,
 * §3.2.3.3); and whether it gets through (§3.2.3.2).
 * An option's shape is one number: how many counters, and 4 more if they stand in order 1; -1 is no option.
 */
import type { ControlBlock } from '../control-block.ts';
import * as options from '../options.ts';
import { lessThan } from '../sequence.ts';
import type { AccurateEcn, EcnCounters } from './accurate-state.ts';
import { NEW_DATA, OTHER } from './marking.ts';

/** Kind and length; then 3 bytes a counter. */
const OVERHEAD = 2;
const COUNTER_LENGTH = 3;
const NO_OPTION = -1;
const ALL_COUNTERS = 3;
const ORDER_1 = 4;
/** With the setting `sparing`, a counter is repeated after so many ACKs or octets at the latest: §3.2.3.3. */
const REPEAT_ACKS = 8;
const REPEAT_BYTES = 2 ** 22;

/** Bytes of an option of that shape, with what aligns it to four. */
export const alignedLength = (shape: number): number =>
  shape === NO_OPTION ? 0 : (OVERHEAD + COUNTER_LENGTH * (shape & ALL_COUNTERS) + 3) & ~3;

/** The shape of the option of a segment without SYN that is sent now. @param room bytes for options that are left */
export function shapeNow({ settings }: ControlBlock, accurate: AccurateEcn, room: number): number {
  if (!accurate.sendsOption || accurate.withoutOption) return NO_OPTION;
  if (!accurate.triesOption && !isDue(accurate, settings.accurateEcnOption === 'sparing')) return NO_OPTION;
  const order = accurate.countedEct1 && !accurate.countedEct0 ? ORDER_1 : 0;
  const shape = shapeInOrder(accurate, order, room);
  return shape === NO_OPTION ? shapeInOrder(accurate, ORDER_1 - order, room) : shape;
}

/** "provided that the counter(s) that have changed since the previous AccECN TCP option are not omitted": §3.2.3.3 */
function shapeInOrder(accurate: AccurateEcn, order: number, room: number): number {
  const fits = fittingCounters(room);
  const least = accurate.triesOption ? 0 : 1;
  if (fits < Math.max(least, lastChanged(accurate, order))) return NO_OPTION;
  return order | (accurate.triesOption ? fits : Math.min(fits, lastCounted(accurate, order)));
}

/** The shape of a SYN-ACK's option: §3.2.3.2.1 SHOULD, to try the path, without counters if there is no room for them. */
export function shapeOfSyn(block: ControlBlock, room: number): number {
  const { accurate, answers } = block.ecn;
  if (accurate === undefined || !answers || !accurate.sendsOption) return NO_OPTION;
  if (block.synTransmissions > 0 && block.settings.ecnFallback) {
    accurate.optionLosses = 1;
    return NO_OPTION; // §3.2.3.2.2: the second SYN-ACK goes without
  }
  return Math.max(fittingCounters(room), NO_OPTION);
}

/** Writes an option, then NOPs up to the next multiple of four. @returns where the next one goes */
export function writeOption(accurate: AccurateEcn, view: DataView, at: number, shape: number): number {
  if (shape === NO_OPTION) return at;
  const { received } = accurate;
  const { ect0Bytes, ceBytes, ect1Bytes } = received;
  const count = shape & ALL_COUNTERS;
  const next =
    (shape & ORDER_1) === 0
      ? options.writeAccurateEcn(view, at, options.ACCURATE_ECN_0, count, ect0Bytes, ceBytes, ect1Bytes)
      : options.writeAccurateEcn(view, at, options.ACCURATE_ECN_1, count, ect1Bytes, ceBytes, ect0Bytes);
  const end = at + alignedLength(shape);
  for (let place = next; place < end; place++) options.writeNop(view, place);
  return end;
}

/**
 * A segment with data is about to be sent: if it repeats one whose option is watched, that one was lost, perhaps because
 * of its option.
 */
export function watchLoss(block: ControlBlock, accurate: AccurateEcn, kind: number, sequence: number): void {
  if (!accurate.watchesOption) return;
  if (lessThan(accurate.watchedSequence, block.sndUna)) {
    accurate.watchesOption = false; // it came through
    accurate.optionLosses = 0;
  } else if (kind === OTHER && sequence === accurate.watchedSequence && block.settings.ecnFallback) {
    accurate.watchesOption = false;
    accurate.withoutOption = true;
    accurate.optionLosses++;
    // §3.2.3.2.2: "it ought to monitor if that packet got lost as well, in which case it SHOULD disable".
    if (accurate.optionLosses > 1) accurate.sendsOption = false;
  }
}

/** A segment without SYN was written, with an option of that shape. */
export function optionSent(accurate: AccurateEcn, shape: number, kind: number, sequence: number): void {
  accurate.withoutOption = false;
  if (shape === NO_OPTION) {
    accurate.acksWithoutOption++;
    return;
  }
  if (kind === NEW_DATA && !accurate.watchesOption && (accurate.triesOption || accurate.optionLosses > 0)) {
    accurate.watchesOption = true;
    accurate.watchedSequence = sequence;
  }
  if (kind === NEW_DATA) accurate.triesOption = false;
  accurate.acksWithoutOption = 0;
  accurate.countRepeats = accurate.countChanged;
  accurate.countChanged = false;
  copyCounters(accurate.received, accurate.optionHad);
}

const fittingCounters = (room: number): number =>
  Math.min(ALL_COUNTERS, Math.floor((room - OVERHEAD) / COUNTER_LENGTH));

function isDue(accurate: AccurateEcn, sparing: boolean): boolean {
  const { received, optionHad } = accurate;
  const ect = received.ect0Bytes - optionHad.ect0Bytes + received.ect1Bytes - optionHad.ect1Bytes;
  // "It SHOULD always include an AccECN Option if the r.ceb counter is incrementing."
  if (received.ceBytes !== optionHad.ceBytes) return true;
  if (!sparing || ect === 0) return ect > 0;
  return (
    accurate.countChanged || accurate.countRepeats || accurate.acksWithoutOption >= REPEAT_ACKS || ect >= REPEAT_BYTES
  );
}

/** Up to which place counters have changed since the last option; and at any time. */
function lastChanged({ received, optionHad }: AccurateEcn, order: number): number {
  return lastPlace(
    order,
    received.ect0Bytes !== optionHad.ect0Bytes,
    received.ceBytes !== optionHad.ceBytes,
    received.ect1Bytes !== optionHad.ect1Bytes,
  );
}

const lastCounted = ({ countedEct0, countedCe, countedEct1 }: AccurateEcn, order: number): number =>
  lastPlace(order, countedEct0, countedCe, countedEct1);

function lastPlace(order: number, ect0: boolean, ce: boolean, ect1: boolean): number {
  if (order === 0 ? ect1 : ect0) return 3;
  if (ce) return 2;
  return (order === 0 ? ect0 : ect1) ? 1 : 0;
}

function copyCounters(from: EcnCounters, to: EcnCounters): void {
  to.cePackets = from.cePackets;
  to.ceBytes = from.ceBytes;
  to.ect0Bytes = from.ect0Bytes;
  to.ect1Bytes = from.ect1Bytes;
}
