/**
 * smoltcp's published grid (`../shared/reference/README.md`): 10 MiB over a round trip of 100 ms with buffers of 32 KiB at
 * both ends, frames lost in both directions. Its sender has no congestion control; ours may.
 */
import { measurePoint } from './measure-point.ts';
import { pftk, SEGMENT_BYTES } from './models.ts';
import type { Point, StoppingRule } from './point.ts';
import { singleTask } from './reference-path.ts';

export interface GridPoint {
  readonly loss: number;
  /** Bytes a second, as smoltcp's README has them. */
  readonly smoltcp: number;
}

export const GRID: readonly GridPoint[] = [
  { loss: 0, smoltcp: 322_945 },
  { loss: 0.01, smoltcp: 219_671 },
  { loss: 0.05, smoltcp: 76_627 },
  { loss: 0.1, smoltcp: 37_775 },
  { loss: 0.3, smoltcp: 1_156 },
];

export const TRANSFER_BYTES: number = 10 * 1024 * 1024;
const BUFFER_BYTES = 32 * 1024;
const ROUND_TRIP_SECONDS = 0.1;
/** RFC 6298 §2.4. */
const LEAST_TIMEOUT_SECONDS = 1;

/** What whole segments make of the window: 22 of them in a round trip; bytes a second. */
export const WINDOW_CEILING: number = (Math.floor(BUFFER_BYTES / SEGMENT_BYTES) * SEGMENT_BYTES) / ROUND_TRIP_SECONDS;

/**
 * PFTK with an ACK per segment, in bytes a second. A lost ACK costs little while others follow. From 20 % on, when most of
 * the time is spent in timeouts, it is as bad as lost data, so there both count.
 */
export function smallWindowModel(loss: number): number {
  if (loss === 0) return WINDOW_CEILING;
  const p = loss < 0.2 ? loss : 1 - (1 - loss) ** 2;
  return Math.min(WINDOW_CEILING, pftk(p, ROUND_TRIP_SECONDS, { timeoutSeconds: LEAST_TIMEOUT_SECONDS }) / 8);
}

export function smallWindowPoint(controller: string, loss: number, transferBytes: number = TRANSFER_BYTES): Point {
  const faults = loss > 0 ? { data: { loss: String(loss) }, acknowledgments: { loss: String(loss) } } : {};
  return {
    flows: [{ controller }],
    tcp: {
      sendBufferBytes: BUFFER_BYTES,
      sendBufferAutotuning: false,
      receiveBufferBytes: BUFFER_BYTES,
      receiveBufferAutotuning: false,
      // At 30 % both ways every second exchange fails, so nine in a row do so now and then: nobody is to give up then.
      dataRetries: 255,
    },
    rate: '1Gbit/s',
    roundTrip: '100ms',
    queue: '1000',
    transferBytes,
    ...faults,
  };
}

/** @returns bytes a second of the world's time, from the first SYN until all has arrived */
export function measureSmallWindow(controller: string, loss: number, seed: number): number {
  const { flows } = measurePoint(singleTask(smallWindowPoint(controller, loss), SMALL_WINDOW_STOPPING, seed));
  return TRANSFER_BYTES / (flows[0]!.completionNs! / 1e9);
}

/** Until it is complete, however long that takes. */
export const SMALL_WINDOW_STOPPING: StoppingRule = {
  warmUpSeconds: 0,
  leastSeconds: 1,
  mostSeconds: 1_000_000,
  leastEvents: 0,
  mostHalfWidth: 0,
};
