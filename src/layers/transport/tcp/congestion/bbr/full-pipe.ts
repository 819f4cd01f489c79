/**
 * Whether an accelerating sender has filled the pipe: draft-ietf-ccwg-bbr-06 §5.3.1.2. Startup and ProbeBW_UP end when
 * three round trips in a row have not brought a quarter more.
 */
import type { AckEvent } from '../ack-event.ts';
import type { Model } from './model.ts';

const GROWTH = 1.25;
const ROUNDS_WITHOUT_GROWTH = 3;

/** `CheckFullBWReached`. */
export function checkFullBwReached(model: Model, event: AckEvent): void {
  if (model.isFullBwNow || !model.rounds.isStart || event.appLimited) return;
  if (event.deliveryRate >= model.fullBw * GROWTH) {
    resetFullBw(model, event.deliveryRate);
    return;
  }
  model.fullBwCount++;
  model.isFullBwNow = model.fullBwCount >= ROUNDS_WITHOUT_GROWTH;
  if (model.isFullBwNow) model.isFullBwReached = true;
}

/** `ResetFullBW`: the search starts anew, from a bandwidth that is known already. */
export function resetFullBw(model: Model, baseline: number): void {
  model.fullBw = baseline;
  model.fullBwCount = 0;
  model.isFullBwNow = false;
}
