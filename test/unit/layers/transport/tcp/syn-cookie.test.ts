/** What a SYN cookie holds, for how long, and that nobody else can make one: RFC 4987 §3.6, appendix A. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4 } from '../../../../../src/layers/address.ts';
import { SECOND } from '../../../../../src/layers/clock.ts';
import type { SipKey } from '../../../../../src/layers/siphash.ts';
import {
  COOKIE_LIFETIME_NS,
  COOKIE_SIZES,
  type CookieSockets,
  makeCookie,
  openCookie,
  optionsOfStamp,
  sizeIndex,
  stampOptions,
  ticksAt,
} from '../../../../../src/layers/transport/tcp/syn-cookie.ts';

const KEY: SipKey = [1, 2, 3, 4];
const STEP = 64 * SECOND;
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const port = fc.integer({ min: 1, max: 65_535 });
const address = fc.integer({ min: 0, max: 255 }).map((last) => ipv4(10, 0, 0, last));
const anySockets: fc.Arbitrary<CookieSockets> = fc.record({
  local: address,
  localPort: port,
  remote: address,
  remotePort: port,
  irs: int32,
});
const size = fc.integer({ min: 0, max: COOKIE_SIZES.length - 1 });
/** Up to some 30 years, and near to the ends of steps. */
const time = fc
  .tuple(fc.integer({ min: 0, max: 2 ** 24 }), fc.integer({ min: 0, max: STEP - 1 }))
  .map(([step, within]) => step * STEP + within);

describe('RFC 4987 appendix A: a cookie', () => {
  test('gives the size back for 64 s at least, and for 128 s at most', () => {
    fc.assert(
      fc.property(anySockets, size, time, fc.integer({ min: 0, max: 4 * STEP }), (sockets, index, now, later) => {
        const cookie = makeCookie(KEY, sockets, index, now);
        expect(cookie).toBe(cookie | 0);
        const found = openCookie(KEY, sockets, cookie, now + later);
        if (later <= STEP) expect(found).toBe(COOKIE_SIZES[index]);
        if (later >= COOKIE_LIFETIME_NS) expect(found).toBeUndefined();
      }),
    );
  });

  test('that is 32 steps old is no new one: the hash knows the whole counter', () => {
    fc.assert(
      fc.property(anySockets, size, time, fc.integer({ min: 1, max: 8 }), (sockets, index, now, rounds) => {
        const cookie = makeCookie(KEY, sockets, index, now);
        expect(openCookie(KEY, sockets, cookie, now + rounds * 32 * STEP)).toBeUndefined();
      }),
    );
  });

  test('has the counter in its top five bits and the size in the next three, exclusive-or the SYN’s number', () => {
    fc.assert(
      fc.property(anySockets, size, time, (sockets, index, now) => {
        const plain = makeCookie(KEY, sockets, index, now) ^ sockets.irs;
        expect(plain >>> 27).toBe(Math.floor(now / STEP) % 32);
        expect((plain >>> 24) & 7).toBe(index);
      }),
    );
  });

  test('is good for its own two sockets and its own SYN only', () => {
    fc.assert(
      fc.property(anySockets, anySockets, size, time, (sockets, others, index, now) => {
        const cookie = makeCookie(KEY, sockets, index, now);
        for (const name of ['local', 'localPort', 'remote', 'remotePort', 'irs'] as const) {
          const changed = { ...sockets, [name]: others[name] };
          const isSame = JSON.stringify(changed) === JSON.stringify(sockets);
          expect(openCookie(KEY, changed, cookie, now) !== undefined).toBe(isSame);
        }
      }),
      { seed: 7 },
    );
  });

  test('is good for its own key only', () => {
    fc.assert(
      fc.property(anySockets, size, time, int32, (sockets, index, now, word) => {
        const cookie = makeCookie([word, 2, 3, 4], sockets, index, now);
        expect(openCookie(KEY, sockets, cookie, now) !== undefined).toBe(word === 1);
      }),
      { seed: 7 },
    );
  });

  test('cannot be guessed: of a million numbers none is one', () => {
    const sockets = { local: ipv4(10, 0, 0, 1), localPort: 80, remote: ipv4(10, 0, 0, 2), remotePort: 5000, irs: 99 };
    let found = 0;
    // 16 of the 2^32 numbers are good at any time: of 2^20 drawn evenly, 0.004 on average.
    for (let guess = 0; guess < 2 ** 20; guess++) {
      if (openCookie(KEY, sockets, Math.imul(guess, 0x9e3779b1), 1000 * STEP) !== undefined) found++;
    }
    expect(found).toBe(0);
  });

  test('whose counter was changed to that of today is none', () => {
    fc.assert(
      fc.property(anySockets, size, time, fc.integer({ min: 2, max: 20 }), (sockets, index, now, steps) => {
        const later = now + steps * STEP;
        const old = makeCookie(KEY, sockets, index, now) ^ sockets.irs;
        const renewed = ((Math.floor(later / STEP) & 31) << 27) | (old & 0x07ff_ffff);
        expect(openCookie(KEY, sockets, renewed ^ sockets.irs, later)).toBeUndefined();
      }),
      { seed: 7 },
    );
  });
});

describe('RFC 4987 §3.6: the table of maximum segment sizes', () => {
  test.each([
    [87, undefined],
    [88, 88],
    [535, 88],
    [536, 536],
    [1219, 536],
    [1459, 1440],
    [1460, 1460],
    [1461, 1460],
    [65_535, 8940],
  ])('%i is kept as %s: never as more than the client takes', (offered, kept) => {
    expect(COOKIE_SIZES[sizeIndex(offered)]).toBe(kept);
  });

  test('fits three bits, in order', () => {
    expect(COOKIE_SIZES).toHaveLength(8);
    expect([...COOKIE_SIZES].sort((a, b) => a - b)).toEqual(COOKIE_SIZES);
  });
});

describe('RFC 4987 §3.6: window scale, SACK and ECN in the timestamp', () => {
  const offer = fc.record({
    windowScale: fc.integer({ min: -1, max: 14 }),
    sackPermitted: fc.boolean(),
    ecn: fc.boolean(),
  });

  test('come back as they were, whatever the offset of the connection’s clock', () => {
    fc.assert(
      fc.property(offer, time, int32, (offered, now, offset) => {
        const sent = (stampOptions(offered, now) + offset) | 0;
        expect(optionsOfStamp((sent - offset) | 0)).toEqual(offered);
      }),
    );
  });

  test('the stamp is not later than the clock, and not more than 64 ticks earlier', () => {
    fc.assert(
      fc.property(offer, time, (offered, now) => {
        const behind = (ticksAt(now) - stampOptions(offered, now)) | 0;
        expect(behind).toBeGreaterThanOrEqual(0);
        expect(behind).toBeLessThanOrEqual(64);
      }),
    );
  });
});
