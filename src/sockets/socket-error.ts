/**
 * A failed socket call as an exception, in the shape that Node gives its system errors: `code`, `errno` (negative),
 * `syscall`, and `address` and `port` where the call had them.
 */
import type { ErrorCode } from '../layers/errors.ts';
import { describeError, ERRNO } from './errno.ts';

export class SocketError extends Error {
  readonly code: ErrorCode;
  /** Negative, as libuv and Node have it. */
  readonly errno: number;
  /** Which call failed: `connect`, `recv`, … */
  readonly syscall: string;
  declare readonly address?: string;
  declare readonly port?: number;

  constructor(code: ErrorCode, syscall: string, address?: string, port?: number) {
    super(sentence(code, syscall, address, port));
    this.name = 'SocketError';
    this.code = code;
    this.errno = -ERRNO[code];
    this.syscall = syscall;
    if (address !== undefined) this.address = address;
    if (port !== undefined) this.port = port;
  }
}

/** The time that `settimeout` allows ran out: Python's `socket.timeout`, an alias of its `TimeoutError`. */
export class TimeoutError extends SocketError {
  constructor(syscall: string, address?: string, port?: number) {
    super('ETIMEDOUT', syscall, address, port);
    this.name = 'TimeoutError';
    this.message = `timed out: ${syscall}`;
  }
}

function sentence(code: ErrorCode, syscall: string, address?: string, port?: number): string {
  const where = address === undefined ? '' : ` ${port === undefined ? address : endpointText(address, port)}`;
  return `${syscall} ${code}${where}: ${describeError(code)}`;
}

const endpointText = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
