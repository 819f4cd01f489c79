/** What a call has returned, against what the script says: a number, or -1 and the name of an error. */
import type { ErrorCode } from '../../layers/errors.ts';
import { describeError, errorCodeOf } from '../../sockets/errno.ts';
import { numberOf } from '../calls/evaluate.ts';
import type { CallAction, ScriptEvent } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';
import { differenceText, ScriptFailure } from './failure.ts';

/** Other names that kernels have for the same error. */
const SYNONYMS: Readonly<Record<string, ErrorCode>> = { EWOULDBLOCK: 'EAGAIN', ENOTSUP: 'EOPNOTSUPP' };

/** `4`, or `-1 EAGAIN`. */
const resultText = (result: number): string => (result < 0 ? `-1 ${errorCodeOf(result)}` : String(result));

/** @param isDescriptor the number itself is the script's to choose */
export function resultDifferences(action: CallAction, result: number, isDescriptor: boolean): Difference[] {
  if (action.result.kind === 'ellipsis') return [];
  const expected = numberOf(action.result);
  const errno = action.errno === undefined ? undefined : (SYNONYMS[action.errno] ?? action.errno);
  const isAsExpected =
    result < 0
      ? expected === -1 && (errno === undefined || errno === errorCodeOf(result))
      : (isDescriptor && expected >= 0) || expected === result;
  if (isAsExpected) return [];
  const wanted = expected === -1 && errno !== undefined ? `-1 ${errno}` : String(expected);
  return [{ field: 'result', expected: wanted, found: resultText(result) }];
}

export function callFailure(
  event: ScriptEvent,
  action: CallAction,
  result: number,
  differences: readonly Difference[],
): ScriptFailure {
  const why = result < 0 ? ` (${describeError(errorCodeOf(result))})` : '';
  return new ScriptFailure(event.place, `${action.name}: ${differences.map(differenceText).join('; ')}`, [
    `  expected: ${event.text.replace(/\s+/g, ' ')}`,
    `  came:     ${action.name}(…) = ${resultText(result)}${why}`,
  ]);
}
