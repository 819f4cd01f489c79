/** INVARIANTS 43: reassembly undoes fragmentation, in any order and with duplicates; overlaps and gaps give nothing. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPacket4, readPacket6 } from '../../src/host/packet-reader.ts';
import { ipAddress } from '../../src/layers/address-text.ts';
import { SECOND } from '../../src/layers/clock.ts';
import type { DropReason } from '../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../src/layers/frame.ts';
import { Memory } from '../../src/layers/memory.ts';
import { fragment4, fragment6 } from '../../src/layers/network/fragmentation.ts';
import * as ipv4 from '../../src/layers/network/ipv4.ts';
import * as ipv6 from '../../src/layers/network/ipv6.ts';
import * as extension from '../../src/layers/network/ipv6-extension.ts';
import { ReceivedPacket } from '../../src/layers/network/packet.ts';
import { type HeldFragment, Reassembly } from '../../src/layers/network/reassembly.ts';
import { FakeTimers } from '../unit/host/fake-timers.ts';
import { packet, pattern, viewOf } from '../unit/host/frames.ts';
import { runs } from './runs.ts';

class Bench {
  readonly timers = new FakeTimers();
  readonly pool = new FramePool(new Memory(1 << 20));
  readonly dropped: DropReason[] = [];
  readonly timedOut: HeldFragment[] = [];
  readonly walk = new extension.ExtensionWalk();
  readonly reassembly: Reassembly = new Reassembly({
    timers: this.timers,
    pool: this.pool,
    dropped: (_fragment, reason) => this.dropped.push(reason),
    timedOut: (first) => this.timedOut.push(first),
  });

  /** Gives a fragment to reassembly, behind 14 bytes that stand for a link header. */
  take(bytes: Uint8Array): Uint8Array | DropReason | undefined {
    const frame = this.pool.acquire(0, 14 + bytes.length);
    frame.bytes.fill(0xee, frame.start, frame.start + 14);
    frame.bytes.set(bytes, frame.start + 14);
    frame.end = frame.start + 14 + bytes.length;
    const result = this.add(frame);
    this.pool.release(frame);
    if (result === undefined || typeof result === 'string') return result;
    expect([...result.bytes.subarray(result.start, result.start + 14)]).toEqual(new Array(14).fill(0xee));
    const whole = result.bytes.slice(result.start + 14, result.end);
    this.pool.release(result);
    return whole;
  }

  private add(frame: Frame): Frame | DropReason | undefined {
    const at = frame.start + 14;
    const received = new ReceivedPacket(frame);
    const { view } = frame;
    if (ipv4.version(view, at) === 4) {
      readPacket4(received, frame, at);
      return this.reassembly.add(
        received,
        ipv4.identification(view, at),
        received.at,
        received.at,
        received.length,
        ipv4.fragmentOffset(view, at),
        ipv4.moreFragments(view, at),
      );
    }
    readPacket6(received, frame, at);
    expect(extension.walk(view, at, this.walk)).toBeUndefined();
    const { fragmentAt } = this.walk;
    return this.reassembly.add(
      received,
      extension.fragmentIdentification(view, fragmentAt),
      fragmentAt,
      this.walk.at,
      this.walk.length,
      extension.fragmentOffset(view, fragmentAt),
      extension.moreFragments(view, fragmentAt),
    );
  }

  /** Cuts a packet for an MTU. */
  cut(bytes: Uint8Array, mtu: number, identification: number): Uint8Array[] {
    const frame = this.pool.from(bytes);
    const pieces: Uint8Array[] = [];
    const emit = (piece: Frame): void => {
      expect(piece.length).toBeLessThanOrEqual(mtu);
      pieces.push(piece.copy());
      this.pool.release(piece);
    };
    if (ipv4.version(viewOf(bytes), 0) === 4) fragment4(this.pool, frame, mtu, 14, emit);
    else fragment6(this.pool, frame, mtu, 14, identification, emit);
    this.pool.release(frame);
    return pieces;
  }
}

const whole = (family: 4 | 6, length: number, withOptions: boolean): Uint8Array =>
  packet({
    source: family === 4 ? '10.0.0.1' : 'fd00::1',
    destination: family === 4 ? '10.0.0.2' : 'fd00::2',
    protocol: 200,
    payload: pattern(length),
    identification: 77,
    ...(withOptions && family === 4
      ? // Router alert is copied into every fragment, record route is not (RFC 791 §3.1).
        {
          options: [
            { name: 'routerAlert', value: 0 },
            { name: 'recordRoute', pointer: 4, addresses: [ipAddress('0.0.0.0')] },
            { name: 'noOperation' },
          ],
        }
      : {}),
  });

/** An order for `count` pieces, with some of them twice. */
const order = fc.infiniteStream(fc.nat());
function shuffled<Item>(items: readonly Item[], picks: Iterator<number>): Item[] {
  const left = [...items];
  const result: Item[] = [];
  while (left.length > 0) result.push(...left.splice((picks.next().value ?? 0) % left.length, 1));
  return result;
}

