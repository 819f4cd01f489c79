/**
 * One machine on the network: interfaces, addresses, routes, the IP layers, ICMP, UDP and TCP, put together. Whatever else
 * is written above IP is registered by its protocol number.
 */
import { type Family, type IpAddress, LOOPBACK_V4, LOOPBACK_V6 } from '../layers/address.ts';
import { formatIpAddress, ipAddress } from '../layers/address-text.ts';
import type { Timers } from '../layers/clock.ts';
import type { DropReason } from '../layers/drop.ts';
import type { ErrorCode } from '../layers/errors.ts';
import type { Frame, FramePool } from '../layers/frame.ts';
import type { Memory } from '../layers/memory.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import type { ReceivedPacket } from '../layers/network/packet.ts';
import type { PathFinder } from '../layers/network/path.ts';
import { type HeldFragment, Reassembly } from '../layers/network/reassembly.ts';
import type { Route } from '../layers/network/routes.ts';
import type { HostObserver } from '../layers/observer.ts';
import { network, type Prefix, prefix } from '../layers/prefix.ts';
import type { Random } from '../layers/random.ts';
import type { TransportProtocol } from '../layers/transport/protocol.ts';
import type { TcpEnvironment } from '../layers/transport/tcp/environment.ts';
import { PROTOCOL as TCP_PROTOCOL } from '../layers/transport/tcp/segment.ts';
import { Tcp } from '../layers/transport/tcp/tcp.ts';
import { PROTOCOL as UDP_PROTOCOL } from '../layers/transport/udp.ts';
import { Udp } from '../layers/transport/udp-endpoints.ts';
import { type OwnAddress, ownAddress } from './address-book.ts';
import { ArpResolution } from './arp-resolution.ts';
import type { HostCounters } from './counters.ts';
import { Forwarding } from './forwarding.ts';
import { ALL_HOSTS, ALL_NODES, ALL_ROUTERS, Groups, solicitedNode } from './groups.ts';
import type { HostPath } from './host-path.ts';
import { IcmpErrorInput } from './icmp-error-input.ts';
import { IcmpErrors } from './icmp-errors.ts';
import { Icmp4, Icmp6 } from './icmp-input.ts';
import { linkLocalAddress } from './interface-identifier.ts';
import { checkInterface, checkMtu, type InterfaceOptions, LEAST_MTU_6 } from './interface-options.ts';
import { Ipv4Input } from './ipv4-input.ts';
import { Ipv6Input } from './ipv6-input.ts';
import { LinkInput } from './link-input.ts';
import { Machine } from './machine.ts';
import { NeighbourDiscovery } from './neighbour-discovery.ts';
import { addNeighbourCaches } from './neighbour-links.ts';
import { type InterfaceOwner, NetworkInterface } from './network-interface.ts';
import { Paths } from './paths.ts';
import { Ping, type PingOptions, type PingResult } from './ping.ts';
import { RouterAdvertising } from './router-advertising.ts';
import { RouterDiscovery } from './router-discovery.ts';
import { checkHopLimit, type HostOptions, type HostSettings, hostSettings } from './settings.ts';
import { HostTcpEnvironment } from './tcp-environment.ts';
import { type Hop, type TracerouteOptions, traceroute } from './traceroute.ts';
import { HostUdpNetwork } from './udp-network.ts';

/** The MTU of the loopback interface, as Linux has it: a packet of 65,535 bytes passes whole. */
const LOOPBACK_MTU = 65_536;

export type { InterfaceOptions } from './interface-options.ts';

export interface HostParts {
  readonly name: string;
  readonly timers: Timers;
  /** The random stream of a purpose; each purpose has its own, so that a new one shifts no other. */
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly observer?: HostObserver | undefined;
  /** Whether it forwards packets of others: a router. */
  readonly forwarding?: boolean;
  readonly settings?: HostOptions;
  /** Chooses TCP's initial sequence numbers instead of RFC 6528: for tests near the wrap, and for exercises. */
  readonly initialSequenceNumber?: TcpEnvironment['initialSequenceNumber'];
}

