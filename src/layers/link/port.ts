/**
 * The seam between a host and what it is plugged into: a simulated link, a loopback, a TAP device.
 */
import type { Frame } from '../frame.ts';

/** Takes frames from a host. The frame is handed over: whoever holds it last releases it to the pool. */
export interface Port {
  send(frame: Frame): void;
}

/** Is given frames that arrive. The frame is borrowed for the call; the caller releases it afterwards. */
export interface FrameReceiver {
  receive(frame: Frame): void;
}
