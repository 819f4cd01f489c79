/**
 * Master key tuples (MKTs): RFC 5925 §3.1, and which of them stands for which connection (§3.3).
 * Left out on purpose: ranges and masks of ports, and a local address; a prefix of the peer, and each port or any, do.
 */
import type { IpAddress } from '../../../address.ts';
import { contains, type Prefix } from '../../../prefix.ts';
import { type AlgorithmName, isAlgorithm } from './algorithms.ts';

/** An MKT. It never changes: "components of an MKT MUST NOT change during a connection". */
export interface MasterKey {
  /** The peers it stands for. */
  readonly peer: Prefix;
  /** The peer's port and the local one; 0 for any. */
  readonly peerPort: number;
  readonly localPort: number;
  /** SendID and RecvID, from 0 to 255. */
  readonly sendId: number;
  readonly receiveId: number;
  readonly key: Uint8Array;
  readonly algorithm: AlgorithmName;
  /** The TCP option flag: whether options other than TCP-AO are covered. */
  readonly coversOptions: boolean;
}

/** An MKT as a caller writes it: what is left out is any port, HMAC-SHA-1-96, and options covered. */
export interface MasterKeyOptions {
  readonly peer: Prefix;
  readonly peerPort?: number | undefined;
  readonly localPort?: number | undefined;
  readonly sendId: number;
  readonly receiveId: number;
  readonly key: Uint8Array;
  readonly algorithm?: AlgorithmName | undefined;
  readonly coversOptions?: boolean | undefined;
}

/** Linux's TCP_AO_MAXKEYLEN, and TCP_MD5SIG_MAXKEYLEN. */
const LONGEST_KEY_BYTES = 80;

/**
 * Makes an MKT, with a copy of the key.
 * @throws {RangeError} if an identifier or port does not fit its field, the key is empty or longer than 80 bytes, or the
 * algorithm is not one of RFC 5926
 */
export function masterKey(options: MasterKeyOptions): MasterKey {
  const complaint = complaintAbout(options);
  if (complaint !== undefined) throw new RangeError(`wirelab: ${complaint}`);
  const { peer, peerPort = 0, localPort = 0, sendId, receiveId, key } = options;
  const { algorithm = 'HMAC-SHA-1-96', coversOptions = true } = options;
  return { peer, peerPort, localPort, sendId, receiveId, key: key.slice(), algorithm, coversOptions };
}

/** What is wrong with a key, as a sentence. */
export function complaintAbout(options: MasterKeyOptions): string | undefined {
  const { peerPort = 0, localPort = 0, sendId, receiveId, key, algorithm = 'HMAC-SHA-1-96' } = options;
  if (!isAlgorithm(algorithm)) {
    return `TCP-AO has no algorithm '${algorithm}'; use 'HMAC-SHA-1-96' or 'AES-128-CMAC-96'`;
  }
  return (
    fieldComplaint('sendId', sendId, 0xff) ??
    fieldComplaint('receiveId', receiveId, 0xff) ??
    fieldComplaint('peerPort', peerPort, 0xffff) ??
    fieldComplaint('localPort', localPort, 0xffff) ??
    keyComplaint(key)
  );
}

/** What is wrong with the bytes of a key: there are none, or more than any kernel takes. */
export const keyComplaint = (key: Uint8Array): string | undefined =>
  key.length >= 1 && key.length <= LONGEST_KEY_BYTES
    ? undefined
    : `a key has 1 to ${LONGEST_KEY_BYTES} bytes, not ${key.length}`;

const fieldComplaint = (name: string, value: number, largest: number): string | undefined =>
  Number.isInteger(value) && value >= 0 && value <= largest
    ? undefined
    : `the ${name} of a key is a whole number from 0 to ${largest}, not ${value}`;

/** Whether a key stands for connections between these sockets: its TCP connection identifier. */
export const standsFor = (key: MasterKey, remote: IpAddress, remotePort: number, localPort: number): boolean =>
  (key.peerPort === 0 || key.peerPort === remotePort) &&
  (key.localPort === 0 || key.localPort === localPort) &&
  contains(key.peer, remote);

/** "The IDs of MKTs MUST NOT overlap where their TCP connection identifiers overlap" (RFC 5925 §3.1). */
export const conflict = (one: MasterKey, other: MasterKey): boolean =>
  (one.sendId === other.sendId || one.receiveId === other.receiveId) &&
  portsOverlap(one.peerPort, other.peerPort) &&
  portsOverlap(one.localPort, other.localPort) &&
  prefixesOverlap(one.peer, other.peer);

/** Whether a key is that of a prefix with these identifiers: as the program names it. */
export const isNamed = (key: MasterKey, peer: Prefix, sendId: number, receiveId: number): boolean =>
  key.sendId === sendId && key.receiveId === receiveId && isSamePrefix(key.peer, peer);

/** Whether two prefixes hold the same addresses. */
export const isSamePrefix = (one: Prefix, other: Prefix): boolean =>
  one.length === other.length && contains(one, other.address);

const portsOverlap = (one: number, other: number): boolean => one === 0 || other === 0 || one === other;

/** Of two prefixes with an address in common, the shorter one holds the longer one. */
export const prefixesOverlap = (one: Prefix, other: Prefix): boolean =>
  one.length <= other.length ? contains(one, other.address) : contains(other, one.address);
