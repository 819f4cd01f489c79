/**
 * `getsockopt` and `setsockopt` as tables: an option that has no row, or none for this kind of socket, is ENOPROTOOPT.
 * Units and ranges are Linux's (socket(7), tcp(7), ip(7), ipv6(7)), except that SO_RCVBUF and SO_SNDBUF read what was
 * set: Linux doubles it for its own overhead. Values are numbers; flags are 0 or 1.
 */
import { type IpAddress, isMulticast } from '../layers/address.ts';
import { MILLISECOND, SECOND } from '../layers/clock.ts';
import type { MasterKey } from '../layers/transport/tcp/authentication/master-key.ts';
import { CONTROLLER_NAMES } from '../layers/transport/tcp/congestion/controllers.ts';
import type { TcpInfo } from '../layers/transport/tcp/info.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import {
  type AuthenticationInfo,
  addKey,
  allKeys,
  authenticationInfo,
  changeAuthentication,
  deleteKey,
  type KeyRequest,
  setExtendedMd5Signature,
  setMd5Signature,
} from './authentication-options.ts';
import * as the from './constants.ts';
import { ERRNO, failure } from './errno.ts';
import type { OpenSocket } from './open-socket.ts';
import { type Linger, TcpSocket } from './tcp-socket.ts';
import { UdpSocket } from './udp-socket.ts';

/** The value of IP_ADD_MEMBERSHIP and its kin. Interface 0 leaves the choice to the routes. */
export interface GroupRequest {
  readonly group: IpAddress;
  readonly interfaceIndex: number;
}

export type OptionInput = number | string | Linger | GroupRequest | KeyRequest;
/** A negative number is `-errno`. */
export type OptionValue = number | string | Linger | TcpInfo | AuthenticationInfo | readonly MasterKey[];

interface Rule<Kind> {
  readonly get?: (socket: Kind) => OptionValue;
  /** @returns 0 or `-errno` */
  readonly set?: (socket: Kind, value: OptionInput) => number;
}

type Table<Kind> = ReadonlyMap<number, Rule<Kind>>;

const key = (level: number, option: number): number => level * 0x1000 + option;

/** What `getsockopt` answers. */
export const getOption = (socket: OpenSocket, level: number, option: number): OptionValue =>
  lookUp(socket, level, option)?.get?.() ?? failure('ENOPROTOOPT');

/** What `setsockopt` answers: 0 or `-errno`. */
export const setOption = (socket: OpenSocket, level: number, option: number, value: OptionInput): number =>
  lookUp(socket, level, option)?.set?.(value) ?? failure('ENOPROTOOPT');

interface Found {
  readonly get: (() => OptionValue) | undefined;
  readonly set: ((value: OptionInput) => number) | undefined;
}

function lookUp(socket: OpenSocket, level: number, option: number): Found | undefined {
  // A socket has one hop limit and one traffic class, so only its own family's options name them.
  if (level === the.IPPROTO_IP && socket.domain !== the.AF_INET) return undefined;
  if (level === the.IPPROTO_IPV6 && socket.domain !== the.AF_INET6) return undefined;
  const at = key(level, option);
  const common = found(COMMON, at, socket);
  if (common !== undefined) return common;
  if (socket instanceof TcpSocket) return found(TCP, at, socket);
  return socket instanceof UdpSocket ? found(UDP, at, socket) : undefined;
}

function found<Kind>(table: Table<Kind>, at: number, socket: Kind): Found | undefined {
  const rule = table.get(at);
  if (rule === undefined) return undefined;
  const { get, set } = rule;
  return {
    get: get === undefined ? undefined : () => get(socket),
    set: set === undefined ? undefined : (value) => set(socket, value),
  };
}

/** Calls `store` with a whole number of a range; anything else is EINVAL. */
function whole<Kind>(
  minimum: number,
  maximum: number,
  store: (socket: Kind, value: number) => number,
): (socket: Kind, value: OptionInput) => number {
  return (socket, value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < minimum || value > maximum) {
      return failure('EINVAL');
    }
    return store(socket, value);
  };
}

