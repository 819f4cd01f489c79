/** Interface identifiers from Ethernet addresses, "modified EUI-64": RFC 4291 Appendix A, RFC 2464 §4. */
import { IpAddress } from '../layers/address.ts';

/** The address with the first 64 bits of `prefix` and the identifier of a MAC address: ff:fe in its middle, U/L turned. */
export function addressFor(prefix: IpAddress, mac: number): IpAddress {
  const high = Math.floor(mac / 0x100_0000) ^ 0x02_0000;
  return new IpAddress(6, prefix.w0, prefix.w1, (high << 8) | 0xff, 0xfe00_0000 | (mac % 0x100_0000));
}

/** fe80::/64 with the identifier of a MAC address (RFC 4862 §5.3). */
export const linkLocalAddress = (mac: number): IpAddress => addressFor(new IpAddress(6, 0xfe80_0000, 0, 0, 0), mac);
