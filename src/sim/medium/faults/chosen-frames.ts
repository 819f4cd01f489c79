/** Drops that are chosen and not diced: frames by their number, every nth, or whatever a predicate picks. */
import type { Frame } from '../../../layers/frame.ts';
import type { Transit } from '../transit.ts';
import type { Fault } from './fault.ts';

/**
 * Whether to drop a frame. `ordinal` counts the frames of the direction from 1. The frame is borrowed for the call; to
 * keep a run repeatable the answer may depend on nothing but the frames seen.
 */
export type DropPredicate = (frame: Frame, ordinal: number) => boolean;

export class ChosenFrames implements Fault {
  private readonly predicate: DropPredicate;
  private readonly detail: string;

  constructor(predicate: DropPredicate, detail: string) {
    this.predicate = predicate;
    this.detail = detail;
  }

  judge(transit: Transit): void {
    if (!transit.isCopy && this.predicate(transit.frame, transit.ordinal)) transit.drop('medium-fault', this.detail);
  }
}

export function dropOrdinals(ordinals: readonly number[]): ChosenFrames {
  const chosen = new Set(ordinals);
  return new ChosenFrames((_, ordinal) => chosen.has(ordinal), 'chosen by number');
}

export const dropEvery = (every: number): ChosenFrames =>
  new ChosenFrames((_, ordinal) => ordinal % every === 0, `every frame whose number is a multiple of ${every}`);

export const dropWhen = (predicate: DropPredicate): ChosenFrames =>
  new ChosenFrames(predicate, 'chosen by the predicate');
