/** Numbers and text as they are written in Python code. */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { toFloatValue, toInteger } from './conversions.ts';
import type { ParsedCode } from './parse.ts';
import { integer, type PythonValue } from './values.ts';

const INTEGER = /^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|[1-9](?:_?\d)*|0(?:_?0)*)$/;
const DIGITS = /^\d(?:_?\d)*$/;
const FLOAT = /^(?:\d(?:_?\d)*)?\.?(?:\d(?:_?\d)*)?(?:[eE][-+]?\d(?:_?\d)*)?$/;

/** A number. @throws {ScriptError} if it is none */
export function numberOf(node: SyntaxNode, code: ParsedCode): bigint | number {
  const written = code.slice(node);
  if (INTEGER.test(written)) return integer(toInteger(written, 0n));
  if (/[jJ]$/.test(written)) throw new Unsupported("Python's complex numbers");
  if (DIGITS.test(written)) {
    throw new ScriptError(code.place(node.from), `Python: ${written} begins with a 0; an octal number begins with 0o`);
  }
  if (FLOAT.test(written)) return toFloatValue(written);
  throw new ScriptError(code.place(node.from), `Python: ${written} is no number`);
}

/** Where the inside of a literal begins and ends, and how it is read. */
export interface Quoted {
  readonly from: number;
  readonly to: number;
  readonly isRaw: boolean;
}

const OPENING = /^([a-zA-Z]*)('''|"""|'|")/;

/** What stands between the quotes of a literal. @throws {ScriptError} if it does not end */
export function quotedPart(node: SyntaxNode, code: ParsedCode): Quoted {
  const [opening = '', prefix = '', quote = ''] = OPENING.exec(code.slice(node)) ?? [];
  const from = node.from + opening.length;
  const to = node.to - quote.length;
  if (to < from || code.text.slice(to, node.to) !== quote) {
    throw new ScriptError(code.place(node.from), 'Python: this text has no end');
  }
  if (/b/i.test(prefix)) throw new Unsupported("Python's bytes");
  return { from, to, isRaw: /r/i.test(prefix) };
}

/** A text without replacement fields. @throws {ScriptError} if it does not end, or an escape is wrong */
export function textLiteral(node: SyntaxNode, code: ParsedCode): PythonValue {
  return unescaped(quotedPart(node, code), code);
}

const ESCAPE = /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** Escapes as what they mean; one that Python does not know stays. */
export function unescaped({ from, to, isRaw }: Quoted, code: ParsedCode): string {
  const written = code.text.slice(from, to);
  if (isRaw) return written;
  return written.replace(
    ESCAPE,
    (whole: string, octal?: string, two?: string, four?: string, eight?: string, other?: string, at = 0) => {
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      const codePoint = Number.parseInt(two ?? four ?? eight ?? '', 16);
      if (other === undefined && codePoint < 0x11_0000) return String.fromCodePoint(codePoint);
      if (other === 'N') throw new Unsupported("Python's \\N{...}");
      if (other === undefined || 'xuU'.includes(other)) {
        throw new ScriptError(code.place(from + at), `Python: ${whole} is no character`);
      }
      return ESCAPES[other] ?? whole;
    },
  );
}
