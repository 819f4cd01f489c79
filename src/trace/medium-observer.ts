/**
 * What the medium tells whoever watches it. Every frame that a sender hands over gets a serial number of its world, so
 * that what was sent and what became of it can be put side by side. Frames are borrowed for the call.
 */
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';

/** One direction of one link. `from` and `to` name interfaces: `alice.eth0`. */
export interface Direction {
  readonly link: string;
  readonly from: string;
  readonly to: string;
}

export interface MediumObserver {
  /** The sender handed the frame over. */
  frameSent(direction: Direction, serial: number, frame: Frame): void;
  /** The receiver is about to be given the frame. */
  frameDelivered(direction: Direction, serial: number, frame: Frame): void;
  /** The frame ended here. `detail` says by which fault or limit, for a person. */
  frameDropped(direction: Direction, serial: number, frame: Frame, reason: DropReason, detail: string): void;
  /** A copy of `serial` goes on as `copySerial`. */
  frameDuplicated(direction: Direction, serial: number, copySerial: number, frame: Frame): void;
  /** Bytes of the frame were changed or cut on the way; `frame` is what goes on. */
  frameCorrupted(direction: Direction, serial: number, frame: Frame, detail: string): void;
  /** A queue set "congestion experienced" in the frame; `frame` is what goes on. `detail` says by which rule. */
  frameMarked(direction: Direction, serial: number, frame: Frame, detail: string): void;
  /** The frame was held back, so that later ones may pass it. */
  frameDelayed(direction: Direction, serial: number, frame: Frame, detail: string): void;
}
