/** Joins the neighbour caches of an interface to ARP and NDP, and tells who waited in vain (RFC 1122 §3.2.2, §4.1.3.3). */
import type { DropReason } from '../layers/drop.ts';
import type { Frame } from '../layers/frame.ts';
import { IPV4, IPV6 } from '../layers/link/ethertype.ts';
import type { Neighbour, PendingPacket } from '../layers/link/neighbour.ts';
import { NeighbourCache, type NeighbourLink } from '../layers/link/neighbour-cache.ts';
import type { ArpResolution } from './arp-resolution.ts';
import type { IcmpErrorInput } from './icmp-error-input.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { NeighbourDiscovery } from './neighbour-discovery.ts';
import type { NetworkInterface } from './network-interface.ts';
import { readPacket4, readPacket6 } from './packet-reader.ts';

export interface NeighbourParts {
  readonly machine: Machine;
  readonly arp: ArpResolution;
  readonly discovery: NeighbourDiscovery;
  readonly errors: IcmpErrors;
  readonly errorInput: IcmpErrorInput;
}

/** Gives an interface its two caches. */
export function addNeighbourCaches(parts: NeighbourParts, networkInterface: NetworkInterface): void {
  const { machine, arp, discovery } = parts;
  const link4 = neighbourLink(parts, networkInterface, 4, (neighbour, unicast) =>
    arp.ask(networkInterface, neighbour, unicast),
  );
  const link6 = neighbourLink(parts, networkInterface, 6, (neighbour, unicast) =>
    discovery.ask(networkInterface, neighbour, unicast),
  );
  networkInterface.neighbours4 = new NeighbourCache(link4, machine.settings.arp);
  networkInterface.neighbours6 = new NeighbourCache(link6, machine.settings.ndp);
}

function neighbourLink(
  parts: NeighbourParts,
  networkInterface: NetworkInterface,
  family: 4 | 6,
  ask: (neighbour: Neighbour, unicast: boolean) => void,
): NeighbourLink {
  const { machine } = parts;
  const etherType = family === 4 ? IPV4 : IPV6;
  return {
    timers: machine.timers,
    random: machine.random(`neighbours${family} ${networkInterface.name}`),
    ask,
    transmit: (neighbour: Neighbour, frame: Frame) => {
      networkInterface.transmit(frame, neighbour.macHigh, neighbour.macLow, etherType);
    },
    unreachable: (_neighbour: Neighbour, packet: PendingPacket) => undeliverable(parts, networkInterface, packet),
    dropped: (packet: PendingPacket, reason: DropReason) => end(machine, networkInterface, packet, reason),
    lost: (neighbour: Neighbour) => {
      machine.routes.suspect(neighbour.address, networkInterface.index, true);
      // RFC 4861 §7.3.3: who says that he is no router any more is taken off the list.
      if (neighbour.state === 'GONE') return;
      machine.routes.removeWhere(
        (route) => route.origin === 'advertised' && route.via !== undefined && route.via.equals(neighbour.address),
      );
    },
  };
}

function undeliverable(parts: NeighbourParts, networkInterface: NetworkInterface, packet: PendingPacket): void {
  const { machine } = parts;
  const { frame } = packet;
  if (packet.forwarded) {
    const { revisited } = machine;
    if (frame.view.getUint8(frame.start) >>> 4 === 4) readPacket4(revisited, frame, frame.start);
    else readPacket6(revisited, frame, frame.start);
    revisited.toGroup = false;
    revisited.interfaceIndex = networkInterface.index;
    parts.errors.about(revisited, 'host-unreachable');
  } else {
    parts.errorInput.unreachable(frame);
  }
  end(machine, networkInterface, packet, 'neighbour-unreachable');
}

function end(machine: Machine, networkInterface: NetworkInterface, packet: PendingPacket, reason: DropReason): void {
  if (!packet.forwarded) {
    machine.discard(reason, packet.frame);
    return;
  }
  machine.dropped(networkInterface, reason, packet.frame);
  machine.pool.release(packet.frame);
}
