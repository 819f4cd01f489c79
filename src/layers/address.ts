/**
 * IP addresses of both families: RFC 791, RFC 4291.
 *
 * An address is four 32-bit words, so that tables are keyed by integers and never by text. An IPv4 address lies in the
 * last word and the others are zero. Text forms are in `address-text.ts`.
 */

/** IP version number. */
export type Family = 4 | 6;

/** An immutable IPv4 or IPv6 address. The words are signed 32-bit integers, most significant first. */
export class IpAddress {
  readonly family: Family;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;

  constructor(family: Family, w0: number, w1: number, w2: number, w3: number) {
    this.family = family;
    this.w0 = w0 | 0;
    this.w1 = w1 | 0;
    this.w2 = w2 | 0;
    this.w3 = w3 | 0;
  }

  equals(other: IpAddress): boolean {
    return (
      this.w3 === other.w3 &&
      this.w2 === other.w2 &&
      this.w1 === other.w1 &&
      this.w0 === other.w0 &&
      this.family === other.family
    );
  }
}

/** The IPv4 address `a.b.c.d`. */
export const ipv4 = (a: number, b: number, c: number, d: number): IpAddress =>
  new IpAddress(4, 0, 0, 0, (a << 24) | (b << 16) | (c << 8) | d);

export const UNSPECIFIED_V4: IpAddress = new IpAddress(4, 0, 0, 0, 0);
export const UNSPECIFIED_V6: IpAddress = new IpAddress(6, 0, 0, 0, 0);
export const LOOPBACK_V4: IpAddress = ipv4(127, 0, 0, 1);
export const LOOPBACK_V6: IpAddress = new IpAddress(6, 0, 0, 0, 1);
export const LIMITED_BROADCAST: IpAddress = new IpAddress(4, 0, 0, 0, -1);

/** Bytes that an address of a family takes in a header. */
export const addressLength = (family: Family): number => (family === 4 ? 4 : 16);

/** Reads the address at `at`. Allocates: not for the hot path, which compares words in place. */
export const readAddress = (family: Family, view: DataView, at: number): IpAddress =>
  family === 4
    ? new IpAddress(4, 0, 0, 0, view.getInt32(at))
    : new IpAddress(6, view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));

export function writeAddress(address: IpAddress, view: DataView, at: number): void {
  if (address.family === 4) {
    view.setInt32(at, address.w3);
    return;
  }
  view.setInt32(at, address.w0);
  view.setInt32(at + 4, address.w1);
  view.setInt32(at + 8, address.w2);
  view.setInt32(at + 12, address.w3);
}

export const isUnspecified = (address: IpAddress): boolean => (address.w0 | address.w1 | address.w2 | address.w3) === 0;

/** 127.0.0.0/8 (RFC 1122 §3.2.1.3) or ::1 (RFC 4291 §2.5.3). */
export const isLoopback = (address: IpAddress): boolean =>
  address.family === 4 ? address.w3 >>> 24 === 127 : (address.w0 | address.w1 | address.w2) === 0 && address.w3 === 1;

/** 224.0.0.0/4 (RFC 1112 §4) or ff00::/8 (RFC 4291 §2.7). */
export const isMulticast = (address: IpAddress): boolean =>
  address.family === 4 ? address.w3 >>> 28 === 0xe : address.w0 >>> 24 === 0xff;

/** 169.254.0.0/16 (RFC 3927 §1) or fe80::/10 (RFC 4291 §2.5.6). */
export const isLinkLocal = (address: IpAddress): boolean =>
  address.family === 4 ? address.w3 >>> 16 === 0xa9fe : address.w0 >>> 22 === 0xfe80 >>> 6;
