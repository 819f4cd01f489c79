/**
 * Parts of a record that are there only when they are out of the ordinary, so that a record made by hand needs none of
 * them and one that was decoded loses no bit: reserved bits that are set, and a checksum that is not the one that
 * `encode` would compute (0xffff where 0 is computed, which verifies too; "none" in UDP; a wrong one).
 */
import { checksum, finish, sum } from './checksum.ts';
import { viewOf } from './record.ts';

/** Part of a record that has a checksum. */
export interface ChecksumRecord {
  readonly checksum?: number;
}

/** The checksum of `length` bytes at `at` as if the field at `fieldAt`, an even number of bytes on, were zero. */
export const checksumWithout = (view: DataView, at: number, length: number, fieldAt: number, initial = 0): number =>
  finish(sum(view, at, fieldAt - at, initial) + sum(view, fieldAt + 2, at + length - fieldAt - 2));

/** What a record keeps of the field at `fieldAt`. */
export function recordChecksum(
  view: DataView,
  at: number,
  length: number,
  fieldAt: number,
  initial = 0,
): ChecksumRecord {
  const found = view.getUint16(fieldAt);
  return found === checksumWithout(view, at, length, fieldAt, initial) ? {} : { checksum: found };
}

/** Fills in the field at `fieldAt`, zero until now: what the record says, else the checksum of all of `bytes`. */
export function sealChecksum(bytes: Uint8Array, fieldAt: number, record: ChecksumRecord, initial = 0): Uint8Array {
  const view = viewOf(bytes);
  view.setUint16(fieldAt, record.checksum ?? checksum(view, 0, bytes.length, initial));
  return bytes;
}

/** A reserved field of a record: there only if it is not zero. */
export const unlessZero = <Name extends string>(name: Name, value: number): { readonly [Key in Name]?: number } =>
  value === 0 ? {} : ({ [name]: value } as { readonly [Key in Name]?: number });
