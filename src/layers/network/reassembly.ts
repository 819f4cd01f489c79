/**
 * Putting fragments together: RFC 791 §3.2, RFC 1122 §3.3.2, RFC 8200 §4.5.
 *
 * For both families a packet with overlapping fragments is discarded whole, and so are its fragments that come later
 * (RFC 5722 §4): no datagram needs overlaps, and attacks on filters do (RFC 1858). Exact duplicates are no overlap
 * (RFC 8200 §4.5). Atomic fragments never come here (RFC 6946). Memory, packets and time are bounded.
 */
import type { Family } from '../address.ts';
import { SECOND, type Timer, type Timers } from '../clock.ts';
import type { DropReason } from '../drop.ts';
import type { Frame, FramePool } from '../frame.ts';
import { copyBytes } from '../memory.ts';
import * as ipv4 from './ipv4.ts';
import * as ipv6 from './ipv6.ts';
import { extensionLength } from './ipv6-extension.ts';
import type { ReceivedPacket } from './packet.ts';
import { FRAGMENT } from './protocol.ts';

export interface ReassemblySettings {
  /** How long fragments wait for the others: RFC 8200 §4.5 demands 60 s, RFC 1122 §3.3.2 recommends it. Nanoseconds. */
  readonly timeoutNs: number;
  /** Memory that waiting fragments may take, in bytes (`net.ipv4.ipfrag_high_thresh`). */
  readonly maximumBytes: number;
  /** Packets that may wait for fragments. */
  readonly maximumPackets: number;
}

export const REASSEMBLY_SETTINGS: ReassemblySettings = {
  timeoutNs: 60 * SECOND,
  maximumBytes: 4 * 1024 * 1024,
  maximumPackets: 1024,
};

/** A fragment that waits: a copy of the frame it came in. Places are relative to `frame.start`. */
export interface HeldFragment {
  readonly frame: Frame;
  readonly headerOffset: number;
  /** Where the headers end that go into the whole packet: IPv4's options, or what precedes the fragment header. */
  readonly headersEndOffset: number;
  readonly dataOffset: number;
  /** The bytes of the packet's data that it brings. */
  readonly from: number;
  readonly to: number;
  readonly interfaceIndex: number;
  readonly toGroup: boolean;
}

/** What reassembly is given. */
export interface ReassemblyParts {
  readonly timers: Timers;
  readonly pool: FramePool;
  /** A fragment that was taken over ended here after all. */
  dropped(fragment: HeldFragment, reason: DropReason): void;
  /** The time ran out with the first fragment there: its sender is told (RFC 1122 §3.3.2, RFC 8200 §4.5). */
  timedOut(first: HeldFragment): void;
}

interface Assembly {
  /** Its place in the table. */
  readonly key: number;
  readonly family: Family;
  readonly source0: number;
  readonly source1: number;
  readonly source2: number;
  readonly source3: number;
  readonly destination0: number;
  readonly destination1: number;
  readonly destination2: number;
  readonly destination3: number;
  /** RFC 791 §3.2 tells packets apart by protocol too; RFC 8200 §4.5 does not: -1. */
  readonly protocol: number;
  readonly identification: number;
  readonly timer: Timer;
  /** Sorted by `from`, without overlaps. */
  readonly fragments: HeldFragment[];
  /** Bytes of data held, and of the whole packet's data: -1 until the last fragment is there. */
  heldBytes: number;
  totalBytes: number;
  /** ECN fields seen: bit n for the codepoint n. */
  codepoints: number;
  /** It overlapped or contradicted itself: whatever else comes for it is dropped for this reason. */
  spoilt: DropReason | undefined;
}

export class Reassembly {
  /** Memory that waiting fragments take. */
  heldBytes: number;
  /** Packets that wait for fragments. */
  count: number;
  private readonly parts: ReassemblyParts;
  private readonly settings: ReassemblySettings;
  private readonly assemblies: Map<number, Assembly[]>;

  constructor(parts: ReassemblyParts, settings: Partial<ReassemblySettings> = {}) {
    this.heldBytes = 0;
    this.count = 0;
    this.parts = parts;
    this.settings = { ...REASSEMBLY_SETTINGS, ...settings };
    this.assemblies = new Map();
  }

