/**
 * What the parts of one host share: its tables, its clock, its pool of frames; and the one place where drops are counted.
 * No part knows the host as a whole.
 */
import type { Timers } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import type { Frame, FramePool } from '../layers/frame.ts';
import { copyBytes, type Memory } from '../layers/memory.ts';
import { ReceivedPacket } from '../layers/network/packet.ts';
import { PathMtuCache } from '../layers/network/path-mtu.ts';
import { RouteTable } from '../layers/network/routes.ts';
import type { HostObserver } from '../layers/observer.ts';
import type { Random } from '../layers/random.ts';
import type { TransportProtocol } from '../layers/transport/protocol.ts';
import { AddressBook } from './address-book.ts';
import { countDrop, HostCounters } from './counters.ts';
import { Identifications } from './identifications.ts';
import { LoopbackQueue } from './loopback.ts';
import type { NetworkInterface } from './network-interface.ts';
import type { HostSettings } from './settings.ts';

export interface MachineParts {
  readonly name: string;
  readonly timers: Timers;
  /** The random stream of a purpose; each purpose has its own. */
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly observer: HostObserver | undefined;
  readonly forwarding: boolean;
  readonly settings: HostSettings;
}

export class Machine {
  readonly name: string;
  readonly timers: Timers;
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  observer: HostObserver | undefined;
  /** Whether packets for others are forwarded: the host is a router. */
  forwarding: boolean;
  readonly settings: HostSettings;
  readonly counters: HostCounters;
  /** By their index, less one. */
  readonly interfaces: NetworkInterface[];
  readonly addresses: AddressBook;
  readonly routes: RouteTable;
  readonly pathMtu: PathMtuCache;
  readonly identifications: Identifications;
  readonly loopback: LoopbackQueue;
  /** By IP protocol number. */
  readonly protocols: (TransportProtocol | undefined)[];
  /** The packet that is being received: filled anew for each. */
  readonly packet: ReceivedPacket;
  /** Another one, for packets that are looked at again later. */
  readonly revisited: ReceivedPacket;
  /** Changes whenever a path could lead another way. Each table counts here, so that a packet asks one number. */
  generation: number;

  constructor(parts: MachineParts) {
    this.name = parts.name;
    this.timers = parts.timers;
    this.random = parts.random;
    this.memory = parts.memory;
    this.pool = parts.pool;
    this.observer = parts.observer;
    this.forwarding = parts.forwarding;
    this.settings = parts.settings;
    this.counters = new HostCounters();
    this.interfaces = [];
    this.generation = 0;
    const changed = (): void => this.pathsChanged();
    this.addresses = new AddressBook(changed);
    this.routes = new RouteTable(changed);
    const { pathMtuLifetimeNs, pathMtuMinimumBytes, pathMtuRaise } = parts.settings;
    this.pathMtu = new PathMtuCache(
      parts.timers,
      { lifetimeNs: pathMtuLifetimeNs, minimumBytes: pathMtuMinimumBytes, raise: pathMtuRaise },
      changed,
    );
    this.identifications = new Identifications(parts.random('ip-identification'));
    this.loopback = new LoopbackQueue(parts.timers, parts.pool);
    this.protocols = new Array<TransportProtocol | undefined>(256).fill(undefined);
    // A record needs a frame to point at before the first packet comes.
    const frame = parts.pool.acquire(0, 0);
    parts.pool.release(frame);
    this.packet = new ReceivedPacket(frame);
    this.revisited = new ReceivedPacket(frame);
  }

  /** A path could lead another way now, or carry less. */
  pathsChanged(): void {
    this.generation++;
  }

  interfaceAt(index: number): NetworkInterface | undefined {
    return this.interfaces[index - 1];
  }

  /** The one place where the end of a frame that came in is counted and shown. */
  dropped(networkInterface: NetworkInterface, reason: DropReason, frame: Frame): void {
    countDrop(this.counters.dropped, reason);
    this.observer?.dropped(networkInterface.name, reason, frame);
  }

  /** The same for a packet of this host's own; its frame goes back to the pool. */
  discard(reason: DropReason, frame: Frame): void {
    countDrop(this.counters.notSent, reason);
    this.observer?.notSent(reason, frame);
    this.pool.release(frame);
  }

  loopBack(networkInterface: NetworkInterface, frame: Frame): void {
    this.loopback.add(networkInterface, frame);
  }

  /** A frame with room around a copy of `frame`, which goes back to the pool. */
  moved(frame: Frame, headroom: number, tailroom: number): Frame {
    const length = frame.end - frame.start;
    const roomy = this.pool.acquire(headroom, length + tailroom);
    copyBytes(frame.bytes, frame.start, roomy.bytes, roomy.start, length);
    roomy.end = roomy.start + length;
    this.pool.release(frame);
    return roomy;
  }
}
