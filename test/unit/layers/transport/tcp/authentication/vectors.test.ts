/** The primitives and what is made of them, against the vectors that the RFCs publish. */
import { describe, expect, test } from 'vitest';
import { type IpAddress, readAddress } from '../../../../../../src/layers/address.ts';
import { prefix } from '../../../../../../src/layers/prefix.ts';
import { ALGORITHMS } from '../../../../../../src/layers/transport/tcp/authentication/algorithms.ts';
import { coveredByAuthentication } from '../../../../../../src/layers/transport/tcp/authentication/covered.ts';
import { deriveTrafficKey } from '../../../../../../src/layers/transport/tcp/authentication/key-derivation.ts';
import { masterKey } from '../../../../../../src/layers/transport/tcp/authentication/master-key.ts';
import { ParsedOptions, parse } from '../../../../../../src/layers/transport/tcp/options.ts';
import * as segment from '../../../../../../src/layers/transport/tcp/segment.ts';
import { fromHex, SESSIONS, toHex, type Vector, type VectorSession } from './rfc9235.ts';

interface Parts {
  readonly view: DataView;
  readonly at: number;
  readonly length: number;
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly optionAt: number;
}

function parts({ packet }: Vector): Parts {
  const bytes = fromHex(packet);
  const view = new DataView(bytes.buffer);
  const family = bytes[0]! >>> 4 === 4 ? 4 : 6;
  const at = family === 4 ? 20 : 40;
  const options = new ParsedOptions();
  parse(view, at + segment.HEADER_LENGTH, at + segment.dataOffset(view, at), options);
  return {
    view,
    at,
    length: bytes.length - at,
    source: readAddress(family, view, family === 4 ? 12 : 8),
    destination: readAddress(family, view, family === 4 ? 16 : 24),
    optionAt: options.authenticationAt - 2,
  };
}

const keyOf = ({ algorithm, coversOptions }: VectorSession) =>
  masterKey({
    peer: prefix('0.0.0.0/0'),
    sendId: 61,
    receiveId: 84,
    key: new TextEncoder().encode('testvector'),
    algorithm,
    coversOptions,
  });

const CASES = SESSIONS.flatMap((session) =>
  session.packets.map((vector) => [vector.section, vector, session] as const),
);

describe('RFC 9235: TCP-AO test vectors', () => {
  test.each(CASES)('RFC 9235 §%s: the traffic key', (_, vector, session) => {
    const { view, at, source, destination } = parts(vector);
    const flags = segment.flags(view, at);
    const fromClient = segment.sourcePort(view, at) !== 179;
    const sourceIsn = fromClient ? session.clientIsn : session.serverIsn;
    const destinationIsn = fromClient ? session.serverIsn : session.clientIsn;
    const derived = deriveTrafficKey(
      keyOf(session),
      { address: source, port: segment.sourcePort(view, at) },
      { address: destination, port: segment.destinationPort(view, at) },
      sourceIsn,
      (flags & segment.ACK) === 0 ? 0 : destinationIsn,
    );
    expect(toHex(derived)).toBe(vector.trafficKey);
  });

  test.each(CASES)('RFC 9235 §%s: the MAC', (_, vector, session) => {
    const { view, at, length, source, destination, optionAt } = parts(vector);
    const covered = coveredByAuthentication(view, at, length, optionAt, source, destination, 0, session.coversOptions);
    const { mac, macBytes } = ALGORITHMS[session.algorithm];
    expect(toHex(mac(fromHex(vector.trafficKey), covered).subarray(0, macBytes))).toBe(vector.mac);
  });

  test('all 32 of them', () => {
    expect(CASES).toHaveLength(32);
  });
});

describe('the primitives', () => {
  const KEY = '2b7e151628aed2a6abf7158809cf4f3c';
  const MESSAGE =
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';

  test.each([
    [0, 'bb1d6929e95937287fa37d129b756746'],
    [16, '070a16b46b4d4144f79bdd9dd04a287c'],
    [40, 'dfa66747de9ae63030ca32611497c827'],
    [64, '51f0bebf7e3b9d92fc49741779363cfe'],
  ])('RFC 4493 §4: AES-CMAC of %i bytes', (length, expected) => {
    const { mac } = ALGORITHMS['AES-128-CMAC-96'];
    expect(mac(fromHex(KEY), fromHex(MESSAGE).subarray(0, length))).toEqual(fromHex(expected));
  });

  test.each([
    ['0b'.repeat(20), '4869205468657265', 'b617318655057264e28bc0b6fb378c8ef146be00'],
    [
      '4a656665',
      '7768617420646f2079612077616e7420666f72206e6f7468696e673f',
      'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    ],
    ['aa'.repeat(20), 'dd'.repeat(50), '125d7342b9ac11cd91a39af48aa17b4f63f175d3'],
    ['0102030405060708090a0b0c0d0e0f10111213141516171819', 'cd'.repeat(50), '4c9007f4026250c6bc8414f9bf50c86c2d7235da'],
    [
      'aa'.repeat(80),
      '54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b6579204669727374',
      'aa4ae5e15272d00e95705637ce8a3b55ed402112',
    ],
  ])('RFC 2202 §3: HMAC-SHA-1 with key %s', (key, message, expected) => {
    const { mac } = ALGORITHMS['HMAC-SHA-1-96'];
    expect(mac(fromHex(key), fromHex(message))).toEqual(fromHex(expected));
  });

  test.each([
    ['000102030405060708090a0b0c0d0e0fedcb', '84a348a4a45d235babfffc0d2b4da09a'],
    ['000102030405060708090a0b0c0d0e0f', '980ae87b5f4c9c5214f5b6a8455e4c2d'],
    ['00010203040506070809', '290d9e112edb09ee141fcf64c0b72f3d'],
  ])('RFC 5926 §3.1.1.2, RFC 4615 §4: the pseudo-random function under a key of any length: %s', (key, expected) => {
    const { pseudoRandom } = ALGORITHMS['AES-128-CMAC-96'];
    expect(pseudoRandom(fromHex(key), fromHex('000102030405060708090a0b0c0d0e0f10111213'))).toEqual(fromHex(expected));
  });
});
