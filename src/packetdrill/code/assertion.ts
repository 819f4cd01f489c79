/** A failed `assert`, so that a person sees why: the condition, what its names stand for, and the message. */
import type { SyntaxNode } from '@lezer/common';
import type { Frame } from './frame.ts';
import { Missing } from './missing.ts';
import type { ParsedCode } from './parse.ts';
import { representation, textOf } from './text.ts';
import { PythonFunction, PythonModule, type PythonValue } from './values.ts';

/** The names that an expression has, in their order. */
function namesIn(node: SyntaxNode, code: ParsedCode): string[] {
  const names = new Set<string>();
  node.cursor().iterate((part) => {
    if (part.name === 'VariableName') names.add(code.slice(part));
    // Those of `f(name=value)` are another function's.
    return undefined;
  });
  return [...names];
}

/** `tcpi_snd_cwnd is 7`, for each that has a value which says something. */
function valuesOf(names: readonly string[], frame: Frame): string[] {
  return names.flatMap((name) => {
    const value = frame.find(name);
    const isSilent =
      value === undefined ||
      value instanceof Missing ||
      value instanceof PythonFunction ||
      value instanceof PythonModule;
    return isSilent ? [] : [`${name} is ${representation(value)}`];
  });
}

/**
 * The sentence of an assertion that does not hold.
 * @param message what stands behind its comma
 * @returns a function of the message's value, if there is one
 */
export function assertionSentence(
  condition: SyntaxNode,
  message: SyntaxNode | undefined,
  code: ParsedCode,
): (frame: Frame, value: PythonValue | undefined) => string {
  const source = `assert ${code.slice(condition).replace(/\s*\\\n\s*|\s+/g, ' ')}`;
  const names = namesIn(condition, code);
  // A name that the condition has is told already.
  const isTold = message !== undefined && names.includes(code.slice(message).replace(/[()\s]/g, ''));
  return (frame, value) => {
    const values = valuesOf(names, frame);
    const told = [
      ...(values.length === 0 ? [] : [values.join(', ')]),
      ...(value === undefined || (isTold && values.length > 0) ? [] : [textOf(value)]),
    ];
    return told.length === 0 ? `${source}: it does not hold` : `${source}: ${told.join(': ')}`;
  };
}
