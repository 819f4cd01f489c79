/** What Fast Open adds to a SYN or SYN-ACK: the option RFC 7413 §4.1.1, and a SYN's data §4.2.2. */
import type { ControlBlock } from '../control-block.ts';
import { isFastOpenLength, writeFastOpen, writeNop } from '../options.ts';
import { add } from '../sequence.ts';

/**
 * Writes the option after the others, if there is one to write and it has room. A SYN without room falls back to the
 * regular handshake (§4.2.2 step 1 a).
 * @param limit where the header must end
 * @returns where the options end
 */
export function writeFastOpenOption(block: ControlBlock, view: DataView, at: number, limit: number): number {
  const { fastOpen } = block;
  const cookie = fastOpen?.cookie;
  if (fastOpen === undefined || cookie === undefined) return at;
  fastOpen.cookie = undefined;
  const length = 2 + cookie.length;
  const padding = -length & 3;
  if (at + padding + length > limit || !isFastOpenLength(length)) {
    fastOpen.synMss = 0;
    return at;
  }
  if (block.state === 'SYN-SENT') fastOpen.tried = cookie.length === 0 ? 'cookie-request' : 'data';
  let next = at;
  for (let nop = 0; nop < padding; nop++) next = writeNop(view, next);
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
