/** Python's `str.format`: replacement fields by number and by name. Left out: attributes of what is named. */
import { Unsupported } from '../unsupported.ts';
import { formatted } from './format-spec.ts';
import { pythonError } from './python-error.ts';
import { itemOf } from './sequences.ts';
import { representation, textOf } from './text.ts';
import type { PythonValue } from './values.ts';

/** `!s`, `!r`: what a value becomes before it is formatted. */
export function convertedBy(conversion: string, value: PythonValue): PythonValue {
  switch (conversion) {
    case '':
      return value;
    case 's':
      return textOf(value);
    case 'r':
      return representation(value);
    case 'a':
      throw new Unsupported("Python's conversion !a");
    default:
      throw pythonError('ValueError', `Unknown conversion specifier '${conversion}'`);
  }
}

/** Braces that stand for themselves, a field with at most one more inside of it, or a brace that is alone. */
const FIELD = /\{\{|\}\}|\{(?<field>(?:[^{}]|\{[^{}]*\})*)\}|[{}]/gu;
const PARTS =
  /^(?<name>[^!:[.]*)(?<path>(?:\[[^\]]*\]|\.[^!:[.]*)*)(?:!(?<conversion>[^:]*))?(?::(?<specification>.*))?$/su;

/** `text.format(...)`. @throws {PythonError} */
export function formatMethod(
  text: string,
  positional: readonly PythonValue[],
  keywords: ReadonlyMap<string, PythonValue>,
): string {
  let automatic = 0;
  let isNumbered = false;
  const valueNamed = (name: string): PythonValue => {
    if (name === '' || /^\d+$/.test(name)) {
      if (name !== '') isNumbered = true;
      else if (isNumbered) {
        throw pythonError('ValueError', 'cannot switch from manual field specification to automatic field numbering');
      }
      const value = positional[name === '' ? automatic++ : Number(name)];
      if (value !== undefined) return value;
      throw pythonError('IndexError', 'Replacement index out of range for positional args tuple');
    }
    const value = keywords.get(name);
    if (value !== undefined) return value;
    throw pythonError('KeyError', representation(name));
  };
  const filled = (template: string): string =>
    template.replace(FIELD, (whole: string, ...found: unknown[]) => {
      const { field } = found.at(-1) as { readonly field?: string };
      if (whole === '{{' || whole === '}}') return whole.slice(1);
      if (field === undefined) throw pythonError('ValueError', `Single '${whole}' encountered in format string`);
      const parts = PARTS.exec(field)?.groups;
      if (parts === undefined) throw pythonError('ValueError', `'{${field}}' is no replacement field`);
      const { name = '', path = '', conversion = '', specification = '' } = parts;
      const value = convertedBy(conversion, inside(valueNamed(name), path));
      return formatted(value, specification.includes('{') ? filled(specification) : specification);
    });
  return filled(text);
}

/** `[key]`, one after the other; digits are an index. */
function inside(value: PythonValue, path: string): PythonValue {
  if (path.includes('.')) throw new Unsupported(`Python's attributes in a replacement field ('${path}')`);
  return [...path.matchAll(/\[([^\]]*)\]/g)].reduce(
    (found, [, key = '']) => itemOf(found, /^\d+$/.test(key) ? BigInt(key) : key),
    value,
  );
}