export class Host implements PathFinder {
  readonly name: string;
  readonly udp: Udp;
  readonly tcp: Tcp;
  /** The hop limit of what is sent when nobody chose one. */
  readonly defaultHopLimit: (family: Family) => number;
  readonly arp: ArpResolution;
  readonly discovery: NeighbourDiscovery;
  private readonly machine: Machine;
  private readonly paths: Paths;
  private readonly groups: Groups;
  private readonly errors: IcmpErrors;
  private readonly errorInput: IcmpErrorInput;
  private readonly pinger: Ping;
  private readonly ipv4: Ipv4Input;
  private readonly ipv6: Ipv6Input;
  private readonly linkInput: LinkInput;
  private readonly discoveries: Map<NetworkInterface, RouterDiscovery>;
  private readonly advertisers: Map<NetworkInterface, RouterAdvertising>;
  private readonly owner: InterfaceOwner;

  constructor(parts: HostParts) {
    const { name, timers, random, memory, pool, observer, forwarding = false } = parts;
    const settings = hostSettings(parts.settings);
    const machine = new Machine({ name, timers, random, memory, pool, observer, forwarding, settings });
    this.name = name;
    this.machine = machine;
    this.paths = new Paths(machine);
    this.groups = new Groups(machine);
    this.errors = new IcmpErrors(machine, this.paths);
    this.errorInput = new IcmpErrorInput(machine);
    this.pinger = new Ping(machine, this.paths);
    this.discoveries = new Map();
    this.advertisers = new Map();
    this.arp = new ArpResolution(machine);
    this.discovery = new NeighbourDiscovery(machine, this.paths, {
      solicited: (networkInterface, packet) => this.routerSolicited(networkInterface, packet),
      advertised: (networkInterface, packet) => this.routerAdvertised(networkInterface, packet),
    });
    const forwarder = new Forwarding(machine, this.errors);
    const reassembly = new Reassembly(
      {
        timers,
        pool,
        dropped: (fragment, reason) => this.fragmentDropped(fragment, reason),
        timedOut: (first) => this.reassemblyTimedOut(first),
      },
      settings.reassembly,
    );
    this.ipv4 = new Ipv4Input(machine, this.errors, forwarder, reassembly);
    this.ipv6 = new Ipv6Input(machine, this.errors, forwarder, reassembly);
    this.linkInput = new LinkInput(this.arp, this.ipv4, this.ipv6);
    this.owner = {
      input: (networkInterface, frame) => this.linkInput.input(networkInterface, frame),
      dropped: (networkInterface, reason, frame) => machine.dropped(networkInterface, reason, frame),
      discard: (reason, frame) => machine.discard(reason, frame),
      moved: (frame, headroom, tailroom) => machine.moved(frame, headroom, tailroom),
      loopBack: (networkInterface, frame) => machine.loopBack(networkInterface, frame),
      attached: (networkInterface) => this.attached(networkInterface),
    };
    const udpNetwork = new HostUdpNetwork(machine, this.paths, this.groups, this.errors);
    this.udp = new Udp({ timers, random, memory, pool, network: udpNetwork }, settings.udp);
    this.register(icmpv4.PROTOCOL, new Icmp4(machine, this.paths, this.pinger, this.errorInput));
    this.register(icmpv6.PROTOCOL, new Icmp6(machine, this.paths, this.pinger, this.errorInput, this.discovery));
    this.tcp = new Tcp(new HostTcpEnvironment(machine, this.paths, parts.initialSequenceNumber), settings.tcp);
    this.defaultHopLimit = (family) => udpNetwork.defaultHopLimit(family);
    this.register(UDP_PROTOCOL, this.udp);
    this.register(TCP_PROTOCOL, this.tcp);
    this.addLoopback();
  }

