/**
 * smoltcp's published grid (`../shared/reference/README.md`): 10 MiB over a round trip of 100 ms with buffers of 32 KiB at
 * both ends, frames lost in both directions. Its sender has no congestion control; ours may.
 */
import { ipAddress } from '../../src/layers/address-text.ts';
import { SECOND } from '../../src/layers/clock.ts';
import { BulkTransfer } from '../../src/sim/bulk-transfer.ts';
import { World } from '../../src/sim/world.ts';
import { SEGMENT_BYTES } from './reference-path.ts';

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

const TRANSFER_BYTES = 10 * 1024 * 1024;
const BUFFER_BYTES = 32 * 1024;
const ROUND_TRIP = 0.1;
/** RFC 6298 §2.4. */
const LEAST_TIMEOUT = 1;

/** What whole segments make of the window: 22 of them in a round trip. */
export const WINDOW_CEILING: number = (Math.floor(BUFFER_BYTES / SEGMENT_BYTES) * SEGMENT_BYTES) / ROUND_TRIP;

/**
 * PFTK (RFC 5348 §3.1) with an ACK per segment, in bytes a second: a model to a factor of two.
 * A lost ACK costs little while others follow. From 20 % on, when most of the time is spent in timeouts, it is as bad as
 * lost data, so there both count.
 */
export function pftk(loss: number): number {
  const p = loss < 0.2 ? loss : 1 - (1 - loss) ** 2;
  const timeouts = LEAST_TIMEOUT * 3 * Math.sqrt((3 * p) / 8) * p * (1 + 32 * p * p);
  return Math.min(WINDOW_CEILING, SEGMENT_BYTES / (ROUND_TRIP * Math.sqrt((2 * p) / 3) + timeouts));
}

/** @returns bytes a second of the world's time, from the first SYN until all has arrived */
export function measureSmallWindow(controller: string, loss: number, seed: number): number {
  const tcp = {
    sendBufferBytes: BUFFER_BYTES,
    sendBufferAutotuning: false,
    receiveBufferBytes: BUFFER_BYTES,
    receiveBufferAutotuning: false,
    congestionControl: controller,
    // At 30 % both ways every second exchange fails, so nine in a row do so now and then: nobody is to give up then.
    dataRetries: 255,
  };
  const world = new World({ seed });
  const sender = world.host('sender', { settings: { tcp } });
  const receiver = world.host('receiver', { settings: { tcp } });
  world.link(
    { host: sender, addresses: ['10.0.0.1/24'] },
    { host: receiver, addresses: ['10.0.0.2/24'] },
    { rate: '1Gbit/s', delay: '50ms', ...(loss > 0 ? { loss: String(loss) } : {}) },
  );
  let left = TRANSFER_BYTES;
  const transfer = new BulkTransfer({
    sender: sender.sockets,
    receiver: receiver.sockets,
    address: ipAddress('10.0.0.2'),
    port: 5001,
    source: {
      read: (into) => {
        const length = Math.min(into.length, left);
        left -= length;
        return length;
      },
    },
    memory: world.memory,
    ended: () => {},
  });
  while (transfer.bytesReceived < TRANSFER_BYTES) {
    if (!world.step()) throw new Error(`the transfer has ended after ${transfer.bytesReceived} bytes`);
  }
  return TRANSFER_BYTES / (world.now / SECOND);
}
