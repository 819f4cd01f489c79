/**
 * Who gets the 40 bytes of options of a SYN when Fast Open, signatures, the user timeout and AccECN want them too: RFC
 * 7413 §4.2.2 step 1, RFC 5925 §7.6, RFC 9768 §3.2.3.3. The order is said in `syn-options.ts`.
 */
import { describe, expect, test } from 'vitest';
import { UNSPECIFIED_V4 } from '../../../../../../src/layers/address.ts';
import type { KeyChain } from '../../../../../../src/layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../../../../../../src/layers/transport/tcp/connection.ts';
import { ParsedOptions, parse } from '../../../../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../../../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { AuthenticPeer, chain, Md5Peer, md5Chain, ourKey } from '../authentication/signing-peer.ts';
import { Conversation, HERE, OUR_PORT, octets, PEER_PORT, type PeerSigner, readAll, THERE } from '../conversation.ts';

const KEY = ourKey(1, 2);
const OFFERS = { timestamps: true, selectiveAcknowledgment: true, windowScaling: true };
const DATA = 100;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const cookieOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => index + 1);

type Signature = 'none' | 'ao' | 'md5';
const SIGNATURES: readonly Signature[] = ['none', 'ao', 'md5'];
const SIGNATURE_BYTES: Readonly<Record<Signature, number>> = { none: 0, ao: 16, md5: 20 };

const keysFor = (signature: Signature): KeyChain | undefined =>
  signature === 'none' ? undefined : signature === 'ao' ? chain(KEY) : md5Chain('x');

const signerFor = (signature: Signature, peer: Conversation): PeerSigner | undefined =>
  signature === 'none' ? undefined : signature === 'ao' ? new AuthenticPeer(peer.numbers, KEY) : new Md5Peer('x');

/** A program connects and gives its first data; a cookie of so many bytes is known, or with 0 none. */
function open(settings: Partial<TcpSettings>, signature: Signature, cookieBytes: number) {
  const peer = new Conversation({ settings: { fastOpenClient: true, ...settings } });
  peer.signer = signerFor(signature, peer);
  if (cookieBytes > 0) peer.tcp.fastOpenCache.learn(HERE, THERE, { cookie: cookieOf(cookieBytes), mss: 1460 });
  const binding = peer.tcp.ports.bind(UNSPECIFIED_V4, OUR_PORT, true, false);
  if (typeof binding === 'string') throw new Error(binding);
  const connection = peer.tcp.connect({
    binding,
    remote: THERE,
    remotePort: PEER_PORT,
    keys: keysFor(signature),
    user: { changed: () => {} },
    firstData: { bytes: octets(1, DATA), at: 0, length: DATA },
  }) as Connection;
  return { peer, connection };
}

function serve(settings: Partial<TcpSettings>, signature: Signature, options: string, flags = 'S') {
  const peer = new Conversation({ settings: { fastOpenServer: true, fastOpenPending: 4, ...settings } });
  peer.signer = signerFor(signature, peer);
  const listener = peer.listen(8, {}, keysFor(signature));
  peer.sends(`${flags} 0:50(50) win 65535 <${options}>`);
  return { peer, listener };
}