  get settings(): HostSettings {
    return this.machine.settings;
  }

  get counters(): HostCounters {
    return this.machine.counters;
  }

  get interfaces(): readonly NetworkInterface[] {
    return this.machine.interfaces;
  }

  get addresses(): readonly OwnAddress[] {
    return this.machine.addresses.list();
  }

  get routes(): Route[] {
    return this.machine.routes.routes();
  }

  get observer(): HostObserver | undefined {
    return this.machine.observer;
  }

  /** Who watches this host from now on. */
  set observer(observer: HostObserver | undefined) {
    this.machine.observer = observer;
  }

  /** The interface of a name, or `undefined`. */
  interface(name: string): NetworkInterface | undefined {
    return this.machine.interfaces.find((each) => each.name === name);
  }

  /** Has a protocol receive the packets with its number. @throws {RangeError} for a number that fits no header */
  register(number: number, protocol: TransportProtocol): void {
    if (!Number.isInteger(number) || number < 0 || number > 255) {
      throw new RangeError(`wirelab: ${number} is no IP protocol number; they go from 0 to 255`);
    }
    this.machine.protocols[number] = protocol;
  }

  /**
   * Adds an interface, not plugged in yet: `attach` does that. Networks of its addresses become on-link routes.
   * @throws {TypeError} if an address is none, a name is taken or a parent is missing
   * @throws {RangeError} if MAC address, MTU or VLAN make no sense
   */
  addInterface(options: InterfaceOptions): NetworkInterface {
    const { name, mac, mtu = 1500 } = options;
    checkInterface(options, mtu, this.name, (taken) => this.interface(taken) !== undefined);
    const parent = options.parent === undefined ? undefined : this.interface(options.parent);
    const added = this.create(name, mac, mtu, false, parent, options.vlan ?? 0);
    added.ipv6Enabled = options.ipv6 ?? mtu >= LEAST_MTU_6;
    addNeighbourCaches(
      {
        machine: this.machine,
        arp: this.arp,
        discovery: this.discovery,
        errors: this.errors,
        errorInput: this.errorInput,
      },
      added,
    );
    if (options.acceptRouterAdvertisements === true) {
      const user = { use: (own: OwnAddress) => this.use(own), drop: (own: OwnAddress) => this.drop(own) };
      this.discoveries.set(added, new RouterDiscovery(this.machine, added, user));
    }
    if (options.advertise !== undefined) {
      this.advertisers.set(added, new RouterAdvertising(this.machine, added, options.advertise));
    }
    if (added.ipv6Enabled) this.use(ownAddress({ address: linkLocalAddress(mac), length: 64 }, added, true));
    for (const text of options.addresses ?? []) this.addAddress(added, text);
    if (added.isAttached) this.attached(added);
    return added;
  }

  /** Gives an interface another address, `'10.0.0.1/24'`. @throws {TypeError} if it is none */
  addAddress(networkInterface: NetworkInterface, address: string): void {
    const parsed = prefix(address);
    if (parsed.address.family === 6 && !networkInterface.ipv6Enabled && !networkInterface.isLoopback) {
      throw new TypeError(`wirelab: ${networkInterface.name} does not speak IPv6, so it cannot have ${address}`);
    }
    this.use(ownAddress(parsed, networkInterface));
  }

  /**
   * Changes what an interface carries; connections follow with their next segment.
   * @throws {RangeError} if no interface can carry that
   */
  setMtu(networkInterface: NetworkInterface, mtu: number): void {
    checkMtu(mtu);
    networkInterface.mtu = mtu;
    networkInterface.mtu6 = mtu;
    this.machine.pathsChanged();
  }

  /** The time to live and hop limit of what is sent from now on, where nobody chose one. @throws {RangeError} */
  setHopLimit(hopLimit: number): void {
    checkHopLimit(hopLimit);
    this.machine.settings.hopLimit = hopLimit;
    this.machine.pathsChanged();
  }

