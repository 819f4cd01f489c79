/**
 * `net.Socket` on an emulated host: a `stream.Duplex` with Node's properties, events and errors, in their order. Time is the
 * world's.
 * Left out: paths of Unix sockets, `onread`, the racing of several addresses (`autoSelectFamily`): the first that a name
 * has is taken, IPv4 before IPv6, unless `family` says otherwise.
 */
import { Duplex, type DuplexOptions } from 'node:stream';
import { MILLISECOND, type Timer } from '../layers/clock.ts';
import * as the from '../sockets/constants.ts';
import { AGAIN, failure } from '../sockets/errno.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';
import { type AddressInfo, addressInfo, domainOf, type Endpoint, lookUp } from './addresses.ts';
import { Descriptor } from './descriptor.ts';
import { addressError, systemError, usageError } from './system-error.ts';

export interface NetSocketOptions extends Pick<DuplexOptions, 'allowHalfOpen' | 'highWaterMark' | 'signal'> {
  readonly noDelay?: boolean | undefined;
  readonly keepAlive?: boolean | undefined;
  /** In milliseconds. */
  readonly keepAliveInitialDelay?: number | undefined;
}

/** What `lookup` is handed: the first address, its text and family. */
export type LookupCallback = (error: Error | null, address?: string, family?: number) => void;

export interface ConnectOptions extends NetSocketOptions {
  readonly port: number | string;
  readonly host?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** 4, 6, or 0 for either. */
  readonly family?: number | undefined;
  readonly lookup?:
    | ((hostname: string, options: { family: number; hints: number }, callback: LookupCallback) => void)
    | undefined;
  /** In milliseconds: as `setTimeout`. */
  readonly timeout?: number | undefined;
}

export type ReadyState = 'opening' | 'open' | 'readOnly' | 'writeOnly' | 'closed';

/** Bytes that the core has not taken all of yet. */
interface PendingWrite {
  readonly bytes: Uint8Array;
  at: number;
  readonly done: (error?: Error | null) => void;
}

