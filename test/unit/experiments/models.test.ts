/** Formulas against values computed by hand. */
import { describe, expect, test } from 'vitest';
import {
  bbrModel,
  bitErrorLoss,
  ceiling,
  cubicCrossover,
  cubicModel,
  cubicResponse,
  gilbertElliottLoss,
  mathis,
  pftk,
  sawtoothUtilisation,
  slowStartRounds,
} from '../../../src/experiments/models.ts';
import { gilbertElliott } from '../../../src/sim/medium/faults/gilbert-elliott.ts';

test('the ceiling is what full segments leave of the line', () => {
  expect(ceiling(100e6)).toBeCloseTo((100e6 * 1448) / 1514, 3);
  expect(ceiling(100e6, 1460)).toBeCloseTo((100e6 * 1460) / 1526, 3);
});

test('Mathis: MSS/RTT times C/√p', () => {
  // 1448 B · 8 / 0.05 s = 231 680 bit/s; · 1.31 / 0.1.
  expect(mathis(0.01, 0.05)).toBeCloseTo(3_035_008, 0);
  expect(mathis(0.01, 0.05, 0.93)).toBeCloseTo(2_154_624, 0);
  expect(mathis(1e-4, 0.05)).toBeCloseTo(30_350_080, 0);
});

test('PFTK: RFC 5348 §3.1, as the table of the reference results has it', () => {
  // s = 11 584 bit; R·√(2p/3) = 0.05·0.0816497 = 0.00408248; tRTO·3·√(3p/8)·p·(1 + 32p²) = 1·3·0.0612372·0.01·1.0032.
  expect(pftk(0.01, 0.05, { timeoutSeconds: 1 })).toBeCloseTo(11_584 / (0.00408248 + 0.001843), -3);
  expect(pftk(0.01, 0.05, { timeoutSeconds: 1 }) / 1e6).toBeCloseTo(1.95, 1);
  expect(pftk(0.01, 0.05, { timeoutSeconds: 1, segmentsPerAck: 2 }) / 1e6).toBeCloseTo(1.4, 1);
});

test('CUBIC: RFC 9438 §5.1, its crossover, and never below Reno', () => {
  // (0.2 / 1e-4)^0.75 = 2000^0.75 = 299.07; · 1.054 = 315.22 segments.
  expect(cubicResponse(1e-4, 0.2)).toBeCloseTo((11_584 / 0.2) * 315.22, -4);
  expect(cubicCrossover(0.05)).toBeCloseTo(6.85e-5, 6);
  expect(cubicModel(0.01, 0.05)).toBe(mathis(0.01, 0.05));
  expect(cubicModel(1e-5, 0.2)).toBe(cubicResponse(1e-5, 0.2));
});

test('BBR: what of a full line gets through', () =>
  expect(bbrModel(0.05, 100e6)).toBeCloseTo(0.95 * ceiling(100e6), 3));

test('bit errors: 1 - (1 - BER)^bits', () => {
  expect(bitErrorLoss(1e-6)).toBeCloseTo(1 - (1 - 1e-6) ** 12_112, 9);
  expect(bitErrorLoss(1e-6, 1)).toBeCloseTo(8e-6, 9);
});

test('Gilbert-Elliott: what the medium is told to lose is what the chain loses', () => {
  expect(gilbertElliottLoss(0.01, 0.25)).toBeCloseTo(0.01 / 0.26, 12);
  const { p, r, h, k } = gilbertElliott(0.05, 4, 0.1, 0.99);
  expect(gilbertElliottLoss(p, r, h, k)).toBeCloseTo(0.05, 12);
});

describe('the saw-tooth', () => {
  test('without a buffer it is (1 + β)/2', () => {
    expect(sawtoothUtilisation(0, 0.5)).toBeCloseTo(0.75, 12);
    expect(sawtoothUtilisation(0, 0.7)).toBeCloseTo(0.85, 12);
  });
  test('with 1/β - 1 it is 1, and just below that it is not', () => {
    expect(sawtoothUtilisation(1, 0.5)).toBe(1);
    expect(sawtoothUtilisation(1 / 0.7 - 1 + 1e-9, 0.7)).toBe(1);
    expect(sawtoothUtilisation(0.9, 0.5)).toBeLessThan(1);
  });
  test('by hand: a buffer of one half, β = 1/2: 0.75 to 1.5', () => {
    // ∫w = (2.25 - 0.5625)/2 = 0.84375 over 0.25 + (2.25 - 1)/2 = 0.875.
    expect(sawtoothUtilisation(0.5, 0.5)).toBeCloseTo(0.84375 / 0.875, 12);
  });
});

test('slow start: 10, 15, 22 … with delayed ACKs and L = 1; doubling with L = 2 or an ACK a segment', () => {
  expect([10, 11, 25, 26, 47, 48].map((segments) => slowStartRounds(segments))).toEqual([1, 2, 2, 3, 3, 4]);
  expect([30, 31, 70, 71].map((segments) => slowStartRounds(segments, { limit: 2 }))).toEqual([2, 3, 3, 4]);
  expect([30, 31].map((segments) => slowStartRounds(segments, { segmentsPerAck: 1 }))).toEqual([2, 3]);
  expect(slowStartRounds(4, { initialWindow: 3 })).toBe(2);
});
