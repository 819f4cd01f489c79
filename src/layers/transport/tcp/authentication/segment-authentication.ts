/**
 * What a connection that signs its segments has: one of two kinds, TCP-AO (RFC 5925) or MD5 signatures (RFC 2385).
 * A connection without has `undefined` there, which costs one comparison a segment.
 */
import type { DropReason } from '../../../drop.ts';
import type { ErrorCode } from '../../../errors.ts';
import type { ConnectionIdentity } from '../../../observer.ts';
import type { Prefix } from '../../../prefix.ts';
import type { IncomingSegment } from '../incoming.ts';
import type { MasterKey } from './master-key.ts';

/** The two sockets of a connection. */
export type SocketPair = Omit<ConnectionIdentity, 'serial'>;

export interface SegmentAuthentication {
  /** Bytes that the option takes in every segment, padding included: a multiple of 4. */
  readonly optionBytes: number;
  /** The keys of TCP-AO; `undefined` for MD5, which has one without a name. */
  readonly keys: AuthenticationKeys | undefined;

  /**
   * Writes the option at the end of the header, when all else but the checksum is in place.
   * @param headerLength with the option
   * @param length bytes of header and data
   * @param localIsn,remoteIsn ISS and IRS; a SYN without ACK has only the first
   */
  sign(view: DataView, at: number, headerLength: number, length: number, localIsn: number, remoteIsn: number): void;

  /**
   * Whether a segment is genuine. Nothing but a counter changes if it is not.
   * @param remoteIsn IRS, or `undefined` as long as the peer's SYN is awaited
   * @returns why the segment is dropped silently
   */
  verify(arrived: IncomingSegment, localIsn: number, remoteIsn: number | undefined): DropReason | undefined;

  /** An ICMP error was ignored, as RFC 5925 §7.8 wants it. */
  icmpIgnored(): void;

  /** For STATUS: RFC 5925 §7.1 and §7.3. */
  status(): AuthenticationStatus;
}

/** Master keys that can be changed at any time, and pointers to two of them: RFC 5925 §4 and §7.1. */
export interface AuthenticationKeys {
  /** In the order in which they were added. */
  readonly all: readonly MasterKey[];
  /** Current_key: signs what is sent. */
  readonly current: MasterKey | undefined;
  /** Rnext_key: the peer is asked to sign with it. Only the program changes it. */
  readonly next: MasterKey | undefined;
  /** @returns why not: `EEXIST` if a key for some of its connections has one of its identifiers */
  add(key: MasterKey): ErrorCode | undefined;
  /** @param peer the prefix that it stands for. @returns `ENOENT` if there is none, `EBUSY` if a connection uses it */
  remove(peer: Prefix, sendId: number, receiveId: number): ErrorCode | undefined;
  /** Signs with another key from now on. @returns `ENOENT` if there is none with that SendID */
  useCurrent(sendId: number): ErrorCode | undefined;
  /** Asks the peer, in all that is sent from now on, to sign with another key. @returns `ENOENT` */
  useNext(receiveId: number): ErrorCode | undefined;
}

/** Segments counted by what became of them, and where the keys stand. -1 is "none". */
export interface AuthenticationStatus {
  readonly protocol: 'tcp-ao' | 'md5';
  readonly verified: number;
  readonly failed: number;
  readonly unknownKey: number;
  readonly unsigned: number;
  readonly icmpIgnored: number;
  /** SendID of current_key and RecvID of rnext_key. */
  readonly currentKeyId: number;
  readonly nextKeyId: number;
  /** KeyID and RNextKeyID of the last genuine segment. */
  readonly receivedKeyId: number;
  readonly receivedNextKeyId: number;
  /** SND.SNE and RCV.SNE. */
  readonly sendExtension: number;
  readonly receiveExtension: number;
}

/** Whether `length` bytes at `at` are these. All are looked at, so that the time taken tells nothing. */
export function isSame(view: DataView, at: number, expected: Uint8Array, length: number): boolean {
  let difference = 0;
  for (let index = 0; index < length; index++) difference |= view.getUint8(at + index) ^ expected[index]!;
  return difference === 0;
}
