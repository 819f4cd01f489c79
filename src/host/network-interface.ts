/**
 * One interface of a host: where frames come in and go out. It writes and reads the Ethernet header (RFC 894) and, for a
 * VLAN, the 802.1Q tag; what the frame carries is the host's affair.
 * Left out on purpose: sending 802.3 with LLC/SNAP (RFC 1042 asks a host to send RFC 894), promiscuous mode.
 */
import type { IpAddress } from '../layers/address.ts';
import { AddressMap } from '../layers/address-map.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import * as ethernet from '../layers/link/ethernet.ts';
import type { NeighbourCache } from '../layers/link/neighbour-cache.ts';
import type { FrameReceiver, Port } from '../layers/link/port.ts';
import { InterfaceCounters } from './counters.ts';

/** What a VLAN tag adds to the header (IEEE 802.1Q §9.3). */
export const VLAN_TAG_LENGTH = 4;
const VLAN_TYPE = 0x8100;
/** Of this module's own: V8 looks at what is imported at each use. */
const { MINIMUM_LENGTH } = ethernet;

/** What an interface asks of its host. */
export interface InterfaceOwner {
  /** A frame came in. @returns why it ended here, if it did */
  input(networkInterface: NetworkInterface, frame: Frame): DropReason | undefined;
  /** The one place where drops are counted and shown. */
  dropped(networkInterface: NetworkInterface, reason: DropReason, frame: Frame): void;
  /** Takes a frame of the host's own that cannot be sent, and gives it back to the pool. */
  discard(reason: DropReason, frame: Frame): void;
  /** A frame with room for `headroom` bytes in front of a copy of `frame`. */
  moved(frame: Frame, headroom: number, tailroom: number): Frame;
  /** Has the interface receive `frame`, which is handed over, as soon as nobody is sending. */
  loopBack(networkInterface: NetworkInterface, frame: Frame): void;
  attached(networkInterface: NetworkInterface): void;
}

export interface InterfaceParts {
  readonly name: string;
  /** From 1, as POSIX counts; 0 means "any" wherever an index is asked for. */
  readonly index: number;
  readonly mac: number;
  readonly mtu: number;
  readonly isLoopback: boolean;
  /** The interface whose frames carry this VLAN's, and the VLAN's number. */
  readonly parent: NetworkInterface | undefined;
  readonly vlan: number;
}

export class NetworkInterface implements FrameReceiver {
  readonly name: string;
  readonly index: number;
  readonly mac: number;
  readonly macHigh: number;
  readonly macLow: number;
  readonly isLoopback: boolean;
  readonly parent: NetworkInterface | undefined;
  readonly vlan: number;
  /** The largest IP packet in bytes, and the largest IPv6 packet, which a router may have lowered (RFC 4861 §6.3.4). */
  mtu: number;
  mtu6: number;
  /** The hop limit of IPv6 packets; a router may have set it (RFC 4861 §6.3.4), else the host's. */
  hopLimit6: number;
  /** Whether IPv6 runs on it: not if its link-local address is somebody else's (RFC 4862 §5.4.5). */
  ipv6Enabled: boolean;
  /** Bytes of link header in front of a packet. */
  readonly headroom: number;
  readonly counters: InterfaceCounters;
  /** Groups whose packets are received, with the number of those who joined. */
  readonly groups: AddressMap<{ readonly group: IpAddress; members: number }>;
  /** VLANs whose frames this interface carries, by their number. */
  readonly vlans: Map<number, NetworkInterface>;
  /** Set by the host at once; the loopback interface has none and needs none. */
  neighbours4: NeighbourCache | undefined;
  neighbours6: NeighbourCache | undefined;
  private readonly owner: InterfaceOwner;
  private port: Port | undefined;

