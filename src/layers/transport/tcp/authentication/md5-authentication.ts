/**
 * A connection with MD5 signatures: RFC 2385. Every segment has one, and one without or with another is dropped with no
 * answer (§2.0).
 */
import type { DropReason } from '../../../drop.ts';
import type { IncomingSegment } from '../incoming.ts';
import { MD5_SIGNATURE, NO_OPERATION } from '../options.ts';
import { DIGEST_BYTES, type Md5Key, md5Digest } from './md5.ts';
import {
  type AuthenticationStatus,
  isSame,
  type SegmentAuthentication,
  type SocketPair,
} from './segment-authentication.ts';

/** NOP NOP, kind, length, digest. */
const OPTION_BYTES = 20;

export class Md5Authentication implements SegmentAuthentication {
  readonly optionBytes: number;
  readonly keys: undefined;
  private readonly identity: SocketPair;
  private key: Md5Key;
  private verified: number;
  private failed: number;
  private unsigned: number;

  constructor(identity: SocketPair, key: Md5Key) {
    this.optionBytes = OPTION_BYTES;
    this.keys = undefined;
    this.identity = identity;
    this.key = key;
    this.verified = 0;
    this.failed = 0;
    this.unsigned = 0;
  }

  /** Another password from now on, in both directions: what is on its way is lost and sent again (RFC 4808). */
  useKey(key: Md5Key): void {
    this.key = key;
  }

  sign(view: DataView, at: number, headerLength: number, length: number): void {
    const { local, remote } = this.identity;
    const optionAt = at + headerLength - OPTION_BYTES;
    view.setInt32(optionAt, (NO_OPERATION << 24) | (NO_OPERATION << 16) | (MD5_SIGNATURE << 8) | (DIGEST_BYTES + 2));
    const digest = md5Digest(view, at, length, local, remote, this.key.key);
    for (let index = 0; index < DIGEST_BYTES; index++) view.setUint8(optionAt + 4 + index, digest[index]!);
  }

  verify(arrived: IncomingSegment): DropReason | undefined {
    const { packet, options } = arrived;
    const { local, remote } = this.identity;
    if (packet === undefined || options.md5At < 0) {
      this.unsigned++;
      return 'tcp-unsigned';
    }
    const { view, at, length } = packet;
    const digest = md5Digest(view, at, length, remote, local, this.key.key);
    if (!isSame(view, options.md5At, digest, DIGEST_BYTES)) {
      this.failed++;
      return 'tcp-bad-signature';
    }
    this.verified++;
    return undefined;
  }

  icmpIgnored(): void {}

  status(): AuthenticationStatus {
    const { verified, failed, unsigned } = this;
    return { protocol: 'md5', verified, failed, unsigned, ...NO_KEYS };
  }
}

const NO_KEYS = {
  unknownKey: 0,
  icmpIgnored: 0,
  currentKeyId: -1,
  nextKeyId: -1,
  receivedKeyId: -1,
  receivedNextKeyId: -1,
  sendExtension: 0,
  receiveExtension: 0,
} as const;
