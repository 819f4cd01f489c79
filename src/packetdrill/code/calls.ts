/** What a call is given, as the functions that are built in take it. */
import { Unsupported } from '../unsupported.ts';
import { pythonError } from './python-error.ts';
import { elements } from './sequences.ts';
import { type CallBody, type Caller, PythonFunction, type PythonValue, typeName } from './values.ts';

/** A function that takes between `least` and `most` values, and those by name that are listed. */
export function builtIn(
  name: string,
  least: number,
  most: number,
  body: CallBody,
  names: readonly string[] = [],
  kind: PythonFunction['kind'] = 'builtin',
): PythonFunction {
  return new PythonFunction(name, kind, (positional, keywords, caller) => {
    checkCount(name, positional.length, least, most);
    for (const keyword of keywords.keys()) {
      if (!names.includes(keyword)) throw new Unsupported(`Python's ${name}(${keyword}=...)`);
    }
    return body(positional, keywords, caller);
  });
}

/** @throws {PythonError} if a function is given too few values, or too many */
export function checkCount(name: string, count: number, least: number, most: number): void {
  if (count >= least && count <= most) return;
  const wanted =
    least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
  throw pythonError('TypeError', `${name}() takes ${wanted} argument${wanted === '1' ? '' : 's'}, not ${count}`);
}

/** Calls something. @throws {PythonError} if it cannot be called */
export function called(
  value: PythonValue,
  positional: readonly PythonValue[],
  keywords: ReadonlyMap<string, PythonValue>,
  caller: Caller,
): PythonValue {
  if (value instanceof PythonFunction) {
    caller.spend(1);
    return value.call(positional, keywords, caller);
  }
  throw pythonError('TypeError', `'${typeName(value)}' object is not callable`);
}

/** All elements of something, each counted. @throws {PythonError} if it has none */
export function collected(value: PythonValue, caller: Caller): PythonValue[] {
  const items: PythonValue[] = [];
  for (const item of elements(value)) {
    caller.spend(1);
    items.push(item);
  }
  return items;
}

/** Text where nothing else will do. @throws {PythonError} */
export function text(value: PythonValue | undefined): string {
  if (typeof value === 'string') return value;
  throw pythonError('TypeError', `a str is required, not ${typeName(value ?? null)}`);
}

/** None where nothing was given. */
export const given = (value: PythonValue | undefined): PythonValue => value ?? null;
