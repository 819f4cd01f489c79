/**
 * The few fields of a frame that a match looks at: its protocol, its TCP flags, sequence number and payload. Whatever the
 * bytes are, nothing is read beyond them and nothing throws: what is not there stays undefined.
 */
import type { Frame } from '../../layers/frame.ts';
import { HEADER_LENGTH, typeOrLength } from '../../layers/link/ethernet.ts';
import * as ethertype from '../../layers/link/ethertype.ts';
import * as ipv4 from '../../layers/network/ipv4.ts';
import * as ipv6 from '../../layers/network/ipv6.ts';
import { extensionLength, fragmentOffset, isExtension } from '../../layers/network/ipv6-extension.ts';
import * as protocol from '../../layers/network/protocol.ts';
import * as segment from '../../layers/transport/tcp/segment.ts';

const UDP_HEADER_LENGTH = 8;

/** Reused for every frame. */
export class FrameFields {
  /** The EtherType behind all tags; -1 if the frame ends before it. */
  etherType: number;
  /** The IP protocol or upper-layer next header; -1 if it is no IP packet, or a later fragment. */
  ipProtocol: number;
  /** Bytes behind the transport header. */
  payloadLength: number;
  /** TCP only, else 0. */
  flags: number;
  sequenceNumber: number;
  /** Names the TCP connection and its direction. Made only for a TCP segment. */
  flow: string;

  constructor() {
    this.etherType = -1;
    this.ipProtocol = -1;
    this.payloadLength = 0;
    this.flags = 0;
    this.sequenceNumber = 0;
    this.flow = '';
  }

  read(frame: Frame): void {
    const { view, end } = frame;
    this.etherType = -1;
    this.ipProtocol = -1;
    this.payloadLength = 0;
    this.flags = 0;
    this.sequenceNumber = 0;
    this.flow = '';
    let at = frame.start;
    do {
      if (end - at < HEADER_LENGTH) return;
      this.etherType = typeOrLength(view, at);
      at += 4;
    } while (ethertype.isVlanTag(this.etherType));
    at += HEADER_LENGTH - 4;
    if (this.etherType === ethertype.IPV4) this.readIpv4(view, at, end);
    else if (this.etherType === ethertype.IPV6) this.readIpv6(view, at, end);
  }

  private readIpv4(view: DataView, at: number, end: number): void {
    if (ipv4.checkShape(view, at, end - at) !== undefined || ipv4.fragmentOffset(view, at) !== 0) return;
    this.ipProtocol = ipv4.protocol(view, at);
    const header = at + ipv4.headerLength(view, at);
    this.readTransport(view, header, at + ipv4.totalLength(view, at), at + 12, at + 20);
  }

  private readIpv6(view: DataView, at: number, end: number): void {
    if (ipv6.check(view, at, end - at) !== undefined) return;
    const packetEnd = at + ipv6.HEADER_LENGTH + ipv6.payloadLength(view, at);
    let next = ipv6.nextHeader(view, at);
    let header = at + ipv6.HEADER_LENGTH;
    while (isExtension(next)) {
      if (header + 8 > packetEnd) return;
      if (next === protocol.FRAGMENT && fragmentOffset(view, header) !== 0) return;
      const length = extensionLength(next, view, header);
      next = view.getUint8(header);
      header += length;
    }
    if (header > packetEnd) return;
    this.ipProtocol = next;
    this.readTransport(view, header, packetEnd, at + 8, at + 40);
  }

  private readTransport(view: DataView, at: number, end: number, addressesAt: number, addressesEnd: number): void {
    const length = end - at;
    if (this.ipProtocol === protocol.UDP) this.payloadLength = Math.max(0, length - UDP_HEADER_LENGTH);
    if (this.ipProtocol !== protocol.TCP || length < segment.HEADER_LENGTH) return;
    this.flags = segment.flags(view, at);
    this.sequenceNumber = segment.sequenceNumber(view, at);
    this.payloadLength = Math.max(0, length - segment.dataOffset(view, at));
    const words: number[] = [view.getInt32(at)];
    for (let word = addressesAt; word < addressesEnd; word += 4) words.push(view.getInt32(word));
    this.flow = words.join();
  }
}
