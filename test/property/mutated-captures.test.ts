/**
 * 10^5 mutations of the real captures: bits flipped, bytes inserted, files cut. Whatever the bytes, reading ends without an
 * exception and reads nothing beyond them (the buffers end where the bytes end, so a read beyond throws), every layer lies
 * within its frame, and what is not decoded has a named reason.
 */
import { describe, expect, test } from 'vitest';
import { readCapture } from '../../src/trace/capture-file.ts';
import type { CapturedFrame } from '../../src/trace/captured-frame.ts';
import { Conversations } from '../../src/trace/conversations.ts';
import { describe as describeFrame } from '../../src/trace/describe.ts';
import { dissect } from '../../src/trace/dissect.ts';
import { frameJson } from '../../src/trace/json.ts';
import { explainProblem, type Layer } from '../../src/trace/layer.ts';
import { tree } from '../../src/trace/tree.ts';
import { captures } from '../interop/captures.ts';

const SEED = Number(process.env.WIRELAB_SEED ?? 20260101);
const MUTATIONS = 100_000;
/** Trees and JSON cost ten times a dissection, and show what it found: one mutation in so many is shown. */
const SHOWN = 10;

/** Numerical Recipes' generator: enough for choosing bytes. */
function chooser(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 0x1_0000_0000) * bound);
  };
}

/** A copy of exactly its own length. Half of the changes hit the first 128 bytes, where headers are. */
function mutate(bytes: Uint8Array, choose: (bound: number) => number): Uint8Array {
  const place = choose(choose(2) === 0 ? Math.min(bytes.length, 128) : bytes.length);
  switch (choose(4)) {
    case 0:
      return bytes.slice(0, place);
    case 1: {
      const inserted = 1 + choose(8);
      const longer = new Uint8Array(bytes.length + inserted);
      longer.set(bytes.subarray(0, place));
      for (let index = 0; index < inserted; index++) longer[place + index] = choose(256);
      longer.set(bytes.subarray(place), place + inserted);
      return longer;
    }
    default: {
      const flipped = bytes.slice();
      for (let count = 1 + choose(3); count > 0; count--) {
        flipped[Math.min(bytes.length - 1, place + choose(8))]! ^= 1 << choose(8);
      }
      return flipped;
    }
  }
}

/** What the layers of any frame must be. */
function judge(layers: readonly Layer[], length: number): string | undefined {
  for (const [index, layer] of layers.entries()) {
    if (layer.at < 0 || layer.length < 0 || layer.at + layer.length > length) {
      return `${layer.protocol} at ${layer.at}+${layer.length} lies beyond the frame of ${length} bytes`;
    }
    if (layer.problem !== undefined && explainProblem(layer.problem) === undefined)
      return `${layer.problem} has no name`;
    if (layer.protocol === 'data' && layer.problem === undefined && !CARRIERS.has(layers[index - 1]?.protocol ?? '')) {
      return `${layer.record.name} at ${layer.at} is not decoded, and no reason is given`;
    }
    const quoted = judge(layer.quoted ?? [], length);
    if (quoted !== undefined) return quoted;
  }
  return undefined;
}

/** What carries data that nobody decodes: applications, echoes, tags. */
const CARRIERS: ReadonlySet<string> = new Set(['tcp', 'udp', 'icmpv4', 'icmpv6', 'pppoe', 'ipv6', 'ipv4']);

const all = captures();

describe.skipIf(all.length === 0)('mutated captures', () => {
  test(`${MUTATIONS} mutations of frames and files`, () => {
    const choose = chooser(SEED);
    const frames = all.flatMap((capture) => readCapture(capture.bytes).frames);
    const files = all.filter((capture) => capture.bytes.length < 4000).map((capture) => capture.bytes);
    const reasons = new Set<string>();
    let dissected = 0;
    const read = (frame: CapturedFrame, isShown: boolean): void => {
      const dissection = dissect(frame.linkType, frame.bytes, frame.originalLength);
      dissected++;
      for (const layer of dissection.layers) if (layer.problem !== undefined) reasons.add(layer.problem);
      const verdict = judge(dissection.layers, frame.bytes.length);
      if (verdict !== undefined) throw new Error(verdict);
      const { text } = describeFrame(dissection, new Conversations());
      if (text === '') throw new Error('a frame without a description');
      if (isShown) {
        tree(dissection);
        frameJson(1, frame, dissection);
      }
    };
    for (let mutation = 0; mutation < MUTATIONS; mutation++) {
      const isShown = mutation % SHOWN === 0;
      // One in eight changes a file, with its record headers; the others change a frame.
      if (mutation % 8 === 0) {
        const file = mutate(files[choose(files.length)]!, choose);
        try {
          const { frames, damage } = readCapture(file);
          if (damage !== undefined && damage.at > file.length) throw new Error('damage beyond the end of the file');
          for (const frame of frames) read({ ...frame, bytes: frame.bytes.slice() }, isShown);
        } catch (error) {
          throw failure(mutation, file, error);
        }
        continue;
      }
      const frame = frames[choose(frames.length)]!;
      const bytes = mutate(frame.bytes, choose);
      // Sometimes the frame was longer on the wire than what was captured.
      const originalLength = bytes.length + (choose(8) === 0 ? choose(2000) : 0);
      try {
        read({ ...frame, bytes, originalLength }, isShown);
      } catch (error) {
        throw failure(mutation, bytes, error);
      }
    }
    expect(dissected).toBeGreaterThan(MUTATIONS);
    // The mutations reach most of what can be wrong.
    expect(reasons.size).toBeGreaterThan(25);
  });
});

const failure = (mutation: number, bytes: Uint8Array, cause: unknown): Error =>
  new Error(
    `mutation ${mutation} of seed ${SEED} (repeat with WIRELAB_SEED=${SEED}): ${cause instanceof Error ? cause.message : cause}\n` +
      Buffer.from(bytes.subarray(0, 400)).toString('hex'),
    { cause },
  );
