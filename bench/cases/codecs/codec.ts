/** A protocol's codec as the benchmarks know it: one packet, and what can be done with it. */
import { IpAddress, ipv4 } from '../../../src/layers/address.ts';
import { pseudoHeaderSum } from '../../../src/layers/checksum.ts';

/** Does one packet. What it answers depends on what was read. */
export type Once = (view: DataView, at: number, length: number) => number;

export interface Codec {
  readonly protocol: string;
  readonly packet: Uint8Array;
  /** In place, everything but a checksum. */
  readonly read: Once;
  /** The same, and the checksum verified; where there is one. */
  readonly verify?: Once;
  /** The header in front of a payload that is there, without its checksum; where the stack writes it in place. */
  readonly write?: Once;
  /** The same with its checksum. */
  readonly seal?: Once;
  /** The packet as a record, payload copied. Answers with a word if it cannot be read. */
  readonly decode: (view: DataView, at: number, length: number) => object | string;
  /** What `decode` gave, as bytes of their own. */
  readonly encode: (record: never) => Uint8Array;
}

export const SOURCE: IpAddress = ipv4(192, 0, 2, 1);
export const DESTINATION: IpAddress = ipv4(198, 51, 100, 2);
export const SOURCE_6: IpAddress = new IpAddress(6, 0xfe80_0000 | 0, 0, 0, 1);
export const DESTINATION_6: IpAddress = new IpAddress(6, 0xfe80_0000 | 0, 0, 0, 2);
export const ALICE = 0x0200_0000_000a;
export const BOB = 0x0200_0000_000b;

/** A packet of `length` bytes, the first of them written by `write` or given; the others a payload that is not all zeros. */
export function packet(length: number, write: readonly number[] | ((view: DataView) => void)): Uint8Array {
  const bytes = Uint8Array.from({ length }, (_, index) => Math.imul(index, 2654435761) >>> 24);
  if (typeof write === 'function') write(new DataView(bytes.buffer));
  else bytes.set(write);
  return bytes;
}

export const sum4 = (protocol: number, length: number): number =>
  pseudoHeaderSum(SOURCE, DESTINATION, protocol, length);
export const sum6 = (protocol: number, length: number): number =>
  pseudoHeaderSum(SOURCE_6, DESTINATION_6, protocol, length);

/** A refused packet must not look like one that was read. */
export const orRefused = (reason: string | undefined, read: number): number =>
  reason === undefined ? read : Number.NaN;
