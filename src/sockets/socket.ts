/**
 * Sockets as Python's `socket` module has them, with promises where Python blocks: a lecture's program translates line
 * for line. Waiting passes the world's time, never the machine's.
 *
 * Addresses are `[host, port]`, for AF_INET6 also `[host, port, flow label, interface]`; `''` is the wildcard. Flow labels
 * are not sent: anything but 0 is refused.
 */
import { type IpAddress, LIMITED_BROADCAST, UNSPECIFIED_V4, UNSPECIFIED_V6 } from '../layers/address.ts';
import { formatEndpoint, formatIpAddress, splitZone } from '../layers/address-text.ts';
import { SECOND, type Timers } from '../layers/clock.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { HostObserver } from '../layers/observer.ts';
import type { State } from '../layers/transport/tcp/state.ts';
import { AddressRecord } from './address-record.ts';
import * as the from './constants.ts';
import type { SocketCore } from './core.ts';
import { errorCodeOf, failure } from './errno.ts';
import { type NameTable, resolveName } from './names.ts';
import type { OptionInput, OptionValue } from './options.ts';
import type { ProgramScheduler } from './scheduler.ts';
import { SocketError, TimeoutError } from './socket-error.ts';
import { type Patience, WaitingLine } from './waiting-line.ts';

/** What the sockets of one program stand on. */
export interface SocketEnvironment {
  readonly core: SocketCore;
  readonly scheduler: ProgramScheduler;
  readonly timers: Timers;
  readonly names: NameTable;
  /** The index of an interface by its name, for `fe80::1%eth0`; 0 if there is none. */
  readonly interfaceIndex?: (name: string) => number;
  /** Is told of every call and its result. Read again at each use: a watcher may come and go. */
  readonly observer?: HostObserver | undefined;
}

/** `[host, port]`, and for AF_INET6 optionally the flow label (0) and the interface's index. */
export type SocketAddress = readonly [host: string, port: number, flowLabel?: number, interfaceIndex?: number];

/** Options of a call that may wait. A bare number means flags (MSG_PEEK …). */
export interface CallOptions {
  readonly flags?: number;
  /** Gives up when it is aborted; the call rejects with its reason. */
  readonly signal?: AbortSignal;
}

const encoder = new TextEncoder();

/** Bytes are sent as they are, text as UTF-8. */
export type Data = Uint8Array | string;

export class Socket {
  /** AF_INET or AF_INET6; SOCK_STREAM or SOCK_DGRAM. */
  readonly family: number;
  readonly type: number;
  private readonly environment: SocketEnvironment;
  private readonly core: SocketCore;
  private readonly readers: WaitingLine;
  private readonly writers: WaitingLine;
  private descriptor: number;
  private timeoutNs: number;
  /** How a person would point at this socket: kept, since every wait says it. */
  private description: string;

  /** @param descriptor what `accept` gave; a new socket is opened without it */
  constructor(environment: SocketEnvironment, family: number, type: number, protocol = 0, descriptor?: number) {
    this.family = family;
    this.type = type;
    this.environment = environment;
    this.core = environment.core;
    this.readers = new WaitingLine(environment.scheduler, environment.timers);
    this.writers = new WaitingLine(environment.scheduler, environment.timers);
    this.timeoutNs = Infinity;
    this.description = 'a new socket';
    this.descriptor = descriptor ?? this.core.socket(family, type, protocol);
    if (descriptor === undefined) this.check(this.descriptor, 'socket');
    this.core.watch(this.descriptor, () => this.wake());
    if (descriptor !== undefined) this.describe();
  }

  /** The descriptor; -1 once closed. */
  fileno(): number {
    return this.descriptor;
  }

  /** Takes a local address: `['', 12000]` on all addresses, port 0 for any free port. EADDRINUSE, EADDRNOTAVAIL. */
  bind(address: SocketAddress): void {
    const { ip, port, interfaceIndex } = this.resolve(address);
    this.check(this.core.bind(this.descriptor, ip, port, interfaceIndex), 'bind', address);
    this.describe();
  }

  /** Lets a stream socket accept connections; `backlog` of them may wait for `accept`. */
  listen(backlog: number = the.SOMAXCONN): void {
    this.check(this.core.listen(this.descriptor, backlog), 'listen');
    this.describe();
  }

  /** Connects a stream, or fixes a datagram socket's other end. ECONNREFUSED, EHOSTUNREACH, ETIMEDOUT … */
  async connect(address: SocketAddress, options?: CallOptions): Promise<void> {
    const { ip, port, interfaceIndex } = this.resolve(address);
    let result = this.core.connect(this.descriptor, ip, port, interfaceIndex);
    if (result === failure('EINPROGRESS') && this.timeoutNs !== 0) {
      const what = `connect to ${formatEndpoint(ip, port)}`;
      const patience = this.patience('connect', what, options, address);
      result = await this.writers.attempt(() => this.connectResult(), patience);
    }
    this.check(result, 'connect', address);
    this.describe();
  }

