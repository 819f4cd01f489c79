/**
 * The Transmission Control Protocol of one host: RFC 9293. Finds the connection or listener that a segment belongs to,
 * opens connections, and answers what belongs to none.
 */
import type { IpAddress } from '../../address.ts';
import { isMulticast, isUnspecified } from '../../address.ts';
import { pseudoHeaderSum } from '../../checksum.ts';
import { SECOND } from '../../clock.ts';
import type { DropReason } from '../../drop.ts';
import type { ErrorCode } from '../../errors.ts';
import type { IcmpError } from '../../network/icmp-error.ts';
import type { ReceivedPacket } from '../../network/packet.ts';
import type { Path } from '../../network/path.ts';
import type { SipKey } from '../../siphash.ts';
import { type Binding, PortTable } from '../ports.ts';
import type { TransportProtocol } from '../protocol.ts';
import { segmentArrives, takeSyn, takeWindow } from './arrival.ts';
import { Connection } from './connection.ts';
import { ConnectionTable } from './connection-table.ts';
import { type ConnectionOwner, type ConnectionUser, ControlBlock } from './control-block.ts';
import { emitSyn } from './emission.ts';
import type { TcpEnvironment } from './environment.ts';
import { icmpErrorArrives, isInFlight } from './icmp.ts';
import { IncomingSegment } from './incoming.ts';
import { connectionHash, drawKey, initialSequenceNumber } from './initial-sequence.ts';
import { enter } from './lifecycle.ts';
import { Listener, type ListenerOwner, type ListenerUser } from './listener.ts';
import { armRetransmission } from './output.ts';
import { windowShift } from './receive-window.ts';
import { sendReset } from './reset.ts';
import * as segment from './segment.ts';
import { add } from './sequence.ts';
import { RFC_SETTINGS, type TcpSettings } from './settings.ts';
import { createTimers } from './timers.ts';

export interface ConnectOptions {
  /** The local port, and address if it names one. */
  readonly binding: Binding;
  readonly remote: IpAddress;
  readonly remotePort: number;
  readonly settings?: Partial<TcpSettings> | undefined;
  readonly user: ConnectionUser;
  readonly interfaceIndex?: number | undefined;
}

export interface ListenOptions {
  readonly binding: Binding;
  readonly backlog: number;
  readonly settings?: Partial<TcpSettings> | undefined;
  readonly user: ListenerUser;
}

export class Tcp implements TransportProtocol, ConnectionOwner, ListenerOwner {
  readonly environment: TcpEnvironment;
  /** What connections start with; each has its own copy. */
  readonly settings: TcpSettings;
  readonly ports: PortTable;
  readonly connections: ConnectionTable;
  private readonly listeners: Map<number, Listener[]>;
  /** Which listener a connection that is not accepted yet came from. */
  private readonly listenerOf: Map<ControlBlock, Listener>;
  private readonly arrived: IncomingSegment;
  private readonly sequenceKey: SipKey;
  private readonly timestampKey: SipKey;
  private serial: number;
  private challengeSecond: number;
  private challenges: number;

  constructor(environment: TcpEnvironment, settings: Partial<TcpSettings> = {}) {
    this.environment = environment;
    this.settings = { ...RFC_SETTINGS, ...settings };
    this.ports = new PortTable(environment.random('tcp ports'));
    this.connections = new ConnectionTable();
    this.listeners = new Map();
    this.listenerOf = new Map();
    this.arrived = new IncomingSegment();
    this.sequenceKey = drawKey(environment.random('tcp initial sequence numbers'));
    this.timestampKey = drawKey(environment.random('tcp timestamp offsets'));
    this.serial = 0;
    this.challengeSecond = -1;
    this.challenges = 0;
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
    if (this.connections.between(path.local, binding.port, path.remote, remotePort) !== undefined) return 'EADDRINUSE';
    const block = this.create(path, binding.port, remotePort, { ...this.settings, ...options.settings }, true);
    const connection = new Connection(block, options.user);
    this.connections.add(block);
    enter(block, 'SYN-SENT', 'the program connects');
    this.sendSyn(block);
    return connection;
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
    const listener = new Listener(this, binding, options.backlog, settings, options.user);
    const atPort = this.listeners.get(binding.port);
    if (atPort === undefined) this.listeners.set(binding.port, [listener]);
    else atPort.push(listener);
    return listener;
  }

