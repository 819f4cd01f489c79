/** What UDP asks of the host below it, and what an endpoint asks of its `Udp`. */
import type { Family, IpAddress } from '../address.ts';
import type { Timers } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import type { FramePool } from '../frame.ts';
import type { Memory } from '../memory.ts';
import type { ReceivedPacket } from '../network/packet.ts';
import type { Path, PathFinder } from '../network/path.ts';
import type { Random } from '../random.ts';

/** A path that may lead to a group. */
export interface DatagramPath extends Path {
  /** Whether members on this host get a copy of what is sent to a group. */
  loopToSelf: boolean;
}

/** What UDP asks of its host. */
export interface UdpNetwork extends PathFinder {
  path(remote: IpAddress, local?: IpAddress, interfaceIndex?: number): DatagramPath | ErrorCode;
  /** The limited broadcast address or that of an attached network. */
  isBroadcast(address: IpAddress): boolean;
  /** Whether a program may bind it: an address of the host's, a broadcast address or a group. */
  isBindable(address: IpAddress): boolean;
  /** The hop limit of what is sent when nobody chose one. */
  defaultHopLimit(family: Family): number;
  joinGroup(group: IpAddress, interfaceIndex: number): ErrorCode | undefined;
  leaveGroup(group: IpAddress, interfaceIndex: number): void;
  /** Answers with ICMP port unreachable (RFC 1122 §4.1.3.1, RFC 4443 §3.1), if an error may be sent at all. */
  portUnreachable(packet: ReceivedPacket): void;
}

export interface UdpParts {
  readonly timers: Timers;
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly network: UdpNetwork;
}
