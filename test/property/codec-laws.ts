/**
 * The laws that every codec keeps (DESIGN §4), to be asserted of each protocol:
 * decode(encode(r)) = r; encode(decode(b)) = b for every valid b; decode never throws and never reads outside.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DropReason, explainDrop } from '../../src/layers/drop.ts';
import { runs } from './runs.ts';

export interface Codec<R> {
  readonly name: string;
  /** Records as `decode` makes them. */
  readonly records: fc.Arbitrary<R>;
  readonly decode: (view: DataView, at: number, length: number) => R | DropReason;
  readonly encode: (record: R) => Uint8Array;
  /** Bytes that the codec need not give back: those beyond a length that the header tells. */
  readonly leavesRest?: boolean;
}

/** Asserts the laws, each as one test. */
export function codecLaws<R extends object>(codec: Codec<R>): void {
  const { name, records, decode, encode } = codec;

  test(`${name}: decode(encode(r)) = r, at any place in a buffer`, () => {
    fc.assert(
      fc.property(records, fc.nat(9), fc.nat(9), (record, before, after) => {
        const bytes = encode(record);
        expect(decode(exactView(bytes), 0, bytes.length)).toEqual(record);
        const surrounded = new Uint8Array(before + bytes.length + after).fill(0xa5);
        surrounded.set(bytes, before);
        expect(decode(exactView(surrounded), before, bytes.length)).toEqual(record);
      }),
      runs(300),
    );
  });

  test(`${name}: encode(decode(b)) = b, or a reason, for whatever bytes; never a throw, never a read outside`, () => {
    let accepted = 0;
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 80 }), mutated(records.map(encode))), (bytes) => {
        const record = decode(exactView(bytes), 0, bytes.length);
        if (typeof record === 'string') {
          expect(explainDrop(record).what).not.toBe('');
          return;
        }
        accepted++;
        const again = encode(record);
        if (!codec.leavesRest) expect(again).toEqual(bytes);
        else expect(again).toEqual(bytes.slice(0, again.length));
        expect(decode(exactView(again), 0, again.length)).toEqual(record);
      }),
      runs(1000),
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test(`${name}: a record keeps nothing of the frame`, () => {
    fc.assert(
      fc.property(records, (record) => {
        const bytes = encode(record);
        const decoded = decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 0, bytes.length);
        bytes.fill(0xee);
        expect(decoded).toEqual(record);
      }),
      runs(50),
    );
  });
}

/** A view of a copy of `bytes` with not a byte around it: a read outside throws. */
function exactView(bytes: Uint8Array): DataView {
  return new DataView(bytes.slice().buffer);
}

/** Valid bytes with some changed, cut short, or followed by others. */
const mutated = (valid: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      bytes: valid,
      changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
      cut: fc.option(fc.nat()),
      rest: fc.uint8Array({ maxLength: 6 }),
    })
    .map(({ bytes, changes, cut, rest }) => {
      const changed = Uint8Array.from([...bytes, ...rest]);
      // The header is where changes matter: most of them go into the first 24 bytes.
      for (const [where, value] of changes) {
        const range = where % 2 === 0 ? Math.min(changed.length, 24) : changed.length;
        if (range > 0) changed[where % range] = value;
      }
      return cut === null || cut % 3 > 0 ? changed : changed.slice(0, cut % (changed.length + 1));
    });
