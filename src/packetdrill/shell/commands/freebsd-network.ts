/** FreeBSD's `ifconfig` (also of old Linux) and `route`, as far as they set sizes and addresses. */
import { parseIpAddress } from '../../../layers/address-text.ts';
import { contains, parsePrefix } from '../../../layers/prefix.ts';
import { Unsupported } from '../../unsupported.ts';
import { changeRouteMtu } from '../effective-settings.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { isDevice, OFFLOADS, setDeviceMtu } from './device.ts';
import { WordList } from './word-list.ts';

/** `ifconfig tun0 mtu 1400 up`, `ifconfig tun0 inet 10.0.0.1/24 alias`. */
function ifconfig(call: CommandCall): number {
  const words = new WordList(call.arguments, 'command ifconfig');
  const device = words.take();
  if (device === undefined || device.startsWith('-')) throw new Unsupported(`command ifconfig ${device ?? ''}`.trim());
  if (!isDevice(device)) return fails(call, `interface ${device} does not exist`);
  if (words.next === undefined) throw new Unsupported(`command ifconfig ${device}`);
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === 'up' || OFFLOADS.has(word.replace(/^-/, ''))) continue;
    if (word === 'mtu') setDeviceMtu(call.host, device, words.valueOf(word), 'command ifconfig');
    else if (word === 'inet' || word === 'inet6') addAddress(call, word, words);
    else throw new Unsupported(`command ifconfig ${word}`);
  }
  return 0;
}

function addAddress(call: CommandCall, family: string, words: WordList): void {
  const written = words.valueOf(family);
  let prefix = written;
  if (words.takes('prefixlen')) prefix = `${written}/${words.numberOf('prefixlen', 0, 128)}`;
  if (words.next === 'alias' || words.next === 'add') words.take();
  if (parsePrefix(prefix) === undefined || prefix.includes(':') !== (family === 'inet6') || !prefix.includes('/')) {
    throw new Unsupported(`command ifconfig ${family} ${written}`);
  }
  call.host.addAddress(prefix);
}

/** `route change -host 192.0.2.1 -mtu 1400`, `route add -net 192.0.2.0/24 192.168.0.2 -mtu 1400`. */
function route(call: CommandCall): number {
  const words = new WordList(
    call.arguments.filter((word) => !/^-[nqv]+$/.test(word)),
    'command route',
  );
  const verb = words.take();
  if (verb !== 'add' && verb !== 'change') throw new Unsupported(`command route ${verb ?? ''}`.trim());
  const places: string[] = [];
  let mtu: number | undefined;
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === '-mtu') mtu = words.numberOf(word, call.host.ipVersion === 'ipv6' ? 1280 : 68, 65_535);
    else if (['-host', '-net', '-inet', '-inet6', '-4', '-6'].includes(word)) continue;
    else if (word.startsWith('-')) throw new Unsupported(`command route ${word}`);
    else places.push(word);
  }
  const [destination, gateway, ...more] = places;
  if (destination === undefined || more.length > 0) throw new Unsupported(`command route ${call.arguments.join(' ')}`);
  const remote = parseIpAddress(call.host.remoteAddress)!;
  const network = parsePrefix(destination === 'default' ? `${remote.family === 4 ? '0.0.0.0' : '::'}/0` : destination);
  if (network === undefined) return fails(call, `bad address: ${destination}`, 68);
  if (gateway !== undefined && parseIpAddress(gateway) === undefined) return fails(call, `bad address: ${gateway}`, 68);
  // All is behind one gateway already; a route that says nothing of the size changes nothing.
  if (mtu !== undefined && contains(network, remote)) changeRouteMtu(call.host, mtu);
  if (!isQuiet(call))
    call.print(
      `${verb} ${call.arguments.includes('-net') ? 'net' : 'host'} ${destination}${gateway === undefined ? '' : `: gateway ${gateway}`}\n`,
    );
  return 0;
}

const isQuiet = (call: CommandCall): boolean => call.arguments.some((word) => /^-[nv]*q[nqv]*$/.test(word));

export const FREEBSD_NETWORK_COMMANDS: CommandTable = { ifconfig, route };
