/** `dns.lookup` of an emulated host: the names of its world, as `/etc/hosts` would have them. */
import type { SocketEnvironment } from '../sockets/socket.ts';
import { addressInfo, lookUp } from './addresses.ts';
import { usageError } from './system-error.ts';

export interface LookupOptions {
  /** 4, 6, or 0 for both; `'IPv4'` and `'IPv6'` as well. */
  readonly family?: 0 | 4 | 6 | 'IPv4' | 'IPv6' | undefined;
  readonly all?: boolean | undefined;
  readonly order?: 'ipv4first' | 'ipv6first' | 'verbatim' | undefined;
  readonly hints?: number | undefined;
}

export interface LookupAddress {
  address: string;
  family: number;
}

export interface NodeDns {
  lookup(hostname: string, options: unknown, callback?: unknown): void;
  readonly promises: {
    lookup(hostname: string, options?: LookupOptions | number): Promise<LookupAddress | LookupAddress[]>;
  };
}

/** libuv's number for a name that nobody knows. */
const UNKNOWN_NAME = -3008;

export const lookupError = (hostname: string): Error =>
  Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), {
    errno: UNKNOWN_NAME,
    code: 'ENOTFOUND',
    syscall: 'getaddrinfo',
    hostname,
  });

export function nodeDns(environment: SocketEnvironment): NodeDns {
  const find = (hostname: string, { family = 0, order }: LookupOptions): LookupAddress[] | Error => {
    const wanted = family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
    if (wanted !== 0 && wanted !== 4 && wanted !== 6) {
      throw usageError(TypeError, 'ERR_INVALID_ARG_VALUE', `a family is 0, 4 or 6, not ${String(family)}`);
    }
    try {
      const found = lookUp(environment, hostname, wanted).map(({ ip }) => ({
        address: addressInfo({ address: ip, port: 0, interfaceIndex: 0, datagramLength: 0 }).address,
        family: ip.family,
      }));
      return order === 'ipv6first' ? found.reverse() : found;
    } catch {
      return lookupError(hostname);
    }
  };
  const chosen = (options: unknown): LookupOptions =>
    typeof options === 'number' ? ({ family: options } as LookupOptions) : ((options ?? {}) as LookupOptions);

  return {
    lookup: (hostname, options, callback) => {
      const tell = (typeof options === 'function' ? options : callback) as (...results: unknown[]) => void;
      if (typeof tell !== 'function')
        throw usageError(TypeError, 'ERR_INVALID_ARG_TYPE', 'lookup calls a function back');
      const wanted = typeof options === 'function' ? {} : chosen(options);
      const found = find(hostname, wanted);
      environment.scheduler.woke();
      process.nextTick(() => {
        if (found instanceof Error) tell(found);
        else if (wanted.all) tell(null, found);
        else tell(null, found[0]!.address, found[0]!.family);
      });
    },
    promises: {
      lookup: async (hostname, options) => {
        const wanted = chosen(options);
        const found = find(hostname, wanted);
        environment.scheduler.woke();
        if (found instanceof Error) throw found;
        return wanted.all ? found : found[0]!;
      },
    },
  };
}
