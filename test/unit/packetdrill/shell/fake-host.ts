/** A host under test that only remembers what the shell has done to it. */

import type { TcpInfo } from '../../../../src/layers/transport/tcp/info.ts';
import { profileSettings } from '../../../../src/layers/transport/tcp/profiles.ts';
import type { TcpSettings } from '../../../../src/layers/transport/tcp/settings.ts';
import type { ShellConnection, ShellHost, ShellMd5Key } from '../../../../src/packetdrill/shell/host.ts';
import { ShellMemory } from '../../../../src/packetdrill/shell/memory.ts';
import { runShell, type ShellOutcome } from '../../../../src/packetdrill/shell/shell.ts';

export class FakeHost implements ShellHost {
  readonly profile: ShellHost['profile'];
  readonly ipVersion: ShellHost['ipVersion'];
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly memory: ShellMemory;
  readonly tcp: TcpSettings;
  /** The settings of each call of `changeTcp`. */
  readonly changes: Partial<TcpSettings>[];
  mtu: number;
  hopLimit: number;
  readonly addresses: string[];
  list: ShellConnection[];
  counted: Map<string, number>;
  readonly keys: ShellMd5Key[];
  /** What else was asked of it. */
  readonly deeds: string[];
  readonly files: Map<string, string>;
  sleptNs: number;

  constructor(profile: ShellHost['profile'] = 'linux', ipVersion: ShellHost['ipVersion'] = 'ipv4') {
    this.profile = profile;
    this.ipVersion = ipVersion;
    this.localAddress = ipVersion === 'ipv6' ? 'fd3d:fa7b:d17d::1' : '192.168.0.1';
    this.remoteAddress = ipVersion === 'ipv6' ? '2001:db8::1' : '192.0.2.1';
    this.memory = new ShellMemory();
    this.tcp = profileSettings(profile);
    this.changes = [];
    this.mtu = 1500;
    this.hopLimit = 64;
    this.addresses = [];
    this.list = [];
    this.counted = new Map();
    this.keys = [];
    this.deeds = [];
    this.files = new Map();
    this.sleptNs = 0;
  }

  changeTcp(settings: Partial<TcpSettings>): void {
    this.changes.push(settings);
    Object.assign(this.tcp, settings);
  }
  setMtu(bytes: number): void {
    this.mtu = bytes;
  }
  setHopLimit(hops: number): void {
    this.hopLimit = hops;
  }
  addAddress(prefix: string): void {
    this.addresses.push(prefix);
  }
  connections(): readonly ShellConnection[] {
    return this.list;
  }
  dropConnection(connection: ShellConnection): void {
    this.list = this.list.filter((other) => other !== connection);
  }
  counters(): ReadonlyMap<string, number> {
    return this.counted;
  }
  forgetPathMtus(): void {
    this.deeds.push('forget path MTUs');
  }
  flushMetrics(): void {
    this.deeds.push('flush metrics');
  }
  addMd5Key(key: ShellMd5Key): void {
    this.keys.push(key);
  }
  removeMd5Keys(): void {
    this.keys.length = 0;
    this.deeds.push('remove keys');
  }
  sleep(durationNs: number): void {
    this.sleptNs += durationNs;
  }
  readFile(path: string): string | undefined {
    return this.files.get(path);
  }
}

export const linux = (): FakeHost => new FakeHost('linux');
export const freebsd = (): FakeHost => new FakeHost('freebsd');

export const run = (command: string, host: FakeHost = linux()): ShellOutcome => runShell(command, host);
/** What a command prints. */
export const printed = (command: string, host: FakeHost = linux()): string => runShell(command, host).output;
/** Its exit status. */
export const status = (command: string, host: FakeHost = linux()): number => runShell(command, host).exitCode;

