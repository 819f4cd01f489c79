/**
 * A number for the flow that a frame belongs to: RFC 8290 §4.1. Made of the addresses, the protocol and the ports, salted
 * so that nobody can choose flows that share a queue. Protocols without ports and fragments, of which only the first has
 * them, are told apart by addresses and protocol alone; what is no IP packet, by its MAC addresses and type.
 * Left out on purpose: looking into tunnels.
 */
import type { Frame } from '../../../layers/frame.ts';
import { HEADER_LENGTH, typeOrLength } from '../../../layers/link/ethernet.ts';
import * as ipv4 from '../../../layers/network/ipv4.ts';
import * as ipv6 from '../../../layers/network/ipv6.ts';
import { extensionLength, isExtension } from '../../../layers/network/ipv6-extension.ts';
import * as protocol from '../../../layers/network/protocol.ts';
import { packetAt } from './ecn-field.ts';

/** A hash of the frame's flow as an unsigned 32-bit integer. */
export function flowHash(frame: Frame, salt: number): number {
  const at = packetAt(frame);
  if (at < 0) return finished(hashEthernet(frame, salt));
  const { view, end } = frame;
  return finished(ipv4.version(view, at) === 4 ? hashIpv4(view, at, end, salt) : hashIpv6(view, at, end, salt));
}

function hashEthernet({ view, start, end }: Frame, salt: number): number {
  if (end - start < HEADER_LENGTH) return salt | 0;
  let hash = mixed(salt, typeOrLength(view, start));
  for (let word = 0; word < 12; word += 4) hash = mixed(hash, view.getInt32(start + word));
  return hash;
}

function hashIpv4(view: DataView, at: number, end: number, salt: number): number {
  const number = ipv4.protocol(view, at);
  let hash = mixed(salt, number);
  hash = mixed(hash, ipv4.sourceWord(view, at));
  hash = mixed(hash, ipv4.destinationWord(view, at));
  if (ipv4.isFragment(view, at)) return hash;
  return withPorts(hash, number, view, at + ipv4.headerLength(view, at), end);
}

function hashIpv6(view: DataView, at: number, end: number, salt: number): number {
  let hash = salt | 0;
  for (let word = 8; word < ipv6.HEADER_LENGTH; word += 4) hash = mixed(hash, view.getInt32(at + word));
  let next = ipv6.nextHeader(view, at);
  let header = at + ipv6.HEADER_LENGTH;
  let isFragment = false;
  while (isExtension(next) && header + 8 <= end) {
    isFragment ||= next === protocol.FRAGMENT;
    const length = extensionLength(next, view, header);
    next = view.getUint8(header);
    header += length;
    // What a later fragment holds here is not a header.
    if (isFragment) break;
  }
  hash = mixed(hash, next);
  return isFragment ? hash : withPorts(hash, next, view, header, end);
}

const hasPorts = (number: number): boolean =>
  number === protocol.TCP || number === protocol.UDP || number === protocol.SCTP || number === protocol.UDP_LITE;

const withPorts = (hash: number, number: number, view: DataView, at: number, end: number): number =>
  hasPorts(number) && at + 4 <= end ? mixed(hash, view.getInt32(at)) : hash;

/** One word more: the mixing step of MurmurHash3, which is in the public domain. */
function mixed(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  hash ^= Math.imul(k, 0x1b873593);
  hash = (hash << 13) | (hash >>> 19);
  return (Math.imul(hash, 5) + 0xe6546b64) | 0;
}

/** MurmurHash3's last step, so that every bit of the input moves the low bits, which choose the queue. */
function finished(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
