/** What Fast Open adds to a SYN or SYN-ACK: the option RFC 7413 §4.1.1, and a SYN's data §4.2.2. */
import type { ControlBlock } from '../control-block.ts';
import { isFastOpenLength, writeFastOpen, writeNop } from '../options.ts';
import { add } from '../sequence.ts';

/** Kind and length. */
const OVERHEAD = 2;

/** Bytes of the option with what aligns it; 0 if there is none for the next SYN, or the room is too small for it. */
export function fastOpenBytes({ fastOpen }: ControlBlock, room: number): number {
  if (fastOpen?.cookie === undefined) return 0;
  const length = OVERHEAD + fastOpen.cookie.length;
  const aligned = (length + 3) & ~3;
  return aligned <= room && isFastOpenLength(length) ? aligned : 0;
}

/**
 * Writes the option after the others, if there is one to write and it has room. A SYN without room falls back to the
 * regular handshake (§4.2.2 step 1 a).
 * @param limit where the options must end
 * @returns where they end
 */
export function writeFastOpenOption(block: ControlBlock, view: DataView, at: number, limit: number): number {
  const { fastOpen } = block;
  const cookie = fastOpen?.cookie;
  if (fastOpen === undefined || cookie === undefined) return at;
  const bytes = fastOpenBytes(block, limit - at);
  fastOpen.cookie = undefined;
  if (bytes === 0) {
    fastOpen.synMss = 0;
    return at;
  }
  if (block.state === 'SYN-SENT') fastOpen.tried = cookie.length === 0 ? 'cookie-request' : 'data';
  let next = at;
  for (let nop = OVERHEAD + cookie.length; nop < bytes; nop++) next = writeNop(view, next);
  return writeFastOpen(view, next, cookie);
}

/**
 * How many bytes of what the program has written go with the SYN: §4.2.2 step 1 b. They go with the first one only.
 * @param room bytes of options and data that the path takes
 */
export function takeSynData(block: ControlBlock, optionBytes: number, room: number): number {
  const { fastOpen } = block;
  if (fastOpen === undefined || fastOpen.synMss === 0) return 0;
  const length = Math.max(0, Math.min(block.sendBuffer.length, Math.min(room, fastOpen.synMss) - optionBytes));
  fastOpen.synMss = 0;
  // SND.NXT stays behind the SYN, as for a window probe: what is not acknowledged goes again as if for the first time.
  block.sndMax = add(block.iss, 1 + length);
  return length;
}
