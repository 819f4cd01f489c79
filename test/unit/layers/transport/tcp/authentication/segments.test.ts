/** Segments of a connection with TCP-AO: RFC 5925 §2.2, §6.2, §7.4 and §7.5. */
import { describe, expect, test } from 'vitest';
import type { AlgorithmName } from '../../../../../../src/layers/transport/tcp/authentication/algorithms.ts';
import type { Connection } from '../../../../../../src/layers/transport/tcp/connection.ts';
import type { ConversationOptions } from '../conversation.ts';
import { Conversation, readAll, SEQUENCE_STARTS, write } from '../conversation.ts';
import { RelativeNumbers } from '../segment-text.ts';
import { AuthenticPeer, chain, ourKey } from './signing-peer.ts';

interface Authentic {
  readonly peer: Conversation;
  readonly signer: AuthenticPeer;
  readonly connection: Connection;
}

/** An established connection whose segments are signed. */
function authentic(from: ConversationOptions = {}, key = ourKey(1, 2)): Authentic {
  const peer = new Conversation({ ...from, family: 4 });
  const signer = new AuthenticPeer(peer.numbers, key);
  peer.signer = signer;
  const connection = peer.connect({}, chain(key));
  peer.sends(`S. 0:0(0) ack 1${from.peerSyn === undefined ? '' : ` <${from.peerSyn}>`}`);
  peer.takeSent();
  expect(connection.state).toBe('ESTABLISHED');
  signer.seen.length = 0;
  return { peer, signer, connection };
}

describe.each(SEQUENCE_STARTS)('segments that are not genuine, from sequence number %i', (start) => {
  test.each([
    ['source port', 1],
    ['sequence number', 7],
    ['acknowledgment number', 11],
    ['control bits', 13],
    ['window', 15],
    ['urgent pointer', 19],
    ['KeyID’s neighbour', 20 + 3],
    ['MAC', 20 + 4],
    ['last byte of the MAC', 20 + 15],
    ['data', 20 + 16],
    ['last byte of the data', 20 + 16 + 9],
  ])('RFC 5925 §7.5 step 2d: one bit of the %s differs: silently discarded', (what, place) => {
    const { peer, signer, connection } = authentic({ start });
    signer.spoils = place;
    const dropped = peer.sends('P. 1:11(10) ack 1');
    // With another port it is of no connection at all.
    expect(dropped).toBe(what === 'source port' ? 'tcp-no-connection' : 'tcp-bad-signature');
    if (what !== 'source port') peer.expectsNothing();
    expect(connection.readableBytes).toBe(0);
    signer.spoils = undefined;
    peer.takeSent();
    expect(peer.sends('P. 1:11(10) ack 1')).toBeUndefined();
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 5925 §7.3: segments whose TCP-AO does not validate MUST be silently discarded: they change nothing', () => {
    const { peer, connection } = authentic({ start });
    const lastHeard = connection.block.lastHeardNs;
    peer.signer = undefined;
    peer.after('1s');
    const before = { ...connection.info(), authentication: undefined };
    for (const text of [
      '. 1:1(0) ack 1',
      'P. 1:11(10) ack 1',
      'R 1:1(0)',
      'F. 1:1(0) ack 1',
      'S 1:1(0)',
      '. 9:9(0) ack 9',
    ]) {
      expect(peer.sends(text)).toBe('tcp-unsigned');
    }
    peer.expectsNothing();
    expect({ ...connection.info(), authentication: undefined }).toEqual(before);
    expect(connection.block.lastHeardNs).toBe(lastHeard);
  });

  test('RFC 5925 §7.5: a KeyID of no key', () => {
    const { peer, signer } = authentic({ start });
    signer.key = ourKey(1, 3);
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-unknown-key');
    peer.expectsNothing();
  });

  test('RFC 5925 §7.5 step 2a: a length that is not that of the key’s MAC', () => {
    const { peer, signer, connection } = authentic({ start });
    signer.optionBytes = 20;
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-bad-signature');
    expect(connection.info().authentication?.failed).toBe(1);
    signer.optionBytes = 16;
    expect(peer.sends('. 1:1(0) ack 1')).toBeUndefined();
  });

  test('RFC 5925 §7.7: a reset is taken if it is signed, and not else', () => {
    const { peer, signer, connection } = authentic({ start });
    peer.signer = undefined;
    expect(peer.sends('R 1:1(0)')).toBe('tcp-unsigned');
    peer.signer = signer;
    expect(peer.sends('R 1:1(0)')).toBeUndefined();
    expect(connection.error).toBe('ECONNRESET');
  });

  test('RFC 5925 §7.3: discards are counted, for STATUS', () => {
    const { peer, signer, connection } = authentic({ start });
    peer.sends('. 1:1(0) ack 1');
    signer.spoils = 24;
    peer.sends('. 1:1(0) ack 1');
    signer.spoils = undefined;
    signer.key = ourKey(1, 3);
    peer.sends('. 1:1(0) ack 1');
    peer.signer = undefined;
    peer.sends('. 1:1(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    expect(connection.info().authentication).toMatchObject({
      protocol: 'tcp-ao',
      verified: 2,
      failed: 1,
      unknownKey: 1,
      unsigned: 2,
    });
  });
});

