/** Values as text: Python's `str` and `repr`. */
import { shortestText } from './decimal.ts';
import {
  PythonDict,
  PythonException,
  type PythonFunction,
  PythonList,
  PythonModule,
  PythonRange,
  PythonTuple,
  type PythonValue,
} from './values.ts';

/** `str(value)`. */
export function textOf(value: PythonValue): string {
  if (typeof value === 'string') return value;
  if (!(value instanceof PythonException)) return representation(value);
  const [only] = value.items;
  if (only === undefined) return '';
  return value.items.length === 1 ? textOf(only) : representation(new PythonTuple(value.items));
}

/** `repr(value)`. */
export const representation = (value: PythonValue): string => represent(value, []);

/** @param around what it is in: what contains itself ends in dots */
function represent(value: PythonValue, around: readonly PythonValue[]): string {
  if (value === null) return 'None';
  switch (typeof value) {
    case 'boolean':
      return value ? 'True' : 'False';
    case 'bigint':
      return value.toString();
    case 'number':
      return shortestText(value);
    case 'string':
      return quoted(value);
    default:
      break;
  }
  const within = [...around, value];
  const each = (items: readonly PythonValue[]): string => items.map((item) => represent(item, within)).join(', ');
  const isInside = around.includes(value);
  if (value instanceof PythonList) return isInside ? '[...]' : `[${each(value.items)}]`;
  if (value instanceof PythonTuple) {
    return isInside ? '(...)' : `(${each(value.items)}${value.items.length === 1 ? ',' : ''})`;
  }
  if (value instanceof PythonDict) {
    const pairs = value.pairs().map(([key, item]) => `${represent(key, within)}: ${represent(item, within)}`);
    return isInside ? '{...}' : `{${pairs.join(', ')}}`;
  }
  if (value instanceof PythonRange) {
    const { start, stop, step } = value;
    return `range(${start}, ${stop}${step === 1n ? '' : `, ${step}`})`;
  }
  if (value instanceof PythonException) return `${value.kind}(${each(value.items)})`;
  if (value instanceof PythonModule) return `<module '${value.name}'>`;
  return describedFunction(value);
}

function describedFunction({ name, kind }: PythonFunction): string {
  if (kind === 'function') return `<function ${name}>`;
  return kind === 'builtin' ? `<built-in function ${name}>` : `<class '${name}'>`;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Between single quotes, unless only those stand in it. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inside = text.replace(/[\\\n\r\t'\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (character) => {
    if (character === "'") return quote === "'" ? "\\'" : character;
    return ESCAPES[character] ?? escaped(character.codePointAt(0)!);
  });
  return quote + inside + quote;
}

function escaped(codePoint: number): string {
  const digits = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return codePoint < 0x1_0000 ? `\\u${digits.padStart(4, '0')}` : `\\U${digits.padStart(8, '0')}`;
}
