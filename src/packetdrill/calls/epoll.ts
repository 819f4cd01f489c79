/**
 * epoll(7): which of many descriptors are ready, by level or by edge. An edge is what makes a socket more ready than it
 * was, or new data; a look at what is ready takes it.
 * Left out on purpose: EPOLLEXCLUSIVE and EPOLLWAKEUP, which only matter with several threads.
 */
import { IPPROTO_TCP, POLLERR, POLLHUP, POLLIN, TCP_INFO } from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import type { Watcher } from '../../sockets/open-socket.ts';
import { OpenFile } from './open-file.ts';
import { SocketFile } from './socket-file.ts';
import { symbolValue } from './symbols.ts';

const EDGE_TRIGGERED = symbolValue('EPOLLET')!;
const ONE_SHOT = symbolValue('EPOLLONESHOT')!;
const ALWAYS = POLLERR | POLLHUP;
/** The bits that are events, without those that say how to report them. */
const EVENTS = 0xffff;

/** What a script registers, and gets back. */
export interface EpollEvent {
  readonly events: number;
  readonly data: number;
}

class Interest {
  readonly file: OpenFile;
  events: number;
  data: number;
  /** What was ready when it was looked at last, and how much had been received. */
  private known: number;
  private received: number;
  hasEdge: boolean;
  readonly watcher: Watcher;

  constructor(file: OpenFile, { events, data }: EpollEvent, changed: () => void) {
    this.file = file;
    this.events = events;
    this.data = data;
    this.known = 0;
    this.received = receivedBytes(file);
    // What is ready already when it is registered counts as an edge.
    this.hasEdge = true;
    this.watcher = () => {
      this.look();
      changed();
    };
    file.watch(this.watcher);
  }

  /** Something happened: whether that is an edge. */
  look(): void {
    const ready = this.file.readiness();
    const received = receivedBytes(this.file);
    const isNew = (ready & ~this.known) !== 0 || ((ready & POLLIN) !== 0 && received !== this.received);
    this.known = ready;
    this.received = received;
    if (isNew) this.hasEdge = true;
  }

  /** A call may have made it less ready. */
  settle(): void {
    this.known &= this.file.readiness();
  }

  ready(): number {
    if ((this.events & EVENTS) === 0) return 0;
    if ((this.events & EDGE_TRIGGERED) !== 0 && !this.hasEdge) return 0;
    return this.file.readiness() & (this.events | ALWAYS) & EVENTS;
  }

  taken(): void {
    this.hasEdge = false;
    if ((this.events & ONE_SHOT) !== 0) this.events &= ~EVENTS;
  }
}

/** For a stream, so that data behind data is seen; what else is read has an edge for each arrival anyway. */
function receivedBytes(file: OpenFile): number {
  if (!(file instanceof SocketFile)) return 0;
  const info = file.core.getsockopt(file.descriptor, IPPROTO_TCP, TCP_INFO);
  if (typeof info === 'object' && 'receivedBytes' in info) return info.receivedBytes;
  return Number.NaN;
}

export class EpollFile extends OpenFile {
  private readonly interests: Map<OpenFile, Interest>;
  private readonly watchers: Set<Watcher>;

  constructor() {
    super(false);
    this.interests = new Map();
    this.watchers = new Set();
  }

  /** @returns 0, or EEXIST */
  add(file: OpenFile, event: EpollEvent): number {
    if (this.interests.has(file)) return failure('EEXIST');
    if (file === this) return failure('EINVAL');
    this.interests.set(file, new Interest(file, event, () => this.changed()));
    this.changed();
    return 0;
  }

  /** @returns 0, or ENOENT */
  modify(file: OpenFile, { events, data }: EpollEvent): number {
    const interest = this.interests.get(file);
    if (interest === undefined) return failure('ENOENT');
    interest.events = events;
    interest.data = data;
    interest.hasEdge = true;
    this.changed();
    return 0;
  }

  /** @returns 0, or ENOENT */
  remove(file: OpenFile): number {
    const interest = this.interests.get(file);
    if (interest === undefined) return failure('ENOENT');
    file.unwatch(interest.watcher);
    this.interests.delete(file);
    return 0;
  }

  /** Takes what is ready, so many at most, in the order of registration. */
  take(most: number): EpollEvent[] {
    const found: EpollEvent[] = [];
    for (const interest of this.interests.values()) {
      if (found.length >= most) break;
      const events = interest.ready();
      if (events === 0) {
        // Linux: an edge that turns out to be none is forgotten when it is looked at.
        interest.hasEdge &&= (interest.file.readiness() & EVENTS & (interest.events | ALWAYS)) !== 0;
        continue;
      }
      found.push({ events, data: interest.data });
      interest.taken();
    }
    return found;
  }

  /** After each call of the script: what it read or filled is not ready any more. */
  settle(): void {
    for (const interest of this.interests.values()) interest.settle();
  }

  readiness(): number {
    for (const interest of this.interests.values()) if (interest.ready() !== 0) return POLLIN;
    return 0;
  }

  watch(watcher: Watcher): void {
    this.watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.watchers.delete(watcher);
  }

  close(): number {
    for (const interest of this.interests.values()) interest.file.unwatch(interest.watcher);
    this.interests.clear();
    return 0;
  }

  private changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}
