/** `sockstat` of FreeBSD 14 (sockstat(1)), for TCP: who has which socket. */
import { Unsupported } from '../../unsupported.ts';
import type { ShellConnection } from '../host.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { FREEBSD_STATES, familiesOf, isAnyAddress } from './connection-text.ts';
import { type Flags, readFlags } from './flags.ts';

/** The program of a script, and who runs it: packetdrill's name, cut off as the column is. */
const USER = 'root';
const COMMAND = 'packetdril';
const PROCESS = '1';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly text: (connection: ShellConnection) => string;
}

/** Of a socket that no program has, the first four columns have no meaning. */
const owned =
  (text: (connection: ShellConnection) => string) =>
  (connection: ShellConnection): string =>
    connection.descriptor === undefined ? '?' : text(connection);

const COLUMNS: readonly Column[] = [
  { title: 'USER', width: 8, text: owned(() => USER) },
  { title: 'COMMAND', width: 10, text: owned(() => COMMAND) },
  { title: 'PID', width: 5, text: owned(() => PROCESS) },
  { title: 'FD', width: 3, text: owned(({ descriptor }) => String(descriptor)) },
  { title: 'PROTO', width: 6, text: (connection) => `tcp${[...familiesOf(connection)].join('')}` },
  { title: 'LOCAL ADDRESS', width: 21, text: ({ localAddress, localPort }) => placeText(localAddress, localPort) },
  {
    title: 'FOREIGN ADDRESS',
    width: 21,
    text: ({ remoteAddress, remotePort }) => placeText(remoteAddress, remotePort),
  },
];

/** Columns that are there if their flag is. */
const MORE: readonly (Column & { readonly flag: string })[] = [
  { flag: 's', title: 'CONN STATE', width: 12, text: ({ state }) => FREEBSD_STATES[state] },
  { flag: 'S', title: 'STACK', width: 8, text: () => 'freebsd' },
  {
    flag: 'C',
    title: 'CC',
    width: 8,
    text: ({ info }) => (info?.congestionControl === 'reno' ? 'newreno' : (info?.congestionControl ?? '')),
  },
];

function placeText(address: string | undefined, port: number): string {
  const shown = address === undefined || isAnyAddress(address) ? '*' : address;
  return `${shown}:${port === 0 ? '*' : port}`;
}

function sockstat(call: CommandCall): number {
  const flags = readFlags(call, { alone: '46CcLlnqSsvw', valued: 'pP' });
  if (flags.rest.length > 0) throw new Unsupported(`command sockstat ${flags.rest.join(' ')}`);
  // Else it shows UDP's and the system's sockets too.
  if (flags.value('P') !== 'tcp') throw new Unsupported('command sockstat without -P tcp');
  const ports = portsOf(flags.value('p'));
  if (ports === undefined) return fails(call, `can't parse port list ${flags.value('p')}`);
  const columns = [...COLUMNS, ...MORE.filter(({ flag }) => flags.has(flag))];
  const line = (texts: readonly string[]): void => {
    const padded = texts.map((text, index) => (index < texts.length - 1 ? text.padEnd(columns[index]!.width) : text));
    call.print(`${padded.join(' ')}\n`);
  };
  if (!flags.has('q')) line(columns.map(({ title }) => title));
  for (const connection of call.host.connections()) {
    if (isShown(connection, flags, ports)) line(columns.map(({ text }) => text(connection)));
  }
  return 0;
}

type Ports = readonly (readonly [first: number, last: number])[];

/** `80,8080-8090`; none is all; `undefined` for what is no list. */
function portsOf(text: string | undefined): Ports | undefined {
  if (text === undefined) return [[0, 65_535]];
  const ranges = text.split(',').map((range) => /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range));
  if (ranges.includes(null)) return undefined;
  return ranges.map((range) => [Number(range![1]), Number(range![2] ?? range![1])] as const);
}

/** -l is for those without a peer, -c for those with one; neither is both. */
function isShown(connection: ShellConnection, flags: Flags, ports: Ports): boolean {
  const { localAddress, remoteAddress, localPort, remotePort } = connection;
  const wanted = remotePort === 0 ? 'l' : 'c';
  if ((flags.has('l') || flags.has('c')) && !flags.has(wanted)) return false;
  const families = ([4, 6] as const).filter((family) => flags.has(String(family)));
  if (families.length > 0 && !families.some((family) => familiesOf(connection).has(family))) return false;
  const isLoopback = (address: string | undefined): boolean => /^(?:127\.|::1$)/.test(address ?? '');
  if (flags.has('L') && (isLoopback(localAddress) || isLoopback(remoteAddress))) return false;
  const isListed = (port: number): boolean => ports.some(([first, last]) => port >= first && port <= last);
  return flags.value('p') === undefined || isListed(localPort) || (remotePort !== 0 && isListed(remotePort));
}

export const SOCKSTAT_COMMANDS: CommandTable = { sockstat };
