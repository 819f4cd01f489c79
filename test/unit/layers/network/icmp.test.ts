import { describe, expect, test } from 'vitest';
import { ipv4 as address, IpAddress } from '../../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../../src/layers/checksum.ts';
import * as icmpv4 from '../../../../src/layers/network/icmpv4.ts';
import * as icmpv6 from '../../../../src/layers/network/icmpv6.ts';
import * as igmp from '../../../../src/layers/network/igmp.ts';
import { viewOf } from '../../../../src/layers/record.ts';

const router = new IpAddress(6, 0xfe80_0000, 0, 0, 1);
const host = new IpAddress(6, 0xfe80_0000, 0, 0, 2);
const quote = new Uint8Array(28).map((_, index) => index);

describe('ICMP for IPv4', () => {
  test('RFC 792: an echo request, and its reply made in place', () => {
    const bytes = new Uint8Array(13).fill(0x61);
    const view = viewOf(bytes);
    icmpv4.writeHeader(view, 0, icmpv4.ECHO, 0, (0x8001 << 16) | 2);
    icmpv4.writeChecksum(view, 0, 13);
    expect(icmpv4.check(view, 0, 13)).toBeUndefined();
    expect([icmpv4.type(view, 0), icmpv4.code(view, 0)]).toEqual([8, 0]);
    expect([icmpv4.identifier(view, 0), icmpv4.sequenceNumber(view, 0)]).toEqual([0x8001, 2]);
    expect(icmpv4.decode(view, 0, 13)).toEqual({
      message: 'echo',
      code: 0,
      identifier: 0x8001,
      sequenceNumber: 2,
      data: new Uint8Array(5).fill(0x61),
    });
    expect(icmpv4.encode(icmpv4.decode(view, 0, 13) as icmpv4.Icmpv4Record)).toEqual(bytes);
  });

  test('RFC 1191 §4: the next hop’s MTU is in the last 16 bits', () => {
    const bytes = icmpv4.encode({ message: 'destinationUnreachable', code: 4, nextHopMtu: 1400, quote });
    expect([...bytes.subarray(4, 8)]).toEqual([0, 0, 0x05, 0x78]);
    expect(icmpv4.nextHopMtu(viewOf(bytes), 0)).toBe(1400);
    expect(icmpv4.quoteLength(viewOf(bytes), 0, bytes.length)).toBe(28);
  });

  test('RFC 792: the pointer is the first byte of the second word, a gateway all of it', () => {
    const problem = icmpv4.encode({ message: 'parameterProblem', code: 0, pointer: 20, quote });
    expect([...problem.subarray(4, 8)]).toEqual([20, 0, 0, 0]);
    expect(icmpv4.pointer(viewOf(problem), 0)).toBe(20);
    const redirect = icmpv4.encode({ message: 'redirect', code: 1, gateway: address(10, 0, 0, 254), quote });
    expect(icmpv4.gatewayWord(viewOf(redirect), 0)).toBe(address(10, 0, 0, 254).w3);
  });

  test('RFC 4884: objects behind the quote are not the quote’s; below 128 bytes there are none', () => {
    const objects = new Uint8Array(140);
    const withLength = (words: number) =>
      icmpv4.encode({ message: 'timeExceeded', code: 0, unused: words << 16, quote: objects });
    expect(icmpv4.quoteLength(viewOf(withLength(32)), 0, 148)).toBe(128);
    expect(icmpv4.quoteLength(viewOf(withLength(8)), 0, 148)).toBe(140);
    expect(icmpv4.quoteLength(viewOf(withLength(60)), 0, 148)).toBe(140);
    const source = icmpv4.encode({ message: 'sourceQuench', code: 0, unused: 32 << 16, quote: objects });
    expect(icmpv4.quoteLength(viewOf(source), 0, 148)).toBe(140);
  });

  test('RFC 792: what is too short for its type is dropped, and what has a wrong checksum', () => {
    const bytes = icmpv4.encode({ message: 'echoReply', code: 0, identifier: 1, sequenceNumber: 1, data: quote });
    expect(icmpv4.check(viewOf(bytes), 0, 7)).toBe('icmp-truncated');
    bytes[9] = 0xff;
    expect(icmpv4.check(viewOf(bytes), 0, bytes.length)).toBe('icmp-bad-checksum');
    const timestamp = { message: 'other', type: 13, code: 0, data: new Uint8Array(15) } as const;
    expect(icmpv4.check(viewOf(icmpv4.encode(timestamp)), 0, 19)).toBe('icmp-truncated');
  });

  test.each([
    [3, 0, 'network-unreachable'],
    [3, 1, 'host-unreachable'],
    [3, 2, 'protocol-unreachable'],
    [3, 3, 'port-unreachable'],
    [3, 4, 'packet-too-big'],
    [3, 5, 'source-route-failed'],
    [3, 7, 'host-unreachable'],
    [3, 13, 'administratively-prohibited'],
    [3, 16, undefined],
    [11, 0, 'time-exceeded'],
    [11, 1, 'reassembly-time-exceeded'],
    [12, 0, 'parameter-problem'],
    [8, 0, undefined],
    [5, 1, undefined],
    [4, 0, undefined],
  ])(
    'RFC 9293 §3.9.2.2 (MUST-55) and RFC 1122 §3.2.2: type %i code %i means %s to the transport layer',
    (type, code, kind) => {
      expect(icmpv4.errorKind(type, code)).toBe(kind);
    },
  );

  test('RFC 1122 §3.2.2: no error about an error, a redirect or a source quench', () => {
    expect([3, 4, 5, 11, 12].every(icmpv4.isError)).toBe(true);
    expect([0, 8, 13, 14, 15, 16].some(icmpv4.isError)).toBe(false);
  });
});

