/**
 * Address Resolution Protocol, as it lies on the wire: RFC 826; probes and announcements: RFC 5227 §1.1; over IEEE 802
 * (hardware type 6): RFC 1042. The record decodes any hardware and protocol; the fields in place are those of Ethernet
 * and IPv4.
 * Left out on purpose: what a host does with it (`neighbour-cache.ts` and the host), RARP (RFC 903).
 */
import { IpAddress } from '../address.ts';
import type { DropReason } from '../drop.ts';
import { readMac, writeMac } from '../mac.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { IPV4 } from './ethertype.ts';

/** Of a packet for Ethernet and IPv4. */
export const PACKET_LENGTH = 28;
/** Up to the addresses, whose lengths it tells. */
export const HEADER_LENGTH = 8;

export const HARDWARE_ETHERNET = 1;
export const HARDWARE_IEEE_802 = 6;

export const REQUEST = 1;
export const REPLY = 2;

// Fields in place. `at` is where the packet starts in `view`; call only after `check` accepted it.
export const hardwareType = (view: DataView, at: number): number => view.getUint16(at);
export const protocolType = (view: DataView, at: number): number => view.getUint16(at + 2);
export const hardwareLength = (view: DataView, at: number): number => view.getUint8(at + 4);
export const protocolLength = (view: DataView, at: number): number => view.getUint8(at + 5);
export const operation = (view: DataView, at: number): number => view.getUint16(at + 6);
export const senderMac = (view: DataView, at: number): number => readMac(view, at + 8);
export const senderWord = (view: DataView, at: number): number => view.getInt32(at + 14);
export const targetMac = (view: DataView, at: number): number => readMac(view, at + 18);
export const targetWord = (view: DataView, at: number): number => view.getInt32(at + 24);

/** How many bytes the packet takes, whatever its addresses are. What a frame holds beyond them is padding. */
export const packetLength = (view: DataView, at: number): number =>
  HEADER_LENGTH + 2 * (hardwareLength(view, at) + protocolLength(view, at));

/** RFC 5227 §1.1: a request with an all-zero sender: "is anybody using this address?" */
export const isProbe = (view: DataView, at: number): boolean =>
  operation(view, at) === REQUEST && senderWord(view, at) === 0;

/** RFC 5227 §1.1: a request whose sender and target are one: "this is the address that I am using." */
export const isAnnouncement = (view: DataView, at: number): boolean =>
  operation(view, at) === REQUEST && senderWord(view, at) === targetWord(view, at) && senderWord(view, at) !== 0;

/**
 * Whether a packet is one for Ethernet and IPv4 and may be read in place.
 * @param available bytes the link layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH || available < packetLength(view, at)) return 'arp-truncated';
  const hardware = hardwareType(view, at);
  if (hardware !== HARDWARE_ETHERNET && hardware !== HARDWARE_IEEE_802) return 'arp-unsupported';
  if (protocolType(view, at) !== IPV4) return 'arp-unsupported';
  if (hardwareLength(view, at) !== 6 || protocolLength(view, at) !== 4) return 'arp-unsupported';
  const asked = operation(view, at);
  return asked === REQUEST || asked === REPLY ? undefined : 'arp-unsupported';
}

/**
 * Writes a packet for Ethernet and IPv4.
 * @param targetMac 0 where it is what is asked for
 * @returns its length in bytes
 */
export function writePacket(
  view: DataView,
  at: number,
  operation: number,
  senderMac: number,
  senderWord: number,
  targetMac: number,
  targetWord: number,
): number {
  view.setInt32(at, (HARDWARE_ETHERNET << 16) | IPV4);
  view.setInt32(at + 4, (6 << 24) | (4 << 16) | operation);
  writeMac(senderMac, view, at + 8);
  view.setInt32(at + 14, senderWord);
  writeMac(targetMac, view, at + 18);
  view.setInt32(at + 24, targetWord);
  return PACKET_LENGTH;
}

/** An Ethernet address where it has 6 bytes, else the bytes. */
export type HardwareAddress = number | Uint8Array;
/** An IPv4 address where the protocol is IPv4 and it has 4 bytes, else the bytes. */
export type ProtocolAddress = IpAddress | Uint8Array;

export interface ArpRecord {
  readonly hardwareType: number;
  /** An EtherType. */
  readonly protocolType: number;
  readonly operation: number;
  readonly senderHardware: HardwareAddress;
  readonly senderProtocol: ProtocolAddress;
  readonly targetHardware: HardwareAddress;
  readonly targetProtocol: ProtocolAddress;
}

/** The record of the packet at `at`, of any hardware and protocol, or why there is none. What follows it is padding. */
export function decode(view: DataView, at: number, length: number): ArpRecord | DropReason {
  if (length < HEADER_LENGTH || length < packetLength(view, at)) return 'arp-truncated';
  const hardware = hardwareLength(view, at);
  const protocol = protocolLength(view, at);
  const type = protocolType(view, at);
  const sender = at + HEADER_LENGTH;
  const target = sender + hardware + protocol;
  return {
    hardwareType: hardwareType(view, at),
    protocolType: type,
    operation: operation(view, at),
    senderHardware: readHardware(view, sender, hardware),
    senderProtocol: readProtocol(view, sender + hardware, protocol, type),
    targetHardware: readHardware(view, target, hardware),
    targetProtocol: readProtocol(view, target + hardware, protocol, type),
  };
}

/**
 * The bytes of a packet.
 * @throws {RangeError} if a field cannot hold its value, or the addresses of sender and target differ in length
 */
export function encode(record: ArpRecord): Uint8Array {
  const hardware = lengthOf(record.senderHardware);
  const protocol = lengthOf(record.senderProtocol);
  if (lengthOf(record.targetHardware) !== hardware || lengthOf(record.targetProtocol) !== protocol) {
    throw new RangeError('wirelab: the addresses of an ARP packet’s sender and target must be of the same lengths');
  }
  const bytes = new Uint8Array(HEADER_LENGTH + 2 * (hardware + protocol));
  const view = viewOf(bytes);
  view.setUint16(0, field('the ARP hardware type', record.hardwareType, 16));
  view.setUint16(2, field('the ARP protocol type', record.protocolType, 16));
  view.setUint8(4, field('the length of an ARP hardware address', hardware, 8));
  view.setUint8(5, field('the length of an ARP protocol address', protocol, 8));
  view.setUint16(6, field('the ARP operation', record.operation, 16));
  let at = HEADER_LENGTH;
  for (const address of [record.senderHardware, record.senderProtocol, record.targetHardware, record.targetProtocol]) {
    write(address, view, at);
    at += lengthOf(address);
  }
  return bytes;
}

const readHardware = (view: DataView, at: number, length: number): HardwareAddress =>
  length === 6 ? readMac(view, at) : copyOf(view, at, length);

const readProtocol = (view: DataView, at: number, length: number, type: number): ProtocolAddress =>
  length === 4 && type === IPV4 ? new IpAddress(4, 0, 0, 0, view.getInt32(at)) : copyOf(view, at, length);

function lengthOf(address: HardwareAddress | ProtocolAddress): number {
  if (typeof address === 'number') return 6;
  if (!(address instanceof IpAddress)) return address.length;
  if (address.family !== 4) throw new RangeError('wirelab: ARP resolves no IPv6 address; neighbour discovery does');
  return 4;
}

function write(address: HardwareAddress | ProtocolAddress, view: DataView, at: number): void {
  if (typeof address === 'number') writeMac(field('an ARP hardware address', address, 48), view, at);
  else if (address instanceof IpAddress) view.setInt32(at, address.w3);
  else putBytes(address, view, at);
}
