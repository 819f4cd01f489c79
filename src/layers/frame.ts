/**
 * A frame and the pool it comes from.
 *
 * On the way down each layer writes its header in front: it lowers `start`. On the way up each layer reads its header
 * in place. A frame that is handed to a receiver is borrowed for that call: keep nothing that points into it.
 */
import { type Block, copyBytes, type Memory } from './memory.ts';

/** The bytes of one frame are `view` / `bytes` from `start` up to `end` (both absolute). */
export class Frame {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Where its room begins, and how many bytes it is: what lies between there and `start` is headroom. */
  readonly at: number;
  readonly room: number;
  start: number;
  end: number;
  /** Whether somebody has it: it does not lie in its pool. */
  isLent: boolean;
  /** The one below it in its pool. */
  below: Frame | undefined;

  constructor(block: Block) {
    this.bytes = block.bytes;
    this.view = block.view;
    this.at = block.at;
    this.room = block.length;
    this.start = block.at;
    this.end = block.at;
    this.isLent = true;
    this.below = undefined;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** A copy of the bytes, for those who keep them. */
  copy(): Uint8Array {
    return this.bytes.slice(this.start, this.end);
  }
}

/** One size serves every frame of an Ethernet of 1500: a full frame, an ACK and a duplicate come from one list. */
const ORDINARY_LENGTH = 2048;

/** Frames that wait for their next user, the last one first: its bytes are in the cache still. */
interface Idle {
  top: Frame | undefined;
  count: number;
}

/** Lends frames. Whoever holds a frame last releases it: the medium after delivery, a host when it drops its own. */
export class FramePool {
  /** Frames lent and not returned: 0 when a world has come to rest. */
  outstanding: number;
  private readonly memory: Memory;
  /** Those of the ordinary size, and larger ones by their size. */
  private readonly ordinary: Idle;
  private readonly larger: Map<number, Idle>;

  constructor(memory: Memory) {
    this.outstanding = 0;
    this.memory = memory;
    this.ordinary = { top: undefined, count: 0 };
    this.larger = new Map();
  }

  /** Frames that wait for their next user. Each keeps a block of memory. */
  get idleCount(): number {
    let { count } = this.ordinary;
    for (const idle of this.larger.values()) count += idle.count;
    return count;
  }

  /**
   * An empty frame (`start === end`) with room for `headroom` bytes before and `length` bytes after that place.
   * The bytes are whatever the last user left.
   */
  acquire(headroom: number, length: number): Frame {
    const needed = headroom + length;
    const idle = needed <= ORDINARY_LENGTH ? this.ordinary : this.idleOf(2 ** (32 - Math.clz32(needed - 1)));
    let frame = idle.top;
    if (frame === undefined) frame = new Frame(this.memory.allocate(Math.max(needed, ORDINARY_LENGTH)));
    else {
      idle.top = frame.below;
      idle.count--;
    }
    frame.isLent = true;
    this.outstanding++;
    frame.start = frame.at + headroom;
    frame.end = frame.start;
    return frame;
  }

  /** A frame with the same bytes and the same headroom. */
  duplicate(frame: Frame): Frame {
    const headroom = frame.start - frame.at;
    const copy = this.acquire(headroom, frame.end - frame.start);
    copyBytes(frame.bytes, frame.start, copy.bytes, copy.start, frame.end - frame.start);
    copy.end = copy.start + (frame.end - frame.start);
    return copy;
  }

  /** A frame that holds a copy of `bytes`. */
  from(bytes: Uint8Array, headroom = 0): Frame {
    const frame = this.acquire(headroom, bytes.length);
    frame.bytes.set(bytes, frame.start);
    frame.end = frame.start + bytes.length;
    return frame;
  }

  /** @throws {Error} if the frame was released before: two users would write into one frame */
  release(frame: Frame): void {
    if (frame.isLent !== true) throw new Error('wirelab: a frame was released twice');
    frame.isLent = false;
    this.outstanding--;
    const idle = frame.room === ORDINARY_LENGTH ? this.ordinary : this.idleOf(frame.room);
    frame.below = idle.top;
    idle.top = frame;
    idle.count++;
  }

  private idleOf(size: number): Idle {
    let idle = this.larger.get(size);
    if (idle === undefined) {
      idle = { top: undefined, count: 0 };
      this.larger.set(size, idle);
    }
    return idle;
  }
}
