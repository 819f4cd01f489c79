/**
 * Frames as a second reader sees them: written from the header diagrams (RFC 791 §3.1, RFC 8200 §3, RFC 9293 §3.1) as
 * plainly as can be, and sharing no line with the stack, so that both would have to be wrong in the same way.
 */

export interface WireSegment {
  readonly source: string;
  readonly destination: string;
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Unsigned. */
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly fin: boolean;
  readonly syn: boolean;
  readonly rst: boolean;
  readonly psh: boolean;
  readonly ack: boolean;
  readonly ece: boolean;
  readonly cwr: boolean;
  readonly ae: boolean;
  /** The ECN field of its packet: 0 not-ECT, 1 ECT(1), 2 ECT(0), 3 CE (RFC 3168 §5). */
  readonly ecn: number;
  readonly window: number;
  readonly options: readonly WireOption[];
  readonly optionBytes: number;
  readonly payload: Uint8Array;
  /** Data, SYN and FIN. */
  readonly length: number;
}

export interface WireOption {
  readonly kind: number;
  readonly data: Uint8Array;
}

export interface WireFrame {
  readonly kind: 'tcp' | 'udp' | 'icmp' | 'arp' | 'other';
  /** Whether every checksum in it verifies and every length fits. */
  readonly isValid: boolean;
  /** Bytes of the IP packet; 0 for others. */
  readonly packetLength: number;
  readonly segment: WireSegment | undefined;
}

const ETHERNET = 14;
const PROTOCOLS: Readonly<Record<number, 'tcp' | 'udp' | 'icmp'>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp' };

const word = (bytes: Uint8Array, at: number): number => bytes[at]! * 256 + bytes[at + 1]!;
const long = (bytes: Uint8Array, at: number): number => word(bytes, at) * 65536 + word(bytes, at + 2);

/** The one's complement sum of RFC 1071 §1, folded by division: 0xffff for bytes that hold their own checksum. */
function onesSum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let at = 0; at < part.length; at += 2) sum += part[at]! * 256 + (part[at + 1] ?? 0);
  }
  return sum === 0 ? 0 : ((sum - 1) % 65535) + 1;
}

const invalid = (kind: WireFrame['kind'], packetLength = 0): WireFrame => ({
  kind,
  isValid: false,
  packetLength,
  segment: undefined,
});

export function readFrame(frame: Uint8Array): WireFrame {
  if (frame.length < ETHERNET) return invalid('other');
  const type = word(frame, 12);
  const packet = frame.subarray(ETHERNET);
  if (type === 0x0806) return { kind: 'arp', isValid: true, packetLength: 0, segment: undefined };
  if (type === 0x0800) return readIpv4(packet);
  if (type === 0x86dd) return readIpv6(packet);
  return invalid('other');
}

function readIpv4(packet: Uint8Array): WireFrame {
  if (packet.length < 20 || packet[0]! >> 4 !== 4) return invalid('other');
  const headerLength = (packet[0]! & 15) * 4;
  const total = word(packet, 2);
  if (headerLength < 20 || total < headerLength || total > packet.length) return invalid('other', total);
  if (onesSum(packet.subarray(0, headerLength)) !== 0xffff) return invalid('other', total);
  const protocol = packet[9]!;
  const kind = PROTOCOLS[protocol] ?? 'other';
  const body = packet.subarray(headerLength, total);
  const pseudo = new Uint8Array(12);
  pseudo.set(packet.subarray(12, 20), 0);
  pseudo[9] = protocol;
  pseudo[10] = body.length >> 8;
  pseudo[11] = body.length & 255;
  const source = packet.subarray(12, 16).join('.');
  return readBody(kind, body, pseudo, total, source, packet.subarray(16, 20).join('.'), packet[1]! & 3);
}

function readIpv6(packet: Uint8Array): WireFrame {
  if (packet.length < 40 || packet[0]! >> 4 !== 6) return invalid('other');
  const total = 40 + word(packet, 4);
  if (total > packet.length) return invalid('other', total);
  const protocol = packet[6]!;
  const kind = PROTOCOLS[protocol] ?? 'other';
  const body = packet.subarray(40, total);
  const pseudo = new Uint8Array(40);
  pseudo.set(packet.subarray(8, 40), 0);
  pseudo[34] = body.length >> 8;
  pseudo[35] = body.length & 255;
  pseudo[39] = protocol;
  const source = packet.subarray(8, 24).join('.');
  return readBody(kind, body, pseudo, total, source, packet.subarray(24, 40).join('.'), (packet[1]! >> 4) & 3);
}

