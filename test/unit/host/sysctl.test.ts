/** Settings by the names of kernels, and profiles, as a host takes them. */
import { describe, expect, test } from 'vitest';
import { hostSettings } from '../../../src/host/settings.ts';
import { SYSCTL_NAMES, sysctlSettings, sysctlValues } from '../../../src/host/sysctl.ts';
import { PROFILE_NAMES, profileSettings } from '../../../src/layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS } from '../../../src/layers/transport/tcp/settings.ts';

/** Of values that are no number and no choice. */
const EXAMPLES: readonly (readonly [begins: string, example: string])[] = [
  ['three whole numbers', '1 2 3'],
  ['one key', '00000001-00000002-00000003-00000004'],
];

describe('sysctl', () => {
  test.each([
    ['net.ipv4.tcp_sack', '0', { selectiveAcknowledgment: false }],
    ['net.ipv4.tcp_congestion_control', 'cubic', { congestionControl: 'cubic' }],
    ['net.ipv4.tcp_rmem', '4096 131072 6291456', { receiveBufferBytes: 131_072, receiveBufferMaximumBytes: 6_291_456 }],
    ['net.ipv4.tcp_notsent_lowat', '4294967295', { notSentLowWaterBytes: 0 }],
    ['net.ipv4.tcp_fin_timeout', '30', { finWait2TimeoutNs: 30e9 }],
    ['net.ipv4.tcp_recovery', '3', { rack: true, rackReorderingWindow: 'static' }],
    ['net.ipv4.ip_no_pmtu_disc', '1', { pathMtuDiscovery: false }],
    ['net.inet.tcp.rfc1323', '2', { windowScaling: true, timestamps: false }],
    ['net.inet.tcp.msl', '15000', { maximumSegmentLifetimeNs: 15e9 }],
    ['net.inet.tcp.blackhole', '2', { unanswered: 'all' }],
  ])('%s = %s', (name, value, settings) => {
    expect(sysctlSettings(name, value)).toMatchObject(settings);
  });

  test.each([
    ['net.ipv4.tcp_sack', '2', 'takes 0 or 1; "2" is not one of them'],
    ['net.ipv4.tcp_sack', 'on', 'takes 0 or 1'],
    ['net.ipv4.tcp_rmem', '9 8 7', 'three whole numbers, rising'],
    ['net.ipv4.tcp_rmem', '4096', 'three whole numbers'],
    ['net.ipv4.tcp_syn_retries', '1.5', 'a whole number from 1 to 127'],
    ['net.ipv4.tcp_congestion_control', 'hybla', 'cubic'],
    ['net.ipv4.tcp_fastopen', '4', '0, 1, 2, 3'],
    ['net.ipv4.tcp_fastopen_key', '1-2-3-4', 'four times eight hexadecimal digits'],
    ['net.ipv4.sack', '0', 'near it there is'],
    ['kernel.panic', '0', 'no sysctl is called "kernel.panic"'],
    ['constructor', '0', 'no sysctl is called'],
  ])('%s = %s is refused', (name, value, sentence) => {
    expect(() => sysctlSettings(name, value)).toThrow(RangeError);
    expect(() => sysctlSettings(name, value)).toThrow(sentence);
  });

  test('each sets a setting that there is, and changes it', () => {
    for (const name of SYSCTL_NAMES) {
      const values = sysctlValues(name);
      const range = /from (-?\d+) to (\d+)/.exec(values);
      const tries = range === null ? values.split(/, | or /) : [range[1]!, range[2]!];
      const written = EXAMPLES.find(([begins]) => values.startsWith(begins))?.[1];
      const effects = (written === undefined ? tries : [written]).map((value) => sysctlSettings(name, value));
      const set = effects.flatMap((effect) => Object.keys(effect));
      expect(set.length, name).toBeGreaterThan(0);
      for (const setting of set) expect(RFC_SETTINGS, name).toHaveProperty(setting);
      const differs = effects.some((effect) =>
        Object.entries(effect).some(([setting, value]) => RFC_SETTINGS[setting as keyof typeof RFC_SETTINGS] !== value),
      );
      expect(differs, name).toBe(true);
    }
  });
});

describe('profiles', () => {
  test('every setting of a profile is one that there is; `rfc` is the default', () => {
    for (const name of PROFILE_NAMES) {
      expect(Object.keys(profileSettings(name)).sort()).toEqual(Object.keys(RFC_SETTINGS).sort());
    }
    expect(hostSettings().tcp).toEqual(RFC_SETTINGS);
    expect(hostSettings({ profile: 'linux' }).tcp).toEqual(profileSettings('linux'));
  });

  test('a sysctl goes over the profile, and a setting over both', () => {
    const options = { profile: 'linux', sysctl: { 'net.ipv4.tcp_syn_retries': 2, 'net.ipv4.tcp_sack': '0' } };
    expect(hostSettings(options).tcp).toMatchObject({ synRetries: 2, selectiveAcknowledgment: false });
    expect(hostSettings({ ...options, tcp: { synRetries: 4 } }).tcp.synRetries).toBe(4);
  });

  test('unknown ones are refused', () => {
    expect(() => hostSettings({ profile: 'windows' })).toThrow('use one of rfc, linux, freebsd');
    expect(() => hostSettings({ sysctl: { 'net.ipv4.tcp_nope': 1 } })).toThrow('no sysctl is called');
  });
});
