/**
 * `getsockopt` and `setsockopt` as tables: an option that has no row, or none for this kind of socket, is ENOPROTOOPT.
 * Units and ranges are Linux's (socket(7), tcp(7), ip(7), ipv6(7)), except that SO_RCVBUF and SO_SNDBUF read what was
 * set: Linux doubles it for its own overhead. Values are numbers; flags are 0 or 1.
 */
import { COMMON_OPTIONS } from './common-options.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import type { OpenSocket } from './open-socket.ts';
import { key, type OptionInput, type OptionValue, type Table } from './option-rules.ts';
import { TCP_OPTIONS } from './tcp-options.ts';
import { TcpSocket } from './tcp-socket.ts';
import { UDP_OPTIONS } from './udp-options.ts';
import { UdpSocket } from './udp-socket.ts';

export type { GroupRequest, OptionInput, OptionValue, TimeValue } from './option-rules.ts';

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
  const common = found(COMMON_OPTIONS, at, socket);
  if (common !== undefined) return common;
  if (socket instanceof TcpSocket) return found(TCP_OPTIONS, at, socket);
  return socket instanceof UdpSocket ? found(UDP_OPTIONS, at, socket) : undefined;
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