describe('a SYN', () => {
  const syn = (settings: Partial<TcpSettings>, signature: Signature, cookieBytes: number): string =>
    open(settings, signature, cookieBytes).peer.takeSent()[0]!;

  test('beside TCP-AO and all offers there is room to ask for a cookie: 40 bytes in all', () => {
    expect(syn(OFFERS, 'ao', 0)).toMatch(/<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale \d,nop,nop,FO,tcp-ao 1 2>$/);
  });

  test('RFC 7413 §4.2.2 step 1 a: but not for a cookie of 8 bytes: the regular handshake, and then the data', () => {
    const { peer, connection } = open(OFFERS, 'ao', 8);
    expect(peer.takeSent()[0]).toMatch(/^S 0:0\(0\) .*<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale \d,tcp-ao 1 2>$/);
    peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 5>');
    expect(peer.takeSent()[0]).toMatch(/^P\. 1:101\(100\) ack 1 .*tcp-ao 1 2>$/);
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('beside TCP-AO without timestamps a cookie of 8 bytes has room, and the data is signed with it', () => {
    const { peer, connection } = open({ ...OFFERS, timestamps: false }, 'ao', 8);
    const cookie = hex(cookieOf(8));
    expect(peer.takeSent()[0]).toMatch(
      new RegExp(`^S 0:100\\(100\\) .*<mss 1460,nop,nop,sackOK,nop,wscale \\d,nop,nop,FO ${cookie},tcp-ao 1 2>$`),
    );
    (peer.signer as AuthenticPeer).expectsSigned(1, 2);
    peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460,nop,nop,sackOK,nop,wscale 5>');
    expect([connection.state, connection.block.sendBuffer.length]).toEqual(['ESTABLISHED', 0]);
  });

  test('beside MD5, SACK and window scale there is room for a cookie of 4 bytes', () => {
    const { peer } = open(OFFERS, 'md5', 4);
    expect(peer.takeSent()[0]).toMatch(
      /^S 0:100\(100\) .*<mss 1460,nop,nop,sackOK,nop,wscale \d,nop,nop,FO 01020304,nop,nop,md5>$/,
    );
    (peer.signer as Md5Peer).expectsSigned();
  });

  test('RFC 5482 §3: the user timeout gives way to a cookie of 16 bytes, and goes with the next segment', () => {
    const settings = { ...OFFERS, userTimeoutOption: true };
    const { peer } = open(settings, 'none', 16);
    expect(peer.takeSent()[0]).toMatch(
      new RegExp(`<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale \\d,nop,nop,FO ${hex(cookieOf(16))}>$`),
    );
    peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 5>');
    expect(peer.takeSent()[0]).toContain(',uto 300>');
    expect(syn(settings, 'none', 8)).toContain(',uto 300,nop,nop,FO ');
  });
});

describe('a SYN-ACK', () => {
  const ASKS = 'mss 1460,sackOK,TS val 7 ecr 0,nop,wscale 5';

  const synAck = (...from: Parameters<typeof serve>): string => serve(...from).peer.takeSent()[0]!;

  test('RFC 9768 §3.2.3.3: AccECN has the room that the cookie leaves: two of its three counters', () => {
    expect(synAck(OFFERS, 'none', `${ASKS},nop,nop,FO`, 'SEWA')).toMatch(
      /<mss 1460,sackOK,TS val 0 ecr 7,nop,wscale 5,ECN e0b 1 ceb 0,nop,nop,FO [0-9a-f]{16}>$/,
    );
    expect(synAck(OFFERS, 'none', ASKS, 'SEWA')).toMatch(/wscale 5,ECN e0b 1 ceb 0 e1b 1,nop>$/);
  });

  test('RFC 9768 §3.2.3.3: with the user timeout too there is room for an empty one', () => {
    expect(synAck({ ...OFFERS, userTimeoutOption: true }, 'none', `${ASKS},nop,nop,FO`, 'SEWA')).toMatch(
      /<mss 1460,sackOK,TS val 0 ecr 7,nop,wscale 5,uto 300,ECN,nop,nop,nop,nop,FO [0-9a-f]{16}>$/,
    );
  });

  test('RFC 7413 §4.2.2 step 5: beside TCP-AO and all offers no cookie is given: the room goes to AccECN', () => {
    const { peer, listener } = serve(OFFERS, 'ao', `${ASKS},nop,nop,FO`, 'SEWA');
    expect(peer.takeSent()[0]).toMatch(/<mss 1460,sackOK,TS val 0 ecr 7,nop,wscale 5,ECN,nop,nop,tcp-ao 1 2>$/);
    (peer.signer as AuthenticPeer).expectsSigned(1, 2);
    expect(listener.pending).toBe(0);
  });

  test.each([
    [
      'ao',
      'nop,nop,sackOK,nop,wscale 5',
      /<mss 1460,nop,nop,sackOK,nop,wscale 5,nop,nop,FO ([0-9a-f]{16}),tcp-ao 1 2>$/,
    ],
    ['md5', 'nop,wscale 5', /<mss 1460,nop,wscale 5,nop,nop,FO ([0-9a-f]{16}),nop,nop,md5>$/],
  ] as const)('signed by %s, Fast Open works all the same if there is room', (signature, offers, wanted) => {
    const { peer, listener } = serve(OFFERS, signature, `mss 1460,${offers},nop,nop,FO`);
    const [, cookie = ''] = wanted.exec(peer.takeSent()[0]!) ?? [];
    expect(cookie).toHaveLength(16);
    peer.sends('R 1:1(0)');
    peer.sends(`S 0:50(50) win 65535 <mss 1460,nop,nop,FO ${cookie}>`);
    expect(peer.takeSent()[0]).toMatch(/^S\. 0:0\(0\) ack 51 /);
    expect(readAll(listener.accept()!)).toBe(50);
  });
});

describe('whatever is switched on', () => {
  const flags = [false, true];
  const parsed = new ParsedOptions();

  /** Looks at the header of what was sent; its end must be the signature's. */
  function look(peer: Conversation, signature: Signature) {
    const [bytes] = peer.takeAllBytes();
    const view = new DataView(bytes!.buffer);
    const end = segment.dataOffset(view, 0);
    parse(view, segment.HEADER_LENGTH, end, parsed);
    expect(parsed.malformed).toBe(false);
    expect(parsed.mss).toBe(1460);
    if (signature === 'ao') expect([parsed.authenticationAt, parsed.authenticationLength]).toEqual([end - 14, 14]);
    if (signature === 'md5') expect(parsed.md5At).toBe(end - 16);
    return { optionBytes: end - segment.HEADER_LENGTH, dataLength: bytes!.length - end };
  }

  test('a SYN has no more than 40 bytes of options, all that was offered, and the cookie if it has room', () => {
    for (const signature of SIGNATURES) {
      for (let offered = 0; offered < 16; offered++) {
        const on = [0, 1, 2, 3].map((bit) => flags[(offered >> bit) & 1]!) as [boolean, boolean, boolean, boolean];
        const [timestamps, selectiveAcknowledgment, windowScaling, userTimeoutOption] = on;
        for (const cookieBytes of [0, 4, 6, 8, 10, 12, 14, 16]) {
          const settings = { timestamps, selectiveAcknowledgment, windowScaling, userTimeoutOption };
          const { peer, connection } = open({ ...settings, accurateEcn: 'request' }, signature, cookieBytes);
          const { optionBytes, dataLength } = look(peer, signature);
          const stamped = timestamps && !(signature === 'md5' && selectiveAcknowledgment);
          expect([parsed.hasTimestamps, parsed.sackPermitted, parsed.windowScale >= 0]).toEqual([
            stamped,
            selectiveAcknowledgment,
            windowScaling,
          ]);
          const offers = 4 + (stamped ? 12 : selectiveAcknowledgment ? 4 : 0) + (windowScaling ? 4 : 0);
          const room = 40 - SIGNATURE_BYTES[signature] - offers;
          const wanted = (2 + cookieBytes + 3) & ~3;
          const isTried = wanted <= room;
          expect(parsed.fastOpenLength * Number(parsed.fastOpenAt >= 0)).toBe(isTried ? cookieBytes : 0);
          expect(parsed.fastOpenAt >= 0).toBe(isTried);
          expect(dataLength).toBe(isTried && cookieBytes > 0 ? DATA : 0);
          const isTold = userTimeoutOption && room - (isTried ? wanted : 0) >= 4;
          expect(parsed.userTimeout > 0).toBe(isTold);
          expect(optionBytes).toBe(40 - room + (isTried ? wanted : 0) + (isTold ? 4 : 0));
          connection.abort();
        }
      }
    }
  });

  test('a SYN-ACK gives its cookie if there is room beside what was offered; AccECN and the user timeout share the rest', () => {
    for (const signature of SIGNATURES) {
      for (let offered = 0; offered < 16; offered++) {
        const [timestamps, sack, scale, userTimeoutOption] = [0, 1, 2, 3].map((bit) => flags[(offered >> bit) & 1]!);
        const asks = [
          'mss 1460',
          ...(sack ? ['nop,nop,sackOK'] : []),
          ...(timestamps && signature === 'none' ? ['nop,nop,TS val 7 ecr 0'] : []),
          ...(scale && signature !== 'md5' ? ['nop,wscale 5'] : []),
          'nop,nop,FO',
        ];
        const { peer } = serve({ ...OFFERS, userTimeoutOption: userTimeoutOption! }, signature, asks.join(','), 'SEWA');
        const { optionBytes } = look(peer, signature);
        const stamped = parsed.hasTimestamps;
        const offers = 4 + (stamped ? 12 : sack ? 4 : 0) + (parsed.windowScale >= 0 ? 4 : 0);
        const room = 40 - SIGNATURE_BYTES[signature] - offers;
        expect(parsed.fastOpenLength * Number(parsed.fastOpenAt >= 0)).toBe(room >= 12 ? 8 : 0);
        const left = room >= 12 ? room - 12 : room;
        expect(parsed.userTimeout > 0).toBe(userTimeoutOption! && left >= 4);
        const forEcn = left - (parsed.userTimeout > 0 ? 4 : 0);
        expect(parsed.accurateEcnOrder).toBe(forEcn >= 4 ? 0 : -1);
        if (forEcn >= 4) expect(parsed.accurateEcnCount).toBe(Math.min(3, Math.floor((forEcn - 2) / 3)));
        expect(optionBytes).toBeLessThanOrEqual(40);
      }
    }
  });
});
