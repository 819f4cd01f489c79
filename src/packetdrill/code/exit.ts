/** `exit()`, `sys.exit()` and `raise SystemExit`: the end of the program, not only of a block. */
import { PythonError } from './python-error.ts';
import { representation, textOf } from './text.ts';
import { numeric, type PythonValue } from './values.ts';

/** The program is over, and nothing was wrong. */
export class ProgramEnd extends Error {
  constructor() {
    super('the program has ended');
    this.name = 'ProgramEnd';
  }
}

/** @param status None and 0 are success; a text is what was wrong. @throws {ProgramEnd | PythonError} */
export function exit(status: PythonValue): never {
  if (status === null || numeric(status) === 0n) throw new ProgramEnd();
  if (typeof status === 'string') throw new PythonError(`the code ended itself: ${textOf(status)}`);
  throw new PythonError(`the code ended itself with exit(${representation(status)})`);
}
