/** A clock that stands still. */
import type { Clock } from '../../../src/layers/clock.ts';

export const clockAt = (time: number): Clock => ({ now: () => time });
