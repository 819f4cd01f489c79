/**
 * `dgram.Socket` on an emulated host, with Node's events, codes and order.
 * Left out: `disconnect`, source-specific multicast, and `exclusive`, since nobody shares a port across processes here.
 */
import { EventEmitter } from 'node:events';
import { ipAddress } from '../layers/address-text.ts';
import { AddressRecord } from '../sockets/address-record.ts';
import * as the from '../sockets/constants.ts';
import { AGAIN } from '../sockets/errno.ts';
import type { OptionInput } from '../sockets/options.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';
import { type AddressInfo, addressInfo, type Endpoint, lookUp } from './addresses.ts';
import { Descriptor } from './descriptor.ts';
import { lookupError } from './dns.ts';
import { checkedPort } from './net-socket.ts';
import { addressError, systemError, usageError } from './system-error.ts';

export type DatagramType = 'udp4' | 'udp6';

export interface DatagramOptions {
  readonly type: DatagramType;
  readonly reuseAddr?: boolean | undefined;
  readonly reusePort?: boolean | undefined;
  readonly ipv6Only?: boolean | undefined;
  readonly recvBufferSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RemoteInfo extends AddressInfo {
  size: number;
}

export type SendCallback = (error: Error | null, bytes: number) => void;
export type Datagram = string | Uint8Array | readonly (string | Uint8Array)[];

const LARGEST = 65_536;

export class DatagramSocket extends EventEmitter {
  readonly type: DatagramType;
  private readonly environment: SocketEnvironment;
  private readonly options: DatagramOptions;
  private readonly descriptor: Descriptor;
  private readonly into: Uint8Array;
  private state: 'unbound' | 'binding' | 'bound' | 'closed';
  private link: 'none' | 'connecting' | 'connected';
  /** What was sent before the socket was bound. */
  private waiting: (() => void)[];

  constructor(
    environment: SocketEnvironment,
    options: DatagramOptions,
    listener?: (message: Buffer, from: RemoteInfo) => void,
  ) {
    super();
    if (options.type !== 'udp4' && options.type !== 'udp6') {
      throw usageError(TypeError, 'ERR_SOCKET_BAD_TYPE', 'Bad socket type specified. Valid types are: udp4, udp6');
    }
    this.type = options.type;
    this.environment = environment;
    this.options = options;
    this.into = new Uint8Array(LARGEST);
    this.state = 'unbound';
    this.link = 'none';
    this.waiting = [];
    const fd = environment.core.socket(this.family === 4 ? the.AF_INET : the.AF_INET6, the.SOCK_DGRAM);
    this.descriptor = new Descriptor(environment, fd, () => this.receive());
    if (options.reuseAddr) this.set(the.SOL_SOCKET, the.SO_REUSEADDR, 1, 'setsockopt');
    if (options.reusePort) this.set(the.SOL_SOCKET, the.SO_REUSEPORT, 1, 'setsockopt');
    if (options.ipv6Only) this.set(the.IPPROTO_IPV6, the.IPV6_V6ONLY, 1, 'setsockopt');
    if (listener !== undefined) this.on('message', listener);
    const { signal } = options;
    if (signal?.aborted) process.nextTick(() => this.close());
    else signal?.addEventListener('abort', () => this.state !== 'closed' && this.close(), { once: true });
  }

  private get family(): 4 | 6 {
    return this.type === 'udp4' ? 4 : 6;
  }

  /** `bind(53)`, `bind(53, '10.0.0.1', callback)`, `bind({ port, address })`. 'listening' follows, or 'error'. */
  bind(...parameters: unknown[]): this {
    this.checkOpen();
    if (this.state !== 'unbound') {
      throw usageError(Error, 'ERR_SOCKET_ALREADY_BOUND', 'Socket is already bound');
    }
    this.state = 'binding';
    const last = parameters.at(-1);
    if (typeof last === 'function') this.once('listening', last as () => void);
    const [first, second] = parameters;
    const given = (typeof first === 'object' && first !== null ? first : { port: first, address: second }) as {
      readonly port?: unknown;
      readonly address?: unknown;
    };
    const port = typeof given.port === 'function' || given.port === undefined ? 0 : checkedPort(given.port, 'Port');
    const address = typeof given.address === 'string' && given.address !== '' ? given.address : undefined;
    this.later(() => this.bindNow(address ?? (this.family === 4 ? '0.0.0.0' : '::'), port));
    return this;
  }

