/**
 * The master keys of one connection, each with its traffic keys, and how the two ends pass from one to the next:
 * RFC 5925 §3.2, §4 and §6.1. The KeyID of a segment names the key that signs it; its RNextKeyID names the key that its
 * sender has ready for what it receives, and whoever has that key too changes to it at once. Both keys stay valid, so a
 * change loses no segment, and a segment that was overtaken may turn it back for a while ("backing up").
 */
import type { ErrorCode } from '../../../errors.ts';
import type { Prefix } from '../../../prefix.ts';
import { DirectedKeys } from './key-derivation.ts';
import { conflict, isNamed, type MasterKey, standsFor } from './master-key.ts';
import type { AuthenticationKeys, SocketPair } from './segment-authentication.ts';

/** A master key with its traffic keys, by direction. */
export interface ConnectionKey {
  readonly masterKey: MasterKey;
  readonly send: DirectedKeys;
  readonly receive: DirectedKeys;
}

export class ConnectionKeys implements AuthenticationKeys {
  /** Current_key and rnext_key. */
  sending: ConnectionKey;
  asking: ConnectionKey;
  private readonly identity: SocketPair;
  private readonly list: ConnectionKey[];

  /** @param masterKeys those that stand for the connection; the first is current and next */
  constructor(identity: SocketPair, first: MasterKey, masterKeys: readonly MasterKey[]) {
    this.identity = identity;
    this.list = masterKeys.map((key) => connectionKey(identity, key));
    this.sending = this.list.find(({ masterKey }) => masterKey === first) ?? connectionKey(identity, first);
    this.asking = this.sending;
  }

  get all(): readonly MasterKey[] {
    return this.list.map(({ masterKey }) => masterKey);
  }
  get current(): MasterKey {
    return this.sending.masterKey;
  }
  get next(): MasterKey {
    return this.asking.masterKey;
  }

  /** Also `EINVAL`, for a key that does not stand for this connection. */
  add(key: MasterKey): ErrorCode | undefined {
    const { remote, remotePort, localPort } = this.identity;
    if (!standsFor(key, remote, remotePort, localPort)) return 'EINVAL';
    if (this.list.some(({ masterKey }) => conflict(masterKey, key))) return 'EEXIST';
    this.list.push(connectionKey(this.identity, key));
    return undefined;
  }

  remove(peer: Prefix, sendId: number, receiveId: number): ErrorCode | undefined {
    const index = this.list.findIndex(({ masterKey }) => isNamed(masterKey, peer, sendId, receiveId));
    const key = this.list[index];
    if (key === undefined) return 'ENOENT';
    if (key === this.sending || key === this.asking) return 'EBUSY';
    this.list.splice(index, 1);
    return undefined;
  }

  useCurrent(sendId: number): ErrorCode | undefined {
    const key = this.bySendId(sendId);
    if (key === undefined) return 'ENOENT';
    this.sending = key;
    return undefined;
  }

  useNext(receiveId: number): ErrorCode | undefined {
    const key = this.byReceiveId(receiveId);
    if (key === undefined) return 'ENOENT';
    this.asking = key;
    return undefined;
  }

  /** The key that a segment with this KeyID was signed with. */
  byReceiveId(keyId: number): ConnectionKey | undefined {
    return this.list.find(({ masterKey }) => masterKey.receiveId === keyId);
  }

  /** A genuine segment asks for this key: RFC 5925 §7.5 step 2e. One that is not here is not awaited either. */
  asked(nextKeyId: number): void {
    if (nextKeyId !== this.current.sendId) this.useCurrent(nextKeyId);
  }

  private bySendId(keyId: number): ConnectionKey | undefined {
    return this.list.find(({ masterKey }) => masterKey.sendId === keyId);
  }
}

function connectionKey(identity: SocketPair, masterKey: MasterKey): ConnectionKey {
  const here = { address: identity.local, port: identity.localPort };
  const there = { address: identity.remote, port: identity.remotePort };
  return {
    masterKey,
    send: new DirectedKeys(masterKey, here, there),
    receive: new DirectedKeys(masterKey, there, here),
  };
}
