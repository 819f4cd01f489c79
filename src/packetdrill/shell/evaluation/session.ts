/** What a running shell knows: variables, arguments, the last exit status. A subshell has a copy. */
import { Unsupported } from '../../unsupported.ts';

/** Variables that a shell has without being told; what they would be on the machine of a script is not known here. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'PWD',
  'OLDPWD',
  'USER',
  'LOGNAME',
  'HOSTNAME',
  'SHELL',
  'TERM',
  'PPID',
  'UID',
  'EUID',
  'RANDOM',
  'SECONDS',
  'LINENO',
  'BASH_SOURCE',
  'BASH_VERSION',
]);

export class Session {
  /** `$0`. */
  name: string;
  /** `$1` and so on. */
  parameters: readonly string[];
  /** `$?`. */
  status: number;
  /** `set -e`. */
  exitsOnFailure: boolean;
  private readonly variables: Map<string, string>;

  constructor(name: string, parameters: readonly string[], variables: ReadonlyMap<string, string> = new Map()) {
    this.name = name;
    this.parameters = parameters;
    this.status = 0;
    this.exitsOnFailure = false;
    this.variables = new Map(variables);
  }

  copy(): Session {
    const copy = new Session(this.name, this.parameters, this.variables);
    copy.status = this.status;
    copy.exitsOnFailure = this.exitsOnFailure;
    return copy;
  }

  /** Another shell, which inherits the variables alone. */
  child(name: string, parameters: readonly string[]): Session {
    return new Session(name, parameters, this.variables);
  }

  /** The value of a variable or of `1`, `#`, `?`, `*`; `undefined` if it has none. */
  get(name: string): string | undefined {
    if (/^\d+$/.test(name)) return Number(name) === 0 ? this.name : this.parameters[Number(name) - 1];
    if (name === '#') return String(this.parameters.length);
    if (name === '?') return String(this.status);
    if (name === '*' || name === '@') return this.parameters.length === 0 ? undefined : this.parameters.join(' ');
    const value = this.variables.get(name);
    if (value === undefined && OF_THE_MACHINE.has(name)) throw new Unsupported(`shell variable ${name}`);
    return value;
  }

  set(name: string, value: string): void {
    // Fields would be cut elsewhere than at blanks.
    if (name === 'IFS') throw new Unsupported('shell variable IFS');
    this.variables.set(name, value);
  }

  unset(name: string): void {
    this.variables.delete(name);
  }

  /** Runs something, and gives some variables back the values that they had before: `A=1 command`. */
  during<Result>(names: readonly string[], run: () => Result): Result {
    const before = names.map((name) => [name, this.variables.get(name)] as const);
    try {
      return run();
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) this.variables.delete(name);
        else this.variables.set(name, value);
      }
    }
  }
}