  /**
   * `send(message, port, address?, callback?)`, `send(message, offset, length, port, address?, callback?)`; a connected socket
   * leaves port and address out. Without an address it goes to this host itself.
   */
  send(message: Datagram, ...parameters: unknown[]): void {
    this.checkOpen();
    const last = parameters.at(-1);
    const callback = typeof last === 'function' ? (last as SendCallback) : undefined;
    const plain = parameters.filter((one) => typeof one !== 'function');
    let bytes = bytesOf(message);
    const isConnected = this.link === 'connected';
    const hasRange = isConnected ? typeof plain[1] === 'number' : plain.length >= 3;
    if (hasRange && typeof plain[1] === 'number') {
      const [offset, length] = plain.splice(0, 2) as [number, number];
      if (offset < 0 || offset + length > bytes.length) {
        throw usageError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', '"length" is outside of buffer bounds');
      }
      bytes = bytes.subarray(offset, offset + length);
    }
    const [port, address] = plain;
    // Node sees where a datagram of a connected socket is sent only behind a range.
    if (isConnected && hasRange && (port !== undefined || address !== undefined)) {
      throw usageError(Error, 'ERR_SOCKET_DGRAM_IS_CONNECTED', 'Already connected');
    }
    const to = isConnected ? 0 : checkedPort(port, 'Port');
    if (!isConnected && to === 0) checkedPort(-1, 'Port');
    const host = typeof address === 'string' && address !== '' ? address : this.family === 4 ? '127.0.0.1' : '::1';
    this.whenBound(() => this.transmit(bytes, isConnected ? undefined : host, to, callback));
  }

  /** Fixes the other end: 'connect' follows, or 'error'. */
  connect(port: number, ...parameters: unknown[]): void {
    this.checkOpen();
    const to = checkedPort(port, 'Port');
    if (to === 0) checkedPort(-1, 'Port');
    if (this.link !== 'none') throw usageError(Error, 'ERR_SOCKET_DGRAM_IS_CONNECTED', 'Already connected');
    this.link = 'connecting';
    const last = parameters.at(-1);
    const callback = typeof last === 'function' ? (last as (error?: Error) => void) : undefined;
    const host =
      typeof parameters[0] === 'string' && parameters[0] !== ''
        ? parameters[0]
        : this.family === 4
          ? '127.0.0.1'
          : '::1';
    if (callback !== undefined) this.once('connect', callback);
    this.whenBound(() => {
      const fail = (error: Error): void => {
        this.link = 'none';
        if (callback === undefined) this.emit('error', error);
        else {
          this.off('connect', callback);
          callback(error);
        }
      };
      const found = this.found(host);
      if (found instanceof Error) {
        fail(found);
        return;
      }
      const result = this.environment.core.connect(this.descriptor.fd, found.ip, to, found.interfaceIndex);
      if (result < 0) {
        fail(addressError(result, 'connect', host, to));
        return;
      }
      this.link = 'connected';
      this.emit('connect');
    });
  }

  /** @throws {Error} ERR_SOCKET_DGRAM_NOT_CONNECTED */
  remoteAddress(): AddressInfo {
    this.checkOpen();
    const record = this.link === 'connected' ? this.descriptor.name('getpeername') : undefined;
    if (record === undefined) throw usageError(Error, 'ERR_SOCKET_DGRAM_NOT_CONNECTED', 'Not connected');
    return addressInfo(record);
  }

  /** @throws {Error} EBADF before it is bound, ERR_SOCKET_DGRAM_NOT_RUNNING after it was closed */
  address(): AddressInfo {
    this.checkOpen();
    const record = this.descriptor.name('getsockname');
    if (this.state !== 'bound' || record === undefined) throw systemError(-9, 'getsockname');
    return addressInfo(record);
  }

  close(callback?: () => void): this {
    if (callback !== undefined) this.on('close', callback);
    this.checkOpen();
    this.state = 'closed';
    this.waiting = [];
    this.descriptor.close();
    this.later(() => this.emit('close'));
    return this;
  }

  setBroadcast(on: boolean): void {
    this.set(the.SOL_SOCKET, the.SO_BROADCAST, Number(on), 'setBroadcast');
  }

  setTTL(hops: number): number {
    if (this.family === 4) this.set(the.IPPROTO_IP, the.IP_TTL, hops, 'setTTL');
    else this.set(the.IPPROTO_IPV6, the.IPV6_UNICAST_HOPS, hops, 'setTTL');
    return hops;
  }

  setMulticastTTL(hops: number): number {
    if (this.family === 4) this.set(the.IPPROTO_IP, the.IP_MULTICAST_TTL, hops, 'setMulticastTTL');
    else this.set(the.IPPROTO_IPV6, the.IPV6_MULTICAST_HOPS, hops, 'setMulticastTTL');
    return hops;
  }

