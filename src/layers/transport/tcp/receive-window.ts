/**
 * Which window to advertise: RFC 9293 §3.8.6, with the receiver's silly-window avoidance of §3.8.6.2.2 and the scale of
 * RFC 7323 §2. The right edge never moves left (SHLD-14), not even by the rounding of the scale (RFC 7323 §2.4).
 */

import { announcedMss } from './announced-mss.ts';
import { ACK_DELAYED, ACK_NOW, type ControlBlock } from './control-block.ts';
import { ALIGNED_TIMESTAMPS_LENGTH } from './options.ts';
import { greaterThan } from './sequence.ts';
import type { TcpSettings } from './settings.ts';

/**
 * What a window field can say. Scaled by 14 at most (RFC 7323 §2.3) it stays below 2^30, so that shifts do for powers of
 * two: `2 ** shift` is a call out of the compiled code, and several of them a segment were 6 % of a bulk transfer.
 */
const MAXIMUM_FIELD = 65535;
const LARGEST_WINDOW = 0x3fff_ffff;

/** Chooses the scale to offer. A buffer that may grow has room for what rounding keeps back besides its first size. */
export function offerScale(block: ControlBlock): void {
  const { settings } = block;
  block.rcvWndShift = settings.windowScaling ? offeredShift(settings) : 0;
  if (settings.receiveBufferAutotuning) settings.receiveBufferBytes += slack(block);
}

/**
 * The scale to offer: for the largest window there can be, since it is said once and for all (RFC 7323 §2.2); but so that
 * the first window is not lost in its rounding.
 */
export function offeredShift(settings: TcpSettings): number {
  const clamp = clampOf(settings);
  const first = Math.min(settings.receiveBufferBytes, clamp);
  const isFixed = settings.windowScaleForBytes > 0;
  const largest = isFixed ? settings.windowScaleForBytes : Math.min(settings.receiveBufferMaximumBytes, clamp);
  const shift = windowShift(first);
  if ((!settings.receiveBufferAutotuning && !isFixed) || largest <= first) return shift;
  const coarsest = Math.floor(Math.log2(Math.max(1, first / 8)));
  return Math.max(shift, Math.min(windowShift(largest), coarsest));
}

/** The largest window that the program wants to be advertised. */
const clampOf = ({ windowClampBytes }: TcpSettings): number =>
  windowClampBytes > 0 ? windowClampBytes : LARGEST_WINDOW;

/** The smallest shift with which `bytes` fit the field; at most 14 (RFC 7323 §2.3). */
export function windowShift(bytes: number): number {
  let shift = 0;
  while (shift < 14 && bytes / 2 ** shift > MAXIMUM_FIELD) shift++;
  return shift;
}

/** The window of a segment with SYN: never scaled (RFC 7323 §2.2). With Fast Open something may wait to be read. */
function initialWindow(block: ControlBlock): number {
  const { receiveBufferBytes, synWindowBytes, synWindowHalved } = block.settings;
  const room = Math.max(0, receiveBufferBytes - slack(block) - block.receiveBuffer.readable);
  const wanted = Math.min(synWindowBytes, clampOf(block.settings));
  return Math.min(room, wanted, MAXIMUM_FIELD, synWindowHalved ? halfInSegments(block) : MAXIMUM_FIELD);
}

/**
 * Half of the buffer, rounded down to whole segments. That those have timestamps is known of a SYN-ACK, and not of a SYN.
 */
function halfInSegments(block: ControlBlock): number {
  const { receiveBufferBytes, receiveBufferAutotuning } = block.settings;
  // A size that the program has chosen is what it wants to be offered: to that Linux adds as much for itself.
  const half = receiveBufferAutotuning ? Math.floor(receiveBufferBytes / 2) : receiveBufferBytes;
  const stamped = block.timestampsOk && !block.active ? ALIGNED_TIMESTAMPS_LENGTH : 0;
  const segment = announcedMss(block) - stamped;
  return half > segment ? half - (half % segment) : half;
}

