/** Settings that make no sense are refused where they are given. */
import { describe, expect, test } from 'vitest';
import { hostSettings } from '../../../../../src/host/settings.ts';
import { profileSettings } from '../../../../../src/layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { checkSettings } from '../../../../../src/layers/transport/tcp/settings-check.ts';

describe('settings of a host', () => {
  test.each([
    [{ receiveBufferBytes: -1 }, 'receiveBufferBytes is a number from 1 on, not -1'],
    [{ sendBufferBytes: 0 }, 'sendBufferBytes is a number from 1 on, not 0'],
    [{ delayedAckNs: Number.NaN }, 'delayedAckNs is a number from 0 on, not NaN'],
    [{ ecn: true }, 'ecn is one of off, accept, request, not true'],
    [{ rack: 'yes' }, "rack is true or false, not 'yes'"],
    [{ congestionControl: 'foo' }, 'congestionControl is one of none, reno, cubic, dctcp'],
    [{ congestionControl: undefined }, 'not undefined'],
    [{ synCookies: 'maybe' }, "synCookies is one of off, pressure, always, not 'maybe'"],
  ])('%j is refused', (given, sentence) => {
    expect(() => hostSettings({ tcp: given as unknown as Partial<TcpSettings> })).toThrow(sentence);
  });

  test.each(['rfc', 'linux', 'freebsd'])('all that the profile %s has is taken', (name) => {
    expect(() => checkSettings({ ...RFC_SETTINGS, ...profileSettings(name) })).not.toThrow();
  });
});