  /** Forgets what ICMP has told of the paths to others. */
  forgetPathMtus(): void {
    this.machine.pathMtu.clear();
  }

  /** Takes an address away; connections that use it can send no more. @throws {TypeError} if the host has no such address */
  removeAddress(address: string): void {
    const wanted = ipAddress(address);
    const own = this.addresses.find((each) => each.address.equals(wanted));
    if (own === undefined) throw new TypeError(`wirelab: ${this.name} has no address ${address}`);
    this.drop(own);
  }

  /**
   * Adds a route: `addRoute('0.0.0.0/0', '10.0.0.254')`, or to a network that is on the link, by an interface's name.
   * @throws {TypeError} if neither tells the interface
   */
  addRoute(destination: string, via?: string, interfaceName?: string, metric = 0): Route {
    const { address, length } = network(prefix(destination));
    const gateway = via === undefined ? undefined : ipAddress(via);
    if (gateway !== undefined && gateway.family !== address.family) {
      throw new TypeError(`wirelab: the gateway ${via} is of another family than ${destination}`);
    }
    const route: Route = {
      destination: address,
      prefixLength: length,
      via: gateway,
      interfaceIndex: this.interfaceFor(destination, gateway, interfaceName).index,
      metric,
      origin: 'static',
      suspect: false,
    };
    this.machine.routes.add(route);
    return route;
  }

  removeRoute(route: Route): boolean {
    return this.machine.routes.remove(route);
  }

  path(remote: IpAddress, local?: IpAddress, interfaceIndex?: number): HostPath | ErrorCode {
    return this.paths.path(remote, local, interfaceIndex);
  }

  /** Whether a program may speak from an address: it is this host's. */
  isLocal(address: IpAddress): boolean {
    return this.machine.addresses.isLocal(address);
  }

  /** Sends an echo request. `callback` is called once: with the reply, an error, or the timeout. */
  ping(remote: IpAddress | string, options: PingOptions, callback: (result: PingResult) => void): void {
    this.pinger.send(typeof remote === 'string' ? ipAddress(remote) : remote, options, callback);
  }

  /** Finds the routers on the way to `remote`. */
  traceroute(remote: IpAddress | string, options: TracerouteOptions, done: (hops: readonly Hop[]) => void): void {
    traceroute(this.pinger, typeof remote === 'string' ? ipAddress(remote) : remote, options, done);
  }

  /** Receives what is sent to a group by an interface; 0 takes the one that the routes name. */
  joinGroup(group: IpAddress, interfaceIndex = 0): ErrorCode | undefined {
    return this.groups.join(group, interfaceIndex);
  }

  leaveGroup(group: IpAddress, interfaceIndex = 0): void {
    this.groups.leave(group, interfaceIndex);
  }

  private addLoopback(): void {
    const loopback = this.create('lo', 0, LOOPBACK_MTU, true, undefined, 0);
    loopback.attach({ send: (frame: Frame) => this.machine.loopBack(loopback, frame) });
    for (const own of [
      ownAddress({ address: LOOPBACK_V4, length: 8 }, loopback),
      ownAddress({ address: LOOPBACK_V6, length: 128 }, loopback),
    ]) {
      this.use(own);
    }
  }

  private create(
    name: string,
    mac: number,
    mtu: number,
    isLoopback: boolean,
    parent: NetworkInterface | undefined,
    vlan: number,
  ): NetworkInterface {
    const { interfaces } = this.machine;
    const created = new NetworkInterface(
      { name, index: interfaces.length + 1, mac, mtu, isLoopback, parent, vlan },
      this.owner,
    );
    interfaces.push(created);
    parent?.vlans.set(vlan, created);
    this.groups.joinOn(created, ALL_HOSTS);
    this.groups.joinOn(created, ALL_NODES);
    if (this.machine.forwarding) this.groups.joinOn(created, ALL_ROUTERS);
    return created;
  }

