/**
 * Sockets as Python's `socket` module has them, with promises where Python blocks: a lecture's program translates line
 * for line. Waiting passes the world's time, never the machine's.
 */
import { formatEndpoint } from '../layers/address-text.ts';
import { SECOND, type Timers } from '../layers/clock.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { HostObserver } from '../layers/observer.ts';
import type { State } from '../layers/transport/tcp/state.ts';
import { AddressRecord } from './address-record.ts';
import * as the from './constants.ts';
import type { SocketCore } from './core.ts';
import { errorCodeOf, failure } from './errno.ts';
import type { OptionInput, OptionValue } from './options.ts';
import type { ProgramScheduler } from './scheduler.ts';
import { addressTuple, type NameService, resolveAddress, type SocketAddress } from './socket-address.ts';
import { SocketError, TimeoutError } from './socket-error.ts';
import { type Patience, WaitingLine } from './waiting-line.ts';

/** What the sockets of one program stand on. */
export interface SocketEnvironment extends NameService {
  readonly core: SocketCore;
  readonly scheduler: ProgramScheduler;
  readonly timers: Timers;
  /** Is told of every call and its result. Read again at each use: a watcher may come and go. */
  readonly observer?: HostObserver | undefined;
}

/** Options of a call that may wait. A bare number means flags (MSG_PEEK …). */
export interface CallOptions {
  readonly flags?: number;
  /** Gives up when it is aborted; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** Bytes are sent as they are, text as UTF-8. */
export type Data = Uint8Array | string;

/** A call in progress, as a person would write it: `recvfrom(2048)`. */
interface Call {
  readonly syscall: string;
  readonly detail: string;
  readonly address?: SocketAddress | undefined;
}

/** Where a socket comes from. */
export interface SocketOrigin {
  readonly protocol?: number;
  /** What `accept` gave; without it a new socket is opened. */
  readonly descriptor?: number;
  /** Is told of this socket, and of all that it accepts. */
  readonly opened?: ((socket: Socket) => void) | undefined;
}

export class Socket {
  /** AF_INET or AF_INET6; SOCK_STREAM or SOCK_DGRAM. */
  readonly family: number;
  readonly type: number;
  private readonly environment: SocketEnvironment;
  private readonly core: SocketCore;
  private readonly readers: WaitingLine;
  private readonly writers: WaitingLine;
  private readonly opened: SocketOrigin['opened'];
  private descriptor: number;
  private timeoutNs: number;
  /** How a person would point at this socket: kept, since every wait says it. */
  private description: string;

  constructor(environment: SocketEnvironment, family: number, type: number, origin: SocketOrigin = {}) {
    const { protocol = 0, descriptor } = origin;
    this.family = family;
    this.type = type;
    this.environment = environment;
    this.core = environment.core;
    this.readers = new WaitingLine(environment.scheduler, environment.timers);
    this.writers = new WaitingLine(environment.scheduler, environment.timers);
    this.timeoutNs = Infinity;
    this.description = '';
    this.descriptor = descriptor ?? this.core.socket(family, type, protocol);
    if (descriptor === undefined) this.check(this.descriptor, { syscall: 'socket', detail: '' });
    this.core.watch(this.descriptor, () => this.wake());
    if (descriptor !== undefined) this.describe();
    this.opened = origin.opened;
    this.opened?.(this);
  }

  /** The descriptor; -1 once closed. */
  fileno(): number {
    return this.descriptor;
  }

  /** Takes a local address: `['', 12000]` on all addresses, port 0 for any free port. EADDRINUSE, EADDRNOTAVAIL. */
  bind(address: SocketAddress): void {
    const { ip, port, interfaceIndex } = resolveAddress(this.environment, this.family, address);
    this.check(this.core.bind(this.descriptor, ip, port, interfaceIndex), callTo('bind', address));
    this.describe();
  }

  /** Lets a stream socket accept connections; `backlog` of them may wait for `accept`. */
  listen(backlog: number = the.SOMAXCONN): void {
    this.check(this.core.listen(this.descriptor, backlog), { syscall: 'listen', detail: String(backlog) });
    this.describe();
  }

