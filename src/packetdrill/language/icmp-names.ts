/** The names that scripts have for the types and codes of ICMP (RFC 792, RFC 1122, RFC 1812) and ICMPv6 (RFC 4443). */
import * as icmpv4 from '../../layers/network/icmpv4.ts';
import * as icmpv6 from '../../layers/network/icmpv6.ts';

export type IcmpProtocol = 'icmp' | 'icmpv6';

/** Names of numbers. Several may be of one: what programs print differs from what RFCs say. */
export type Names = ReadonlyMap<string, number>;

const names = (table: Readonly<Record<string, number>>): Names => new Map(Object.entries(table));

export const ICMP_TYPES: Readonly<Record<IcmpProtocol, Names>> = {
  icmp: names({
    echo_reply: icmpv4.ECHO_REPLY,
    unreachable: icmpv4.DESTINATION_UNREACHABLE,
    source_quench: icmpv4.SOURCE_QUENCH,
    redirect: icmpv4.REDIRECT,
    echo_request: icmpv4.ECHO,
    time_exceeded: icmpv4.TIME_EXCEEDED,
    parameter_problem: icmpv4.PARAMETER_PROBLEM,
    timestamp_request: icmpv4.TIMESTAMP,
    timestamp_reply: icmpv4.TIMESTAMP_REPLY,
    information_request: icmpv4.INFORMATION_REQUEST,
    information_reply: icmpv4.INFORMATION_REPLY,
    // RFC 950.
    address_mask_request: 17,
    address_mask_reply: 18,
  }),
  icmpv6: names({
    unreachable: icmpv6.DESTINATION_UNREACHABLE,
    packet_too_big: icmpv6.PACKET_TOO_BIG,
    time_exceeded: icmpv6.TIME_EXCEEDED,
    parameter_problem: icmpv6.PARAMETER_PROBLEM,
    echo_request: icmpv6.ECHO_REQUEST,
    echo_reply: icmpv6.ECHO_REPLY,
  }),
};

/** By type. */
export const ICMP_CODES: Readonly<Record<IcmpProtocol, ReadonlyMap<number, Names>>> = {
  icmp: new Map([
    [
      icmpv4.DESTINATION_UNREACHABLE,
      names({
        net_unreachable: 0,
        host_unreachable: 1,
        protocol_unreachable: 2,
        port_unreachable: 3,
        frag_needed: icmpv4.FRAGMENTATION_NEEDED,
        source_route_failed: 5,
        net_unknown: 6,
        host_unknown: 7,
        source_host_isolated: 8,
        net_prohibited: 9,
        host_prohibited: 10,
        net_unreachable_for_tos: 11,
        host_unreachable_for_tos: 12,
        packet_filtered: 13,
        precedence_violation: 14,
        precedence_cutoff: 15,
      }),
    ],
    [icmpv4.REDIRECT, names({ net: 0, host: 1, tos_net: 2, tos_host: 3 })],
    [
      icmpv4.TIME_EXCEEDED,
      names({
        ttl: 0,
        exc_ttl: 0,
        ttl_exceeded: 0,
        fragment: 1,
        exc_fragtime: 1,
        fragment_reassembly: 1,
        fragment_reassembly_time: 1,
      }),
    ],
    [icmpv4.PARAMETER_PROBLEM, names({ pointer: 0, missing_option: 1, bad_length: 2 })],
  ]),
  icmpv6: new Map([
    [
      icmpv6.DESTINATION_UNREACHABLE,
      names({
        no_route: 0,
        admin_prohibited: 1,
        not_neighbour: 2,
        not_neighbor: 2,
        beyond_scope: 2,
        address_unreachable: 3,
        port_unreachable: 4,
        policy_failed: 5,
        reject_route: 6,
      }),
    ],
    [
      icmpv6.TIME_EXCEEDED,
      names({ exceed_hop_limit: 0, hop_limit: 0, exceed_fragment_reassembly_time: 1, fragment_reassembly_time: 1 }),
    ],
    [
      icmpv6.PARAMETER_PROBLEM,
      names({
        header_field: 0,
        erroneous_header_field: 0,
        next_header: 1,
        unknown_next_header: 1,
        option: 2,
        unknown_option: 2,
      }),
    ],
  ]),
};
