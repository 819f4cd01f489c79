/** Passing from one key to the next: RFC 5925 §6.1, §7.1 and §7.5 step 2e. */
import { describe, expect, test } from 'vitest';
import { Conversation, readAll, write } from '../conversation.ts';
import { AuthenticPeer, chain, Md5Peer, md5Chain, ourKey, PEER } from './signing-peer.ts';

const OLD = ourKey(1, 2);
const NEW = ourKey(3, 4);

function established(...more: (typeof OLD)[]) {
  const peer = new Conversation({ settings: { noDelay: true } });
  const signer = new AuthenticPeer(peer.numbers, OLD, NEW);
  peer.signer = signer;
  const connection = peer.connect({}, chain(OLD, ...more));
  peer.sends('S. 0:0(0) ack 1');
  const { keys } = connection;
  if (keys === undefined) throw new Error('no keys');
  peer.takeSent();
  signer.seen.length = 0;
  return { peer, signer, connection, keys };
}

describe('the change of keys', () => {
  test('RFC 5925 §7.5 step 2e: when the peer asks for a key that we have, current_key is that key from then on', () => {
    const { peer, signer, connection, keys } = established(NEW);
    signer.asksFor = 3;
    peer.sends('. 1:1(0) ack 1');
    expect(keys.current).toBe(NEW);
    write(connection, 10);
    signer.expectsSigned(3, 2);
    // RFC 5925 §6.1: rnext_key is not manipulated by TCP-AO.
    expect(keys.next).toBe(OLD);
  });

  test('RFC 5925 §7.5 step 2e: when the peer asks for a key that we do not have, nothing changes', () => {
    const { peer, signer, connection, keys } = established();
    signer.asksFor = 3;
    expect(peer.sends('. 1:1(0) ack 1')).toBeUndefined();
    expect(keys.current).toBe(OLD);
    write(connection, 10);
    signer.expectsSigned(1, 2);
    // It becomes available: the next segment that asks for it changes to it.
    expect(keys.add(NEW)).toBeUndefined();
    peer.sends('. 1:1(0) ack 11');
    write(connection, 10);
    signer.expectsSigned(3, 2);
  });

  test('RFC 5925 §7.5 step 2e: what is not genuine asks for nothing', () => {
    const { peer, signer, keys } = established(NEW);
    signer.asksFor = 3;
    signer.spoils = 20 + 4;
    peer.sends('. 1:1(0) ack 1');
    expect(keys.current).toBe(OLD);
  });

  test('RFC 5925 §6.1: a segment that was overtaken turns it back for a while, and is not dropped', () => {
    const { peer, signer, connection, keys } = established(NEW);
    signer.asksFor = 3;
    signer.key = NEW;
    peer.sends('P. 11:21(10) ack 1');
    expect(keys.current).toBe(NEW);
    signer.asksFor = 1;
    signer.key = OLD;
    expect(peer.sends('P. 1:11(10) ack 1')).toBeUndefined();
    expect(keys.current).toBe(OLD);
    expect(readAll(connection)).toBe(20);
    signer.asksFor = 3;
    signer.key = NEW;
    peer.sends('. 21:21(0) ack 1');
    expect(keys.current).toBe(NEW);
  });

  test('RFC 5925 §7.1: the program says which key the peer shall use, and all that is sent asks for it', () => {
    const { peer, signer, connection, keys } = established(NEW);
    expect(keys.useNext(4)).toBeUndefined();
    write(connection, 10);
    signer.expectsSigned(1, 4);
    signer.key = NEW;
    expect(peer.sends('. 1:1(0) ack 11')).toBeUndefined();
    expect(keys.useNext(77)).toBe('ENOENT');
  });

  test('RFC 5925 §7.1: the program says which key signs what is sent', () => {
    const { signer, connection, keys } = established(NEW);
    expect(keys.useCurrent(3)).toBeUndefined();
    write(connection, 10);
    signer.expectsSigned(3, 2);
    expect(keys.useCurrent(77)).toBe('ENOENT');
  });

  test('RFC 5925 §7.1: the set of keys of a connection can be changed, and read', () => {
    const { peer, signer, keys } = established();
    expect(keys.all).toEqual([OLD]);
    signer.key = NEW;
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unknown-key');
    expect(keys.add(NEW)).toBeUndefined();
    expect(keys.all).toEqual([OLD, NEW]);
    expect(peer.sends('. 1:1(0) ack 1')).toBeUndefined();
    expect(keys.remove(PEER, 3, 4)).toBeUndefined();
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unknown-key');
  });

  test('a key in use is not removed; one of another connection, or with an identifier that is taken, is not added', () => {
    const { keys } = established(NEW);
    expect(keys.remove(PEER, 1, 2)).toBe('EBUSY');
    keys.useCurrent(3);
    expect(keys.remove(PEER, 1, 2)).toBe('EBUSY');
    keys.useNext(4);
    expect(keys.remove(PEER, 1, 2)).toBeUndefined();
    expect(keys.remove(PEER, 1, 2)).toBe('ENOENT');
    expect(keys.add(ourKey(9, 4))).toBe('EEXIST');
    expect(keys.add(ourKey(3, 9))).toBe('EEXIST');
    expect(keys.add(ourKey(9, 9, { peerPort: 1 }))).toBe('EINVAL');
  });

  test('RFC 5925 §7.1: KeyID and RNextKeyID of what was received are available', () => {
    const { peer, signer, connection } = established(NEW);
    expect(connection.info().authentication).toMatchObject({ receivedKeyId: 2, receivedNextKeyId: 1 });
    signer.key = NEW;
    signer.asksFor = 3;
    peer.sends('. 1:1(0) ack 1');
    expect(connection.info().authentication).toMatchObject({
      receivedKeyId: 4,
      receivedNextKeyId: 3,
      currentKeyId: 3,
      nextKeyId: 2,
    });
  });

  test('RFC 5925 §7.5 step 1: a listener takes the key of the SYN, and at once the one that it asks for', () => {
    const peer = new Conversation();
    const signer = new AuthenticPeer(peer.numbers, OLD, NEW);
    peer.signer = signer;
    peer.listen(8, {}, chain(OLD, NEW));
    signer.asksFor = 3;
    peer.sends('S 0:0(0)');
    peer.expects('S. 0:0(0) ack 1 <mss 1460,tcp-ao 3 2>');
    signer.expectsSigned(3, 2);
  });
});

