/**
 * The options that every SYN may have, in the order of the profile: RFC 9293 §3.7.1, RFC 7323 §2 and §3, RFC 2018 §2. A
 * SYN-ACK has what the SYN has offered. What other features add stands behind them.
 */
import type { ControlBlock } from './control-block.ts';
import * as options from './options.ts';

/**
 * @param mss to announce, in bytes @param timestamp TSval
 * @returns where the next option goes: a multiple of 4 bytes on
 */
export function writeOffers(block: ControlBlock, view: DataView, at: number, mss: number, timestamp: number): number {
  // SACK permitted and timestamps, 2 and 10 bytes, make twelve together; one alone is filled up with two NOPs.
  const alone = block.sackOk !== block.timestampsOk;
  let next = at;
  for (const option of block.settings.synOptionOrder) {
    switch (option) {
      case 'mss':
        next = options.writeMss(view, next, mss);
        break;
      case 'sack':
        if (block.sackOk) next = options.writeSackPermitted(view, alone ? padTwo(view, next) : next);
        break;
      case 'timestamps':
        if (!block.timestampsOk) break;
        next = options.writeTimestamps(view, alone ? padTwo(view, next) : next, timestamp, block.tsRecent);
        break;
      case 'window-scale':
        if (!block.windowScaleOk) break;
        next = options.writeWindowScale(view, options.writeNop(view, next), block.rcvWndShift);
    }
  }
  return next;
}

const padTwo = (view: DataView, at: number): number => options.writeNop(view, options.writeNop(view, at));
