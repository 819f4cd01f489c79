/** The rings that hold bytes to send and bytes received, against plain arrays. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../../../../src/layers/memory.ts';
import { ReceiveBuffer } from '../../../../../src/layers/transport/tcp/receive-buffer.ts';
import { SendBuffer } from '../../../../../src/layers/transport/tcp/send-buffer.ts';
import { runs } from '../../../../property/runs.ts';

/** The byte at a place in the stream. */
const byteAt = (place: number): number => (place * 167 + (place >>> 7)) & 255;
const stream = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => byteAt(from + index));

/** `toEqual` compares byte by byte, which takes a minute here. */
const expectSame = (actual: Uint8Array, expected: Uint8Array): void =>
  expect(Buffer.compare(actual, expected), 'the bytes differ').toBe(0);

describe('send buffer', () => {
  test('append, copy out from anywhere, discard: as an array, through wraps and growth', () => {
    const operation = fc.record({
      append: fc.integer({ min: 0, max: 9000 }),
      discard: fc.double({ min: 0, max: 1, noNaN: true }),
      from: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const memory = new Memory(1 << 16);
        const buffer = new SendBuffer(memory);
        let first = 0;
        let end = 0;
        for (const { append, discard, from } of operations) {
          buffer.append(stream(end, append), 0, append);
          end += append;
          expect(buffer.length).toBe(end - first);
          const offset = Math.floor(from * buffer.length);
          const into = new Uint8Array(buffer.length - offset + 2);
          buffer.copyOut(offset, into, 1, buffer.length - offset);
          expectSame(into.subarray(1, into.length - 1), stream(first + offset, end - first - offset));
          expect([into[0], into.at(-1)]).toEqual([0, 0]);
          const gone = Math.floor(discard * buffer.length);
          buffer.discard(gone);
          first += gone;
        }
        buffer.release();
        expect([memory.outstanding, buffer.length]).toEqual([0, 0]);
      }),
      runs(60),
    );
  });

  test('it takes part of what it is given', () => {
    const buffer = new SendBuffer(new Memory(1 << 16));
    buffer.append(Uint8Array.of(1, 2, 3, 4, 5), 1, 3);
    const into = new Uint8Array(3);
    buffer.copyOut(0, into, 0, 3);
    expect([...into]).toEqual([2, 3, 4]);
  });

  test('wrapped exactly at the end of the ring', () => {
    const buffer = new SendBuffer(new Memory(1 << 16));
    const capacity = 16 * 1024;
    buffer.append(stream(0, capacity), 0, capacity);
    buffer.discard(capacity - 10);
    buffer.append(stream(capacity, capacity - 10), 0, capacity - 10);
    const into = new Uint8Array(capacity);
    buffer.copyOut(0, into, 0, capacity);
    expectSame(into, stream(capacity - 10, capacity));
    buffer.append(stream(2 * capacity - 10, 1), 0, 1); // grows while it is wrapped
    const grown = new Uint8Array(capacity + 1);
    buffer.copyOut(0, grown, 0, capacity + 1);
    expectSame(grown, stream(capacity - 10, capacity + 1));
  });
});

