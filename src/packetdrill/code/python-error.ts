/**
 * An exception of Python, on its way through the interpreter: what raises it does not know where in the code it stands,
 * and the first that does notes the place.
 */
import type { Place } from '../language/script.ts';

/** Python's exceptions, as far as something here raises them. */
export type ErrorKind =
  | 'AttributeError'
  | 'IndexError'
  | 'KeyError'
  | 'MemoryError'
  | 'NameError'
  | 'OverflowError'
  | 'RecursionError'
  | 'TypeError'
  | 'UnboundLocalError'
  | 'ValueError'
  | 'ZeroDivisionError';

export class PythonError extends Error {
  /** Where it was raised; `undefined` until somebody knows. */
  place: Place | undefined;

  /** @param sentence for a person: with the exception's name in front if it has one */
  constructor(sentence: string) {
    super(sentence);
    this.name = 'PythonError';
    this.place = undefined;
  }
}

export const pythonError = (kind: ErrorKind, message: string): PythonError => new PythonError(`${kind}: ${message}`);

/** Runs something that stands at `place`: what it raises is raised there, unless it was raised further inside. */
export function raisedAt<Result>(place: Place, evaluate: () => Result): Result {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof PythonError) error.place ??= place;
    throw error;
  }
}
