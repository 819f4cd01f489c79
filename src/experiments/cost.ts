/**
 * What a measurement will cost, before it is made: frames of data, to a factor of two or three. Good enough to begin with
 * the longest, so that no processor waits for the last, and to say how long the rest will take.
 */
import { parseDuration, parseProbability } from '../sim/units.ts';
import { meanRate } from './line.ts';
import { bitErrorLoss, FRAME_BYTES, mathis, SEGMENT_BYTES } from './models.ts';
import type { PathFaults, Task } from './point.ts';

/** What a world costs that hardly does anything. */
const LEAST_FRAMES = 200;
const SECOND_NS = 1e9;
/** Over which the rate of a line that changes is taken. */
const RATE_NS = 60 * SECOND_NS;

/** Frames of data that the task is likely to send, over all bottlenecks. */
export function expectedFrames({ point, stopping }: Task): number {
  const { transferBytes, hops = 1, flows } = point;
  const { loss, burst } = lossOf(point.data);
  if (transferBytes !== undefined) return LEAST_FRAMES + transferBytes / SEGMENT_BYTES;
  const line = meanRate(point.rate, 0, RATE_NS) / 8 / FRAME_BYTES;
  // A controller that does not take each loss for congestion fills the line, and its goodput soon has a narrow interval.
  const fillsIt = loss === 0 || flows.some(({ controller }) => controller.startsWith('bbr'));
  const halved = mathis(loss, parseDuration(point.roundTrip, 'roundTrip') / SECOND_NS) / 8 / SEGMENT_BYTES;
  const speed = fillsIt ? line : Math.min(line, halved);
  const byEvents = loss === 0 || (fillsIt && stopping.mostHalfWidth > 0) ? 0 : stopping.leastEvents;
  const seconds = Math.max(stopping.leastSeconds, byEvents === 0 ? 0 : (byEvents * burst) / loss / speed);
  return LEAST_FRAMES + Math.min(stopping.mostSeconds, seconds) * speed * hops;
}

function lossOf({ loss, burstLoss, bitErrors }: PathFaults = {}): { readonly loss: number; readonly burst: number } {
  if (bitErrors !== undefined) return { loss: bitErrorLoss(Number(bitErrors)), burst: 1 };
  if (burstLoss !== undefined) return { loss: parseProbability(burstLoss.loss, 'loss'), burst: burstLoss.frames };
  return { loss: loss === undefined ? 0 : parseProbability(loss, 'loss'), burst: 1 };
}
