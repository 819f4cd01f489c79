import { bench, describe } from 'vitest';
import {
  PACKETS,
  pool,
  readRecords,
  readTextbook,
  readUnverified,
  readVerified,
  writeInPlace,
  writeTextbook,
} from './cases/network-codecs.ts';

describe(`${PACKETS} IPv4 headers read`, () => {
  const view = pool();
  bench('in place', () => void readUnverified(view), { time: 500 });
  bench('textbook: objects with text', () => void readTextbook(view, false), { time: 500 });
});

describe(`${PACKETS} IPv4 headers read and verified`, () => {
  const view = pool();
  bench('in place', () => void readVerified(view), { time: 500 });
  bench('as records, payload copied', () => void readRecords(view), { time: 500 });
  bench('textbook: objects with text', () => void readTextbook(view, true), { time: 500 });
});

describe(`${PACKETS} IPv4 headers written with checksum`, () => {
  const view = pool();
  bench('in place', () => void writeInPlace(view), { time: 500 });
  bench('textbook: a buffer per packet', () => void writeTextbook(), { time: 500 });
});
