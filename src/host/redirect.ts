/** A router points to a better first hop: RFC 1122 §3.2.2.2, RFC 4861 §8.1 and §8.3. */
import { type IpAddress, isMulticast } from '../layers/address.ts';
import { addressBits } from '../layers/prefix.ts';
import { isNeighbour } from './address-book.ts';
import type { Machine } from './machine.ts';

/**
 * Puts in a route to one host.
 * @param reporter who says so: believed only if it is the present first hop
 * @param target the better first hop, or the destination itself if it is on the link
 * @returns whether it was believed
 */
export function redirectTo(
  machine: Machine,
  interfaceIndex: number,
  reporter: IpAddress,
  destination: IpAddress,
  target: IpAddress,
): boolean {
  const { routes, addresses } = machine;
  const present = routes.lookup(destination);
  if (present?.via === undefined || present.interfaceIndex !== interfaceIndex) return false;
  if (!present.via.equals(reporter) || isMulticast(target) || addresses.isLocal(target)) return false;
  const networkInterface = machine.interfaceAt(interfaceIndex);
  if (networkInterface === undefined) return false;
  // RFC 1122 §3.2.2.2: the new gateway must be on the same network. RFC 4861 §8.1: a link-local target always is.
  const isOnLink = addresses.of(networkInterface, target.family).some((own) => isNeighbour(own, target));
  if (target.family === 4 && !isOnLink) return false;
  routes.add({
    destination,
    prefixLength: addressBits(destination.family),
    via: target.equals(destination) ? undefined : target,
    interfaceIndex,
    metric: 0,
    origin: 'redirect',
    suspect: false,
  });
  return true;
}
