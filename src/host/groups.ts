/**
 * Which groups a host listens to, by interface: RFC 1112 §7.1, RFC 4291 §2.7.1 and §2.8.
 * Left out on purpose: telling routers of it (IGMP, MLD): frames to groups reach every station of a link here.
 */
import { type Family, IpAddress, ipv4, isMulticast } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Machine } from './machine.ts';
import type { NetworkInterface } from './network-interface.ts';
import { findNextHop } from './next-hop.ts';

/** 224.0.0.1 (RFC 1112 §4) and ff02::1 (RFC 4291 §2.7.1). */
export const ALL_HOSTS: IpAddress = ipv4(224, 0, 0, 1);
export const ALL_NODES: IpAddress = new IpAddress(6, 0xff02_0000, 0, 0, 1);
export const ALL_ROUTERS: IpAddress = new IpAddress(6, 0xff02_0000, 0, 0, 2);

/** ff02::1:ffXX:XXXX (RFC 4291 §2.7.1): where a neighbour with this address listens. */
export const solicitedNode = (address: IpAddress): IpAddress =>
  new IpAddress(6, 0xff02_0000, 0, 1, 0xff00_0000 | (address.w3 & 0xff_ffff));

export class Groups {
  private readonly machine: Machine;

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** @param interfaceIndex 0 takes the interface that the routes name */
  join(group: IpAddress, interfaceIndex: number): ErrorCode | undefined {
    if (!isMulticast(group)) return 'EINVAL';
    const networkInterface = this.interfaceFor(group, interfaceIndex);
    if (networkInterface === undefined) return 'EADDRNOTAVAIL';
    this.joinOn(networkInterface, group);
    return undefined;
  }

  leave(group: IpAddress, interfaceIndex: number): void {
    const networkInterface = this.interfaceFor(group, interfaceIndex);
    if (networkInterface !== undefined) this.leaveOn(networkInterface, group);
  }

  joinOn(networkInterface: NetworkInterface, group: IpAddress): void {
    const held = networkInterface.groups.get(group);
    if (held === undefined) networkInterface.groups.set(group, { group, members: 1 });
    else held.members++;
  }

  leaveOn(networkInterface: NetworkInterface, group: IpAddress): void {
    const held = networkInterface.groups.get(group);
    if (held === undefined) return;
    held.members--;
    if (held.members === 0) networkInterface.groups.delete(group);
  }

  /** Whether the interface receives what is sent to a group. Every interface is a member of all-hosts and all-nodes. */
  has(networkInterface: NetworkInterface, family: Family, w0: number, w1: number, w2: number, w3: number): boolean {
    return networkInterface.groups.find(family, w0, w1, w2, w3) !== undefined;
  }

  private interfaceFor(group: IpAddress, interfaceIndex: number): NetworkInterface | undefined {
    if (interfaceIndex !== 0) return this.machine.interfaceAt(interfaceIndex);
    const hop = findNextHop(this.machine, group, 0);
    return typeof hop === 'string' ? undefined : hop.networkInterface;
  }
}
