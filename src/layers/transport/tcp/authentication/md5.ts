/**
 * TCP MD5 signatures: RFC 2385. Kept for peers that have nothing better; TCP-AO obsoletes them (RFC 5925 §8).
 */
import { md5 } from '@noble/hashes/legacy.js';
import type { IpAddress } from '../../../address.ts';
import type { Prefix } from '../../../prefix.ts';
import { coveredByMd5 } from './covered.ts';
import { keyComplaint } from './master-key.ts';

export interface Md5Key {
  /** The peers it stands for. Where several do, the longest prefix wins. */
  readonly peer: Prefix;
  readonly key: Uint8Array;
}

export const DIGEST_BYTES = 16;

/**
 * Makes a key, with a copy of its bytes.
 * @throws {RangeError} if it is empty or longer than 80 bytes
 */
export function md5Key(peer: Prefix, key: Uint8Array): Md5Key {
  const complaint = keyComplaint(key);
  if (complaint !== undefined) throw new RangeError(`wirelab: ${complaint}`);
  return { peer, key: key.slice() };
}

/** The digest of a complete segment; its options and checksum do not matter. */
export const md5Digest = (
  view: DataView,
  at: number,
  length: number,
  source: IpAddress,
  destination: IpAddress,
  key: Uint8Array,
): Uint8Array => md5(coveredByMd5(view, at, length, source, destination, key));
