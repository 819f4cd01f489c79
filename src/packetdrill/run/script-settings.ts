/** A script's own options (`--name=value`), as what they set. One that is not here makes the script unsupported. */
import type { IpAddress } from '../../layers/address.ts';
import { ipAddress } from '../../layers/address-text.ts';
import { MICROSECOND } from '../../layers/clock.ts';
import { AF_INET, AF_INET6 } from '../../sockets/constants.ts';
import type { ScriptOption } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import type { ScriptEnds } from '../packets/script-ends.ts';
import { Unsupported } from '../unsupported.ts';

export type IpVersion = 'ipv4' | 'ipv6' | 'ipv4-mapped-ipv6';
/** What a deviation may be of without ending the script: `--non_fatal=packet,syscall`. */
export type NonFatal = 'packet' | 'syscall';

export interface ScriptSettings {
  readonly ipVersion: IpVersion;
  readonly ends: ScriptEnds;
  /** The family of the script's sockets. */
  readonly domain: number;
  readonly mtu: number;
  /** How far from its time something may happen; the larger of both. */
  readonly toleranceNs: number;
  readonly tolerancePercent: number;
  readonly timestampTickNs: number | undefined;
  readonly timestampEchoIsScaled: boolean;
  readonly nonFatal: ReadonlySet<NonFatal>;
  readonly md5Secret: Uint8Array | undefined;
  /** Shell scripts that run before the first event. */
  readonly initScripts: readonly string[];
}

/** While the options are read. */
interface Draft {
  ipVersion: IpVersion;
  local?: string;
  remote?: string;
  bindPort: number;
  connectPort: number;
  mtu?: number;
  mss?: number;
  toleranceNs: number;
  tolerancePercent: number;
  timestampTickNs?: number;
  timestampEchoIsScaled: boolean;
  nonFatal: Set<NonFatal>;
  md5Secret?: Uint8Array;
  initScripts: string[];
}

/** packetdrill's own addresses. */
const DEFAULT_ENDS = {
  4: { local: '192.168.0.1', remote: '192.0.2.1' },
  6: { local: 'fd3d:fa7b:d17d::1', remote: '2001:db8::1' },
} as const;
const DEFAULT_MTU = 1500;
/** IP and TCP headers without options: what `--mss` leaves of a packet. */
const HEADERS = { 4: 40, 6: 60 } as const;
const DEFAULT_TOLERANCE_NS: number = 4000 * MICROSECOND;

type Setter = (draft: Draft, value: string) => void;

/** @throws {RangeError} with a sentence */
function whole(value: string, least: number, most: number): number {
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most)) {
    throw new RangeError(`takes a whole number from ${least} to ${most}, not "${value}"`);
  }
  return number;
}

const flag = (value: string): boolean => value !== '0' && value !== 'false';

/** An address, without the length of a prefix behind it. */
function address(value: string): string {
  const text = value.replace(/\/\d+$/, '');
  try {
    ipAddress(text);
  } catch {
    throw new RangeError(`takes an IP address, not "${value}"`);
  }
  return text;
}

const nothing: Setter = () => undefined;

