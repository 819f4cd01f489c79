/**
 * The chain of IPv6 extension headers in place: RFC 8200 §4; the Authentication Header's own length rule is RFC 4302.
 * The plain records are in `ipv6-extension-record.ts`. `ipv6.ts` builds on this file and not the
 * other way, so `walk` reads two fields of the IPv6 header by hand.
 * Left out on purpose: following a routing header (RFC 5095 retired type 0, and this host is no waypoint of the others);
 * ESP, mobility, HIP and Shim6, which end the chain as an upper layer does.
 */
import type { DropReason } from '../drop.ts';
import {
  AUTHENTICATION,
  DESTINATION_OPTIONS,
  FRAGMENT,
  HOP_BY_HOP,
  ICMPV6,
  NO_NEXT_HEADER,
  ROUTING,
  TCP,
  UDP,
} from './protocol.ts';

export const FRAGMENT_HEADER_LENGTH = 8;
const IPV6_HEADER_LENGTH = 40;

export const PAD_1 = 0;
export const PAD_N = 1;

/** What a node does that does not know an option: its type's two highest bits (RFC 8200 §4.2). */
export const ACTION_SKIP = 0;
export const ACTION_DISCARD = 1;
export const ACTION_REPORT = 2;
export const unknownOptionAction = (type: number): number => type >>> 6;

/** Whether a next header value names an extension header that the walk steps over. */
export const isExtension = (nextHeader: number): boolean =>
  nextHeader === HOP_BY_HOP ||
  nextHeader === ROUTING ||
  nextHeader === FRAGMENT ||
  nextHeader === AUTHENTICATION ||
  nextHeader === DESTINATION_OPTIONS;

/**
 * Bytes that an extension header takes, from its own length field.
 * @param at where it starts; at least 8 bytes are there
 */
export function extensionLength(header: number, view: DataView, at: number): number {
  if (header === FRAGMENT) return FRAGMENT_HEADER_LENGTH;
  const units = view.getUint8(at + 1);
  // RFC 4302: in 4-byte units, minus 2; the others in 8-byte units, not counting the first (RFC 8200 §4.3).
  return header === AUTHENTICATION ? (units + 2) << 2 : (units + 1) << 3;
}

// The fragment header in place (RFC 8200 §4.5).
/** In bytes. */
export const fragmentOffset = (view: DataView, at: number): number => view.getUint16(at + 2) & 0xfff8;
export const moreFragments = (view: DataView, at: number): boolean => (view.getUint8(at + 3) & 1) !== 0;
/** A signed 32-bit integer. */
export const fragmentIdentification = (view: DataView, at: number): number => view.getInt32(at + 4);

/**
 * Writes a fragment header.
 * @param offsetBytes a multiple of 8
 */
export function writeFragmentHeader(
  view: DataView,
  at: number,
  nextHeader: number,
  offsetBytes: number,
  moreFragments: boolean,
  identification: number,
): void {
  view.setUint16(at, nextHeader << 8);
  view.setUint16(at + 2, offsetBytes | (moreFragments ? 1 : 0));
  view.setInt32(at + 4, identification);
}

/** What a walk along the chain found. One per host, filled anew by `walk`. */
export class ExtensionWalk {
  /** What follows the chain: an upper-layer protocol, or the first header inside a fragment. */
  protocol: number;
  /** Where it starts in the view, and how many bytes of the packet are left from there. */
  at: number;
  length: number;
  /** Where the byte is that names `protocol`: a Parameter Problem points to it (RFC 8200 §4). */
  nextHeaderAt: number;
  /** Where the fragment header is; -1 without one. */
  fragmentAt: number;
  /** It is a part of a packet: `at` and `length` tell which bytes. False for an atomic fragment (RFC 6946). */
  isFragment: boolean;
  /** The code of the Parameter Problem to answer with when the walk ends in a drop; -1 for none. */
  problemCode: number;
  /** What that points to, in bytes from the IPv6 header. */
  problemPointer: number;
  /** Whether it is sent even about a packet to a multicast address (RFC 8200 §4.2, action 10). */
  problemEvenToMulticast: boolean;

  constructor() {
    this.protocol = NO_NEXT_HEADER;
    this.at = 0;
    this.length = 0;
    this.nextHeaderAt = 0;
    this.fragmentAt = -1;
    this.isFragment = false;
    this.problemCode = -1;
    this.problemPointer = 0;
    this.problemEvenToMulticast = false;
  }
}

/**
 * Steps over the extension headers of a packet that has reached its destination, strictly in order, up to the upper layer
 * or to the data of a fragment. Total: whatever the bytes, it ends and reads nothing beyond the packet.
 * @param at where the IPv6 header is, which `ipv6.check` accepted
 * @returns why the packet is dropped (see `problemCode` in `into` then), else `undefined`
 */
