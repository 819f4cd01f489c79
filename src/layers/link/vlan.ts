/**
 * VLAN tags: IEEE 802.1Q §9.6, and stacked ones of 802.1ad ("QinQ"). A tag stands behind an EtherType that announces it
 * (`isVlanTag`): three bits of priority, one that allows to drop it first, twelve that name the VLAN, and then the
 * EtherType or length of what follows, which may be another tag.
 * Left out on purpose: what a switch does with VLANs; the embedded routing information of token rings.
 */
import type { DropReason } from '../drop.ts';
import { copyOf, field, putBytes, viewOf } from '../record.ts';
import { isVlanTag } from './ethertype.ts';

/** One tag, without the EtherType that announces it and with the one that it brings. */
export const TAG_LENGTH = 4;

// Fields in place. `at` is where the tag starts in `view`, behind the EtherType that announces it; call only after
// `check` accepted it.
/** Priority code point, 0 to 7. */
export const priority = (view: DataView, at: number): number => view.getUint8(at) >>> 5;
export const dropEligible = (view: DataView, at: number): boolean => (view.getUint8(at) & 0x10) !== 0;
/** 0 says "no VLAN, only a priority"; 4095 is reserved. */
export const identifier = (view: DataView, at: number): number => view.getUint16(at) & 0xfff;
/** What follows the tag: an EtherType, or a length. */
export const typeOrLength = (view: DataView, at: number): number => view.getUint16(at + 2);

/**
 * Whether a tag may be read; those stacked behind it are checked when it is their turn.
 * @param available bytes from `at`
 * @returns `undefined` if it may, else why the frame is dropped
 */
export const check = (_view: DataView, _at: number, available: number): DropReason | undefined =>
  available < TAG_LENGTH ? 'vlan-truncated' : undefined;

/** Writes the 4 bytes. */
export function writeTag(
  view: DataView,
  at: number,
  priority: number,
  dropEligible: boolean,
  identifier: number,
  typeOrLength: number,
): void {
  view.setUint16(at, (priority << 13) | (dropEligible ? 0x1000 : 0) | identifier);
  view.setUint16(at + 2, typeOrLength);
}

export interface VlanTag {
  readonly priority: number;
  readonly dropEligible: boolean;
  readonly identifier: number;
  /** What follows this tag. In a stack, all but the last announce another tag. */
  readonly typeOrLength: number;
}

export interface VlanRecord {
  /** At least one, outermost first. */
  readonly tags: readonly VlanTag[];
  readonly payload: Uint8Array;
}

/** The record of the whole stack of tags at `at`, or why there is none. */
export function decode(view: DataView, at: number, length: number): VlanRecord | DropReason {
  const tags: VlanTag[] = [];
  const end = at + length;
  let tagAt = at;
  let next = 0;
  do {
    const reason = check(view, tagAt, end - tagAt);
    if (reason !== undefined) return reason;
    next = typeOrLength(view, tagAt);
    tags.push({
      priority: priority(view, tagAt),
      dropEligible: dropEligible(view, tagAt),
      identifier: identifier(view, tagAt),
      typeOrLength: next,
    });
    tagAt += TAG_LENGTH;
  } while (isVlanTag(next));
  return { tags, payload: copyOf(view, tagAt, end - tagAt) };
}

/**
 * The bytes of a stack of tags and its payload.
 * @throws {RangeError} if a field cannot hold its value, there is no tag, or the tags do not announce one another
 */
export function encode(record: VlanRecord): Uint8Array {
  const { tags, payload } = record;
  if (tags.length === 0) throw new RangeError('wirelab: a VLAN record has at least one tag');
  const bytes = new Uint8Array(tags.length * TAG_LENGTH + payload.length);
  const view = viewOf(bytes);
  for (const [index, tag] of tags.entries()) {
    if (isVlanTag(tag.typeOrLength) !== index < tags.length - 1) {
      throw new RangeError('wirelab: every VLAN tag but the last must have the EtherType of a VLAN tag, and only they');
    }
    writeTag(
      view,
      index * TAG_LENGTH,
      field('the VLAN priority', tag.priority, 3),
      tag.dropEligible,
      field('the VLAN identifier', tag.identifier, 12),
      field('the type or length behind a VLAN tag', tag.typeOrLength, 16),
    );
  }
  putBytes(payload, view, tags.length * TAG_LENGTH);
  return bytes;
}
