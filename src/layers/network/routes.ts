/**
 * The routing table of a host: longest-prefix match for both families (RFC 1812 §5.2.4.3, RFC 1122 §3.3.1).
 *
 * A binary trie per family, one bit a level: a look-up walks at most 32 or 128 nodes, and the trie is the definition of
 * longest match itself. Paths and forwarding remember what they found, until `generation` says that the table changed.
 */
import type { Family, IpAddress } from '../address.ts';

/** Who put a route in: the order of preference among equals (as a router's "administrative distance"). */
export type RouteOrigin = 'connected' | 'static' | 'redirect' | 'advertised';

export interface Route {
  /** The prefix: the first `prefixLength` bits of `destination`; the others are zero. */
  readonly destination: IpAddress;
  readonly prefixLength: number;
  /** The next hop; `undefined` if the destination itself is on the link. */
  readonly via: IpAddress | undefined;
  readonly interfaceIndex: number;
  /** Less is better among routes of one prefix. */
  readonly metric: number;
  readonly origin: RouteOrigin;
  /** Its next hop does not answer: another route of the same prefix goes first (RFC 4861 §6.3.6). */
  suspect: boolean;
}

interface Node {
  zero: Node | undefined;
  one: Node | undefined;
  /** Routes whose prefix ends here, the preferred one first. */
  routes: Route[];
}

const node = (): Node => ({ zero: undefined, one: undefined, routes: [] });

export class RouteTable {
  private readonly root4: Node;
  private readonly root6: Node;
  private readonly changed: () => void;

  /** @param changed called whenever a look-up could answer differently */
  constructor(changed: () => void = () => {}) {
    this.root4 = node();
    this.root6 = node();
    this.changed = changed;
  }

  /** Adds a route; one with the same prefix, next hop and interface is replaced. */
  add(route: Route): void {
    let at = this.root(route.destination.family);
    for (let depth = 0; depth < route.prefixLength; depth++) {
      if (bit(route.destination, depth) === 0) {
        at.zero ??= node();
        at = at.zero;
      } else {
        at.one ??= node();
        at = at.one;
      }
    }
    at.routes = at.routes.filter((held) => !isSameRoute(held, route));
    at.routes.push(route);
    at.routes.sort(inOrderOfPreference);
    this.changed();
  }

  /** @returns whether it was there */
  remove(route: Route): boolean {
    let at: Node | undefined = this.root(route.destination.family);
    for (let depth = 0; at !== undefined && depth < route.prefixLength; depth++) {
      at = bit(route.destination, depth) === 0 ? at.zero : at.one;
    }
    const left = at?.routes.filter((held) => !isSameRoute(held, route));
    if (at === undefined || left === undefined || left.length === at.routes.length) return false;
    at.routes = left;
    this.changed();
    return true;
  }

  /** Removes all routes for which `condition` holds. */
  removeWhere(condition: (route: Route) => boolean): void {
    for (const route of this.routes()) if (condition(route)) this.remove(route);
  }

  /** Notes that a next hop failed, or answers again. */
  suspect(via: IpAddress, interfaceIndex: number, suspect: boolean): void {
    for (const route of this.routes()) {
      if (route.interfaceIndex !== interfaceIndex || route.suspect === suspect) continue;
      if (route.via === undefined || !route.via.equals(via)) continue;
      route.suspect = suspect;
      this.add(route);
    }
  }

  /**
   * The route to an address: of the longest prefix that matches, the best.
   * @param interfaceIndex only routes by that interface; 0 for any
   */
  lookup(address: IpAddress, interfaceIndex = 0): Route | undefined {
    return this.find(address.family, address.w0, address.w1, address.w2, address.w3, interfaceIndex);
  }

  /** The same for an address that lies in a packet. Allocates nothing. */
  find(family: Family, w0: number, w1: number, w2: number, w3: number, interfaceIndex: number): Route | undefined {
    let at: Node | undefined = this.root(family);
    let best: Route | undefined;
    let word = family === 4 ? w3 : w0;
    for (let depth = 0; at !== undefined; depth++) {
      best = usable(at.routes, interfaceIndex) ?? best;
      if ((depth & 31) === 0 && depth !== 0) word = depth === 32 ? w1 : depth === 64 ? w2 : w3;
      at = word < 0 ? at.one : at.zero;
      word <<= 1;
    }
    return best;
  }

  /** Every route, by family and prefix. */
  routes(): Route[] {
    const found: Route[] = [];
    collect(this.root4, found);
    collect(this.root6, found);
    return found;
  }

  private root(family: Family): Node {
    return family === 4 ? this.root4 : this.root6;
  }
}

/** Bit `depth` of an address, the most significant being 0. */
function bit(address: IpAddress, depth: number): number {
  const word =
    address.family === 4 || depth >= 96 ? address.w3 : depth < 32 ? address.w0 : depth < 64 ? address.w1 : address.w2;
  return (word >>> (31 - (depth & 31))) & 1;
}

function usable(routes: readonly Route[], interfaceIndex: number): Route | undefined {
  if (routes.length === 0) return undefined;
  if (interfaceIndex === 0) return routes[0];
  for (const route of routes) if (route.interfaceIndex === interfaceIndex) return route;
  return undefined;
}

const ORIGINS: readonly RouteOrigin[] = ['connected', 'static', 'redirect', 'advertised'];

const inOrderOfPreference = (one: Route, other: Route): number =>
  Number(one.suspect) - Number(other.suspect) ||
  one.metric - other.metric ||
  ORIGINS.indexOf(one.origin) - ORIGINS.indexOf(other.origin);

function isSameRoute(one: Route, other: Route): boolean {
  if (one.prefixLength !== other.prefixLength || one.interfaceIndex !== other.interfaceIndex) return false;
  if (!one.destination.equals(other.destination)) return false;
  return one.via === undefined ? other.via === undefined : other.via !== undefined && one.via.equals(other.via);
}

function collect(at: Node, found: Route[]): void {
  found.push(...at.routes);
  if (at.zero !== undefined) collect(at.zero, found);
  if (at.one !== undefined) collect(at.one, found);
}
