/**
 * An IP packet on its way up, as the transport layer is given it: one record per host, filled anew for each packet.
 * It is borrowed for the call, as the frame is. Addresses are words, so nothing is allocated per packet.
 */
import { type Family, IpAddress } from '../address.ts';
import { pseudoHeaderSum4, pseudoHeaderSum6 } from '../checksum.ts';
import type { Frame } from '../frame.ts';

export class ReceivedPacket {
  frame: Frame;
  view: DataView;
  family: Family;
  /** Where the IP header starts in `view`. */
  headerAt: number;
  /** Where the transport header starts, and how many bytes of payload the IP header grants from there. */
  at: number;
  length: number;
  /** Protocol (RFC 791) or upper-layer next header (RFC 8200). */
  protocol: number;
  /** Time to live, or hop limit. */
  hopLimit: number;
  /** Type of service, or traffic class: DSCP in the upper six bits, ECN in the lower two. */
  trafficClass: number;
  source0: number;
  source1: number;
  source2: number;
  source3: number;
  destination0: number;
  destination1: number;
  destination2: number;
  destination3: number;
  /** Whether it came to a link-layer or IP broadcast or multicast address: no error is ever sent about it. */
  toGroup: boolean;
  /** Which interface it came in by: its index in the host. */
  interfaceIndex: number;

  constructor(frame: Frame) {
    this.frame = frame;
    this.view = frame.view;
    this.family = 4;
    this.headerAt = 0;
    this.at = 0;
    this.length = 0;
    this.protocol = 0;
    this.hopLimit = 0;
    this.trafficClass = 0;
    this.source0 = 0;
    this.source1 = 0;
    this.source2 = 0;
    this.source3 = 0;
    this.destination0 = 0;
    this.destination1 = 0;
    this.destination2 = 0;
    this.destination3 = 0;
    this.toGroup = false;
    this.interfaceIndex = 0;
  }

  /** Partial sum of the pseudo-header that a transport checksum covers: RFC 9293 §3.1, RFC 8200 §8.1. */
  pseudoHeaderSum(): number {
    return this.family === 4
      ? pseudoHeaderSum4(this.source3, this.destination3, this.protocol, this.length)
      : pseudoHeaderSum6(
          this.source0,
          this.source1,
          this.source2,
          this.source3,
          this.destination0,
          this.destination1,
          this.destination2,
          this.destination3,
          this.protocol,
          this.length,
        );
  }

  /** The source as an address. Allocates. */
  source(): IpAddress {
    return new IpAddress(this.family, this.source0, this.source1, this.source2, this.source3);
  }

  /** The destination as an address. Allocates. */
  destination(): IpAddress {
    return new IpAddress(this.family, this.destination0, this.destination1, this.destination2, this.destination3);
  }
}