export function walk(view: DataView, at: number, into: ExtensionWalk): DropReason | undefined {
  const end = at + IPV6_HEADER_LENGTH + view.getUint16(at + 4);
  into.problemCode = -1;
  into.problemEvenToMulticast = false;
  into.fragmentAt = -1;
  into.isFragment = false;
  let place = at + IPV6_HEADER_LENGTH;
  let nameAt = at + 6;
  let header = view.getUint8(nameAt);
  while (isExtension(header)) {
    // "Immediately after an IPv6 header only" (RFC 8200 §4.1); elsewhere it is an unrecognized next header (§4).
    if (header === HOP_BY_HOP && nameAt !== at + 6) return problem(into, 'ipv6-bad-extension', 1, nameAt - at);
    const length = lengthWithin(header, view, place, end);
    if (length < 0) return 'ipv6-bad-extension';
    if (header === FRAGMENT) {
      into.fragmentAt = place;
      if (fragmentOffset(view, place) !== 0 || moreFragments(view, place)) {
        into.isFragment = true;
        finish(into, view.getUint8(place), place, place + length, end);
        return isFirstWithoutUpperLayer(view, into, end) ? problem(into, 'ipv6-bad-extension', 3, 0) : undefined;
      }
    } else if (header === ROUTING) {
      // Every type is unknown here: harmless with no segment left, else to be reported (RFC 8200 §4.4).
      if (view.getUint8(place + 3) !== 0) return problem(into, 'ip-source-route', 0, place + 2 - at);
    } else if (header !== AUTHENTICATION) {
      const reason = walkOptions(view, at, place + 2, place + length, into);
      if (reason !== undefined) return reason;
    }
    header = view.getUint8(place);
    nameAt = place;
    place += length;
  }
  finish(into, header, nameAt, place, end);
  return undefined;
}

function finish(into: ExtensionWalk, protocol: number, nextHeaderAt: number, at: number, end: number): void {
  into.protocol = protocol;
  into.nextHeaderAt = nextHeaderAt;
  into.at = at;
  into.length = end - at;
}

function problem(into: ExtensionWalk, reason: DropReason, code: number, pointer: number): DropReason {
  into.problemCode = code;
  into.problemPointer = pointer;
  return reason;
}

/** Bytes of the extension header at `place`; -1 if it does not end within the packet or is too short for its kind. */
export function lengthWithin(header: number, view: DataView, place: number, end: number): number {
  if (end - place < 8) return -1;
  const length = extensionLength(header, view, place);
  // RFC 4302: twelve bytes stand before the integrity check value.
  if (header === AUTHENTICATION && length < 12) return -1;
  return length > end - place ? -1 : length;
}

/** The options of one hop-by-hop or destination options header, from `at` up to `end`. */
function walkOptions(
  view: DataView,
  packetAt: number,
  at: number,
  end: number,
  into: ExtensionWalk,
): DropReason | undefined {
  while (at < end) {
    const type = view.getUint8(at);
    if (type === PAD_1) {
      at++;
      continue;
    }
    if (at + 2 > end || at + 2 + view.getUint8(at + 1) > end) return 'ipv6-bad-extension';
    // PadN is the only one known; a router alert is for routers, and its action bits say "skip".
    const action = unknownOptionAction(type);
    if (action === ACTION_DISCARD) return 'ipv6-unknown-option';
    if (action !== ACTION_SKIP) {
      into.problemEvenToMulticast = action === ACTION_REPORT;
      return problem(into, 'ipv6-unknown-option', 2, at - packetAt);
    }
    at += 2 + view.getUint8(at + 1);
  }
  return undefined;
}

/** The fixed header that must be whole in a first fragment, in bytes. Others need a byte. */
const UPPER_LAYER_LENGTHS: Readonly<Record<number, number>> = { [TCP]: 20, [UDP]: 8, [ICMPV6]: 4, [NO_NEXT_HEADER]: 0 };

/** "If the first fragment does not include all headers through an Upper-Layer header …" (RFC 8200 §4.5). */
function isFirstWithoutUpperLayer(view: DataView, found: ExtensionWalk, end: number): boolean {
  if (fragmentOffset(view, found.fragmentAt) !== 0) return false;
  let header = found.protocol;
  let place = found.at;
  while (isExtension(header)) {
    const length = lengthWithin(header, view, place, end);
    if (length < 0) return true;
    header = view.getUint8(place);
    place += length;
  }
  return end - place < (UPPER_LAYER_LENGTHS[header] ?? 1);
}
