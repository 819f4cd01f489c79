/**
 * The host under test, as shell commands see it and change it. The runner of scripts implements it; every command acts
 * through it, and on nothing else.
 */
import type { TcpInfo } from '../../layers/transport/tcp/info.ts';
import type { TcpSettings } from '../../layers/transport/tcp/settings.ts';
import type { State } from '../../layers/transport/tcp/state.ts';
import type { ShellMemory } from './memory.ts';

/** The interface of the host, as packetdrill calls it. Besides it there is only the loopback interface. */
export const DEVICE = 'tun0';

export interface ShellHost {
  /** Whose commands they are, and in whose words they answer: `rfc` speaks Linux's. */
  readonly profile: 'linux' | 'freebsd' | 'rfc';
  readonly ipVersion: 'ipv4' | 'ipv6' | 'ipv4-mapped-ipv6';
  /** The host's own address, and that of the script's end, as text. Everything else lies behind the same gateway. */
  readonly localAddress: string;
  readonly remoteAddress: string;
  /** What commands leave for those that follow: one for a script, made by `new ShellMemory()`. */
  readonly memory: ShellMemory;

  /** TCP's settings as they are now. */
  readonly tcp: Readonly<TcpSettings>;
  /**
   * Changes some of them: for what is opened from now on, by listeners that there are too, and for the connections that
   * there are as far as a kernel reads the value when it needs it.
   */
  changeTcp(settings: Partial<TcpSettings>): void;

  /** The largest packet that `tun0` takes now, in bytes; the shell has checked that the new one can be. */
  readonly mtu: number;
  setMtu(bytes: number): void;
  /** Time to live and hop limit of packets, if their socket has none of its own: 1 to 255. */
  readonly hopLimit: number;
  setHopLimit(hops: number): void;
  /** Another address of `tun0`, with the length of its prefix: '10.0.0.1/24'. */
  addAddress(prefix: string): void;

  /** What there is of TCP: connections in any state but CLOSED, and listeners. */
  connections(): readonly ShellConnection[];
  /** Ends a connection as if its program had aborted it; a listener is closed. */
  dropConnection(connection: ShellConnection): void;

  /**
   * What the host has counted since it began, by the names that Linux has for it in /proc/net/snmp and /proc/net/netstat,
   * with the protocol in front: `TcpRetransSegs`, `TcpExtTCPTimeouts`. A name that is not here is not counted.
   */
  counters(): ReadonlyMap<string, number>;

  /** Forgets what ICMP has taught about paths. */
  forgetPathMtus(): void;
  /** Forgets what is kept about peers from one connection to the next: Fast Open cookies, and paths that lose them. */
  flushMetrics(): void;

  /** A key of RFC 2385, for what is sent from `source` to `destination`; one of both is the host. */
  addMd5Key(key: ShellMd5Key): void;
  /** Takes all of those away again. */
  removeMd5Keys(): void;

  /** Lets so much virtual time pass, with all that happens in it, before it returns. */
  sleep(durationNs: number): void;
  /** A file's text by its path as it is written, relative to the script's folder; `undefined` if there is none. */
  readFile(path: string): string | undefined;
}

export interface ShellMd5Key {
  readonly source: string;
  readonly destination: string;
  readonly secret: Uint8Array;
}

/** A connection, or a listener in the state LISTEN. */
export interface ShellConnection {
  readonly state: State;
  /** The number of its program's descriptor; `undefined` if no program has it (any more). */
  readonly descriptor: number | undefined;
  /** The family of its socket: 6 for a connection of IPv4 that a socket of IPv6 has. */
  readonly socketFamily: 4 | 6;
  /** A listener that takes connections of both families. */
  readonly isDualStack: boolean;
  /** `0.0.0.0` or `::` for a listener at every address. */
  readonly localAddress: string;
  readonly localPort: number;
  /** `undefined`, and 0, for a listener. */
  readonly remoteAddress: string | undefined;
  readonly remotePort: number;
  /** Bytes that the program has not read; of a listener the connections that wait to be accepted. */
  readonly receiveQueue: number;
  /** Bytes that are not acknowledged, or not sent; of a listener how many connections may wait. */
  readonly sendQueue: number;
  /** Of a connection. */
  readonly info: TcpInfo | undefined;
  /** The timer that runs, if one does. */
  readonly timer: ShellTimer | undefined;
}

export interface ShellTimer {
  /** `on`: retransmission, loss probe or reordering. */
  readonly kind: 'on' | 'keepalive' | 'timewait' | 'persist';
  readonly remainingNs: number;
  /** How often it has fired in a row without an answer. */
  readonly retries: number;
}
