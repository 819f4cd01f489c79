/**
 * Which of its addresses a host speaks from: RFC 6724 §5, rules 1, 2, 3, 5, 6 and 8, in that order. RFC 6724 is about
 * IPv6; the same rules answer for IPv4 what RFC 1122 §3.3.4.3 asks.
 * Left out on purpose: home addresses (rule 4), advertising next hops (5.5), temporary addresses (7): a host here has none.
 */
import { type IpAddress, isLinkLocal, isLoopback, isMulticast } from '../layers/address.ts';
import type { Prefix } from '../layers/prefix.ts';
import { contains, prefix } from '../layers/prefix.ts';
import type { OwnAddress } from './address-book.ts';
import type { NetworkInterface } from './network-interface.ts';

/** RFC 6724 §2.1. */
const LABELS: readonly (readonly [Prefix, number])[] = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001::/32', 5],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fec0::/10', 11],
    ['fc00::/7', 13],
    ['::/0', 1],
  ] as const
).map(([text, label]) => [prefix(text), label]);

/**
 * The address to speak from.
 * @param candidates the host's addresses; those that may not be used are passed over
 * @param destination whom to speak to; for IPv4 by way of a gateway, the gateway, whose network the source shares
 * @param outgoing the interface that the packet leaves by
 */
export function chooseSource(
  candidates: readonly OwnAddress[],
  destination: IpAddress,
  outgoing: NetworkInterface,
): IpAddress | undefined {
  let best: OwnAddress | undefined;
  for (const own of candidates) {
    if (own.address.family !== destination.family) continue;
    if (own.state !== 'preferred' && own.state !== 'deprecated') continue;
    // RFC 6724 §4: a link-local address of another link is no candidate; neither is a loopback address for outside.
    if (own.networkInterface !== outgoing && isLinkLocal(own.address)) continue;
    if (isLoopback(own.address) && !outgoing.isLoopback) continue;
    if (best === undefined || prefers(own, best, destination, outgoing)) best = own;
  }
  return best?.address;
}

/** Whether `one` is better than `other`, which came first and wins a tie. */
function prefers(one: OwnAddress, other: OwnAddress, destination: IpAddress, outgoing: NetworkInterface): boolean {
  const sameOne = one.address.equals(destination);
  if (sameOne !== other.address.equals(destination)) return sameOne; // rule 1
  const scopeOne = scope(one.address);
  const scopeOther = scope(other.address);
  if (scopeOne < scopeOther) return scopeOne >= scope(destination); // rule 2
  if (scopeOther < scopeOne) return scopeOther < scope(destination);
  if (one.state !== other.state) return one.state === 'preferred'; // rule 3
  const leavesOne = one.networkInterface === outgoing;
  if (leavesOne !== (other.networkInterface === outgoing)) return leavesOne; // rule 5
  const wanted = label(destination);
  const labelOne = label(one.address) === wanted;
  if (labelOne !== (label(other.address) === wanted)) return labelOne; // rule 6
  return commonPrefix(one, destination) > commonPrefix(other, destination); // rule 8
}

/** RFC 4291 §2.7's numbers of scopes; RFC 6724 §3.2 maps IPv4 onto them. */
export function scope(address: IpAddress): number {
  if (address.family === 6 && isMulticast(address)) return (address.w0 >>> 16) & 0xf;
  return isLinkLocal(address) || isLoopback(address) ? 0x2 : 0xe;
}

function label(address: IpAddress): number {
  if (address.family === 4) return 4;
  let longest = -1;
  let found = 1;
  for (const [network, value] of LABELS) {
    if (network.length <= longest || !contains(network, address)) continue;
    longest = network.length;
    found = value;
  }
  return found;
}

/** RFC 6724 §2.2: the bits that two addresses share, as far as the source's own prefix goes. */
function commonPrefix(own: OwnAddress, destination: IpAddress): number {
  const { address } = own;
  const words: readonly number[] =
    address.family === 4
      ? [address.w3 ^ destination.w3]
      : [
          address.w0 ^ destination.w0,
          address.w1 ^ destination.w1,
          address.w2 ^ destination.w2,
          address.w3 ^ destination.w3,
        ];
  let bits = 0;
  for (const word of words) {
    bits += Math.clz32(word);
    if (word !== 0) break;
  }
  return Math.min(bits, own.prefix.length);
}
