/** The emulated host as the shell commands of a script see it: `shell/host.ts`. */

import { formatIpAddress, ipAddress } from '../../layers/address-text.ts';
import { prefix } from '../../layers/prefix.ts';
import { Connection } from '../../layers/transport/tcp/connection.ts';
import type { ControlBlock } from '../../layers/transport/tcp/control-block.ts';
import { tcpInfoOf } from '../../layers/transport/tcp/info-snapshot.ts';
import type { Listener } from '../../layers/transport/tcp/listener.ts';
import type { TcpSettings } from '../../layers/transport/tcp/settings.ts';
import { AddressRecord } from '../../sockets/address-record.ts';
import { AF_INET6 } from '../../sockets/constants.ts';
import type { DescriptorTable } from '../calls/call.ts';
import { SocketFile } from '../calls/socket-file.ts';
import type { ShellConnection, ShellHost, ShellMd5Key, ShellTimer } from '../shell/host.ts';
import { ShellMemory } from '../shell/memory.ts';
import type { EmulatedHost } from './emulated-host.ts';
import { kernelCounters } from './kernel-counters.ts';
import type { ScriptSettings } from './script-settings.ts';

export interface KernelParts {
  readonly world: EmulatedHost;
  readonly settings: ScriptSettings;
  readonly profile: ShellHost['profile'];
  readonly files: DescriptorTable & { numberOf(file: SocketFile): number | undefined };
  readonly signatureKeys: Map<string, Uint8Array>;
  readonly sleep: (durationNs: number) => void;
  readonly readFile: (path: string) => string | undefined;
}

/** What a connection has settled in its handshake, or its program chosen: a sysctl does not change it any more. */
const SETTLED: ReadonlySet<keyof TcpSettings> = new Set([
  'congestionControl',
  'sendBufferBytes',
  'receiveBufferBytes',
  'maximumSegmentSize',
  'synWindowBytes',
  'windowScaling',
  'timestamps',
  'selectiveAcknowledgment',
  'ecn',
  'accurateEcn',
  'keepAlive',
]);

export class EmulatedKernel implements ShellHost {
  readonly profile: ShellHost['profile'];
  readonly ipVersion: ShellHost['ipVersion'];
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly memory: ShellMemory;
  private readonly parts: KernelParts;
  private readonly found: Map<ShellConnection, ControlBlock | Listener>;

  constructor(parts: KernelParts) {
    const { settings, profile } = parts;
    this.profile = profile;
    this.ipVersion = settings.ipVersion;
    this.localAddress = formatIpAddress(settings.ends.local);
    this.remoteAddress = formatIpAddress(settings.ends.remote);
    this.memory = new ShellMemory();
    this.parts = parts;
    this.found = new Map();
  }

  get tcp(): Readonly<TcpSettings> {
    return this.parts.world.host.tcp.settings;
  }

  changeTcp(settings: Partial<TcpSettings>): void {
    const { tcp } = this.parts.world.host;
    Object.assign(tcp.settings, settings);
    for (const listener of tcp.listeners) Object.assign(listener.settings, settings);
    const live = Object.fromEntries(
      Object.entries(settings).filter(([name]) => !SETTLED.has(name as keyof TcpSettings)),
    );
    for (const block of tcp.connections) Object.assign(block.settings, live);
  }

  get mtu(): number {
    return this.parts.world.device.mtu;
  }

  setMtu(bytes: number): void {
    const { host, device } = this.parts.world;
    host.setMtu(device, bytes);
  }

  get hopLimit(): number {
    return this.parts.world.host.defaultHopLimit(this.parts.settings.ends.family);
  }

  setHopLimit(hops: number): void {
    this.parts.world.host.setHopLimit(hops);
  }

  addAddress(text: string): void {
    const { host, device } = this.parts.world;
    const { family } = prefix(text).address;
    // All others stay behind the gateway.
    host.addAddress(device, text.replace(/\/\d+$/, family === 4 ? '/32' : '/128'));
  }

