/**
 * `ss -t` of Linux (ss(8)): TCP's sockets with their queues, and with `-i` what TCP knows of them.
 * Left out on purpose, and Unsupported: other families, `-m` (memory as the kernel accounts for it), `-p` and `-e`.
 */
import type { State } from '../../../layers/transport/tcp/state.ts';
import { Unsupported } from '../../unsupported.ts';
import type { ShellConnection } from '../host.ts';
import type { CommandCall, CommandTable } from './command.ts';
import { isAnyAddress, isIpv6, table } from './connection-text.ts';
import { type Flags, readFlags } from './flags.ts';
import { ALL_STATES, chooseSockets, LISTENING_STATES, USUAL_STATES } from './ss-filter.ts';
import { infoText, timerText } from './ss-info.ts';

const NAMES: Readonly<Record<State, string>> = {
  CLOSED: 'UNCONN',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN-SENT',
  'SYN-RECEIVED': 'SYN-RECV',
  ESTABLISHED: 'ESTAB',
  'FIN-WAIT-1': 'FIN-WAIT-1',
  'FIN-WAIT-2': 'FIN-WAIT-2',
  'CLOSE-WAIT': 'CLOSE-WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST-ACK',
  'TIME-WAIT': 'TIME-WAIT',
};

const LONG = {
  all: 'a',
  info: 'i',
  ipv4: '4',
  ipv6: '6',
  kill: 'K',
  listening: 'l',
  'no-header': 'H',
  numeric: 'n',
  oneline: 'O',
  options: 'o',
  tcp: 't',
};

function ss(call: CommandCall): number {
  const { host } = call;
  const flags = readFlags(call, { alone: '46HKOailnot', long: LONG, anywhere: true });
  if (!flags.has('t')) throw new Unsupported('command ss without -t');
  const usual = flags.has('a') ? ALL_STATES : flags.has('l') ? LISTENING_STATES : USUAL_STATES;
  const { states, filter } = chooseSockets(flags.rest, usual);
  const family = flags.has('4') === flags.has('6') ? undefined : flags.has('4') ? 4 : 6;
  const shown = host
    .connections()
    .filter((connection) => states.includes(connection.state) && filter(connection))
    .filter(({ socketFamily }) => family === undefined || socketFamily === family);
  // Where there is one state only, its column says nothing.
  const isOneState = new Set(states).size === 1;
  const rows = shown.map((connection) => columns(connection, isOneState));
  const header = ['State', 'Recv-Q', 'Send-Q', 'Local Address:Port', 'Peer Address:Port', 'Process'];
  const [head = '', ...lines] = table([header.slice(Number(isOneState)), ...rows]).split(/(?<=\n)/);
  if (!flags.has('H')) call.print(head);
  for (const [index, connection] of shown.entries()) call.print(withDetails(lines[index] ?? '\n', connection, flags));
  if (flags.has('K')) for (const connection of shown) host.dropConnection(connection);
  return 0;
}

const columns = (connection: ShellConnection, isOneState: boolean): readonly string[] => [
  ...(isOneState ? [] : [NAMES[connection.state]]),
  String(connection.receiveQueue),
  String(connection.sendQueue),
  placeText(connection, connection.localAddress, connection.localPort),
  placeText(connection, connection.remoteAddress, connection.remotePort),
  '',
];

/** `192.0.2.1:80`, `[::1]:80`, `*:80` for a listener of both families, `0.0.0.0:*` for the peer of a listener. */
function placeText({ socketFamily, isDualStack }: ShellConnection, address: string | undefined, port: number): string {
  const shownPort = port === 0 ? '*' : String(port);
  if (isDualStack && (address === undefined || isAnyAddress(address))) return `*:${shownPort}`;
  if (address === undefined) return socketFamily === 4 ? `0.0.0.0:${shownPort}` : `[::]:${shownPort}`;
  if (isIpv6(address)) return `[${address}]:${shownPort}`;
  return socketFamily === 4 ? `${address}:${shownPort}` : `[::ffff:${address}]:${shownPort}`;
}

function withDetails(line: string, connection: ShellConnection, flags: Flags): string {
  const timer = flags.has('o') ? timerText(connection) : undefined;
  const first = `${line.slice(0, -1)}${timer === undefined ? '' : ` ${timer}`}`;
  const info = flags.has('i') && connection.info !== undefined ? infoText(connection.info, flags.has('n')) : undefined;
  if (info === undefined) return `${first}\n`;
  return flags.has('O') ? `${first} ${info}\n` : `${first}\n\t ${info}\n`;
}

export const SS_COMMANDS: CommandTable = { ss };