  /** Waits for the next connection. @returns a socket for it, without a timeout, and the address of its other end */
  async accept(options?: CallOptions): Promise<[Socket, SocketAddress]> {
    const peer = new AddressRecord();
    const patience = this.patience('accept', `accept on ${this.description}`, options);
    const accepted = await this.readers.attempt(() => this.core.accept(this.descriptor, peer), patience);
    this.check(accepted, 'accept');
    const { family, type, environment } = this;
    return [new Socket(environment, family, type, 0, accepted), addressTuple(family, peer)];
  }

  /** Sends at least one byte of the data. @returns how many bytes were taken: `sendall` sends all */
  async send(data: Data, options?: CallOptions | number): Promise<number> {
    const bytes = bytesOf(data);
    const patience = this.patience('send', `send on ${this.description}`, options);
    const flags = flagsOf(options);
    return this.check(
      await this.writers.attempt(() => this.core.send(this.descriptor, bytes, flags), patience),
      'send',
    );
  }

  /** Sends all of the data; the timeout is for all of it. If it fails, nobody knows how much was sent. */
  async sendall(data: Data, options?: CallOptions | number): Promise<void> {
    const bytes = bytesOf(data);
    const patience = this.patience('sendall', `sendall on ${this.description}`, options);
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
    this.check(await this.writers.attempt(sendRest, patience), 'sendall');
  }

  /** Sends one datagram. @returns its length */
  async sendto(data: Data, address: SocketAddress, options?: CallOptions | number): Promise<number> {
    const bytes = bytesOf(data);
    const { ip, port } = this.resolve(address);
    const patience = this.patience('sendto', `sendto ${formatEndpoint(ip, port)}`, options, address);
    const flags = flagsOf(options);
    const call = (): number => this.core.sendto(this.descriptor, bytes, flags, ip, port);
    return this.check(await this.writers.attempt(call, patience), 'sendto', address);
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
    this.check(this.core.shutdown(this.descriptor, how), 'shutdown');
  }

  /**
   * Gives the socket back at once. What was sent is still delivered; whoever waits on this socket is told ECANCELED, and
   * later calls are EBADF. Closing twice does no harm.
   * @returns settled at once, but with SO_LINGER only when the peer has everything, or the time for that is over
   */
  close(): Promise<void> {
    const { descriptor, core } = this;
    if (descriptor < 0) return CLOSED;
    this.report('close', 0);
    this.descriptor = -1;
    this.readers.dismiss(() => new SocketError('ECANCELED', 'close'));
    this.writers.dismiss(() => new SocketError('ECANCELED', 'close'));
    const linger = core.getsockopt(descriptor, the.SOL_SOCKET, the.SO_LINGER);
    const seconds = typeof linger === 'object' && 'seconds' in linger && linger.on ? linger.seconds : 0;
    if (seconds > 0 && core.shutdown(descriptor, the.SHUT_WR) === 0) return this.lingerOn(descriptor, seconds);
    core.close(descriptor);
    return CLOSED;
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
    this.check(this.core.setsockopt(this.descriptor, level, option, input), 'setsockopt');
  }

  getsockopt(level: number, option: number): OptionValue {
    const value = this.core.getsockopt(this.descriptor, level, option);
    if (typeof value === 'number') this.check(value, 'getsockopt');
    return value;
  }

  getsockname(): SocketAddress {
    const name = new AddressRecord();
    this.check(this.core.getsockname(this.descriptor, name), 'getsockname');
    return addressTuple(this.family, name);
  }

  getpeername(): SocketAddress {
    const name = new AddressRecord();
    this.check(this.core.getpeername(this.descriptor, name), 'getpeername');
    return addressTuple(this.family, name);
  }