const READ_BYTES = 65_536;
/** TIMEOUT_MAX: what a timer of Node can wait at most, in milliseconds. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

export class NetSocket extends Duplex {
  connecting: boolean;
  /** As `setTimeout` was given it, in milliseconds; `undefined` before. */
  timeout: number | undefined;
  bytesRead: number;
  bytesDispatched: number;
  /** The server that has accepted it, or `null`; `node:http` puts its own here. */
  server: unknown;
  /** Is told when it has closed. */
  private readonly whenClosed: ((socket: NetSocket) => void) | undefined;
  private readonly environment: SocketEnvironment;
  private descriptor: Descriptor | undefined;
  private timer: Timer | undefined;
  /** It was connected, or began to: else its 'close' says nothing of errors. */
  private wasOpened: boolean;
  private wantsData: boolean;
  private pendingWrite: PendingWrite | undefined;
  private readonly into: Uint8Array;
  private peer: AddressInfo | undefined;
  private local: AddressInfo | undefined;
  private target: { readonly address: string; readonly port: number } | undefined;
  private readonly options: NetSocketOptions;

  /**
   * @param accepted the descriptor of a connection that a server has taken
   * @param whenClosed is told just before 'close'
   */
  constructor(
    environment: SocketEnvironment,
    options: NetSocketOptions = {},
    accepted?: number,
    whenClosed?: (socket: NetSocket) => void,
  ) {
    super({
      allowHalfOpen: options.allowHalfOpen ?? false,
      ...(options.highWaterMark === undefined ? {} : { highWaterMark: options.highWaterMark }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
      emitClose: false,
      autoDestroy: true,
      decodeStrings: true,
    });
    this.environment = environment;
    this.options = options;
    this.connecting = false;
    this.timeout = undefined;
    this.bytesRead = 0;
    this.bytesDispatched = 0;
    this.server = null;
    this.whenClosed = whenClosed;
    this.descriptor = undefined;
    this.timer = undefined;
    this.wantsData = false;
    this.pendingWrite = undefined;
    this.into = new Uint8Array(READ_BYTES);
    this.peer = undefined;
    this.local = undefined;
    this.target = undefined;
    this.wasOpened = accepted !== undefined;
    if (accepted !== undefined) {
      this.adopt(accepted);
      this.nameEnds();
    }
    this.on('end', () => {
      // What is written after the peer's end, where that ends both directions, can reach nobody.
      if (!this.allowHalfOpen) this.write = this.refuseWrite as typeof this.write;
    });
  }

  get pending(): boolean {
    return this.descriptor === undefined || this.connecting;
  }

  get readyState(): ReadyState {
    if (this.connecting) return 'opening';
    if (this.readable && this.writable) return 'open';
    if (this.readable) return 'readOnly';
    return this.writable ? 'writeOnly' : 'closed';
  }

  /** What was taken from the program, whether it has left or not. */
  get bytesWritten(): number {
    return this.bytesDispatched + this.writableLength;
  }

  get bufferSize(): number | undefined {
    return this.descriptor === undefined ? undefined : this.writableLength;
  }

  get remoteAddress(): string | undefined {
    return this.peer?.address;
  }

  get remotePort(): number | undefined {
    return this.peer?.port;
  }

  get remoteFamily(): string | undefined {
    return this.peer?.family;
  }

  get localAddress(): string | undefined {
    return this.local?.address;
  }

  get localPort(): number | undefined {
    return this.local?.port;
  }

  get localFamily(): string | undefined {
    return this.local?.family;
  }

  /** The local end; `{}` before there is one. */
  address(): AddressInfo | Record<string, never> {
    return this.local ?? {};
  }

  /**
   * Connects: `connect(80, 'b')`, `connect({ port: 80, host: 'b' })`. 'connect' and 'ready' follow, or 'error' and 'close'.
   * @throws {TypeError} ERR_MISSING_ARGS without a port; ERR_INVALID_ADDRESS
   * @throws {RangeError} ERR_SOCKET_BAD_PORT
   */
  connect(...parameters: unknown[]): this {
    const [options, listener] = connectParameters(parameters);
    const port = checkedPort(options.port, 'options.port');
    if (listener !== undefined) this.once('connect', listener);
    if (this.destroyed) this.rise();
    if (options.timeout !== undefined) this.setTimeout(options.timeout);
    this.connecting = true;
    this.wasOpened = true;
    this.resetTimer();
    const host = options.host ?? 'localhost';
    if (options.lookup !== undefined && isName(host)) {
      options.lookup(host, { family: options.family ?? 0, hints: 0 }, (error, address, family) => {
        this.found(error, address === undefined ? undefined : { host, address, family: family ?? 4 }, port, options);
      });
      return this;
    }
    let ends: Endpoint[];
    try {
      ends = lookUp(this.environment, host, options.family ?? 0);
    } catch (error) {
      // As Node's own look-up, which takes a turn.
      process.nextTick(() => this.found(error as Error, undefined, port, options));
      return this;
    }
    const { ip } = ends[0]!;
    if (!isName(host)) {
      this.open(ends[0]!, port, options);
      return this;
    }
    const address = addressInfo({ address: ip, port, interfaceIndex: 0, datagramLength: 0 }).address;
    process.nextTick(() => this.found(null, { host, address, family: ip.family }, port, options));
    this.environment.scheduler.woke();
    return this;
  }

  /** Emits 'timeout' after so many milliseconds of the world's time without traffic; 0 never. The socket stays open. */
  setTimeout(milliseconds: number, callback?: () => void): this {
    if (this.destroyed) return this;
    if (typeof milliseconds !== 'number' || !(milliseconds >= 0) || milliseconds === Number.POSITIVE_INFINITY) {
      throw usageError(RangeError, 'ERR_OUT_OF_RANGE', `a timeout is 0 or more milliseconds, not ${milliseconds}`);
    }
    this.timeout = milliseconds;
    this.timer?.cancel();
    this.timer = undefined;
    if (milliseconds === 0) {
      if (callback !== undefined) this.removeListener('timeout', callback);
      return this;
    }
    this.timer = this.environment.timers.timer(() => this.timedOut());
    this.resetTimer();
    if (callback !== undefined) this.once('timeout', callback);
    return this;
  }

  setNoDelay(on = true): this {
    this.setOption(the.IPPROTO_TCP, the.TCP_NODELAY, Number(on));
    return this;
  }

  /** @param initialDelay in milliseconds; 0 leaves the host's setting. As libuv: a probe each second, ten of them */
  setKeepAlive(on = false, initialDelay = 0): this {
    this.setOption(the.SOL_SOCKET, the.SO_KEEPALIVE, Number(on));
    const seconds = Math.floor(initialDelay / 1000);
    if (on && seconds > 0) {
      this.setOption(the.IPPROTO_TCP, the.TCP_KEEPIDLE, seconds);
      this.setOption(the.IPPROTO_TCP, the.TCP_KEEPINTVL, 1);
      this.setOption(the.IPPROTO_TCP, the.TCP_KEEPCNT, 10);
    }
    return this;
  }

  /** A world's time does not end because nobody refers to it: these are for programs that call them. */
  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Ends the connection when what was written has gone. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Ends the connection with a reset. */
  resetAndDestroy(): this {
    const reset = (): void => {
      this.setOption(the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 0 });
      this.destroy();
    };
    if (this.descriptor === undefined) {
      this.destroy(usageError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
    } else if (this.connecting) {
      this.once('connect', reset);
    } else {
      reset();
    }
    return this;
  }

  override _read(): void {
    if (this.connecting || this.descriptor === undefined) {
      this.once('connect', () => this._read());
      return;
    }
    this.wantsData = true;
    this.receive();
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    this.whenConnected(done, () => {
      this.pendingWrite = { bytes: chunk, at: 0, done };
      this.transmit();
    });
  }

  override _writev(chunks: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.connecting) {
      this.once('connect', () => this._final(done));
      return;
    }
    const { descriptor } = this;
    if (descriptor === undefined) {
      done();
      return;
    }
    const result = this.environment.core.shutdown(descriptor.fd, the.SHUT_WR);
    this.environment.scheduler.woke();
    // ENOTCONN: the peer has ended it in the meantime. As libuv, which shuts down in its next round.
    const error = result < 0 && result !== failure('ENOTCONN') ? systemError(result, 'shutdown') : null;
    setImmediate(() => done(error));
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.connecting = false;
    this.timer?.cancel();
    this.timer = undefined;
    const { pendingWrite, descriptor } = this;
    this.pendingWrite = undefined;
    pendingWrite?.done(error ?? usageError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
    descriptor?.close();
    this.descriptor = undefined;
    this.environment.scheduler.woke();
    done(error);
    this.whenClosed?.(this);
    // 'error' is emitted in the next tick: 'close' comes behind it, and behind that of a server that was drained.
    process.nextTick(() => {
      if (!this.wasOpened) this.emit('close');
      else this.emit('close', error !== null);
    });
  }

  private found(
    error: Error | null,
    found: { readonly host: string; readonly address: string; readonly family: number } | undefined,
    port: number,
    options: ConnectOptions,
  ): void {
    this.emit('lookup', error, found?.address, found?.family, found?.host ?? options.host);
    this.environment.scheduler.woke();
    if (!this.connecting) return;
    if (error !== null || found === undefined) {
      this.destroy(error ?? undefined);
      return;
    }
    this.open(lookUp(this.environment, found.address, 0)[0]!, port, options);
  }

  private open({ ip, interfaceIndex }: Endpoint, port: number, options: ConnectOptions): void {
    const { core } = this.environment;
    const fd = core.socket(domainOf(ip), the.SOCK_STREAM);
    this.adopt(fd);
    const address = addressInfo({ address: ip, port, interfaceIndex, datagramLength: 0 }).address;
    this.target = { address, port };
    if (options.localAddress !== undefined || options.localPort !== undefined) {
      const from = options.localAddress ?? (ip.family === 4 ? '0.0.0.0' : '::');
      const local = lookUp(this.environment, from, ip.family)[0]!;
      const bound = core.bind(fd, local.ip, options.localPort ?? 0, local.interfaceIndex);
      if (bound < 0) {
        this.fail(addressError(bound, 'bind', from, options.localPort ?? 0));
        return;
      }
    }
    if (options.noDelay) this.setNoDelay(true);
    if (options.keepAlive) this.setKeepAlive(true, options.keepAliveInitialDelay);
    const started = core.connect(fd, ip, port, interfaceIndex);
    this.environment.scheduler.woke();
    if (started === failure('EINPROGRESS')) return;
    if (started < 0) this.fail(addressError(started, 'connect', address, port));
    else process.nextTick(() => this.connected());
  }

  /** A failure that is told in the next tick, so that whoever called can still listen. */
  private fail(error: Error): void {
    process.nextTick(() => this.destroy(error));
  }

  private adopt(fd: number): void {
    this.descriptor = new Descriptor(this.environment, fd, () => this.ready());
    if (this.options.noDelay) this.setNoDelay(true);
    if (this.options.keepAlive) this.setKeepAlive(true, this.options.keepAliveInitialDelay);
  }

  private nameEnds(): void {
    const [local, peer] = [this.descriptor?.name('getsockname'), this.descriptor?.name('getpeername')];
    if (local !== undefined) this.local = addressInfo(local);
    if (peer !== undefined) this.peer = addressInfo(peer);
  }

  private ready(): void {
    const { descriptor } = this;
    if (descriptor === undefined) return;
    const { readiness } = descriptor;
    if (this.connecting) {
      if ((readiness & (the.POLLOUT | the.POLLERR | the.POLLHUP)) === 0) return;
      const error = this.environment.core.getsockopt(descriptor.fd, the.SOL_SOCKET, the.SO_ERROR) as number;
      if (error !== 0) {
        const { address, port } = this.target!;
        this.destroy(addressError(error, 'connect', address, port));
        return;
      }
      this.connected();
      return;
    }
    if (this.pendingWrite !== undefined) this.transmit();
    if (this.wantsData) this.receive();
  }

  private connected(): void {
    if (this.destroyed || !this.connecting) return;
    this.connecting = false;
    this.nameEnds();
    this.resetTimer();
    this.emit('connect');
    this.emit('ready');
    // Data is read as soon as there is any, unless the program has paused.
    if (!this.isPaused()) this.read(0);
  }

  private receive(): void {
    const { core } = this.environment;
    while (this.wantsData && this.descriptor !== undefined) {
      const count = core.recv(this.descriptor.fd, this.into);
      if (count === AGAIN) return;
      this.environment.scheduler.woke();
      if (count < 0) {
        this.destroy(systemError(count, 'read'));
        return;
      }
      this.resetTimer();
      if (count === 0) {
        this.wantsData = false;
        this.push(null);
        this.read(0);
        return;
      }
      this.bytesRead += count;
      this.wantsData = this.push(Buffer.from(this.into.subarray(0, count)));
    }
  }

  private transmit(): void {
    const { pendingWrite: write, descriptor } = this;
    if (write === undefined || descriptor === undefined) return;
    while (write.at < write.bytes.length) {
      const count = this.environment.core.send(descriptor.fd, write.bytes, 0, write.at);
      if (count === AGAIN) return;
      this.environment.scheduler.woke();
      if (count < 0) {
        this.pendingWrite = undefined;
        const error = systemError(count, 'write');
        write.done(error);
        return;
      }
      write.at += count;
      this.bytesDispatched += count;
      this.resetTimer();
    }
    this.pendingWrite = undefined;
    write.done();
  }

  private whenConnected(failed: (error: Error) => void, then: () => void): void {
    if (this.connecting) {
      const ended = (): void =>
        failed(
          usageError(
            Error,
            'ERR_SOCKET_CLOSED_BEFORE_CONNECTION',
            'Socket closed before the connection was established',
          ),
        );
      this.once('connect', () => {
        this.off('close', ended);
        then();
      });
      this.once('close', ended);
      return;
    }
    if (this.descriptor === undefined) failed(usageError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed'));
    else then();
  }

  private refuseWrite(_chunk: unknown, encoding?: unknown, callback?: unknown): boolean {
    const done = typeof encoding === 'function' ? encoding : callback;
    const error = Object.assign(new Error('This socket has been ended by the other party'), { code: 'EPIPE' });
    if (typeof done === 'function') process.nextTick(done as (error: Error) => void, error);
    this.destroy(error);
    return false;
  }

  private setOption(
    level: number,
    option: number,
    value: number | { readonly on: boolean; readonly seconds: number },
  ): void {
    if (this.descriptor === undefined) return;
    this.environment.core.setsockopt(this.descriptor.fd, level, option, value);
  }

  private resetTimer(): void {
    if (this.timer === undefined || this.timeout === undefined) return;
    const wait = Math.max(1, Math.min(LONGEST_TIMEOUT_MS, this.timeout));
    this.timer.arm(this.environment.timers.now() + Math.round(wait * MILLISECOND));
  }

  private timedOut(): void {
    this.environment.scheduler.woke();
    process.nextTick(() => {
      if (!this.destroyed) this.emit('timeout');
    });
  }

  /** A socket that was destroyed may connect again, as Node's may. */
  private rise(): void {
    throw usageError(Error, 'ERR_SOCKET_CLOSED', 'Socket is closed: make a new one to connect again');
  }
}

const isName = (host: string): boolean => !/^[\d.]+$|:/.test(host);

/** @throws {RangeError} ERR_SOCKET_BAD_PORT */
export function checkedPort(value: unknown, name: string): number {
  const port = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw usageError(
      RangeError,
      'ERR_SOCKET_BAD_PORT',
      `${name} should be >= 0 and < 65536. Received ${String(value)}.`,
    );
  }
  return port;
}

/** `(port, host?, listener?)` or `(options, listener?)`. */
export function connectParameters(parameters: unknown[]): [ConnectOptions, (() => void) | undefined] {
  const last = parameters.at(-1);
  const listener = typeof last === 'function' ? (last as () => void) : undefined;
  const [first, second] = parameters;
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && first.path !== undefined && first.path !== null) {
      throw usageError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        'options.path: an emulated host has no Unix sockets: give host and port',
      );
    }
    if (!('port' in first)) {
      throw usageError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified');
    }
    return [first as ConnectOptions, listener];
  }
  if (first === undefined || typeof first === 'function') {
    throw usageError(TypeError, 'ERR_MISSING_ARGS', 'The "options" or "port" or "path" argument must be specified');
  }
  const host = typeof second === 'string' ? second : undefined;
  return [{ port: first as number, host }, listener];
}
