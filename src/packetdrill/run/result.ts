/** What running one script comes to. */
import type { TraceEvent } from '../../trace/events.ts';
import type { Place } from '../language/script.ts';

/** `unsupported`: it asks for what wirelab has not, and was neither passed nor failed. */
export type Verdict = 'pass' | 'fail' | 'unsupported';

export interface ScriptResult {
  readonly script: string;
  readonly verdict: Verdict;
  /** Where it failed, or what is not supported; `undefined` for a pass. */
  readonly place: Place | undefined;
  /** One line for a person; '' for a pass. */
  readonly reason: string;
  /** A script that cannot be read at all: `reason` is what is wrong with its text. Its verdict is `fail`. */
  readonly isSyntaxError: boolean;
  /** More of a failure, line by line: the script's line, what was expected and what came, the connection's state. */
  readonly details: readonly string[];
  /** What its code blocks printed. */
  readonly output: readonly string[];
  /** All that happened, for a ladder or a capture. The host is `host`, the script's own end `script`. */
  readonly events: readonly TraceEvent[];
}

export interface RunSettings {
  /** Which defaults the host starts from; else by the sysctls that the script names: FreeBSD's, or Linux's. */
  readonly profile?: 'linux' | 'freebsd' | 'rfc' | undefined;
  /** Names that stand for a text (`--define NAME=VALUE`), and options that go before the script's own. */
  readonly defines?: ReadonlyMap<string, string>;
  readonly options?: readonly string[];
  /** A file that the script includes, by its path as written; `undefined` if there is none. */
  readonly readFile?: (path: string) => string | undefined;
}
