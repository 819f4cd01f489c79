/**
 * Where names have their values: those of a function that runs, of the functions around it, of the whole program, of the
 * script at this moment, and what is built in. And what one run has done so far.
 */
import { Unsupported } from '../unsupported.ts';
import { builtInNamed } from './built-ins.ts';
import { Missing, type Names } from './missing.ts';
import { PythonError, pythonError } from './python-error.ts';
import type { Caller, PythonValue } from './values.ts';

/** A block that does more has no end, or none that a script wants to wait for. */
const MOST_STEPS = 1_000_000;
/** Functions that are called one inside the other: far fewer than what JavaScript's stack holds. */
const MOST_CALLS = 200;

/** What a function's own code does with names. */
export interface OwnNames {
  /** What it assigns to, or is given: known before it runs. */
  readonly local: ReadonlySet<string>;
  /** What it declares to be the program's. */
  readonly global: ReadonlySet<string>;
}

export class Scope {
  readonly variables: Map<string, PythonValue>;
  /** The function's that it is of; `undefined` for the program's own. */
  readonly own: OwnNames | undefined;
  readonly outer: Scope | undefined;

  constructor(own?: OwnNames, outer?: Scope) {
    this.variables = new Map();
    this.own = own;
    this.outer = outer;
  }
}

/** One run of a block: the names that the script gives it, and what it uses up and prints. */
export class Run implements Caller {
  readonly names: Names;
  private steps: number;
  private depth: number;
  private printed: string;

  constructor(names: Names) {
    this.names = names;
    this.steps = 0;
    this.depth = 0;
    this.printed = '';
  }

  /** The lines so far. */
  get output(): string[] {
    const lines = this.printed.split('\n');
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  }
  write(text: string): void {
    this.printed += text;
  }
  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > MOST_STEPS) {
      throw new PythonError(`the code takes more than ${MOST_STEPS} steps: does it end?`);
    }
  }
  /** Runs the body of a function. */
  inside<Result>(body: () => Result): Result {
    if (this.depth >= MOST_CALLS) {
      throw pythonError('RecursionError', `functions call each other ${MOST_CALLS} times deep`);
    }
    this.depth++;
    try {
      return body();
    } finally {
      this.depth--;
    }
  }
}

export class Frame {
  readonly run: Run;
  readonly scope: Scope;

  constructor(run: Run, scope: Scope) {
    this.run = run;
    this.scope = scope;
  }

  /** @throws {PythonError} if there is no such name @throws {Unsupported} if it has no value here */
  get(name: string): PythonValue {
    const found = this.find(name);
    if (found instanceof Missing) throw new Unsupported(found.what);
    if (found !== undefined) return found;
    if (this.isLocal(name)) {
      throw pythonError('UnboundLocalError', `local variable '${name}' is used before it has a value`);
    }
    const builtIn = builtInNamed(name);
    if (builtIn !== undefined) return builtIn;
    throw pythonError('NameError', `name '${name}' is not defined`);
  }

  /** What has been defined by a name, not counting what is built in. */
  find(name: string): PythonValue | Missing | undefined {
    for (let scope: Scope | undefined = this.startOf(name); scope !== undefined; scope = scope.outer) {
      const found = scope.variables.get(name);
      if (found !== undefined || scope.own?.local.has(name) === true) return found;
    }
    return this.run.names.get(name);
  }

  set(name: string, value: PythonValue): void {
    (this.isLocal(name) ? this.scope : this.program).variables.set(name, value);
  }

  private isLocal(name: string): boolean {
    return this.scope.own?.local.has(name) === true;
  }

  /** The innermost scope that a name can be of. */
  private startOf(name: string): Scope {
    return this.scope.own?.global.has(name) === true ? this.program : this.scope;
  }

  private get program(): Scope {
    let { scope } = this;
    while (scope.outer !== undefined) scope = scope.outer;
    return scope;
  }
}
