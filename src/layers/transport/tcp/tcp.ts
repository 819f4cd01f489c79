/**
 * The Transmission Control Protocol of one host: RFC 9293. Finds the connection or listener that a segment belongs to,
 * opens connections, and answers what belongs to none.
 */
import type { IpAddress } from '../../address.ts';
import { isMulticast, isUnspecified } from '../../address.ts';
import type { DropReason } from '../../drop.ts';
import type { ErrorCode } from '../../errors.ts';
import type { IcmpError } from '../../network/icmp-error.ts';
import type { ReceivedPacket } from '../../network/packet.ts';
import { type Binding, PortTable } from '../ports.ts';
import type { TransportProtocol } from '../protocol.ts';
import { segmentArrives } from './arrival.ts';
import { authenticate, authenticateOpening, protect } from './authentication/admission.ts';
import { isIgnored } from './authentication/icmp-protection.ts';
import type { KeyChain } from './authentication/key-chain.ts';
import { Connection } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import type { ConnectionOwner, ConnectionUser, ControlBlock } from './control-block.ts';
import type { TcpEnvironment } from './environment.ts';
import { FastOpenCache } from './fast-open/cache.ts';
import { type FirstData, prepareSyn } from './fast-open/client.ts';
import { icmpErrorArrives, isInFlight } from './icmp.ts';
import { IncomingSegment } from './incoming.ts';
import { end } from './lifecycle.ts';
import { Listener, type ListenerUser } from './listener.ts';
import { Opening } from './opening.ts';
import { PassiveOpen } from './passive-open.ts';
import { mayLowerMtu } from './path-mtu/claims.ts';
import { PerSecond } from './per-second.ts';
import { Refusal } from './reset.ts';
import * as segment from './segment.ts';
import { RFC_SETTINGS, type TcpSettings } from './settings.ts';
import { mayConnectAnew, mayReopen, startAfter } from './time-wait.ts';

export interface ConnectOptions {
  /** The local port, and address if it names one. */
  readonly binding: Binding;
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly settings?: Partial<TcpSettings> | undefined;
  readonly user: ConnectionUser;
  /** Those that stand for the connection sign it: TCP-AO or MD5. */
  readonly keys?: KeyChain | undefined;
  readonly interfaceIndex?: number | undefined;
  /** Tries Fast Open (RFC 7413): sends this with the SYN, or asks for a cookie. What was taken is in the send buffer. */
  readonly firstData?: FirstData | undefined;
}

/** Where a program would connect to. */
export interface FastOpenTarget {
  readonly local?: IpAddress | undefined;
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly settings?: Partial<TcpSettings> | undefined;
  readonly interfaceIndex?: number | undefined;
}

export interface ListenOptions {
  readonly binding: Binding;
  readonly backlog: number;
  readonly settings?: Partial<TcpSettings> | undefined;
  readonly user: ListenerUser;
  /** Peers with a key must sign, and are answered so. Keys may be added and removed later. */
  readonly keys?: KeyChain | undefined;
}

export class Tcp implements TransportProtocol, ConnectionOwner {
  readonly environment: TcpEnvironment;
  /** What connections start with; each has its own copy. */
  readonly settings: TcpSettings;
  readonly ports: PortTable;
  readonly connections: ConnectionTable;
  readonly fastOpenCache: FastOpenCache;
  private readonly waiting: Set<ControlBlock>;
  private readonly opening: Opening;
  private readonly passive: PassiveOpen;
  private readonly arrived: IncomingSegment;
  private readonly refusal: Refusal;
  private readonly challenges: PerSecond;

  constructor(environment: TcpEnvironment, settings: Partial<TcpSettings> = {}) {
    this.environment = environment;
    this.settings = { ...RFC_SETTINGS, ...settings };
    this.ports = new PortTable(environment.random('tcp ports'));
    this.connections = new ConnectionTable();
    this.fastOpenCache = new FastOpenCache();
    this.waiting = new Set();
    this.opening = new Opening(this, this.connections);
    this.refusal = new Refusal(environment, this.settings);
    this.passive = new PassiveOpen(this.opening, this.refusal);
    this.arrived = new IncomingSegment();
    this.challenges = new PerSecond();
  }

  /**
   * Active OPEN (RFC 9293 §3.10.1): sends a SYN.
   * @returns the connection, or why none could be begun: no route, or the same two sockets are connected already
   */
  connect(options: ConnectOptions): Connection | ErrorCode {
    const { binding, remote, remotePort } = options;
    const local = isUnspecified(binding.address) ? undefined : binding.address;
    const path = this.environment.paths.path(remote, local, options.interfaceIndex);
    if (typeof path === 'string') return path;
    // RFC 9293 §3.9.2.3 (MUST-46): never to a broadcast or multicast address.
    if (isMulticast(remote) || path.isGroup === true) return 'ENETUNREACH';
    // The path may lead elsewhere than asked: the wildcard means this host itself.
    const earlier = this.connections.between(path.local, binding.port, path.remote, remotePort);
    const settings = { ...this.settings, ...options.settings };
    if (earlier !== undefined && !mayConnectAnew(earlier, settings)) return 'EADDRINUSE';
    const pair = { local: path.local, localPort: binding.port, remote: path.remote, remotePort };
    const authentication = authenticateOpening(options.keys, pair, settings);
    if (typeof authentication === 'string') return authentication;
    const block = this.opening.create(path, binding.port, remotePort, settings, true);
    if (earlier !== undefined) {
      startAfter(block, earlier);
      end(earlier, undefined, 'the program connects anew');
    }
    if (authentication !== undefined) protect(block, authentication);
    if (options.firstData !== undefined) prepareSyn(block, this.fastOpenCache, options.firstData);
    const connection = new Connection(block, options.user);
    block.sharesPort = binding.reusePort;
    this.opening.admit(block, 'SYN-SENT', 'the program connects');
    this.opening.sendSyn(block);
    return connection;
  }

