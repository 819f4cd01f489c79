/** Finds where a pattern fits a line: the leftmost place, and there the longest (POSIX XBD §9.1). */
import type { Limits } from '../evaluation/limits.ts';
import type { Pattern } from './posix-pattern.ts';

export interface Found {
  readonly start: number;
  readonly end: number;
}

/** States, each with the leftmost place that it was reached from. */
type States = ReadonlyMap<number, number>;

/** @param from where to begin; what stands before counts for the places `^`, `\<` and so on */
export function search(pattern: Pattern, line: string, from: number, limits: Limits): Found | undefined {
  const { steps, start } = pattern;
  let best: Found | undefined;
  let current: States = new Map();
  for (let at = from; at <= line.length; at++) {
    const begun = best === undefined && !current.has(start) ? new Map([...current, [start, at]]) : current;
    if (begun.size === 0) break;
    const reached = reachable(pattern, line, at, begun);
    limits.spend(reached.size);
    const next = new Map<number, number>();
    for (const [state, origin] of reached) {
      const step = steps[state]!;
      if (step.kind === 'end') best = better(best, { start: origin, end: at });
      else if (step.kind === 'letter' && at < line.length && step.has(line[at]!)) reach(next, step.next, origin);
    }
    // What began further to the right than what was found is of no interest any more.
    current = best === undefined ? next : upTo(best.start, next);
  }
  return best;
}

/** All states that can be reached without a letter. Those from the left go first, so that each is looked at once. */
function reachable({ steps }: Pattern, line: string, at: number, states: States): States {
  const reached = new Map<number, number>();
  const waiting = [...states].sort(([, one], [, other]) => other - one);
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    const [state, origin] = entry;
    if (reached.has(state)) continue;
    reached.set(state, origin);
    const step = steps[state]!;
    if (step.kind === 'either') waiting.push([step.one, origin], [step.other, origin]);
    else if (step.kind === 'place' && step.holds(line, at)) waiting.push([step.next, origin]);
  }
  return reached;
}

function reach(states: Map<number, number>, state: number, origin: number): void {
  if ((states.get(state) ?? Number.POSITIVE_INFINITY) > origin) states.set(state, origin);
}

const upTo = (leftmost: number, states: States): States =>
  new Map([...states].filter(([, origin]) => origin <= leftmost));

function better(best: Found | undefined, found: Found): Found {
  if (best === undefined || found.start < best.start) return found;
  return found.start === best.start && found.end > best.end ? found : best;
}
