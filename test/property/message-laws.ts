/**
 * The laws that every codec holds (DESIGN §4), for the property tests of each: both round trips, totality within exact
 * bounds, indifference to what lies behind, and the refusal of single-bit errors.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import { IpAddress } from '../../src/layers/address.ts';
import { runs } from './runs.ts';

export interface Codec<R> {
  readonly record: fc.Arbitrary<R>;
  readonly encode: (record: R) => Uint8Array;
  readonly decode: (view: DataView, at: number, length: number) => R | string;
  /** The same without a checksum; `decode` where there is none. */
  readonly decodeUnverified: (view: DataView, at: number, length: number) => R | string;
  /** How many of the bytes belong to the message, where a length field says so. */
  readonly covered?: (view: DataView) => number;
}

/** A view whose buffer ends with `bytes`, `at` bytes in: reading on throws, even through the buffer. */
export function exactView(bytes: Uint8Array, at: number): DataView {
  const buffer = new Uint8Array(at + bytes.length).fill(0xa5);
  buffer.set(bytes, at);
  return new DataView(buffer.buffer);
}

export const octets = (maxLength: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength });
export const unsignedBits = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.constantFrom(0, 1, 2 ** bits - 1, 2 ** (bits - 1)));
export const int32: fc.Arbitrary<number> = fc.oneof(
  fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
  fc.constantFrom(0, -1, 0x7fff_ffff, -0x8000_0000),
);
export const ipv4Address: fc.Arbitrary<IpAddress> = int32.map((word) => new IpAddress(4, 0, 0, 0, word));
export const ipv6Address: fc.Arbitrary<IpAddress> = fc
  .tuple(int32, int32, int32, int32)
  .map(([w0, w1, w2, w3]) => new IpAddress(6, w0, w1, w2, w3));

/** A reserved field as records have it: absent where it is zero. */
export const reserved = <Name extends string>(name: Name, bits: number): fc.Arbitrary<{ [Key in Name]?: number }> =>
  fc
    .oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: unsignedBits(bits), weight: 1 })
    .map((value) => (value === 0 ? {} : { [name]: value }) as { [Key in Name]?: number });

/** A valid message with up to four bytes changed and perhaps its end cut off; or bytes that are no message at all. */
export const damaged = <R>(codec: Codec<R>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    fc
      .tuple(
        codec.record,
        fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { maxLength: 4 }),
        fc.option(fc.nat(), { nil: undefined, freq: 3 }),
      )
      .map(([record, changes, cut]) => {
        const bytes = codec.encode(record);
        for (const [place, value] of changes) if (place < bytes.length) bytes[place] = value;
        return cut === undefined ? bytes : bytes.slice(0, cut % (bytes.length + 1));
      }),
    octets(80),
  );

export function recordsSurvive<R>(codec: Codec<R>): void {
  fc.assert(
    fc.property(codec.record, fc.nat(9), (record, at) => {
      const bytes = codec.encode(record);
      expect(codec.decode(exactView(bytes, at), at, bytes.length)).toEqual(record);
    }),
    runs(400),
  );
}

/** Each message that can be read, whatever its checksum, is written again to the byte; and nothing throws. */
export function bytesSurvive<R>(codec: Codec<R>): void {
  let read = 0;
  fc.assert(
    fc.property(damaged(codec), fc.nat(9), (bytes, at) => {
      const view = exactView(bytes, at);
      codec.decode(view, at, bytes.length);
      const record = codec.decodeUnverified(view, at, bytes.length);
      if (typeof record === 'string') return;
      read++;
      const covered = codec.covered?.(exactView(bytes, 0)) ?? bytes.length;
      expect([...codec.encode(record)]).toEqual([...bytes.subarray(0, covered)]);
    }),
    runs(800),
  );
  // The property would also hold if nothing could ever be read.
  expect(read).toBeGreaterThan(100);
}

/** What lies behind the given length is none of the codec's business. */
export function bytesBehindDoNotMatter<R>(codec: Codec<R>): void {
  fc.assert(
    fc.property(damaged(codec), octets(40), (bytes, behind) => {
      const longer = new Uint8Array([...bytes, ...behind]);
      expect(codec.decodeUnverified(exactView(longer, 0), 0, bytes.length)).toEqual(
        codec.decodeUnverified(exactView(bytes, 0), 0, bytes.length),
      );
    }),
    runs(300),
  );
}

/**
 * INVARIANTS 22: any single-bit error in a checksummed region is refused.
 * @param isCovered whether a bit, counted from the message's first, is one that the checksum must catch
 */
export function bitErrorsAreRefused<R>(
  codec: Codec<R>,
  isCovered: (bit: number, bytes: Uint8Array) => boolean = () => true,
): void {
  fc.assert(
    fc.property(codec.record, fc.nat(), (record, choice) => {
      const bytes = codec.encode(record);
      const bit = choice % (bytes.length * 8);
      fc.pre(isCovered(bit, bytes));
      bytes[bit >>> 3] = bytes[bit >>> 3]! ^ (0x80 >>> (bit & 7));
      expect(codec.decode(exactView(bytes, 0), 0, bytes.length)).toBeTypeOf('string');
    }),
    runs(600),
  );
}