  setMulticastLoopback(on: boolean): boolean {
    if (this.family === 4) this.set(the.IPPROTO_IP, the.IP_MULTICAST_LOOP, Number(on), 'setMulticastLoopback');
    else this.set(the.IPPROTO_IPV6, the.IPV6_MULTICAST_LOOP, Number(on), 'setMulticastLoopback');
    return on;
  }

  addMembership(group: string): void {
    this.membership(group, the.IP_ADD_MEMBERSHIP, the.IPV6_JOIN_GROUP, 'addMembership');
  }

  dropMembership(group: string): void {
    this.membership(group, the.IP_DROP_MEMBERSHIP, the.IPV6_LEAVE_GROUP, 'dropMembership');
  }

  setRecvBufferSize(bytes: number): void {
    this.set(the.SOL_SOCKET, the.SO_RCVBUF, bytes, 'setRecvBufferSize');
  }

  getRecvBufferSize(): number {
    this.checkOpen();
    return this.environment.core.getsockopt(this.descriptor.fd, the.SOL_SOCKET, the.SO_RCVBUF) as number;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  private bindNow(address: string, port: number): void {
    if (this.state !== 'binding') return;
    const found = this.found(address);
    const result =
      found instanceof Error ? 0 : this.environment.core.bind(this.descriptor.fd, found.ip, port, found.interfaceIndex);
    if (found instanceof Error || result < 0) {
      this.state = 'unbound';
      this.emit('error', found instanceof Error ? found : addressError(result, 'bind', address, port));
      return;
    }
    this.state = 'bound';
    if (this.options.recvBufferSize !== undefined) this.setRecvBufferSize(this.options.recvBufferSize);
    this.emit('listening');
    for (const send of this.waiting.splice(0)) send();
  }

  private whenBound(then: () => void): void {
    if (this.state === 'unbound') this.bind(0);
    if (this.state === 'binding') this.waiting.push(() => this.later(then));
    else this.later(then);
  }

  private transmit(
    bytes: Uint8Array,
    host: string | undefined,
    port: number,
    callback: SendCallback | undefined,
  ): void {
    if (this.state === 'closed') return;
    const told = (error: Error | null, count: number): void => {
      if (callback !== undefined) this.later(() => callback(error, count));
      else if (error !== null) this.later(() => this.emit('error', error));
    };
    const { core } = this.environment;
    const found = host === undefined ? undefined : this.found(host);
    if (found instanceof Error) {
      told(found, 0);
      return;
    }
    const { fd } = this.descriptor;
    const count = found === undefined ? core.send(fd, bytes) : core.sendto(fd, bytes, 0, found.ip, port);
    this.environment.scheduler.woke();
    if (count >= 0) told(null, count);
    else if (host === undefined) told(systemError(count, 'send'), 0);
    else told(addressError(count, 'send', host, port), 0);
  }

  private receive(): void {
    const from = new AddressRecord();
    while (this.state === 'bound') {
      const size = this.environment.core.recvfrom(this.descriptor.fd, this.into, 0, from);
      if (size === AGAIN) return;
      this.environment.scheduler.woke();
      if (size < 0) this.emit('error', systemError(size, 'recvmsg'));
      else this.emit('message', Buffer.from(this.into.subarray(0, size)), { ...addressInfo(from), size });
    }
  }

  private found(host: string): Endpoint | Error {
    try {
      return lookUp(this.environment, host, this.family)[0]!;
    } catch {
      return lookupError(host);
    }
  }

  private membership(group: string, option4: number, option6: number, what: string): void {
    const [level, option] = this.family === 4 ? [the.IPPROTO_IP, option4] : [the.IPPROTO_IPV6, option6];
    this.set(level, option, { group: ipAddress(group), interfaceIndex: 0 } as OptionInput, what);
  }

  private set(level: number, option: number, value: OptionInput, what: string): void {
    this.checkOpen();
    const result = this.environment.core.setsockopt(this.descriptor.fd, level, option, value);
    if (result < 0) throw systemError(result, what);
  }

  private checkOpen(): void {
    if (this.state === 'closed') throw usageError(Error, 'ERR_SOCKET_DGRAM_NOT_RUNNING', 'Not running');
  }

  /** Node looks each name up, numeric or not, which takes a turn. */
  private later(then: () => void): void {
    this.environment.scheduler.woke();
    process.nextTick(then);
  }
}

function bytesOf(message: Datagram): Uint8Array {
  if (typeof message === 'string') return Buffer.from(message);
  if (message instanceof Uint8Array) return message;
  if (Array.isArray(message)) return Buffer.concat(message.map((one: string | Uint8Array) => bytesOf(one)));
  throw usageError(TypeError, 'ERR_INVALID_ARG_TYPE', 'a datagram is a text, bytes, or a list of them');
}
