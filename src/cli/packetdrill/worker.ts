/**
 * One script from its text to its outcome, in this process or in a worker. Nothing is thrown: an error of wirelab's own
 * is an outcome too, so that one script does not end the others.
 */
import type { ScriptResult } from '../../packetdrill/run/result.ts';
import { runScript } from '../../packetdrill/run/run-script.ts';
import { CliError } from '../exit.ts';
import { writeCapture } from './captures.ts';
import { includedFiles } from './included-files.ts';
import { crashed, type Outcome, type ScriptTask } from './outcome.ts';

export default function runTask({ name, text, folder, settings, capture, events }: ScriptTask): Outcome {
  try {
    const result = runScript(name, text, { ...settings, readFile: includedFiles(folder) });
    const captureFailure = capture === undefined ? undefined : writeOrWhyNot(capture, result);
    const wantsEvents = events === 'all' || (events === 'of a failure' && result.verdict === 'fail');
    return {
      ...result,
      ...(wantsEvents ? {} : { events: [] }),
      ...(captureFailure === undefined ? {} : { captureFailure }),
    };
  } catch (error) {
    return crashed(name, error);
  }
}

function writeOrWhyNot(path: string, { script, events }: ScriptResult): string | undefined {
  try {
    writeCapture(path, script, events);
    return undefined;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}
