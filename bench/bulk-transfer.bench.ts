import { bench, describe } from 'vitest';
import { BareWork } from './cases/bare-work.ts';
import { EndlessTransfer } from './cases/bulk-transfer.ts';

const SEGMENTS = 2000;

describe(`bulk TCP, ${SEGMENTS} segments of 1448 bytes`, () => {
  const transfer = new EndlessTransfer();
  const bare = new BareWork();
  bench('two hosts and a link', () => transfer.run(SEGMENTS), { time: 1500 });
  bench('the bare work: copies, checksums, headers', () => bare.run(SEGMENTS), { time: 1500 });
});
