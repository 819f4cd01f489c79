/**
 * The two pairs of algorithms that every TCP-AO must have (RFC 5926 §2.2): HMAC-SHA-1-96 with KDF_HMAC_SHA1, and
 * AES-128-CMAC-96 with KDF_AES_128_CMAC. The primitives are @noble/hashes and @noble/ciphers: HMAC RFC 2104, SHA-1
 * RFC 3174, CMAC RFC 4493.
 * Left out on purpose: MACs of another length than 96 bits, and a KDF of one pair with the MAC of the other.
 */
import { cmac } from '@noble/ciphers/aes.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';

export type AlgorithmName = 'HMAC-SHA-1-96' | 'AES-128-CMAC-96';

export interface Algorithm {
  /** Bytes of a traffic key, and of the MAC in the option. */
  readonly trafficKeyBytes: number;
  readonly macBytes: number;
  /** The pseudo-random function of the KDF, under a master key of any length. As many bytes as a traffic key has. */
  readonly pseudoRandom: (masterKey: Uint8Array, input: Uint8Array) => Uint8Array;
  /** The whole MAC, of which the option has the first `macBytes`. */
  readonly mac: (trafficKey: Uint8Array, message: Uint8Array) => Uint8Array;
}

const AES_KEY_BYTES = 16;
const ZERO_KEY = new Uint8Array(AES_KEY_BYTES);

/** RFC 5926 §3.1.1.2: a master key of another length than AES takes is made one (as RFC 4615 does). */
const aesKey = (masterKey: Uint8Array): Uint8Array =>
  masterKey.length === AES_KEY_BYTES ? masterKey : cmac(masterKey, ZERO_KEY);

export const ALGORITHMS: Readonly<Record<AlgorithmName, Algorithm>> = {
  'HMAC-SHA-1-96': {
    trafficKeyBytes: 20,
    macBytes: 12,
    pseudoRandom: (masterKey, input) => hmac(sha1, masterKey, input),
    mac: (trafficKey, message) => hmac(sha1, trafficKey, message),
  },
  'AES-128-CMAC-96': {
    trafficKeyBytes: AES_KEY_BYTES,
    macBytes: 12,
    pseudoRandom: (masterKey, input) => cmac(input, aesKey(masterKey)),
    mac: (trafficKey, message) => cmac(message, trafficKey),
  },
};

export const isAlgorithm = (name: string): name is AlgorithmName => Object.hasOwn(ALGORITHMS, name);
