/**
 * What a Fast Open client remembers of servers: their cookies and maximum segment sizes (RFC 7413 §4.1.3), and where it
 * did not work (§4.1.3.1). Cookies belong to two addresses, failures to a port as well.
 */
import type { IpAddress } from '../../../address.ts';
import { formatIpAddress } from '../../../address-text.ts';

export interface KnownServer {
  readonly cookie: Uint8Array;
  /** What the server announced, bytes; 0 if it said nothing. */
  readonly mss: number;
}

interface Failure {
  readonly count: number;
  readonly untilNs: number;
}

/** Servers, and failures, that are remembered: the one that was not used for longest goes first. */
const CAPACITY = 1024;
/** The pause doubles with each failure in a row, so often at most. */
const MOST_DOUBLINGS = 6;

export class FastOpenCache {
  private readonly servers: Map<string, KnownServer>;
  private readonly failures: Map<string, Failure>;

  constructor() {
    this.servers = new Map();
    this.failures = new Map();
  }

  find(local: IpAddress, remote: IpAddress): KnownServer | undefined {
    const name = pair(local, remote);
    const known = this.servers.get(name);
    if (known !== undefined) keep(this.servers, name, known);
    return known;
  }

  /** The most recent cookie counts, with the most recent maximum segment size. */
  learn(local: IpAddress, remote: IpAddress, known: KnownServer): void {
    keep(this.servers, pair(local, remote), known);
  }

  forget(local: IpAddress, remote: IpAddress): void {
    this.servers.delete(pair(local, remote));
  }

  /** Whether the way to that port has failed so lately that it is not tried. */
  isAvoided(local: IpAddress, remote: IpAddress, port: number, nowNs: number): boolean {
    const failure = this.failures.get(way(local, remote, port));
    return failure !== undefined && nowNs < failure.untilNs;
  }

  /** It did not work. @param pauseNs how long it is not tried again, after the first failure; 0 tries again at once */
  failed(local: IpAddress, remote: IpAddress, port: number, nowNs: number, pauseNs: number): void {
    const name = way(local, remote, port);
    const before = this.failures.get(name)?.count ?? 0;
    const untilNs = nowNs + pauseNs * 2 ** Math.min(before, MOST_DOUBLINGS);
    keep(this.failures, name, { count: before + 1, untilNs });
  }

  /** Forgets every server and every failure. */
  clear(): void {
    this.servers.clear();
    this.failures.clear();
  }

  worked(local: IpAddress, remote: IpAddress, port: number): void {
    this.failures.delete(way(local, remote, port));
  }
}

const pair = (local: IpAddress, remote: IpAddress): string => `${formatIpAddress(local)} ${formatIpAddress(remote)}`;

const way = (local: IpAddress, remote: IpAddress, port: number): string => `${pair(local, remote)} ${port}`;

/** Stores an entry as the latest; the first of a Map is its oldest. */
function keep<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size <= CAPACITY) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
