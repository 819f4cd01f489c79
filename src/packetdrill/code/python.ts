/**
 * The Python of a packetdrill script: what stands between `%{` and `}%`, block by block. All blocks are one program, as
 * packetdrill has it, who writes them one behind the other and gives the names of `tcp_info` their values before each.
 *
 * The Python is a subset of version 3, with the `print` of version 2 besides. Its grammar is @lezer/python's. Left out on
 * purpose is what needs a machine (files, processes, the time), and what no script of a few lines has: classes, exceptions
 * that are caught, comprehensions, generators, sets. Using it makes the script unsupported.
 */
import type { Place } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { CodeFailure } from './code-failure.ts';
import { ProgramEnd } from './exit.ts';
import { Frame, Run, Scope } from './frame.ts';
import type { Names } from './missing.ts';
import { parsePython } from './parse.ts';
import { PythonError } from './python-error.ts';
import { compileBlock, type Execution } from './statements.ts';

export class PythonProgram {
  private readonly scope: Scope;
  /** The code has called `exit()`: nothing runs any more. */
  private hasEnded: boolean;

  constructor() {
    this.scope = new Scope();
    this.hasEnded = false;
  }

  /**
   * Runs one block. Variables and functions of the blocks before it are there.
   * @param codePlace where the code begins in the script
   * @param names what the script says at this moment. What a block has assigned to one of them itself is forgotten.
   * @returns the lines that it printed
   * @throws {CodeFailure} for an assertion that does not hold, an exception, a loop without end, `exit(1)`
   * @throws {ScriptError} for a syntax error, where it stands
   * @throws {Unsupported} for Python that is not here, and for a name that has no value here
   */
  run(code: string, codePlace: Place, names: Names): readonly string[] {
    const execute = compile(code, codePlace);
    if (this.hasEnded) return [];
    for (const name of names.keys()) this.scope.variables.delete(name);
    const run = new Run(names);
    try {
      execute(new Frame(run, this.scope));
    } catch (error) {
      if (error instanceof PythonError) throw new CodeFailure(error.place ?? codePlace, error.message, run.output);
      // What contains itself is gone through without end, until the stack does.
      if (error instanceof RangeError) {
        throw new CodeFailure(codePlace, 'RecursionError: the code goes too deep', run.output);
      }
      if (!(error instanceof ProgramEnd)) throw error;
      this.hasEnded = true;
    }
    return run.output;
  }
}

/** @throws {ScriptError} @throws {Unsupported} */
function compile(code: string, codePlace: Place): Execution {
  try {
    const parsed = parsePython(code, codePlace);
    return compileBlock(parsed.statements, parsed, { isInFunction: false, isInLoop: false });
  } catch (error) {
    if (error instanceof RangeError) throw new ScriptError(codePlace, 'Python: this code is nested too deep');
    throw error;
  }
}