  constructor(parts: InterfaceParts, owner: InterfaceOwner) {
    this.name = parts.name;
    this.index = parts.index;
    this.mac = parts.mac;
    this.macHigh = Math.floor(parts.mac / 0x1_0000_0000);
    this.macLow = parts.mac | 0;
    this.isLoopback = parts.isLoopback;
    this.parent = parts.parent;
    this.vlan = parts.vlan;
    this.mtu = parts.mtu;
    this.mtu6 = parts.mtu;
    this.hopLimit6 = 0;
    this.ipv6Enabled = true;
    this.headroom = ethernet.HEADER_LENGTH + (parts.parent === undefined ? 0 : VLAN_TAG_LENGTH);
    this.counters = new InterfaceCounters();
    this.groups = new AddressMap();
    this.vlans = new Map();
    this.neighbours4 = undefined;
    this.neighbours6 = undefined;
    this.owner = owner;
    this.port = undefined;
  }

  /** Whether frames can leave. */
  get isAttached(): boolean {
    return (this.parent === undefined ? this.port : this.parent.port) !== undefined;
  }

  /** Plugs it in. @throws {TypeError} if it is plugged in already, or is a VLAN of another interface */
  attach(port: Port): void {
    if (this.parent !== undefined) {
      throw new TypeError(`wirelab: ${this.name} is a VLAN of ${this.parent.name}; attach that one`);
    }
    if (this.port !== undefined) {
      throw new TypeError(`wirelab: ${this.name} is plugged in already; detach it first`);
    }
    this.port = port;
    this.owner.attached(this);
    for (const vlan of this.vlans.values()) this.owner.attached(vlan);
  }

  detach(): void {
    this.port = undefined;
  }

  /** A frame arrived. It is borrowed for the call. */
  receive(frame: Frame): void {
    this.counters.framesReceived++;
    this.counters.bytesReceived += frame.end - frame.start;
    const reason = this.owner.input(this, frame);
    if (reason !== undefined) this.owner.dropped(this, reason, frame);
  }

  /** Sends the packet in `frame`, from `start`, to a station. The frame is handed over. */
  transmit(frame: Frame, macHigh: number, macLow: number, etherType: number): void {
    const port = this.parent === undefined ? this.port : this.parent.port;
    if (port === undefined) {
      this.owner.discard('medium-unplugged', frame);
      return;
    }
    if (frame.start - frame.at < this.headroom) frame = this.owner.moved(frame, this.headroom, 0);
    this.writeHeader(frame, macHigh, macLow, etherType);
    if (frame.end - frame.start < MINIMUM_LENGTH && !this.isLoopback) frame = this.padded(frame);
    this.counters.framesSent++;
    this.counters.bytesSent += frame.end - frame.start;
    port.send(frame);
  }

  /** Has this interface itself receive the packet in `frame`, soon. The frame is handed over and has the headroom. */
  loopBack(frame: Frame, macHigh: number, macLow: number, etherType: number): void {
    this.writeHeader(frame, macHigh, macLow, etherType);
    this.owner.loopBack(this, frame);
  }

  private writeHeader(frame: Frame, macHigh: number, macLow: number, etherType: number): void {
    const { view, start } = frame;
    const at = start - this.headroom;
    view.setUint16(start - 2, etherType);
    if (this.parent !== undefined) view.setInt32(at + 12, (VLAN_TYPE << 16) | this.vlan);
    // Both addresses are three words.
    view.setInt32(at, (macHigh << 16) | (macLow >>> 16));
    view.setInt32(at + 4, (macLow << 16) | this.macHigh);
    view.setInt32(at + 8, this.macLow);
    frame.start = at;
  }

  private padded(frame: Frame): Frame {
    const room = frame.at + frame.room - frame.start;
    const roomy = room >= ethernet.MINIMUM_LENGTH ? frame : this.owner.moved(frame, 0, ethernet.MINIMUM_LENGTH);
    roomy.end = roomy.start + ethernet.writePadding(roomy.view, roomy.start, roomy.end - roomy.start);
    return roomy;
  }
}
