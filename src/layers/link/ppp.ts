/**
 * The Point-to-Point Protocol's encapsulation: RFC 1661 §2, with the address and control fields of HDLC-like framing in
 * front where the link has them (RFC 1662 §3.1), and both fields' compressed forms (RFC 1661 §6.5, §6.6).
 * For reading captures. Left out on purpose: the byte stuffing and the frame check of a serial line, LCP and the NCPs.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { IPV4, IPV6 } from './ethertype.ts';

export const PROTOCOLS = {
  ipv4: { number: 0x0021, name: 'IPv4' },
  ipv6: { number: 0x0057, name: 'IPv6' },
  ipcp: { number: 0x8021, name: 'IPCP' },
  ipv6cp: { number: 0x8057, name: 'IPV6CP' },
  lcp: { number: 0xc021, name: 'LCP' },
  pap: { number: 0xc023, name: 'PAP' },
  chap: { number: 0xc223, name: 'CHAP' },
} as const;

const NAMES: ReadonlyMap<number, string> = new Map(Object.values(PROTOCOLS).map(({ number, name }) => [number, name]));

/** The name of a PPP protocol; `0x7e08` for one without. */
export const protocolName = (protocol: number): string =>
  NAMES.get(protocol) ?? `0x${protocol.toString(16).padStart(4, '0')}`;

/** The EtherType that means the same, or `undefined` where there is none. */
export function etherTypeOf(protocol: number): number | undefined {
  if (protocol === PROTOCOLS.ipv4.number) return IPV4;
  return protocol === PROTOCOLS.ipv6.number ? IPV6 : undefined;
}

// Fields in place. `at` is where the frame starts in `view`; call only after `check` accepted it.
/** Whether address and control fields come first: no protocol begins with 0xff, as it is odd (RFC 1662 §3.2). */
export const hasAddress = (view: DataView, at: number): boolean => view.getUint8(at) === 0xff;
const protocolAt = (view: DataView, at: number): number => at + (hasAddress(view, at) ? 2 : 0);
/** A first byte that is odd is the whole protocol (RFC 1661 §6.5). */
const isCompressed = (view: DataView, at: number): boolean => (view.getUint8(protocolAt(view, at)) & 1) === 1;
export const protocol = (view: DataView, at: number): number =>
  isCompressed(view, at) ? view.getUint8(protocolAt(view, at)) : view.getUint16(protocolAt(view, at));
/** In bytes, from 1 to 4. */
export const headerLength = (view: DataView, at: number): number =>
  (hasAddress(view, at) ? 2 : 0) + (isCompressed(view, at) ? 1 : 2);

/**
 * Whether a frame may be read.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < 1 || (hasAddress(view, at) && available < 3)) return 'ppp-truncated';
  return available < headerLength(view, at) ? 'ppp-truncated' : undefined;
}

export interface PppRecord {
  /** The control field behind the address 0xff: 3 is unnumbered information. Absent where the link leaves both out. */
  readonly control?: number;
  readonly protocol: number;
  /** Whether the protocol takes one byte instead of two. */
  readonly compressed: boolean;
  readonly information: Uint8Array;
}

/** The record of the frame of `length` bytes at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): PppRecord | DropReason {
  const reason = check(view, at, length);
  if (reason !== undefined) return reason;
  const header = headerLength(view, at);
  return {
    ...(hasAddress(view, at) ? { control: view.getUint8(at + 1) } : {}),
    protocol: protocol(view, at),
    compressed: isCompressed(view, at),
    information: copyOf(view, at + header, length - header),
  };
}

/**
 * The bytes of a frame.
 * @throws {RangeError} if a field cannot hold its value, or the protocol cannot be written in its form
 */
export function encode(record: PppRecord): Uint8Array {
  const { control, protocol, compressed, information } = record;
  const first = compressed ? protocol : protocol >>> 8;
  // Without address and control fields, a first byte of 0xff would be read as the address.
  if ((first & 1) !== (compressed ? 1 : 0) || (control === undefined && first === 0xff)) {
    throw new RangeError(`wirelab: the PPP protocol ${protocolName(protocol)} cannot be written in this form`);
  }
  const start = control === undefined ? 0 : 2;
  const header = start + (compressed ? 1 : 2);
  const bytes = new Uint8Array(header + information.length);
  const view = viewOf(bytes);
  if (control !== undefined) view.setUint16(0, 0xff00 | field('the PPP control field', control, 8));
  if (compressed) view.setUint8(start, field('a compressed PPP protocol', protocol, 8));
  else view.setUint16(start, field('the PPP protocol', protocol, 16));
  putBytes(information, view, header);
  return bytes;
}