  /** Connects a stream, or fixes a datagram socket's other end. ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT … */
  async connect(address: SocketAddress, options?: CallOptions): Promise<void> {
    const { ip, port, interfaceIndex } = resolveAddress(this.environment, this.family, address);
    const call = callTo('connect', address);
    let result = this.core.connect(this.descriptor, ip, port, interfaceIndex);
    if (result === failure('EINPROGRESS') && this.timeoutNs !== 0) {
      result = await this.writers.attempt(() => this.connectResult(), this.patience(call, options, 'send'));
    }
    this.check(result, call);
    this.describe();
  }

  /** Waits for the next connection. @returns a socket for it, without a timeout, and the address of its other end */
  async accept(options?: CallOptions): Promise<[Socket, SocketAddress]> {
    const peer = new AddressRecord();
    const call = { syscall: 'accept', detail: '' };
    const accept = (): number => this.core.accept(this.descriptor, peer);
    const descriptor = await this.readers.attempt(accept, this.patience(call, options, 'receive'));
    this.check(descriptor, call, () => `connection from ${formatEndpoint(peer.address, peer.port)}`);
    const { family, type, environment, opened } = this;
    return [new Socket(environment, family, type, { descriptor, opened }), addressTuple(family, peer)];
  }

  /** Sends at least one byte of the data. @returns how many bytes were taken: `sendall` sends all */
  async send(data: Data, options?: CallOptions | number): Promise<number> {
    const bytes = bytesOf(data);
    const call = callWith('send', bytes);
    const flags = flagsOf(options);
    const send = (): number => this.core.send(this.descriptor, bytes, flags);
    return this.check(await this.writers.attempt(send, this.patience(call, options, 'send')), call);
  }

  /** Sends all of the data; the timeout is for all of it. If it fails, nobody knows how much was sent. */
  async sendall(data: Data, options?: CallOptions | number): Promise<void> {
    const bytes = bytesOf(data);
    const call = callWith('sendall', bytes);
    const flags = flagsOf(options);
    let sent = 0;
    const sendRest = (): number => {
      do {
        const taken = this.core.send(this.descriptor, bytes, flags, sent);
        if (taken < 0) return taken;
        sent += taken;
      } while (sent < bytes.length);
      return sent;
    };
    this.check(await this.writers.attempt(sendRest, this.patience(call, options, 'send')), call);
  }

  /**
   * Sends one datagram. @returns its length. A stream connects with MSG_FASTOPEN and sends the data with its SYN, or when
   * it is connected if it has no cookie for that (RFC 7413), and says how much was taken.
   */
  async sendto(data: Data, address: SocketAddress, options?: CallOptions | number): Promise<number> {
    const bytes = bytesOf(data);
    const { ip, port } = resolveAddress(this.environment, this.family, address);
    const call = callTo('sendto', address, bytes);
    const flags = flagsOf(options);
    const send = (): number => this.core.sendto(this.descriptor, bytes, flags, ip, port);
    const patience = this.patience(call, options, 'send');
    const result = await this.writers.attempt(send, patience);
    if (result !== failure('EINPROGRESS') || patience.timeoutNs === 0) return this.check(result, call);
    this.check(await this.writers.attempt(() => this.connectResult(), patience), call);
    const others = typeof options === 'object' ? options : {};
    return this.send(bytes, { ...others, flags: flags & ~the.MSG_FASTOPEN });
  }

  /** Waits for up to `size` bytes, or for a datagram, of which the rest is lost. Empty at the end of a stream. */
  async recv(size: number, options?: CallOptions | number): Promise<Uint8Array> {
    const bytes = new Uint8Array(checkedSize(size));
    const length = await this.receive('recv', bytes, options);
    return exactly(bytes, length);
  }

  /** As `recv`, into bytes of the caller's. @returns how many; 0 at the end of a stream */
  recvInto(into: Uint8Array, options?: CallOptions | number): Promise<number> {
    return this.receive('recvInto', into, options);
  }

