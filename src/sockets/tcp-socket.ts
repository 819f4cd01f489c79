/**
 * A stream socket: TCP's connections and listeners as the calls of `open-socket.ts`, with Linux's answers where POSIX
 * leaves a choice (a program reads ECONNREFUSED once, EPIPE afterwards, and so on).
 * Left out on purpose: receiving with MSG_OOB, since urgent data is always in line (RFC 6093 §4).
 */
import { type IpAddress, isUnspecified } from '../layers/address.ts';
import type { Clock } from '../layers/clock.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { IcmpError } from '../layers/network/icmp-error.ts';
import { KeyChain } from '../layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../layers/transport/tcp/connection.ts';
import { type FirstData, NO_DATA } from '../layers/transport/tcp/fast-open/client.ts';
import type { Listener } from '../layers/transport/tcp/listener.ts';
import type { SendNotes } from '../layers/transport/tcp/send-marks.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import type { Tcp } from '../layers/transport/tcp/tcp.ts';
import { type Destination, openConnection } from './active-open.ts';
import { type AddressRecord, isMapped, isPort, toProgram, toStack } from './address-record.ts';
import * as the from './constants.ts';
import { AGAIN, failure } from './errno.ts';
import { ErrorQueueEntry } from './error-queue.ts';
import { segmentEntry } from './icmp-entry.ts';
import { OpenSocket } from './open-socket.ts';
import { notesOf } from './sent-notices.ts';
import { StreamPort } from './stream-port.ts';
import { connectionReadiness } from './tcp-readiness.ts';
import { areRecordable } from './transmit-timestamps.ts';

const SEND_FLAGS =
  the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_MORE | the.MSG_OOB | the.MSG_EOR | the.MSG_ZEROCOPY | the.MSG_FASTOPEN;
const RECEIVE_FLAGS = the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_PEEK | the.MSG_TRUNC | the.MSG_WAITALL;

/** Settings that say how much there is room for: the peer is told of more. */
const ROOM: ReadonlySet<keyof TcpSettings> = new Set(['receiveBufferBytes', 'windowClampBytes']);

/** SO_LINGER: with `seconds` 0 closing resets the connection; otherwise `Socket.close` waits so long for the data to go. */
export interface Linger {
  readonly on: boolean;
  readonly seconds: number;
}

/** What stream sockets ask of their host. */
export interface StreamNetwork {
  readonly tcp: Tcp;
  /** Whether the host has this address as one of its own. */
  isLocal(address: IpAddress): boolean;
}

export class TcpSocket extends OpenSocket {
  readonly port: StreamPort;
  linger: Linger;
  /** What was set by `setsockopt`; the rest is the host's. */
  readonly settings: Partial<TcpSettings>;
  /** Of TCP-AO and MD5 signatures, for the connections that begin from now on. */
  readonly keys: KeyChain;
  connection: Connection | undefined;
  /** TCP_FASTOPEN_CONNECT: `connect` waits for the first data if that can go with the SYN (RFC 7413). */
  fastOpenConnect: boolean;
  /** IP_RECVERR: what ICMP says is an error at once, and not only when the connection ends because of it. */
  receivesErrors: boolean;
  /** TCP_INQ: who receives messages is told how much is left, by `recvmsg` as a control message. Here by FIONREAD. */
  reportsUnread: boolean;
  /** TCP_QUICKACK, for a connection that is still to be made; `undefined` if nothing was said. */
  quickAck: boolean | undefined;
  /** Where `connect` will go when the socket is first written to: TCP_FASTOPEN_CONNECT. */
  private deferred: Destination | undefined;
  private readonly network: StreamNetwork;
  private listener: Listener | undefined;
  /** Of an attempt to connect that has failed; or what ICMP has said. */
  private error: ErrorCode | undefined;
  private errorReported: boolean;

  constructor(domain: number, network: StreamNetwork) {
    super(domain, the.SOCK_STREAM, the.IPPROTO_TCP);
    this.port = new StreamPort(network.tcp, domain);
    this.linger = { on: false, seconds: 0 };
    this.settings = {};
    this.keys = new KeyChain();
    this.connection = undefined;
    this.fastOpenConnect = false;
    this.receivesErrors = false;
    this.reportsUnread = false;
    this.quickAck = undefined;
    this.deferred = undefined;
    this.network = network;
    this.listener = undefined;
    this.error = undefined;
    this.errorReported = false;
  }

  get isBound(): boolean {
    return this.port.binding !== undefined || this.connection !== undefined;
  }

