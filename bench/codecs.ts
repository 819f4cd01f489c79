/**
 * What every protocol's codec takes for one packet: nanoseconds of the processor and bytes of the heap. Bare times, which
 * depend on the machine: what is claimed of them are ratios, in `ratios.ts`. `npm run bench:codecs`.
 */
import { inPlace, type Run, recordsRead, recordsWritten } from './cases/codec-runs.ts';
import type { Codec, Once } from './cases/codecs/codec.ts';
import { CODECS } from './cases/every-codec.ts';
import { bytesPerUnit, checkCounting } from './measure/allocation.ts';
import { nanosecondsPerUnit, type Work } from './measure/interleaved.ts';
import { describeMachine, thisMachine } from './measure/machine.ts';
import { printTable } from './measure/table.ts';

const NONE = '';
const COUNTED_RUNS = 200;

const repeated =
  ({ run }: Run): Work =>
  (calls) => {
    for (let count = 0; count < calls; count++) run();
  };

/** `12 ns`, and `+ 48 B` if it allocates. */
function cost(run: Run): string {
  const work = repeated(run);
  const ns = nanosecondsPerUnit(work, { roundMs: 6, rounds: 7 }) / run.packets;
  const bytes = bytesPerUnit(work, COUNTED_RUNS) / run.packets;
  return `${ns.toFixed(ns < 100 ? 1 : 0)} ns${bytes < 0.5 ? '' : ` + ${bytes.toFixed(0)} B`}`;
}

const costInPlace = (codec: Codec, once: Once | undefined): string =>
  once === undefined ? NONE : cost(inPlace(codec, once));

checkCounting();
printTable(
  ['protocol', 'bytes', 'read', 'and verified', 'written', 'with checksum', 'as a record', 'from a record'],
  CODECS.map((codec) => [
    codec.protocol,
    String(codec.packet.length),
    costInPlace(codec, codec.read),
    costInPlace(codec, codec.verify),
    costInPlace(codec, codec.write),
    costInPlace(codec, codec.seal),
    cost(recordsRead(codec)),
    cost(recordsWritten(codec)),
  ]),
);
console.log(`\n${describeMachine(thisMachine())}.`);
