/**
 * The verb `read`: a capture file, one line per frame.
 */
import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { captureFrames } from '../trace/capture-file.ts';
import type { CapturedFrame } from '../trace/captured-frame.ts';
import { frameJson } from '../trace/json.ts';
import { textWriter } from '../trace/text.ts';
import { CliError, EXIT } from './exit.ts';
import { output } from './output.ts';

interface ReadOptions {
  readonly verbose?: true;
  readonly hex?: true;
  readonly json?: true;
  readonly count?: number;
}

const EXAMPLES = `
Examples:
  wirelab read transfer.pcapng                     one line per frame, like tcpdump
  wirelab read transfer.pcapng -v -x --count 1
  gunzip -c old.pcap.gz | wirelab read - --json    one JSON object per frame, with every layer's fields
`;

export function registerRead(program: Command): void {
  program
    .command('read')
    .summary('print a capture, one line per frame')
    .description('Prints a pcap or pcapng capture: one line per frame, each frame dissected from its bytes.')
    .argument('<file>', "the capture, or '-' for standard input")
    .option('-v, --verbose', 'under each line a tree: every field of every layer')
    .option('-x, --hex', 'under each line all bytes in hexadecimal')
    .addOption(new Option('--json', 'one JSON object per frame instead').conflicts(['verbose', 'hex']))
    .option('--count <frames>', 'stop after so many frames', parseCount)
    .addHelpText('after', EXAMPLES)
    .action(read);
}

function parseCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.');
  return Number(text);
}

async function read(file: string, options: ReadOptions): Promise<void> {
  const name = file === '-' ? 'standard input' : file;
  const frames = captureFrames(await load(file));
  const out = output(process.stdout);
  const print = options.json ? jsonPrinter() : textWriter(options);
  const limit = options.count ?? Number.POSITIVE_INFINITY;
  let count = 0;
  while (count < limit) {
    const step = frames.next();
    if (step.done) {
      await out.end();
      if (step.value === undefined) return;
      throw new CliError(EXIT.badInput, `${name}: ${step.value.sentence} (byte offset ${step.value.at}).`);
    }
    count++;
    if (!(await out.write(print(step.value)))) return;
  }
  await out.end();
}

function jsonPrinter(): (frame: CapturedFrame) => string {
  let number = 0;
  return (frame) => {
    number++;
    return `${frameJson(number, frame)}\n`;
  };
}

/** The bytes of a file, or of standard input. */
async function load(file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await buffer(process.stdin) : readFileSync(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new CliError(EXIT.badInput, `${file}: ${WHY_NOT[code] ?? `it cannot be read (${code})`}.`);
  }
}

const WHY_NOT: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'this is a directory, not a capture',
  EACCES: 'it may not be read by you',
  ERR_FS_FILE_TOO_LARGE: 'it is larger than 2 GiB; cut it, for instance with editcap -c',
};
