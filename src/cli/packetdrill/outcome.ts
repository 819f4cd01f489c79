/** What a worker is given and hands back: plain data, copied both ways. */
import type { RunSettings, ScriptResult } from '../../packetdrill/run/result.ts';
import type { ScriptFile } from './script-files.ts';

export interface ScriptTask extends ScriptFile {
  readonly settings: Pick<RunSettings, 'profile' | 'defines'>;
  /** Where its capture goes, if anywhere. */
  readonly capture: string | undefined;
  /** Whose events are handed back. Most scripts pass, and events are most of a result. */
  readonly events: 'none' | 'of a failure' | 'all';
}

export interface Outcome extends ScriptResult {
  /** An error of wirelab's own: its story. */
  readonly crash?: string;
  /** Why the capture could not be written. */
  readonly captureFailure?: string;
}

/** What a script comes to in which wirelab itself failed. */
export function crashed(script: string, error: unknown): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  return {
    script,
    verdict: 'fail',
    place: undefined,
    reason: `internal error: ${message}`,
    isSyntaxError: false,
    details: [],
    output: [],
    events: [],
    crash: error instanceof Error ? (error.stack ?? message) : message,
  };
}
