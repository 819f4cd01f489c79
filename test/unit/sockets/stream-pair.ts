/** Two stream sockets that are connected: alice's `a` to bob's `b`, whose listener is `server`. */
import { expect } from 'vitest';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { SECOND } from '../../../src/layers/clock.ts';
import type { TcpSettings } from '../../../src/layers/transport/tcp/settings.ts';
import * as the from '../../../src/sockets/constants.ts';
import { failure } from '../../../src/sockets/errno.ts';
import type { OptionInput } from '../../../src/sockets/options.ts';
import { BOB, type TwoHosts, twoHosts } from './two-hosts.ts';

export interface StreamPair extends TwoHosts {
  readonly a: number;
  readonly b: number;
  readonly server: number;
  /** Lets so many nanoseconds pass. */
  wait(ns: number): Promise<void>;
}

export interface StreamPairOptions {
  /** Of both hosts. */
  readonly settings?: Partial<TcpSettings>;
  /** Options of bob's listener, before anybody connects: level, option, value. */
  readonly listening?: readonly (readonly [number, number, OptionInput])[];
}

export async function streamPair({ settings = {}, listening = [] }: StreamPairOptions = {}): Promise<StreamPair> {
  const hosts = twoHosts();
  const { alice, bob, programs } = hosts;
  for (const { host } of [alice, bob]) Object.assign(host.tcp.settings, settings);
  const server = bob.core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(bob.core.bind(server, ipAddress('0.0.0.0'), 80)).toBe(0);
  for (const [level, option, value] of listening) expect(bob.core.setsockopt(server, level, option, value)).toBe(0);
  expect(bob.core.listen(server, 5)).toBe(0);
  const a = alice.core.socket(the.AF_INET, the.SOCK_STREAM);
  expect(alice.core.connect(a, BOB, 80)).toBe(failure('EINPROGRESS'));
  const wait = async (ns: number): Promise<void> => {
    const until = programs.time.now() + ns;
    programs.time.schedule(until, { fire: () => {} });
    await hosts.run(until);
  };
  await wait(SECOND);
  const b = bob.core.accept(server);
  expect(b).toBeGreaterThan(server);
  return { ...hosts, a, b, server, wait };
}

/** `length` bytes. */
export const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index & 255);
