/** Every command that there is, one family a file. A word that is none of them may be a file with commands. */
import { Unsupported } from '../../unsupported.ts';
import { AWK_COMMANDS } from './awk.ts';
import { type Command, type CommandTable, lastPart } from './command.ts';
import { ECHO_COMMANDS } from './echo.ts';
import { ETHTOOL_COMMANDS } from './ethtool.ts';
import { FREEBSD_NETWORK_COMMANDS } from './freebsd-network.ts';
import { GREP_COMMANDS } from './grep.ts';
import { IP_COMMANDS } from './ip.ts';
import { MODULE_COMMANDS } from './modules.ts';
import { NETSTAT_COMMANDS } from './netstat.ts';
import { NSTAT_COMMANDS } from './nstat.ts';
import { SETKEY_COMMANDS } from './setkey.ts';
import { runScriptFile, SHELL_COMMANDS } from './shell-commands.ts';
import { SOCKSTAT_COMMANDS } from './sockstat.ts';
import { SS_COMMANDS } from './ss.ts';
import { SYSCTL_COMMANDS } from './sysctl.ts';
import { TC_COMMANDS } from './tc.ts';
import { TCPDROP_COMMANDS } from './tcpdrop.ts';
import { TEXT_COMMANDS } from './text-commands.ts';

const COMMANDS: CommandTable = {
  ...AWK_COMMANDS,
  ...ECHO_COMMANDS,
  ...ETHTOOL_COMMANDS,
  ...FREEBSD_NETWORK_COMMANDS,
  ...GREP_COMMANDS,
  ...IP_COMMANDS,
  ...MODULE_COMMANDS,
  ...NETSTAT_COMMANDS,
  ...NSTAT_COMMANDS,
  ...SETKEY_COMMANDS,
  ...SHELL_COMMANDS,
  ...SOCKSTAT_COMMANDS,
  ...SS_COMMANDS,
  ...SYSCTL_COMMANDS,
  ...TC_COMMANDS,
  ...TCPDROP_COMMANDS,
  ...TEXT_COMMANDS,
};

/** Where the programs of a machine lie. */
const PROGRAM_FOLDER = /^(?:\/usr(?:\/local)?)?\/s?bin\//;

/** @throws {Unsupported} for a program that there is not */
export function findCommand(name: string): Command {
  const folder = PROGRAM_FOLDER.exec(name)?.[0];
  const last = lastPart(name);
  // Python, which does not run here: but what it does is said by its arguments.
  const isByName = !name.includes('/') || folder !== undefined || last === 'set_sysctls.py';
  const program = isByName && Object.hasOwn(COMMANDS, last) ? COMMANDS[last] : undefined;
  if (program !== undefined) return program;
  if (folder !== undefined || !name.includes('/')) throw new Unsupported(`command ${last}`);
  return runScriptFile;
}
