/**
 * A stream socket: TCP's connections and listeners as the calls of `open-socket.ts`, with Linux's answers where POSIX
 * leaves a choice (a program reads ECONNREFUSED once, EPIPE afterwards, and so on).
 * Left out on purpose: receiving with MSG_OOB, since urgent data is always in line (RFC 6093 §4), and TCP_DEFER_ACCEPT.
 */
import { type IpAddress, isUnspecified, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Binding } from '../layers/transport/ports.ts';
import { KeyChain } from '../layers/transport/tcp/authentication/key-chain.ts';
import type { Connection } from '../layers/transport/tcp/connection.ts';
import { type FirstData, NO_DATA } from '../layers/transport/tcp/fast-open/client.ts';
import type { Listener } from '../layers/transport/tcp/listener.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import type { Tcp } from '../layers/transport/tcp/tcp.ts';
import { type AddressRecord, isMapped, isPort, toProgram, toStack } from './address-record.ts';
import * as the from './constants.ts';
import { AGAIN, failure } from './errno.ts';
import { OpenSocket } from './open-socket.ts';
import { connectionReadiness } from './tcp-readiness.ts';

const SEND_FLAGS = the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_MORE | the.MSG_OOB | the.MSG_FASTOPEN;
const RECEIVE_FLAGS = the.MSG_DONTWAIT | the.MSG_NOSIGNAL | the.MSG_PEEK | the.MSG_WAITALL;

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

/** Where a socket with TCP_FASTOPEN_CONNECT connects to when it is first written to. */
interface Deferred {
  readonly remote: IpAddress;
  readonly port: number;
  readonly interfaceIndex: number;
}

/** How often `connect` draws another free port when the one it drew is connected to the same place already. */
const PORT_ATTEMPTS = 64;

export class TcpSocket extends OpenSocket {
  reuseAddress: boolean;
  linger: Linger;
  /** What was set by `setsockopt`; the rest is the host's. */
  readonly settings: Partial<TcpSettings>;
  /** Of TCP-AO and MD5 signatures, for the connections that begin from now on. */
  readonly keys: KeyChain;
  connection: Connection | undefined;
  /** TCP_FASTOPEN_CONNECT: `connect` waits for the first data if that can go with the SYN (RFC 7413). */
  fastOpenConnect: boolean;
  private deferred: Deferred | undefined;
  private readonly network: StreamNetwork;
  private binding: Binding | undefined;
  private listener: Listener | undefined;
  /** The program chose no port: one was drawn, and goes back when connecting fails. */
  private portWasDrawn: boolean;
  private error: ErrorCode | undefined;
  private errorReported: boolean;

  constructor(domain: number, network: StreamNetwork) {
    super(domain, the.SOCK_STREAM, the.IPPROTO_TCP);
    this.reuseAddress = false;
    this.linger = { on: false, seconds: 0 };
    this.settings = {};
    this.keys = new KeyChain();
    this.connection = undefined;
    this.fastOpenConnect = false;
    this.deferred = undefined;
    this.network = network;
    this.binding = undefined;
    this.listener = undefined;
    this.portWasDrawn = false;
    this.error = undefined;
    this.errorReported = false;
  }

  get isBound(): boolean {
    return this.binding !== undefined || this.connection !== undefined;
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
    const { tcp } = this.network;
    // A connection that its program has closed, in TIME-WAIT above all, still holds its port (RFC 9293 §3.4.2).
    if (port !== 0 && !this.reuseAddress && tcp.isPortBusy(local, port)) return failure('EADDRINUSE');
    const failed = this.claim(local, port);
    if (failed !== undefined) return failure(failed);
    this.portWasDrawn = false;
    return 0;
  }

  override listen(backlog: number): number {
    if (this.connection !== undefined) return failure('EINVAL');
    // Linux: a negative backlog is the largest there is.
    const limit = backlog < 0 ? the.SOMAXCONN : Math.min(backlog, the.SOMAXCONN);
    if (this.listener !== undefined) {
      this.listener.backlog = Math.max(1, limit);
      return 0;
    }
    const binding = this.boundOrDrawn();
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
    accepted.linger = this.linger;
    accepted.reuseAddress = this.reuseAddress;
    accepted.v6Only = this.v6Only;
    accepted.adopt(connection);
    if (peer !== undefined) accepted.peerName(peer);
    return accepted;
  }

  /**
   * Begins to connect.
   * @param firstData tries Fast Open with it
   * @returns 0 once connected or put off, how much of the data was taken, or EINPROGRESS if nothing was
   */
  connect(address: IpAddress, port: number, interfaceIndex: number, firstData?: FirstData): number {
    if (this.listener !== undefined || this.deferred !== undefined) return failure('EISCONN');
    if (this.connection !== undefined) return failure(this.isConnecting ? 'EALREADY' : 'EISCONN');
    const earlier = this.takeError();
    if (earlier !== undefined) return failure(earlier);
    if (!isPort(port) || port === 0) return failure(port === 0 ? 'EADDRNOTAVAIL' : 'EINVAL');
    const remote = toStack(this.domain, this.v6Only, address);
    if (typeof remote === 'string') return failure(remote);
    const where = { remote, port, interfaceIndex };
    if (firstData !== undefined || !this.fastOpenConnect) return this.begin(where, firstData);
    if (!this.knowsCookie(where)) return this.begin(where, NO_DATA); // asks for one
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
  ): number {
    if ((flags & ~SEND_FLAGS) !== 0) return failure('EOPNOTSUPP');
    if ((flags & the.MSG_FASTOPEN) !== 0) {
      if (!this.setting('fastOpenClient')) return failure('EOPNOTSUPP');
      return address === undefined ? failure('EINVAL') : this.connect(address, port, 0, { bytes, at, length });
    }
    if (address !== undefined) return failure('EISCONN');
    if (this.deferred !== undefined) return this.begin(this.deferred, { bytes, at, length });
    const { connection } = this;
    const earlier = this.takeError();
    if (earlier !== undefined) return failure(earlier);
    if (connection === undefined) return failure('EPIPE');
    if (!connection.established) return failure('EAGAIN');
    if (connection.sendClosed || connection.state === 'CLOSED') return failure('EPIPE');
    const taken =
      (flags & the.MSG_OOB) !== 0
        ? connection.sendUrgent(bytes, at, length)
        : connection.send(bytes, at, length, (flags & the.MSG_MORE) !== 0);
    return taken === 0 && length > 0 ? AGAIN : taken;
  }