  /** Waits for a datagram: its first `size` bytes, and where it came from. */
  async recvfrom(size: number, options?: CallOptions | number): Promise<[Uint8Array, SocketAddress]> {
    const bytes = new Uint8Array(checkedSize(size));
    const from = new AddressRecord();
    if (this.type === the.SOCK_STREAM) this.core.getpeername(this.descriptor, from);
    const length = await this.receive('recvfrom', bytes, options, from);
    return [exactly(bytes, length), addressTuple(this.family, from)];
  }

  /** Ends a direction: SHUT_RD, SHUT_WR or SHUT_RDWR. */
  shutdown(how: number): void {
    this.check(this.core.shutdown(this.descriptor, how), {
      syscall: 'shutdown',
      detail: SHUT_NAMES[how] ?? String(how),
    });
  }

  /**
   * Gives the socket back at once. What was sent is still delivered; whoever waits on this socket is told ECANCELED, and
   * later calls are EBADF. Closing twice does no harm.
   * @returns settled at once, but with SO_LINGER only when the peer has everything, or the time for that is over
   */
  close(): Promise<void> {
    const { descriptor, core } = this;
    if (descriptor < 0) return CLOSED;
    this.report({ syscall: 'close', detail: '' }, 'ok');
    this.descriptor = -1;
    this.readers.dismiss(() => new SocketError('ECANCELED', 'close'));
    this.writers.dismiss(() => new SocketError('ECANCELED', 'close'));
    const linger = core.getsockopt(descriptor, the.SOL_SOCKET, the.SO_LINGER);
    const seconds = typeof linger === 'object' && 'seconds' in linger && linger.on ? linger.seconds : 0;
    // What was not read is lost, and the peer is told so at once by a reset: there is nothing to wait for.
    const unread = core.ioctl(descriptor, the.FIONREAD) > 0;
    if (seconds > 0 && !unread && core.shutdown(descriptor, the.SHUT_WR) === 0) {
      return this.lingerOn(descriptor, seconds);
    }
    core.close(descriptor);
    return CLOSED;
  }

  /** Closes it because its program is gone: whoever waits on it waits for ever. */
  abandon(): void {
    if (this.descriptor < 0) return;
    this.readers.abandon();
    this.writers.abandon();
    this.core.close(this.descriptor);
    this.descriptor = -1;
  }

  /** How long calls wait: seconds of the world's time, `null` for ever, 0 not at all (EAGAIN). */
  settimeout(seconds: number | null): void {
    if (seconds !== null && !(seconds >= 0)) throw new RangeError(`settimeout takes seconds or null, not ${seconds}`);
    this.timeoutNs = seconds === null ? Infinity : Math.round(seconds * SECOND);
  }

  gettimeout(): number | null {
    return this.timeoutNs === Infinity ? null : this.timeoutNs / SECOND;
  }

  setblocking(blocking: boolean): void {
    this.settimeout(blocking ? null : 0);
  }

  setsockopt(level: number, option: number, value: OptionInput | boolean): void {
    const input = typeof value === 'boolean' ? Number(value) : value;
    this.check(this.core.setsockopt(this.descriptor, level, option, input), callAbout('setsockopt', level, option));
  }

  getsockopt(level: number, option: number): OptionValue {
    const value = this.core.getsockopt(this.descriptor, level, option);
    if (typeof value === 'number') this.check(value, callAbout('getsockopt', level, option));
    return value;
  }

  getsockname(): SocketAddress {
    const name = new AddressRecord();
    this.check(this.core.getsockname(this.descriptor, name), { syscall: 'getsockname', detail: '' });
    return addressTuple(this.family, name);
  }

  getpeername(): SocketAddress {
    const name = new AddressRecord();
    this.check(this.core.getpeername(this.descriptor, name), { syscall: 'getpeername', detail: '' });
    return addressTuple(this.family, name);
  }

  /** FIONREAD or SIOCATMARK. */
  ioctl(request: number): number {
    return this.check(this.core.ioctl(this.descriptor, request), { syscall: 'ioctl', detail: String(request) });
  }

