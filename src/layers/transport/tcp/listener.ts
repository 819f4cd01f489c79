/**
 * A passive OPEN: RFC 9293 §3.10.7.2, with two queues: connections whose handshake is going on, and established ones
 * that wait for their program to accept them.
 */

import type { IpAddress } from '../../address.ts';
import type { DropReason } from '../../drop.ts';
import type { Binding } from '../ports.ts';
import type { KeyChain } from './authentication/key-chain.ts';
import { Connection } from './connection.ts';
import type { ControlBlock } from './control-block.ts';
import { PendingFastOpens } from './fast-open/server.ts';
import type { TcpSettings } from './settings.ts';

/** Is told that a connection waits to be accepted, or that the listener has ended. */
export interface ListenerUser {
  changed(): void;
}

/** What a listener needs of the protocol. */
export interface ListenerOwner {
  listenerClosed(listener: Listener): void;
}

export class Listener {
  readonly binding: Binding;
  readonly settings: TcpSettings;
  /** The keys of its program, for the connections that begin from now on. */
  keys: KeyChain | undefined;
  user: ListenerUser | undefined;
  /** Most established connections that wait: the program's `backlog`. */
  backlog: number;
  closed: boolean;
  /** When a SYN was last answered with a cookie. */
  cookieSentNs: number;
  readonly fastOpens: PendingFastOpens;
  private readonly owner: ListenerOwner;
  private readonly halfOpen: Set<ControlBlock>;
  private readonly established: ControlBlock[];

  constructor(
    owner: ListenerOwner,
    binding: Binding,
    backlog: number,
    settings: TcpSettings,
    user: ListenerUser | undefined,
  ) {
    this.owner = owner;
    this.binding = binding;
    this.backlog = Math.max(1, backlog);
    this.settings = settings;
    this.keys = undefined;
    this.user = user;
    this.closed = false;
    this.cookieSentNs = Number.NEGATIVE_INFINITY;
    this.fastOpens = new PendingFastOpens();
    this.halfOpen = new Set();
    this.established = [];
  }

  get local(): IpAddress {
    return this.binding.address;
  }
  get localPort(): number {
    return this.binding.port;
  }
  /** Established connections that wait to be accepted. */
  get pending(): number {
    return this.established.length;
  }
  /** Connections in SYN-RECEIVED. */
  get halfOpenCount(): number {
    return this.halfOpen.size;
  }

  /** The oldest connection that waits, or `undefined`. */
  accept(): Connection | undefined {
    const block = this.established.shift();
    return block === undefined ? undefined : new Connection(block, undefined);
  }

  /** Stops listening: what no program has accepted is reset (RFC 9293 §3.10.4 LISTEN, and its queues). */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const block of [...this.halfOpen, ...this.established]) new Connection(block, undefined).abort();
    this.halfOpen.clear();
    this.established.length = 0;
    this.owner.listenerClosed(this);
  }

  /** Whether there is room for another connection that its program will accept. @returns why not */
  refuses(): DropReason | undefined {
    return this.established.length >= this.backlog ? 'tcp-backlog-full' : undefined;
  }

  /** Whether as many handshakes go on as may. */
  get isUnderPressure(): boolean {
    return this.halfOpen.size >= this.settings.synBacklog;
  }

  /** Whether a SYN that comes now is answered with a cookie: RFC 4987 §3.6, §3.7. */
  get answersWithCookie(): boolean {
    const { synCookies } = this.settings;
    return synCookies === 'always' || (synCookies === 'pressure' && this.isUnderPressure);
  }

  /** A SYN was taken: `block` is in SYN-RECEIVED. */
  synReceived(block: ControlBlock): void {
    this.halfOpen.add(block);
  }

  /** A SYN was taken whose connection its program may have at once: RFC 7413 §4.2.2. */
  openedEarly(block: ControlBlock): void {
    this.fastOpens.add(block);
    this.established.push(block);
  }

  /** The handshake is over. @returns false if there is no room; the connection stays in SYN-RECEIVED then */
  queue(block: ControlBlock): boolean {
    if (block.fastOpen?.opened === true) {
      this.fastOpens.remove(block, block.environment.timers.now());
      return true;
    }
    if (this.established.length >= this.backlog) return false;
    this.halfOpen.delete(block);
    this.established.push(block);
    return true;
  }

  /** A connection has ended before it was accepted: it is forgotten, unless its data and its end are still to be read. */
  forget(block: ControlBlock): void {
    this.halfOpen.delete(block);
    this.fastOpens.remove(block, block.environment.timers.now());
  }
}