  /** A segment for this host. @returns why it was dropped, or `undefined` if it was taken */
  input(packet: ReceivedPacket): DropReason | undefined {
    const { view, at, length } = packet;
    const reason = segment.check(view, at, length, packet.pseudoHeaderSum());
    if (reason !== undefined) return reason;
    // RFC 9293 §3.9.2.3: applies to all segments, not only to SYNs.
    if (packet.toGroup) return 'tcp-to-group';
    const { arrived } = this;
    arrived.read(packet);
    // RFC 9293 §3.2 (MUST-7): prepared for an illegal option length. A segment that cannot be read whole is not used.
    if (arrived.options.malformed) return 'tcp-bad-option';
    const block = this.connections.find(packet, arrived.sourcePort, arrived.destinationPort);
    if (block !== undefined) return segmentArrives(block, arrived);
    const listener = this.listenerFor(packet, arrived.destinationPort);
    return listener === undefined ? this.inClosed(arrived) : this.inListen(listener, arrived);
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

  /** Whether any connection uses the port: a program may not bind to it again without SO_REUSEADDR. */
  isPortBusy(local: IpAddress, port: number): boolean {
    for (const { identity } of this.connections) {
      if (identity.localPort !== port) continue;
      if (isUnspecified(local) || identity.local.equals(local)) return true;
    }
    return false;
  }

  // ---- ConnectionOwner ----

  established(block: ControlBlock): boolean {
    const listener = this.listenerOf.get(block);
    if (listener === undefined) return true;
    if (!listener.queue(block)) return false;
    this.listenerOf.delete(block);
    return true;
  }

  closed(block: ControlBlock): void {
    this.connections.remove(block);
    this.listenerOf.get(block)?.forget(block);
    this.listenerOf.delete(block);
  }

  mayChallenge(settings: TcpSettings): boolean {
    if (settings.challengeAcksPerSecond === 0) return true;
    const second = Math.floor(this.environment.timers.now() / SECOND);
    if (second !== this.challengeSecond) {
      this.challengeSecond = second;
      this.challenges = 0;
    }
    return this.challenges++ < settings.challengeAcksPerSecond;
  }

  listenerClosed(listener: Listener): void {
    const atPort = this.listeners.get(listener.binding.port) ?? [];
    const left = atPort.filter((other) => other !== listener);
    if (left.length === 0) this.listeners.delete(listener.binding.port);
    else this.listeners.set(listener.binding.port, left);
    listener.binding.exclusive = false;
    listener.user?.changed();
  }

  // ---- §3.10.7.1 CLOSED and §3.10.7.2 LISTEN ----

  private inClosed(arrived: IncomingSegment): DropReason {
    if (arrived.has(segment.RST)) return 'tcp-reset-to-closed';
    sendReset(this.environment, arrived);
    return 'tcp-no-connection';
  }

  private inListen(listener: Listener, arrived: IncomingSegment): DropReason | undefined {
    const { packet } = arrived;
    // First, check for a RST; second, for an ACK; third, for a SYN.
    if (arrived.has(segment.RST)) return 'tcp-reset-to-closed';
    if (arrived.has(segment.ACK)) return this.inClosed(arrived);
    if (!arrived.has(segment.SYN) || packet === undefined) return 'tcp-listen-no-syn';
    const refused = listener.refuses();
    if (refused !== undefined) return refused;
    const path = this.environment.paths.path(packet.source(), packet.destination(), packet.interfaceIndex);
    if (typeof path === 'string') return 'ip-no-route';
    const block = this.create(path, arrived.destinationPort, arrived.sourcePort, { ...listener.settings }, false);
    // Told when the whole segment is processed: what is accepted is established, and its window is the peer's.
    block.user = { changed: () => listener.user?.changed() };
    this.connections.add(block);
    this.listenerOf.set(block, listener);
    listener.synReceived(block);
    enter(block, 'SYN-RECEIVED', 'SYN arrived');
    takeSyn(block, arrived);
    takeWindow(block, arrived);
    this.sendSyn(block);
    return undefined;
  }

  /** The listener that fits best: one bound to the very address before one bound to all. */
  private listenerFor(packet: ReceivedPacket, port: number): Listener | undefined {
    let best: Listener | undefined;
    for (const listener of this.listeners.get(port) ?? []) {
      const { address, dualStack } = listener.binding;
      if (isUnspecified(address)) {
        if (address.family === packet.family || dualStack) best ??= listener;
      } else if (
        address.family === packet.family &&
        address.w3 === packet.destination3 &&
        address.w2 === packet.destination2 &&
        address.w1 === packet.destination1 &&
        address.w0 === packet.destination0
      ) {
        return listener;
      }
    }
    return best;
  }

  private create(
    path: Path,
    localPort: number,
    remotePort: number,
    settings: TcpSettings,
    active: boolean,
  ): ControlBlock {
    const { local, remote } = path;
    path.dontFragment = settings.pathMtuDiscovery;
    const identity = { serial: ++this.serial, local, localPort, remote, remotePort };
    const pseudoSum = pseudoHeaderSum(local, remote, segment.PROTOCOL, 0);
    const block = new ControlBlock(this, settings, identity, path, pseudoSum, active);
    const { timers, initialSequenceNumber: chosen } = this.environment;
    block.timers = createTimers(block);
    block.iss =
      chosen?.(local, localPort, remote, remotePort) ??
      initialSequenceNumber(timers.now(), connectionHash(this.sequenceKey, local, localPort, remote, remotePort));
    block.iss |= 0;
    block.tsOffset = connectionHash(this.timestampKey, local, localPort, remote, remotePort);
    block.sndUna = block.iss;
    block.sndNxt = add(block.iss, 1);
    block.sndMax = block.sndNxt;
    block.lastHeardNs = timers.now();
    block.rcvWndShift = settings.windowScaling ? windowShift(settings.receiveBufferBytes) : 0;
    return block;
  }

  private sendSyn(block: ControlBlock): void {
    block.synSentNs = this.environment.timers.now();
    emitSyn(block);
    armRetransmission(block);
  }

  /** The connection that a segment quoted by ICMP belongs to. */
  private quoted(error: IcmpError): ControlBlock | undefined {
    const localPort = segment.sourcePort(error.view, error.at);
    const remotePort = segment.destinationPort(error.view, error.at);
    return this.connections.between(error.local, localPort, error.remote, remotePort);
  }
}