describe.each([4, 6] as const)('IPv%s fragments', (family) => {
  const leastMtu = family === 4 ? 68 : 1280;

  test('RFC 791 §3.2, RFC 8200 §4.5: any order and duplication gives the packet back', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: leastMtu, max: leastMtu + 1500 }),
        fc.integer({ min: 2000, max: 9000 }),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 5 }),
        order,
        (mtu, length, withOptions, again, picks) => {
          const bench = new Bench();
          const bytes = whole(family, length, withOptions);
          fc.pre(bytes.length > mtu);
          const pieces = bench.cut(bytes, mtu, 9);
          const extra = again.map((index) => pieces[index % pieces.length]!);
          const arriving = shuffled([...pieces, ...extra], picks[Symbol.iterator]());
          const wholes: Uint8Array[] = [];
          for (const piece of arriving) {
            const result = bench.take(piece);
            if (result instanceof Uint8Array) wholes.push(result);
            else expect([undefined, 'fragment-duplicate']).toContain(result);
          }
          expect(wholes.length).toBeGreaterThanOrEqual(1);
          for (const each of wholes) {
            expect(Buffer.compare(each, expectedWhole(bytes))).toBe(0);
          }
          bench.timers.pass(61 * SECOND);
          expect(bench.pool.outstanding).toBe(0);
          expect(bench.reassembly.count).toBe(0);
          expect(bench.reassembly.heldBytes).toBe(0);
        },
      ),
      runs(150),
    );
  });

  test('cutting again on the way (a smaller MTU further on) changes nothing of what arrives', () => {
    if (family === 6) return;
    fc.assert(
      fc.property(
        fc.integer({ min: 300, max: 1500 }),
        fc.integer({ min: 68, max: 299 }),
        order,
        (mtu, smaller, picks) => {
          const bench = new Bench();
          const bytes = whole(4, 4000, true);
          const pieces = bench
            .cut(bytes, mtu, 9)
            .flatMap((piece) => (piece.length > smaller ? bench.cut(piece, smaller, 9) : [piece]));
          const results = shuffled(pieces, picks[Symbol.iterator]()).map((piece) => bench.take(piece));
          const last = results.pop();
          expect(results.every((each) => each === undefined)).toBe(true);
          expect(Buffer.compare(last as Uint8Array, expectedWhole(bytes))).toBe(0);
        },
      ),
      runs(60),
    );
  });

  test('RFC 5722 §4: one overlapping fragment spoils the packet, and nothing of it is ever delivered', () => {
    fc.assert(
      fc.property(fc.nat({ max: 3 }), fc.integer({ min: 1, max: 20 }), order, (victim, shift, picks) => {
        const bench = new Bench();
        const bytes = whole(family, 6000, false);
        const pieces = bench.cut(bytes, 1280, 9);
        const overlapping = moved(pieces[victim]!, family, 8 * shift);
        const arriving = shuffled([...pieces, overlapping], picks[Symbol.iterator]());
        // The last piece to come may complete the packet before the overlap is seen: then it comes first.
        const wherePiece = arriving.indexOf(overlapping);
        if (wherePiece === arriving.length - 1) arriving.unshift(...arriving.splice(wherePiece, 1));
        const results = arriving.map((piece) => bench.take(piece));
        expect(results.some((each) => each instanceof Uint8Array)).toBe(false);
        expect(results).toContain('fragment-overlap');
        expect(bench.reassembly.heldBytes).toBe(0);
        bench.timers.pass(61 * SECOND);
        // RFC 8200 §4.5: no ICMP error is sent about an overlap.
        expect(bench.timedOut).toEqual([]);
        expect(bench.pool.outstanding).toBe(0);
      }),
      runs(150),
    );
  });

  test('RFC 1122 §3.3.2, RFC 8200 §4.5: what stays incomplete is given up after 60 s, and told if the first is there', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), (missing) => {
        const bench = new Bench();
        const pieces = bench.cut(whole(family, 6000, false), 1280, 9);
        pieces.splice(missing, 1);
        for (const piece of pieces) expect(bench.take(piece)).toBeUndefined();
        bench.timers.pass(60 * SECOND - 1);
        expect(bench.dropped).toEqual([]);
        bench.timers.pass(1);
        expect(bench.dropped).toEqual(pieces.map(() => 'fragment-timeout'));
        expect(bench.timedOut.length).toBe(missing === 0 ? 0 : 1);
        expect(bench.pool.outstanding).toBe(0);
      }),
      runs(20),
    );
  });
});

/** The original, with the fields that fragmentation rewrites as reassembly leaves them. */
function expectedWhole(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  if (ipv4.version(viewOf(copy), 0) === 4) {
    viewOf(copy).setUint16(6, 0);
    ipv4.writeChecksum(viewOf(copy), 0);
  }
  return copy;
}

/** A fragment that claims to be `bytes` further on, and to have more behind it: it covers what others cover. */
function moved(piece: Uint8Array, family: 4 | 6, bytes: number): Uint8Array {
  const copy = piece.slice();
  const view = viewOf(copy);
  if (family === 4) {
    view.setUint16(6, ipv4.MORE_FRAGMENTS | ((ipv4.fragmentOffset(view, 0) + bytes) >>> 3));
    ipv4.writeChecksum(view, 0);
  } else {
    const at = ipv6.HEADER_LENGTH;
    view.setUint16(at + 2, (extension.fragmentOffset(view, at) + bytes) | 1);
  }
  return copy;
}
