/** The transmit log against a model that knows the fate of every octet by itself. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FINAL, LOST, RETRANSMITTED, SACKED, TransmitLog } from '../../src/layers/transport/tcp/transmit-log.ts';
import { clockAt } from '../unit/layers/clock-at.ts';
import { runs } from './runs.ts';

interface Octet {
  sacked: boolean;
  lost: boolean;
  again: boolean;
  /** The record that it belongs to: octets of one record share the object. */
  record: { transmissions: number; firstSent: number; lastSent: number };
}

type Operation =
  | { do: 'append'; length: number }
  | { do: 'acknowledge'; share: number }
  | { do: 'sack'; from: number; to: number }
  | { do: 'sack again'; which: number; more: number }
  | { do: 'lose'; which: number }
  | { do: 'retransmit' }
  | { do: 'split'; which: number; where: number }
  | { do: 'timeout'; forget: boolean };

const share = fc.double({ min: 0, max: 1, noNaN: true });
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('append' as const), length: fc.integer({ min: 1, max: 30 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), share }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sack' as const), from: share, to: share }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('sack again' as const), which: share, more: share }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('lose' as const), which: share }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('retransmit' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('split' as const), which: share, where: share }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('timeout' as const), forget: fc.boolean() }) },
);

/** Octets in flight, oldest first. */
class Model {
  octets: Octet[] = [];
  first = 0;
  /** The blocks that were reported, as places in the stream. */
  readonly blocks: [number, number][] = [];

  /** [start, end) of each record. */
  records(): [number, number][] {
    const found: [number, number][] = [];
    for (let at = 0; at < this.octets.length; at++) {
      if (at > 0 && this.octets[at]!.record === this.octets[at - 1]!.record) found.at(-1)![1] = at + 1;
      else found.push([at, at + 1]);
    }
    return found;
  }

  count(of: (octet: Octet) => boolean): number {
    return this.octets.filter(of).length;
  }
}

function apply(model: Model, log: TransmitLog, start: number, operation: Operation, now: number): void {
  const at = (place: number): number => (start + model.first + place) | 0;
  const { octets } = model;
  const records = model.records();
  const pick = (part: number): number => Math.min(Math.floor(part * records.length), records.length - 1);
  switch (operation.do) {
    case 'append': {
      log.append(at(octets.length), at(octets.length + operation.length), false, clockAt(now));
      const record = { transmissions: 1, firstSent: now, lastSent: now };
      for (let added = 0; added < operation.length; added++)
        octets.push({ sacked: false, lost: false, again: false, record });
      return;
    }
    case 'acknowledge': {
      const bytes = Math.floor(operation.share * (octets.length + 1));
      log.acknowledge(at(Math.min(bytes, octets.length)));
      model.first += octets.splice(0, bytes).length;
      return;
    }
    case 'sack': {
      const from = Math.floor(Math.min(operation.from, operation.to) * octets.length);
      const to = Math.floor(Math.max(operation.from, operation.to) * octets.length);
      sack(model, log, start, from, to);
      return;
    }
    case 'sack again': {
      // As receivers do: a block of before, as it was or longer.
      const block = model.blocks.at(Math.floor(operation.which * model.blocks.length));
      if (block === undefined || block[0] < model.first) return;
      const [from, to] = block.map((place) => place - model.first) as [number, number];
      sack(model, log, start, from, to + Math.floor(operation.more * (octets.length - to)));
      return;
    }
    case 'lose': {
      if (records.length === 0) return;
      const index = pick(operation.which);
      log.markLost(index);
      const [left, right] = records[index]!;
      for (let place = left; place < right; place++) {
        if (!octets[place]!.sacked) Object.assign(octets[place]!, { lost: true, again: false });
      }
      return;
    }
    case 'retransmit': {
      const index = log.firstLost();
      const expected = records.findIndex(([left]) => octets[left]!.lost);
      expect(index).toBe(expected);
      if (index < 0) return;
      log.retransmitted(index, now);
      const [left, right] = records[index]!;
      octets[left]!.record.transmissions++;
      octets[left]!.record.lastSent = now;
      for (let place = left; place < right; place++) Object.assign(octets[place]!, { lost: false, again: true });
      return;
    }
    case 'split': {
      if (records.length === 0) return;
      const index = pick(operation.which);
      const [left, right] = records[index]!;
      if (right - left < 2) return;
      const middle = left + 1 + Math.floor(operation.where * (right - left - 1.5));
      log.split(index, at(middle));
      const record = { ...octets[middle]!.record };
      for (let place = middle; place < right; place++) octets[place]!.record = record;
      return;
    }
    case 'timeout':
      log.markAllLost(operation.forget);
      for (const octet of octets) {
        if (operation.forget) octet.sacked = false;
        if (!octet.sacked) Object.assign(octet, { lost: true, again: false });
      }
  }
}

/** Reports octets `from` to `to` of those in flight. */
function sack(model: Model, log: TransmitLog, start: number, from: number, to: number): void {
  const { octets, first } = model;
  model.blocks.push([first + from, first + to]);
  let newly = 0;
  for (const [left, right] of model.records()) {
    if (left < from || right > to || octets[left]!.sacked) continue;
    newly += right - left;
    for (let place = left; place < right; place++) {
      Object.assign(octets[place]!, { sacked: true, lost: false, again: false });
    }
  }
  expect(log.applySack((start + first + from) | 0, (start + first + to) | 0)).toBe(newly);
}

function compare(model: Model, log: TransmitLog, start: number): void {
  const records = model.records();
  expect(log.count).toBe(records.length);
  expect(log.bytes).toBe(model.octets.length);
  expect(log.sackedBytes).toBe(model.count((octet) => octet.sacked));
  expect(log.lostBytes).toBe(model.count((octet) => octet.lost));
  expect(log.retransmittedBytes).toBe(model.count((octet) => octet.again));
  expect(log.sackedCount).toBe(records.filter(([left]) => model.octets[left]!.sacked).length);
  // RFC 6675 §4 SetPipe: what is neither SACKed nor lost, and what was sent again.
  expect(log.pipe).toBe(model.count((octet) => !octet.sacked && !octet.lost));
  records.forEach(([left, right], index) => {
    const octet = model.octets[left]!;
    expect(log.start(index)).toBe((start + model.first + left) | 0);
    expect(log.end(index)).toBe((start + model.first + right) | 0);
    const flags = (octet.sacked ? SACKED : 0) | (octet.lost ? LOST : 0) | (octet.again ? RETRANSMITTED : 0);
    expect(log.flags(index) & ~FINAL).toBe(flags);
    const { transmissions, firstSent, lastSent } = octet.record;
    expect([log.transmissions(index), log.firstSent(index), log.lastSent(index)]).toEqual([
      transmissions,
      firstSent,
      lastSent,
    ]);
  });
}

test('every counter and record is what the octets say, after any operations, across the wraps', () => {
  const starts = fc.constantFrom(0, 0x7fff_ff80 | 0, 0xffff_ff80 | 0);
  fc.assert(
    fc.property(starts, fc.array(operation, { maxLength: 60 }), (start, operations) => {
      const model = new Model();
      const log = new TransmitLog();
      operations.forEach((each, now) => {
        apply(model, log, start, each, now);
        compare(model, log, start);
      });
    }),
    runs(300),
  );
});