const OPTIONS: Readonly<Record<string, Setter>> = {
  ip_version: (draft, value) => {
    if (value !== 'ipv4' && value !== 'ipv6' && value !== 'ipv4-mapped-ipv6') {
      throw new RangeError(`takes ipv4, ipv6 or ipv4-mapped-ipv6, not "${value}"`);
    }
    draft.ipVersion = value;
  },
  local_ip: (draft, value) => {
    draft.local = address(value);
  },
  remote_ip: (draft, value) => {
    draft.remote = address(value);
  },
  bind_port: (draft, value) => {
    draft.bindPort = whole(value, 1, 65_535);
  },
  connect_port: (draft, value) => {
    draft.connectPort = whole(value, 1, 65_535);
  },
  mtu: (draft, value) => {
    draft.mtu = whole(value, 68, 65_535);
  },
  mss: (draft, value) => {
    draft.mss = whole(value, 28, 65_475);
  },
  tolerance_usecs: (draft, value) => {
    draft.toleranceNs = whole(value, 0, 1e9) * MICROSECOND;
  },
  tolerance_percent: (draft, value) => {
    const percent = Number(value);
    if (!(percent >= 0 && percent <= 100)) throw new RangeError(`takes a percentage, not "${value}"`);
    draft.tolerancePercent = percent;
  },
  tcp_ts_tick_usecs: (draft, value) => {
    const ticks = whole(value, 0, 1e6);
    if (ticks > 0) draft.timestampTickNs = ticks * MICROSECOND;
  },
  tcp_ts_ecr_scaled: (draft, value) => {
    draft.timestampEchoIsScaled = flag(value);
  },
  non_fatal: (draft, value) => {
    for (const kind of value.split(',')) {
      if (kind !== 'packet' && kind !== 'syscall') throw new RangeError(`takes packet and syscall, not "${kind}"`);
      draft.nonFatal.add(kind);
    }
  },
  tcp_md5_secret: (draft, value) => {
    draft.md5Secret = new TextEncoder().encode(value);
  },
  init_scripts: (draft, value) => {
    draft.initScripts.push(...value.split(',').filter((path) => path !== ''));
  },
  // The emulated network is as large as it need be: everything beyond the host is behind one gateway.
  gateway_ip: (_draft, value) => void address(value),
  netmask_ip: (_draft, value) => void address(value),
  // What the parser has acted on, or what is only about packetdrill's own output.
  define: nothing,
  D: nothing,
  verbose: nothing,
  v: nothing,
};

/**
 * Reads the options, of the caller and of the script; the last of a name counts.
 * @throws {ScriptError} for a value that makes no sense @throws {Unsupported} for an option that is not known
 */
export function scriptSettings(options: readonly ScriptOption[]): ScriptSettings {
  const draft: Draft = {
    ipVersion: 'ipv4',
    bindPort: 8080,
    connectPort: 8080,
    toleranceNs: DEFAULT_TOLERANCE_NS,
    tolerancePercent: 0,
    timestampEchoIsScaled: false,
    nonFatal: new Set(),
    initScripts: [],
  };
  for (const { place, name, value } of options) {
    const set = Object.hasOwn(OPTIONS, name) ? OPTIONS[name] : undefined;
    if (set === undefined) throw new Unsupported(`option --${name}`);
    try {
      set(draft, value);
    } catch (error) {
      if (error instanceof RangeError) throw new ScriptError(place, `--${name} ${error.message}`);
      throw error;
    }
  }
  return settle(draft, options);
}

function settle(draft: Draft, options: readonly ScriptOption[]): ScriptSettings {
  const family = draft.ipVersion === 'ipv6' ? 6 : 4;
  const ends = DEFAULT_ENDS[family];
  const placeOf = (name: string): ScriptOption['place'] =>
    options.find((option) => option.name === name)?.place ?? { line: 1, column: 1 };
  const end = (name: string, text: string): IpAddress => {
    const parsed = ipAddress(text);
    if (parsed.family === family) return parsed;
    throw new ScriptError(placeOf(name), `--${name}=${text} is no address of ${draft.ipVersion}`);
  };
  const mtu = draft.mtu ?? (draft.mss === undefined ? DEFAULT_MTU : draft.mss + HEADERS[family]);
  if (family === 6 && mtu < 1280) {
    throw new ScriptError(placeOf('mtu'), `IPv6 needs an MTU of 1280 bytes at least (RFC 8200 §5), not ${mtu}`);
  }
  return {
    ipVersion: draft.ipVersion,
    ends: {
      family,
      local: end('local_ip', draft.local ?? ends.local),
      remote: end('remote_ip', draft.remote ?? ends.remote),
      bindPort: draft.bindPort,
      connectPort: draft.connectPort,
    },
    domain: draft.ipVersion === 'ipv4' ? AF_INET : AF_INET6,
    mtu,
    toleranceNs: draft.toleranceNs,
    tolerancePercent: draft.tolerancePercent,
    timestampTickNs: draft.timestampTickNs,
    timestampEchoIsScaled: draft.timestampEchoIsScaled,
    nonFatal: draft.nonFatal,
    md5Secret: draft.md5Secret,
    initScripts: draft.initScripts,
  };
}
