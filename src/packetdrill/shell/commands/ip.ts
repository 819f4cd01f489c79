/**
 * `ip` (ip(8)): routes, the metrics of peers, the device and its addresses.
 * Left out on purpose, and Unsupported: rules, tunnels, neighbours, namespaces, and showing devices and addresses.
 */
import { parsePrefix } from '../../../layers/prefix.ts';
import { Unsupported } from '../../unsupported.ts';
import { DEVICE } from '../host.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { isDevice, setDeviceMtu } from './device.ts';
import { ipRoute } from './ip-route.ts';
import { abbreviated, WordList } from './word-list.ts';

/** In the order in which ip(8) looks for abbreviations. */
const OBJECTS = ['address', 'route', 'rule', 'neighbor', 'neighbour', 'link', 'tcp_metrics', 'tcpmetrics'] as const;

function ip(call: CommandCall): number {
  const words = [...call.arguments];
  let family: 4 | 6 | undefined;
  for (let word = words[0]; word?.startsWith('-'); word = words[0]) {
    const flag = word.replace(/^--?/, '');
    if (flag === '4') family = 4;
    else if (flag === '6') family = 6;
    else if (!/^(?:s|stats|statistics)$/.test(flag)) throw new Unsupported(`command ip ${word}`);
    words.shift();
  }
  const [written, ...rest] = words;
  if (written === undefined) throw new Unsupported('command ip without an object');
  switch (abbreviated(written, OBJECTS)) {
    case 'route':
      return ipRoute(call, rest, family);
    case 'tcp_metrics':
    case 'tcpmetrics':
      return tcpMetrics(call, rest);
    case 'link':
      return link(call, rest);
    case 'address':
      return address(call, rest);
    default:
      throw new Unsupported(`command ip ${written}`);
  }
}

/** ip-tcp_metrics(8): of one address, or of all, which is the same where there is one peer. */
function tcpMetrics(call: CommandCall, words: readonly string[]): number {
  const [written = 'show', ...rest] = words;
  const verb = abbreviated(written, ['show', 'list', 'lst', 'delete', 'flush']);
  const [what = 'all', ...more] = rest[0] === 'address' ? rest.slice(1) : rest;
  const isOfAll = verb === 'flush' && what === 'all';
  const isOfPeer = (verb === 'flush' || verb === 'delete') && parsePrefix(what) !== undefined;
  if (more.length > 0 || !(isOfAll || isOfPeer))
    throw new Unsupported(`command ip tcp_metrics ${words.join(' ')}`.trim());
  if (isOfAll || what === call.host.remoteAddress) call.host.flushMetrics();
  return 0;
}

const NOT_SEEN: ReadonlySet<string> = new Set([
  'gro_ipv4_max_size',
  'gro_max_size',
  'gso_ipv4_max_size',
  'gso_max_segs',
  'gso_max_size',
  'qlen',
  'txqlen',
  'txqueuelen',
]);

/** `ip link set dev tun0 mtu 1400 up`. */
function link(call: CommandCall, given: readonly string[]): number {
  const [written = 'show', ...rest] = given;
  if (abbreviated(written, ['add', 'set']) !== 'set') throw new Unsupported(`command ip link ${written}`);
  const words = new WordList(rest, 'ip link set');
  words.takes('dev');
  const device = words.valueOf('dev');
  if (!isDevice(device)) return fails(call, `Cannot find device "${device}"`);
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === 'up') continue;
    if (word === 'mtu') setDeviceMtu(call.host, device, words.valueOf(word), 'command ip link set');
    else if (NOT_SEEN.has(word)) words.numberOf(word, 0, 2 ** 31);
    else throw new Unsupported(`command ip link set ${word}`);
  }
  return 0;
}

/** `ip addr add 10.0.0.1/24 dev tun0`. */
function address(call: CommandCall, given: readonly string[]): number {
  const [written = 'show', ...rest] = given;
  if (abbreviated(written, ['add', 'change', 'replace', 'delete']) !== 'add') {
    throw new Unsupported(`command ip addr ${written}`);
  }
  const words = new WordList(rest, 'ip addr add');
  words.takes('local');
  const prefix = words.valueOf('local');
  if (parsePrefix(prefix) === undefined) return fails(call, `inet prefix is expected rather than "${prefix}".`);
  let device: string | undefined;
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === 'dev') device = words.valueOf(word);
    // An address is used at once.
    else if (word !== 'nodad' && word !== 'noprefixroute') throw new Unsupported(`command ip addr add ${word}`);
  }
  if (device === undefined) return fails(call, 'Not enough information: "dev" argument is required.');
  if (!isDevice(device)) return fails(call, `Cannot find device "${device}"`);
  if (device !== DEVICE) throw new Unsupported(`command ip addr add dev ${device}`);
  call.host.addAddress(prefix.includes('/') ? prefix : `${prefix}/${prefix.includes(':') ? 128 : 32}`);
  return 0;
}

export const IP_COMMANDS: CommandTable = { ip };
