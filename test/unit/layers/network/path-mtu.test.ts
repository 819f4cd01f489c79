/** What is believed of path MTUs: RFC 1191, RFC 8201. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../../src/layers/address-text.ts';
import { SECOND } from '../../../../src/layers/clock.ts';
import { claimedMtu, PATH_MTU_OPTIONS, PathMtuCache } from '../../../../src/layers/network/path-mtu.ts';

const THERE = ipAddress('10.0.0.2');
const THERE6 = ipAddress('fd00::2');

function cache(options: Partial<typeof PATH_MTU_OPTIONS> = {}) {
  const clock = { seconds: 0, now: () => clock.seconds * SECOND };
  return { clock, cache: new PathMtuCache(clock, { ...PATH_MTU_OPTIONS, ...options }) };
}

describe('what a report amounts to', () => {
  test('RFC 1191 §3: the next-hop MTU, and never less than 68', () => {
    expect(claimedMtu(4, 1400, 1500, 20, 1500)).toBe(1400);
    expect(claimedMtu(4, 20, 1500, 20, 1500)).toBe(68);
  });

  test.each([
    [1499, 1492],
    [1492, 1006],
    [1006, 508],
    [508, 296],
    [296, 68],
    [68, 68],
  ])('RFC 1191 §5: without a next-hop MTU the greatest plateau below the packet of %i bytes: %i', (length, mtu) => {
    expect(claimedMtu(4, 0, length, 20, 1500)).toBe(mtu);
  });

  test('RFC 1191 §5: a total length not below the estimate may have the header’s added to it, as 4.2BSD had', () => {
    expect(claimedMtu(4, 0, 9000, 20, 9000)).toBe(8166);
    // 8180 could be 8160 with 20 more; then 8166 would be too much.
    expect(claimedMtu(4, 0, 8180, 20, 8170)).toBe(4352);
    expect(claimedMtu(4, 0, 8180, 20, 9000)).toBe(8166);
  });

  test('RFC 8201 §4: a report below the IPv6 minimum link MTU is discarded', () => {
    expect(claimedMtu(6, 1280, 1500, 40, 1500)).toBe(1280);
    expect(claimedMtu(6, 1279, 1500, 40, 1500)).toBe(0);
    expect(claimedMtu(6, 0, 1500, 40, 1500)).toBe(0);
  });
});

describe.each([THERE, THERE6])('the estimate for %s', (there) => {
  test('RFC 1191 §3: a report never increases it', () => {
    const { cache: estimates } = cache();
    expect(estimates.tooBig(there, 1400)).toBe(true);
    expect(estimates.tooBig(there, 1450)).toBe(false);
    expect(estimates.mtu(there)).toBe(1400);
    expect(estimates.tooBig(there, 1300)).toBe(true);
    expect(estimates.mtu(there)).toBe(1300);
  });

  test('RFC 1191 §6.3: ten minutes later the first hop’s MTU is tried again; one hour later if that is set; or never', () => {
    for (const [lifetime, last] of [
      [600, 599],
      [3600, 3599],
      [Number.POSITIVE_INFINITY, 1e6],
    ] as const) {
      const { cache: estimates, clock } = cache({ lifetimeNs: lifetime * SECOND });
      estimates.tooBig(there, 1400);
      clock.seconds = last;
      expect(estimates.mtu(there)).toBe(1400);
      if (lifetime === Number.POSITIVE_INFINITY) continue;
      clock.seconds = lifetime;
      expect(estimates.mtu(there)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('RFC 8201 §4: no attempt to detect an increase before ten minutes have passed since the last report, whatever it said', () => {
    for (const again of [1400, 1500]) {
      const { cache: estimates, clock } = cache();
      estimates.tooBig(there, 1400);
      clock.seconds = 500;
      estimates.tooBig(there, again);
      clock.seconds = 1099;
      expect(estimates.mtu(there)).toBe(1400);
      clock.seconds = 1100;
      expect(estimates.mtu(there)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  test('RFC 1191 §7.1: by a setting it goes up to the next plateau, and after two minutes each to the ones above', () => {
    const { cache: estimates, clock } = cache({ raise: 'next-plateau' });
    estimates.tooBig(there, 1400);
    clock.seconds = 600;
    expect(estimates.mtu(there)).toBe(1492);
    expect(estimates.expiresAt(there)).toBe(720 * SECOND);
    clock.seconds = 719;
    expect(estimates.mtu(there)).toBe(1492);
    clock.seconds = 720;
    expect(estimates.mtu(there)).toBe(2002);
    // Found to be too much: down again, and the long timeout.
    estimates.tooBig(there, 1400);
    clock.seconds = 1319;
    expect(estimates.mtu(there)).toBe(1400);
    for (; estimates.mtu(there) < 65_535; clock.seconds += 120);
    clock.seconds += 120;
    expect(estimates.mtu(there)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('a path that carries less than the least that is configured', () => {
  test('RFC 1191 §3: the host "may … cease setting the Don’t Fragment bit"', () => {
    const { cache: estimates, clock } = cache({ minimumBytes: 552 });
    estimates.tooBig(THERE, 600);
    expect(estimates.fragments(THERE)).toBe(false);
    estimates.tooBig(THERE, 300);
    expect(estimates.mtu(THERE)).toBe(552);
    expect(estimates.fragments(THERE)).toBe(true);
    clock.seconds = 600;
    expect(estimates.fragments(THERE)).toBe(false);
  });

  test('IPv6 has no such bit, and a minimum of its own', () => {
    const { cache: estimates } = cache({ minimumBytes: 1400 });
    estimates.tooBig(THERE6, 1280);
    expect(estimates.mtu(THERE6)).toBe(1280);
    expect(estimates.fragments(THERE6)).toBe(false);
  });
});

test('a thousand destinations are remembered; then the one that would be forgotten first goes', () => {
  const { cache: estimates, clock } = cache();
  for (let host = 0; host < 1024; host++) {
    clock.seconds = host / 1024;
    estimates.tooBig(ipAddress(`10.1.${host >> 8}.${host & 255}`), 1000);
  }
  estimates.tooBig(ipAddress('10.1.0.0'), 900); // not the oldest any more
  estimates.tooBig(THERE, 1000);
  expect(estimates.mtu(ipAddress('10.1.0.0'))).toBe(900);
  expect(estimates.mtu(ipAddress('10.1.0.1'))).toBe(Number.POSITIVE_INFINITY);
  expect(estimates.mtu(ipAddress('10.1.0.2'))).toBe(1000);
});
