/** Where a packet of this host's own goes next: RFC 1122 §3.3.1, RFC 4861 §5.2. */
import { type Family, type IpAddress, isMulticast, LIMITED_BROADCAST } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import { BROADCAST_MAC, multicastMac } from '../layers/mac.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';

export interface NextHop {
  readonly networkInterface: NetworkInterface;
  /** The neighbour to send to. */
  readonly address: IpAddress;
  /** The MAC address, where no neighbour need be asked: this host itself, a group, everybody. */
  readonly mac: number | undefined;
  /** Whether the destination is on the link, or is this host. */
  readonly onLink: boolean;
}

/**
 * The next hop to `remote`.
 * @param interfaceIndex only by that interface; 0 for any
 * @returns `ENETUNREACH` without a route
 */
export function findNextHop(machine: Machine, remote: IpAddress, interfaceIndex: number): NextHop | ErrorCode {
  const { addresses, routes } = machine;
  if (addresses.isLocal(remote)) return toGroup(machine.interfaces[0], remote, 0);
  if (isMulticast(remote))
    return toGroup(groupInterface(machine, remote, interfaceIndex), remote, multicastMac(remote));
  if (addresses.isBroadcast(remote)) {
    const owner = remote.equals(LIMITED_BROADCAST) ? undefined : addresses.broadcastOwner(remote.w3);
    return toGroup(owner?.networkInterface ?? groupInterface(machine, remote, interfaceIndex), remote, BROADCAST_MAC);
  }
  const route = routes.lookup(remote, interfaceIndex);
  const networkInterface = route === undefined ? undefined : machine.interfaceAt(route.interfaceIndex);
  if (route === undefined || networkInterface === undefined) return 'ENETUNREACH';
  // Only the loopback interface has no neighbours: what its network covers beyond our own addresses does not exist.
  if (networkInterface.isLoopback) return toGroup(networkInterface, remote, 0);
  return { networkInterface, address: route.via ?? remote, mac: undefined, onLink: route.via === undefined };
}

function toGroup(networkInterface: NetworkInterface | undefined, address: IpAddress, mac: number): NextHop | ErrorCode {
  return networkInterface === undefined ? 'ENETUNREACH' : { networkInterface, address, mac, onLink: true };
}

/** The interface for a group: the one asked for, that of a route, or the first that speaks the family (RFC 1112 §6.1). */
function groupInterface(machine: Machine, group: IpAddress, interfaceIndex: number): NetworkInterface | undefined {
  if (interfaceIndex !== 0) return machine.interfaceAt(interfaceIndex);
  const route = machine.routes.lookup(group);
  if (route !== undefined) return machine.interfaceAt(route.interfaceIndex);
  const outside = machine.interfaces.filter((each) => !each.isLoopback);
  return outside.find((each) => speaks(machine, each, group.family)) ?? outside[0];
}

const speaks = (machine: Machine, networkInterface: NetworkInterface, family: Family): boolean =>
  machine.addresses.of(networkInterface, family).length > 0;
