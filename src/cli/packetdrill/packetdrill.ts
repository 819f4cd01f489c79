/** The verb `packetdrill`: runs packetdrill scripts, and says which of them pass. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError, EXIT } from '../exit.ts';
import { numberFrom } from '../number-argument.ts';
import { captureFiles } from './captures.ts';
import { eventsFor } from './outcome-report.ts';
import { runPacketdrill } from './packetdrill-run.ts';
import { loadScripts } from './script-files.ts';

interface PacketdrillArguments {
  readonly profile?: 'linux' | 'freebsd' | 'rfc';
  readonly define?: ReadonlyMap<string, string>;
  readonly ladder?: true;
  readonly pcap?: string;
  readonly workers?: number;
  readonly verbose?: true;
  readonly json?: true;
}

const EXAMPLES = `
A folder is searched for *.pkt, those of its folders too. What a script includes is looked for from its own folder, then
from the folders above it. Exit codes: 0 if every script ran and passed, 1 if one failed or asks for what wirelab has not,
3 for a text that is no script.

Examples:
  wirelab packetdrill suite                            all below a folder; those that do not pass, and how many do
  wirelab packetdrill suite/rto.pkt --ladder           one of them, drawn
  wirelab packetdrill suite --pcap captures --json     a capture of each, and one JSON object a line
  echo '0 < S 0:0(0) win 1000
        +0 > R. 0:0(0) ack 1 win 0' | wirelab packetdrill -
`;

export function registerPacketdrill(program: Command): void {
  program
    .command('packetdrill')
    .summary('run packetdrill scripts in virtual time')
    .description('Runs packetdrill scripts on an emulated host: what is injected, what is expected, and when.')
    .argument('<paths...>', "scripts, folders of scripts, or '-' for one from standard input")
    .addOption(
      new Option(
        '--profile <name>',
        "which system's defaults the host starts from (by the sysctls of a script)",
      ).choices(['linux', 'freebsd', 'rfc']),
    )
    .option('--define <name=value>', 'what a name in the scripts stands for; may be repeated', definition)
    .option('--ladder', 'draws the conversation of each that failed, or of the only one')
    .option('--pcap <folder>', 'writes a capture of each there, for Wireshark')
    .option('--workers <number>', 'so many processors (all, if there are many scripts)', numberFrom('--workers', 1))
    .option('-v, --verbose', 'every script, with all that is known of those that failed')
    .addOption(new Option('--json', 'JSON objects instead, one a line').conflicts(['ladder', 'verbose']))
    .addHelpText('after', EXAMPLES)
    .action(packetdrill);
}

async function packetdrill(paths: readonly string[], given: PacketdrillArguments): Promise<void> {
  if (given.pcap === '-') throw new CliError(EXIT.usage, '--pcap needs a folder: standard output is for the report.');
  const style = { json: given.json === true, verbose: given.verbose === true, ladder: given.ladder === true };
  const scripts = await loadScripts(paths);
  const names = scripts.map(({ name }) => name);
  const captures = given.pcap === undefined ? [] : captureFiles(given.pcap, names);
  await runPacketdrill({
    ...style,
    workers: given.workers,
    tasks: scripts.map((script, index) => ({
      ...script,
      settings: { profile: given.profile, ...(given.define === undefined ? {} : { defines: given.define }) },
      capture: captures[index],
      events: eventsFor(style, scripts.length),
    })),
  });
}

/** For commander: one more `NAME=VALUE`; the last of a name counts. */
function definition(text: string, earlier: ReadonlyMap<string, string> = new Map()): ReadonlyMap<string, string> {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  if (match === null) throw new InvalidArgumentError('Write NAME=VALUE, the name of letters, digits and underscores.');
  return new Map([...earlier, [match[1]!, match[2]!]]);
}