  /** The chunks that arrive, until the end of the stream. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = await this.recv(ITERATION_BYTES);
      if (chunk.length === 0 && this.type === the.SOCK_STREAM) return;
      yield chunk;
    }
  }

  /** For `await using`. Where an engine does not have the symbol yet, nobody can ask for it either. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  private async receive(
    syscall: string,
    into: Uint8Array,
    options: CallOptions | number | undefined,
    from?: AddressRecord,
  ): Promise<number> {
    const call = { syscall, detail: String(into.length) };
    const flags = flagsOf(options);
    const wanted = this.wantedBytes(flags, into.length);
    let filled = 0;
    const receive = (): number => {
      do {
        const given =
          from === undefined
            ? this.core.recv(this.descriptor, into, flags, filled)
            : this.core.recvfrom(this.descriptor, into, flags, from, filled);
        // What has been read already is given before an error or the end is told.
        if (given <= 0) return given === AGAIN || filled === 0 ? given : filled;
        filled += given;
      } while (filled < wanted);
      return filled;
    };
    const patience = this.patience(call, options, 'receive');
    const result = await this.readers.attempt(receive, patience).catch((reason: unknown) => {
      if (filled === 0) throw reason;
      return filled;
    });
    // It may not wait for the rest.
    const length = result === AGAIN && filled > 0 ? filled : result;
    return this.check(length, call, () => this.received(length, from));
  }

  /** For how much a read waits: a stream's for SO_RCVLOWAT, or with MSG_WAITALL for all. */
  private wantedBytes(flags: number, space: number): number {
    if (this.type !== the.SOCK_STREAM || (flags & the.MSG_PEEK) !== 0) return 0;
    if ((flags & the.MSG_WAITALL) !== 0) return space;
    return Math.min(space, this.core.blocking(this.descriptor)?.receiveLowWaterBytes ?? 1);
  }

  /** What came, for a person. */
  private received(length: number, from: AddressRecord | undefined): string {
    if (length === 0 && this.type === the.SOCK_STREAM) return 'end of the stream';
    const cut = from !== undefined && from.datagramLength > length ? ` of ${from.datagramLength}` : '';
    const sender = from === undefined ? '' : ` from ${formatEndpoint(from.address, from.port)}`;
    return `${length}${cut} bytes${sender}`;
  }

  private connectResult(): number {
    const ready = this.core.readiness(this.descriptor);
    if ((ready & (the.POLLOUT | the.POLLERR | the.POLLHUP)) === 0) return AGAIN;
    const error = this.core.getsockopt(this.descriptor, the.SOL_SOCKET, the.SO_ERROR);
    if (typeof error === 'number' && error !== 0) return -Math.abs(error);
    // The error queue alone says nothing of the connection.
    return (ready & (the.POLLOUT | the.POLLHUP)) === 0 ? AGAIN : 0;
  }

  /** As Linux's tcp_close: until our FIN, and so all before it, is acknowledged. */
  private async lingerOn(descriptor: number, seconds: number): Promise<void> {
    const { core } = this;
    const finished = (): number => {
      // Data for a program that reads no more: closing answers it with a reset.
      if (core.ioctl(descriptor, the.FIONREAD) > 0) return 0;
      const info = core.getsockopt(descriptor, the.IPPROTO_TCP, the.TCP_INFO);
      return typeof info === 'object' && 'state' in info && UNACKNOWLEDGED_FIN.has(info.state) ? AGAIN : 0;
    };
    const timeoutNs = Math.round(seconds * SECOND);
    const timedOut = (): Error => new TimeoutError('close');
    const patience: Patience = { timeoutNs, signal: undefined, what: `close()${this.where}`, timedOut };
    await this.writers.attempt(finished, patience).catch(() => 0);
    core.close(descriptor);
  }

  private wake(): void {
    this.readers.wake();
    this.writers.wake();
  }