/** A connection from port 8080 of the host, as far as it is not said otherwise. */
export function connection(parts: Partial<ShellConnection> = {}): ShellConnection {
  return {
    state: 'ESTABLISHED',
    descriptor: 4,
    socketFamily: 4,
    isDualStack: false,
    localAddress: '192.168.0.1',
    localPort: 8080,
    remoteAddress: '192.0.2.1',
    remotePort: 53_055,
    receiveQueue: 0,
    sendQueue: 0,
    info: undefined,
    timer: undefined,
    ...parts,
  };
}

export const listener = (parts: Partial<ShellConnection> = {}): ShellConnection =>
  connection({
    state: 'LISTEN',
    descriptor: 3,
    localAddress: '0.0.0.0',
    remoteAddress: undefined,
    remotePort: 0,
    sendQueue: 128,
    ...parts,
  });

/** What TCP knows of a connection a moment after its handshake. */
export function info(parts: Partial<TcpInfo> = {}): TcpInfo {
  return {
    state: 'ESTABLISHED',
    caState: 'Open',
    lossState: 'open',
    softError: undefined,
    timestampsOk: false,
    sackOk: true,
    windowScaleOk: true,
    sndWndShift: 7,
    rcvWndShift: 8,
    synDataAcknowledged: false,
    fastOpened: false,
    fastOpenFailure: undefined,
    smss: 1460,
    announcedMss: 1460,
    largestReceivedBytes: 0,
    pathMtu: 1500,
    retries: 0,
    backoffs: 0,
    windowProbes: 0,
    windowProbeBackoffs: 0,
    keepAliveProbes: 0,
    rtoNs: 300e6,
    srttNs: 100e6,
    rttvarNs: 50e6,
    minimumRttNs: 100e6,
    delayedAckNs: 40e6,
    timeouts: 0,
    timeoutRecoveries: 0,
    timeoutRecoveryNs: 0,
    sinceDataSentNs: Number.POSITIVE_INFINITY,
    sinceAckSentNs: 0,
    sinceDataReceivedNs: Number.POSITIVE_INFINITY,
    sinceAckReceivedNs: 100e6,
    unackedSegments: 0,
    unackedBytes: 0,
    sackedSegments: 0,
    sackedBytes: 0,
    lostSegments: 0,
    lostBytes: 0,
    retransmittedSegments: 0,
    retransmittedBytes: 0,
    pipeBytes: 0,
    unsentBytes: 0,
    congestionControl: 'cubic',
    cwnd: 14_600,
    window: 14_600,
    ssthresh: Number.POSITIVE_INFINITY,
    reorderingSegments: 3,
    reorderingWindowNs: 0,
    reorderings: 0,
    pacingRate: Number.POSITIVE_INFINITY,
    maximumPacingRate: Number.POSITIVE_INFINITY,
    deliveryRate: 0,
    deliveryRateAppLimited: false,
    controller: undefined,
    sndWnd: 32_768,
    rcvWnd: 65_536,
    rcvWndLimit: 65_536,
    readableBytes: 0,
    receiverRttNs: 0,
    receiverSpaceBytes: 0,
    sentSegments: 2,
    receivedSegments: 2,
    sentDataSegments: 0,
    receivedDataSegments: 0,
    sentBytes: 0,
    resentBytes: 0,
    resentSegments: 0,
    ackedBytes: 0,
    receivedBytes: 0,
    deliveredSegments: 0,
    deliveredBytes: 0,
    deliveredCeSegments: 0,
    everLostBytes: 0,
    duplicateReports: 0,
    outOfOrderSegments: 0,
    busyNs: 0,
    receiveWindowLimitedNs: 0,
    sendBufferLimitedNs: 0,
    ecnFeedback: 'none',
    ecnSendsEct: false,
    ecnSeen: false,
    ecnReductions: 0,
    ecnMarkedBytes: 0,
    ecnReceivedCeSegments: 0,
    ecnReportedCePackets: 0,
    ecnReportedCeBytes: 0,
    ecnReportedEct0Bytes: 0,
    ecnReportedEct1Bytes: 0,
    ecnReceivedCeBytes: 0,
    ecnReceivedEct0Bytes: 0,
    ecnReceivedEct1Bytes: 0,
    authentication: undefined,
    ...parts,
  };
}
