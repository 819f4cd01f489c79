/**
 * INVARIANTS 7: each datagram received is exactly one that was sent, with its true source, never merged nor split.
 * INVARIANTS 22: one flipped bit in what the checksum covers, and the datagram is dropped; unless the flip makes the
 * checksum field zero, which over IPv4 says that there is none.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatIpAddress, ipAddress } from '../../src/layers/address-text.ts';
import { pattern, udpBytes, udpFrame, viewOf } from '../unit/host/frames.ts';
import { Lab } from '../unit/host/lab.ts';
import { runs } from './runs.ts';

interface Got {
  readonly bytes: string;
  readonly length: number;
  readonly source: string;
  readonly port: number;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe.each([4, 6] as const)('UDP over IPv%s', (family) => {
  const [aliceAddress, bobAddress] = family === 4 ? ['10.0.0.1', '10.0.0.2'] : ['fd00::1', 'fd00::2'];

  test('RFC 1122 §4.1: what is read is what was sent, one for one, or its flagged beginning', () => {
    const datagram = fc.record({
      length: fc.oneof(fc.nat({ max: 3000 }), fc.constantFrom(0, 1, 1472, 1473)),
      from: fc.nat({ max: 2 }),
    });
    fc.assert(
      fc.property(
        fc.array(datagram, { minLength: 1, maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 30 }),
        fc.integer({ min: 0, max: 3000 }),
        (datagrams, losses, space) => {
          const lab = new Lab();
          const { alice, bob, hub } = lab.pair();
          let sequence = 0;
          // Frames of data are lost as the list says; ARP and NDP get through.
          hub.passes = (bytes) => bytes.length < 100 || losses[sequence++] !== true;
          const receiver = bob.udp.endpoint(family);
          expect(receiver.bind(ipAddress(bobAddress), 7)).toBeUndefined();
          const senders = [0, 1, 2].map((index) => {
            const endpoint = alice.udp.endpoint(family);
            expect(endpoint.bind(ipAddress(aliceAddress), 1000 + index)).toBeUndefined();
            return endpoint;
          });
          const sent: Got[] = datagrams.map(({ length, from }, index) => {
            const bytes = pattern(length, index);
            expect(senders[from]!.send(bytes, 0, length, ipAddress(bobAddress), 7)).toBeUndefined();
            return { bytes: hex(bytes), length, source: aliceAddress, port: 1000 + from };
          });
          lab.pass(5);
          const got: Got[] = [];
          const into = new Uint8Array(3001).fill(0xee);
          for (
            let next = receiver.receive(into, 0, space);
            next !== undefined;
            next = receiver.receive(into, 0, space)
          ) {
            const bytes = hex(into.subarray(0, Math.min(space, next.length)));
            expect(
              into.subarray(space).every((byte) => byte === 0xee),
              'written beyond the space given',
            ).toBe(true);
            got.push({ bytes, length: next.length, source: formatIpAddress(next.source), port: next.sourcePort });
          }
          // Every one received is one that was sent, each once, in order: this medium does not reorder.
          let from = 0;
          for (const each of got) {
            const index = sent.findIndex(
              (other, place) =>
                place >= from &&
                other.length === each.length &&
                other.port === each.port &&
                other.source === each.source &&
                other.bytes.startsWith(each.bytes) &&
                each.bytes.length === 2 * Math.min(space, other.length),
            );
            expect(index, 'a datagram that nobody sent').toBeGreaterThanOrEqual(0);
            from = index + 1;
          }
          if (!losses.includes(true)) expect(got.length).toBe(sent.length);
          lab.pass(61);
          lab.expectAtRest();
          for (const each of [receiver, ...senders]) each.close();
          expect(lab.memory.outstanding).toBe(lab.pool.outstanding + lab.pool.idleCount);
        },
      ),
      runs(80),
    );
  });

  test('RFC 768, RFC 8200 §8.1: one flipped bit never gets through', () => {
    fc.assert(
      fc.property(fc.nat({ max: 60 }), fc.nat(), (length, where) => {
        const lab = new Lab();
        const { bob, hub } = lab.pair();
        const receiver = bob.udp.endpoint(family);
        receiver.bind(ipAddress(bobAddress), 7);
        const frame = udpFrame(bob.interface('eth0')!.mac, [aliceAddress, 9], [bobAddress, 7], pattern(length, 3));
        const ipHeader = family === 4 ? 20 : 40;
        const bit = where % (8 * (8 + length));
        const at = 14 + ipHeader + (bit >> 3);
        frame[at]! ^= 1 << (bit & 7);
        hub.inject(frame);
        lab.pass(1);
        const isZero = viewOf(frame).getUint16(14 + ipHeader + 6) === 0;
        expect(receiver.readableCount).toBe(isZero && family === 4 ? 1 : 0);
        if (!isZero) expect(['udp-bad-checksum', 'udp-bad-length']).toContain(lab.reasons('bob')[0]);
        lab.expectAtRest();
      }),
      runs(300),
    );
  });

  test('RFC 768: a checksum that comes out as zero is sent as ones, and a zero one is accepted over IPv4 only', () => {
    const lab = new Lab();
    const { bob, hub } = lab.pair();
    const receiver = bob.udp.endpoint(family);
    receiver.bind(ipAddress(bobAddress), 7);
    const frame = udpFrame(bob.interface('eth0')!.mac, [aliceAddress, 9], [bobAddress, 7], pattern(10));
    viewOf(frame).setUint16(14 + (family === 4 ? 20 : 40) + 6, 0);
    hub.inject(frame);
    lab.pass(1);
    expect(receiver.readableCount).toBe(family === 4 ? 1 : 0);
    expect(lab.reasons('bob')).toEqual(family === 4 ? [] : ['udp-no-checksum']);
    // Two bytes of payload that make the sum come out as all ones.
    const probe = udpBytes(aliceAddress, 9, bobAddress, 7, Uint8Array.of(0, 0));
    const missing = viewOf(probe).getUint16(6);
    const crafted = udpBytes(aliceAddress, 9, bobAddress, 7, Uint8Array.of(missing >> 8, missing & 0xff));
    expect(viewOf(crafted).getUint16(6)).toBe(0xffff);
  });
});
