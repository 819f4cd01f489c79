/**
 * `ip route` (ip-route(8)). Everything beyond the host lies behind one gateway already, so a route adds no way: what
 * it says of TCP counts, if it leads to the script's end.
 */
import { parseIpAddress } from '../../../layers/address-text.ts';
import { addressBits, contains, formatPrefix, network, type Prefix, parsePrefix } from '../../../layers/prefix.ts';
import { Unsupported } from '../../unsupported.ts';
import { changeByRoute, changeRouteMtu } from '../effective-settings.ts';
import { DEVICE, type ShellHost } from '../host.ts';
import { type CommandCall, fails } from './command.ts';
import { isDevice } from './device.ts';
import { ROUTE_METRICS, type RouteDraft, settled } from './route-metrics.ts';
import { abbreviated, WordList } from './word-list.ts';

const VERBS = [
  'add',
  'append',
  'change',
  'chg',
  'delete',
  'flush',
  'list',
  'lst',
  'prepend',
  'replace',
  'show',
] as const;

/** Words about a route that do not matter where there is one table and one gateway; those with these values. */
const PLACED: Readonly<Record<string, RegExp>> = {
  dev: /^/,
  metric: /^\d{1,9}$/,
  onlink: /^/,
  pref: /^(?:low|medium|high)$/,
  proto: /^(?:kernel|static|boot|\d{1,3})$/,
  scope: /^(?:global|link|host|site|\d{1,3})$/,
  table: /^(?:main|254)$/,
  via: /^/,
};

export function ipRoute(call: CommandCall, words: readonly string[], family: 4 | 6 | undefined): number {
  const [written = 'show', ...rest] = words;
  const verb = abbreviated(written, VERBS);
  switch (verb) {
    case 'add':
    case 'append':
    case 'prepend':
    case 'change':
    case 'chg':
    case 'replace':
      return putRoute(call, verb, new WordList(rest, 'ip route option'), family);
    case 'delete':
      return deleteRoute(call, new WordList(rest, 'ip route option'), family);
    case 'show':
    case 'list':
    case 'lst':
      return showRoutes(call, new WordList(rest, 'ip route show'));
    case 'flush':
      if (rest.join(' ') !== 'cache') throw new Unsupported(`command ip route flush ${rest.join(' ')}`);
      call.host.forgetPathMtus();
      return 0;
    default:
      throw new Unsupported(`command ip route ${written}`);
  }
}

function putRoute(call: CommandCall, verb: string, words: WordList, family: 4 | 6 | undefined): number {
  const { host } = call;
  const destination = destinationOf(words, host, family);
  const text = destinationText(destination);
  const isThere = host.memory.routes.has(text);
  const draft: RouteDraft = { host, settings: {}, mtu: undefined, announcedMss: undefined, initialWindow: undefined };
  const complaint = readOptions(words, draft);
  if (complaint !== undefined) return fails(call, complaint);
  if (verb === 'add' && isThere) return netlinkFails(call, 'File exists');
  const line = [text, ...words.all.split(' ').slice(words.all.startsWith('to ') ? 2 : 1)].join(' ');
  if (leadsToScript(destination, host)) enforce(host, text, draft);
  host.memory.routes.set(text, line);
  return 0;
}

/** @returns what is wrong, for a person */
function readOptions(words: WordList, draft: RouteDraft): string | undefined {
  for (let name = words.take(); name !== undefined; name = words.take()) {
    const metric = Object.hasOwn(ROUTE_METRICS, name) ? ROUTE_METRICS[name] : undefined;
    if (metric !== undefined) {
      metric(words, draft);
      continue;
    }
    const value = name === 'onlink' ? '' : words.valueOf(name);
    if (name === 'src' && parseIpAddress(value)?.equals(parseIpAddress(draft.host.localAddress)!)) continue;
    if (!Object.hasOwn(PLACED, name) || !PLACED[name]!.test(value)) {
      throw new Unsupported(
        `ip route option ${name}${name === 'src' || Object.hasOwn(PLACED, name) ? ` ${value}` : ''}`,
      );
    }
    if (name === 'dev' && !isDevice(value)) return `Cannot find device "${value}"`;
    if (name === 'dev' && value !== DEVICE) throw new Unsupported(`ip route option dev ${value}`);
    if (value === 'inet' || value === 'inet6') throw new Unsupported(`ip route option via ${value}`);
    if (name === 'via' && parseIpAddress(value) === undefined) {
      return `inet address is expected rather than "${value}".`;
    }
  }
  return undefined;
}

