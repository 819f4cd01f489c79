/** What an interface is made with, and what makes no sense. */
import { isGroupMac } from '../layers/mac.ts';
import type { AdvertisingOptions } from './router-advertising.ts';

/** RFC 791 §3.1 and RFC 8200 §5: the least that a link must carry. */
const LEAST_MTU_4 = 68;
export const LEAST_MTU_6 = 1280;

export interface InterfaceOptions {
  readonly name: string;
  /** Its Ethernet address, a number below 2^48. */
  readonly mac: number;
  /** The largest IP packet in bytes; 1500 if left out. */
  readonly mtu?: number;
  /** `['10.0.0.1/24', 'fd00::1/64']`. */
  readonly addresses?: readonly string[];
  /** Whether it forms a link-local address and speaks IPv6; true if left out and the MTU allows it. */
  readonly ipv6?: boolean;
  /** The name of the interface whose frames carry this VLAN's, with tags (IEEE 802.1Q). */
  readonly parent?: string;
  readonly vlan?: number;
  /** Whether routers are believed: routes, prefixes and addresses come from their advertisements. */
  readonly acceptRouterAdvertisements?: boolean;
  /** What this router advertises on the link. */
  readonly advertise?: AdvertisingOptions;
}

/**
 * @throws {TypeError} if a name is taken or a parent is missing
 * @throws {RangeError} if MAC address, MTU or VLAN make no sense
 */
export function checkInterface(
  options: InterfaceOptions,
  mtu: number,
  host: string,
  isTaken: (name: string) => boolean,
): void {
  const { name, mac, parent, vlan } = options;
  if (isTaken(name)) {
    throw new TypeError(`wirelab: ${host} has an interface ${name} already; give this one another name`);
  }
  if (!Number.isInteger(mac) || mac <= 0 || mac >= 2 ** 48 || isGroupMac(mac)) {
    throw new RangeError(
      `wirelab: ${mac} is no station's MAC address; its first byte must be even, as in 0x020000000001`,
    );
  }
  checkMtu(mtu);
  if (options.ipv6 === true && mtu < LEAST_MTU_6) {
    throw new RangeError(`wirelab: IPv6 needs an MTU of 1280 bytes at least (RFC 8200 §5), and ${name} has ${mtu}`);
  }
  if ((parent === undefined) !== (vlan === undefined)) {
    throw new TypeError(`wirelab: ${name} needs both a parent and a VLAN number, or neither`);
  }
  if (parent !== undefined && !isTaken(parent)) {
    throw new TypeError(`wirelab: ${host} has no interface ${parent} that ${name} could be a VLAN of`);
  }
  if (vlan !== undefined && (!Number.isInteger(vlan) || vlan < 1 || vlan > 4094)) {
    throw new RangeError(`wirelab: ${vlan} is no VLAN number; they go from 1 to 4094`);
  }
}

/** @throws {RangeError} if no IP packet is so large, or IPv4 needs larger ones */
export function checkMtu(mtu: number): void {
  if (!Number.isInteger(mtu) || mtu < LEAST_MTU_4 || mtu > 65_535) {
    throw new RangeError(`wirelab: an MTU of ${mtu} is impossible; IPv4 needs 68 to 65535 bytes (RFC 791 §3.1)`);
  }
}
