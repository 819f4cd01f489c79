/**
 * Builds one segment and sends it: header RFC 9293 §3.1, options RFC 7323 §3 and RFC 2018 §3. What to send and when is
 * `output.ts`'s to decide; everything that must be true of each segment is here.
 */
import { MILLISECOND } from '../../clock.ts';
import type { Frame } from '../../frame.ts';
import { announcedMss, fixedHeaders, ipHeaderLength } from './announced-mss.ts';
import { ACK_NONE, type ControlBlock } from './control-block.ts';
import { alignedLength, optionSent, shapeNow, shapeOfSyn, watchLoss, writeOption } from './ecn/accurate-option.ts';
import type { AccurateEcn } from './ecn/accurate-state.ts';
import { aceOfReset, codepointOf, codepointOfReset, codepointOfSyn, feedbackFlags, takeKind } from './ecn/marking.ts';
import { synFlags } from './ecn/negotiation.ts';
import { fastOpenBytes, takeSynData, writeFastOpenOption } from './fast-open/syn.ts';
import type { IncomingSegment } from './incoming.ts';
import * as options from './options.ts';
import { advertise, synWindow } from './receive-window.ts';
import * as segment from './segment.ts';
import { writeOffers } from './syn-options.ts';
import { urgentField } from './urgent-sending.ts';
import { advertisedSeconds } from './user-timeout.ts';

/** NOP NOP, kind and length, then 8 bytes a block. */
const SACK_OVERHEAD = 4;
const SACK_BLOCK = 8;
const OPTION_ROOM = 40;
const USER_TIMEOUT_LENGTH = 4;

/** The timestamp clock: one tick a millisecond (RFC 7323 §5.4), from an offset of the connection's own. */
export const timestampNow = (block: ControlBlock): number =>
  (Math.floor(block.environment.timers.now() / MILLISECOND) + block.tsOffset) | 0;

/** Bytes of the options that every segment carries: timestamps and signature. */
export const fixedOptionBytes = (block: ControlBlock): number => timestampsLength(block) + authenticationBytes(block);

/** Bytes of options in a segment without SYN that is sent now. */
export function optionBytes(block: ControlBlock): number {
  return hasMoreOptions(block) ? allOptionBytes(block) : fixedOptionBytes(block);
}

/** Whether there is anything to say beside the options that every segment carries. Mostly there is not. */
const hasMoreOptions = (block: ControlBlock): boolean =>
  block.reassembly.count > 0 ||
  block.duplicateNoted === true ||
  block.userTimeoutDue === true ||
  block.ecn.accurate !== undefined;

function allOptionBytes(block: ControlBlock): number {
  let used = timestampsLength(block) + userTimeoutLength(block);
  if (block.ecn.accurate !== undefined) used += alignedLength(accurateShape(block, block.ecn.accurate, used));
  const blocks = sackBlockCount(block, used);
  return used + (blocks === 0 ? 0 : SACK_OVERHEAD + SACK_BLOCK * blocks) + authenticationBytes(block);
}

/** The AccECN option leaves room for two SACK blocks: loss tells more than marks do (RFC 9768 §3.2.3.3). */
function accurateShape(block: ControlBlock, accurate: AccurateEcn, used: number): number {
  const blocks = Math.min(2, sackBlockCount(block, used));
  return shapeNow(block, accurate, optionRoom(block) - used - (blocks === 0 ? 0 : SACK_OVERHEAD + SACK_BLOCK * blocks));
}

/** Bytes of data that fit a segment sent now: RFC 6691, RFC 9293 §3.7.1. A peer that leaves no room gets single bytes. */
export const payloadRoom = (block: ControlBlock): number =>
  hasMoreOptions(block) ? Math.max(1, block.segmentRoom - allOptionBytes(block)) : block.ordinaryRoom;

/**
 * Looks how much the path carries now, which `payloadRoom` goes by until it is looked at again.
 * @returns Eff.snd.MSS with the options that every segment carries: the SMSS of RFC 5681
 */