  get isListening(): boolean {
    return this.listener !== undefined;
  }

  /** Between the call of `connect` and the end of the handshake. */
  get isConnecting(): boolean {
    return this.connection !== undefined && !this.connection.established;
  }

  bind(address: IpAddress, port: number): number {
    if (this.isBound || !isPort(port) || (this.v6Only && isMapped(address))) return failure('EINVAL');
    const local = toStack(this.domain, this.v6Only, address);
    if (typeof local === 'string') return failure(local);
    if (!isUnspecified(local) && !this.network.isLocal(local)) return failure('EADDRNOTAVAIL');
    const failed = this.port.choose(local, port, this.v6Only);
    return failed === undefined ? 0 : failure(failed);
  }

  override listen(backlog: number): number {
    if (this.connection !== undefined) return failure('EINVAL');
    // Linux: a negative backlog is the largest there is.
    const limit = backlog < 0 ? the.SOMAXCONN : Math.min(backlog, the.SOMAXCONN);
    if (this.listener !== undefined) {
      this.listener.backlog = Math.max(1, limit);
      return 0;
    }
    const binding = this.port.chosenOrDrawn(this.v6Only);
    if (typeof binding === 'string') return failure(binding);
    const user = { changed: () => this.notify() };
    const { settings, keys } = this;
    const listener = this.network.tcp.listen({ binding, backlog: limit, settings, user, keys });
    if (typeof listener === 'string') return failure(listener);
    this.listener = listener;
    return 0;
  }

  override accept(peer: AddressRecord | undefined): TcpSocket | number {
    if (this.listener === undefined) return failure('EINVAL');
    const connection = this.listener.accept();
    if (connection === undefined) return failure('EAGAIN');
    const accepted = new TcpSocket(this.domain, this.network);
    accepted.inherit(this);
    accepted.adopt(connection);
    if (peer !== undefined) accepted.peerName(peer);
    return accepted;
  }

  /**
   * Begins to connect.
   * @param firstData tries Fast Open with it
   * @returns 0 once connected or put off, how much of the data was taken, or EINPROGRESS if nothing was
   */
  connect(address: IpAddress, port: number, interfaceIndex: number, firstData?: FirstData, notes?: SendNotes): number {
    if (this.listener !== undefined || this.deferred !== undefined) return failure('EISCONN');
    if (this.connection !== undefined) return failure(this.isConnecting ? 'EALREADY' : 'EISCONN');
    const earlier = this.takeError();
    if (earlier !== undefined) return failure(earlier);
    if (!isPort(port) || port === 0) return failure(port === 0 ? 'EADDRNOTAVAIL' : 'EINVAL');
    const remote = toStack(this.domain, this.v6Only, address);
    if (typeof remote === 'string') return failure(remote);
    const where = { remote, remotePort: port, interfaceIndex };
    if (firstData !== undefined || !this.fastOpenConnect) return this.begin(where, firstData, notes);
    if (!this.knowsCookie(where)) return this.begin(where, NO_DATA, undefined); // asks for one
    this.deferred = where;
    this.notify();
    return 0;
  }

  send(
    bytes: Uint8Array,
    at: number,
    length: number,
    flags: number,
    address: IpAddress | undefined,
    port: number,
    timestamping?: number,
  ): number {
    if ((flags & ~SEND_FLAGS) !== 0) return failure('EOPNOTSUPP');
    if (timestamping !== undefined && !areRecordable(timestamping, true)) return failure('EINVAL');
    const notes = this.notesFor(flags, timestamping);
    if ((flags & the.MSG_FASTOPEN) !== 0) {
      if (!this.setting('fastOpenClient')) return failure('EOPNOTSUPP');
      return address === undefined ? failure('EINVAL') : this.connect(address, port, 0, { bytes, at, length }, notes);
    }
    if (address !== undefined) return failure('EISCONN');
    if (this.deferred !== undefined) return this.begin(this.deferred, { bytes, at, length }, notes);
    const { connection } = this;
    const earlier = this.takeError();
    if (earlier !== undefined) return failure(earlier);
    if (connection === undefined) return failure('EPIPE');
    if (!connection.established) return failure('EAGAIN');
    if (connection.sendClosed || connection.state === 'CLOSED') return failure('EPIPE');
    const taken =
      (flags & the.MSG_OOB) !== 0
        ? connection.sendUrgent(bytes, at, length, notes)
        : connection.send(bytes, at, length, (flags & the.MSG_MORE) !== 0, notes);
    if (notes !== undefined) this.notifyOfReports();
    return taken === 0 && length > 0 ? AGAIN : taken;
  }