describe('MD5 signatures: RFC 2385', () => {
  function signed(peer = new Conversation()) {
    const signer = new Md5Peer('password');
    peer.signer = signer;
    const connection = peer.connect({}, md5Chain('password'));
    return { peer, signer, connection };
  }

  test('RFC 2385 §2.0: every segment sent has a digest', () => {
    const { peer, signer, connection } = signed();
    peer.expects('S 0:0(0) <mss 1460,nop,nop,md5>');
    peer.sends('S. 0:0(0) ack 1');
    write(connection, 100);
    peer.sends('P. 1:11(10) ack 101');
    expect(readAll(connection)).toBe(10);
    connection.abort();
    signer.expectsSigned();
    expect(peer.takeSent().at(-1)).toMatch(/^R\. .*<nop,nop,md5>$/);
  });

  test('RFC 2385 §2.0: a failing comparison MUST result in the segment being dropped, with no response', () => {
    const { peer, signer, connection } = signed();
    peer.takeSent();
    signer.password = 'passwort';
    expect(peer.sends('S. 0:0(0) ack 1')).toBe('tcp-bad-signature');
    peer.signer = undefined;
    expect(peer.sends('S. 0:0(0) ack 1')).toBe('tcp-unsigned');
    expect(peer.sends('R. 0:0(0) ack 1')).toBe('tcp-unsigned');
    peer.expectsNothing();
    peer.signer = signer;
    signer.password = 'password';
    expect(peer.sends('S. 0:0(0) ack 1')).toBeUndefined();
    expect(connection.info().authentication).toMatchObject({ protocol: 'md5', verified: 1, failed: 1, unsigned: 2 });
  });

  test('RFC 2385 §2.0: a listener wants a digest of the peers that have a password, and gives one', () => {
    const peer = new Conversation();
    const signer = new Md5Peer('password');
    const listener = peer.listen(8, {}, md5Chain('password'));
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unsigned');
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unsigned');
    peer.signer = signer;
    signer.password = 'wrong';
    expect(peer.sends('S 0:0(0)')).toBe('tcp-bad-signature');
    peer.expectsNothing();
    signer.password = 'password';
    expect(peer.sends('S 0:0(0)')).toBeUndefined();
    peer.expects('S. 0:0(0) ack 1 <mss 1460,nop,nop,md5>');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
    signer.expectsSigned();
  });

  test('RFC 2385 §2.0: covers the data and the fixed header, not the options', () => {
    const peer = new Conversation({ settings: { timestamps: true } });
    const { signer } = signed(peer);
    peer.sends('S. 0:0(0) ack 1 <mss 1460,nop,nop,TS val 1 ecr 0>');
    const sign = signer.sign.bind(signer);
    const spoiling = (place: number) => ({
      optionBytes: 20,
      sign: (bytes: Uint8Array, header: number) => {
        sign(bytes, header);
        bytes[place]! ^= 1;
      },
      sees: () => {},
    });
    peer.signer = spoiling(20 + 4 + 3); // the timestamp value
    expect(peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 2 ecr 0>')).toBeUndefined();
    // Fixed header, data, first and last byte of the digest.
    for (const place of [7, 11, 13, 15, 20 + 32, 20 + 32 + 9, 20 + 16, 20 + 31]) {
      peer.signer = spoiling(place);
      expect(peer.sends('P. 11:21(10) ack 1 <nop,nop,TS val 2 ecr 0>')).toBe('tcp-bad-signature');
    }
  });
});
