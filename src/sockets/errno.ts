/**
 * Error numbers: Linux's (include/uapi/asm-generic/errno*.h), for the names that the stack reports (`layers/errors.ts`).
 * A socket call answers `-errno`, as a Linux system call does.
 */
import { ERRORS, type ErrorCode } from '../layers/errors.ts';

export const ERRNO: Readonly<Record<ErrorCode, number>> = {
  EACCES: 13,
  EADDRINUSE: 98,
  EADDRNOTAVAIL: 99,
  EAFNOSUPPORT: 97,
  EAGAIN: 11,
  EALREADY: 114,
  EBADF: 9,
  EBUSY: 16,
  ECANCELED: 125,
  ECONNABORTED: 103,
  ECONNREFUSED: 111,
  ECONNRESET: 104,
  EDESTADDRREQ: 89,
  EEXIST: 17,
  EHOSTUNREACH: 113,
  EINPROGRESS: 115,
  EINVAL: 22,
  EISCONN: 106,
  EKEYREJECTED: 129,
  EMSGSIZE: 90,
  ENETUNREACH: 101,
  ENOBUFS: 105,
  ENOENT: 2,
  ENOPROTOOPT: 92,
  ENOTCONN: 107,
  EOPNOTSUPP: 95,
  EPIPE: 32,
  EPROTONOSUPPORT: 93,
  EPROTO: 71,
  ETIMEDOUT: 110,
};

const NAMES: ReadonlyMap<number, ErrorCode> = new Map(
  Object.entries(ERRNO).map(([code, number]) => [number, code as ErrorCode]),
);

/** What a failed call answers: `-errno`. */
export const failure = (code: ErrorCode): number => -ERRNO[code];

/** The answer that ends every loop of reads or writes. */
export const AGAIN: number = failure('EAGAIN');

/**
 * The name of an error number; its sign does not matter.
 * @throws {RangeError} if the stack reports no such error
 */
export function errorCodeOf(errno: number): ErrorCode {
  const code = NAMES.get(Math.abs(errno));
  if (code === undefined)
    throw new RangeError(`wirelab: ${errno} is not the number of an error that the stack reports`);
  return code;
}

/** The sentence for an error, as `strerror` gives it. */
export const describeError = (code: ErrorCode): string => ERRORS[code];
