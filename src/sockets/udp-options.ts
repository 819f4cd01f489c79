/** The options of datagram sockets: udp(7), ip(7), ipv6(7). */
import { isMulticast } from '../layers/address.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import { flag, flagField, GIGABYTE, key, type OptionInput, type Rule, type Table, whole } from './option-rules.ts';
import type { UdpSocket } from './udp-socket.ts';

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

/** SO_TIMESTAMPING. With OPT_ID datagrams are counted from now on. */
const timestamping: Rule<UdpSocket> = {
  get: (socket) => socket.notices?.timestamps.flags ?? 0,
  set: whole(0, 0x7fff_ffff, (socket, flags) => {
    const { timestamps } = socket.ownNotices();
    if (!timestamps.takes(flags)) return failure('EINVAL');
    if (timestamps.counts(flags)) timestamps.key = 0;
    timestamps.flags = flags;
    return 0;
  }),
};

const receiveBuffer: Rule<UdpSocket> = {
  get: (socket) => socket.endpoint.receiveBufferBytes,
  set: whole(1, GIGABYTE, (socket, value) => {
    socket.endpoint.receiveBufferBytes = value;
    return 0;
  }),
};

const tellsHopLimit: Rule<UdpSocket> = flagField(
  (socket) => socket.tellsHopLimit,
  (socket, on) => {
    socket.tellsHopLimit = on;
  },
);

const tellsTrafficClass: Rule<UdpSocket> = flagField(
  (socket) => socket.tellsTrafficClass,
  (socket, on) => {
    socket.tellsTrafficClass = on;
  },
);

export const UDP_OPTIONS: Table<UdpSocket> = new Map<number, Rule<UdpSocket>>([
  [
    key(the.SOL_SOCKET, the.SO_REUSEADDR),
    flagField(
      ({ endpoint }) => endpoint.reuseAddress,
      ({ endpoint }, on) => {
        endpoint.reuseAddress = on;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_REUSEPORT),
    flagField(
      ({ endpoint }) => endpoint.reusePort,
      ({ endpoint }, on) => {
        endpoint.reusePort = on;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_BROADCAST),
    flagField(
      ({ endpoint }) => endpoint.broadcastAllowed,
      ({ endpoint }, on) => {
        endpoint.broadcastAllowed = on;
      },
    ),
  ],
  [key(the.SOL_SOCKET, the.SO_RCVBUF), receiveBuffer],
  // A program's limit is nobody's but its own here: there is no administrator who could have set a smaller one.
  [key(the.SOL_SOCKET, the.SO_RCVBUFFORCE), { set: receiveBuffer.set }],
  [key(the.SOL_SOCKET, the.SO_TIMESTAMPING), timestamping],
  [key(the.IPPROTO_IP, the.IP_RECVTTL), tellsHopLimit],
  [key(the.IPPROTO_IP, the.IP_RECVTOS), tellsTrafficClass],
  [key(the.IPPROTO_IPV6, the.IPV6_RECVHOPLIMIT), tellsHopLimit],
  [key(the.IPPROTO_IPV6, the.IPV6_RECVTCLASS), tellsTrafficClass],
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
