/**
 * The keys of one program's socket: master key tuples for TCP-AO and passwords for MD5 signatures, each for its peers.
 * A connection takes those that stand for it when it begins (RFC 5925 §3.1 lets it), and keeps its own set from then on.
 */
import type { IpAddress } from '../../../address.ts';
import type { ErrorCode } from '../../../errors.ts';
import { contains, type Prefix } from '../../../prefix.ts';
import { conflict, type MasterKey, prefixesOverlap, standsFor } from './master-key.ts';
import type { Md5Key } from './md5.ts';

export class KeyChain {
  /** Which keys a connection that begins is to sign with, and to ask its peer for; else the first that stands for it. */
  current: MasterKey | undefined;
  next: MasterKey | undefined;
  private readonly masterKeys: MasterKey[];
  private readonly md5Keys: Md5Key[];

  /** @throws {RangeError} if the keys do not go together: see `addMasterKey` and `addMd5Key` */
  constructor(masterKeys: Iterable<MasterKey> = [], md5Keys: Iterable<Md5Key> = []) {
    this.current = undefined;
    this.next = undefined;
    this.masterKeys = [];
    this.md5Keys = [];
    for (const key of masterKeys) refuse(this.addMasterKey(key));
    for (const key of md5Keys) refuse(this.addMd5Key(key));
  }

  get isEmpty(): boolean {
    return this.masterKeys.length === 0 && this.md5Keys.length === 0;
  }

  /** All master keys, in the order in which they were added. */
  get all(): readonly MasterKey[] {
    return this.masterKeys;
  }

  /**
   * @returns `EEXIST` if a key for some of its connections has one of its identifiers, `EKEYREJECTED` if some of its peers
   * have an MD5 key: "MUST NOT use both TCP-AO and TCP MD5 for a particular connection" (RFC 5925 §8)
   */
  addMasterKey(key: MasterKey): ErrorCode | undefined {
    if (this.md5Keys.some((other) => prefixesOverlap(other.peer, key.peer))) return 'EKEYREJECTED';
    if (this.masterKeys.some((other) => conflict(other, key))) return 'EEXIST';
    this.masterKeys.push(key);
    return undefined;
  }

  /** @returns `ENOENT` if there is no such key */
  removeMasterKey(peer: Prefix, sendId: number, receiveId: number): ErrorCode | undefined {
    const index = this.masterKeys.findIndex(
      (key) => key.sendId === sendId && key.receiveId === receiveId && equals(key.peer, peer),
    );
    const key = this.masterKeys[index];
    if (key === undefined) return 'ENOENT';
    this.masterKeys.splice(index, 1);
    if (this.current === key) this.current = undefined;
    if (this.next === key) this.next = undefined;
    return undefined;
  }

  /** Adds an MD5 key, or replaces that of the same prefix. @returns `EKEYREJECTED` if its peers have a master key */
  addMd5Key(key: Md5Key): ErrorCode | undefined {
    if (this.masterKeys.some((other) => prefixesOverlap(other.peer, key.peer))) return 'EKEYREJECTED';
    const index = this.md5Keys.findIndex((other) => equals(other.peer, key.peer));
    if (index < 0) this.md5Keys.push(key);
    else this.md5Keys[index] = key;
    return undefined;
  }

  /** @returns `ENOENT` if there is no key for that prefix */
  removeMd5Key(peer: Prefix): ErrorCode | undefined {
    const index = this.md5Keys.findIndex((key) => equals(key.peer, peer));
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

/** Whether two prefixes hold the same addresses. */
const equals = (one: Prefix, other: Prefix): boolean => one.length === other.length && contains(one, other.address);

function refuse(failed: ErrorCode | undefined): void {
  if (failed === 'EEXIST') {
    throw new RangeError('wirelab: two keys for the same connections have an identifier in common');
  }
  if (failed !== undefined)
    throw new RangeError('wirelab: a peer has keys for TCP-AO and for MD5; it can have one kind');
}
