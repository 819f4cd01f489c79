/** Python's `import a.b as c` and `from a import b as c`. */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { betweenCommas } from './expressions.ts';
import { attributeOf } from './methods.ts';
import { moduleNamed } from './modules.ts';
import { children, type ParsedCode } from './parse.ts';
import type { PythonValue } from './values.ts';

/** A name that an import gives something. */
export interface Imported {
  readonly name: string;
  readonly value: PythonValue;
}

/** Modules exist or do not, whenever the code runs. @throws {Unsupported} for one that is not here, or has no such thing */
export function importsOf(node: SyntaxNode, code: ParsedCode): Imported[] {
  const parts = children(node);
  if (parts.at(-1)!.name === ',') throw new ScriptError(code.place(node.to), 'Python: a name is missing here');
  if (parts[0]!.name === 'from') return namesFrom(parts, code);
  return betweenCommas(parts.slice(1)).map((part) => {
    const { path, alias } = pathAndAlias(part, code);
    const value = moduleNamed(path);
    // Without `as` it is the first of its names that is given a value.
    const [first = path] = path.split('.');
    return alias === undefined ? { name: first, value: moduleNamed(first) } : { name: alias, value };
  });
}

function namesFrom(parts: readonly SyntaxNode[], code: ParsedCode): Imported[] {
  const at = parts.findIndex(({ name }) => name === 'import');
  const module = moduleNamed(
    parts
      .slice(1, at)
      .map((part) => code.slice(part))
      .join(''),
  );
  const listed = parts.slice(at + 1).filter(({ name }) => name !== '(' && name !== ')');
  if (listed.length === 0) throw new ScriptError(code.place(parts[at]!.to), 'Python: a name is missing here');
  if (listed[0]!.name === '*') throw new Unsupported("Python's import *");
  return betweenCommas(listed).map((part) => {
    const { path, alias } = pathAndAlias(part, code);
    return { name: alias ?? path, value: attributeOf(module, path) };
  });
}

function pathAndAlias(part: readonly SyntaxNode[], code: ParsedCode): { path: string; alias: string | undefined } {
  const at = part.findIndex(({ name }) => name === 'as');
  const path = (at < 0 ? part : part.slice(0, at)).map((one) => code.slice(one)).join('');
  return { path, alias: at < 0 ? undefined : code.slice(part[at + 1]!) };
}
