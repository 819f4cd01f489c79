/** What a route may say of TCP (ip-route(8)), as the settings of this stack. */
import { MILLISECOND, SECOND } from '../../../layers/clock.ts';
import { CONTROLLER_NAMES } from '../../../layers/transport/tcp/congestion/controllers.ts';
import type { TcpSettings } from '../../../layers/transport/tcp/settings.ts';
import { Unsupported } from '../../unsupported.ts';
import { settingsInGeneral } from '../effective-settings.ts';
import type { ShellHost } from '../host.ts';
import type { WordList } from './word-list.ts';

/** What a route says, while its words are read. */
export interface RouteDraft {
  readonly host: ShellHost;
  settings: Partial<TcpSettings>;
  mtu: number | undefined;
  announcedMss: number | undefined;
  initialWindow: number | undefined;
}

type ReadMetric = (words: WordList, route: RouteDraft) => void;

const set = (route: RouteDraft, settings: Partial<TcpSettings>): void => {
  route.settings = { ...route.settings, ...settings };
};

const readMtu: ReadMetric = (words, route) => {
  // The size stays as it is, and packets are fragmented instead: no path MTU discovery.
  if (words.takes('lock')) set(route, { pathMtuDiscovery: false });
  route.mtu = words.numberOf('mtu', route.host.ipVersion === 'ipv6' ? 1280 : 68, 65_535);
};

const readMinimumRto: ReadMetric = (words, route) => {
  words.takes('lock');
  const text = words.valueOf('rto_min');
  const [all, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,6})?)(s|sec|secs|ms|msec|msecs)?$/.exec(text) ?? [];
  const ns = Math.round(Number(digits) * (unit.startsWith('s') ? SECOND : MILLISECOND));
  if (all === undefined || ns <= 0 || ns > 120 * SECOND) throw new Unsupported(`ip route option rto_min ${text}`);
  set(route, { retransmissionTimeoutMinimumNs: ns, retransmissionTimeoutVarianceMinimumNs: ns });
};

const readController: ReadMetric = (words, route) => {
  if (words.next === 'lock') throw new Unsupported('ip route option congctl lock');
  const name = words.valueOf('congctl');
  if (!CONTROLLER_NAMES.includes(name)) throw new Unsupported(`ip route option congctl ${name}`);
  set(route, { congestionControl: name });
};

const readFeatures: ReadMetric = (words, route) => {
  const name = words.valueOf('features');
  if (name !== 'ecn') throw new Unsupported(`ip route option features ${name}`);
  set(route, { ecn: 'request' });
};

/** The largest window that is ever advertised: as a smaller buffer would have it. */
const readWindow: ReadMetric = (words, route) => {
  const bytes = words.numberOf('window', 1, 2 ** 30);
  const { receiveBufferBytes, receiveBufferMaximumBytes } = settingsInGeneral(route.host);
  set(route, {
    receiveBufferBytes: Math.min(bytes, receiveBufferBytes),
    receiveBufferMaximumBytes: Math.min(bytes, receiveBufferMaximumBytes),
  });
};

/** 0 asks for nothing. */
const notAtAll =
  (name: string): ReadMetric =>
  (words) => {
    const text = words.valueOf(name);
    if (text !== '0') throw new Unsupported(`ip route option ${name} ${text}`);
  };

export const ROUTE_METRICS: Readonly<Record<string, ReadMetric>> = {
  advmss: (words, route) => {
    words.takes('lock');
    route.announcedMss = words.numberOf('advmss', 1, 65_535);
  },
  congctl: readController,
  fastopen_no_cookie: notAtAll('fastopen_no_cookie'),
  features: readFeatures,
  hoplimit: (words, route) => {
    words.takes('lock');
    set(route, { hopLimit: words.numberOf('hoplimit', 1, 255) });
  },
  initcwnd: (words, route) => {
    set(route, { initialWindowSegments: words.numberOf('initcwnd', 1, 1000), initialWindowByteLimit: false });
  },
  initrwnd: (words, route) => {
    route.initialWindow = words.numberOf('initrwnd', 1, 65_535);
  },
  mtu: readMtu,
  quickack: (words, route) => {
    if (words.numberOf('quickack', 0, 1) === 1) set(route, { delayedAck: false });
  },
  reordering: (words, route) => {
    words.takes('lock');
    set(route, { duplicateAckThreshold: words.numberOf('reordering', 1, 300) });
  },
  rto_min: readMinimumRto,
  window: readWindow,
};

/** Headers of IP and TCP without options. */
const HEADERS = { ipv4: 40, 'ipv4-mapped-ipv6': 40, ipv6: 60 } as const;

/** What follows from several of its words: the windows and sizes that count in segments. */
export function settled(route: RouteDraft): Partial<TcpSettings> {
  const { host, announcedMss, initialWindow } = route;
  const byMtu = Math.min(route.mtu ?? 65_535, host.memory.deviceMtu ?? host.mtu) - HEADERS[host.ipVersion];
  // Here what is announced and what is sent have one limit, so that another size than the MTU's would change both.
  if (announcedMss !== undefined && announcedMss !== byMtu)
    throw new Unsupported(`ip route option advmss ${announcedMss}`);
  if (initialWindow === undefined) return route.settings;
  // Of the SYN alone: afterwards the window is what the buffer has room for.
  return { ...route.settings, synWindowBytes: Math.min(initialWindow * byMtu, 65_535) };
}