  receive(into: Uint8Array, at: number, length: number, flags: number): number {
    // Linux: EINVAL to MSG_OOB says that there is no out-of-band byte, and here there never is.
    if ((flags & ~RECEIVE_FLAGS) !== 0) return failure((flags & the.MSG_OOB) !== 0 ? 'EINVAL' : 'EOPNOTSUPP');
    const { connection } = this;
    if (connection === undefined) return failure(this.takeError() ?? 'ENOTCONN');
    const given = connection.receive(into, at, length, (flags & the.MSG_PEEK) !== 0);
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
    this.releaseBinding();
    this.notify();
  }

  /** By the rules of Linux's tcp_poll. */
  readiness(): number {
    if (this.listener !== undefined) return this.listener.pending > 0 ? the.POLLIN : 0;
    const { connection } = this;
    const error = this.hasError ? the.POLLERR : 0;
    if (this.deferred !== undefined) return the.POLLOUT;
    if (connection === undefined) {
      return the.POLLHUP | the.POLLOUT | error | (error === 0 ? 0 : the.POLLIN | the.POLLRDHUP);
    }
    return connectionReadiness(connection) | error;
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
    this.connection.settingsChanged();
    return 0;
  }

  takeError(): ErrorCode | undefined {
    if (!this.hasError) return undefined;
    this.errorReported = true;
    const error = this.connection?.error ?? this.error;
    this.error = undefined;
    return error;
  }

  localName(into: AddressRecord): number {
    const { connection, binding } = this;
    const wildcard = this.domain === the.AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
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

  override atUrgentMark(): number {
    return this.connection?.urgentMark === 0 ? 1 : 0;
  }

  private get hasError(): boolean {
    return this.error !== undefined || (this.connection?.error !== undefined && !this.errorReported);
  }

  private claim(address: IpAddress, port: number): ErrorCode | undefined {
    const both = address.family === 6 && !this.v6Only && isUnspecified(address);
    const binding = this.network.tcp.ports.bind(address, port, this.reuseAddress, both);
    if (typeof binding === 'string') return binding;
    this.binding = binding;
    return undefined;
  }

  private boundOrDrawn(): Binding | ErrorCode {
    if (this.binding !== undefined) return this.binding;
    const failed = this.claim(this.domain === the.AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6, 0);
    this.portWasDrawn = true;
    return this.binding ?? failed ?? 'EADDRINUSE';
  }

  /** Sends the SYN, with data if it may. */
  private begin({ remote, port, interfaceIndex }: Deferred, firstData: FirstData | undefined): number {
    this.deferred = undefined;
    const connection = this.open(remote, port, interfaceIndex, firstData);
    if (typeof connection === 'string') return failure(connection);
    const taken = connection.block.sendBuffer.length;
    this.adopt(connection);
    this.changed();
    if (this.connection === undefined) return failure(this.takeError() ?? 'ECONNABORTED');
    if (taken > 0) return taken;
    return this.isConnecting ? failure('EINPROGRESS') : 0;
  }

  /** Whether data could go with the SYN. */
  private knowsCookie({ remote, port, interfaceIndex }: Deferred): boolean {
    const { settings } = this;
    const local = this.binding?.address;
    return this.network.tcp.hasFastOpenCookie({ local, remote, remotePort: port, settings, interfaceIndex });
  }

  /** A port that was drawn may be connected to the same place already, by a connection in TIME-WAIT: draw again. */
  private open(
    remote: IpAddress,
    remotePort: number,
    interfaceIndex: number,
    firstData: FirstData | undefined,
  ): Connection | ErrorCode {
    const { settings, keys } = this;
    const options = { remote, remotePort, settings, user: this, keys, interfaceIndex, firstData };
    let connection: Connection | ErrorCode = 'EADDRINUSE';
    for (let attempt = 0; attempt < PORT_ATTEMPTS && connection === 'EADDRINUSE'; attempt++) {
      const binding = this.boundOrDrawn();
      if (typeof binding === 'string') return binding;
      connection = this.network.tcp.connect({ ...options, binding });
      if (typeof connection !== 'string') return connection;
      if (!this.portWasDrawn) return connection;
      this.releaseBinding();
    }
    return connection;
  }

  private releaseBinding(): void {
    if (this.binding !== undefined) this.network.tcp.ports.release(this.binding);
    this.binding = undefined;
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
    if (this.portWasDrawn) this.releaseBinding();
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