/** As for C programs, any number but 0 is on. */
function flag<Kind>(store: (socket: Kind, on: boolean) => number): (socket: Kind, value: OptionInput) => number {
  return (socket, value) => (typeof value === 'number' ? store(socket, value !== 0) : failure('EINVAL'));
}

const COMMON: Table<OpenSocket> = new Map([
  [key(the.SOL_SOCKET, the.SO_TYPE), { get: (socket) => socket.type }],
  [key(the.SOL_SOCKET, the.SO_DOMAIN), { get: (socket) => socket.domain }],
  [key(the.SOL_SOCKET, the.SO_PROTOCOL), { get: (socket) => socket.protocol }],
  [key(the.SOL_SOCKET, the.SO_ACCEPTCONN), { get: (socket) => Number(socket.isListening) }],
  [
    key(the.SOL_SOCKET, the.SO_ERROR),
    {
      get: (socket) => {
        const error = socket.takeError();
        return error === undefined ? 0 : ERRNO[error];
      },
    },
  ],
  [
    key(the.IPPROTO_IPV6, the.IPV6_V6ONLY),
    {
      get: (socket) => Number(socket.v6Only),
      set: flag((socket, on) => {
        if (socket.isBound) return failure('EINVAL');
        socket.restrictToIpv6(on);
        return 0;
      }),
    },
  ],
]);

/** A setting of TCP as an option: `unit` converts from the option's unit to the setting's. */
function numberSetting(name: NumberSetting, minimum: number, maximum: number, unit = 1): Rule<TcpSocket> {
  return {
    get: (socket) => socket.setting(name) / unit,
    set: whole(minimum, maximum, (socket, value) => socket.changeSetting(name, value * unit)),
  };
}

function flagSetting(name: FlagSetting): Rule<TcpSocket> {
  return {
    get: (socket) => Number(socket.setting(name)),
    set: flag((socket, on) => socket.changeSetting(name, on)),
  };
}

type NumberSetting = {
  [Name in keyof TcpSettings]: TcpSettings[Name] extends number ? Name : never;
}[keyof TcpSettings];
type FlagSetting = { [Name in keyof TcpSettings]: TcpSettings[Name] extends boolean ? Name : never }[keyof TcpSettings];

/** What IP is told of a socket's packets. The host's own hop limit is known only when there is a path. */
function packetSetting(name: 'hopLimit' | 'trafficClass', minimum: number, mask = 255): Rule<TcpSocket> {
  return {
    get: (socket) => {
      const { connection } = socket;
      if (connection !== undefined) return connection.block.path[name];
      return name === 'hopLimit' && socket.setting(name) === 0 ? failure('ENOTCONN') : socket.setting(name);
    },
    set: whole(minimum, 255, (socket, value) => socket.changeSetting(name, value & mask)),
  };
}

const pathMtu: Rule<TcpSocket> = { get: (socket) => socket.connection?.block.path.mtu ?? failure('ENOTCONN') };

/** To a stream WANT and DO are the same: DF is set, and segments are as small as the path wants them. */
const pathMtuDiscovery: Rule<TcpSocket> = {
  get: (socket) => (socket.setting('pathMtuDiscovery') ? the.IP_PMTUDISC_WANT : the.IP_PMTUDISC_DONT),
  set: whole(the.IP_PMTUDISC_DONT, the.IP_PMTUDISC_DO, (socket, value) => {
    const on = value !== the.IP_PMTUDISC_DONT;
    if (socket.connection !== undefined) socket.connection.block.path.dontFragment = on;
    return socket.changeSetting('pathMtuDiscovery', on);
  }),
};

const GIGABYTE = 0x3fff_ffff;