export function measurePath(block: ControlBlock): number {
  block.segmentRoom = segmentRoom(block);
  block.ordinaryRoom = Math.max(1, block.segmentRoom - fixedOptionBytes(block));
  return block.ordinaryRoom;
}

/**
 * Sends one segment without SYN.
 * @param sequence of its first octet
 * @param length bytes of data, taken from the send buffer at that sequence number
 * @param flags in addition to ACK, which every one of them has
 */
export function emit(block: ControlBlock, sequence: number, length: number, flags: number): void {
  const { ecn, path } = block;
  const kind = takeKind(block, sequence, length, flags);
  if (ecn.accurate !== undefined) watchLoss(block, ecn.accurate, kind, sequence);
  const hasMore = hasMoreOptions(block);
  const headerLength = segment.HEADER_LENGTH + (hasMore ? allOptionBytes(block) : fixedOptionBytes(block));
  const frame = block.environment.pool.acquire(path.headroom, headerLength + length);
  const at = frame.start;
  frame.end = at + headerLength + length;
  if (length > 0) {
    const packetLength = headerLength + length + ipHeaderLength(block);
    if (packetLength > block.claims.largestSent) block.claims.largestSent = packetLength;
    block.sendBuffer.copyOut((sequence - block.sendBufferStart) | 0, frame.bytes, at + headerLength, length);
    if (block.marks !== undefined) block.marks.sent((sequence + length) | 0, frame.bytes, at + headerLength, length);
  }
  writeTimestamps(block, frame.view, at + segment.HEADER_LENGTH);
  if (hasMore) writeMoreOptions(block, frame.view, at + segment.HEADER_LENGTH, kind, sequence);
  const echo = feedbackFlags(block, kind);
  acknowledgmentSent(block);
  block.counts.sent(sequence, length, length + (flags & segment.FIN), block.environment.timers);
  const { localPort, remotePort } = block.identity;
  const urgent = block.sndUrgent === true ? urgentField(block, sequence) : 0;
  segment.writeHeader(
    frame.view,
    at,
    localPort,
    remotePort,
    sequence,
    block.rcvNxt,
    headerLength,
    flags | segment.ACK | echo | (urgent > 0 ? segment.URG : 0),
    advertise(block),
    urgent,
  );
  seal(block, frame, headerLength);
  send(block, frame, codepointOf(block, kind));
}

/** Sends our SYN, or the SYN-ACK when the peer's SYN has arrived. */
export function emitSyn(block: ControlBlock): void {
  const { path } = block;
  const withAck = block.state === 'SYN-RECEIVED';
  const echo = synFlags(block);
  const most = segment.MAXIMUM_HEADER_LENGTH + (block.fastOpen?.synMss ?? 0);
  const frame = block.environment.pool.acquire(path.headroom, most);
  const at = frame.start;
  const end = writeSynOptions(block, frame.view, at + segment.HEADER_LENGTH) + authenticationBytes(block);
  const length = end - at;
  const dataLength = takeSynData(block, length - segment.HEADER_LENGTH, synRoom(block));
  frame.end = end + dataLength;
  if (dataLength > 0) {
    block.sendBuffer.copyOut(0, frame.bytes, end, dataLength);
    block.claims.largestSent = length + dataLength + ipHeaderLength(block);
  }
  segment.writeHeader(
    frame.view,
    at,
    block.identity.localPort,
    block.identity.remotePort,
    block.iss,
    withAck ? block.rcvNxt : 0,
    length,
    (withAck ? segment.SYN | segment.ACK : segment.SYN) | echo,
    synWindow(block),
    0,
  );
  seal(block, frame, length);
  acknowledgmentSent(block);
  const codepoint = codepointOfSyn(block, echo);
  block.synTransmissions++;
  block.counts.sentSyn(block.iss, dataLength, withAck, block.environment.timers);
  send(block, frame, codepoint);
}

