/** Kernel modules, `modprobe`, `kldload` and `kldstat`: those for what the stack has are there already. */
import { CONTROLLER_NAMES } from '../../../layers/transport/tcp/congestion/controllers.ts';
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, type CommandTable, fails, lastPart } from './command.ts';
import { readFlags } from './flags.ts';

const CONTROLLERS = CONTROLLER_NAMES.filter((name) => name !== 'none');

/** What else scripts load. */
const LINUX: ReadonlySet<string> = new Set([
  ...CONTROLLERS.map((name) => `tcp_${name}`),
  'inet_diag',
  'sch_fq',
  'sch_fq_codel',
  'tcp_diag',
  'tun',
]);
const FREEBSD: ReadonlySet<string> = new Set([
  ...CONTROLLERS.map((name) => `cc_${name === 'reno' ? 'newreno' : name}`),
  'if_tun',
  'if_tuntap',
  'ipsec',
  // Loaded they are there to be chosen: `net.inet.tcp.functions_default` refuses them.
  'tcp_bbr',
  'tcp_rack',
  'tcpmd5',
]);

function modprobe(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'aqsv', long: { all: 'a', quiet: 'q', syslog: 's', verbose: 'v' } });
  const names = flags.has('a') ? flags.rest : flags.rest.slice(0, 1);
  if (names.length === 0) return fails(call, 'missing module or filename.');
  if (names.length < flags.rest.length) throw new Unsupported(`command modprobe ${flags.rest.join(' ')}`);
  for (const name of names) {
    if (!LINUX.has(name.replaceAll('-', '_'))) throw new Unsupported(`command modprobe ${name}`);
  }
  return 0;
}

const moduleName = (path: string): string => lastPart(path).replace(/\.ko$/, '');

/** Without -n what is loaded already cannot be loaded again; but a script does not know that it is. */
function kldload(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'nqv' });
  if (flags.rest.length === 0) return fails(call, 'usage: kldload [-nqv] file ...');
  for (const name of flags.rest) {
    if (!FREEBSD.has(moduleName(name))) throw new Unsupported(`command kldload ${name}`);
    if (flags.has('v')) call.print(`Loaded ${name}, id=1\n`);
  }
  return 0;
}

/** `kldstat -q -m NAME`, `-q -n FILE`: whether it is loaded. */
function kldstat(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'qv', valued: 'mn' });
  const asked = flags.value('m') ?? flags.value('n');
  // What it prints are addresses in the kernel's memory.
  if (asked === undefined || flags.rest.length > 0 || !flags.has('q'))
    throw new Unsupported('command kldstat without -q -m');
  const name = moduleName(asked).replace(/^[a-z]+\//, '');
  if (!FREEBSD.has(name)) throw new Unsupported(`command kldstat ${asked}`);
  return 0;
}

export const MODULE_COMMANDS: CommandTable = { kldload, kldstat, modprobe };
