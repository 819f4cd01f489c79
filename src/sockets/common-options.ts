/** The options that every socket has: socket(7), and those of ip(7) and ipv6(7) that are about a socket and not its packets. */
import { MICROSECOND, SECOND } from '../layers/clock.ts';
import * as the from './constants.ts';
import { ERRNO, failure } from './errno.ts';
import type { OpenSocket } from './open-socket.ts';
import { flag, flagField, key, numberField, type OptionInput, type Rule, type Table } from './option-rules.ts';

const MICROSECONDS = 1_000_000;

/** Nanoseconds of a number or a `struct timeval`; -1 if it is none. */
function durationOf(value: OptionInput): number {
  if (typeof value === 'number') return Number.isInteger(value) ? value : -1;
  if (typeof value !== 'object' || !('microseconds' in value)) return -1;
  const { seconds, microseconds } = value;
  const isTime = Number.isInteger(seconds) && Number.isInteger(microseconds) && seconds >= 0 && microseconds >= 0;
  return isTime && microseconds < MICROSECONDS ? seconds * SECOND + microseconds * MICROSECOND : -1;
}

/** Reads as nanoseconds; 0 waits for ever. */
const timeout = (name: 'receiveTimeoutNs' | 'sendTimeoutNs'): Rule<OpenSocket> => ({
  get: ({ blocking }) => blocking[name],
  set: ({ blocking }, value) => {
    const duration = durationOf(value);
    if (duration < 0) return failure('EINVAL');
    blocking[name] = duration;
    return 0;
  },
});

const receiveErrors: Rule<OpenSocket> = flagField(
  (socket) => socket.receivesErrors,
  (socket, on) => {
    socket.receivesErrors = on;
    if (!on) socket.purgeErrors();
  },
);

export const COMMON_OPTIONS: Table<OpenSocket> = new Map<number, Rule<OpenSocket>>([
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
  [key(the.SOL_SOCKET, the.SO_RCVTIMEO), timeout('receiveTimeoutNs')],
  [key(the.SOL_SOCKET, the.SO_SNDTIMEO), timeout('sendTimeoutNs')],
  [
    key(the.SOL_SOCKET, the.SO_PRIORITY),
    numberField(
      0,
      0x7fff_ffff,
      (socket) => socket.priority,
      (socket, value) => {
        socket.priority = value;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_MARK),
    numberField(
      0,
      0xffff_ffff,
      (socket) => socket.mark,
      (socket, value) => {
        socket.mark = value;
      },
    ),
  ],
  [
    key(the.SOL_SOCKET, the.SO_ZEROCOPY),
    flagField(
      (socket) => socket.notices?.zeroCopy.isOn === true,
      (socket, on) => {
        socket.ownNotices().zeroCopy.isOn = on;
      },
      true,
    ),
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
  [key(the.IPPROTO_IP, the.IP_RECVERR), receiveErrors],
  [key(the.IPPROTO_IPV6, the.IPV6_RECVERR), receiveErrors],
]);
