/** A link between two ends that only send and write down, and everything that was seen on the way. */
import type { DropReason } from '../../../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../../../src/layers/frame.ts';
import { Memory } from '../../../../src/layers/memory.ts';
import { Link } from '../../../../src/sim/link.ts';
import { Medium } from '../../../../src/sim/medium/medium.ts';
import type { LinkOptions } from '../../../../src/sim/medium/options.ts';
import { RandomStreams } from '../../../../src/sim/random-streams.ts';
import { VirtualTime } from '../../../../src/sim/virtual-time.ts';
import type { Direction, MediumObserver } from '../../../../src/trace/medium-observer.ts';

export interface Arrival {
  readonly at: number;
  readonly bytes: Uint8Array;
  /** The number that `send` wrote into the frame. */
  readonly id: number;
}

export interface Scene {
  readonly time: VirtualTime;
  readonly pool: FramePool;
  readonly link: Link;
  /** What arrived at b, and at a. */
  readonly atB: Arrival[];
  readonly atA: Arrival[];
  /** One line for everything the observer was told. */
  readonly log: string[];
  readonly drops: { readonly id: number; readonly reason: DropReason; readonly detail: string }[];
  /** Sends a frame of `length` bytes that carries `id`, from a or from b. */
  send(id: number, length?: number, from?: 'a' | 'b'): void;
  sendBytes(bytes: Uint8Array): void;
  sendAt(time: number, id: number, length?: number): void;
}

export const idOf = (frame: Frame): number => frame.view.getUint32(frame.start + 14);

/** Small, because most scenes send few frames and there are many scenes. */
const SLAB_BYTES = 256 * 1024;

export function scene(options: LinkOptions = {}, seed = 1, name = 'link'): Scene {
  const time = new VirtualTime();
  const pool = new FramePool(new Memory(SLAB_BYTES));
  const log: string[] = [];
  const drops: Scene['drops'] = [];
  const note = (what: string, { from }: Direction, serial: number, frame: Frame, more = ''): void => {
    log.push(`${time.now()} ${from} ${what} ${serial} ${frame.end - frame.start} ${more}`);
  };
  const observer: MediumObserver = {
    frameSent: (direction, serial, frame) => note('sent', direction, serial, frame),
    frameDelivered: (direction, serial, frame) => note('delivered', direction, serial, frame),
    frameDropped(direction, serial, frame, reason, detail) {
      note('dropped', direction, serial, frame, `${reason}: ${detail}`);
      drops.push({ id: frame.end - frame.start >= 18 ? idOf(frame) : -1, reason, detail });
    },
    frameDuplicated: (direction, serial, copy, frame) => note('duplicated', direction, serial, frame, `${copy}`),
    frameCorrupted: (direction, serial, frame, detail) => note('corrupted', direction, serial, frame, detail),
    frameMarked: (direction, serial, frame, detail) => note('marked', direction, serial, frame, detail),
    frameDelayed: (direction, serial, frame, detail) => note('delayed', direction, serial, frame, detail),
  };
  const medium = new Medium(time, pool, new RandomStreams(seed), observer);
  const link = new Link(medium, name, 'a', 'b', options);
  const atA: Arrival[] = [];
  const atB: Arrival[] = [];
  const writeDown = (arrivals: Arrival[]) => ({
    receive(frame: Frame): void {
      const id = frame.end - frame.start >= 18 ? idOf(frame) : -1;
      arrivals.push({ at: time.now(), bytes: frame.copy(), id });
    },
  });
  link.ports[0].attach(writeDown(atA));
  link.ports[1].attach(writeDown(atB));
  const send = (id: number, length = 100, from: 'a' | 'b' = 'a'): void => {
    const frame = pool.acquire(0, length);
    frame.end = frame.start + length;
    frame.bytes.fill(0, frame.start, frame.end);
    frame.view.setUint32(frame.start + 14, id);
    link.ports[from === 'a' ? 0 : 1].send(frame);
  };
  return {
    time,
    pool,
    link,
    atA,
    atB,
    log,
    drops,
    send,
    sendBytes: (bytes) => link.ports[0].send(pool.from(bytes)),
    sendAt: (at, id, length) => time.schedule(at, { fire: () => send(id, length) }),
  };
}

export const ids = (arrivals: readonly Arrival[]): number[] => arrivals.map(({ id }) => id);