/** A size that a program has chosen is not changed behind its back any more. */
function bufferSize(size: NumberSetting, autotuning: FlagSetting): Rule<TcpSocket> {
  return {
    get: (socket) => socket.setting(size),
    set: whole(1, GIGABYTE, (socket, value) => {
      socket.changeSetting(autotuning, false);
      return socket.changeSetting(size, value);
    }),
  };
}

const TCP: Table<TcpSocket> = new Map<number, Rule<TcpSocket>>([
  [
    key(the.SOL_SOCKET, the.SO_REUSEADDR),
    {
      get: (socket) => Number(socket.reuseAddress),
      set: flag((socket, on) => {
        socket.reuseAddress = on;
        return 0;
      }),
    },
  ],
  [
    key(the.SOL_SOCKET, the.SO_LINGER),
    {
      get: (socket) => socket.linger,
      set: (socket, value) => {
        if (typeof value !== 'object' || !('seconds' in value) || !(value.seconds >= 0)) return failure('EINVAL');
        socket.linger = { on: value.on, seconds: value.seconds };
        return 0;
      },
    },
  ],
  // Urgent data is always in line: that can be asked for, and cannot be turned off.
  [key(the.SOL_SOCKET, the.SO_OOBINLINE), { get: () => 1, set: flag((_, on) => (on ? 0 : failure('ENOPROTOOPT'))) }],
  [key(the.SOL_SOCKET, the.SO_KEEPALIVE), flagSetting('keepAlive')],
  [key(the.SOL_SOCKET, the.SO_RCVBUF), bufferSize('receiveBufferBytes', 'receiveBufferAutotuning')],
  [key(the.SOL_SOCKET, the.SO_SNDBUF), bufferSize('sendBufferBytes', 'sendBufferAutotuning')],
  // 0 for any rate; to Linux that is its largest number.
  [key(the.SOL_SOCKET, the.SO_MAX_PACING_RATE), numberSetting('maximumPacingRate', 0, Number.MAX_SAFE_INTEGER)],
  [key(the.IPPROTO_TCP, the.TCP_NODELAY), flagSetting('noDelay')],
  [key(the.IPPROTO_TCP, the.TCP_KEEPIDLE), numberSetting('keepAliveIdleNs', 1, 32_767, SECOND)],
  [key(the.IPPROTO_TCP, the.TCP_KEEPINTVL), numberSetting('keepAliveIntervalNs', 1, 32_767, SECOND)],
  [key(the.IPPROTO_TCP, the.TCP_KEEPCNT), numberSetting('keepAliveProbes', 1, 127)],
  [key(the.IPPROTO_TCP, the.TCP_SYNCNT), numberSetting('synRetries', 1, 127)],
  [
    key(the.IPPROTO_TCP, the.TCP_USER_TIMEOUT),
    {
      get: (socket) => socket.setting('userTimeoutNs') / MILLISECOND,
      set: whole(0, 0x7fff_ffff, (socket, value) => {
        // RFC 5482 §3: CHANGEABLE "becomes false when an application explicitly sets USER_TIMEOUT".
        socket.changeSetting('userTimeoutChangeable', value === 0);
        return socket.changeSetting('userTimeoutNs', value * MILLISECOND);
      }),
    },
  ],
  [key(the.IPPROTO_TCP, the.TCP_CORK), flagSetting('cork')],
  [
    key(the.IPPROTO_TCP, the.TCP_NOPUSH),
    {
      get: (socket) => Number(socket.setting('cork') && socket.setting('corkCeilingNs') === 0),
      set: flag((socket, on) => {
        socket.changeSetting('corkCeilingNs', on ? 0 : socket.hostSetting('corkCeilingNs'));
        return socket.changeSetting('cork', on);
      }),
    },
  ],
  [key(the.IPPROTO_TCP, the.TCP_NOTSENT_LOWAT), numberSetting('notSentLowWaterBytes', 0, GIGABYTE)],
  // Linux: TCP_FIN_TIMEOUT_MAX is 120 s.
  [key(the.IPPROTO_TCP, the.TCP_LINGER2), numberSetting('finWait2TimeoutNs', 1, 120, SECOND)],
  // A listener's: how many connections may be used before their handshake is over.
  [key(the.IPPROTO_TCP, the.TCP_FASTOPEN), numberSetting('fastOpenPending', 0, 0xffff)],
  [
    key(the.IPPROTO_TCP, the.TCP_FASTOPEN_CONNECT),
    {
      get: (socket) => Number(socket.fastOpenConnect),
      set: flag((socket, on) => {
        if (!socket.setting('fastOpenClient')) return failure('EOPNOTSUPP');
        if (socket.isListening || socket.connection !== undefined) return failure('EINVAL');
        socket.fastOpenConnect = on;
        return 0;
      }),
    },
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_MAXSEG),
    {
      get: (socket) => socket.connection?.info().smss ?? socket.setting('maximumSegmentSize'),
      // Linux: TCP_MIN_MSS … MAX_TCP_WINDOW.
      set: whole(88, 32_767, (socket, value) =>
        socket.connection === undefined ? socket.changeSetting('maximumSegmentSize', value) : failure('EISCONN'),
      ),
    },
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_CONGESTION),
    {
      get: (socket) => socket.setting('congestionControl'),
      set: (socket, value) => {
        if (typeof value !== 'string') return failure('EINVAL');
        if (!CONTROLLER_NAMES.includes(value)) return failure('ENOENT');
        return socket.connection === undefined ? socket.changeSetting('congestionControl', value) : failure('EISCONN');
      },
    },
  ],
  [key(the.IPPROTO_IP, the.IP_MTU_DISCOVER), pathMtuDiscovery],
  [key(the.IPPROTO_IPV6, the.IPV6_MTU_DISCOVER), pathMtuDiscovery],
  [key(the.IPPROTO_IP, the.IP_MTU), pathMtu],
  [key(the.IPPROTO_IPV6, the.IPV6_MTU), pathMtu],
  [key(the.IPPROTO_IP, the.IP_TTL), packetSetting('hopLimit', 1)],
  [key(the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS), packetSetting('hopLimit', 1)],
  // The ECN bits are TCP's own.
  [key(the.IPPROTO_IP, the.IP_TOS), packetSetting('trafficClass', 0, ~3)],
  [key(the.IPPROTO_IPV6, the.IPV6_TCLASS), packetSetting('trafficClass', 0, ~3)],
  [key(the.IPPROTO_TCP, the.TCP_INFO), { get: (socket) => socket.connection?.info() ?? failure('ENOTCONN') }],
  [key(the.IPPROTO_TCP, the.TCP_MD5SIG), { set: setMd5Signature }],
  [key(the.IPPROTO_TCP, the.TCP_MD5SIG_EXT), { set: setExtendedMd5Signature }],
  [key(the.IPPROTO_TCP, the.TCP_AO_ADD_KEY), { set: addKey }],
  [key(the.IPPROTO_TCP, the.TCP_AO_DEL_KEY), { set: deleteKey }],
  [key(the.IPPROTO_TCP, the.TCP_AO_INFO), { get: authenticationInfo, set: changeAuthentication }],
  [key(the.IPPROTO_TCP, the.TCP_AO_GET_KEYS), { get: allKeys }],
]);

