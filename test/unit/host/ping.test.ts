import { describe, expect, test } from 'vitest';
import type { PingResult } from '../../../src/host/ping.ts';
import { formatIpAddress } from '../../../src/layers/address-text.ts';
import { Lab } from './lab.ts';

describe('ping', () => {
  test.each(['10.0.0.2', 'fd00::2'])('RFC 1122 §3.2.2.6, RFC 4443 §4.2: %s answers with the same data', (address) => {
    const lab = new Lab();
    const { alice } = lab.pair();
    const results: PingResult[] = [];
    alice.ping(address, { size: 33 }, (result) => results.push(result));
    expect(results).toEqual([]);
    lab.pass(2);
    expect(results).toMatchObject([{ kind: 'reply', size: 33, isIntact: true, hopLimit: 64, roundTripNs: 4000 }]);
    expect(results[0]?.kind === 'reply' && formatIpAddress(results[0].from)).toBe(address);
    lab.expectAtRest();
  });

  test.each(['127.0.0.1', '127.9.9.9', '::1', '10.0.0.1', 'fd00::1', '0.0.0.0'])(
    'RFC 1122 §3.2.1.3 (g): %s stays inside the host',
    (address) => {
      const lab = new Lab();
      const { alice, hub } = lab.pair();
      const results: PingResult[] = [];
      alice.ping(address, { size: 3000 }, (result) => results.push(result));
      lab.pass(2);
      expect(results).toMatchObject([{ kind: 'reply', size: 3000, isIntact: true, roundTripNs: 0 }]);
      expect(hub.sent).toEqual([]);
      lab.expectAtRest();
    },
  );

  test.each(['10.0.0.2', 'fd00::2'])('a large ping to %s is fragmented and reassembled', (address) => {
    const lab = new Lab();
    const { alice, bob } = lab.pair();
    const results: PingResult[] = [];
    alice.ping(address, { size: 40_000 }, (result) => results.push(result));
    lab.pass(2);
    expect(results).toMatchObject([{ kind: 'reply', size: 40_000, isIntact: true }]);
    expect(bob.counters.packetsReassembled).toBe(1);
    lab.expectAtRest();
  });
});
