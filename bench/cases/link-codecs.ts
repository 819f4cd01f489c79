/**
 * Reading and writing link headers in place, beside the textbook's way: an object for every header, with addresses as
 * text. The frames lie in one pool, as those of a world do.
 */
import * as arp from '../../src/layers/link/arp.ts';
import * as ethernet from '../../src/layers/link/ethernet.ts';
import * as vlan from '../../src/layers/link/vlan.ts';

export const FRAMES = 1000;
const SPACING = 2048;
const ALICE = 0x0200_0000_000a;
const BOB = 0x0200_0000_000b;

export interface Pool {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** Every fourth frame is ARP, one has a VLAN tag, the others are IPv4 of 1500 bytes. */
export function pool(): Pool {
  const bytes = new Uint8Array(FRAMES * SPACING);
  const view = new DataView(bytes.buffer);
  for (let frame = 0; frame < FRAMES; frame++) {
    const at = frame * SPACING;
    if (frame % 4 === 0) {
      ethernet.writeHeader(view, at, BOB, ALICE, 0x0806);
      arp.writePacket(view, at + 14, arp.REQUEST, ALICE, frame, 0, frame + 1);
    } else if (frame % 4 === 1) {
      ethernet.writeHeader(view, at, BOB, ALICE, 0x8100);
      vlan.writeTag(view, at + 14, 1, false, frame & 0xfff, 0x0800);
    } else {
      ethernet.writeHeader(view, at, BOB, ALICE, 0x0800);
    }
  }
  return { bytes, view };
}

const lengthOf = (frame: number): number => (frame % 4 === 0 ? 60 : 1514);

/** Every header checked and every field read, in place. */
export function readInPlace({ view }: Pool): number {
  let all = 0;
  for (let frame = 0; frame < FRAMES; frame++) {
    const at = frame * SPACING;
    const available = lengthOf(frame);
    if (ethernet.check(view, at, available) !== undefined) continue;
    if (ethernet.destination(view, at) !== BOB) continue;
    all += ethernet.source(view, at) | 0;
    const type = ethernet.typeOrLength(view, at);
    if (type === 0x0806) {
      if (arp.check(view, at + 14, available - 14) !== undefined) continue;
      all += arp.senderWord(view, at + 14) + arp.targetWord(view, at + 14) + arp.operation(view, at + 14);
      all += arp.senderMac(view, at + 14) | 0;
    } else if (type === 0x8100) {
      if (vlan.check(view, at + 14, available - 14) !== undefined) continue;
      all += vlan.identifier(view, at + 14) + vlan.priority(view, at + 14) + vlan.typeOrLength(view, at + 14);
    } else {
      all += type;
    }
  }
  return all;
}

/** The same with our plain records, which copy the payload: what dissection costs. */
export function readRecords({ view }: Pool): number {
  let all = 0;
  for (let frame = 0; frame < FRAMES; frame++) {
    const record = ethernet.decode(view, frame * SPACING, lengthOf(frame));
    if (typeof record !== 'string') all += record.typeOrLength + record.payload.length;
  }
  return all;
}

const text = (bytes: Uint8Array, at: number, length: number): string =>
  Array.from(bytes.subarray(at, at + length), (byte) => byte.toString(16).padStart(2, '0')).join(':');

/** An object per header, addresses as text, the payload as a subarray: as most packages decode. */
export function readTextbook({ bytes }: Pool): number {
  let all = 0;
  for (let frame = 0; frame < FRAMES; frame++) {
    const packet = bytes.subarray(frame * SPACING, frame * SPACING + lengthOf(frame));
    const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
    const header = {
      destination: text(packet, 0, 6),
      source: text(packet, 6, 6),
      type: view.getUint16(12),
      payload: packet.subarray(14),
    };
    if (header.destination !== '02:00:00:00:00:0b') continue;
    all += header.source.length;
    if (header.type === 0x0806) {
      const request = {
        hardwareType: view.getUint16(14),
        protocolType: view.getUint16(16),
        hardwareLength: view.getUint8(18),
        protocolLength: view.getUint8(19),
        operation: view.getUint16(20),
        senderMac: text(packet, 22, 6),
        senderIp: packet.subarray(28, 32).join('.'),
        targetMac: text(packet, 32, 6),
        targetIp: packet.subarray(38, 42).join('.'),
      };
      all += request.senderIp.length + request.targetIp.length + request.operation;
    } else if (header.type === 0x8100) {
      const tag = {
        priority: view.getUint8(14) >> 5,
        identifier: view.getUint16(14) & 0xfff,
        type: view.getUint16(16),
      };
      all += tag.identifier + tag.priority + tag.type;
    } else {
      all += header.type;
    }
  }
  return all;
}

/** An Ethernet header in front of a payload that lies in a pooled frame already. */
export function writeInPlace({ view }: Pool): number {
  for (let frame = 0; frame < FRAMES; frame++) ethernet.writeHeader(view, frame * SPACING, BOB, ALICE, 0x0800);
  return view.getUint8(0);
}

/** A fresh buffer for each frame, and the payload copied behind the header. */
export function writeTextbook({ bytes }: Pool): number {
  let all = 0;
  for (let frame = 0; frame < FRAMES; frame++) {
    const payload = bytes.subarray(frame * SPACING + 14, frame * SPACING + lengthOf(frame));
    const packet = new Uint8Array(14 + payload.length);
    const view = new DataView(packet.buffer);
    for (const [index, digits] of '02:00:00:00:00:0b'.split(':').entries()) packet[index] = Number.parseInt(digits, 16);
    for (const [index, digits] of '02:00:00:00:00:0a'.split(':').entries())
      packet[6 + index] = Number.parseInt(digits, 16);
    view.setUint16(12, 0x0800);
    packet.set(payload, 14);
    all += packet.length;
  }
  return all;
}
