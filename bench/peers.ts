/**
 * Ours beside what others offer, all on the same frames and in the same run, each with its version: decoders of npm, two
 * styles of codec, C, and the copying of memory. `npm run bench:others`; the packages are fetched by `npm run bench:peers`.
 */
import { checksum } from '../src/layers/checksum.ts';
import { overPool, piecesOf, SIZES, textbookChecksum } from './cases/checksum.ts';
import { peerReader, plainReader, wireReader, wireWriter } from './cases/peer-frames.ts';
import { FRAME_LENGTH, FRAMES, frames, frameWriter, readHeaders, readVerified } from './cases/whole-frames.ts';
import { compare, nanosecondsPerUnit, type Work } from './measure/interleaved.ts';
import { describeMachine, thisMachine } from './measure/machine.ts';
import { quantile } from './measure/quartiles.ts';
import { printTable } from './measure/table.ts';
import { compileBaselines } from './peers/baseline.ts';
import { arePeersInstalled, cap, ipPacket, MISSING, pcap } from './peers/packages.ts';

const C_ROUNDS = 5;
const rows: string[][] = [];
const each =
  (call: () => unknown): Work =>
  (calls) => {
    for (let count = 0; count < calls; count++) call();
  };

function row(what: string, oursNs: number, other: string, otherNs: number, ratio: string): void {
  rows.push([what, nanoseconds(oursNs), other, nanoseconds(otherNs), ratio]);
}

function race(what: string, other: string, units: number, ours: () => unknown, theirs: () => unknown): void {
  const { oursNs, otherNs, ratio, lowRatio, highRatio } = compare(each(ours), each(theirs), {
    roundMs: 20,
    rounds: 15,
  });
  row(what, oursNs / units, other, otherNs / units, `${times(ratio)} (${times(lowRatio)} to ${times(highRatio)})`);
}

const times = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 1);
const nanoseconds = (ns: number): string => `${ns.toFixed(ns < 100 ? 1 : 0)} ns`;

checksums();
const area = frames();
const read = (): number => readHeaders(area);
race('headers of a frame read', 'an object for each layer', FRAMES, read, plainReader(area));
if (arePeersInstalled()) {
  for (const peer of [pcap(), cap()]) race('headers of a frame read', peer.name, FRAMES, read, peerReader(area, peer));
  const ip = ipPacket();
  race('headers of a frame read', `${ip.name}, IPv4 alone`, FRAMES, read, peerReader(area, ip));
} else {
  console.error(`${MISSING}.`);
}
race('frame read and verified', 'objects with text', FRAMES, () => readVerified(area), wireReader(area));
race('frame written with checksums', 'objects with text', FRAMES, frameWriter(area), wireWriter(area));
race('frame read and verified', 'a fresh Uint8Array', FRAMES, () => readVerified(area), freshArrays);
printTable(['what', 'ours', 'beside', 'takes', 'ratio (quartiles)'], rows);
console.log(`\n${describeMachine(thisMachine())}. A ratio says how many times as fast ours is.`);

function checksums(): void {
  const { baselines, remove } = compileBaselines();
  if (baselines.length === 0) console.error('There is no gcc here: the rows of C are missing.');
  for (const size of SIZES) {
    const what = `checksum of ${size} bytes`;
    const pieces = piecesOf(size);
    const ours = overPool((view, at, length) => checksum(view, at, length), size, 0);
    race(what, 'the getUint16 loop', pieces, ours, overPool(textbookChecksum, size, 0));
    race(what, 'copying it: memcpy', pieces, ours, copies(size));
    for (const { name, checksumNs } of baselines) {
      // In turn with it, though in a process of its own.
      const rounds = Array.from({ length: C_ROUNDS }, () => {
        const oursNs = nanosecondsPerUnit(each(ours), { roundMs: 30, rounds: 1 }) / pieces;
        const otherNs = checksumNs(size);
        return { oursNs, otherNs, ratio: otherNs / oursNs };
      });
      const middle = (of: 'oursNs' | 'otherNs' | 'ratio', part = 0.5): number =>
        quantile(
          rounds.map((round) => round[of]),
          part,
        );
      const spread = `${times(middle('ratio', 0.25))} to ${times(middle('ratio', 0.75))}`;
      row(what, middle('oursNs'), name, middle('otherNs'), `${times(middle('ratio'))} (${spread})`);
    }
  }
  remove();
}

/** The same pieces copied to another place. */
function copies(size: number): () => unknown {
  const pieces = piecesOf(size);
  const step = (size + 15) & ~15;
  const bytes = new Uint8Array(2 * pieces * step + size);
  return () => {
    for (let piece = 0; piece < pieces; piece++)
      bytes.copyWithin((pieces + piece) * step, piece * step, piece * step + size);
    return bytes;
  };
}

/** What a new buffer for each frame costs by itself. */
function freshArrays(): unknown {
  let last = new Uint8Array(FRAME_LENGTH);
  for (let index = 1; index < FRAMES; index++) last = new Uint8Array(FRAME_LENGTH);
  return last;
}
