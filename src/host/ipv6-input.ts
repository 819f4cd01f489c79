/** An IPv6 packet arrives: RFC 8200 §3 and §4. It is for us, for others, or dropped. */
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import * as extension from '../layers/network/ipv6-extension.ts';
import { ReceivedPacket } from '../layers/network/packet.ts';
import { NO_NEXT_HEADER } from '../layers/network/protocol.ts';
import type { HeldFragment, Reassembly } from '../layers/network/reassembly.ts';
import { reaches } from './address-book.ts';
import type { Forwarding } from './forwarding.ts';
import type { Complaint, IcmpErrors } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';
import { readNext6, readPacket6 } from './packet-reader.ts';

/** By the code that the walk along the extension headers gives (RFC 4443 §3.4). */
const COMPLAINTS: readonly Complaint[] = [
  'erroneous-field',
  'protocol-unreachable',
  'unrecognized-option',
  'incomplete-headers',
];

export class Ipv6Input {
  private readonly machine: Machine;
  private readonly errors: IcmpErrors;
  private readonly forwarding: Forwarding;
  private readonly reassembly: Reassembly;
  private readonly walk: extension.ExtensionWalk;
  /** The last packet without extension headers that was for this host alone, and when that was so: as `Ipv4Input.known`. */
  private readonly known: ReceivedPacket;
  private knownInterface: NetworkInterface | undefined;
  private knownGeneration: number;

  constructor(machine: Machine, errors: IcmpErrors, forwarding: Forwarding, reassembly: Reassembly) {
    this.machine = machine;
    this.errors = errors;
    this.forwarding = forwarding;
    this.reassembly = reassembly;
    this.walk = new extension.ExtensionWalk();
    this.known = new ReceivedPacket(machine.packet.frame);
    this.knownInterface = undefined;
    this.knownGeneration = -1;
  }

  /**
   * @param at where the packet starts in the frame
   * @param toLinkGroup whether the frame was addressed to a group of stations
   */
  input(networkInterface: NetworkInterface, frame: Frame, at: number, toLinkGroup: boolean): DropReason | undefined {
    const { machine, known } = this;
    if (
      networkInterface === this.knownInterface &&
      machine.generation === this.knownGeneration &&
      networkInterface.ipv6Enabled &&
      !toLinkGroup &&
      readNext6(known, frame, at)
    ) {
      machine.counters.packetsReceived++;
      return this.deliver(known);
    }
    return this.anyPacket(networkInterface, frame, at, toLinkGroup);
  }

  /** Every check in turn. */
  private anyPacket(
    networkInterface: NetworkInterface,
    frame: Frame,
    at: number,
    toLinkGroup: boolean,
  ): DropReason | undefined {
    const { machine } = this;
    // RFC 4862 §5.4.5: no IPv6 on a link where the link-local address is somebody else's.
    if (!networkInterface.ipv6Enabled) return 'ip-not-for-us';
    const malformed = ipv6.check(frame.view, at, frame.end - at);
    if (malformed !== undefined) return malformed;
    machine.counters.packetsReceived++;
    const { packet } = machine;
    readPacket6(packet, frame, at);
    packet.interfaceIndex = networkInterface.index;
    const martian = refusesAddresses(packet, networkInterface.isLoopback);
    if (martian !== undefined) return martian;
    const isMulticast = packet.destination0 >>> 24 === 0xff;
    packet.toGroup = toLinkGroup || isMulticast;
    if (!this.isForUs(networkInterface, packet, isMulticast)) {
      if (isMulticast || toLinkGroup || !machine.forwarding) return 'ip-not-for-us';
      return this.forwarding.forward6(packet);
    }
    if (!isMulticast && isUpperLayer(machine, packet.protocol)) this.know(networkInterface, frame, at);
    return this.accept(packet);
  }

  private know(networkInterface: NetworkInterface, frame: Frame, at: number): void {
    readPacket6(this.known, frame, at);
    this.known.interfaceIndex = networkInterface.index;
    this.knownInterface = networkInterface;
    this.knownGeneration = this.machine.generation;
  }

