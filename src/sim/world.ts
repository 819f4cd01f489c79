/**
 * The virtual world: hosts, links, hubs and switches under one clock and one seed. The same seed and the same calls give
 * the same run, to the byte.
 */

import type { HostParts, InterfaceOptions } from '../host/host.ts';
import { NetworkInterface } from '../host/network-interface.ts';
import { type IpAddress, isLinkLocal, LOOPBACK_V4, LOOPBACK_V6 } from '../layers/address.ts';
import type { Clock } from '../layers/clock.ts';
import { FramePool } from '../layers/frame.ts';
import { Memory } from '../layers/memory.ts';
import type { HostObserver } from '../layers/observer.ts';
import { type Program, runProgram } from '../sockets/program.ts';
import type { ProgramScheduler } from '../sockets/scheduler.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';
import type { Turns } from '../sockets/turns.ts';
import type { MediumObserver } from '../trace/medium-observer.ts';
import { Hub } from './hub.ts';
import { Link } from './link.ts';
import { Medium } from './medium/medium.ts';
import type { LinkOptions } from './medium/options.ts';
import type { MiddlePort } from './middle-port.ts';
import { type ProgramReport, type ProgramRun, Programs, TaskTurns } from './programs.ts';
import { RandomStreams } from './random-streams.ts';
import { Segment } from './segment.ts';
import { type AddedRoute, addShortestPaths } from './shortest-paths.ts';
import { Switch, type SwitchSettings } from './switch.ts';
import { VirtualHost } from './virtual-host.ts';
import { VirtualTime } from './virtual-time.ts';

/** Watches the media, and the hosts too if it knows how. A `Recorder` is one. */
export interface WorldObserver extends MediumObserver {
  hostObserver?(host: string): HostObserver;
}

export interface WorldOptions {
  /** A whole number; every die of the world follows from it. */
  readonly seed: number;
  /** Who watches; a function is given the world's clock first. */
  readonly observer?: WorldObserver | ((clock: Clock) => WorldObserver);
  /** Is given each line that a program prints. */
  readonly print?: (program: string, line: string) => void;
  /** How large each buffer is that frames and connections live in: smaller for many short runs. */
  readonly slabBytes?: number;
  /** Events at one instant before the run is taken for one that cannot go on. */
  readonly eventsPerInstant?: number;
}

/** The host's settings (`settings.tcp` has TCP's), whether it forwards, how initial sequence numbers are chosen. */
export type WorldHostOptions = Pick<HostParts, 'settings' | 'forwarding' | 'initialSequenceNumber'>;

/** A host with what its new interface shall be; what is left out is chosen. */
export interface HostEnd extends Partial<InterfaceOptions> {
  readonly host: VirtualHost;
}

/** What a link can be plugged into: a host gets a new interface, a hub or switch a new port. */
export type Endpoint = VirtualHost | HostEnd | NetworkInterface | Hub | Switch;

export interface SpawnOptions {
  /** The lines that the program reads with `input`. */
  readonly input?: readonly string[];
}

/** How a world stands when a run is over. */
export interface WorldReport {
  readonly now: number;
  /** Whether nothing can happen any more. */
  readonly idle: boolean;
  readonly events: number;
  readonly programs: readonly ProgramReport[];
}

type Plug = NetworkInterface | MiddlePort;

const FIRST_MAC = 0x0200_0000_0001;

export class World {
  readonly time: VirtualTime;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly random: RandomStreams;
  readonly medium: Medium;
  readonly programs: Programs;
  readonly observer: WorldObserver | undefined;
  readonly hosts: VirtualHost[];
  readonly links: Link[];
  private readonly print: (program: string, line: string) => void;
  private readonly names: Set<string>;
  private readonly segments: Set<Segment>;
  private readonly segmentOf: Map<Hub | Switch, Segment>;
  private readonly hostOf: Map<NetworkInterface, VirtualHost>;
  private computedRoutes: AddedRoute[];
  private nextMac: number;
  private nextSegment: number;
  private isRunning: boolean;

  /** @throws {RangeError} if the seed is no whole number */
  constructor(options: WorldOptions) {
    this.random = new RandomStreams(options.seed);
    this.time = new VirtualTime(options.eventsPerInstant);
    this.memory = new Memory(options.slabBytes);
    this.pool = new FramePool(this.memory);
    const { observer } = options;
    this.observer = typeof observer === 'function' ? observer(this.time) : observer;
    this.medium = new Medium(this.time, this.pool, this.random, this.observer);
    this.programs = new Programs(this.time);
    this.hosts = [];
    this.links = [];
    this.print = options.print ?? (() => undefined);
    this.names = new Set();
    this.segments = new Set();
    this.segmentOf = new Map();
    this.hostOf = new Map();
    this.computedRoutes = [];
    this.nextMac = FIRST_MAC;
    this.nextSegment = 0;
    this.isRunning = false;
  }

  /** The world's time in nanoseconds. */
  get now(): number {
    return this.time.now();
  }

