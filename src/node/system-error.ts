/**
 * Errors as `node:net` and `node:dgram` have them: a plain `Error` whose message is `syscall CODE address:port` where an
 * address belongs to it, with `errno` (negative), `code`, `syscall`, `address` and `port`.
 */
import type { ErrorCode } from '../layers/errors.ts';
import { describeError, ERRNO, errorCodeOf } from '../sockets/errno.ts';

export interface SystemError extends Error {
  errno: number;
  code: ErrorCode;
  syscall: string;
  address?: string;
  port?: number;
}

/** Of a call that is about no address: `read ECONNRESET`. @param errno of either sign */
export function systemError(errno: number, syscall: string): SystemError {
  const code = errorCodeOf(errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno: -ERRNO[code], code, syscall });
}

/** Of a call with an address: `connect ECONNREFUSED 10.0.0.2:80`. */
export function addressError(errno: number, syscall: string, address: string, port: number): SystemError {
  const code = errorCodeOf(errno);
  const error = new Error(`${syscall} ${code} ${endpoint(address, port)}`);
  return Object.assign(error, { errno: -ERRNO[code], code, syscall, address, port });
}

/** Of `listen` and `bind`, which say what the code means: `listen EADDRINUSE: address already in use 10.0.0.2:80`. */
export function bindingError(errno: number, syscall: string, address: string, port: number): SystemError {
  const error = addressError(errno, syscall, address, port);
  error.message = `${syscall} ${error.code}: ${describeError(error.code)} ${endpoint(address, port)}`;
  return error;
}

const endpoint = (address: string, port: number): string => (port > 0 ? `${address}:${port}` : address);

/** A mistake of the caller: a `TypeError` or `RangeError` with Node's code. */
export const usageError = <Kind extends Error>(
  kind: new (message: string) => Kind,
  code: string,
  message: string,
): Kind => Object.assign(new kind(message), { code });