  /** What is to be noted of what a call sends; mostly nothing. */
  private notesFor(flags: number, timestamping: number | undefined): SendNotes | undefined {
    if ((flags & the.MSG_EOR) === 0 && timestamping === undefined && this.notices === undefined) return undefined;
    return notesOf(timestamping === undefined ? this.notices : this.ownNotices(), flags, timestamping);
  }

  receive(into: Uint8Array, at: number, length: number, flags: number): number {
    if ((flags & the.MSG_ERRQUEUE) !== 0) return this.receiveError(new ErrorQueueEntry(), into, at, length);
    // Linux: EINVAL to MSG_OOB says that there is no out-of-band byte, and here there never is.
    if ((flags & ~RECEIVE_FLAGS) !== 0) return failure((flags & the.MSG_OOB) !== 0 ? 'EINVAL' : 'EOPNOTSUPP');
    const { connection } = this;
    if (connection === undefined) return failure(this.takeError() ?? 'ENOTCONN');
    const peek = (flags & the.MSG_PEEK) !== 0;
    const given =
      (flags & the.MSG_TRUNC) !== 0 ? connection.discard(length, peek) : connection.receive(into, at, length, peek);
    if (given > 0 || length === 0) return given;
    const failed = this.takeError();
    if (failed !== undefined) return failure(failed);
    return connection.atEnd || connection.state === 'CLOSED' ? 0 : AGAIN;
  }

  shutdown(how: number): number {
    if (how !== the.SHUT_RD && how !== the.SHUT_WR && how !== the.SHUT_RDWR) return failure('EINVAL');
    if (this.listener !== undefined) {
      // Linux: a listener is shut for reading by listening no more.
      if (how !== the.SHUT_WR) this.stopListening();
      return 0;
    }
    const { connection } = this;
    if (connection === undefined || connection.state === 'CLOSED') return failure('ENOTCONN');
    if (!connection.established) {
      this.leave(connection);
      connection.abort();
      this.notify();
      return 0;
    }
    if (how !== the.SHUT_WR) connection.shutdownReceive();
    if (how !== the.SHUT_RD) connection.shutdownSend();
    this.notify();
    return 0;
  }

  close(): void {
    const { connection } = this;
    if (this.listener !== undefined) this.stopListening();
    if (connection !== undefined) {
      connection.user = undefined;
      this.connection = undefined;
      if (this.linger.on && this.linger.seconds === 0) connection.abort();
      connection.close();
    }
    this.deferred = undefined;
    this.port.release();
    this.notify();
  }

  /** By the rules of Linux's tcp_poll. */
  readiness(): number {
    if (this.listener !== undefined) return this.listener.pending > 0 ? the.POLLIN : 0;
    const { connection } = this;
    const error = this.hasError || this.hasQueuedError ? the.POLLERR : 0;
    if (this.deferred !== undefined) return the.POLLOUT | error;
    if (connection === undefined) {
      return the.POLLHUP | the.POLLOUT | error | (this.hasError ? the.POLLIN | the.POLLRDHUP : 0);
    }
    return connectionReadiness(connection, this.blocking.receiveLowWaterBytes) | error;
  }

  /** A setting of this socket: its own, or the host's. */
  setting<Name extends keyof TcpSettings>(name: Name): TcpSettings[Name] {
    return this.connection?.settings[name] ?? this.settings[name] ?? this.hostSetting(name);
  }

  /** What the host's sockets start with. */
  hostSetting<Name extends keyof TcpSettings>(name: Name): TcpSettings[Name] {
    return this.network.tcp.settings[name];
  }

  /** Changes a setting of this socket, also of what it is already. @returns 0 */
  changeSetting<Name extends keyof TcpSettings>(name: Name, value: TcpSettings[Name]): number {
    this.settings[name] = value;
    if (this.listener !== undefined) this.listener.settings[name] = value;
    if (this.connection === undefined) return 0;
    this.connection.settings[name] = value;
    this.connection.settingsChanged(ROOM.has(name));
    this.notify();
    return 0;
  }

  /** SO_RCVLOWAT. */
  setReceiveLowWater(bytes: number): void {
    this.blocking.receiveLowWaterBytes = bytes;
    this.notify();
  }

  takeError(): ErrorCode | undefined {
    const { error } = this;
    this.error = undefined;
    if (error !== undefined || !this.hasError) return error;
    this.errorReported = true;
    return this.connection?.error;
  }