  /** The time for the other fragments is over: the sender is told, if the first one is there (RFC 8200 §4.5). */
  timedOut(first: HeldFragment): void {
    const packet = this.machine.revisited;
    readPacket6(packet, first.frame, first.frame.start + first.headerOffset);
    packet.interfaceIndex = first.interfaceIndex;
    packet.toGroup = first.toGroup;
    this.errors.about(packet, 'reassembly-time-exceeded');
  }

  private isForUs(networkInterface: NetworkInterface, packet: ReceivedPacket, isMulticast: boolean): boolean {
    const { destination0, destination1, destination2, destination3 } = packet;
    if (isMulticast) {
      return networkInterface.groups.find(6, destination0, destination1, destination2, destination3) !== undefined;
    }
    const own = this.machine.addresses.find(6, destination0, destination1, destination2, destination3);
    return own !== undefined && (networkInterface.isLoopback || reaches(own, networkInterface));
  }

  private accept(packet: ReceivedPacket): DropReason | undefined {
    const { walk } = this;
    const reason = extension.walk(packet.view, packet.headerAt, walk);
    if (reason !== undefined) {
      const complaint = COMPLAINTS[walk.problemCode];
      if (complaint !== undefined) {
        this.errors.about(packet, complaint, walk.problemPointer, walk.problemEvenToMulticast);
      }
      return reason;
    }
    packet.at = walk.at;
    packet.length = walk.length;
    packet.protocol = walk.protocol;
    return walk.isFragment ? this.fragment(packet) : this.deliver(packet);
  }

  private fragment(packet: ReceivedPacket): DropReason | undefined {
    const { view, headerAt, length } = packet;
    const { fragmentAt, at } = this.walk;
    this.machine.counters.fragmentsReceived++;
    const from = extension.fragmentOffset(view, fragmentAt);
    const more = extension.moreFragments(view, fragmentAt);
    const identification = extension.fragmentIdentification(view, fragmentAt);
    const whole = this.reassembly.add(packet, identification, fragmentAt, at, length, from, more);
    // RFC 8200 §4.5 wants to be told of these two, with a pointer to the field.
    if (whole === 'fragment-bad-length' && length !== 0) this.errors.about(packet, 'erroneous-field', 4);
    if (whole === 'fragment-too-long') this.errors.about(packet, 'erroneous-field', fragmentAt + 2 - headerAt);
    if (whole === undefined || typeof whole === 'string') return whole;
    this.machine.counters.packetsReassembled++;
    readPacket6(packet, whole, whole.start + (headerAt - packet.frame.start));
    const reason = this.accept(packet);
    this.machine.pool.release(whole);
    return reason;
  }

  private deliver(packet: ReceivedPacket): DropReason | undefined {
    // RFC 8200 §4.7: nothing follows, and that is no error.
    if (packet.protocol === NO_NEXT_HEADER) return 'ip-unknown-protocol';
    const protocol = this.machine.protocols[packet.protocol];
    if (protocol === undefined) {
      this.errors.about(packet, 'protocol-unreachable', this.walk.nextHeaderAt - packet.headerAt);
      return 'ip-unknown-protocol';
    }
    this.machine.counters.packetsDelivered++;
    return protocol.input(packet);
  }
}

/** Whether what follows the fixed header is a protocol of this host's: then there is no extension header to walk. */
const isUpperLayer = (machine: Machine, nextHeader: number): boolean =>
  !extension.isExtension(nextHeader) && machine.protocols[nextHeader] !== undefined;

/** RFC 4291 §2.5.3 and §2.7; §2.5.2: the unspecified address is nobody's destination. */
function refusesAddresses(packet: ReceivedPacket, isLoopback: boolean): DropReason | undefined {
  if (packet.source0 >>> 24 === 0xff) return 'ipv6-bad-source';
  if (isLoopback) return undefined;
  // What a host sends to itself stays inside it: from outside it is forged, and would have it talk to itself.
  if (
    packet.source3 === packet.destination3 &&
    packet.source2 === packet.destination2 &&
    packet.source1 === packet.destination1 &&
    packet.source0 === packet.destination0
  ) {
    return 'ipv6-bad-source';
  }
  if ((packet.source0 | packet.source1 | packet.source2) === 0 && packet.source3 === 1) return 'ip-loopback-outside';
  const isZero = (packet.destination0 | packet.destination1 | packet.destination2) === 0;
  return isZero && packet.destination3 === 1 ? 'ip-loopback-outside' : undefined;
}
