import { describe, expect, test } from 'vitest';
import { ICMP_CODES, ICMP_TYPES } from '../../../../src/packetdrill/language/icmp-names.ts';
import { parseScript } from '../../../../src/packetdrill/language/parse.ts';
import { icmp, problem } from './reading.ts';

describe('ICMP', () => {
  test('an error, whole', () =>
    expect(icmp('< icmp unreachable frag_needed mtu 1200 [1:1461(1460)]')).toEqual({
      protocol: 'icmp',
      type: 3,
      code: 4,
      mtu: 1200,
      echo: undefined,
      quote: { protocol: 'tcp', ports: undefined, sequence: 1, length: 1460 },
    }));

  test.each([
    ['icmp unreachable', 3, 0],
    ['icmp unreachable net_unreachable', 3, 0],
    ['icmp unreachable host_unreachable', 3, 1],
    ['icmp unreachable protocol_unreachable', 3, 2],
    ['icmp unreachable port_unreachable', 3, 3],
    ['icmp unreachable source_route_failed', 3, 5],
    ['icmp unreachable net_unknown', 3, 6],
    ['icmp unreachable host_unknown', 3, 7],
    ['icmp unreachable source_host_isolated', 3, 8],
    ['icmp unreachable net_prohibited', 3, 9],
    ['icmp unreachable host_prohibited', 3, 10],
    ['icmp unreachable net_unreachable_for_tos', 3, 11],
    ['icmp unreachable host_unreachable_for_tos', 3, 12],
    ['icmp unreachable packet_filtered', 3, 13],
    ['icmp unreachable precedence_violation', 3, 14],
    ['icmp unreachable precedence_cutoff', 3, 15],
    ['icmp source_quench', 4, 0],
    ['icmp redirect tos_host', 5, 3],
    ['icmp time_exceeded ttl', 11, 0],
    ['icmp time_exceeded exc_fragtime', 11, 1],
    ['icmp parameter_problem bad_length', 12, 2],
    ['icmp timestamp_request', 13, 0],
    ['icmp address_mask_reply', 18, 0],
    ['icmp type 3 code 13', 3, 13],
    ['icmp 3 1', 3, 1],
    ['icmp 0x03 code port_unreachable', 3, 3],
    ['icmp type unreachable 255', 3, 255],
    ['icmp 255', 255, 0],
    ['icmpv6 unreachable no_route', 1, 0],
    ['icmpv6 unreachable admin_prohibited', 1, 1],
    ['icmpv6 unreachable not_neighbour', 1, 2],
    ['icmpv6 unreachable address_unreachable', 1, 3],
    ['icmpv6 unreachable port_unreachable', 1, 4],
    ['icmpv6 packet_too_big', 2, 0],
    ['icmpv6 time_exceeded exceed_hop_limit', 3, 0],
    ['icmpv6 time_exceeded exceed_fragment_reassembly_time', 3, 1],
    ['icmpv6 parameter_problem unknown_next_header', 4, 1],
    ['icmpv6 parameter_problem option', 4, 2],
  ])('%s', (text, type, code) => expect(icmp(`< ${text} [1:1(0)]`)).toMatchObject({ type, code }));

  test('every name is read as its number', () => {
    for (const protocol of ['icmp', 'icmpv6'] as const) {
      for (const [name, type] of ICMP_TYPES[protocol]) {
        expect(icmp(`< ${protocol} ${name}`)).toMatchObject({ protocol, type, code: 0 });
        for (const [codeName, code] of ICMP_CODES[protocol].get(type) ?? []) {
          expect(icmp(`< ${protocol} ${name} ${codeName}`)).toMatchObject({ type, code });
        }
      }
    }
  });

  test('RFC 4443 and RFC 792: the codes that have several names or are rare', () => {
    const codes = (protocol: 'icmp' | 'icmpv6', type: number): unknown =>
      Object.fromEntries(ICMP_CODES[protocol].get(type) ?? []);
    expect(codes('icmp', 5)).toEqual({ net: 0, host: 1, tos_net: 2, tos_host: 3 });
    expect(codes('icmp', 11)).toEqual({
      ttl: 0,
      exc_ttl: 0,
      ttl_exceeded: 0,
      fragment: 1,
      exc_fragtime: 1,
      fragment_reassembly: 1,
      fragment_reassembly_time: 1,
    });
    expect(codes('icmp', 12)).toEqual({ pointer: 0, missing_option: 1, bad_length: 2 });
    expect(codes('icmpv6', 1)).toEqual({
      no_route: 0,
      admin_prohibited: 1,
      not_neighbour: 2,
      not_neighbor: 2,
      beyond_scope: 2,
      address_unreachable: 3,
      port_unreachable: 4,
      policy_failed: 5,
      reject_route: 6,
    });
    expect(codes('icmpv6', 3)).toEqual({
      exceed_hop_limit: 0,
      hop_limit: 0,
      exceed_fragment_reassembly_time: 1,
      fragment_reassembly_time: 1,
    });
    expect(codes('icmpv6', 4)).toEqual({
      header_field: 0,
      erroneous_header_field: 0,
      next_header: 1,
      unknown_next_header: 1,
      option: 2,
      unknown_option: 2,
    });
    expect(Object.fromEntries(ICMP_TYPES.icmp)).toMatchObject({
      timestamp_reply: 14,
      information_request: 15,
      information_reply: 16,
      address_mask_request: 17,
      address_mask_reply: 18,
    });
  });

  test('the MTU has 16 bits, and 32 in ICMPv6', () => {
    expect(icmp('< icmp 3 4 mtu 65535').mtu).toBe(65_535);
    expect(icmp('< icmpv6 packet_too_big mtu 4294967295').mtu).toBe(4_294_967_295);
    expect(icmp('< icmpv6 2 0 mtu 1280 [1:1(0)]').mtu).toBe(1280);
  });

  test.each([
    ['1:1461(1460)', { protocol: 'tcp', ports: undefined, sequence: 1, length: 1460 }],
    ['8080 > 53055 1:1(0)', { protocol: 'tcp', ports: { source: 8080, destination: 53_055 }, sequence: 1, length: 0 }],
    ['udp (10)', { protocol: 'udp', ports: undefined, length: 10 }],
    ['53 > 4000 udp (10)', { protocol: 'udp', ports: { source: 53, destination: 4000 }, length: 10 }],
  ])('quotes [%s]', (text, expected) => expect(icmp(`< icmp 3 1 [${text}]`).quote).toEqual(expected));

  test.each([
    ['icmp echo_request id 7 seq 3 (56)', 8, { identifier: 7, sequence: 3, length: 56 }],
    ['icmp echo_reply 0 seq 65535', 0, { identifier: 0, sequence: 65_535, length: 0 }],
    ['icmp echo_request', 8, { identifier: 0, sequence: 0, length: 0 }],
    ['icmpv6 echo_request (8)', 128, { identifier: 0, sequence: 0, length: 8 }],
    ['icmpv6 129 id 0xffff', 129, { identifier: 65_535, sequence: 0, length: 0 }],
  ])('%s', (text, type, echo) => expect(icmp(`> ${text}`)).toMatchObject({ type, code: 0, echo, quote: undefined }));

  test('a code that is left out is not looked for on the next line', () => {
    const { events } = parseScript('0 < icmp source_quench\nf() = 0\n< icmp echo_request\n1 f() = 0');
    expect(events).toHaveLength(4);
  });

  test.each([
    ['0 < icmp', '1:9: a type of icmp is echo_reply, unreachable, source_quench'],
    ['0 < icmp nothing', 'address_mask_reply or a number, and here is "nothing"'],
    ['0 < icmp packet_too_big', '1:10: a type of icmp is'],
    ['0 < icmpv6 source_quench', '1:12: a type of icmpv6 is unreachable, packet_too_big, time_exceeded,'],
    ['0 < icmp constructor', '1:10: a type of icmp is'],
    ['0 < icmp 256', '1:10: a type of icmp is a number from 0 to 255, and here is "256"'],
    ['0 < icmp unreachable nowhere', '1:22: a code of this type is net_unreachable, host_unreachable,'],
    ['0 < icmp unreachable no_route', '1:22: a code of this type is'],
    ['0 < icmp source_quench now', '1:24: a code of this type is a number, and here is "now"'],
    ['0 < icmp 3 256', '1:12: a code of this type is a number from 0 to 255'],
    ['0 < icmp 3 4 mtu 65536', '1:18: mtu is a number from 0 to 65535'],
    ['0 < icmp 3 1 mtu 1200', '1:14: only icmp unreachable frag_needed tells an MTU'],
    ['0 < icmpv6 unreachable mtu 1280', '1:24: only icmpv6 packet_too_big tells an MTU'],
    ['0 < icmp 3 1 id 5', '1:14: icmp goes on with a code, mtu, id, seq, (length) and a [quoted packet]'],
    ['0 < icmp echo_request seq 5 id 1', '1:29: icmp goes on with'],
    ['0 < icmp echo_request [1:1(0)]', '1:23: an echo quotes no packet'],
    ['0 < icmp echo_request id 65536', '1:26: id is a number from 0 to 65535'],
    ['0 < icmp 3 1 [. 1:1(0)]', '1:15: a sequence number is a whole number, and here is "."'],
    ['0 < icmp 3 1 [1:1(0)', "1:21: ']' belongs behind the quoted packet"],
    ['0 < icmp 3 1 [1:5(0)]', '1:15: 1:5(0) is not 0 bytes: write 1:1(0), or another length'],
    ['0 < icmp 3 1 [icmp]', '1:15: a sequence number is a whole number or a defined name'],
  ])('%s', (text, expected) => expect(problem(text)).toContain(expected));
});