  /** Uses an address from now on; its network is on the link. */
  private use(own: OwnAddress): void {
    const { addresses, routes } = this.machine;
    addresses.add(own);
    if (own.address.family === 6) this.groups.joinOn(own.networkInterface, solicitedNode(own.address));
    if (!own.autoconfigured || own.address.w0 >>> 16 === 0xfe80) routes.add(connectedRoute(own));
    if (own.networkInterface.isLoopback) return;
    if (own.networkInterface.isAttached) this.claim(own);
  }

  private drop(own: OwnAddress): void {
    const { addresses, routes } = this.machine;
    if (own.address.family === 4) this.arp.release(own);
    else this.discovery.release(own);
    if (own.address.family === 6) this.groups.leaveOn(own.networkInterface, solicitedNode(own.address));
    addresses.remove(own);
    const shared = this.addresses.some((other) => isSameNetwork(other, own));
    if (!shared && !own.autoconfigured) routes.remove(connectedRoute(own));
  }

  private claim(own: OwnAddress): void {
    if (own.address.family === 4) this.arp.claim(own);
    else this.discovery.claim(own);
  }

  private attached(networkInterface: NetworkInterface): void {
    for (const own of this.addresses)
      if (own.networkInterface === networkInterface && !networkInterface.isLoopback) this.claim(own);
    this.discoveries.get(networkInterface)?.start();
    this.advertisers.get(networkInterface)?.start();
  }

  private interfaceFor(
    destination: string,
    gateway: IpAddress | undefined,
    name: string | undefined,
  ): NetworkInterface {
    const named = name === undefined ? undefined : this.interface(name);
    if (named !== undefined) return named;
    if (name !== undefined) throw new TypeError(`wirelab: ${this.name} has no interface ${name}`);
    const route = gateway === undefined ? undefined : this.machine.routes.lookup(gateway);
    const found =
      route === undefined || route.via !== undefined ? undefined : this.machine.interfaceAt(route.interfaceIndex);
    if (found !== undefined) return found;
    throw new TypeError(
      gateway === undefined
        ? `wirelab: the route to ${destination} needs a gateway or the name of an interface`
        : `wirelab: the gateway ${formatIpAddress(gateway)} is on no network of ${this.name}; give the interface's name`,
    );
  }

  private routerSolicited(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined {
    const advertiser = this.advertisers.get(networkInterface);
    return advertiser === undefined ? 'icmp-no-listener' : advertiser.solicited(packet);
  }

  private routerAdvertised(networkInterface: NetworkInterface, packet: ReceivedPacket): DropReason | undefined {
    const discovery = this.discoveries.get(networkInterface);
    return discovery === undefined ? 'icmp-no-listener' : discovery.advertised(packet);
  }

  private fragmentDropped(fragment: HeldFragment, reason: DropReason): void {
    const networkInterface = this.machine.interfaceAt(fragment.interfaceIndex);
    if (networkInterface !== undefined) this.machine.dropped(networkInterface, reason, fragment.frame);
  }

  private reassemblyTimedOut(first: HeldFragment): void {
    const version = first.frame.view.getUint8(first.frame.start + first.headerOffset) >>> 4;
    if (version === 4) this.ipv4.timedOut(first);
    else this.ipv6.timedOut(first);
  }
}

/** The network of an address, which is on its link. */
function connectedRoute(own: OwnAddress): Route {
  const { address, length } = network(own.prefix);
  return {
    destination: address,
    prefixLength: length,
    via: undefined,
    interfaceIndex: own.networkInterface.index,
    metric: 0,
    origin: 'connected',
    suspect: false,
  };
}

function isSameNetwork(one: OwnAddress, other: OwnAddress): boolean {
  if (one.networkInterface !== other.networkInterface || one.prefix.length !== other.prefix.length) return false;
  const { address, length }: Prefix = network(one.prefix);
  return network({ address: other.address, length }).address.equals(address);
}