/** The peer's SYN has arrived: the window of our own SYN, or of the SYN-ACK to come, starts at RCV.NXT. */
export function openWindow(block: ControlBlock): void {
  block.rcvAdv = (block.rcvNxt + initialWindow(block)) | 0;
}

/** The window field of our SYN, which may have grown since the peer's came: what it promises is taken. */
export function synWindow(block: ControlBlock): number {
  if (block.state !== 'SYN-RECEIVED') return initialWindow(block);
  const edge = (block.rcvNxt + initialWindow(block)) | 0;
  if (greaterThan(edge, block.rcvAdv)) block.rcvAdv = edge;
  return Math.min(block.rcvWnd, MAXIMUM_FIELD);
}

/** Advances the right edge if that is worth while. @returns the window field of the segment about to be sent */
export function advertise(block: ControlBlock): number {
  const shift = block.rcvWndShift;
  const clamp = clampOf(block.settings);
  const room = free(block, clamp);
  if (increase(block, room) >= smallestStep(block, clamp)) {
    const opened = Math.min(room >>> shift, MAXIMUM_FIELD);
    const edge = (block.rcvNxt + (opened << shift)) | 0;
    if (greaterThan(edge, block.rcvAdv)) {
      block.rcvAdv = edge;
      return opened;
    }
  }
  // The edge stays. Rounding down would move it left, so it is rounded up into the slack that `free` keeps back; until
  // segments smaller than a unit have used that up. Then the peer sees it move, and what it was promised is honoured
  // all the same (RFC 7323 §2.4).
  const field = (block.rcvWnd + slack(block)) >> shift;
  if (field << shift > block.settings.receiveBufferBytes - block.receiveBuffer.readable) return block.rcvWnd >> shift;
  block.rcvAdv = (block.rcvNxt + (field << shift)) | 0;
  return field;
}

/**
 * Whether reading has opened the window so far that the peer should be told without waiting for its next segment. A
 * step of two segments alone would answer each read of a fast reader with an ACK, so it must matter to the window too.
 */
export function isUpdateDue(block: ControlBlock): boolean {
  // An ACK that goes out in a moment says it, and a delayed one soon enough as long as the peer has something to go on with.
  if (block.ackDue === ACK_NOW) return false;
  if (block.ackDue === ACK_DELAYED && block.rcvWnd >= 2 * block.smss) return false;
  const clamp = clampOf(block.settings);
  const limit = Math.min(block.settings.receiveBufferBytes, MAXIMUM_FIELD << block.rcvWndShift, clamp);
  const step = increase(block, free(block, clamp));
  if (step < Math.min(limit / 2, 2 * block.smss)) return false;
  return step >= limit / 4 || block.rcvWnd <= limit / 8 || limit <= 8 * block.smss;
}

/** By how much the right edge could move. */
const increase = (block: ControlBlock, room: number): number => (block.rcvNxt + room - block.rcvAdv) | 0;

/** RFC 9293 §3.8.6.2.2: min(Fr * RCV.BUFF, Eff.snd.MSS), Fr = 1/2. */
const smallestStep = (block: ControlBlock, clamp: number): number =>
  Math.max(1, Math.min(Math.floor(Math.min(block.settings.receiveBufferBytes, clamp) / 2), block.smss));

/** RCV.BUFF - RCV.USER, less what rounding up may promise, as far as a window field can say it and the program wants it. */
const free = (block: ControlBlock, clamp: number): number =>
  Math.max(
    0,
    Math.min(
      block.settings.receiveBufferBytes - slack(block) - block.receiveBuffer.readable,
      MAXIMUM_FIELD << block.rcvWndShift,
      clamp,
    ),
  );

/** The largest window that there is room for when nothing waits to be read. */
export const largestWindow = (block: ControlBlock): number =>
  Math.max(
    0,
    Math.min(
      block.settings.receiveBufferBytes - slack(block),
      MAXIMUM_FIELD << block.rcvWndShift,
      clampOf(block.settings),
    ),
  );

const slack = (block: ControlBlock): number => (1 << block.rcvWndShift) - 1;
