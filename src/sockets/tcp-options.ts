/** The options of stream sockets: tcp(7), and those of socket(7), ip(7) and ipv6(7) that go for TCP. */
import { MILLISECOND, SECOND } from '../layers/clock.ts';
import type { SipKey } from '../layers/siphash.ts';
import { CONTROLLER_NAMES } from '../layers/transport/tcp/congestion/controllers.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import {
  addKey,
  allKeys,
  authenticationInfo,
  changeAuthentication,
  deleteKey,
  setExtendedMd5Signature,
  setMd5Signature,
} from './authentication-options.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import { flag, flagField, GIGABYTE, key, type Rule, type Table, whole } from './option-rules.ts';
import type { TcpSocket } from './tcp-socket.ts';

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

/** Linux: no more than half of what the buffer can become, and the buffer becomes so large (tcp_set_rcvlowat). */
function setReceiveLowWater(socket: TcpSocket, value: number): number {
  const grows = socket.setting('receiveBufferAutotuning');
  const largest = socket.setting(grows ? 'receiveBufferMaximumBytes' : 'receiveBufferBytes');
  const wanted = value < 0 ? GIGABYTE : Math.max(1, value);
  const bytes = Math.max(1, Math.min(wanted, Math.floor(largest / 2)));
  // Twice that, so that the peer need not stop.
  if (grows && socket.setting('receiveBufferBytes') < 2 * bytes) socket.changeSetting('receiveBufferBytes', 2 * bytes);
  socket.setReceiveLowWater(bytes);
  return 0;
}

/** SO_TIMESTAMPING. With OPT_ID octets are counted from what is acknowledged, with OPT_ID_TCP from what was written last. */
function setTimestamping(socket: TcpSocket, flags: number): number {
  const { connection } = socket;
  const { timestamps } = socket.ownNotices();
  if (!timestamps.takes(flags)) return failure('EINVAL');
  if (timestamps.counts(flags)) {
    if (connection === undefined || connection.state === 'CLOSED') return failure('EINVAL');
    const isFromWritten = (flags & the.SOF_TIMESTAMPING_OPT_ID_TCP) !== 0;
    timestamps.key = isFromWritten ? connection.nextToWrite : connection.block.sndUna;
  }
  timestamps.flags = flags;
  return 0;
}

/** How often a SYN-ACK times out in so many seconds, as Linux keeps TCP_DEFER_ACCEPT; and for how long so often. */
function timeoutsWithin(socket: TcpSocket, seconds: number): number {
  let count = 0;
  while (count < 255 && secondsOf(socket, count) < seconds) count++;
  return count;
}

function secondsOf(socket: TcpSocket, timeouts: number): number {
  const longest = socket.setting('retransmissionTimeoutMaximumNs');
  let total = 0;
  let next = socket.setting('retransmissionTimeoutInitialNs');
  for (let count = 0; count < timeouts; count++) {
    total += next;
    next = Math.min(2 * next, longest);
  }
  return total / SECOND;
}

/** Linux: SOCK_MIN_RCVBUF / 2. */
const SMALLEST_CLAMP = 1152;

const KEY_BYTES = 16;
const WORD_BYTES = 4;

/** One key, or two, of which the second is only good for taking cookies: four words each, the lowest byte first. */
function setFastOpenKeys(socket: TcpSocket, bytes: Uint8Array): number {
  if (bytes.length !== KEY_BYTES && bytes.length !== 2 * KEY_BYTES) return failure('EINVAL');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const word = (index: number): number => view.getInt32(index * WORD_BYTES, true);
  const keys: SipKey[] = [];
  for (let first = 0; first < bytes.length / WORD_BYTES; first += KEY_BYTES / WORD_BYTES) {
    keys.push([word(first), word(first + 1), word(first + 2), word(first + 3)]);
  }
  return socket.changeSetting('fastOpenKeys', keys);
}

/** None, if the host has drawn one for itself: it does not tell. */
function fastOpenKeys(socket: TcpSocket): Uint8Array {
  const words = socket.setting('fastOpenKeys').flat();
  const view = new DataView(new ArrayBuffer(words.length * WORD_BYTES));
  for (const [index, word] of words.entries()) view.setInt32(index * WORD_BYTES, word, true);
  return new Uint8Array(view.buffer);
}

/** Once: afterwards it is forgotten. */
function takeSavedSyn({ connection }: TcpSocket): Uint8Array {
  const saved = connection?.block.savedSyn ?? new Uint8Array(0);
  if (connection !== undefined) connection.block.savedSyn = undefined;
  return saved;
}

const receiveBuffer = bufferSize('receiveBufferBytes', 'receiveBufferAutotuning');
const sendBuffer = bufferSize('sendBufferBytes', 'sendBufferAutotuning');