describe('ICMP for IPv6', () => {
  test('RFC 4443 §2.3: the checksum covers the addresses', () => {
    const bytes = icmpv6.encode({ message: 'packetTooBig', code: 0, mtu: 1280, quote }, router, host);
    const view = viewOf(bytes);
    expect(icmpv6.check(view, 0, 36, pseudoHeaderSum(router, host, 58, 36))).toBeUndefined();
    expect(icmpv6.mtu(view, 0)).toBe(1280);
    const other = new IpAddress(6, 0xfe80_0000, 0, 0, 3);
    expect(icmpv6.decode(view, 0, 36, router, other)).toBe('icmp-bad-checksum');
  });

  test('writeHeader and writeChecksum give what encode gives', () => {
    const bytes = new Uint8Array(36);
    bytes.set(quote, 8);
    icmpv6.writeHeader(viewOf(bytes), 0, icmpv6.PARAMETER_PROBLEM, 2, 42);
    icmpv6.writeChecksum(viewOf(bytes), 0, 36, pseudoHeaderSum(router, host, 58, 36));
    expect(bytes).toEqual(icmpv6.encode({ message: 'parameterProblem', code: 2, pointer: 42, quote }, router, host));
  });

  test('RFC 4443 §2.1: what is too short for its type is dropped', () => {
    const sum = pseudoHeaderSum(router, host, 58, 3);
    expect(icmpv6.check(new DataView(new ArrayBuffer(3)), 0, 3, sum)).toBe('icmp-truncated');
    const bytes = icmpv6.encode({ message: 'other', type: 1, code: 0, data: new Uint8Array(3) }, router, host);
    expect(icmpv6.decode(viewOf(bytes), 0, 7, router, host)).toBe('icmp-truncated');
  });

  test('RFC 4884: the length is in the first byte, in 64-bit words', () => {
    const unreachable = {
      message: 'destinationUnreachable',
      code: 0,
      unused: 16 << 24,
      quote: new Uint8Array(140),
    } as const;
    const bytes = icmpv6.encode(unreachable, router, host);
    expect(icmpv6.quoteLength(viewOf(bytes), 0, bytes.length)).toBe(128);
  });

  test.each([
    [1, 0, 'network-unreachable'],
    [1, 1, 'administratively-prohibited'],
    [1, 3, 'host-unreachable'],
    [1, 4, 'port-unreachable'],
    [1, 7, undefined],
    [2, 0, 'packet-too-big'],
    [3, 0, 'time-exceeded'],
    [3, 1, 'reassembly-time-exceeded'],
    [4, 1, 'parameter-problem'],
    [128, 0, undefined],
  ])('RFC 9293 §3.9.2.2 and RFC 4443 §3: type %i code %i means %s to the transport layer', (type, code, kind) => {
    expect(icmpv6.errorKind(type, code)).toBe(kind);
  });

  test('RFC 4443 §2.1: errors have the high bit zero', () => {
    expect([icmpv6.isError(127), icmpv6.isError(128)]).toEqual([true, false]);
  });
});

describe('IGMP', () => {
  test('RFC 3376 §7.1: the version of a query is its length', () => {
    const query = { maximumResponseCode: 100, group: address(0, 0, 0, 0), data: new Uint8Array(0) };
    const v2 = igmp.encode({ message: 'query', ...query });
    expect(igmp.decode(viewOf(v2), 0, 8)).toMatchObject({ message: 'query' });
    const v3 = igmp.encode({
      message: 'queryV3',
      ...query,
      suppressRouterSideProcessing: true,
      robustness: 2,
      queryIntervalCode: 125,
      sources: [address(192, 0, 2, 9)],
    });
    expect([...v3.subarray(8)]).toEqual([0x0a, 125, 0, 1, 192, 0, 2, 9]);
    expect(igmp.check(viewOf(v3), 0, 16)).toBeUndefined();
    expect(igmp.check(viewOf(v3), 0, 10)).toBe('igmp-truncated');
    expect(igmp.check(viewOf(v3), 0, 15)).toBe('igmp-truncated');
    v3[9] = 0;
    expect(igmp.check(viewOf(v3), 0, 16)).toBe('igmp-bad-checksum');
  });

  test('RFC 3376 §4.1.1: codes above 127 are floating-point numbers', () => {
    expect([0, 127, 128, 0x8f, 0xff].map(igmp.codeValue)).toEqual([0, 127, 128, 248, 31744]);
  });
});
