/** How the tables of socket options are written: what an option's value may be, and how it is read and checked. */
import type { IpAddress } from '../layers/address.ts';
import type { MasterKey } from '../layers/transport/tcp/authentication/master-key.ts';
import type { ControllerInfo } from '../layers/transport/tcp/congestion/controller-info.ts';
import type { TcpInfo } from '../layers/transport/tcp/info.ts';
import type { AuthenticationInfo, KeyRequest } from './authentication-options.ts';
import { failure } from './errno.ts';
import type { Linger } from './tcp-socket.ts';

/** The value of IP_ADD_MEMBERSHIP and its kin. Interface 0 leaves the choice to the routes. */
export interface GroupRequest {
  readonly group: IpAddress;
  readonly interfaceIndex: number;
}

/** `struct timeval`: what SO_RCVTIMEO and SO_SNDTIMEO take besides nanoseconds. */
export interface TimeValue {
  readonly seconds: number;
  readonly microseconds: number;
}

export type OptionInput = number | string | Uint8Array | Linger | TimeValue | GroupRequest | KeyRequest;
/** A negative number is `-errno`. */
export type OptionValue =
  | number
  | string
  | Uint8Array
  | Linger
  | TcpInfo
  | ControllerInfo
  | AuthenticationInfo
  | readonly MasterKey[];

export interface Rule<Kind> {
  readonly get?: ((socket: Kind) => OptionValue) | undefined;
  /** @returns 0 or `-errno` */
  readonly set?: ((socket: Kind, value: OptionInput) => number) | undefined;
}

export type Table<Kind> = ReadonlyMap<number, Rule<Kind>>;

/** A row of a table. */
export const key = (level: number, option: number): number => level * 0x1000 + option;

export const GIGABYTE = 0x3fff_ffff;

/** Calls `store` with a whole number of a range; anything else is EINVAL. */
export function whole<Kind>(
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
export function flag<Kind>(store: (socket: Kind, on: boolean) => number): (socket: Kind, value: OptionInput) => number {
  return (socket, value) => (typeof value === 'number' ? store(socket, value !== 0) : failure('EINVAL'));
}

/** A flag that is a field of the socket. `strict`: Linux takes 0 and 1 for it, and nothing else. */
export function flagField<Kind>(
  read: (socket: Kind) => boolean,
  write: (socket: Kind, on: boolean) => void,
  strict = false,
): Rule<Kind> {
  const set = flag<Kind>((socket, on) => {
    write(socket, on);
    return 0;
  });
  return {
    get: (socket) => Number(read(socket)),
    set: strict ? whole(0, 1, set) : set,
  };
}

/** A whole number that is a field of the socket. */
export function numberField<Kind>(
  minimum: number,
  maximum: number,
  read: (socket: Kind) => number,
  write: (socket: Kind, value: number) => void,
): Rule<Kind> {
  return {
    get: read,
    set: whole(minimum, maximum, (socket, value) => {
      write(socket, value);
      return 0;
    }),
  };
}