/** Sends a reset of a connection that exists: <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK> (RFC 9293 §3.10.5, with an ACK). */
export function emitReset(block: ControlBlock): void {
  emitRst(
    block,
    block.sndNxt,
    block.rcvNxt,
    segment.RST | segment.ACK | aceOfReset(block),
    block.timestampsOk,
    timestampNow(block),
    block.tsRecent,
  );
}

/**
 * Answers an ACK of something that was never sent: <SEQ=SEG.ACK><CTL=RST> (RFC 9293 §3.10.7.3, §3.10.7.4), with the
 * timestamp that it came with (RFC 7323 §5.2).
 */
export function refuseAcknowledgment(block: ControlBlock, arrived: IncomingSegment): void {
  const { hasTimestamps, timestampValue } = arrived.options;
  emitRst(block, arrived.acknowledgment, 0, segment.RST, hasTimestamps, 0, timestampValue);
}

/** Sends a header and at most timestamps. */
function emitRst(
  block: ControlBlock,
  sequence: number,
  acknowledgment: number,
  flags: number,
  timestamps: boolean,
  timestampValue: number,
  timestampEcho: number,
): void {
  const { localPort, remotePort } = block.identity;
  const optionLength = timestamps ? options.ALIGNED_TIMESTAMPS_LENGTH : 0;
  const length = segment.HEADER_LENGTH + optionLength + authenticationBytes(block);
  const frame = block.environment.pool.acquire(block.path.headroom, length);
  const at = frame.start;
  frame.end = at + length;
  segment.writeHeader(frame.view, at, localPort, remotePort, sequence, acknowledgment, length, flags, 0, 0);
  if (timestamps) {
    options.writeAlignedTimestamps(frame.view, at + segment.HEADER_LENGTH, timestampValue, timestampEcho);
  }
  seal(block, frame, length);
  send(block, frame, codepointOfReset(block));
}

/** A complete segment gets its signature, over all but the checksum (RFC 5925 §7.3), and the checksum over all. */
function seal(block: ControlBlock, frame: Frame, headerLength: number): void {
  const { view, start, length } = frame;
  block.authentication?.sign(view, start, headerLength, length, block.iss, block.irs);
  segment.completeChecksum(view, start, length, block.pseudoSum + length);
}

function send(block: ControlBlock, frame: Frame, codepoint: number): void {
  block.counts.sentSegments++;
  // A neighbour or route that is missing now may be there when the segment is sent again: the timer decides.
  const failure = block.path.send(frame, segment.PROTOCOL, codepoint);
  if (failure !== undefined) block.softError = failure;
}

/** Every segment with ACK acknowledges all that has arrived: nothing is due any more. */
function acknowledgmentSent(block: ControlBlock): void {
  block.ackDue = ACK_NONE;
  block.unackedSegments = 0;
  block.lastAckSent = block.rcvNxt;
  block.duplicateNoted = false; // RFC 2883 §4 (1): reported once
  block.timers?.delayedAck.cancel();
}

function writeTimestamps(block: ControlBlock, view: DataView, at: number): void {
  if (block.timestampsOk === true) options.writeAlignedTimestamps(view, at, timestampNow(block), block.tsRecent);
}

/** @param at where the options begin */
function writeMoreOptions(block: ControlBlock, view: DataView, at: number, kind: number, sequence: number): void {
  let next = at + timestampsLength(block);
  if (userTimeoutLength(block) > 0) {
    next = writeUserTimeout(block, view, next);
    block.userTimeoutDue = false;
  }
  const { accurate } = block.ecn;
  if (accurate !== undefined) {
    const shape = accurateShape(block, accurate, next - at);
    next = writeOption(accurate, view, next, shape);
    optionSent(accurate, shape, kind, sequence);
  }
  const blocks = sackBlockCount(block, next - at);
  if (blocks === 0) return;
  next = options.writeSackStart(view, options.writeNop(view, options.writeNop(view, next)), blocks);
  const { sackBlocks } = block;
  let held = blocks;
  if (block.duplicateNoted) {
    next = options.writeSackBlock(view, next, block.duplicateLeft, block.duplicateRight);
    held--;
  }
  block.reassembly.recentBlocks(sackBlocks, held);
  for (let index = 0; index < held; index++) {
    next = options.writeSackBlock(view, next, sackBlocks[2 * index]!, sackBlocks[2 * index + 1]!);
  }
}

