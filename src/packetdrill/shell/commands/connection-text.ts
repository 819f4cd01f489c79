/** How programs write connections: addresses with ports, and the names that kernels have for the states of RFC 9293. */
import { parseIpAddress } from '../../../layers/address-text.ts';
import type { State } from '../../../layers/transport/tcp/state.ts';
import type { ShellConnection } from '../host.ts';

/** Linux's `netstat`, and FreeBSD. */
export const LINUX_STATES: Readonly<Record<State, string>> = {
  CLOSED: 'CLOSE',
  LISTEN: 'LISTEN',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECEIVED': 'SYN_RECV',
  ESTABLISHED: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  CLOSING: 'CLOSING',
  'LAST-ACK': 'LAST_ACK',
  'TIME-WAIT': 'TIME_WAIT',
};

export const FREEBSD_STATES: Readonly<Record<State, string>> = {
  ...LINUX_STATES,
  CLOSED: 'CLOSED',
  'SYN-RECEIVED': 'SYN_RCVD',
  'FIN-WAIT-1': 'FIN_WAIT_1',
  'FIN-WAIT-2': 'FIN_WAIT_2',
};

export const isIpv6 = (address: string): boolean => address.includes(':');

/** Whether an address stands for all of the host's. */
export function isAnyAddress(address: string): boolean {
  return address === '0.0.0.0' || address === '::';
}

/** Whether two texts are the same address. */
export function isSameAddress(one: string, other: string): boolean {
  const [left, right] = [parseIpAddress(one), parseIpAddress(other)];
  return left !== undefined && right !== undefined && left.equals(right);
}

/** Whether a connection is of IPv4, of IPv6, or, for a listener, of both. */
export function familiesOf({ localAddress, isDualStack }: ShellConnection): ReadonlySet<4 | 6> {
  if (isDualStack) return new Set([4, 6]);
  return new Set([isIpv6(localAddress) ? 6 : 4]);
}

/** `%g` of C: six significant digits, no zeros at the end. */
export function general(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return value === 0 ? '0' : String(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent < -4 || exponent >= 6) {
    const [digits = '', power = '+0'] = value.toExponential(5).split('e');
    const [, sign = '+', number = '0'] = /^([-+])(\d+)$/.exec(power) ?? [];
    return `${withoutZeros(digits)}e${sign}${number.padStart(2, '0')}`;
  }
  return withoutZeros(value.toPrecision(6));
}

const withoutZeros = (digits: string): string =>
  digits.includes('.') ? digits.replace(/0{1,10}$/, '').replace(/\.$/, '') : digits;

/** Lines with columns as wide as they need to be; the last is not padded. */
export function table(rows: readonly (readonly string[])[], gap = ' '): string {
  const widths = (rows[0] ?? []).map((_cell, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows
    .map(
      (cells) =>
        `${cells
          .map((cell, column) => cell.padEnd(widths[column]!))
          .join(gap)
          .trimEnd()}\n`,
    )
    .join('');
}
