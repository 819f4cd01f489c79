/**
 * An IPv4 packet arrives: RFC 1122 §3.2.1 in a host, RFC 1812 §5.2.1 in a router. It is for us, for others, or dropped.
 * A host takes what is sent to any of its addresses, whatever the interface (the "weak model" of RFC 1122 §3.3.4.2).
 * Left out on purpose: recording routes and timestamps; following source routes (RFC 1122 §3.2.1.8 c, RFC 7126 §4.3).
 */
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import * as ipv4 from '../layers/network/ipv4.ts';
import * as options from '../layers/network/ipv4-options.ts';
import { ReceivedPacket } from '../layers/network/packet.ts';
import type { HeldFragment, Reassembly } from '../layers/network/reassembly.ts';
import type { Forwarding } from './forwarding.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';
import { readNext4, readPacket4 } from './packet-reader.ts';

/** What a destination address means to a host. */
type Destination = 'own' | 'group' | 'other';

export class Ipv4Input {
  private readonly machine: Machine;
  private readonly errors: IcmpErrors;
  private readonly forwarding: Forwarding;
  private readonly reassembly: Reassembly;
  /**
   * The last packet that was found to be for this host alone, and when that was so. Mostly the next one is from the same
   * to the same by the same interface: then its addresses need no check, and lie in the record already.
   */
  private readonly known: ReceivedPacket;
  private knownInterface: NetworkInterface | undefined;
  private knownGeneration: number;

  constructor(machine: Machine, errors: IcmpErrors, forwarding: Forwarding, reassembly: Reassembly) {
    this.machine = machine;
    this.errors = errors;
    this.forwarding = forwarding;
    this.reassembly = reassembly;
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
      !toLinkGroup &&
      readNext4(known, frame, at)
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
    const { view } = frame;
    const malformed = ipv4.check(view, at, frame.end - at);
    if (malformed !== undefined) return malformed;
    machine.counters.packetsReceived++;
    const source = ipv4.sourceWord(view, at);
    const destination = ipv4.destinationWord(view, at);
    const martian = this.refusesAddresses(networkInterface, source, destination);
    if (martian !== undefined) return martian;
    const { packet } = machine;
    readPacket4(packet, frame, at);
    packet.interfaceIndex = networkInterface.index;
    const kind = this.destination(networkInterface, destination);
    if (kind === 'own') this.know(networkInterface, frame, at);
    packet.toGroup = toLinkGroup || kind === 'group';
    const refused = this.refusesOptions(packet);
    if (refused !== undefined) return refused;
    // RFC 1122 §3.3.6: to all stations of the link, but not to a group of hosts: somebody's mistake, not to be multiplied.
    if (toLinkGroup && kind !== 'group') return destination >>> 28 === 0xe ? 'ip-not-for-us' : 'ip-link-broadcast';
    if (kind === 'other') {
      return machine.forwarding ? this.forwarding.forward4(packet) : 'ip-not-for-us';
    }
    return ipv4.isFragment(view, at) ? this.fragment(packet) : this.deliver(packet);
  }

  /** The time for the other fragments is over: the sender is told, if the first one is there (RFC 1122 §3.3.2). */
  timedOut(first: HeldFragment): void {
    const packet = this.machine.revisited;
    readPacket4(packet, first.frame, first.frame.start + first.headerOffset);
    packet.interfaceIndex = first.interfaceIndex;
    packet.toGroup = first.toGroup;
    this.errors.about(packet, 'reassembly-time-exceeded');
  }

  private know(networkInterface: NetworkInterface, frame: Frame, at: number): void {
    readPacket4(this.known, frame, at);
    this.known.interfaceIndex = networkInterface.index;
    this.knownInterface = networkInterface;
    this.knownGeneration = this.machine.generation;
  }

  /** RFC 1122 §3.2.1.3, RFC 1812 §5.3.7. */
  private refusesAddresses(
    networkInterface: NetworkInterface,
    source: number,
    destination: number,
  ): DropReason | undefined {
    if (source >>> 28 === 0xe || source === -1) return 'ipv4-bad-source';
    // What a host sends to itself stays inside it: from outside it is forged, and would have it talk to itself.
    if (source === destination && !networkInterface.isLoopback) return 'ipv4-bad-source';
    if (this.machine.addresses.broadcastOwner(source, networkInterface) !== undefined) return 'ipv4-bad-source';
    if ((source >>> 24 === 127 || destination >>> 24 === 127) && !networkInterface.isLoopback) {
      return 'ip-loopback-outside';
    }
    return undefined;
  }

  private destination(networkInterface: NetworkInterface, word: number): Destination {
    const { addresses } = this.machine;
    if (addresses.find(4, 0, 0, 0, word) !== undefined || word >>> 24 === 127) return 'own';
    if (word === -1 || addresses.broadcastOwner(word, networkInterface) !== undefined) return 'group';
    if (word >>> 28 === 0xe) {
      return networkInterface.groups.find(4, 0, 0, 0, word) !== undefined ? 'group' : 'other';
    }
    return 'other';
  }

  /** RFC 1122 §3.2.1.8: options must be whole, and a source route is not followed. */
  private refusesOptions(packet: ReceivedPacket): DropReason | undefined {
    const { view, headerAt } = packet;
    for (let at = headerAt + ipv4.HEADER_LENGTH; at < packet.at; ) {
      const type = view.getUint8(at);
      if (type === options.END_OF_LIST) return undefined;
      if (type === options.NO_OPERATION) {
        at++;
        continue;
      }
      const length = at + 1 < packet.at ? view.getUint8(at + 1) : 0;
      if (length < 2 || at + length > packet.at) {
        this.errors.about(packet, 'erroneous-field', at - headerAt);
        return 'ipv4-bad-option';
      }
      if (type === options.LOOSE_SOURCE_ROUTE || type === options.STRICT_SOURCE_ROUTE) {
        // Its last address reached (the pointer is beyond it), it is history and does no harm.
        if (length < 3 || view.getUint8(at + 2) <= length) {
          this.errors.about(packet, 'source-route-failed');
          return 'ip-source-route';
        }
      }
      at += length;
    }
    return undefined;
  }

  private fragment(packet: ReceivedPacket): DropReason | undefined {
    const { view, headerAt } = packet;
    this.machine.counters.fragmentsReceived++;
    const whole = this.reassembly.add(
      packet,
      ipv4.identification(view, headerAt),
      packet.at,
      packet.at,
      packet.length,
      ipv4.fragmentOffset(view, headerAt),
      ipv4.moreFragments(view, headerAt),
    );
    if (whole === undefined || typeof whole === 'string') return whole;
    this.machine.counters.packetsReassembled++;
    readPacket4(packet, whole, whole.start + (headerAt - packet.frame.start));
    const reason = this.deliver(packet);
    this.machine.pool.release(whole);
    return reason;
  }

  private deliver(packet: ReceivedPacket): DropReason | undefined {
    const protocol = this.machine.protocols[packet.protocol];
    if (protocol === undefined) {
      this.errors.about(packet, 'protocol-unreachable');
      return 'ip-unknown-protocol';
    }
    this.machine.counters.packetsDelivered++;
    return protocol.input(packet);
  }
}
