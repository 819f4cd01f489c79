/**
 * Initial sequence numbers: RFC 6528 §3, ISN = M + F(local address, local port, remote address, remote port, secret),
 * where M ticks every 4 microseconds. The same function, with another key, gives timestamps their offset (RFC 7323 §5.4).
 */
import type { IpAddress } from '../../address.ts';
import type { Random } from '../../random.ts';
import { type SipKey, sipHash } from '../../siphash.ts';

const TICK_NS = 4_000;

export const drawKey = (random: Random): SipKey => [random.next(), random.next(), random.next(), random.next()];

/** F: a number that belongs to the four of a connection, and that nobody without the key can tell. */
export const connectionHash = (
  key: SipKey,
  local: IpAddress,
  localPort: number,
  remote: IpAddress,
  remotePort: number,
): number =>
  sipHash(key, [
    local.w0,
    local.w1,
    local.w2,
    local.w3,
    remote.w0,
    remote.w1,
    remote.w2,
    remote.w3,
    (localPort << 16) | remotePort,
  ]);

/** @param nowNs the clock, in nanoseconds */
export const initialSequenceNumber = (nowNs: number, hash: number): number => (Math.floor(nowNs / TICK_NS) + hash) | 0;