  private patience(call: Call, options: CallOptions | number | undefined, direction: 'send' | 'receive'): Patience {
    const dontWait = (flagsOf(options) & the.MSG_DONTWAIT) !== 0;
    const { syscall, detail, address } = call;
    // As in Python, with a timeout of its own a socket does not block, and SO_RCVTIMEO and SO_SNDTIMEO say nothing.
    const limitNs = this.timeoutNs === Infinity ? this.limitNs(direction) : 0;
    return {
      timeoutNs: dontWait ? 0 : limitNs || this.timeoutNs,
      signal: typeof options === 'object' ? options.signal : undefined,
      what: `${syscall}(${detail})${this.where}`,
      timedOut: () => {
        this.report(call, 'timed out');
        if (limitNs > 0) return new SocketError(syscall === 'connect' ? 'EINPROGRESS' : 'EAGAIN', syscall);
        return new TimeoutError(syscall, address?.[0], address?.[1]);
      },
      began: () => this.report(call, ''),
    };
  }

  /** SO_RCVTIMEO or SO_SNDTIMEO; 0 if there is none. */
  private limitNs(direction: 'send' | 'receive'): number {
    const limits = this.core.blocking(this.descriptor);
    return (direction === 'send' ? limits?.sendTimeoutNs : limits?.receiveTimeoutNs) ?? 0;
  }

  private get where(): string {
    if (this.description === '') this.describe();
    return this.description === '' ? '' : ` on ${this.description}`;
  }

  private describe(): void {
    const name = new AddressRecord();
    const { core, descriptor } = this;
    // Before it has a port there is nothing to point at.
    if (core.getsockname(descriptor, name) < 0 || name.port === 0) return;
    this.description = formatEndpoint(name.address, name.port);
    if (core.getpeername(descriptor, name) === 0)
      this.description += ` with ${formatEndpoint(name.address, name.port)}`;
  }

  /** Tells whoever watches, and turns `-errno` into an exception. */
  private check(result: number, call: Call, show: () => string = () => String(result || 'ok')): number {
    if (result >= 0) {
      if (this.environment.observer !== undefined) this.report(call, show());
      return result;
    }
    const code = errorCodeOf(result);
    this.report(call, code);
    throw socketError(code, call.syscall, call.address);
  }

  /** @param result empty while the call waits */
  private report({ syscall, detail }: Call, result: string): void {
    this.environment.observer?.call(`${syscall}(${detail})`, result);
  }
}

const AGAIN = failure('EAGAIN');
const CLOSED: Promise<void> = Promise.resolve();
const UNACKNOWLEDGED_FIN: ReadonlySet<State> = new Set<State>(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);
const ITERATION_BYTES = 65_536;

/** What is kept of a read should not keep the whole space that was offered to it. */
const exactly = (bytes: Uint8Array, length: number): Uint8Array =>
  length === bytes.length ? bytes : bytes.slice(0, length);

const bytesOf = (data: Data): Uint8Array => (typeof data === 'string' ? new TextEncoder().encode(data) : data);

const callWith = (syscall: string, bytes: Uint8Array): Call => ({ syscall, detail: `${bytes.length} bytes` });

const callTo = (syscall: string, address: SocketAddress, bytes?: Uint8Array): Call => {
  const where = `'${address[0]}', ${address[1]}`;
  return { syscall, detail: bytes === undefined ? where : `${bytes.length} bytes, ${where}`, address };
};

const callAbout = (syscall: string, level: number, option: number): Call => ({
  syscall,
  detail: `${level}, ${option}`,
});

const SHUT_NAMES = ['SHUT_RD', 'SHUT_WR', 'SHUT_RDWR'];

const flagsOf = (options: CallOptions | number | undefined): number =>
  typeof options === 'number' ? options : (options?.flags ?? 0);

function checkedSize(size: number): number {
  if (!Number.isInteger(size) || size < 0) throw new RangeError(`recv takes a whole number of bytes, not ${size}`);
  return size;
}

/** As in Python, ETIMEDOUT is a TimeoutError whether `settimeout` or TCP ran out of time. */
const socketError = (code: ErrorCode, syscall: string, address?: SocketAddress): SocketError =>
  code === 'ETIMEDOUT'
    ? new TimeoutError(syscall, address?.[0], address?.[1])
    : new SocketError(code, syscall, address?.[0], address?.[1]);
