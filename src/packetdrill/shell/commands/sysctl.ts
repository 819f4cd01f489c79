/** `sysctl` of Linux (sysctl(8)) and of FreeBSD, and packetdrill's `set_sysctls.py`. */
import { Unsupported } from '../../unsupported.ts';
import type { ShellHost } from '../host.ts';
import { sysctlOfFile } from '../sysctls/proc.ts';
import { readSysctl, sysctlName, sysctlNow, writeSysctl } from '../sysctls/sysctls.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { readFlags } from './flags.ts';

/** What both kernels' programs print of one sysctl. */
function sysctl(call: CommandCall): number {
  const { host, print } = call;
  const isFreebsd = host.profile === 'freebsd';
  // Linux: -e leaves out what is not known, which is said here all the same; FreeBSD: = stands between name and value.
  const flags = readFlags(call, {
    alone: isFreebsd ? 'enqwi' : 'enqw',
    long: { write: 'w', quiet: 'q', values: 'n', ignore: 'e' },
    anywhere: true,
  });
  if (flags.rest.length === 0) return fails(call, 'no variables specified');
  const sign = isFreebsd ? (flags.has('e') ? '=' : ': ') : ' = ';
  for (const word of flags.rest) {
    const equals = word.indexOf('=');
    const name = sysctlName(equals < 0 ? word : word.slice(0, equals));
    const label = flags.has('n') ? '' : `${name}${sign}`;
    if (equals < 0) {
      if (flags.has('w') && !isFreebsd) return fails(call, `"${word}" must be of the form name=value`);
      print(`${label}${readSysctl(name, host)}\n`);
      continue;
    }
    const text = setSysctl(name, word.slice(equals + 1), host, isFreebsd);
    if (!flags.has('q')) print(`${label}${text}\n`);
  }
  return 0;
}

/** @returns what is printed of it */
function setSysctl(name: string, value: string, host: ShellHost, isFreebsd: boolean): string {
  if (value === '') throw new Unsupported(`sysctl ${name}=`);
  const before = isFreebsd ? sysctlNow(name, host) : undefined;
  writeSysctl(name, value, host);
  return isFreebsd ? `${before ?? ''} -> ${value}` : value;
}

/** `set_sysctls.py /proc/sys/net/ipv4/tcp_sack=1 net.ipv4.tcp_ecn=0`. */
function setSysctls(call: CommandCall): number {
  if (call.arguments.length === 0) return fails(call, 'no sysctls given');
  for (const word of call.arguments) {
    const equals = word.indexOf('=');
    if (equals <= 0) throw new Unsupported(`command set_sysctls.py ${word}`);
    const written = word.slice(0, equals);
    writeSysctl(sysctlOfFile(written) ?? sysctlName(written), word.slice(equals + 1), call.host);
  }
  return 0;
}

export const SYSCTL_COMMANDS: CommandTable = { sysctl, 'set_sysctls.py': setSysctls };
