/** The captures of `--pcap`: one file for each script, named after its path. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { captureRun } from '../../trace/capture.ts';
import { belongsTo, isFrameEvent, type TraceEvent } from '../../trace/events.ts';
import { CliError, EXIT } from '../exit.ts';
import { openFile, systemMessage } from '../output-file.ts';

/** As the events of a script call the machine under test. */
const HOST = 'host';

/**
 * Makes the folder if there is none.
 * @param names of the scripts
 * @returns where the capture of each goes
 * @throws {CliError} exit 2 if nothing can be written there
 */
export function captureFiles(folder: string, names: readonly string[]): string[] {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new CliError(EXIT.usage, `--pcap: the folder ${folder} cannot be written to: ${systemMessage(error)}.`);
  }
  const taken = new Set<string>();
  return names.map((name) => join(folder, `${freeName(plainName(name), taken)}.pcapng`));
}

/** `../suite/rto/syn.pkt` → `suite-rto-syn`. */
const plainName = (path: string): string =>
  path
    .replace(/\.pkt$/, '')
    .split(/[\\/:\s]+/)
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('-') || 'script';

/** Two paths may be alike without their slashes. */
function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) free = `${name}-${count}`;
  taken.add(free);
  return free;
}

/** Writes what the host sent and was given. @throws {CliError} if it cannot be written */
export function writeCapture(path: string, script: string, events: readonly TraceEvent[]): void {
  const file = openFile(path);
  const capture = captureRun(file.write, { taps: [tapOf(events)], comment: `wirelab packetdrill ${script}` });
  for (const event of events) capture.add(event);
  capture.end();
  file.close();
}

/** The host's interface; it has no name where no frame crossed it. */
function tapOf(events: readonly TraceEvent[]): string {
  const frame = events.find(isFrameEvent);
  if (frame === undefined) return HOST;
  const { from, to } = frame.direction;
  return belongsTo(from, HOST) ? from : to;
}