function readBody(
  kind: WireFrame['kind'],
  body: Uint8Array,
  pseudo: Uint8Array,
  packetLength: number,
  source: string,
  destination: string,
  ecn: number,
): WireFrame {
  if (kind === 'other') return { kind, isValid: true, packetLength, segment: undefined };
  const isPseudoCovered = kind !== 'icmp' || pseudo.length === 40;
  const sum = isPseudoCovered ? onesSum(pseudo, body) : onesSum(body);
  const hasChecksum = kind !== 'udp' || word(body, 6) !== 0;
  if (body.length < 8 || (hasChecksum && sum !== 0xffff)) return invalid(kind, packetLength);
  if (kind !== 'tcp') return { kind, isValid: true, packetLength, segment: undefined };
  const headerLength = body.length < 20 ? 0 : (body[12]! >> 4) * 4;
  if (headerLength < 20 || headerLength > body.length) return invalid(kind, packetLength);
  const flags = body[13]!;
  const payload = body.slice(headerLength);
  const segment: WireSegment = {
    source,
    destination,
    sourcePort: word(body, 0),
    destinationPort: word(body, 2),
    sequence: long(body, 4),
    acknowledgment: long(body, 8),
    fin: (flags & 1) !== 0,
    syn: (flags & 2) !== 0,
    rst: (flags & 4) !== 0,
    psh: (flags & 8) !== 0,
    ack: (flags & 16) !== 0,
    ece: (flags & 64) !== 0,
    cwr: (flags & 128) !== 0,
    ae: (body[12]! & 1) !== 0,
    ecn,
    window: word(body, 14),
    options: readOptions(body.subarray(20, headerLength)),
    optionBytes: headerLength - 20,
    payload,
    length: payload.length + (flags & 1) + ((flags >> 1) & 1),
  };
  return { kind, isValid: true, packetLength, segment };
}

function readOptions(bytes: Uint8Array): WireOption[] {
  const found: WireOption[] = [];
  for (let at = 0; at < bytes.length; ) {
    const kind = bytes[at]!;
    if (kind === 0) break;
    if (kind === 1) {
      at++;
      continue;
    }
    const length = bytes[at + 1] ?? 0;
    if (length < 2 || at + length > bytes.length) break;
    found.push({ kind, data: bytes.slice(at + 2, at + length) });
    at += length;
  }
  return found;
}

export const option = (segment: WireSegment, kind: number): Uint8Array | undefined =>
  segment.options.find((each) => each.kind === kind)?.data;

/** Kinds of RFC 9293 §3.2, RFC 7323 and RFC 2018. */
export const MSS = 2;
export const WINDOW_SCALE = 3;
export const SACK_PERMITTED = 4;
export const SACK = 5;
export const TIMESTAMPS = 8;

/** TSval and TSecr, unsigned. */
export function timestamps(segment: WireSegment): { readonly value: number; readonly echo: number } | undefined {
  const data = option(segment, TIMESTAMPS);
  return data?.length === 8 ? { value: long(data, 0), echo: long(data, 4) } : undefined;
}

export function sackBlocks(segment: WireSegment): (readonly [left: number, right: number])[] {
  const data = option(segment, SACK);
  if (data === undefined) return [];
  return Array.from({ length: data.length / 8 }, (_, index) => [long(data, 8 * index), long(data, 8 * index + 4)]);
}

export function mss(segment: WireSegment): number | undefined {
  const data = option(segment, MSS);
  return data === undefined ? undefined : word(data, 0);
}

/** How far `sequence` is after `start`, from 0 to 2^32 - 1. Transfers here are far shorter, so this is a plain order. */
export const after = (start: number, sequence: number): number => (((sequence - start) % 2 ** 32) + 2 ** 32) % 2 ** 32;

/** The same as a signed distance. */
export function offset(start: number, sequence: number): number {
  const forward = after(start, sequence);
  return forward >= 2 ** 31 ? forward - 2 ** 32 : forward;
}

export function showSegment(segment: WireSegment): string {
  const { sequence, acknowledgment, payload, window } = segment;
  const flags = [segment.syn && 'S', segment.fin && 'F', segment.rst && 'R', segment.psh && 'P', segment.ack && '.'];
  flags.push(segment.ece && 'E', segment.cwr && 'W', segment.ae && 'A');
  const ports = `${segment.sourcePort}>${segment.destinationPort}`;
  return `${ports} [${flags.filter(Boolean).join('')}] seq ${sequence} ack ${acknowledgment} win ${window} len ${payload.length}`;
}
