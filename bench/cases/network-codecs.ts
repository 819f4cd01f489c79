/**
 * IPv4 headers read and written in place, beside the textbook's way: an object for every header, addresses as text, the
 * checksum word by word, a fresh buffer for every packet. The packets lie in one pool, as those of a world do.
 */
import { ipv4 as address } from '../../src/layers/address.ts';
import { AddressMap } from '../../src/layers/address-map.ts';
import * as ipv4 from '../../src/layers/network/ipv4.ts';

export const PACKETS = 1000;
const SPACING = 2048;
const LENGTH = 1500;
const SOURCE = address(192, 0, 2, 1).w3;
const DESTINATION = address(198, 51, 100, 2).w3;

export function pool(): DataView {
  const view = new DataView(new ArrayBuffer(PACKETS * SPACING));
  writeInPlace(view);
  return view;
}

export function writeInPlace(view: DataView): void {
  for (let packet = 0; packet < PACKETS; packet++) {
    const at = packet * SPACING + 14;
    ipv4.writeHeader(view, at, 20, 0, LENGTH, packet, ipv4.DONT_FRAGMENT, 64, 6, SOURCE, DESTINATION);
  }
}

/** What both ways do with a header: is it for us, whom is it from, and its fields. */
const PEERS = new AddressMap<number>();
PEERS.set(address(192, 0, 2, 1), 7);
const TEXTBOOK_PEERS = new Map([['192.0.2.1', 7]]);
const TEXTBOOK_DESTINATION = '198.51.100.2';

function fieldsOf(view: DataView, at: number): number {
  if (ipv4.destinationWord(view, at) !== DESTINATION) return 0;
  return (
    PEERS.find(4, 0, 0, 0, ipv4.sourceWord(view, at))! +
    ipv4.headerLength(view, at) +
    ipv4.totalLength(view, at) +
    ipv4.protocol(view, at) +
    ipv4.timeToLive(view, at) +
    (ipv4.isFragment(view, at) ? 1 : 0)
  );
}

/** Lengths checked and fields read. */
export function readUnverified(view: DataView): number {
  let all = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const at = packet * SPACING + 14;
    if (ipv4.checkShape(view, at, LENGTH) === undefined) all += fieldsOf(view, at);
  }
  return all;
}

/** The header checksum verified as well. */
export function readVerified(view: DataView): number {
  let all = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const at = packet * SPACING + 14;
    if (ipv4.check(view, at, LENGTH) === undefined) all += fieldsOf(view, at);
  }
  return all;
}

/** Our own records, which are for people: the payload is copied. */
export function readRecords(view: DataView): number {
  let all = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const record = ipv4.decode(view, packet * SPACING + 14, LENGTH);
    if (typeof record !== 'string') all += record.payload.length + record.protocol + record.timeToLive;
  }
  return all;
}

export interface TextbookIpv4 {
  readonly version: number;
  readonly headerLength: number;
  readonly trafficClass: number;
  readonly totalLength: number;
  readonly identification: number;
  readonly flags: number;
  readonly fragmentOffset: number;
  readonly timeToLive: number;
  readonly protocol: number;
  readonly checksum: number;
  readonly source: string;
  readonly destination: string;
}

const text = (bytes: Uint8Array, at: number): string =>
  `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;

/** How a textbook reads a header. */
export const textbookDecode = (bytes: Uint8Array): TextbookIpv4 => ({
  version: bytes[0]! >> 4,
  headerLength: (bytes[0]! & 0xf) * 4,
  trafficClass: bytes[1]!,
  totalLength: bytes[2]! * 256 + bytes[3]!,
  identification: bytes[4]! * 256 + bytes[5]!,
  flags: bytes[6]! >> 5,
  fragmentOffset: ((bytes[6]! & 0x1f) * 256 + bytes[7]!) * 8,
  timeToLive: bytes[8]!,
  protocol: bytes[9]!,
  checksum: bytes[10]! * 256 + bytes[11]!,
  source: text(bytes, 12),
  destination: text(bytes, 16),
});

/** How a textbook sums. */
export function textbookChecksum(bytes: Uint8Array, initial = 0): number {
  let sum = initial;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += bytes[i]! * 256 + (bytes[i + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return ~sum & 0xffff;
}

/** Headers that were handed on: an object that never left the loop would not be built at all. */
const handedOn: (TextbookIpv4 | undefined)[] = new Array(16).fill(undefined);

export function readTextbook(view: DataView, isVerified: boolean): number {
  let all = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const bytes = new Uint8Array(view.buffer, packet * SPACING + 14, LENGTH);
    const header = textbookDecode(bytes);
    if (isVerified && textbookChecksum(bytes.subarray(0, header.headerLength)) !== 0) continue;
    handedOn[packet & 15] = header;
    if (header.destination !== TEXTBOOK_DESTINATION) continue;
    all += TEXTBOOK_PEERS.get(header.source)! + header.headerLength + header.totalLength;
    all += header.protocol + header.timeToLive + header.fragmentOffset + header.flags;
  }
  return all;
}

export function writeTextbook(): number {
  let all = 0;
  for (let packet = 0; packet < PACKETS; packet++) {
    const bytes = new Uint8Array(LENGTH);
    bytes.set([0x45, 0, LENGTH >> 8, LENGTH & 0xff, packet >> 8, packet & 0xff, 0x40, 0, 64, 6, 0, 0]);
    bytes.set('192.0.2.1'.split('.').map(Number), 12);
    bytes.set('198.51.100.2'.split('.').map(Number), 16);
    const sum = textbookChecksum(bytes.subarray(0, 20));
    bytes[10] = sum >> 8;
    bytes[11] = sum & 0xff;
    all += bytes[11];
  }
  return all;
}
