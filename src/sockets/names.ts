/**
 * Host names as programs know them: a table that is handed in, as `/etc/hosts` is. Numeric addresses need no table.
 */
import type { IpAddress } from '../layers/address.ts';
import { parseIpAddress } from '../layers/address-text.ts';

/** The addresses that a name has, in order of preference; none if it is unknown. */
export type NameTable = (name: string) => readonly IpAddress[];

/** A name that nobody knows: Python's `gaierror`, with Node's code for it. */
export class NameError extends Error {
  readonly code = 'ENOTFOUND';
  readonly syscall = 'getaddrinfo';
  readonly hostname: string;

  constructor(hostname: string) {
    super(`getaddrinfo ENOTFOUND ${hostname}: name or service not known`);
    this.name = 'NameError';
    this.hostname = hostname;
  }
}

/**
 * The first address of a name, or of a numeric text, in a family.
 * @throws {NameError} if there is none
 */
export function resolveName(names: NameTable, name: string, family: 4 | 6): IpAddress {
  const numeric = parseIpAddress(name);
  const found = (numeric === undefined ? names(name) : [numeric]).find((address) => address.family === family);
  if (found === undefined) throw new NameError(name);
  return found;
}
