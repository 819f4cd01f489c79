/** Runs Python code as a script has it: in its line 10, from the column that is named. */
import { expect } from 'vitest';
import { CodeFailure } from '../../../../src/packetdrill/code/code-failure.ts';
import type { Names } from '../../../../src/packetdrill/code/missing.ts';
import { PythonProgram } from '../../../../src/packetdrill/code/python.ts';
import type { PythonValue } from '../../../../src/packetdrill/code/values.ts';
import { ScriptError } from '../../../../src/packetdrill/language/script-error.ts';
import { Unsupported } from '../../../../src/packetdrill/unsupported.ts';

export const LINE = 10;
const COLUMN = 7;

export const names = (values: Readonly<Record<string, PythonValue>>): Names => new Map(Object.entries(values));

/** What code prints. */
export const printed = (code: string, given: Names = new Map(), column: number = COLUMN): readonly string[] =>
  new PythonProgram().run(code, { line: LINE, column }, given);

/** `repr` of an expression. */
export const result = (expression: string, given: Names = new Map()): string =>
  printed(`print(repr(${expression}))`, given).join('\n');

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return expect.unreachable('it did not fail');
}

/** Where code fails and why: `10:7 NameError: name 'x' is not defined`. */
export function failure(code: string, given: Names = new Map(), column: number = COLUMN): string {
  const error = thrownBy(() => printed(code, given, column));
  if (!(error instanceof CodeFailure)) throw error;
  return `${error.place.line}:${error.place.column} ${error.message}`;
}

/** Where code is no Python, and why. */
export function syntaxError(code: string, column: number = COLUMN): string {
  const error = thrownBy(() => printed(code, new Map(), column));
  if (!(error instanceof ScriptError)) throw error;
  return `${error.place.line}:${error.place.column} ${error.message}`;
}

/** What code asks for that is not here. */
export function unsupported(code: string, given: Names = new Map()): string {
  const error = thrownBy(() => printed(code, given));
  if (!(error instanceof Unsupported)) throw error;
  return error.message;
}
