/**
 * IP addresses as text: IPv4 in dotted decimal, IPv6 as RFC 4291 §2.2 reads it and RFC 5952 §4 and §5 write it.
 *
 * Strict on purpose: no leading zeros and no octal, hexadecimal or shortened IPv4 (`010.1`), which programs read in
 * different ways. A zone (`fe80::1%eth0`, RFC 4007 §11) is no part of an address: `splitZone` takes it off first.
 */
import { IpAddress } from './address.ts';

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const GROUP = /^[0-9a-fA-F]{1,4}$/;

/** The address that `text` writes, or `undefined` if it writes none. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (!text.includes(':')) {
    const word = parseDotted(text);
    return word === undefined ? undefined : new IpAddress(4, 0, 0, 0, word);
  }
  const groups = parseGroups(text);
  if (groups === undefined) return undefined;
  const word = (index: number): number => ((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0);
  return new IpAddress(6, word(0), word(2), word(4), word(6));
}

/**
 * The address that `text` writes, for text that a programmer wrote.
 * @throws {TypeError} if it writes none
 */
export function ipAddress(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) {
    throw new TypeError(`wirelab: ${JSON.stringify(text)} is not an IP address; write '192.0.2.1' or '2001:db8::1'`);
  }
  return address;
}

/** The one text of an address: RFC 5952 §4; IPv4-mapped addresses in mixed notation (§5): `::ffff:192.0.2.1`. */
export function formatIpAddress(address: IpAddress): string {
  if (address.family === 4) return formatDotted(address.w3);
  if ((address.w0 | address.w1) === 0 && address.w2 === 0xffff) return `::ffff:${formatDotted(address.w3)}`;
  const groups = [address.w0, address.w1, address.w2, address.w3].flatMap((word) => [word >>> 16, word & 0xffff]);
  const { from, length } = longestZeros(groups);
  const hexadecimal = groups.map((group) => group.toString(16));
  // RFC 5952 §4.2.2: one zero group alone is not shortened.
  if (length < 2) return hexadecimal.join(':');
  return `${hexadecimal.slice(0, from).join(':')}::${hexadecimal.slice(from + length).join(':')}`;
}

/** An address and a port: `192.0.2.1:80`, and `[2001:db8::1]:80` as RFC 5952 §6 recommends. */
export const formatEndpoint = (address: IpAddress, port: number): string =>
  address.family === 4 ? `${formatIpAddress(address)}:${port}` : `[${formatIpAddress(address)}]:${port}`;

/** Takes a zone off: `fe80::1%eth0` is the address text `fe80::1` in the zone `eth0`; without one, `zone` is `''`. */
export function splitZone(text: string): { readonly address: string; readonly zone: string } {
  const percent = text.indexOf('%');
  return percent < 0 ? { address: text, zone: '' } : { address: text.slice(0, percent), zone: text.slice(percent + 1) };
}

function parseDotted(text: string): number | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let word = 0;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return undefined;
    word = (word << 8) | Number(octet);
  }
  return word;
}

/** Eight 16-bit groups. */
function parseGroups(text: string): number[] | undefined {
  const sides = text.split('::');
  if (sides.length > 2) return undefined;
  const head = parseSide(sides[0] ?? '', sides.length === 1);
  if (head === undefined) return undefined;
  if (sides.length === 1) return head.length === 8 ? head : undefined;
  const tail = parseSide(sides[1] ?? '', true);
  if (tail === undefined) return undefined;
  // RFC 4291 §2.2: "::" stands for one or more groups of zeros.
  const missing = 8 - head.length - tail.length;
  return missing < 1 ? undefined : [...head, ...new Array<number>(missing).fill(0), ...tail];
}

/** The groups on one side of `::`. Only the end of an address may be dotted decimal, which makes two groups. */
function parseSide(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (isEnd && index === parts.length - 1 && part.includes('.')) {
      const word = parseDotted(part);
      if (word === undefined) return undefined;
      groups.push(word >>> 16, word & 0xffff);
    } else if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

const formatDotted = (word: number): string =>
  `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;

/** The longest run of zero groups; the first of equals (RFC 5952 §4.2.3). */
function longestZeros(groups: readonly number[]): { from: number; length: number } {
  let best = { from: 0, length: 0 };
  let from = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) from = index + 1;
    else if (index + 1 - from > best.length) best = { from, length: index + 1 - from };
  }
  return best;
}
