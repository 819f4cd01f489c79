/**
 * Named random streams of one seed. A stream's dice depend on the seed and its name alone, so another stream that comes,
 * goes or is drawn from more often shifts nothing.
 *
 * The generator is pure-rand's xoroshiro128+, stepped in place. Its 128 bits of state are hashed from seed and name:
 * pure-rand's own seeding spreads 32 bits of seed thinly, and streams of neighbouring seeds would start alike.
 */
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';
import type { Random } from '../layers/random.ts';

/** Where every stream stands: data that can be stored as JSON. */
export type RandomStreamsState = Readonly<Record<string, readonly number[]>>;

export class RandomStreams {
  readonly seed: number;
  private readonly streams: Map<string, Stream>;

  /** @throws {RangeError} if the seed is not a whole number within ±2^53 */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) {
      throw new RangeError(`a seed is a whole number between -2^53 and 2^53, not ${seed}`);
    }
    this.seed = seed;
    this.streams = new Map();
  }

  /** The stream of that name: the same object each time, so that its dice are never thrown twice. */
  stream(name: string): Random {
    return this.named(name);
  }

  /** Where every stream drawn from so far stands. */
  snapshot(): RandomStreamsState {
    return Object.fromEntries([...this.streams].map(([name, stream]) => [name, stream.generator.getState()]));
  }

  /** Puts every stream back to where it stood; those that the snapshot lacks go back to their beginning. */
  restore(state: RandomStreamsState): void {
    for (const [name, stream] of this.streams) {
      stream.generator = xoroshiro128plusFromState(state[name] ?? firstState(this.seed, name));
    }
    for (const name of Object.keys(state)) {
      if (!this.streams.has(name)) this.named(name).generator = xoroshiro128plusFromState(state[name]!);
    }
  }

  private named(name: string): Stream {
    let stream = this.streams.get(name);
    if (stream === undefined) {
      stream = new Stream(firstState(this.seed, name));
      this.streams.set(name, stream);
    }
    return stream;
  }
}

class Stream implements Random {
  generator: ReturnType<typeof xoroshiro128plusFromState>;

  constructor(state: readonly number[]) {
    this.generator = xoroshiro128plusFromState(state);
  }

  next(): number {
    return this.generator.next() >>> 0;
  }
}

/** Four words from seed and name: FNV-1a per word from four different starts, then the finaliser of MurmurHash3. */
function firstState(seed: number, name: string): number[] {
  const text = `${seed}/${name}`;
  const words = [0x811c9dc5, 0x9e3779b9, 0x85ebca6b, 0xc2b2ae35].map((start): number => {
    let hash = start | 0;
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) ^ (hash >>> 15);
    return finalised(hash);
  });
  // The one state that the generator can never leave.
  if (!words.some((word) => word !== 0)) words.fill(1);
  return words;
}

function finalised(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