export const TCP_OPTIONS: Table<TcpSocket> = new Map<number, Rule<TcpSocket>>([
  [
    key(the.SOL_SOCKET, the.SO_REUSEADDR),
    flagField(
      ({ port }) => port.reuseAddress,
      ({ port }, on) => {
        port.reuseAddress = on;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_REUSEPORT),
    flagField(
      ({ port }) => port.reusePort,
      ({ port }, on) => {
        port.reusePort = on;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_LINGER),
    {
      get: (socket) => socket.linger,
      set: (socket, value) => {
        if (typeof value !== 'object' || !('on' in value) || !(value.seconds >= 0)) return failure('EINVAL');
        socket.linger = { on: value.on, seconds: value.seconds };
        return 0;
      },
    },
  ],
  // Urgent data is always in line: that can be asked for, and cannot be turned off.
  [key(the.SOL_SOCKET, the.SO_OOBINLINE), { get: () => 1, set: flag((_, on) => (on ? 0 : failure('ENOPROTOOPT'))) }],
  [key(the.SOL_SOCKET, the.SO_KEEPALIVE), flagSetting('keepAlive')],
  [key(the.SOL_SOCKET, the.SO_RCVBUF), receiveBuffer],
  [key(the.SOL_SOCKET, the.SO_SNDBUF), sendBuffer],
  // A program's limit is nobody's but its own here: there is no administrator who could have set a smaller one.
  [key(the.SOL_SOCKET, the.SO_RCVBUFFORCE), { set: receiveBuffer.set }],
  [key(the.SOL_SOCKET, the.SO_SNDBUFFORCE), { set: sendBuffer.set }],
  [
    key(the.SOL_SOCKET, the.SO_RCVLOWAT),
    {
      get: ({ blocking }) => blocking.receiveLowWaterBytes,
      set: whole(-0x8000_0000, 0x7fff_ffff, setReceiveLowWater),
    },
  ],
  [
    key(the.SOL_SOCKET, the.SO_TIMESTAMPING),
    { get: ({ notices }) => notices?.timestamps.flags ?? 0, set: whole(0, 0x7fff_ffff, setTimestamping) },
  ],
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
  [
    key(the.IPPROTO_TCP, the.TCP_DEFER_ACCEPT),
    {
      get: (socket) => secondsOf(socket, socket.setting('deferAcceptTimeouts')),
      set: whole(-0x8000_0000, 0x7fff_ffff, (socket, seconds) =>
        socket.changeSetting('deferAcceptTimeouts', timeoutsWithin(socket, seconds)),
      ),
    },
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_WINDOW_CLAMP),
    {
      get: (socket) => socket.setting('windowClampBytes'),
      set: whole(0, GIGABYTE, (socket, value) => {
        if (value === 0 && socket.connection !== undefined) return failure('EINVAL');
        return socket.changeSetting('windowClampBytes', value === 0 ? 0 : Math.max(value, SMALLEST_CLAMP));
      }),
    },
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_QUICKACK),
    {
      get: ({ connection, quickAck }) => Number(connection?.acknowledgesQuickly ?? quickAck ?? true),
      set: flag((socket, on) => {
        socket.quickAck = on;
        socket.connection?.acknowledgeQuickly(on);
        return 0;
      }),
    },
  ],
  [key(the.IPPROTO_TCP, the.TCP_TIMESTAMP), { get: ({ connection }) => connection?.timestamp ?? failure('ENOTCONN') }],
  [
    key(the.IPPROTO_TCP, the.TCP_INQ),
    flagField(
      (socket) => socket.reportsUnread,
      (socket, on) => {
        socket.reportsUnread = on;
      },
      true,
    ),
  ],
  // Linux: 1 to 120 s.
  [
    key(the.IPPROTO_TCP, the.TCP_RTO_MAX_MS),
    numberSetting('retransmissionTimeoutMaximumNs', 1000, 120_000, MILLISECOND),
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_SAVE_SYN),
    {
      get: (socket) => Number(socket.setting('saveSyn')),
      // 2 would save the header of the link as well, which is gone when a segment comes here.
      set: whole(0, 1, (socket, value) => socket.changeSetting('saveSyn', value === 1)),
    },
  ],
  [key(the.IPPROTO_TCP, the.TCP_SAVED_SYN), { get: takeSavedSyn }],
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
    key(the.IPPROTO_TCP, the.TCP_FASTOPEN_KEY),
    {
      get: fastOpenKeys,
      set: (socket, value) => (value instanceof Uint8Array ? setFastOpenKeys(socket, value) : failure('EINVAL')),
    },
  ],
  [
    key(the.IPPROTO_TCP, the.TCP_FASTOPEN_NO_COOKIE),
    {
      get: (socket) => Number(!socket.setting('fastOpenRequiresCookie')),
      set: whole(0, 1, (socket, value) =>
        socket.connection === undefined
          ? socket.changeSetting('fastOpenRequiresCookie', value === 0)
          : failure('EINVAL'),
      ),
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
        return socket.changeSetting('congestionControl', value);
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
  // Linux: nothing at all of a controller that tells nothing.
  [
    key(the.IPPROTO_TCP, the.TCP_CC_INFO),
    { get: ({ connection }) => connection?.info().controller ?? failure(connection ? 'ENOPROTOOPT' : 'ENOTCONN') },
  ],
  [key(the.IPPROTO_TCP, the.TCP_MD5SIG), { set: setMd5Signature }],
  [key(the.IPPROTO_TCP, the.TCP_MD5SIG_EXT), { set: setExtendedMd5Signature }],
  [key(the.IPPROTO_TCP, the.TCP_AO_ADD_KEY), { set: addKey }],
  [key(the.IPPROTO_TCP, the.TCP_AO_DEL_KEY), { set: deleteKey }],
  [key(the.IPPROTO_TCP, the.TCP_AO_INFO), { get: authenticationInfo, set: changeAuthentication }],
  [key(the.IPPROTO_TCP, the.TCP_AO_GET_KEYS), { get: allKeys }],
]);