  connections(): readonly ShellConnection[] {
    const { tcp } = this.parts.world.host;
    this.found.clear();
    for (const listener of tcp.listeners) this.found.set(this.listenerLine(listener), listener);
    for (const block of tcp.connections) this.found.set(this.connectionLine(block), block);
    return [...this.found.keys()];
  }

  dropConnection(connection: ShellConnection): void {
    const found = this.found.get(connection);
    if (found === undefined) return;
    if ('backlog' in found) found.close();
    else new Connection(found, found.user).abort();
  }

  counters(): ReadonlyMap<string, number> {
    return kernelCounters(this.parts.world.recorder.events());
  }

  forgetPathMtus(): void {
    this.parts.world.host.forgetPathMtus();
  }

  flushMetrics(): void {
    this.parts.world.host.tcp.fastOpenCache.clear();
  }

  addMd5Key({ destination, source, secret }: ShellMd5Key): void {
    // A key is for one direction; both have the same, or nobody could answer.
    const peer = ipAddress(source).equals(this.parts.settings.ends.local) ? destination : source;
    this.parts.signatureKeys.set(formatIpAddress(ipAddress(peer)), secret);
  }

  removeMd5Keys(): void {
    this.parts.signatureKeys.clear();
  }

  sleep(durationNs: number): void {
    this.parts.sleep(durationNs);
  }

  readFile(path: string): string | undefined {
    return this.parts.readFile(path);
  }

  private listenerLine(listener: Listener): ShellConnection {
    const { local, localPort, pending, backlog } = listener;
    const file = this.fileAt(localPort, 0);
    const isIpv6 = file === undefined ? local.family === 6 : file.domain === AF_INET6;
    return {
      state: 'LISTEN',
      descriptor: file === undefined ? undefined : this.parts.files.numberOf(file),
      socketFamily: isIpv6 ? 6 : 4,
      isDualStack: isIpv6,
      localAddress: formatIpAddress(local),
      localPort,
      remoteAddress: undefined,
      remotePort: 0,
      receiveQueue: pending,
      sendQueue: backlog,
      info: undefined,
      timer: undefined,
    };
  }

  private connectionLine(block: ControlBlock): ShellConnection {
    const { local, localPort, remote, remotePort } = block.identity;
    const file = this.fileAt(localPort, remotePort);
    const info = tcpInfoOf(block);
    return {
      state: block.state,
      descriptor: file === undefined ? undefined : this.parts.files.numberOf(file),
      socketFamily: local.family === 6 || file?.domain === AF_INET6 ? 6 : 4,
      isDualStack: false,
      localAddress: formatIpAddress(local),
      localPort,
      remoteAddress: formatIpAddress(remote),
      remotePort,
      receiveQueue: info.readableBytes,
      sendQueue: info.unackedBytes + info.unsentBytes,
      info,
      timer: timerOf(block),
    };
  }

  /** The script's socket with these ports; 0 is a listener's other end. */
  private fileAt(localPort: number, remotePort: number): SocketFile | undefined {
    for (const file of this.parts.files.all()) {
      if (!(file instanceof SocketFile) || file.isDatagram) continue;
      const [local, remote] = [new AddressRecord(), new AddressRecord()];
      file.core.getsockname(file.descriptor, local);
      if (file.core.getpeername(file.descriptor, remote) < 0) remote.port = 0;
      if (local.port === localPort && remote.port === remotePort) return file;
    }
    return undefined;
  }
}

function timerOf({ environment, timers, retries, keepAliveProbes, probes }: ControlBlock): ShellTimer | undefined {
  if (timers === undefined) return undefined;
  const now = environment.timers.now();
  const kinds = [
    [
      'on',
      Math.min(timers.retransmission.deadline, timers.tailLossProbe.deadline, timers.reordering.deadline),
      retries,
    ],
    ['persist', timers.persist.deadline, probes],
    ['timewait', timers.timeWait.deadline, 0],
    ['keepalive', timers.keepAlive.deadline, keepAliveProbes],
  ] as const;
  const running = kinds.find(([, deadline]) => deadline !== Number.POSITIVE_INFINITY);
  if (running === undefined) return undefined;
  const [kind, deadline, count] = running;
  return { kind, remainingNs: deadline - now, retries: count };
}
