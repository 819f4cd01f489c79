/**
 * The keys of one program's socket: master key tuples for TCP-AO and passwords for MD5 signatures, each for its peers.
 * A connection takes those that stand for it when it begins (RFC 5925 §3.1 lets it), and keeps its own set from then on.
 */
import type { IpAddress } from '../../../address.ts';
import type { ErrorCode } from '../../../errors.ts';
import { contains, type Prefix } from '../../../prefix.ts';
import { conflict, isNamed, isSamePrefix, type MasterKey, prefixesOverlap, standsFor } from './master-key.ts';
import type { Md5Key } from './md5.ts';
import type { AuthenticationKeys } from './segment-authentication.ts';

export class KeyChain implements AuthenticationKeys {
  private readonly masterKeys: MasterKey[];
  private readonly md5Keys: Md5Key[];
  private chosen: MasterKey | undefined;
  private asked: MasterKey | undefined;

  /** @throws {RangeError} if the keys do not go together: see `add` and `addMd5Key` */
  constructor(masterKeys: Iterable<MasterKey> = [], md5Keys: Iterable<Md5Key> = []) {
    this.masterKeys = [];
    this.md5Keys = [];
    this.chosen = undefined;
    this.asked = undefined;
    for (const key of masterKeys) refuse(this.add(key));
    for (const key of md5Keys) refuse(this.addMd5Key(key));
  }

  get isEmpty(): boolean {
    return this.masterKeys.length === 0 && this.md5Keys.length === 0;
  }

  get all(): readonly MasterKey[] {
    return this.masterKeys;
  }

  /** Signs what a connection that begins sends, if it stands for it; else the first that does. */
  get current(): MasterKey | undefined {
    return this.chosen;
  }

  get next(): MasterKey | undefined {
    return this.asked;
  }

  /**
   * Also `EKEYREJECTED`, if some of its peers have an MD5 key: "MUST NOT use both TCP-AO and TCP MD5 for a particular TCP
   * connection" (RFC 5925 §8).
   */
  add(key: MasterKey): ErrorCode | undefined {
    if (this.md5Keys.some((other) => prefixesOverlap(other.peer, key.peer))) return 'EKEYREJECTED';
    if (this.masterKeys.some((other) => conflict(other, key))) return 'EEXIST';
    this.masterKeys.push(key);
    return undefined;
  }

  remove(peer: Prefix, sendId: number, receiveId: number): ErrorCode | undefined {
    const index = this.masterKeys.findIndex((key) => isNamed(key, peer, sendId, receiveId));
    const key = this.masterKeys[index];
    if (key === undefined) return 'ENOENT';
    this.masterKeys.splice(index, 1);
    if (this.chosen === key) this.chosen = undefined;
    if (this.asked === key) this.asked = undefined;
    return undefined;
  }

  /** Of several keys with that SendID, for several peers, the one that was added last. */
  useCurrent(sendId: number): ErrorCode | undefined {
    const key = this.masterKeys.findLast((one) => one.sendId === sendId);
    if (key === undefined) return 'ENOENT';
    this.chosen = key;
    return undefined;
  }

  useNext(receiveId: number): ErrorCode | undefined {
    const key = this.masterKeys.findLast((one) => one.receiveId === receiveId);
    if (key === undefined) return 'ENOENT';
    this.asked = key;
    return undefined;
  }

  /** Adds an MD5 key, or replaces that of the same prefix. @returns `EKEYREJECTED` if its peers have a master key */
  addMd5Key(key: Md5Key): ErrorCode | undefined {
    if (this.masterKeys.some((other) => prefixesOverlap(other.peer, key.peer))) return 'EKEYREJECTED';
    const index = this.md5Keys.findIndex((other) => isSamePrefix(other.peer, key.peer));
    if (index < 0) this.md5Keys.push(key);
    else this.md5Keys[index] = key;
    return undefined;
  }

  /** @returns `ENOENT` if there is no key for that prefix */
  removeMd5Key(peer: Prefix): ErrorCode | undefined {
    const index = this.md5Keys.findIndex((key) => isSamePrefix(key.peer, peer));
    if (index < 0) return 'ENOENT';
    this.md5Keys.splice(index, 1);
    return undefined;
  }

  /** The master keys that stand for a connection, in the order in which they were added. */
  masterKeysFor(remote: IpAddress, remotePort: number, localPort: number): MasterKey[] {
    return this.masterKeys.filter((key) => standsFor(key, remote, remotePort, localPort));
  }

  /** The MD5 key of a peer. */
  md5KeyFor(remote: IpAddress): Md5Key | undefined {
    let best: Md5Key | undefined;
    for (const key of this.md5Keys) {
      if (contains(key.peer, remote) && (best === undefined || key.peer.length > best.peer.length)) best = key;
    }
    return best;
  }
}

function refuse(failed: ErrorCode | undefined): void {
  if (failed === 'EEXIST') {
    throw new RangeError('wirelab: two keys for the same connections have an identifier in common');
  }
  if (failed !== undefined)
    throw new RangeError('wirelab: a peer has keys for TCP-AO and for MD5; it can have one kind');
}
