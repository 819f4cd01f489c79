/** The routers on the way: echo requests with growing hop limits (RFC 1812 §5.3.1 makes each router answer). */
import type { IpAddress } from '../layers/address.ts';
import type { Ping, PingOptions, PingResult } from './ping.ts';

export interface TracerouteOptions {
  readonly maximumHops?: number;
  /** Requests per hop. */
  readonly probes?: number;
  readonly timeoutNs?: number;
  readonly size?: number;
}

export interface Hop {
  readonly hopLimit: number;
  readonly probes: readonly PingResult[];
}

/**
 * Finds the way to `remote`, one request after the other.
 * @param done is called once, with the hops up to the destination, to an error that is final, or to the last one allowed
 */
export function traceroute(
  ping: Ping,
  remote: IpAddress,
  options: TracerouteOptions,
  done: (hops: readonly Hop[]) => void,
): void {
  const { maximumHops = 30, probes = 1, timeoutNs, size } = options;
  const hops: Hop[] = [];
  let results: PingResult[] = [];
  const ask = (): void => {
    const request: PingOptions = {
      hopLimit: hops.length + 1,
      ...(timeoutNs === undefined ? {} : { timeoutNs }),
      ...(size === undefined ? {} : { size }),
    };
    ping.send(remote, request, answered);
  };
  const answered = (result: PingResult): void => {
    results.push(result);
    if (results.length === probes) {
      hops.push({ hopLimit: hops.length + 1, probes: results });
      const goesOn = results.every(({ kind }) => kind === 'time-exceeded' || kind === 'timeout');
      results = [];
      if (!goesOn || hops.length === maximumHops) {
        done(hops);
        return;
      }
    }
    ask();
  };
  ask();
}