/** -1 takes the default, which the endpoint writes as 0. */
const setHopLimit = (minimum: number): ((socket: UdpSocket, value: OptionInput) => number) =>
  whole(-1, 255, (socket, value) => {
    if (value >= 0 && value < minimum) return failure('EINVAL');
    socket.endpoint.hopLimit = value < 0 ? 0 : value;
    return 0;
  });

const trafficClass: Rule<UdpSocket> = {
  get: (socket) => socket.endpoint.trafficClass,
  set: whole(0, 255, (socket, value) => {
    socket.endpoint.trafficClass = value;
    return 0;
  }),
};

const multicastHopLimit: Rule<UdpSocket> = {
  get: (socket) => socket.endpoint.multicastHopLimit,
  set: whole(-1, 255, (socket, value) => {
    socket.endpoint.multicastHopLimit = value < 0 ? 1 : value;
    return 0;
  }),
};

const multicastLoop: Rule<UdpSocket> = {
  get: (socket) => Number(socket.endpoint.multicastLoop),
  set: flag((socket, on) => {
    socket.endpoint.multicastLoop = on;
    return 0;
  }),
};

const multicastInterface: Rule<UdpSocket> = {
  get: (socket) => socket.endpoint.multicastInterface,
  set: whole(0, 0xffff, (socket, value) => {
    socket.endpoint.multicastInterface = value;
    return 0;
  }),
};

