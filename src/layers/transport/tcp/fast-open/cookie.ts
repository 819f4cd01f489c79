/**
 * The cookies that a Fast Open server hands out: RFC 7413 §4.1.2. A cookie is a keyed hash of the two addresses and of
 * the period in which it was made, so that the server keeps nothing, and cookies expire without being taken back: the
 * next period makes others and still takes those of the last.
 */
import type { IpAddress } from '../../../address.ts';
import { type SipKey, sipHash } from '../../../siphash.ts';

/** As most servers make them; §4.1.1 allows 4 to 16. */
const COOKIE_BYTES = 8;

export interface CookiePair {
  /** The server's. */
  readonly local: IpAddress;
  readonly remote: IpAddress;
}

/** GetCookie. @param period counts from 0; each has its own cookies */
export function fastOpenCookie(key: SipKey, { local, remote }: CookiePair, period: number): Uint8Array {
  const cookie = new Uint8Array(COOKIE_BYTES);
  const view = new DataView(cookie.buffer);
  const words = [local.w0, local.w1, local.w2, local.w3, remote.w0, remote.w1, remote.w2, remote.w3];
  for (let at = 0; at < COOKIE_BYTES; at += 4) {
    // `sipHash` gives 32 bits; IPv4 and IPv6 addresses with the same words are told apart by the family.
    view.setInt32(at, sipHash(key, [...words, period, (local.family << 8) | at]));
  }
  return cookie;
}

/** The cookie of a SYN: the one that is given out now, one that is still good, or none of ours. */
export type CookieVerdict = 'current' | 'old' | 'invalid';

/** IsCookieValid. @param keys the first makes cookies, those of the others are taken as well */
export function judgeCookie(
  keys: readonly SipKey[],
  pair: CookiePair,
  period: number,
  view: DataView,
  at: number,
  length: number,
): CookieVerdict {
  if (length !== COOKIE_BYTES) return 'invalid';
  for (const key of keys) {
    for (let made = period; made >= Math.max(0, period - 1); made--) {
      const cookie = fastOpenCookie(key, pair, made);
      if (!cookie.every((byte, index) => byte === view.getUint8(at + index))) continue;
      return key === keys[0] && made === period ? 'current' : 'old';
    }
  }
  return 'invalid';
}
