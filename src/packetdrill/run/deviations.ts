/** What is not as the script says: it ends the script, unless deviations of its kind may be (`--non_fatal`). */
import type { ScriptFailure } from './failure.ts';
import type { NonFatal } from './script-settings.ts';

export class Deviations {
  /** Those that did not end it, for people. */
  readonly warnings: string[];
  private readonly nonFatal: ReadonlySet<NonFatal>;

  constructor(nonFatal: ReadonlySet<NonFatal>) {
    this.warnings = [];
    this.nonFatal = nonFatal;
  }

  /** @throws {ScriptFailure} unless it may be */
  report(kind: NonFatal, failure: ScriptFailure): void {
    if (!this.nonFatal.has(kind)) throw failure;
    const { line, column } = failure.place;
    this.warnings.push(`${line}:${column}: ${failure.message} (not fatal)`);
  }
}
