/**
 * A peer that signs: it makes the options by hand from the primitives, which RFC 9235's vectors have tested, so that a
 * test says which key, which extension and which identifiers a segment has, and may spoil it.
 */
import { expect } from 'vitest';
import { type Prefix, prefix } from '../../../../../../src/layers/prefix.ts';
import { ALGORITHMS } from '../../../../../../src/layers/transport/tcp/authentication/algorithms.ts';
import { coveredByAuthentication } from '../../../../../../src/layers/transport/tcp/authentication/covered.ts';
import { KeyChain } from '../../../../../../src/layers/transport/tcp/authentication/key-chain.ts';
import { deriveTrafficKey } from '../../../../../../src/layers/transport/tcp/authentication/key-derivation.ts';
import {
  type MasterKey,
  type MasterKeyOptions,
  masterKey,
} from '../../../../../../src/layers/transport/tcp/authentication/master-key.ts';
import { md5Digest, md5Key } from '../../../../../../src/layers/transport/tcp/authentication/md5.ts';
import { ParsedOptions, parse } from '../../../../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../../../../src/layers/transport/tcp/segment.ts';
import { HERE, OUR_PORT, PEER_PORT, type PeerSigner, THERE } from '../conversation.ts';
import type { RelativeNumbers } from '../segment-text.ts';

export const PEER: Prefix = prefix('10.0.0.2/32');
export const secret = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Our key `sendId`/`receiveId` for the peer. The peer's own identifiers are the other way round. */
export const ourKey = (sendId: number, receiveId: number, more: Partial<MasterKeyOptions> = {}): MasterKey =>
  masterKey({ peer: PEER, sendId, receiveId, key: secret(`key ${sendId}`), ...more });

export const chain = (...keys: MasterKey[]): KeyChain => new KeyChain(keys);
export const md5Chain = (password: string): KeyChain => new KeyChain([], [md5Key(PEER, secret(password))]);

/** What one of our segments said of its signature. */
export interface Seen {
  readonly keyId: number;
  readonly nextKeyId: number;
  readonly genuine: boolean;
}

/** A peer with TCP-AO. `key` is as we have it: its receiveId is the KeyID that the peer sends. */
export class AuthenticPeer implements PeerSigner {
  /** 16, unless it makes the MAC field longer than the MAC. */
  optionBytes: number;
  key: MasterKey;
  /** What it asks us to sign with: a SendID of ours. */
  asksFor: number;
  /** The extension of what it sends, and of what we send. */
  extension: number;
  ourExtension: number;
  /** Flips a bit of the MAC, or of the byte there. */
  spoils: number | undefined;
  readonly seen: Seen[];
  private readonly numbers: RelativeNumbers;
  private readonly keys: readonly MasterKey[];

  constructor(numbers: RelativeNumbers, first: MasterKey, ...others: MasterKey[]) {
    this.optionBytes = 16;
    this.key = first;
    this.asksFor = first.sendId;
    this.extension = 0;
    this.ourExtension = 0;
    this.spoils = undefined;
    this.seen = [];
    this.numbers = numbers;
    this.keys = [first, ...others];
  }

  sign(bytes: Uint8Array, headerLength: number): void {
    const view = new DataView(bytes.buffer);
    const optionAt = headerLength - this.optionBytes;
    bytes.set([29, this.optionBytes, this.key.receiveId, this.asksFor], optionAt);
    const code = this.code(view, bytes.length, optionAt, this.key, false);
    bytes.set(code, optionAt + 4);
    if (this.spoils !== undefined) bytes[this.spoils]! ^= 1;
  }

  sees(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer);
    const options = new ParsedOptions();
    parse(view, segment.HEADER_LENGTH, segment.dataOffset(view, 0), options);
    const at = options.authenticationAt;
    if (at < 0) {
      this.seen.push({ keyId: -1, nextKeyId: -1, genuine: false });
      return;
    }
    const [keyId, nextKeyId] = [view.getUint8(at), view.getUint8(at + 1)];
    const key = this.keys.find(({ sendId }) => sendId === keyId);
    const expected = key === undefined ? undefined : this.code(view, bytes.length, at - 2, key, true);
    const found = bytes.subarray(at + 2, at + options.authenticationLength);
    const genuine = expected?.length === found.length && expected.every((byte, index) => byte === found[index]);
    this.seen.push({ keyId, nextKeyId, genuine });
  }

  /** All that we have sent since the last call was signed so, and genuine. */
  expectsSigned(keyId: number, nextKeyId: number): void {
    const seen = this.seen.splice(0);
    expect(seen.length).toBeGreaterThan(0);
    for (const one of seen) expect(one).toEqual({ keyId, nextKeyId, genuine: true });
  }

  private code(view: DataView, length: number, optionAt: number, key: MasterKey, ours: boolean): Uint8Array {
    const { numbers } = this;
    const here = { address: HERE, port: OUR_PORT };
    const there = { address: THERE, port: PEER_PORT };
    const [from, to] = ours ? [here, there] : [there, here];
    const [fromIsn, toIsn] = ours ? [numbers.ours, numbers.peers] : [numbers.peers, numbers.ours];
    const first = (segment.flags(view, 0) & (segment.SYN | segment.ACK)) === segment.SYN;
    const trafficKey = deriveTrafficKey(key, from, to, fromIsn, first ? 0 : toIsn);
    const extension = ours ? this.ourExtension : this.extension;
    const { mac, macBytes } = ALGORITHMS[key.algorithm];
    const { address: source } = from;
    const { address: destination } = to;
    return mac(
      trafficKey,
      coveredByAuthentication(view, 0, length, optionAt, source, destination, extension, key.coversOptions),
    ).subarray(0, macBytes);
  }
}

/** A peer with MD5 signatures. */
export class Md5Peer implements PeerSigner {
  readonly optionBytes: number = 20;
  password: string;
  /** Of each of our segments: whether its digest was right. */
  readonly seen: boolean[];

  constructor(password: string) {
    this.password = password;
    this.seen = [];
  }

  sign(bytes: Uint8Array, headerLength: number): void {
    const optionAt = headerLength - this.optionBytes;
    bytes.set([1, 1, 19, 18], optionAt);
    const view = new DataView(bytes.buffer);
    bytes.set(md5Digest(view, 0, bytes.length, THERE, HERE, secret(this.password)), optionAt + 4);
  }

  sees(bytes: Uint8Array): void {
    const view = new DataView(bytes.buffer);
    const options = new ParsedOptions();
    parse(view, segment.HEADER_LENGTH, segment.dataOffset(view, 0), options);
    const digest = md5Digest(view, 0, bytes.length, HERE, THERE, secret(this.password));
    const found = bytes.subarray(options.md5At, options.md5At + 16);
    this.seen.push(options.md5At >= 0 && digest.every((byte, index) => byte === found[index]));
  }

  expectsSigned(): void {
    const seen = this.seen.splice(0);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen).not.toContain(false);
  }
}