function membership(family: 4 | 6, join: boolean): Rule<UdpSocket> {
  return {
    set: ({ endpoint }, value) => {
      if (typeof value !== 'object' || !('group' in value)) return failure('EINVAL');
      const { group, interfaceIndex } = value;
      if (group.family !== family || !isMulticast(group)) return failure('EINVAL');
      const failed = join ? endpoint.joinGroup(group, interfaceIndex) : endpoint.leaveGroup(group, interfaceIndex);
      return failed === undefined ? 0 : failure(failed);
    },
  };
}

const UDP: Table<UdpSocket> = new Map<number, Rule<UdpSocket>>([
  [
    key(the.SOL_SOCKET, the.SO_REUSEADDR),
    {
      get: (socket) => Number(socket.endpoint.reuseAddress),
      set: flag((socket, on) => {
        socket.endpoint.reuseAddress = on;
        return 0;
      }),
    },
  ],
  [
    key(the.SOL_SOCKET, the.SO_BROADCAST),
    {
      get: (socket) => Number(socket.endpoint.broadcastAllowed),
      set: flag((socket, on) => {
        socket.endpoint.broadcastAllowed = on;
        return 0;
      }),
    },
  ],
  [
    key(the.SOL_SOCKET, the.SO_RCVBUF),
    {
      get: (socket) => socket.endpoint.receiveBufferBytes,
      set: whole(1, GIGABYTE, (socket, value) => {
        socket.endpoint.receiveBufferBytes = value;
        return 0;
      }),
    },
  ],
  [key(the.IPPROTO_IP, the.IP_TTL), { get: (socket) => socket.hopLimit(), set: setHopLimit(1) }],
  [key(the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS), { get: (socket) => socket.hopLimit(), set: setHopLimit(0) }],
  [key(the.IPPROTO_IP, the.IP_TOS), trafficClass],
  [key(the.IPPROTO_IPV6, the.IPV6_TCLASS), trafficClass],
  [key(the.IPPROTO_IP, the.IP_MULTICAST_TTL), multicastHopLimit],
  [key(the.IPPROTO_IPV6, the.IPV6_MULTICAST_HOPS), multicastHopLimit],
  [key(the.IPPROTO_IP, the.IP_MULTICAST_LOOP), multicastLoop],
  [key(the.IPPROTO_IPV6, the.IPV6_MULTICAST_LOOP), multicastLoop],
  [key(the.IPPROTO_IP, the.IP_MULTICAST_IF), multicastInterface],
  [key(the.IPPROTO_IPV6, the.IPV6_MULTICAST_IF), multicastInterface],
  [key(the.IPPROTO_IP, the.IP_ADD_MEMBERSHIP), membership(4, true)],
  [key(the.IPPROTO_IP, the.IP_DROP_MEMBERSHIP), membership(4, false)],
  [key(the.IPPROTO_IPV6, the.IPV6_JOIN_GROUP), membership(6, true)],
  [key(the.IPPROTO_IPV6, the.IPV6_LEAVE_GROUP), membership(6, false)],
]);