  /** Whether `connect` would send data with the SYN: a cookie of the server is known if it needs one, and nothing speaks against it. */
  hasFastOpenCookie({ local, remote, remotePort, settings, interfaceIndex }: FastOpenTarget): boolean {
    const { fastOpenClient, fastOpenRequiresCookie } = { ...this.settings, ...settings };
    const from = local === undefined || isUnspecified(local) ? undefined : local;
    const path = this.environment.paths.path(remote, from, interfaceIndex);
    if (!fastOpenClient || typeof path === 'string') return false;
    const isAvoided = this.fastOpenCache.isAvoided(path.local, path.remote, remotePort, this.environment.timers.now());
    if (isAvoided) return false;
    return !fastOpenRequiresCookie || this.fastOpenCache.find(path.local, path.remote) !== undefined;
  }

  /**
   * Passive OPEN (RFC 9293 §3.10.1): answers SYNs from now on.
   * @returns the listener, or `EADDRINUSE` if another listens there
   */
  listen(options: ListenOptions): Listener | ErrorCode {
    const { binding } = options;
    if (this.ports.isShared(binding)) return 'EADDRINUSE';
    binding.exclusive = true;
    const settings = { ...this.settings, ...options.settings };
    const listener = new Listener(this.passive, binding, options.backlog, settings, options.user);
    listener.keys = options.keys;
    this.passive.add(listener);
    return listener;
  }

  /** Those who listen, by no order. */
  get listeners(): readonly Listener[] {
    return this.passive.all;
  }

  /** A segment for this host. @returns why it was dropped, or `undefined` if it was taken */
  input(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const reason = segment.check(view, at, length, packet.pseudoHeaderSum());
    if (reason !== undefined) return reason;
    // RFC 9293 §3.9.2.3: applies to all segments, not only to SYNs.
    if (packet.toGroup) return 'tcp-to-group';
    // MUST-63. A host that does not know its address yet may send from none (RFC 1122 §3.2.1.3 (a)), but not by TCP.
    if ((packet.source0 | packet.source1 | packet.source2 | packet.source3) === 0) return 'tcp-from-nobody';
    const { arrived } = this;
    arrived.read(packet);
    // RFC 9293 §3.2 (MUST-7): prepared for an illegal option length. A segment that cannot be read whole is not used.
    if (arrived.options.malformed) return 'tcp-bad-option';
    const block = this.connections.find(packet, arrived.sourcePort, arrived.destinationPort);
    const isSyn = arrived.has(segment.SYN);
    const listener =
      block === undefined || isSyn ? this.passive.listenerFor(packet, arrived.destinationPort) : undefined;
    if (block !== undefined && (listener === undefined || !mayReopen(block, arrived, listener.settings))) {
      return authenticate(block, arrived) ?? segmentArrives(block, arrived);
    }
    if (listener === undefined) return this.refusal.inClosed(arrived);
    return this.passive.segmentArrives(listener, arrived, block);
  }

  /** ICMP speaks of a segment that this host has sent: RFC 9293 §3.9.2.2. */
  icmpError(error: IcmpError): void {
    const block = this.quoted(error);
    if (block !== undefined) icmpErrorArrives(block, error);
  }

  /** Whether the quoted segment can be one of ours that is in flight: RFC 5927 §4.1. */
  accepts(error: IcmpError): boolean {
    const block = this.quoted(error);
    return block !== undefined && isInFlight(block, error);
  }

  mayLowerMtu(error: IcmpError): boolean {
    const block = this.quoted(error);
    return block !== undefined && mayLowerMtu(block, error);
  }

  /**
   * Whether any connection uses the port: a program may not bind to it again without SO_REUSEADDR.
   * @param sharing it would share the port with connections of sockets that share it too (SO_REUSEPORT)
   */
  isPortBusy(local: IpAddress, port: number, sharing = false): boolean {
    for (const { identity, sharesPort } of this.connections) {
      if (identity.localPort !== port || (sharing && sharesPort)) continue;
      if (isUnspecified(local) || identity.local.equals(local)) return true;
    }
    return false;
  }

  // ---- ConnectionOwner ----

  established(block: ControlBlock): boolean {
    return this.passive.established(block);
  }

  takesCookie(block: ControlBlock, arrived: IncomingSegment): boolean {
    return this.passive.takesCookie(block, arrived);
  }

  waits(block: ControlBlock): boolean {
    const { timeWaitLimit } = this.settings;
    if (timeWaitLimit > 0 && this.waiting.size >= timeWaitLimit) return false;
    this.waiting.add(block);
    return true;
  }

  closed(block: ControlBlock): void {
    this.connections.remove(block);
    this.waiting.delete(block);
    this.passive.closed(block);
  }

  mayChallenge(settings: TcpSettings): boolean {
    return this.challenges.allows(settings.challengeAcksPerSecond, this.environment.timers.now());
  }

  /** The connection that a segment quoted by ICMP belongs to. */
  private quoted(error: IcmpError): ControlBlock | undefined {
    const localPort = segment.sourcePort(error.view, error.at);
    const remotePort = segment.destinationPort(error.view, error.at);
    const block = this.connections.between(error.local, localPort, error.remote, remotePort);
    return block === undefined || isIgnored(block, error) ? undefined : block;
  }
}