  /**
   * Takes one fragment.
   * @param packet its addresses, frame and `headerAt`; for IPv4 also its protocol
   * @param headersEnd where the headers end that go into the whole packet
   * @param from which byte of the packet's data is at `dataAt`
   * @returns the whole packet as a frame of the caller's own, with the first fragment's link header and `headerAt` at the
   *   same distance from `start`; or why the fragment is dropped; or `undefined` if it is kept
   */
  add(
    packet: ReceivedPacket,
    identification: number,
    headersEnd: number,
    dataAt: number,
    length: number,
    from: number,
    more: boolean,
  ): Frame | DropReason | undefined {
    if (length === 0 || (more && (length & 7) !== 0)) return 'fragment-bad-length';
    const headers = headersEnd - packet.headerAt - (packet.family === 4 ? 0 : ipv6.HEADER_LENGTH);
    if (headers + from + length > 65_535) return 'fragment-too-long';
    const assembly = this.find(packet, identification) ?? this.start(packet, identification);
    if (assembly === undefined) return 'fragment-limit';
    if (assembly.spoilt !== undefined) return assembly.spoilt;
    const to = from + length;
    const place = placeOf(assembly, from);
    const reason = this.refuses(assembly, packet, place, dataAt, from, to, more);
    if (reason !== undefined) return reason;
    const held = hold(this.parts.pool, packet, headersEnd, dataAt, from, to);
    assembly.fragments.splice(place, 0, held);
    assembly.heldBytes += length;
    assembly.codepoints |= 1 << (packet.trafficClass & 3);
    this.heldBytes += held.frame.room;
    if (!more) assembly.totalBytes = to;
    if (assembly.heldBytes !== assembly.totalBytes) return undefined;
    return this.complete(assembly);
  }

  private refuses(
    assembly: Assembly,
    packet: ReceivedPacket,
    place: number,
    dataAt: number,
    from: number,
    to: number,
    more: boolean,
  ): DropReason | undefined {
    const before = assembly.fragments[place - 1];
    const after = assembly.fragments[place];
    if (after !== undefined && after.from === from && after.to === to && isCopy(after, packet.frame, dataAt)) {
      return 'fragment-duplicate';
    }
    if ((before !== undefined && before.to > from) || (after !== undefined && after.from < to)) {
      return this.spoil(assembly, 'fragment-overlap');
    }
    const { totalBytes } = assembly;
    const last = assembly.fragments.at(-1);
    const beyondEnd = totalBytes >= 0 && (to > totalBytes || !more);
    if (beyondEnd || (!more && last !== undefined && last.to > to))
      return this.spoil(assembly, 'fragment-inconsistent');
    // The smallest frame stands for this one's: one too many is dropped, not the oldest.
    return this.heldBytes + 2048 > this.settings.maximumBytes ? 'fragment-limit' : undefined;
  }

  /** RFC 5722 §4: what is there goes, and what comes until the time is over too. */
  private spoil(assembly: Assembly, reason: DropReason): DropReason {
    assembly.spoilt = reason;
    this.discard(assembly, reason);
    return reason;
  }

  private discard(assembly: Assembly, reason: DropReason | undefined): void {
    for (const held of assembly.fragments.splice(0)) {
      this.heldBytes -= held.frame.room;
      if (reason !== undefined) this.parts.dropped(held, reason);
      this.parts.pool.release(held.frame);
    }
    assembly.heldBytes = 0;
  }

  private expired(assembly: Assembly): void {
    const first = assembly.fragments[0];
    this.forget(assembly);
    if (first !== undefined && first.from === 0) this.parts.timedOut(first);
    this.discard(assembly, 'fragment-timeout');
  }

  private complete(assembly: Assembly): Frame | DropReason {
    const first = assembly.fragments[0]!;
    const headers = first.headersEndOffset;
    const length = assembly.totalBytes;
    this.forget(assembly);
    // RFC 3168 §5.3: a congestion mark must not be lost, nor given to a packet that is not ECN-capable.
    if ((assembly.codepoints & 0b1001) === 0b1001) {
      this.discard(assembly, 'fragment-mixed-ecn');
      return 'fragment-mixed-ecn';
    }
    if (headers - first.headerOffset - (assembly.family === 4 ? 0 : ipv6.HEADER_LENGTH) + length > 65_535) {
      this.discard(assembly, 'fragment-too-long');
      return 'fragment-too-long';
    }
    const whole = this.parts.pool.acquire(0, headers + length);
    copyBytes(first.frame.bytes, first.frame.start, whole.bytes, whole.start, headers);
    for (const { frame, dataOffset, from, to } of assembly.fragments) {
      copyBytes(frame.bytes, frame.start + dataOffset, whole.bytes, whole.start + headers + from, to - from);
    }
    whole.end = whole.start + headers + length;
    const headerAt = whole.start + first.headerOffset;
    if (assembly.family === 4) finish4(whole, headerAt, assembly.codepoints);
    else finish6(whole, headerAt, first, assembly.codepoints);
    this.discard(assembly, undefined);
    return whole;
  }

  private find(packet: ReceivedPacket, identification: number): Assembly | undefined {
    for (const assembly of this.assemblies.get(hash(packet, identification)) ?? []) {
      if (isOf(assembly, packet, identification)) return assembly;
    }
    return undefined;
  }

