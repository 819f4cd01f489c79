/** `net.Server` on an emulated host. */
import { EventEmitter } from 'node:events';
import * as the from '../sockets/constants.ts';
import { AGAIN } from '../sockets/errno.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';
import { type AddressInfo, addressInfo, domainOf, type Endpoint, lookUp, unspecified } from './addresses.ts';
import { Descriptor } from './descriptor.ts';
import { checkedPort, NetSocket, type NetSocketOptions } from './net-socket.ts';
import { bindingError, usageError } from './system-error.ts';

export interface NetServerOptions extends NetSocketOptions {
  /** Leaves what a new connection sends where it is until its program reads. */
  readonly pauseOnConnect?: boolean | undefined;
}

export interface ListenOptions {
  readonly port?: number | string | undefined;
  readonly host?: string | undefined;
  readonly backlog?: number | undefined;
  readonly ipv6Only?: boolean | undefined;
  readonly reusePort?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Node's. */
const BACKLOG = 511;

export class NetServer extends EventEmitter {
  /** More connections than this are ended at once, each with a 'drop'. */
  maxConnections: number | undefined;
  private readonly environment: SocketEnvironment;
  private readonly options: NetServerOptions;
  private readonly sockets: Set<NetSocket>;
  private descriptor: Descriptor | undefined;
  /** `listen` was called; the look-up may still be on its way. */
  private isOpening: boolean;

  constructor(environment: SocketEnvironment, options: NetServerOptions) {
    super();
    this.environment = environment;
    this.options = options;
    this.sockets = new Set();
    this.descriptor = undefined;
    this.maxConnections = undefined;
    this.isOpening = false;
  }

  get listening(): boolean {
    return this.descriptor !== undefined;
  }

  /**
   * `listen(80)`, `listen(80, 'b', 10, callback)`, `listen({ port, host, backlog })`. 'listening' follows, or 'error'.
   * Without a host it listens on all addresses of both families.
   * @throws {Error} ERR_SERVER_ALREADY_LISTEN
   */
  listen(...parameters: unknown[]): this {
    const [options, callback] = listenParameters(parameters);
    if (this.isOpening || this.listening) {
      throw usageError(
        Error,
        'ERR_SERVER_ALREADY_LISTEN',
        'Listen method has been called more than once without closing.',
      );
    }
    const port = checkedPort(options.port ?? 0, 'options.port');
    if (callback !== undefined) this.once('listening', callback);
    const { signal } = options;
    if (signal?.aborted) {
      this.close();
      return this;
    }
    signal?.addEventListener('abort', () => void this.close(), { once: true });
    this.isOpening = true;
    let where: Endpoint;
    try {
      where = options.host ? lookUp(this.environment, options.host, 0)[0]! : { ip: unspecified(6), interfaceIndex: 0 };
    } catch (error) {
      this.fail(error as Error);
      return this;
    }
    this.open(where, port, options);
    return this;
  }

  /** Where it listens; `null` while it does not. */
  address(): AddressInfo | null {
    const record = this.descriptor?.name('getsockname');
    return record === undefined ? null : addressInfo(record);
  }

  /** Takes no more connections; 'close' follows when those that there are have ended. */
  close(callback?: (error?: Error) => void): this {
    if (callback !== undefined) {
      if (this.listening) this.once('close', () => callback());
      else this.once('close', () => callback(usageError(Error, 'ERR_SERVER_NOT_RUNNING', 'Server is not running.')));
    }
    this.descriptor?.close();
    this.descriptor = undefined;
    this.environment.scheduler.woke();
    this.closeIfDrained();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.listening) return;
    await new Promise<void>((resolve, reject) =>
      this.close((error) => (error === undefined ? resolve() : reject(error))),
    );
  }

  getConnections(callback: (error: Error | null, count: number) => void): this {
    process.nextTick(callback, null, this.sockets.size);
    this.environment.scheduler.woke();
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  private socketEnded(socket: NetSocket): void {
    this.sockets.delete(socket);
    this.closeIfDrained();
  }

  private open({ ip, interfaceIndex }: Endpoint, port: number, options: ListenOptions): void {
    const { core } = this.environment;
    const fd = core.socket(domainOf(ip), the.SOCK_STREAM);
    // As libuv: a port in TIME-WAIT is free for a server.
    core.setsockopt(fd, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
    if (options.ipv6Only) core.setsockopt(fd, the.IPPROTO_IPV6, the.IPV6_V6ONLY, 1);
    if (options.reusePort) core.setsockopt(fd, the.SOL_SOCKET, the.SO_REUSEPORT, 1);
    let result = core.bind(fd, ip, port, interfaceIndex);
    if (result >= 0) result = core.listen(fd, options.backlog ?? BACKLOG);
    if (result < 0) {
      core.close(fd);
      const { address } = addressInfo({ address: ip, port, interfaceIndex, datagramLength: 0 });
      this.fail(bindingError(result, 'listen', address, port));
      return;
    }
    this.descriptor = new Descriptor(this.environment, fd, () => this.accept());
    this.environment.scheduler.woke();
    process.nextTick(() => {
      this.isOpening = false;
      // A server that was closed in the meantime says nothing.
      if (this.descriptor !== undefined) this.emit('listening');
    });
  }

  private fail(error: Error): void {
    this.environment.scheduler.woke();
    process.nextTick(() => {
      this.isOpening = false;
      this.emit('error', error);
    });
  }

  private accept(): void {
    while (this.descriptor !== undefined) {
      const fd = this.environment.core.accept(this.descriptor.fd);
      if (fd === AGAIN || fd < 0) return;
      this.environment.scheduler.woke();
      const { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark, pauseOnConnect } = this.options;
      const made = { allowHalfOpen, noDelay, keepAlive, keepAliveInitialDelay, highWaterMark } as NetSocketOptions;
      const socket = new NetSocket(this.environment, made, fd, (closed) => this.socketEnded(closed));
      if (this.maxConnections !== undefined && this.sockets.size >= this.maxConnections) {
        const { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily } = socket;
        socket.destroy();
        this.emit('drop', { localAddress, localPort, localFamily, remoteAddress, remotePort, remoteFamily });
        continue;
      }
      this.sockets.add(socket);
      socket.server = this;
      if (pauseOnConnect) socket.pause();
      else socket.read(0);
      this.emit('connection', socket);
    }
  }

  private closeIfDrained(): void {
    if (this.descriptor !== undefined || this.sockets.size > 0) return;
    process.nextTick(() => this.emit('close'));
  }
}

/** `(port?, host?, backlog?, callback?)` or `(options, callback?)`. */
function listenParameters(parameters: unknown[]): [ListenOptions, (() => void) | undefined] {
  const last = parameters.at(-1);
  const callback = typeof last === 'function' ? (last as () => void) : undefined;
  const plain = parameters.filter((each) => typeof each !== 'function');
  const [first] = plain;
  if (typeof first === 'object' && first !== null) {
    if ('path' in first && first.path !== undefined) {
      throw usageError(
        TypeError,
        'ERR_INVALID_ARG_VALUE',
        'options.path: an emulated host has no Unix sockets: give host and port',
      );
    }
    return [first as ListenOptions, callback];
  }
  const host = plain.slice(1).find((each): each is string => typeof each === 'string');
  const backlog = plain.slice(1).find((each): each is number => typeof each === 'number');
  return [{ port: first as number | undefined, host, backlog }, callback];
}