  protected replaceError(error: ErrorCode | undefined): void {
    this.error = error;
  }

  /** As Linux's tcp_v4_err: what ends an attempt to connect is in the error queue; later IP_RECVERR makes it an error at once. */
  icmpError(error: IcmpError, code: ErrorCode, isFatal: boolean): boolean {
    if (isFatal) {
      this.queueError(segmentEntry(error, code));
      return false;
    }
    if (!this.receivesErrors) return false;
    this.error = code;
    this.notify();
    return true;
  }

  localName(into: AddressRecord): number {
    const { connection, port } = this;
    const { binding, wildcard } = port;
    into.address = toProgram(this.domain, connection?.local ?? binding?.address ?? wildcard);
    into.port = connection?.localPort ?? binding?.port ?? 0;
    into.interfaceIndex = 0;
    return 0;
  }

  peerName(into: AddressRecord): number {
    const { connection } = this;
    if (connection === undefined || !connection.established) return failure('ENOTCONN');
    into.address = toProgram(this.domain, connection.remote);
    into.port = connection.remotePort;
    into.interfaceIndex = 0;
    return 0;
  }

  readableBytes(): number {
    return this.listener !== undefined ? failure('EINVAL') : (this.connection?.readableBytes ?? 0);
  }

  unacknowledgedBytes(): number {
    return this.listener !== undefined ? failure('EINVAL') : (this.connection?.unacknowledgedOctets ?? 0);
  }

  override unsentBytes(): number {
    return this.listener !== undefined ? failure('EINVAL') : (this.connection?.unsentOctets ?? 0);
  }

  override atUrgentMark(): number {
    return this.connection?.urgentMark === 0 ? 1 : 0;
  }

  protected get clock(): Clock {
    return this.network.tcp.environment.timers;
  }

  private get hasError(): boolean {
    return this.error !== undefined || (this.connection?.error !== undefined && !this.errorReported);
  }

  /** Sends the SYN, with data if it may. */
  private begin(destination: Destination, firstData: FirstData | undefined, notes: SendNotes | undefined): number {
    this.deferred = undefined;
    const { port, v6Only, settings, keys } = this;
    const opener = { port, v6Only, settings, keys, user: this };
    const connection = openConnection(this.network.tcp, opener, destination, firstData);
    if (typeof connection === 'string') return failure(connection);
    const taken = connection.block.sendBuffer.length;
    if (taken > 0 && notes !== undefined) connection.note(notes, taken === firstData?.length);
    if (this.quickAck !== undefined) connection.acknowledgeQuickly(this.quickAck);
    this.adopt(connection);
    this.changed();
    if (this.connection === undefined) return failure(this.takeError() ?? 'ECONNABORTED');
    if (taken > 0) return taken;
    return this.isConnecting ? failure('EINPROGRESS') : 0;
  }

  /** Whether data could go with the SYN. */
  private knowsCookie(destination: Destination): boolean {
    const { settings, port } = this;
    return this.network.tcp.hasFastOpenCookie({ ...destination, local: port.binding?.address, settings });
  }

  /** What Linux gives a connection of its listener's. */
  private inherit(listener: TcpSocket): void {
    this.linger = listener.linger;
    this.port.reuseAddress = listener.port.reuseAddress;
    this.port.reusePort = listener.port.reusePort;
    this.v6Only = listener.v6Only;
    Object.assign(this.blocking, listener.blocking);
    this.priority = listener.priority;
    this.mark = listener.mark;
    this.receivesErrors = listener.receivesErrors;
    this.reportsUnread = listener.reportsUnread;
    if (listener.notices !== undefined) this.ownNotices().inherit(listener.notices);
  }

  private adopt(connection: Connection): void {
    this.connection = connection;
    this.errorReported = false;
    connection.user = this;
  }

  /** The connection was never made: the socket is as it was before `connect`. */
  private leave(connection: Connection): void {
    connection.user = undefined;
    this.connection = undefined;
    if (this.port.wasDrawn) this.port.release();
  }

  /** The connection's word that it is not as it was: see `ConnectionUser`. */
  changed(): void {
    const { connection } = this;
    if (connection?.state === 'CLOSED' && !connection.established) {
      this.leave(connection);
      this.error = connection.error ?? 'ECONNABORTED';
    }
    this.notify();
  }

  private stopListening(): void {
    const { listener } = this;
    if (listener === undefined) return;
    listener.user = undefined;
    listener.close();
    this.listener = undefined;
    this.notify();
  }
}