  private start(packet: ReceivedPacket, identification: number): Assembly | undefined {
    if (this.count >= this.settings.maximumPackets) return undefined;
    const { timers } = this.parts;
    const key = hash(packet, identification);
    const assembly: Assembly = {
      key,
      family: packet.family,
      source0: packet.source0,
      source1: packet.source1,
      source2: packet.source2,
      source3: packet.source3,
      destination0: packet.destination0,
      destination1: packet.destination1,
      destination2: packet.destination2,
      destination3: packet.destination3,
      protocol: protocolOf(packet),
      identification,
      timer: timers.timer(() => this.expired(assembly)),
      fragments: [],
      heldBytes: 0,
      totalBytes: -1,
      codepoints: 0,
      spoilt: undefined,
    };
    assembly.timer.arm(timers.now() + this.settings.timeoutNs);
    const chain = this.assemblies.get(key);
    if (chain === undefined) this.assemblies.set(key, [assembly]);
    else chain.push(assembly);
    this.count++;
    return assembly;
  }

  private forget(assembly: Assembly): void {
    assembly.timer.cancel();
    const left = (this.assemblies.get(assembly.key) ?? []).filter((held) => held !== assembly);
    if (left.length === 0) this.assemblies.delete(assembly.key);
    else this.assemblies.set(assembly.key, left);
    this.count--;
  }
}

/** Where a fragment that starts at `from` belongs. Fragments mostly come in order, so the search starts at the end. */
function placeOf(assembly: Assembly, from: number): number {
  let place = assembly.fragments.length;
  while (place > 0 && assembly.fragments[place - 1]!.from >= from) place--;
  return place;
}

function hold(
  pool: FramePool,
  packet: ReceivedPacket,
  headersEnd: number,
  dataAt: number,
  from: number,
  to: number,
): HeldFragment {
  const { start } = packet.frame;
  return {
    frame: pool.duplicate(packet.frame),
    headerOffset: packet.headerAt - start,
    headersEndOffset: headersEnd - start,
    dataOffset: dataAt - start,
    from,
    to,
    interfaceIndex: packet.interfaceIndex,
    toGroup: packet.toGroup,
  };
}

function isCopy(held: HeldFragment, frame: Frame, dataAt: number): boolean {
  const heldAt = held.frame.start + held.dataOffset;
  for (let i = 0; i < held.to - held.from; i++) {
    if (held.frame.bytes[heldAt + i] !== frame.bytes[dataAt + i]) return false;
  }
  return true;
}

function finish4(whole: Frame, at: number, codepoints: number): void {
  const { view } = whole;
  view.setUint8(at + 1, (ipv4.trafficClass(view, at) & 0xfc) | congestion(ipv4.trafficClass(view, at), codepoints));
  view.setUint16(at + 2, whole.end - at);
  view.setUint16(at + 6, 0);
  ipv4.writeChecksum(view, at);
}

/** RFC 8200 §4.5: the fragment header goes, and what named it names what followed it. */
function finish6(whole: Frame, at: number, first: HeldFragment, codepoints: number): void {
  const { view } = whole;
  view.setUint16(at + 4, whole.end - at - ipv6.HEADER_LENGTH);
  const ecn = congestion(ipv6.trafficClass(view, at), codepoints);
  view.setUint8(at + 1, (view.getUint8(at + 1) & 0xcf) | (ecn << 4));
  let nameAt = at + 6;
  let place = at + ipv6.HEADER_LENGTH;
  while (view.getUint8(nameAt) !== FRAGMENT) {
    const length = extensionLength(view.getUint8(nameAt), view, place);
    nameAt = place;
    place += length;
  }
  view.setUint8(nameAt, first.frame.view.getUint8(first.frame.start + first.headersEndOffset));
}

/** RFC 3168 §5.3: a congestion mark on one fragment is a mark on the packet. */
const congestion = (trafficClass: number, codepoints: number): number =>
  (codepoints & 0b1000) !== 0 ? 3 : trafficClass & 3;

const protocolOf = (packet: ReceivedPacket): number => (packet.family === 4 ? packet.protocol : -1);

const hash = (packet: ReceivedPacket, identification: number): number =>
  packet.source3 ^
  packet.destination3 ^
  Math.imul(packet.source1 ^ packet.source2, 31) ^
  Math.imul(identification, 0x9e3779b1);

const isOf = (assembly: Assembly, packet: ReceivedPacket, identification: number): boolean =>
  assembly.identification === identification &&
  assembly.protocol === protocolOf(packet) &&
  assembly.family === packet.family &&
  assembly.source3 === packet.source3 &&
  assembly.source2 === packet.source2 &&
  assembly.source1 === packet.source1 &&
  assembly.source0 === packet.source0 &&
  assembly.destination3 === packet.destination3 &&
  assembly.destination2 === packet.destination2 &&
  assembly.destination1 === packet.destination1 &&
  assembly.destination0 === packet.destination0;
