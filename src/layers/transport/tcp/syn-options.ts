/**
 * The options that every SYN may have, in the order of the profile: RFC 9293 §3.7.1, RFC 7323 §2 and §3, RFC 2018 §2. A
 * SYN-ACK has what the SYN has offered. What other features add stands behind them.
 *
 * All of them share 40 bytes (RFC 9293 §3.1). They are given out in this order, and who comes too late goes without:
 * 1. the signature of TCP-AO (16 bytes) or MD5 (20), without which the peer drops the segment. Beside MD5 and SACK there
 *    is no room for timestamps, so that those are not offered (`authentication/admission.ts`);
 * 2. the offers of this file, 20 bytes at most: they are said now or never;
 * 3. Fast Open, 4 bytes to ask for a cookie, 8 to 20 with one. It goes as a whole or not at all (RFC 7413 §4.2.2 step 1 a):
 *    a cookie of 8 bytes has no room beside TCP-AO and all offers, and none beside MD5 with SACK and window scale;
 * 4. the user timeout, 4 bytes: the next segment has it, if need be;
 * 5. the AccECN option of a SYN-ACK, with as many of its three counters as there is room for (RFC 9768 §3.2.3.3).
 */
import type { ControlBlock } from './control-block.ts';
import * as options from './options.ts';

/**
 * @param mss to announce, in bytes @param timestamp TSval
 * @returns where they end: a multiple of 4 bytes on, unless what is missing stands behind all options (`synOptionPadding`)
 */
export function writeOffers(block: ControlBlock, view: DataView, at: number, mss: number, timestamp: number): number {
  // SACK permitted and timestamps, 2 and 10 bytes, make twelve together; one alone is filled up with two NOPs.
  const alone = block.sackOk !== block.timestampsOk;
  const padsBefore = block.settings.synOptionPadding === 'before';
  let next = at;
  for (const option of block.settings.synOptionOrder) {
    switch (option) {
      case 'mss':
        next = options.writeMss(view, next, mss);
        break;
      case 'sack':
        if (block.sackOk) next = options.writeSackPermitted(view, alone && padsBefore ? padTwo(view, next) : next);
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