  /** Adds a host. @throws {TypeError} if the name is taken */
  host(name: string, options: WorldHostOptions = {}): VirtualHost {
    this.claimName(name);
    const host = new VirtualHost({
      ...options,
      name,
      timers: this.time,
      random: (purpose) => this.random.stream(`${name}/${purpose}`),
      memory: this.memory,
      pool: this.pool,
      observer: this.observer?.hostObserver?.(name),
    });
    this.hosts.push(host);
    return host;
  }

  /** Adds a host that forwards packets of others. @throws {TypeError} if the name is taken */
  router(name: string, options: Omit<WorldHostOptions, 'forwarding'> = {}): VirtualHost {
    return this.host(name, { ...options, forwarding: true });
  }

  /** Adds a hub. @throws {TypeError} if the name is taken */
  hub(name: string): Hub {
    this.claimName(name);
    return new Hub(name, this.pool);
  }

  /** Adds a learning switch. @throws {TypeError} if the name is taken */
  switch(name: string, settings: SwitchSettings = {}): Switch {
    this.claimName(name);
    return new Switch(name, this.time, this.pool, settings, this.observer?.hostObserver?.(name));
  }

  /**
   * Joins two ends. Hosts get an interface with a MAC address (02:00:00:00:00:01 and on) and addresses (10.0.N.x/24 and
   * fd00:N::x/64, N counting the networks from 0) unless the end names others. The link is called after its ends, so
   * its dice do not depend on how many links there are.
   * @throws {TypeError} if the ends cannot be joined
   * @throws {RangeError} if an option makes no sense
   */
  link(a: Endpoint, b: Endpoint, options: LinkOptions = {}): Link {
    const hostA = this.hostAt(a);
    if ((hostA !== undefined && hostA === this.hostAt(b)) || a === b) {
      throw new TypeError(`a link joins two machines, not ${nameOf(a)} with itself`);
    }
    // Checked before anything is changed, so that a link that is refused leaves no interface behind.
    new Link(new Medium(new VirtualTime(), this.pool, new RandomStreams(0)), 'trial', 'a', 'b', options);
    for (const end of [a, b]) this.checkFree(end);
    const segment = this.joinedSegment(a, b);
    const [plugA, plugB] = [this.plug(a, segment), this.plug(b, segment)];
    const [nameA, nameB] = [this.plugName(plugA), this.plugName(plugB)];
    const link = new Link(this.medium, `${nameA}-${nameB}`, nameA, nameB, options);
    link.ports[0].attach(plugA);
    link.ports[1].attach(plugB);
    // Last, for an interface that is plugged in announces its addresses.
    plugA.attach(link.ports[0]);
    plugB.attach(link.ports[1]);
    this.links.push(link);
    return link;
  }

  /**
   * Gives every host static routes along the shortest ways; those of an earlier call are taken back.
   * @throws {RangeError} if some network is out of reach of some host
   */
  computeRoutes(): void {
    for (const { host, route } of this.computedRoutes) host.removeRoute(route);
    this.computedRoutes = [];
    this.computedRoutes = addShortestPaths(this.hosts, [...this.segments]);
  }

  /**
   * Starts an `async` program on a host at this moment of the world's time.
   * @throws {TypeError} if another program has the name
   */
  spawn(
    host: VirtualHost,
    name: string,
    main: (program: Program) => Promise<void> | void,
    options: SpawnOptions = {},
  ): ProgramRun {
    const lines = [...(options.input ?? [])];
    return this.programs.spawn(name, (run) =>
      runProgram(
        Object.assign(this.socketEnvironment(host, run), {
          print: (line: string) => this.print(name, line),
          readLine: () => lines.shift(),
        }),
        main,
      ),
    );
  }

  /** What sockets on a host stand on, for those who bring their own: see `wirelab/node`. */
  socketEnvironment(host: VirtualHost, scheduler: ProgramScheduler = this.programs): SocketEnvironment {
    return {
      core: host.sockets,
      scheduler,
      timers: this.time,
      names: (wanted) => this.addressesOf(wanted),
      interfaceIndex: (wanted) => host.interface(wanted)?.index ?? 0,
      get observer() {
        return host.observer;
      },
    };
  }

  /** Lets the next event happen; programs that it wakes do not run. @returns false when there is none */
  step(): boolean {
    return this.time.step();
  }

  /**
   * Runs without programs, up to `untilNs` inclusive or until nothing can happen any more.
   * @throws {Error} if an event wakes an `async` program, which only `run` can let run
   */
  runSync(untilNs: number = Infinity): WorldReport {
    while (this.time.nextTime <= untilNs && this.time.step()) {
      if (this.programs.isWoken) throw new Error('an async program was woken: use `await world.run()`');
    }
    if (untilNs !== Infinity) this.time.advanceTo(untilNs);
    return this.report();
  }

