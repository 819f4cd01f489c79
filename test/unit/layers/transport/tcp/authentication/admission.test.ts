/** Who is let in, and how the handshake is signed: RFC 5925 §7.3 to §7.5 for connections that begin. */
import { describe, expect, test } from 'vitest';
import type { ConversationOptions } from '../conversation.ts';
import { Conversation, readAll, SEQUENCE_STARTS, write } from '../conversation.ts';
import { AuthenticPeer, chain, Md5Peer, md5Chain, ourKey } from './signing-peer.ts';

const KEY = ourKey(1, 2);

function authentic(from: ConversationOptions = {}): { peer: Conversation; signer: AuthenticPeer } {
  const peer = new Conversation({ ...from, family: 4 });
  const signer = new AuthenticPeer(peer.numbers, KEY);
  peer.signer = signer;
  return { peer, signer };
}

describe.each(SEQUENCE_STARTS)('a connection that we open with a key, from sequence number %i', (start) => {
  test('RFC 5925 §7.4 step 2: every segment has TCP-AO, with KeyID and RNextKeyID, from the SYN on', () => {
    const { peer, signer } = authentic({ start });
    const connection = peer.connect({}, chain(KEY));
    peer.expects('S 0:0(0) <mss 1460,tcp-ao 1 2>');
    signer.expectsSigned(1, 2);
    peer.sends('S. 0:0(0) ack 1');
    peer.expects('. 1:1(0) ack 1 <tcp-ao 1 2>');
    expect(connection.state).toBe('ESTABLISHED');
    write(connection, 100);
    peer.expects('P. 1:101(100) ack 1 <tcp-ao 1 2>');
    signer.expectsSigned(1, 2);
    peer.sends('P. 1:11(10) ack 101');
    expect(readAll(connection)).toBe(10);
    connection.close();
    peer.expects('F. 101:101(0) ack 11 <tcp-ao 1 2>');
  });

  test('RFC 5925 §7.4 step 1: without a key for the peer a SYN has no TCP-AO', () => {
    const peer = new Conversation({ start, family: 4 });
    peer.connect({}, chain(ourKey(1, 2, { peerPort: 5001 })));
    peer.expects('S 0:0(0) <mss 1460>');
  });

  test('RFC 5925 §7.3: a SYN-ACK that is not signed, or not so, MUST be dropped silently', () => {
    const { peer, signer } = authentic({ start });
    const connection = peer.connect({}, chain(KEY));
    peer.takeSent();
    signer.spoils = 20 + 4;
    expect(peer.sends('S. 0:0(0) ack 1')).toBe('tcp-bad-signature');
    peer.signer = undefined;
    expect(peer.sends('S. 0:0(0) ack 1')).toBe('tcp-unsigned');
    // Nor can it be refused: the reset of a host that has no connection has no ISN to sign with.
    expect(peer.sends('R. 0:0(0) ack 1')).toBe('tcp-unsigned');
    peer.expectsNothing();
    expect(connection.state).toBe('SYN-SENT');
    peer.signer = signer;
    signer.spoils = undefined;
    peer.sends('S. 0:0(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 5925 §5.2: a SYN-ACK with another ISN that is not genuine does not keep the genuine one out', () => {
    const { peer, signer } = authentic({ start });
    const connection = peer.connect({}, chain(KEY));
    signer.spoils = 20 + 4;
    expect(peer.sends('S. 5000:5000(0) ack 1')).toBe('tcp-bad-signature');
    signer.spoils = undefined;
    expect(peer.sends('S. 0:0(0) ack 1')).toBeUndefined();
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 5925 §5.2: before the peer’s SYN no other segment can be genuine', () => {
    const { peer } = authentic({ start });
    peer.connect({}, chain(KEY));
    expect(peer.sends('R. 0:0(0) ack 1')).toBe('tcp-bad-signature');
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-bad-signature');
  });

  test('RFC 5925 §3.2: all four traffic keys are used in a simultaneous open', () => {
    const { peer, signer } = authentic({ start });
    const connection = peer.connect({}, chain(KEY));
    peer.expects('S 0:0(0) <mss 1460,tcp-ao 1 2>');
    expect(peer.sends('S 0:0(0)')).toBeUndefined();
    peer.expects('S. 0:0(0) ack 1');
    expect(peer.sends('S. 0:0(0) ack 1')).toBeUndefined();
    expect(connection.state).toBe('ESTABLISHED');
    signer.expectsSigned(1, 2);
  });

  test('RFC 5925 §7.4 step 1: with several keys the first, or the one that is current, signs the SYN', () => {
    const second = ourKey(3, 4);
    const first = new Conversation({ start, family: 4 });
    first.connect({}, chain(KEY, second));
    first.expects('S 0:0(0) <mss 1460,tcp-ao 1 2>');
    const keys = chain(KEY, second);
    keys.useCurrent(3);
    const other = new Conversation({ start, family: 4 });
    other.connect({}, keys);
    other.expects('S 0:0(0) <mss 1460,tcp-ao 3 4>');
    keys.useNext(2);
    const mixed = new Conversation({ start, family: 4 });
    mixed.connect({}, keys);
    mixed.expects('S 0:0(0) <mss 1460,tcp-ao 3 2>');
  });
});

describe('a listener with keys', () => {
  function listening(settings: ConversationOptions['settings'] = {}) {
    const { peer, signer } = authentic({ settings });
    return { peer, signer, listener: peer.listen(8, {}, chain(KEY, ourKey(3, 4))) };
  }

  test('RFC 5925 §7.5 step 1: takes a signed SYN, and answers with the same key', () => {
    const { peer, signer, listener } = listening();
    expect(peer.sends('S 0:0(0)')).toBeUndefined();
    peer.expects('S. 0:0(0) ack 1 <mss 1460,tcp-ao 1 2>');
    peer.sends('. 1:1(0) ack 1');
    const connection = listener.accept();
    expect(connection?.state).toBe('ESTABLISHED');
    peer.sends('P. 1:11(10) ack 1');
    expect(connection === undefined ? 0 : readAll(connection)).toBe(10);
    peer.after('1s');
    peer.expects('. 1:1(0) ack 11 <tcp-ao 1 2>');
    signer.expectsSigned(1, 2);
  });

  test('RFC 5925 §7.5: TCP-AO checks MUST be performed for all incoming SYNs: one without is dropped silently', () => {
    const { peer, listener } = listening();
    peer.signer = undefined;
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unsigned');
    peer.expectsNothing();
    expect(listener.halfOpenCount).toBe(0);
  });

  test('RFC 5925 §7.5 step 2d: a SYN with another MAC is dropped silently', () => {
    const { peer, signer, listener } = listening();
    signer.key = ourKey(1, 2, { key: new Uint8Array([1, 2, 3]) });
    expect(peer.sends('S 0:0(0)')).toBe('tcp-bad-signature');
    peer.expectsNothing();
    expect(listener.halfOpenCount).toBe(0);
    expect(peer.tcp.connections.size).toBe(0);
  });

  test('RFC 5925 §7.5 step 1: a SYN whose KeyID no key of its peer has is dropped silently', () => {
    const { peer, signer } = listening();
    signer.key = ourKey(1, 77);
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unknown-key');
    peer.expectsNothing();
  });

  test('RFC 5925 §7.3: what is no SYN and not signed is not even answered with a reset', () => {
    const { peer } = listening();
    peer.signer = undefined;
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unsigned');
    expect(peer.sends('R 1:1(0)')).toBe('tcp-unsigned');
    peer.expectsNothing();
  });

  test('RFC 5925 §7.7: a signed segment of a connection that is forgotten is answered with a reset that is not signed', () => {
    const { peer, signer } = listening();
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-no-connection');
    expect(peer.takeSent()).toEqual(['R 1:1(0) win 0']);
    expect(signer.seen).toEqual([{ keyId: -1, nextKeyId: -1, genuine: false }]);
  });

  test('RFC 4987 §3.6: a peer with a key is never answered with a SYN cookie, which could not hold the key', () => {
    const { peer, signer, listener } = listening({ synCookies: 'always' });
    peer.sends('S 0:0(0)');
    expect(listener.halfOpenCount).toBe(1);
    signer.expectsSigned(1, 2);
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
  });

  test('RFC 5925 §3.1: a key that is added later is for connections that begin from then on', () => {
    const peer = new Conversation();
    const keys = chain();
    const listener = peer.listen(8, {}, keys);
    peer.sends('S 0:0(0)', 1);
    expect(listener.halfOpenCount).toBe(1);
    keys.add(KEY);
    expect(peer.sends('. 1:1(0) ack 1', 1)).toBeUndefined();
    expect(listener.pending).toBe(1);
    expect(peer.sends('S 0:0(0)', 2)).toBe('tcp-unsigned');
  });

  test('RFC 5925 §7.3: a connection whose peer has no key is accepted, signed or not: the default SHOULD be so', () => {
    const { peer, signer } = authentic();
    const listener = peer.listen(8, {}, chain(ourKey(1, 2, { peerPort: 1 })));
    expect(peer.sends('S 0:0(0)')).toBeUndefined();
    peer.expects('S. 0:0(0) ack 1 <mss 1460>');
    peer.sends('. 1:1(0) ack 1');
    peer.sends('P. 1:11(10) ack 1');
    expect(listener.accept()?.readableBytes).toBe(10);
    expect(signer.seen.every(({ keyId }) => keyId === -1)).toBe(true);
    peer.signer = undefined;
    expect(peer.sends('S 0:0(0)', 2)).toBeUndefined();
  });

  test('RFC 5925 §7.3: the behaviour MUST be configurable: signed segments without a key can be dropped', () => {
    const { peer } = authentic({ settings: { acceptUnexpectedSignatures: false } });
    peer.listen(8, {}, chain(ourKey(1, 2, { peerPort: 1 })));
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unexpected-signature');
    peer.signer = new Md5Peer('x');
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unexpected-signature');
    peer.signer = undefined;
    expect(peer.sends('S 0:0(0)')).toBeUndefined();
    peer.signer = new Md5Peer('x');
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unexpected-signature');
  });

  test('RFC 5925 §7.3: a listener can require TCP-AO: then a peer without a key is dropped silently', () => {
    const { peer } = authentic({ settings: { authenticationRequired: true } });
    peer.listen(8, {}, chain(ourKey(1, 2, { peerPort: 1 })));
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unknown-key');
    peer.signer = undefined;
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unsigned');
    peer.expectsNothing();
  });

  test('RFC 5925 §8: who requires TCP-AO does not take an MD5 signature for it', () => {
    const peer = new Conversation({ settings: { authenticationRequired: true } });
    peer.signer = new Md5Peer('password');
    peer.listen(8, {}, md5Chain('password'));
    expect(peer.sends('S 0:0(0)')).toBe('tcp-unsigned');
    expect(() => peer.connect({}, md5Chain('password'))).toThrow('EADDRINUSE');
  });

  test('RFC 5925 §7.3: who requires TCP-AO opens no connection without a key', () => {
    const peer = new Conversation({ settings: { authenticationRequired: true } });
    expect(() => peer.connect({}, chain(ourKey(1, 2, { peerPort: 1 })))).toThrow('EKEYREJECTED');
    const other = new Conversation({ settings: { authenticationRequired: true } });
    expect(() => other.connect({}, md5Chain('x'))).toThrow('EKEYREJECTED');
    expect(other.tcp.connections.size).toBe(0);
  });
});
