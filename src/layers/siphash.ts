/**
 * SipHash-2-4: a keyed hash of a few words, for what an attacker must not be able to guess (RFC 6528 §3 asks for a
 * pseudorandom function). J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF", 2012.
 *
 * 64-bit words are pairs of 32-bit integers, since a BigInt would be an object. Input is a whole number of words.
 */

/** 128 bits of key. */
export type SipKey = readonly [number, number, number, number];

/** @returns the lower 32 bits of the hash, as a signed integer */
export function sipHash(key: SipKey, words: readonly number[]): number {
  const state = new Int32Array(8);
  const [k0, k1, k2, k3] = key;
  // v0 … v3 as (high, low) pairs, initialised with the key and "somepseudorandomlygeneratedbytes".
  state[0] = k1 ^ 0x736f6d65;
  state[1] = k0 ^ 0x70736575;
  state[2] = k3 ^ 0x646f7261;
  state[3] = k2 ^ 0x6e646f6d;
  state[4] = k1 ^ 0x6c796765;
  state[5] = k0 ^ 0x6e657261;
  state[6] = k3 ^ 0x74656462;
  state[7] = k2 ^ 0x79746573;
  const pairs = words.length >>> 1;
  for (let pair = 0; pair < pairs; pair++) compress(state, words[2 * pair + 1]! | 0, words[2 * pair]! | 0);
  // The last block holds what is left over, and the length in bytes in its highest byte.
  const rest = words.length & 1 ? words[words.length - 1]! | 0 : 0;
  compress(state, ((words.length * 4) & 0xff) << 24, rest);
  state[5] = state[5]! ^ 0xff;
  for (let rounds = 0; rounds < 4; rounds++) round(state);
  return state[1]! ^ state[3]! ^ state[5]! ^ state[7]!;
}

function compress(state: Int32Array, high: number, low: number): void {
  state[6] = state[6]! ^ high;
  state[7] = state[7]! ^ low;
  round(state);
  round(state);
  state[0] = state[0]! ^ high;
  state[1] = state[1]! ^ low;
}

function round(state: Int32Array): void {
  addTo(state, 0, 2);
  addTo(state, 4, 6);
  rotate(state, 2, 13);
  rotate(state, 6, 16);
  mix(state, 2, 0);
  mix(state, 6, 4);
  swap(state, 0);
  addTo(state, 4, 2);
  addTo(state, 0, 6);
  rotate(state, 2, 17);
  rotate(state, 6, 21);
  mix(state, 2, 4);
  mix(state, 6, 0);
  swap(state, 4);
}

function addTo(state: Int32Array, to: number, from: number): void {
  const low = (state[to + 1]! >>> 0) + (state[from + 1]! >>> 0);
  state[to + 1] = low;
  state[to] = state[to]! + state[from]! + (low > 0xffffffff ? 1 : 0);
}

function mix(state: Int32Array, to: number, from: number): void {
  state[to] = state[to]! ^ state[from]!;
  state[to + 1] = state[to + 1]! ^ state[from + 1]!;
}

/** To the left by fewer than 32 bits. */
function rotate(state: Int32Array, at: number, bits: number): void {
  const high = state[at]!;
  const low = state[at + 1]!;
  state[at] = (high << bits) | (low >>> (32 - bits));
  state[at + 1] = (low << bits) | (high >>> (32 - bits));
}

/** Rotates by 32 bits. */
function swap(state: Int32Array, at: number): void {
  const high = state[at]!;
  state[at] = state[at + 1]!;
  state[at + 1] = high;
}