  /**
   * Runs the world and its programs: up to a time in nanoseconds inclusive, until a condition holds (it is asked before
   * each event), or until nothing can happen any more.
   * @param makeTurns how programs run that an event has woken, if they wait for more than the world: `NodeTurns`
   * @returns how the world stands; a program that waits for what can never come is named there
   * @throws {ProgramError} if a program fails, at once
   */
  async run(
    until: number | (() => boolean) = Infinity,
    makeTurns: () => Turns = () => new TaskTurns(),
  ): Promise<WorldReport> {
    if (this.isRunning) throw new Error('the world is running already: await that run first');
    this.isRunning = true;
    const turns = makeTurns();
    try {
      for (;;) {
        if (this.programs.isWoken) {
          this.programs.isWoken = false;
          await turns.take();
          this.programs.throwFailure();
          continue;
        }
        if (typeof until === 'function' ? until() : this.time.nextTime > until) break;
        if (!this.time.step()) break;
      }
    } finally {
      turns.close();
      this.isRunning = false;
    }
    if (typeof until === 'number' && until !== Infinity) this.time.advanceTo(until);
    return this.report();
  }

  report(): WorldReport {
    return {
      now: this.now,
      idle: this.time.idle,
      events: this.time.events,
      programs: this.programs.runs.map((run) => run.report()),
    };
  }

  /** The addresses of a host by its name, as `/etc/hosts` would list them. */
  private addressesOf(name: string): IpAddress[] {
    if (name === 'localhost') return [LOOPBACK_V4, LOOPBACK_V6];
    const host = this.hosts.find((each) => each.name === name);
    if (host === undefined) return [];
    // A link-local address means nothing without its interface (RFC 4007 §6), so no name stands for one.
    return host.addresses
      .filter(({ address, networkInterface }) => !networkInterface.isLoopback && !isLinkLocal(address))
      .map(({ address }) => address);
  }

  private claimName(name: string): void {
    if (name === '' || /[\s/.]/.test(name)) {
      throw new TypeError(`'${name}' is no name for a machine: use no space, slash or full stop`);
    }
    if (this.names.has(name)) throw new TypeError(`there is a machine '${name}' already: give this one another name`);
    this.names.add(name);
  }

  private hostAt(end: Endpoint): VirtualHost | undefined {
    if (end instanceof VirtualHost) return end;
    if (end instanceof NetworkInterface) return this.ownerOf(end);
    return end instanceof Hub || end instanceof Switch ? undefined : end.host;
  }

  private ownerOf(networkInterface: NetworkInterface): VirtualHost {
    const host = this.hosts.find((each) => each.interfaces.includes(networkInterface));
    if (host === undefined) throw new TypeError(`${networkInterface.name} belongs to no host of this world`);
    return host;
  }

  private checkFree(end: Endpoint): void {
    const host = this.hostAt(end);
    if (host !== undefined && !this.hosts.includes(host)) throw new TypeError(`${host.name} is not of this world`);
    if (end instanceof NetworkInterface && end.isAttached) {
      throw new TypeError(`${host!.name}.${end.name} is plugged into a link already: a second one needs its own port`);
    }
  }

  /** The segment that both ends are on from now on. */
  private joinedSegment(a: Endpoint, b: Endpoint): Segment {
    const held = [a, b].map((end) =>
      end instanceof Hub || end instanceof Switch ? this.segmentOf.get(end) : undefined,
    );
    const [one, other] = held;
    if (one !== undefined && other !== undefined && one !== other && one.hasNumbered && other.hasNumbered) {
      throw new TypeError(
        `${nameOf(a)} and ${nameOf(b)} have hosts with addresses of two networks: link them before their hosts`,
      );
    }
    const into = (other?.hasNumbered === true ? other : one) ?? other ?? new Segment(this.nextSegment++);
    const from = into === one ? other : one;
    if (from !== undefined && from !== into) {
      into.absorb(from);
      this.segments.delete(from);
      for (const [middle, segment] of this.segmentOf) if (segment === from) this.segmentOf.set(middle, into);
    }
    this.segments.add(into);
    for (const end of [a, b]) if (end instanceof Hub || end instanceof Switch) this.segmentOf.set(end, into);
    return into;
  }

  private plug(end: Endpoint, segment: Segment): Plug {
    if (end instanceof Hub || end instanceof Switch) return end.addPort();
    const host = this.hostAt(end)!;
    const networkInterface = end instanceof NetworkInterface ? end : this.addInterface(host, end, segment);
    this.hostOf.set(networkInterface, host);
    segment.members.push({ host, networkInterface });
    return networkInterface;
  }

  private addInterface(host: VirtualHost, end: VirtualHost | HostEnd, segment: Segment): NetworkInterface {
    const { host: _, ...wanted }: Partial<HostEnd> = end instanceof VirtualHost ? {} : end;
    const count = host.interfaces.filter(({ isLoopback }) => !isLoopback).length;
    const added = host.addInterface({ name: `eth${count}`, mac: this.nextMac++, ...wanted });
    if (wanted.addresses === undefined && wanted.acceptRouterAdvertisements !== true) {
      for (const address of segment.takeAddresses(added.ipv6Enabled)) host.addAddress(added, address);
    }
    return added;
  }

  private plugName(plug: Plug): string {
    return plug instanceof NetworkInterface ? `${this.hostOf.get(plug)!.name}.${plug.name}` : plug.name;
  }
}

const nameOf = (end: Endpoint): string => ('host' in end ? end.host.name : end.name);
