/**
 * Why a frame or packet ended without being delivered or forwarded. Every layer's input ends in one of the three;
 * a drop reason, its counter and its trace event share one name.
 */

/** What a person reads about a reason: a sentence, and the section that demands it where one does. */
export interface DropExplanation {
  readonly what: string;
  readonly rule?: string;
}

export const DROP_REASONS = {
  // Medium
  'medium-loss': { what: 'the medium lost it at random' },
  'medium-burst-loss': { what: 'the medium lost it in a burst (Gilbert-Elliott bad state)' },
  'medium-fault': { what: 'a fault of the explicit fault list took it' },
  'medium-queue-full': { what: 'the queue in front of the link was full' },
  'medium-queue-aqm': { what: 'the queue in front of the link dropped it to signal congestion', rule: 'RFC 7567 §4.2' },
  'medium-queue-fat-flow': {
    what: 'the queues in front of the link were full, and its flow had most of them',
    rule: 'RFC 8290 §4.1',
  },
  'medium-mtu': { what: 'it is longer than the link carries' },
  'medium-down': { what: 'the link was down' },
  'medium-unplugged': { what: 'nothing is attached to the other end' },
  'switch-filtered': {
    what: 'the switch knows the destination to be on the port it came from',
    rule: 'IEEE 802.1D §7.7',
  },
  // Link
  'ethernet-truncated': { what: 'shorter than an Ethernet header', rule: 'RFC 894' },
  'ethernet-bad-fcs': { what: 'the frame check sequence does not match', rule: 'IEEE 802.3 §3.2.9' },
  'ethernet-not-for-us': { what: 'the destination address is another station’s', rule: 'RFC 1122 §2.3' },
  'ethernet-unknown-type': { what: 'no protocol here has this EtherType', rule: 'RFC 1122 §2.3' },
  'ethernet-bad-length': { what: 'the length field goes beyond the frame', rule: 'IEEE 802.3 §3.2.6' },
  'vlan-truncated': { what: 'shorter than its VLAN tag', rule: 'IEEE 802.1Q §9.6' },
  'vlan-not-ours': { what: 'no interface here belongs to that VLAN', rule: 'IEEE 802.1Q §8.6' },
  'llc-truncated': { what: 'shorter than its LLC header', rule: 'RFC 1042' },
  'ppp-truncated': { what: 'shorter than its PPP header', rule: 'RFC 1661 §2' },
  'pppoe-truncated': { what: 'shorter than its PPPoE header', rule: 'RFC 2516 §4' },
  'pppoe-bad-length': { what: 'the PPPoE length goes beyond the frame', rule: 'RFC 2516 §4' },
  'capture-header-truncated': { what: 'shorter than the header that the capturing system put in front' },
  'arp-truncated': { what: 'shorter than an ARP packet for Ethernet and IPv4', rule: 'RFC 826' },
  'arp-unsupported': { what: 'not ARP for Ethernet and IPv4, or an unknown operation', rule: 'RFC 826' },
  'arp-not-for-us': { what: 'the target is not an address of this host', rule: 'RFC 826' },
  'neighbour-queue-full': {
    what: 'too many packets already wait for this neighbour’s address',
    rule: 'RFC 1122 §2.3.2.2',
  },
  'neighbour-unreachable': { what: 'the neighbour did not answer ARP or NDP', rule: 'RFC 1122 §2.3.2.1' },
  // Network
  'ip-bad-version': { what: 'the version field is neither 4 nor 6', rule: 'RFC 1122 §3.2.1.1' },
  'ipv4-truncated': { what: 'shorter than an IPv4 header', rule: 'RFC 791 §3.1' },
  'ipv4-bad-header-length': { what: 'IHL below 5 or beyond the packet', rule: 'RFC 791 §3.1' },
  'ipv4-bad-total-length': { what: 'total length below the header or beyond the frame', rule: 'RFC 791 §3.1' },
  'ipv4-bad-checksum': { what: 'the header checksum does not match', rule: 'RFC 1122 §3.2.1.2' },
  'ipv4-bad-source': {
    what: 'the source is a broadcast or multicast address, or the destination itself',
    rule: 'RFC 1122 §3.2.1.3',
  },
  'ipv4-bad-option': { what: 'an option runs beyond the header', rule: 'RFC 1122 §3.2.1.8' },
  'ipv6-truncated': { what: 'shorter than an IPv6 header', rule: 'RFC 8200 §3' },
  'ipv6-bad-payload-length': { what: 'payload length beyond the frame', rule: 'RFC 8200 §3' },
  'ipv6-bad-source': { what: 'the source is a multicast address, or the destination itself', rule: 'RFC 4291 §2.7' },
  'ipv6-bad-extension': { what: 'an extension header is malformed or misplaced', rule: 'RFC 8200 §4' },
  'ipv6-unknown-option': { what: 'an option that must be understood is unknown', rule: 'RFC 8200 §4.2' },
  'ip-not-for-us': { what: 'the destination is not this host, and it does not forward', rule: 'RFC 1122 §3.2.1.3' },
  'ip-link-broadcast': {
    what: 'a link-layer broadcast of what is not an IP broadcast or multicast',
    rule: 'RFC 1122 §3.3.6',
  },
  'ip-not-forwardable': { what: 'such an address is never forwarded', rule: 'RFC 1812 §5.3.7' },
  'ip-loopback-outside': { what: 'a loopback address came from outside', rule: 'RFC 1122 §3.2.1.3' },
  'ip-unknown-protocol': { what: 'no protocol here has this number', rule: 'RFC 1122 §3.2.2.1' },
  'ip-no-route': { what: 'no route leads to the destination', rule: 'RFC 1812 §5.2.7.1' },
  'ip-ttl-exceeded': { what: 'the time to live ran out on the way', rule: 'RFC 1812 §5.3.1' },
  'ip-needs-fragmentation': { what: 'larger than the next link carries and not to be fragmented', rule: 'RFC 1191 §4' },
  'ip-source-route': { what: 'source routing is not followed here', rule: 'RFC 5095' },
  'fragment-overlap': {
    what: 'it overlaps another fragment of its packet; all of them are discarded',
    rule: 'RFC 5722 §3',
  },
  'fragment-duplicate': { what: 'it is there already, byte for byte', rule: 'RFC 8200 §4.5' },
  'fragment-inconsistent': { what: 'it disagrees with another fragment about where the packet ends' },
  'fragment-mixed-ecn': { what: 'one fragment is marked, another is not ECN-capable', rule: 'RFC 3168 §5.3' },
  'fragment-bad-length': { what: 'not the last fragment, yet not a multiple of 8 bytes', rule: 'RFC 8200 §4.5' },
  'fragment-too-long': { what: 'the reassembled packet would pass 65,535 bytes', rule: 'RFC 8200 §4.5' },
  'fragment-limit': { what: 'too many packets are being reassembled already' },
  'fragment-timeout': { what: 'the other fragments did not come in time', rule: 'RFC 1122 §3.3.2' },
  'icmp-truncated': { what: 'shorter than an ICMP header', rule: 'RFC 792' },
  'icmp-bad-checksum': { what: 'the ICMP checksum does not match', rule: 'RFC 792' },
  'icmp-unknown-type': { what: 'an ICMP type that this host does not act on', rule: 'RFC 1122 §3.2.2' },
  'icmp-no-listener': { what: 'no program or connection awaits this ICMP message', rule: 'RFC 1122 §3.2.2' },
  'icmp-mtu-below-minimum': { what: 'reports an MTU that no IPv6 link has', rule: 'RFC 8201 §4' },
  'igmp-truncated': { what: 'shorter than its IGMP message', rule: 'RFC 3376 §7.1' },
  'igmp-bad-checksum': { what: 'the IGMP checksum does not match', rule: 'RFC 3376 §4.1.2' },
  'ndp-invalid': { what: 'a neighbour discovery message failed its validity checks', rule: 'RFC 4861 §7.1' },
  'ndp-not-for-us': { what: 'the target is not an address of this host', rule: 'RFC 4861 §7.2.3' },
  // Transport
  'udp-truncated': { what: 'shorter than a UDP header', rule: 'RFC 768' },
  'udp-bad-length': { what: 'the length field disagrees with IP', rule: 'RFC 768' },
  'udp-no-checksum': { what: 'no checksum, which IPv6 forbids', rule: 'RFC 8200 §8.1' },
  'udp-bad-checksum': { what: 'the UDP checksum does not match', rule: 'RFC 768' },
  'udp-port-unreachable': { what: 'no program is bound to the port', rule: 'RFC 1122 §4.1.3.1' },
  'udp-receive-buffer-full': { what: 'the program does not read its datagrams fast enough' },
  'tcp-truncated': { what: 'shorter than a TCP header', rule: 'RFC 9293 §3.1' },
  'tcp-bad-data-offset': { what: 'data offset below 5 or beyond the segment', rule: 'RFC 9293 §3.1' },
  'tcp-bad-option': {
    what: 'an option’s length is below 2 or runs beyond the header, or it is signed twice',
    rule: 'RFC 9293 §3.2, RFC 5925 §2.2',
  },
  'tcp-unsigned': { what: 'has no signature where the connection demands one', rule: 'RFC 5925 §7.3, RFC 2385 §2.0' },
  'tcp-bad-signature': { what: 'its signature is not that of its bytes', rule: 'RFC 5925 §7.5, RFC 2385 §2.0' },
  'tcp-unknown-key': { what: 'signed with a key that is not among those for its peer', rule: 'RFC 5925 §7.5' },
  'tcp-unexpected-signature': { what: 'signed, though there is no key for its peer', rule: 'RFC 5925 §7.3' },
  'tcp-bad-checksum': { what: 'the TCP checksum does not match', rule: 'RFC 9293 §3.1' },
  'tcp-from-nobody': { what: 'the source is the unspecified address, which no host has', rule: 'RFC 9293 §3.9.2.3' },
  'tcp-to-group': { what: 'TCP never speaks to a broadcast or multicast address', rule: 'RFC 9293 §3.9.2.3' },
  'tcp-no-connection': { what: 'no connection or listener matches; answered with a reset', rule: 'RFC 9293 §3.10.7.1' },
  'tcp-reset-to-closed': { what: 'a reset for a connection that does not exist', rule: 'RFC 9293 §3.10.7.1' },
  'tcp-no-syn': { what: 'has no SYN, and the connection is still being opened', rule: 'RFC 9293 §3.10.7.3' },
  'tcp-listen-no-syn': { what: 'to a listener, without SYN', rule: 'RFC 9293 §3.10.7.2' },
  'tcp-backlog-full': { what: 'the listener’s queue is full', rule: 'RFC 9293 §3.10.7.2' },
  'tcp-bad-cookie': { what: 'acknowledges no SYN cookie that is still good', rule: 'RFC 4987 appendix A' },
  'tcp-outside-window': { what: 'outside the receive window', rule: 'RFC 9293 §3.10.7.4' },
  'tcp-paws': { what: 'its timestamp is older than the last one accepted', rule: 'RFC 7323 §5.3' },
  'tcp-no-timestamp': { what: 'timestamps were agreed on and it has none', rule: 'RFC 7323 §3.2' },
  'tcp-bad-ack': { what: 'acknowledges what was never sent', rule: 'RFC 9293 §3.10.7.4' },
  'tcp-old-ack': { what: 'acknowledges what lies too far back', rule: 'RFC 5961 §5.2' },
  'tcp-no-ack': { what: 'has no ACK where one is due', rule: 'RFC 9293 §3.10.7.4' },
  'tcp-challenge': { what: 'a reset or SYN inside the window: answered with a challenge ACK', rule: 'RFC 5961 §3.2' },
  'tcp-time-wait-reset': { what: 'a reset would end TIME-WAIT too early', rule: 'RFC 1337 §3 (F1)' },
  'tcp-no-ecn-agreement': { what: 'asks for another kind of ECN feedback than before', rule: 'RFC 9768 §3.1.5' },
  'tcp-after-close': { what: 'data after the program closed: answered with a reset', rule: 'RFC 9293 §3.10.7.4' },
  'tcp-duplicate': { what: 'holds nothing that was not received before', rule: 'RFC 9293 §3.10.7.4' },
  'tcp-too-many-gaps': { what: 'too many gaps are open already to remember another', rule: 'RFC 9293 §3.10.7.4' },
} as const;

export type DropReason = keyof typeof DROP_REASONS;

/** What to tell a person about a reason. */
export const explainDrop = (reason: DropReason): DropExplanation => DROP_REASONS[reason];
