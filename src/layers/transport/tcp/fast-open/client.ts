/**
 * The client of TCP Fast Open: RFC 7413 §4.1.3 and §4.2. It sends the first data with the SYN if it has a cookie, asks
 * for one if not, and learns from what comes back.
 */
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { add, greaterThan } from '../sequence.ts';
import type { FastOpenCache } from './cache.ts';
import { FastOpen, NO_COOKIE } from './state.ts';

/** RFC 7413 §4.1.3: "the client MAY limit the cached MSS", or the SYN would be larger than others and be suspected. */
const LARGEST_MSS_V4 = 1460;
const LARGEST_MSS_V6 = 1440;

/** The first that a program sends: `bytes[at … at + length)`, copied before the call returns. */
export interface FirstData {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly length: number;
}

/** Nothing yet: only asks for a cookie, if there is none. */
export const NO_DATA: FirstData = { bytes: new Uint8Array(0), at: 0, length: 0 };

/**
 * Prepares the first SYN: with a cookie and data, with the question for a cookie, or as any other. Data is taken only if
 * the cookie is there to send it with; how much is in the send buffer then.
 */
export function prepareSyn(block: ControlBlock, cache: FastOpenCache, data: FirstData): void {
  const { local, remote, remotePort } = block.identity;
  if (!block.settings.fastOpenClient) return;
  if (cache.isAvoided(local, remote, remotePort, block.environment.timers.now())) return;
  const known = cache.find(local, remote);
  const { fastOpenRequiresCookie, sendBufferBytes } = block.settings;
  block.fastOpen = new FastOpen(fastOpenRequiresCookie ? (known?.cookie ?? NO_COOKIE) : undefined);
  if (known === undefined && fastOpenRequiresCookie) return;
  const taken = Math.min(data.length, sendBufferBytes);
  if (taken > 0) block.sendBuffer.append(data.bytes, data.at, taken);
  if (taken > 0 && !fastOpenRequiresCookie) block.fastOpen.tried = 'data';
  // Without a cached MSS "the default MSS of 536 bytes for IPv4 and 1220 bytes for IPv6".
  const largest = block.path.family === 4 ? LARGEST_MSS_V4 : LARGEST_MSS_V6;
  block.fastOpen.synMss = Math.min(known !== undefined && known.mss > 0 ? known.mss : block.peerMss, largest);
}

/** The SYN-ACK of a connection that tried Fast Open: §4.2.1 step 3, §4.2.2 "Client: Receiving SYN-ACK". */
export function synAckArrived(block: ControlBlock, arrived: IncomingSegment, cache: FastOpenCache): void {
  const { fastOpen, identity } = block;
  if (fastOpen === undefined || fastOpen.tried === 'nothing') return;
  const { local, remote, remotePort } = identity;
  const cookie = cookieOf(arrived);
  const known = cookie ?? cache.find(local, remote)?.cookie;
  const carriedData = greaterThan(block.sndMax, add(block.iss, 1));
  fastOpen.accepted = greaterThan(arrived.acknowledgment, add(block.iss, 1));
  const isRefused = carriedData && !fastOpen.accepted;
  if (cookie !== undefined || fastOpen.accepted) {
    cache.worked(local, remote, remotePort);
  } else if (isRefused || fastOpen.tried === 'cookie-request' || block.synTimeouts > 0) {
    // No data taken, no cookie given: the server does not speak Fast Open, or the way does not let it through.
    noteFailure(block, cache);
    // "If the SYN-ACK is first seen and not a (spurious) retransmission, the client MAY remove the server information."
    if (block.synTimeouts === 0) cache.forget(local, remote);
    return;
  }
  if (known !== undefined) cache.learn(local, remote, { cookie: known, mss: arrived.options.mss });
}

/**
 * No SYN-ACK came, or ICMP said that none would: §4.1.3.1. A reset counts too, since it may be from a firewall that does
 * not like the SYN, and a client that tried the same again "may never be able to connect".
 */
export function noteFailure({ fastOpen, identity, environment, settings }: ControlBlock, cache: FastOpenCache): void {
  if (fastOpen === undefined || fastOpen.tried === 'nothing' || fastOpen.failed) return;
  fastOpen.failed = true; // once is enough
  const { local, remote, remotePort } = identity;
  cache.failed(local, remote, remotePort, environment.timers.now(), settings.fastOpenBlackholeNs);
}

/** A copy of the cookie that a SYN-ACK brings. An empty option brings none. */
function cookieOf({ packet, options }: IncomingSegment): Uint8Array | undefined {
  const { fastOpenAt, fastOpenLength } = options;
  if (packet === undefined || fastOpenAt < 0 || fastOpenLength === 0) return undefined;
  const cookie = new Uint8Array(fastOpenLength);
  for (let index = 0; index < fastOpenLength; index++) cookie[index] = packet.view.getUint8(fastOpenAt + index);
  return cookie;
}
