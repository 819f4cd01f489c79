/**
 * Reads accurate feedback: the ACE field by RFC 9768 §3.2.2.2 with the safety procedure of §3.2.2.5.2 and appendix A.2,
 * the AccECN option by §3.2.3.1, and the tests of both that §3.2.2.4 and §3.2.3.2.4 allow.
 * Left out on purpose: a test for continuous marks (§3.2.2.3, not normative); and heuristics that take an ACK of many
 * segments for nothing special (appendix A.2.1), so that marks are rather counted too often than too seldom.
 */
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import type { ParsedOptions } from '../options.ts';
import { SYN } from '../segment.ts';
import { distance } from '../sequence.ts';
import type { AccurateEcn } from './accurate-state.ts';
import { aceField } from './ace.ts';

const ACE_MASK = 7;
const COUNTER_MASK = 0xff_ffff;

/** @returns whether the acknowledgment tells of new marks that are to be acted on */
export function readAccurateFeedback(
  block: ControlBlock,
  accurate: AccurateEcn,
  arrived: IncomingSegment,
  unsackedBefore: number,
): boolean {
  // §3.2.2: the flags of a segment with SYN are no counter.
  if (arrived.has(SYN) || !isNews(block, accurate, arrived)) return false;
  const { ackEvent, log, settings } = block;
  testAce(block, accurate, arrived);
  const ceBytes = readOption(block, accurate, arrived.options);
  const delivered = Math.max(0, unsackedBefore - (log.count - log.sackedCount));
  const packets = newPackets(block, accurate, arrived, delivered, ceBytes);
  accurate.reported.cePackets += packets;
  if (ceBytes < 0) {
    ackEvent.markedBytes = estimateBytes(block, packets, delivered);
    accurate.packetsSinceOption += packets;
    accurate.estimatedSinceOption += ackEvent.markedBytes;
  } else {
    // §3.2.3.2.5: octets were marked, and no packet.
    const isMangled = ceBytes > 0 && packets + accurate.packetsSinceOption === 0;
    if (isMangled && delivered <= ACE_MASK && settings.ecnPathTests) block.ecn.sendsEct = false;
    ackEvent.markedBytes = Math.max(0, ceBytes - accurate.estimatedSinceOption);
    accurate.packetsSinceOption = 0;
    accurate.estimatedSinceOption = 0;
  }
  if (accurate.responds) return packets > 0 || ceBytes > 0;
  ackEvent.markedBytes = 0;
  return false;
}

/** Whether no later acknowledgment has come before: appendix A.1. */
function isNews(block: ControlBlock, accurate: AccurateEcn, { options }: IncomingSegment): boolean {
  const isDelivery = block.ackEvent.deliveredBytes > 0;
  if (!block.timestampsOk || !options.hasTimestamps) return isDelivery;
  const newer = distance(accurate.newestTimestamp, options.timestampValue);
  if (newer > 0) accurate.newestTimestamp = options.timestampValue;
  return newer > 0 || (newer === 0 && isDelivery);
}

/** §3.2.2.4: the first counter cannot be zero. */
function testAce(block: ControlBlock, accurate: AccurateEcn, arrived: IncomingSegment): void {
  if (accurate.aceSeen) return;
  accurate.aceSeen = true;
  if (aceField(arrived.flags) !== 0 || !block.settings.ecnPathTests) return;
  block.ecn.sendsEct = false;
  accurate.responds = false;
}

/**
 * Packets with CE that the ACE field adds. It may have gone round when many were acknowledged at once: then the most that
 * there can have been.
 * @param ceBytes octets with CE that the option adds, or -1
 */
function newPackets(
  block: ControlBlock,
  accurate: AccurateEcn,
  arrived: IncomingSegment,
  delivered: number,
  ceBytes: number,
): number {
  const least = (aceField(arrived.flags) - accurate.reported.cePackets) & ACE_MASK;
  // "If the ACE counter … seems to imply [more] than the number of newly acknowledged packets … consider the ACE counter
  // to be correct": §3.2.2.5.2.
  if (delivered <= least) return least;
  const safest = delivered - ((delivered - least) & ACE_MASK);
  // Appendix A.2.2: the marked octets fill the fewer packets better than half of the more.
  const isEnough = ceBytes >= 0 && ceBytes <= block.smss * least && ceBytes * 2 < block.smss * safest;
  return isEnough ? least : safest;
}

/** Appendix A.3: packets as octets. What is marked beyond what was delivered were control packets, or came before. */
function estimateBytes(block: ControlBlock, packets: number, delivered: number): number {
  const average = delivered > 0 ? block.ackEvent.deliveredBytes / delivered : block.smss;
  const counted = block.settings.ecnControlPackets ? Math.min(packets, delivered) : packets;
  return Math.round(counted * average);
}

/** @returns octets with CE that the option adds; -1 if there is none, or none with that counter */
function readOption(block: ControlBlock, accurate: AccurateEcn, options: ParsedOptions): number {
  // §3.2.3.2.3: without an option the ACE field is read with caution, on each acknowledgment anew.
  if (options.accurateEcnOrder < 0) return -1;
  testOption(block, accurate, options);
  if (accurate.ignoresOption) return -1;
  const { reported } = accurate;
  reported.ect0Bytes += increment(reported.ect0Bytes, field(options, FIELD_ECT0));
  reported.ect1Bytes += increment(reported.ect1Bytes, field(options, FIELD_ECT1));
  const ceField = field(options, FIELD_CE);
  // A counter that is left out has not changed: §3.2.3.
  const ceBytes = increment(reported.ceBytes, ceField);
  reported.ceBytes += ceBytes;
  return ceBytes;
}

/** §3.2.3.2.4: neither EE0B nor EE1B can be zero in the first option. */
export function testOption(block: ControlBlock, accurate: AccurateEcn, options: ParsedOptions): void {
  if (accurate.optionTested || options.accurateEcnOrder < 0) return;
  accurate.optionTested = true;
  if (!block.settings.ecnPathTests) return;
  accurate.ignoresOption = field(options, FIELD_ECT0) === 0 || field(options, FIELD_ECT1) === 0;
}

const FIELD_ECT0 = 0;
const FIELD_CE = 1;
const FIELD_ECT1 = 2;

/** A field of the option, or -1 if it is left out. Order 1 has the same as order 0, from behind: §3.2.3. */
function field(options: ParsedOptions, which: number): number {
  const place = options.accurateEcnOrder === 0 ? which : 2 - which;
  return place < options.accurateEcnCount ? options.accurateEcn[place]! : -1;
}

/** By how much at least a counter has grown whose lowest 24 bits are now `value`: §3.2.3.1. */
const increment = (counter: number, value: number): number =>
  value < 0 ? 0 : (value - (counter % (COUNTER_MASK + 1))) & COUNTER_MASK;