/** What a SYN or SYN-ACK has: who gives way when the room is short is said in `syn-options.ts`. */
function writeSynOptions(block: ControlBlock, view: DataView, at: number): number {
  const limit = at + OPTION_ROOM - authenticationBytes(block);
  const { accurate } = block.ecn;
  const offered = writeOffers(block, view, at, announcedMss(block), timestampNow(block));
  const aligned = at + Math.ceil((offered - at) / 4) * 4;
  let next = aligned;
  const before = limit - fastOpenBytes(block, limit - next);
  if (block.settings.userTimeoutOption && next + USER_TIMEOUT_LENGTH <= before) {
    next = writeUserTimeout(block, view, next);
  }
  if (accurate !== undefined) next = writeOption(accurate, view, next, shapeOfSyn(block, before - next));
  const end = writeFastOpenOption(block, view, next, limit);
  // Zeros end the list (RFC 9293 §3.1): NOPs if anything follows.
  if (end === aligned && authenticationBytes(block) === 0) options.writePadding(view, offered, aligned);
  else for (let place = offered; place < aligned; place++) options.writeNop(view, place);
  return end;
}

function writeUserTimeout(block: ControlBlock, view: DataView, at: number): number {
  block.toldUserTimeoutSeconds = advertisedSeconds(block);
  return options.writeUserTimeout(view, at, block.toldUserTimeoutSeconds);
}

/** RFC 5482 §3: once, with the next segment that has room. */
const userTimeoutLength = (block: ControlBlock): number =>
  block.userTimeoutDue && segmentRoom(block) > fixedOptionBytes(block) + USER_TIMEOUT_LENGTH ? USER_TIMEOUT_LENGTH : 0;

function sackBlockCount(block: ControlBlock, used: number): number {
  const wanted = block.reassembly.count + (block.duplicateNoted ? 1 : 0);
  if (!block.sackOk || wanted === 0) return 0;
  const room = optionRoom(block) - used - SACK_OVERHEAD;
  return Math.max(0, Math.min(wanted, Math.floor(room / SACK_BLOCK)));
}

/** On a path of the smallest MTU options leave an octet for data, or no data would ever go. */
const optionRoom = (block: ControlBlock): number =>
  Math.min(OPTION_ROOM, segmentRoom(block) - 1) - authenticationBytes(block);

/** The same for a SYN, when the peer has said nothing yet. */
function synRoom(block: ControlBlock): number {
  const byPath = block.path.mtu - fixedHeaders(block);
  const asked = block.settings.maximumSegmentSize;
  return asked > 0 ? Math.min(asked, byPath) : byPath;
}

/** Bytes after the fixed TCP header, by the peer's MSS, our own limit and the path. */
function segmentRoom(block: ControlBlock): number {
  const byPath = Math.min(block.path.mtu, block.search.effective) - fixedHeaders(block);
  const byPeer = Math.min(block.peerMss, byPath);
  const asked = block.settings.maximumSegmentSize;
  return asked > 0 ? Math.min(asked, byPeer) : byPeer;
}

/** The signature stands at the end of the options: "TCP-AO MUST be the last TCP option processed" (RFC 5925 §7.4). */
const authenticationBytes = (block: ControlBlock): number => block.authentication?.optionBytes ?? 0;

const timestampsLength = (block: ControlBlock): number =>
  block.timestampsOk === true ? options.ALIGNED_TIMESTAMPS_LENGTH : 0;
