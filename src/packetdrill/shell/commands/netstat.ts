/** `netstat` of Linux (`-t`) and of FreeBSD (`-p tcp`): connections, and nothing else of what it can show. */
import { Unsupported } from '../../unsupported.ts';
import type { ShellConnection } from '../host.ts';
import type { CommandCall, CommandTable } from './command.ts';
import { FREEBSD_STATES, familiesOf, isAnyAddress, LINUX_STATES } from './connection-text.ts';
import { readFlags } from './flags.ts';

function netstat(call: CommandCall): number {
  return call.host.profile === 'freebsd' ? freebsdNetstat(call) : linuxNetstat(call);
}

function linuxNetstat(call: CommandCall): number {
  const flags = readFlags(call, {
    alone: '46alnt',
    long: { all: 'a', inet: '4', inet6: '6', listening: 'l', numeric: 'n', tcp: 't' },
    anywhere: true,
  });
  if (!flags.has('t') || flags.rest.length > 0) throw new Unsupported('command netstat without -t');
  const what = flags.has('a') ? 'servers and established' : flags.has('l') ? 'only servers' : 'w/o servers';
  const print = (...cells: readonly [string, string, string, string, string, string]): void => {
    const [protocol, receive, send, local, remote, state] = cells;
    const begin = `${protocol.padEnd(5)} ${receive.padStart(6)} ${send.padStart(6)}`;
    call.print(`${begin} ${local.padEnd(23)} ${remote.padEnd(23)} ${state.padEnd(11)}\n`);
  };
  call.print(`Active Internet connections (${what})\n`);
  print('Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', 'State');
  for (const connection of chosen(call, flags.has('a'), flags.has('l'), (family) => flags.has(String(family)))) {
    const { localAddress, localPort, remoteAddress, remotePort, socketFamily } = connection;
    const isV6 = socketFamily === 6;
    const anywhere = isV6 ? '::' : '0.0.0.0';
    print(
      isV6 ? 'tcp6' : 'tcp',
      String(connection.receiveQueue),
      String(connection.sendQueue),
      `${localAddress}:${localPort}`,
      `${remoteAddress ?? anywhere}:${remotePort === 0 ? '*' : remotePort}`,
      LINUX_STATES[connection.state],
    );
  }
  return 0;
}

function freebsdNetstat(call: CommandCall): number {
  const flags = readFlags(call, { alone: '46aLnSW', valued: 'fp' });
  if (flags.value('p') !== 'tcp' || flags.rest.length > 0) throw new Unsupported('command netstat without -p tcp');
  if (flags.has('L')) throw new Unsupported('command netstat -L');
  const family = flags.value('f');
  if (family !== undefined && family !== 'inet' && family !== 'inet6')
    throw new Unsupported(`command netstat -f ${family}`);
  call.print(`Active Internet connections${flags.has('a') ? ' (including servers)' : ''}\n`);
  const print = (...cells: readonly [string, string, string, string, string, string]): void => {
    const [protocol, receive, send, local, remote, state] = cells;
    const begin = `${protocol.padEnd(5)} ${receive.padStart(6)} ${send.padStart(6)}`;
    call.print(`${begin} ${local.padEnd(22)} ${remote.padEnd(22)} ${state.padEnd(11)}\n`);
  };
  print('Proto', 'Recv-Q', 'Send-Q', 'Local Address', 'Foreign Address', '(state)');
  const isAsked = (which: 4 | 6): boolean => flags.has(String(which)) || family === (which === 4 ? 'inet' : 'inet6');
  for (const connection of chosen(call, flags.has('a'), false, isAsked)) {
    const { localAddress, localPort, remoteAddress, remotePort, isDualStack } = connection;
    const [only] = familiesOf(connection);
    print(
      isDualStack ? 'tcp46' : `tcp${only}`,
      String(connection.receiveQueue),
      String(connection.sendQueue),
      `${isAnyAddress(localAddress) ? '*' : localAddress}.${localPort}`,
      `${remoteAddress ?? '*'}.${remotePort === 0 ? '*' : remotePort}`,
      FREEBSD_STATES[connection.state],
    );
  }
  return 0;
}

/** Those with a peer, unless all are asked for, or the listeners alone. */
function chosen(
  call: CommandCall,
  all: boolean,
  listeners: boolean,
  isAsked: (family: 4 | 6) => boolean,
): readonly ShellConnection[] {
  const families = ([4, 6] as const).filter(isAsked);
  return call.host.connections().filter((connection) => {
    const isListener = connection.state === 'LISTEN';
    if (!all && isListener !== listeners) return false;
    const own: ReadonlySet<4 | 6> =
      call.host.profile === 'freebsd' ? familiesOf(connection) : new Set([connection.socketFamily]);
    return families.length === 0 || families.some((family) => own.has(family));
  });
}

export const NETSTAT_COMMANDS: CommandTable = { netstat };
