/** Master key tuples and the chain of a program's keys: RFC 5925 §3.1. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../../../../src/layers/address-text.ts';
import { prefix } from '../../../../../../src/layers/prefix.ts';
import type { AlgorithmName } from '../../../../../../src/layers/transport/tcp/authentication/algorithms.ts';
import { KeyChain } from '../../../../../../src/layers/transport/tcp/authentication/key-chain.ts';
import { masterKey } from '../../../../../../src/layers/transport/tcp/authentication/master-key.ts';
import { md5Key } from '../../../../../../src/layers/transport/tcp/authentication/md5.ts';
import { ourKey, secret } from './signing-peer.ts';

const NET = prefix('10.0.0.0/24');
const HOST = prefix('10.0.0.7/32');
const ELSEWHERE = prefix('10.0.1.0/24');

describe('master key tuples', () => {
  test('a key is copied: "components of an MKT MUST NOT change"', () => {
    const bytes = secret('abc');
    const key = masterKey({ peer: NET, sendId: 1, receiveId: 2, key: bytes });
    bytes[0] = 0;
    expect(key.key).toEqual(secret('abc'));
  });

  test('RFC 5925 §3.1: identifiers MUST support any value from 0 to 255', () => {
    for (const id of [0, 1, 128, 255]) expect(ourKey(id, 255 - id)).toMatchObject({ sendId: id, receiveId: 255 - id });
  });

  test.each([
    [{ sendId: 256 }, /sendId of a key is a whole number from 0 to 255, not 256/],
    [{ receiveId: -1 }, /receiveId of a key is a whole number from 0 to 255, not -1/],
    [{ sendId: 1.5 }, /not 1.5/],
    [{ peerPort: 65_536 }, /peerPort of a key/],
    [{ localPort: -1 }, /localPort of a key/],
    [{ key: new Uint8Array(0) }, /1 to 80 bytes, not 0/],
    [{ key: new Uint8Array(81) }, /1 to 80 bytes, not 81/],
    [{ algorithm: 'HMAC-MD5' as AlgorithmName }, /no algorithm 'HMAC-MD5'/],
  ])('one that makes no sense is refused: %o', (wrong, sentence) => {
    expect(() => ourKey(1, 2, wrong)).toThrow(sentence);
  });

  test('stands for its peers and ports only', () => {
    const chain = new KeyChain([
      ourKey(1, 1, { peer: NET, peerPort: 5000 }),
      ourKey(2, 2, { peer: NET, localPort: 80 }),
      ourKey(3, 3, { peer: ELSEWHERE }),
      ourKey(4, 4, { peer: prefix('fd00::/8') }),
    ]);
    const ids = (remote: string, remotePort: number, localPort: number) =>
      chain.masterKeysFor(ipAddress(remote), remotePort, localPort).map(({ sendId }) => sendId);
    expect(ids('10.0.0.9', 5000, 80)).toEqual([1, 2]);
    expect(ids('10.0.0.9', 5001, 80)).toEqual([2]);
    expect(ids('10.0.0.9', 5000, 81)).toEqual([1]);
    expect(ids('10.0.1.9', 1, 1)).toEqual([3]);
    expect(ids('10.0.2.9', 5000, 80)).toEqual([]);
    expect(ids('fd00::1', 5000, 80)).toEqual([4]);
  });
});

describe('a chain of keys', () => {
  test.each([
    ['the same peers', { peer: NET }, { peer: NET }],
    ['a host of the same network', { peer: NET }, { peer: HOST }],
    ['a network of the same host', { peer: HOST }, { peer: NET }],
    ['any port', { peerPort: 5000 }, {}],
  ])('RFC 5925 §3.1: identifiers MUST NOT overlap where connections do: %s', (_, one, other) => {
    const chain = new KeyChain([ourKey(1, 2, one)]);
    expect(chain.add(ourKey(1, 3, other))).toBe('EEXIST');
    expect(chain.add(ourKey(3, 2, other))).toBe('EEXIST');
    expect(chain.add(ourKey(3, 4, other))).toBeUndefined();
  });

  test.each([
    ['other peers', { peer: NET }, { peer: ELSEWHERE }],
    ['another family', { peer: NET }, { peer: prefix('fd00::/8') }],
    ['another port of the peer', { peerPort: 5000 }, { peerPort: 5001 }],
    ['another local port', { localPort: 80 }, { localPort: 81 }],
  ])('RFC 5925 §3.1: identifiers may be the same for connections that are not: %s', (_, one, other) => {
    const chain = new KeyChain([ourKey(1, 2, one)]);
    expect(chain.add(ourKey(1, 2, other))).toBeUndefined();
  });

  test('RFC 5925 §8: MUST NOT use both TCP-AO and MD5 for a connection: a peer has keys of one kind', () => {
    const authentic = new KeyChain([ourKey(1, 2, { peer: NET })]);
    expect(authentic.addMd5Key(md5Key(HOST, secret('x')))).toBe('EKEYREJECTED');
    expect(authentic.addMd5Key(md5Key(ELSEWHERE, secret('x')))).toBeUndefined();
    const signed = new KeyChain([], [md5Key(HOST, secret('x'))]);
    expect(signed.add(ourKey(1, 2, { peer: NET }))).toBe('EKEYREJECTED');
    expect(() => new KeyChain([ourKey(1, 2, { peer: NET })], [md5Key(HOST, secret('x'))])).toThrow(/one kind/);
    expect(() => new KeyChain([ourKey(1, 2), ourKey(1, 3)])).toThrow(/an identifier in common/);
  });

  test('a key is removed by its prefix and identifiers', () => {
    const chain = new KeyChain([ourKey(1, 2, { peer: NET })]);
    chain.useCurrent(1);
    expect(chain.remove(HOST, 1, 2)).toBe('ENOENT');
    expect(chain.remove(NET, 1, 3)).toBe('ENOENT');
    expect(chain.remove(NET, 1, 2)).toBeUndefined();
    expect(chain.isEmpty).toBe(true);
    expect(chain.current).toBeUndefined();
  });

  test('of the MD5 keys for a peer the one with the longest prefix counts; the same prefix replaces it', () => {
    const chain = new KeyChain([], [md5Key(NET, secret('net')), md5Key(HOST, secret('host'))]);
    expect(chain.md5KeyFor(ipAddress('10.0.0.7'))?.key).toEqual(secret('host'));
    expect(chain.md5KeyFor(ipAddress('10.0.0.8'))?.key).toEqual(secret('net'));
    expect(chain.md5KeyFor(ipAddress('10.0.1.8'))).toBeUndefined();
    expect(chain.addMd5Key(md5Key(HOST, secret('new')))).toBeUndefined();
    expect(chain.md5KeyFor(ipAddress('10.0.0.7'))?.key).toEqual(secret('new'));
    expect(chain.removeMd5Key(HOST)).toBeUndefined();
    expect(chain.md5KeyFor(ipAddress('10.0.0.7'))?.key).toEqual(secret('net'));
    expect(chain.removeMd5Key(HOST)).toBe('ENOENT');
  });
});
