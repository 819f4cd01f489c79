/** Python's f-strings: text with `{expression}` in it, `{expression=}`, `!r`, and a format specification. */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { convertedBy } from './format-method.ts';
import { formatted } from './format-spec.ts';
import type { Frame } from './frame.ts';
import { quotedPart, unescaped } from './literals.ts';
import { children, type ParsedCode } from './parse.ts';
import { raisedAt } from './python-error.ts';
import type { PythonValue } from './values.ts';

type Text = (frame: Frame) => string;
/** How the expressions of a field are compiled. */
type CompileExpressions = (nodes: readonly SyntaxNode[], code: ParsedCode) => (frame: Frame) => PythonValue;

export function formatString(node: SyntaxNode, code: ParsedCode, compile: CompileExpressions): Text {
  const { from, to, isRaw } = quotedPart(node, code);
  return pieces(fieldsOf(node), from, to, code, compile, (start, end) => {
    // The grammar takes such a brace for a part of the text.
    if (isRaw && /\\[{}]/.test(code.text.slice(start, end))) {
      throw new Unsupported("Python's backslash before a brace of a raw f-string");
    }
    const text = unescaped({ from: start, to: end, isRaw }, code);
    for (const { 0: braces, index } of code.text.slice(start, end).matchAll(/\}+/g)) {
      if (braces.length % 2 === 0) continue;
      const alone = start + index + braces.length - 1;
      throw new ScriptError(code.place(alone), 'Python: a single } in an f-string; write }} for one of the text');
    }
    return text.replaceAll('{{', '{').replaceAll('}}', '}');
  });
}

const fieldsOf = (node: SyntaxNode): SyntaxNode[] => children(node).filter(({ name }) => name === 'FormatReplacement');

/** Text and fields in turn. */
function pieces(
  fields: readonly SyntaxNode[],
  from: number,
  to: number,
  code: ParsedCode,
  compile: CompileExpressions,
  textBetween: (start: number, end: number) => string,
): Text {
  const parts: Text[] = [];
  let at = from;
  for (const field of fields) {
    const text = textBetween(at, field.from);
    parts.push(() => text, compileField(field, code, compile));
    at = field.to;
  }
  const rest = textBetween(at, to);
  return (frame) => parts.map((part) => part(frame)).join('') + rest;
}

const TRAILERS: ReadonlySet<string> = new Set(['FormatSelfDoc', 'FormatConversion', 'FormatSpec', '}']);

function compileField(field: SyntaxNode, code: ParsedCode, compile: CompileExpressions): Text {
  const place = code.place(field.from);
  const parts = children(field);
  const named = (name: string): SyntaxNode | undefined => parts.find((part) => part.name === name);
  const [selfDocumenting, conversion, specification] = ['FormatSelfDoc', 'FormatConversion', 'FormatSpec'].map(named);
  const value = compile(
    parts.slice(1).filter(({ name }) => !TRAILERS.has(name)),
    code,
  );
  const next = conversion ?? specification ?? parts.at(-1)!;
  const front = selfDocumenting === undefined ? '' : code.text.slice(field.from + 1, next.from);
  // What documents itself is written as it would be in code.
  const isRepresented = selfDocumenting !== undefined && conversion === undefined && specification === undefined;
  const by = conversion === undefined ? (isRepresented ? 'r' : '') : code.slice(conversion).slice(1);
  const format = specification === undefined ? () => '' : compileSpecification(specification, code, compile);
  return (frame) => {
    const converted = convertedBy(by, value(frame));
    return raisedAt(place, () => front + formatted(converted, format(frame)));
  };
}

function compileSpecification(node: SyntaxNode, code: ParsedCode, compile: CompileExpressions): Text {
  const literal = (start: number, end: number): string => code.text.slice(start, end);
  return pieces(fieldsOf(node), node.from + 1, node.to, code, compile, literal);
}
