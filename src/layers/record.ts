/**
 * What the plain records of all codecs stand on: a copy of bytes, and a check of the numbers that a person wrote.
 * None of it is for the hot path, which reads and writes in place.
 */

/** A copy of `length` bytes at `at`: a record outlives the frame that it was read from. */
export const copyOf = (view: DataView, at: number, length: number): Uint8Array =>
  new Uint8Array(view.buffer, view.byteOffset + at, length).slice();

/** Copies all of `bytes` to `at`. */
export const putBytes = (bytes: Uint8Array, view: DataView, at: number): void =>
  new Uint8Array(view.buffer, view.byteOffset + at, bytes.length).set(bytes);

/** A view of all of `bytes`. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** `bits` ones, for fields that a record holds unsigned. */
const largest = (bits: number): number => 2 ** bits - 1;

/**
 * A number for a header field of `bits` bits, as it is.
 * @param name what a person calls the field: 'Ethernet type'
 * @throws {RangeError} if the field cannot hold it; the bits beyond would silently be lost
 */
export function field(name: string, value: number, bits: number): number {
  if (!Number.isInteger(value) || value < 0 || value > largest(bits)) {
    throw new RangeError(`wirelab: ${name} must be an integer from 0 to ${largest(bits)}, not ${value}`);
  }
  return value;
}