  /** FIONREAD or SIOCATMARK. */
  ioctl(request: number): number {
    return this.check(this.core.ioctl(this.descriptor, request), 'ioctl');
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
  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  private async receive(
    syscall: string,
    into: Uint8Array,
    options: CallOptions | number | undefined,
    from?: AddressRecord,
  ): Promise<number> {
    const patience = this.patience(syscall, `${syscall}(${into.length}) on ${this.description}`, options);
    const flags = flagsOf(options);
    let filled = 0;
    const all = (flags & the.MSG_WAITALL) !== 0 && this.type === the.SOCK_STREAM;
    const call = (): number => {
      do {
        const given =
          from === undefined
            ? this.core.recv(this.descriptor, into, flags, filled)
            : this.core.recvfrom(this.descriptor, into, flags, from, filled);
        // What has been read already is given before an error or the end is told.
        if (given <= 0) return given === AGAIN || filled === 0 ? given : filled;
        filled += given;
      } while (all && filled < into.length);
      return filled;
    };
    return this.check(await this.readers.attempt(call, patience), syscall);
  }

  private connectResult(): number {
    const ready = this.core.readiness(this.descriptor);
    if ((ready & (the.POLLOUT | the.POLLERR | the.POLLHUP)) === 0) return AGAIN;
    const error = this.core.getsockopt(this.descriptor, the.SOL_SOCKET, the.SO_ERROR);
    return typeof error === 'number' ? -Math.abs(error) : 0;
  }

  /** As Linux's tcp_close: until our FIN, and so all before it, is acknowledged. */
  private async lingerOn(descriptor: number, seconds: number): Promise<void> {
    const { core } = this;
    const finished = (): number => {
      const info = core.getsockopt(descriptor, the.IPPROTO_TCP, the.TCP_INFO);
      return typeof info === 'object' && 'state' in info && UNACKNOWLEDGED_FIN.has(info.state) ? AGAIN : 0;
    };
    const timeoutNs = Math.round(seconds * SECOND);
    const timedOut = (): Error => new TimeoutError('close');
    const patience: Patience = { timeoutNs, signal: undefined, what: `close of ${this.description}`, timedOut };
    await this.writers.attempt(finished, patience).catch(() => 0);
    core.close(descriptor);
  }

  private wake(): void {
    this.readers.wake();
    this.writers.wake();
  }

  private patience(
    syscall: string,
    what: string,
    options: CallOptions | number | undefined,
    address?: SocketAddress,
  ): Patience {
    const dontWait = (flagsOf(options) & the.MSG_DONTWAIT) !== 0;
    return {
      timeoutNs: dontWait ? 0 : this.timeoutNs,
      signal: typeof options === 'object' ? options.signal : undefined,
      what,
      timedOut: () => new TimeoutError(syscall, address?.[0], address?.[1]),
    };
  }

  private resolve(address: SocketAddress): { ip: IpAddress; port: number; interfaceIndex: number } {
    const [host, port, flowLabel = 0, scope = 0] = address;
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      throw new RangeError(`a port is a whole number from 0 to 65535, not ${port}`);
    }
    if (flowLabel !== 0) throw new RangeError(`flow labels are not sent: give 0, not ${flowLabel}`);
    const { address: text, zone } = splitZone(host);
    const interfaceIndex = zone === '' ? scope : (this.environment.interfaceIndex?.(zone) ?? 0);
    if (zone !== '' && interfaceIndex === 0) throw new TypeError(`there is no interface ${zone}`);
    return { ip: this.lookUp(text), port, interfaceIndex };
  }

  private lookUp(host: string): IpAddress {
    if (host === '') return this.family === the.AF_INET ? UNSPECIFIED_V4 : UNSPECIFIED_V6;
    if (host === '<broadcast>' && this.family === the.AF_INET) return LIMITED_BROADCAST;
    return resolveName(this.environment.names, host, this.family === the.AF_INET ? 4 : 6);
  }

  private describe(): void {
    const name = new AddressRecord();
    const { core, descriptor } = this;
    if (core.getsockname(descriptor, name) === 0) this.description = formatEndpoint(name.address, name.port);
    if (core.getpeername(descriptor, name) === 0)
      this.description += ` with ${formatEndpoint(name.address, name.port)}`;
  }

  /** Tells whoever watches, and turns `-errno` into an exception. */
  private check(result: number, syscall: string, address?: SocketAddress): number {
    this.report(syscall, result, address);
    if (result >= 0) return result;
    throw socketError(errorCodeOf(result), syscall, address);
  }

  private report(syscall: string, result: number, address?: SocketAddress): void {
    const { observer } = this.environment;
    if (observer === undefined) return;
    const where = address === undefined ? this.description : `${address[0]}:${address[1]}`;
    observer.call(`${syscall} (${where})`, result < 0 ? errorCodeOf(result) : String(result));
  }
}

const AGAIN = failure('EAGAIN');
const CLOSED: Promise<void> = Promise.resolve();
const UNACKNOWLEDGED_FIN: ReadonlySet<State> = new Set<State>(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);
const ITERATION_BYTES = 65_536;

/** What is kept of a read should not keep the whole space that was offered to it. */
const exactly = (bytes: Uint8Array, length: number): Uint8Array =>
  length === bytes.length ? bytes : bytes.slice(0, length);

const bytesOf = (data: Data): Uint8Array => (typeof data === 'string' ? encoder.encode(data) : data);

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

const addressTuple = (family: number, { address, port, interfaceIndex }: AddressRecord): SocketAddress =>
  family === the.AF_INET
    ? [formatIpAddress(address), port]
    : [formatIpAddress(address), port, 0, address.family === 6 && isScoped(address) ? interfaceIndex : 0];

/** Only a link-local address needs its interface (RFC 4007 §6). */
const isScoped = (address: IpAddress): boolean => address.w0 >>> 22 === 0xfe80 >>> 6;
