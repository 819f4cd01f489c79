/** What a host's UDP asks of it. */
import { type Family, type IpAddress, isMulticast } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { DatagramPath, UdpNetwork } from '../layers/transport/udp-services.ts';
import type { Groups } from './groups.ts';
import type { IcmpErrors } from './icmp-errors.ts';
import type { Machine } from './machine.ts';
import type { Paths } from './paths.ts';

export class HostUdpNetwork implements UdpNetwork {
  private readonly machine: Machine;
  private readonly paths: Paths;
  private readonly groups: Groups;
  private readonly errors: IcmpErrors;

  constructor(machine: Machine, paths: Paths, groups: Groups, errors: IcmpErrors) {
    this.machine = machine;
    this.paths = paths;
    this.groups = groups;
    this.errors = errors;
  }

  path(remote: IpAddress, local?: IpAddress, interfaceIndex?: number): DatagramPath | ErrorCode {
    return this.paths.path(remote, local, interfaceIndex);
  }

  isBroadcast(address: IpAddress): boolean {
    return this.machine.addresses.isBroadcast(address);
  }

  isBindable(address: IpAddress): boolean {
    const { addresses } = this.machine;
    return addresses.isLocal(address) || isMulticast(address) || addresses.isBroadcast(address);
  }

  defaultHopLimit(family: Family): number {
    const { interfaces, settings } = this.machine;
    if (family === 4) return settings.hopLimit;
    return interfaces.find((each) => each.hopLimit6 !== 0)?.hopLimit6 ?? settings.hopLimit;
  }

  joinGroup(group: IpAddress, interfaceIndex: number): ErrorCode | undefined {
    return this.groups.join(group, interfaceIndex);
  }

  leaveGroup(group: IpAddress, interfaceIndex: number): void {
    this.groups.leave(group, interfaceIndex);
  }

  portUnreachable(packet: ReceivedPacket): void {
    this.errors.about(packet, 'port-unreachable');
  }
}
