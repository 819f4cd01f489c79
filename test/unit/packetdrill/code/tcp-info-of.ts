/** A `TcpInfo` to make a kernel's of: that of a real connection, with what a test wants to be otherwise. */
import type { TcpInfo } from '../../../../src/layers/transport/tcp/info.ts';
import { Missing, type Names } from '../../../../src/packetdrill/code/missing.ts';
import { established } from '../../layers/transport/tcp/conversation.ts';

export const infoWith = (changes: Partial<TcpInfo> = {}): TcpInfo => ({
  ...established({ peerSyn: 'mss 1000', roundTrip: '100ms' }).connection.info(),
  ...changes,
});

/** What a name stands for; what is missing, by what is said of it. */
export function valueIn(names: Names, name: string): number | bigint | string {
  const value = names.get(name);
  if (value instanceof Missing) return `no ${value.what}`;
  if (typeof value !== 'bigint') throw new Error(`${name} is no int`);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? value : Number(value);
}

/** The names of those that have no value. */
export const missingIn = (names: Names): string[] =>
  [...names].filter(([, value]) => value instanceof Missing).map(([name]) => name);