/** The route to the script's end is this one from now on, and says this. */
function enforce(host: ShellHost, text: string, draft: RouteDraft): void {
  const settings = settled(draft);
  host.memory.routeInForce = text;
  changeRouteMtu(host, draft.mtu);
  changeByRoute(host, settings);
}

function deleteRoute(call: CommandCall, words: WordList, family: 4 | 6 | undefined): number {
  const { host } = call;
  const destination = destinationOf(words, host, family);
  const text = destinationText(destination);
  if (!host.memory.routes.delete(text)) {
    // It may be packetdrill's own, without which nothing reaches the script.
    if (leadsToScript(destination, host)) throw new Unsupported(`command ip route del ${text}`);
    return netlinkFails(call, 'No such process');
  }
  if (host.memory.routeInForce === text) {
    const [other] = coveringRoutes(host);
    if (other !== undefined) throw new Unsupported(`command ip route del ${text} before ${other}`);
    host.memory.routeInForce = undefined;
    changeRouteMtu(host, undefined);
    changeByRoute(host, {});
  }
  return 0;
}

function showRoutes(call: CommandCall, words: WordList): number {
  const { host } = call;
  for (let word = words.take(); word !== undefined; word = words.take()) {
    if (word === 'dev') {
      const device = words.valueOf('dev');
      if (!isDevice(device)) return fails(call, `Cannot find device "${device}"`);
      if (device !== DEVICE) return 0;
    } else {
      throw new Unsupported(`command ip route show ${word}`);
    }
  }
  if (!host.memory.routes.has('default')) call.print(`default dev ${DEVICE} scope link\n`);
  for (const line of host.memory.routes.values()) call.print(`${line}\n`);
  return 0;
}

const netlinkFails = (call: CommandCall, sentence: string): number => {
  call.complain(`RTNETLINK answers: ${sentence}\n`);
  return 2;
};

/** The network of a route; `default` is everything. @throws {Unsupported} for what is no address: a kind of route */
function destinationOf(words: WordList, host: ShellHost, family: 4 | 6 | undefined): Prefix {
  words.takes('to');
  const written = words.take();
  if (written === undefined) throw new Unsupported('command ip route without a destination');
  const bits = family ?? parseIpAddress(host.remoteAddress)!.family;
  const parsed = parsePrefix(
    written === 'default' || written === 'all' ? (bits === 4 ? '0.0.0.0/0' : '::/0') : written,
  );
  if (parsed === undefined) throw new Unsupported(`command ip route to ${written}`);
  return parsed;
}

/** As `ip` prints it. */
function destinationText(destination: Prefix): string {
  if (destination.length === 0) return 'default';
  const text = formatPrefix(network(destination));
  return destination.length === addressBits(destination.address.family) ? text.slice(0, text.lastIndexOf('/')) : text;
}

/** Whether packets to the script take it: of several the longest prefix counts. */
function leadsToScript(destination: Prefix, host: ShellHost): boolean {
  if (!contains(destination, parseIpAddress(host.remoteAddress)!)) return false;
  return coveringRoutes(host).every((text) => text === 'default' || parsePrefix(text)!.length <= destination.length);
}

/** The routes that commands have made and that lead to the script's end, one or another. */
function coveringRoutes({ remoteAddress, memory }: ShellHost): readonly string[] {
  const remote = parseIpAddress(remoteAddress)!;
  return [...memory.routes.keys()].filter((text) => text === 'default' || contains(parsePrefix(text)!, remote));
}
