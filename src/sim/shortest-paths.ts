/**
 * Static routes for a whole topology: from each host the shortest way, in routers, to every network, by breadth-first
 * search. Among ways of one length the one by the link made first is taken, so the answer is always the same.
 */
import type { OwnAddress } from '../host/address-book.ts';
import { isLinkLocal } from '../layers/address.ts';
import { formatIpAddress } from '../layers/address-text.ts';
import type { Route } from '../layers/network/routes.ts';
import { contains, formatPrefix, network, type Prefix } from '../layers/prefix.ts';
import type { Attachment, Segment } from './segment.ts';
import type { VirtualHost } from './virtual-host.ts';

/** A route that was put in, so that it can be taken out again. */
export interface AddedRoute {
  readonly host: VirtualHost;
  readonly route: Route;
}

/** How a host gets onto a segment: the router that it hands packets to, by which interface of its own. */
interface FirstHop {
  readonly own: Attachment;
  readonly router: Attachment;
}

/**
 * Gives every host a route to every network that is not on one of its own links.
 * @throws {RangeError} if some host can reach some network by no way
 */
export function addShortestPaths(hosts: readonly VirtualHost[], segments: readonly Segment[]): AddedRoute[] {
  const added: AddedRoute[] = [];
  for (const host of hosts) {
    const hops = firstHops(host, segments);
    for (const segment of segments) {
      if (segment.members.length === 0 || segment.members.some((member) => member.host === host)) continue;
      const hop = hops.get(segment);
      if (hop === undefined) {
        const { host: other, networkInterface } = segment.members[0]!;
        throw new RangeError(
          `${host.name} cannot reach ${other.name}.${networkInterface.name}: no chain of routers joins them`,
        );
      }
      for (const prefix of networksOf(segment)) {
        const gateway = gatewayFor(prefix, hop);
        if (gateway === undefined) continue;
        const route = host.addRoute(formatPrefix(prefix), gateway, hop.own.networkInterface.name);
        added.push({ host, route });
      }
    }
  }
  return added;
}

function firstHops(host: VirtualHost, segments: readonly Segment[]): Map<Segment, FirstHop> {
  const hops = new Map<Segment, FirstHop>();
  const own = segments.filter((segment) => segment.members.some((member) => member.host === host));
  const reached = new Set(own);
  // A Set is walked in the order of insertion, and what is added on the way is still visited: it is the search's queue.
  for (const segment of reached) {
    for (const router of segment.members) {
      if (!router.host.isRouter || router.host === host) continue;
      const hop = hops.get(segment) ?? {
        own: segment.members.find((member) => member.host === host)!,
        router,
      };
      for (const next of segments) {
        if (reached.has(next) || !next.members.some((member) => member.host === router.host)) continue;
        reached.add(next);
        hops.set(next, hop);
      }
    }
  }
  return hops;
}

function addressesOf({ host, networkInterface }: Attachment): OwnAddress[] {
  return host.addresses.filter((own) => own.networkInterface === networkInterface && !isLinkLocal(own.address));
}

/** The networks of a segment, each once. */
function networksOf(segment: Segment): Prefix[] {
  const networks = new Map<string, Prefix>();
  for (const member of segment.members) {
    for (const own of addressesOf(member)) {
      const prefix = network(own.prefix);
      networks.set(formatPrefix(prefix), prefix);
    }
  }
  return [...networks.values()];
}

/** The router's address, of the right family, on a network that the host is on too. */
function gatewayFor(prefix: Prefix, { own, router }: FirstHop): string | undefined {
  const { family } = prefix.address;
  const ours = addressesOf(own).filter(({ address }) => address.family === family);
  const theirs = addressesOf(router).filter(({ address }) => address.family === family);
  const shared = theirs.find(({ address }) => ours.some((mine) => contains(mine.prefix, address)));
  return shared === undefined ? undefined : formatIpAddress(shared.address);
}
