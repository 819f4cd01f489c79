import { bench, describe } from 'vitest';
import {
  FRAMES,
  pool,
  readInPlace,
  readRecords,
  readTextbook,
  writeInPlace,
  writeTextbook,
} from './cases/link-codecs.ts';

describe(`${FRAMES} link headers read (Ethernet, VLAN, ARP)`, () => {
  const frames = pool();
  bench('in place', () => void readInPlace(frames), { time: 500 });
  bench('as records, payload copied', () => void readRecords(frames), { time: 500 });
  bench('textbook: objects with text', () => void readTextbook(frames), { time: 500 });
});

describe(`${FRAMES} Ethernet headers written`, () => {
  const frames = pool();
  bench('in place', () => void writeInPlace(frames), { time: 500 });
  bench('textbook: a buffer per frame', () => void writeTextbook(frames), { time: 500 });
});