describe('receive buffer', () => {
  test('placed in any order, read in pieces: as an array, through wraps and growth', () => {
    const burst = fc.record({
      lengths: fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 6 }),
      order: fc.array(fc.nat(1000), { minLength: 6, maxLength: 6 }),
      read: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(burst, { maxLength: 12 }), (bursts) => {
        const memory = new Memory(1 << 16);
        const buffer = new ReceiveBuffer(memory);
        let next = 0;
        let readUpTo = 0;
        for (const { lengths, order, read } of bursts) {
          // The segments of a burst arrive in some order; only then is their data in order.
          const segments = lengths.map((length, index) => ({
            offset: lengths.slice(0, index).reduce((sum, before) => sum + before, 0),
            length,
            place: order[index]!,
          }));
          for (const { offset, length } of segments.toSorted((a, b) => a.place - b.place)) {
            buffer.place(offset, stream(next + offset, length), 0, length);
          }
          const total = lengths.reduce((sum, length) => sum + length, 0);
          buffer.advance(total);
          next += total;
          expect(buffer.readable).toBe(next - readUpTo);
          const count = Math.floor(read * buffer.readable);
          const peeked = new Uint8Array(count);
          expect(buffer.read(peeked, 0, count, true)).toBe(count);
          const into = new Uint8Array(count);
          expect(buffer.read(into, 0, count, false)).toBe(count);
          expectSame(into, stream(readUpTo, count));
          expectSame(peeked, into);
          readUpTo += count;
        }
        const rest = new Uint8Array(next - readUpTo + 10);
        expect(buffer.read(rest, 0, rest.length, false)).toBe(next - readUpTo);
        expectSame(rest.subarray(0, next - readUpTo), stream(readUpTo, next - readUpTo));
        expect(buffer.read(rest, 0, 10, false)).toBe(0);
        buffer.release();
        expect([memory.outstanding, buffer.readable]).toEqual([0, 0]);
      }),
      runs(60),
    );
  });

  test('what is placed beyond a gap survives reading and growth', () => {
    const buffer = new ReceiveBuffer(new Memory(1 << 16));
    buffer.place(0, stream(0, 100), 0, 100);
    buffer.advance(100);
    buffer.place(50, stream(150, 50), 0, 50);
    const into = new Uint8Array(100);
    buffer.read(into, 0, 100, false);
    buffer.place(20_000, stream(20_100, 10), 0, 10); // grows
    buffer.place(0, stream(100, 50), 0, 50);
    buffer.advance(100);
    expect(buffer.read(into, 0, 100, false)).toBe(100);
    expectSame(into, stream(100, 100));
  });

  test('what is lent is read from where it lies, and what is left of it outlives that place', () => {
    const arrival = fc.record({
      length: fc.integer({ min: 1, max: 3000 }),
      reads: fc.array(fc.nat(3500), { maxLength: 3 }),
      later: fc.nat(6000),
    });
    fc.assert(
      fc.property(fc.array(arrival, { maxLength: 20 }), (arrivals) => {
        const memory = new Memory(1 << 16);
        const buffer = new ReceiveBuffer(memory);
        let next = 0;
        let readUpTo = 0;
        const read = (wanted: number): void => {
          const count = Math.min(wanted, next - readUpTo);
          for (const peek of [true, false]) {
            const into = new Uint8Array(wanted);
            expect(buffer.read(into, 0, wanted, peek)).toBe(count);
            expectSame(into.subarray(0, count), stream(readUpTo, count));
          }
          readUpTo += count;
        };
        for (const { length, reads, later } of arrivals) {
          const frame = stream(next, length);
          buffer.lend(frame, 0, length);
          buffer.advance(length);
          next += length;
          expect(buffer.readable).toBe(next - readUpTo);
          for (const wanted of reads) read(wanted);
          buffer.keep();
          frame.fill(0xee); // somebody else's now
          expect(buffer.readable).toBe(next - readUpTo);
          read(later);
        }
        read(next);
        buffer.release();
        expect([memory.outstanding, buffer.readable]).toEqual([0, 0]);
      }),
      runs(60),
    );
  });

  test('a reader who keeps up needs no ring', () => {
    const memory = new Memory(1 << 16);
    const buffer = new ReceiveBuffer(memory);
    buffer.lend(stream(0, 100), 0, 100);
    buffer.advance(100);
    expect(buffer.read(new Uint8Array(100), 0, 100, false)).toBe(100);
    buffer.keep();
    expect(memory.outstanding).toBe(0);
  });

  test('what waits beyond a gap keeps its place when the gap is filled', () => {
    const buffer = new ReceiveBuffer(new Memory(1 << 16));
    buffer.place(100, stream(100, 50), 0, 50);
    buffer.lend(stream(0, 100), 0, 100);
    buffer.advance(150);
    buffer.keep();
    const into = new Uint8Array(150);
    expect(buffer.read(into, 0, 200, false)).toBe(150);
    expectSame(into, stream(0, 150));
  });

  test('skip forgets without copying', () => {
    const buffer = new ReceiveBuffer(new Memory(1 << 16));
    buffer.place(0, stream(0, 100), 0, 100);
    buffer.advance(100);
    buffer.skip(60);
    const into = new Uint8Array(40);
    expect(buffer.read(into, 0, 100, false)).toBe(40);
    expectSame(into, stream(60, 40));
  });
});
