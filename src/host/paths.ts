/** Finds paths for the transport layer: the route, and the address to speak from (RFC 1122 §3.3.4.3, RFC 6724). */
import {
  type IpAddress,
  isLinkLocal,
  isMulticast,
  isUnspecified,
  LIMITED_BROADCAST,
  LOOPBACK_V4,
  LOOPBACK_V6,
  UNSPECIFIED_V4,
} from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { PathFinder } from '../layers/network/path.ts';
import { HostPath } from './host-path.ts';
import type { Machine } from './machine.ts';
import { findNextHop, type NextHop } from './next-hop.ts';
import { chooseSource } from './source-address.ts';

export class Paths implements PathFinder {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  path(remote: IpAddress, local?: IpAddress, interfaceIndex = 0): HostPath | ErrorCode {
    // RFC 1122 §3.2.1.3 (a) forbids 0.0.0.0 as a destination; every kernel takes it for "this host".
    const destination = !isUnspecified(remote) ? remote : remote.family === 4 ? LOOPBACK_V4 : LOOPBACK_V6;
    if (local !== undefined && local.family !== destination.family) return 'EAFNOSUPPORT';
    const own = local === undefined || isUnspecified(local) ? undefined : local;
    if (own !== undefined && !this.machine.addresses.isLocal(own)) return 'EADDRNOTAVAIL';
    // A link-local source ties the packet to its link (RFC 4291 §2.5.6), as the index does.
    const link = interfaceIndex || (own !== undefined && isLinkLocal(own) ? this.indexOf(own) : 0);
    const hop = findNextHop(this.machine, destination, link);
    if (typeof hop === 'string') return hop;
    const source = own ?? this.source(destination, hop);
    if (source === undefined) return 'EADDRNOTAVAIL';
    const tied = link !== 0 || isLinkLocal(destination) || isMulticast(destination);
    return new HostPath(this.machine, source, destination, tied ? hop.networkInterface.index : 0, hop);
  }

  private source(destination: IpAddress, hop: NextHop): IpAddress | undefined {
    const { addresses } = this.machine;
    if (addresses.isLocal(destination)) return destination;
    // RFC 1122 §3.3.4.3 (IPv4): the source shares a network with the next hop.
    const towards = destination.family === 4 ? hop.address : destination;
    const chosen = chooseSource(addresses.list(), towards, hop.networkInterface);
    // RFC 1122 §3.2.1.3 (a): a host that does not know its address yet may say 0.0.0.0 to all.
    return chosen ?? (destination.equals(LIMITED_BROADCAST) ? UNSPECIFIED_V4 : undefined);
  }

  private indexOf(own: IpAddress): number {
    return this.machine.addresses.get(own)?.networkInterface.index ?? 0;
  }
}
