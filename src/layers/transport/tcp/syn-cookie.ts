/**
 * SYN cookies: RFC 4987 §3.6 and appendix A. The initial sequence number of a SYN-ACK says what the SYN said, so that a
 * SYN leaves nothing behind; the ACK that answers it rebuilds the connection.
 *
 * | bits  | what                                                                                        |
 * |-------|---------------------------------------------------------------------------------------------|
 * | 31-27 | a counter of 64 s steps, modulo 32                                                          |
 * | 26-24 | which maximum segment size, from a table                                                    |
 * | 23-0  | a keyed hash of the two sockets, the SYN's sequence number, the counter and the size's place |
 *
 * all of it exclusive-or the SYN's sequence number. What does not fit survives only if the client has timestamps: the
 * lowest six bits of our TSval, which it echoes, hold its window scale, SACK and ECN (§3.6 tells of FreeBSD's way; the
 * layout is ours). They are not protected: a client that changes them deceives itself alone.
 * Left out on purpose: text on the SYN, which comes again (§3.6), Fast Open, the feedback of RFC 9768, and signatures.
 */
import type { IpAddress } from '../../address.ts';
import { MILLISECOND, SECOND } from '../../clock.ts';
import { type SipKey, sipHash } from '../../siphash.ts';

const STEP_NS = 64 * SECOND;
const COUNTER_MASK = 31;
const HASH_MASK = 0xff_ffff;
/** How many steps a cookie is good for after its own: it lives for 64 to 128 s, longer than a SYN-ACK needs for its answer. */
const STEPS_VALID = 1;
/** The longest that a cookie may be good. */
export const COOKIE_LIFETIME_NS: number = (1 + STEPS_VALID) * STEP_NS;

/**
 * Sizes of which the largest that is not above the client's stands for it. The smallest that anybody announces in
 * earnest, the default of IPv4 and of IPv6, then what tunnels, IPv6 and IPv4 leave of 1500 bytes, and a jumbo frame.
 */
export const COOKIE_SIZES: readonly number[] = [88, 536, 1220, 1360, 1400, 1440, 1460, 8940];

/** The two sockets, and the sequence numbers that the handshake began with. */
export interface CookieSockets {
  readonly local: IpAddress;
  readonly localPort: number;
  readonly remote: IpAddress;
  readonly remotePort: number;
  /** IRS: the sequence number of the SYN. */
  readonly irs: number;
}

/** Where `size` stands in the table; -1 if it is below all of them: then no cookie can be made. */
export function sizeIndex(size: number): number {
  let index = COOKIE_SIZES.length - 1;
  while (index >= 0 && COOKIE_SIZES[index]! > size) index--;
  return index;
}

/** @param index from `sizeIndex` @returns the initial sequence number for the SYN-ACK */
export function makeCookie(key: SipKey, sockets: CookieSockets, index: number, nowNs: number): number {
  const counter = Math.floor(nowNs / STEP_NS);
  return (
    sockets.irs ^
    (((counter & COUNTER_MASK) << 27) | (index << 24) | (hashOf(key, sockets, counter, index) & HASH_MASK))
  );
}

/** @returns the maximum segment size that the cookie stands for, or `undefined` if it is none or too old */
export function openCookie(key: SipKey, sockets: CookieSockets, cookie: number, nowNs: number): number | undefined {
  const plain = cookie ^ sockets.irs;
  const now = Math.floor(nowNs / STEP_NS);
  const age = (now - (plain >>> 27)) & COUNTER_MASK;
  if (age > STEPS_VALID || age > now) return undefined;
  const index = (plain >>> 24) & 7;
  const hash = hashOf(key, sockets, now - age, index);
  return ((hash ^ plain) & HASH_MASK) === 0 ? COOKIE_SIZES[index] : undefined;
}

const hashOf = (key: SipKey, sockets: CookieSockets, counter: number, index: number): number => {
  const { local, remote } = sockets;
  return sipHash(key, [
    local.w0,
    local.w1,
    local.w2,
    local.w3,
    remote.w0,
    remote.w1,
    remote.w2,
    remote.w3,
    (sockets.localPort << 16) | sockets.remotePort,
    sockets.irs,
    counter,
    index,
  ]);
};

/** What the timestamp of the SYN-ACK carries. */
export interface CookieOptions {
  /** Of the client, 0 to 14; -1 if it offered none. */
  readonly windowScale: number;
  readonly sackPermitted: boolean;
  /** The client asked for ECN (RFC 3168 §6.1.1), and so did we. */
  readonly ecn: boolean;
}

const OPTION_BITS = 6;
const OPTION_MASK = (1 << OPTION_BITS) - 1;
const SACK_BIT = 1 << 4;
const ECN_BIT = 1 << 5;
const NO_SCALE = 15;

/**
 * The latest reading of the timestamp clock, not later than now, whose lowest bits say what the client offered.
 * @returns ticks, before the connection's offset is added
 */
export function stampOptions(options: CookieOptions, nowNs: number): number {
  const ticks = ticksAt(nowNs);
  const scale = options.windowScale < 0 ? NO_SCALE : options.windowScale;
  const bits = scale | (options.sackPermitted ? SACK_BIT : 0) | (options.ecn ? ECN_BIT : 0);
  const stamped = ticks - (ticks % (OPTION_MASK + 1)) + bits;
  return (stamped > ticks ? stamped - OPTION_MASK - 1 : stamped) | 0;
}

/** The timestamp clock, before the connection's offset is added. */
export const ticksAt = (nowNs: number): number => Math.floor(nowNs / MILLISECOND);

/** What `stampOptions` put into a reading that came back. */
export function optionsOfStamp(ticks: number): CookieOptions {
  const scale = ticks & 15;
  return {
    windowScale: scale === NO_SCALE ? -1 : scale,
    sackPermitted: (ticks & SACK_BIT) !== 0,
    ecn: (ticks & ECN_BIT) !== 0,
  };
}
