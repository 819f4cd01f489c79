/** Python's `def`, with parameters that are given by their place. Left out: default values, `*args`, annotations. */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { checkCount } from './calls.ts';
import { betweenCommas } from './expressions.ts';
import { Frame, type OwnNames, Run, Scope } from './frame.ts';
import { children, type ParsedCode } from './parse.ts';
import { targetNames } from './targets.ts';
import { type Caller, PythonFunction, type PythonValue } from './values.ts';

/** What runs a body: how it ended, if it returned something. */
type Body = (frame: Frame) => undefined | string | { readonly returned: PythonValue };

/** @returns what gives the function its name, in the scope where the definition stands */
export function compileFunction(
  node: SyntaxNode,
  code: ParsedCode,
  compileBody: (body: SyntaxNode) => Body,
): (frame: Frame) => void {
  const parts = children(node);
  if (parts[0]!.name === 'async') throw new Unsupported("Python's async");
  if (parts.some(({ name }) => name === 'TypeDef' || name === 'TypeParamList'))
    throw new Unsupported("Python's annotations");
  const [, named, list] = parts;
  const name = code.slice(named!);
  const parameters = parametersOf(list!, code);
  const own = ownNames(parts.at(-1)!, parameters, code);
  const execute = compileBody(parts.at(-1)!);
  return (defining) => {
    const call = (positional: readonly PythonValue[], keywords: ReadonlyMap<string, PythonValue>, caller: Caller) => {
      if (keywords.size > 0) throw new Unsupported(`Python's parameters by name (${name})`);
      checkCount(name, positional.length, parameters.length, parameters.length);
      const run = caller instanceof Run ? caller : defining.run;
      const frame = new Frame(run, new Scope(own, defining.scope));
      for (const [index, parameter] of parameters.entries()) frame.set(parameter, positional[index]!);
      const completion = run.inside(() => execute(frame));
      return typeof completion === 'object' ? completion.returned : null;
    };
    defining.set(name, new PythonFunction(name, 'function', call));
  };
}

function parametersOf(list: SyntaxNode, code: ParsedCode): string[] {
  const names = betweenCommas(children(list).slice(1, -1)).map((part) => {
    const [first] = part;
    if (part.length > 1 || first!.name !== 'VariableName') {
      throw new Unsupported(`Python's parameter ${code.slice({ from: first!.from, to: part.at(-1)!.to })}`);
    }
    return first!;
  });
  return names.map((node, index) => {
    const name = code.slice(node);
    if (names.slice(0, index).some((other) => code.slice(other) === name)) {
      throw new ScriptError(code.place(node.from), `Python: there are two parameters ${name}`);
    }
    return name;
  });
}

/** Statements that give names a value, and which of their parts are the names. */
const ASSIGNING: Readonly<Record<string, (parts: readonly SyntaxNode[]) => readonly SyntaxNode[]>> = {
  AssignStatement: (parts) =>
    parts.slice(
      0,
      parts.findLastIndex(({ name }) => name === 'AssignOp'),
    ),
  UpdateStatement: (parts) => parts.slice(0, 1),
  ForStatement: (parts) =>
    parts.slice(
      1,
      parts.findIndex(({ name }) => name === 'in'),
    ),
  FunctionDefinition: (parts) => parts.slice(1, 2),
  ImportStatement: importedNames,
};

function importedNames(parts: readonly SyntaxNode[]): readonly SyntaxNode[] {
  const at = parts.findIndex(({ name }) => name === 'import');
  return betweenCommas(parts.slice(at + 1).filter(({ name }) => name !== '(' && name !== ')')).map((part) => {
    const alias = part.findIndex(({ name }) => name === 'as');
    return part[alias + 1]!;
  });
}

function ownNames(body: SyntaxNode, parameters: readonly string[], code: ParsedCode): OwnNames {
  const local = new Set(parameters);
  const global = new Set<string>();
  const visit = (node: SyntaxNode): void => {
    const parts = children(node);
    if (node.name === 'ScopeStatement') {
      for (const part of parts.slice(1)) if (part.name === 'VariableName') global.add(code.slice(part));
    }
    for (const name of targetNames(ASSIGNING[node.name]?.(parts) ?? [], code)) local.add(name);
    // A function inside has names of its own.
    if (node.name !== 'FunctionDefinition') parts.forEach(visit);
  };
  visit(body);
  for (const name of global) {
    if (parameters.includes(name)) {
      throw new ScriptError(code.place(body.from), `Python: ${name} is a parameter, and global in the body`);
    }
    local.delete(name);
  }
  return { local, global };
}