describe('segments signed twice', () => {
  test.each([
    ['two TCP-AOs', 'tcp-ao 2 1'],
    ['TCP-AO and an MD5 signature', 'nop,nop,md5'],
  ])('RFC 5925 §2.2: %s: TCP MUST discard the segment', (_, option) => {
    const { peer, connection } = authentic();
    expect(peer.sends(`P. 1:11(10) ack 1 <${option}>`)).toBe('tcp-bad-option');
    peer.expectsNothing();
    expect(connection.readableBytes).toBe(0);
  });

  test('RFC 5925 §2.2: also for a connection without keys, and whichever comes first', () => {
    const peer = new Conversation();
    peer.listen();
    for (const options of ['tcp-ao 1 1,tcp-ao 1 1', 'tcp-ao 1 1,nop,nop,md5', 'nop,nop,md5,tcp-ao 1 1', 'md5,md5']) {
      expect(peer.sends(`S 0:0(0) <${options}>`), options).toBe('tcp-bad-option');
    }
    peer.expectsNothing();
    expect(peer.sends('S 0:0(0) <tcp-ao 1 1>')).toBeUndefined();
  });
});

describe('what the MAC covers', () => {
  test.each<AlgorithmName>(['HMAC-SHA-1-96', 'AES-128-CMAC-96'])('RFC 5926 §2.2: %s, both ways', (algorithm) => {
    const { peer, signer, connection } = authentic({}, ourKey(1, 2, { algorithm }));
    peer.sends('P. 1:11(10) ack 1');
    expect(readAll(connection)).toBe(10);
    write(connection, 1000);
    signer.expectsSigned(1, 2);
  });

  const stamped = { settings: { timestamps: true }, peerSyn: 'mss 1460,sackOK,TS val 100 ecr 0,nop,wscale 7' };
  /** A middlebox has written another timestamp value. */
  const TIMESTAMP_AT = 20 + 4 + 3;

  test('RFC 5925 §5.1: all options, if the key says so', () => {
    const { peer, signer, connection } = authentic(stamped);
    signer.spoils = TIMESTAMP_AT;
    expect(peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>')).toBe('tcp-bad-signature');
    signer.spoils = undefined;
    expect(peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>')).toBeUndefined();
    write(connection, 10);
    signer.expectsSigned(1, 2);
  });

  test('RFC 5925 §3.1: without the option flag other options are skipped over: a middlebox may change them', () => {
    const { peer, signer, connection } = authentic(stamped, ourKey(1, 2, { coversOptions: false }));
    signer.spoils = TIMESTAMP_AT;
    expect(peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>')).toBeUndefined();
    signer.spoils = 20 + 12 + 3;
    expect(peer.sends('P. 11:21(10) ack 1 <nop,nop,TS val 101 ecr 0>')).toBe('tcp-bad-signature');
    expect(readAll(connection)).toBe(10);
    write(connection, 10);
    signer.expectsSigned(1, 2);
  });
});

describe('the sequence number extension', () => {
  /** Both spaces end 16 octets, and 9, after the initial sequence numbers. */
  const start = 0xffff_fff0 | 0;

  test('RFC 5925 §6.2: what we send counts on when its sequence numbers wrap, and not before', () => {
    const { peer, signer, connection } = authentic({ start, settings: { noDelay: true } });
    write(connection, 10);
    signer.expectsSigned(1, 2);
    write(connection, 10); // from 11, below the wrap at 16
    signer.expectsSigned(1, 2);
    write(connection, 10); // from 21
    signer.ourExtension = 1;
    peer.takeSent();
    expect(signer.seen.splice(0).map(({ genuine }) => genuine)).toEqual([false]);
    peer.sends('. 1:1(0) ack 21');
    peer.after('3s'); // 21 is sent again
    peer.expects('P. 21:31(10) ack 1');
    signer.expectsSigned(1, 2);
    signer.ourExtension = 0;
    peer.sends('. 1:1(0) ack 31');
  });

  test('RFC 5925 §6.2: a retransmission from before the wrap has the extension of before', () => {
    const { peer, signer, connection } = authentic({ start, settings: { noDelay: true } });
    write(connection, 10);
    write(connection, 20);
    peer.takeSent();
    signer.expectsSigned(1, 2);
    write(connection, 10); // from 31, past the wrap
    signer.seen.length = 0;
    peer.takeSent();
    peer.after('1s');
    peer.expects('. 1:11(10) ack 1');
    signer.expectsSigned(1, 2);
  });

  test('RFC 5925 §6.2: what arrives is verified with the extension that its place in the stream gives it', () => {
    const { peer, signer, connection } = authentic({ start });
    peer.sends('P. 1:6(5) ack 1'); // the peer's space wraps at 9
    signer.extension = 1;
    expect(peer.sends('P. 6:9(3) ack 1')).toBe('tcp-bad-signature');
    signer.extension = 0;
    expect(peer.sends('P. 6:9(3) ack 1')).toBeUndefined();
    expect(peer.sends('P. 9:20(11) ack 1')).toBe('tcp-bad-signature');
    signer.extension = 1;
    expect(peer.sends('P. 9:20(11) ack 1')).toBeUndefined();
    expect(readAll(connection)).toBe(19);
    expect(connection.info().authentication).toMatchObject({ receiveExtension: 1, sendExtension: 0 });
  });

  test('RFC 5925 §6.2: a segment that was overtaken at the wrap is genuine with the extension of before', () => {
    const { peer, signer, connection } = authentic({ start });
    signer.extension = 1;
    expect(peer.sends('P. 9:20(11) ack 1')).toBeUndefined();
    signer.extension = 0;
    expect(peer.sends('P. 1:9(8) ack 1')).toBeUndefined();
    expect(readAll(connection)).toBe(19);
  });

  test('RFC 9187 §4: a segment that is not genuine does not move the extension', () => {
    const { peer, signer, connection } = authentic({ start });
    signer.extension = 1;
    signer.spoils = 20 + 5;
    expect(peer.sends('P. 50:60(10) ack 1')).toBe('tcp-bad-signature');
    expect(connection.info().authentication?.receiveExtension).toBe(0);
    signer.spoils = undefined;
    signer.extension = 0;
    expect(peer.sends('P. 1:6(5) ack 1')).toBeUndefined();
  });

  /** Twice nearly half the space: what follows the second would be taken for the next turn. */
  const FAR = [0x7fff_ffff, 0xffff_fffe];

  test('RFC 5925 §6.2: a genuine reset far from the window, as an answer to a wrong ACK is, moves nothing', () => {
    const { peer, connection } = authentic({ start: 12_345 });
    for (const sequence of FAR) expect(peer.sends(`R ${sequence}:${sequence}(0)`)).toBe('tcp-outside-window');
    peer.sends('P. 1:11(10) ack 1');
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 5925 §5.2: nor does a genuine SYN of a peer that has forgotten the connection; it is challenged', () => {
    const { peer, signer, connection } = authentic({ start: 12_345 });
    const { peers } = peer.numbers;
    for (const sequence of FAR) {
      // The SYN's traffic key has its own ISN.
      const forgetful = new AuthenticPeer(new RelativeNumbers(peer.numbers.ours, (peers + sequence) | 0), ourKey(1, 2));
      peer.signer = { optionBytes: 16, sign: forgetful.sign.bind(forgetful), sees: () => {} };
      expect(peer.sends(`S ${sequence}:${sequence}(0)`)).not.toBe('tcp-bad-signature');
    }
    peer.signer = signer;
    peer.sends('P. 1:11(10) ack 1');
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 5925 §6.2: nor does a reset of ours that answers a wrong ACK', () => {
    const peer = new Conversation({ start: 12_345, family: 4 });
    const signer = new AuthenticPeer(peer.numbers, ourKey(1, 2));
    peer.signer = signer;
    const listener = peer.listen(8, {}, chain(ourKey(1, 2)));
    peer.sends('S 0:0(0)');
    for (const wrong of FAR) expect(peer.sends(`. 1:1(0) ack ${wrong}`)).toBe('tcp-bad-ack');
    peer.sends('. 1:1(0) ack 1');
    signer.seen.length = 0;
    write(listener.accept()!, 10);
    signer.expectsSigned(1, 2);
  });

  test('RFC 5925 §6.2: a replay of what was sent 2^32 octets ago is not genuine', () => {
    const { peer, signer, connection } = authentic({ start });
    const replay = 'P. 1:6(5) ack 1';
    expect(peer.sends(replay)).toBeUndefined();
    expect(connection.readableBytes).toBe(5);
    // Once round the space, in quarters, as if the peer had sent 4 GiB.
    const { block } = connection;
    signer.extension = 1;
    for (let quarter = 1; quarter <= 4; quarter++) {
      const next = 1 + quarter * 2 ** 30;
      block.rcvNxt = (block.irs + next) | 0;
      block.rcvAdv = (block.rcvNxt + 65_535) | 0;
      expect(peer.sends(`. ${next}:${next}(0) ack 1`)).toBeUndefined();
    }
    expect(block.rcvNxt).toBe((block.irs + 1) | 0);
    signer.extension = 0;
    expect(peer.sends(replay)).toBe('tcp-bad-signature');
    expect(connection.readableBytes).toBe(5);
    signer.extension = 1;
    expect(peer.sends(replay)).toBeUndefined();
    expect(connection.readableBytes).toBe(10);
  });
});
