/**
 * One conversation of a script: who speaks with whom, and what its numbers are on the wire. A script counts from its own
 * initial sequence number and timestamp of the host; the host chooses others. The script's own end uses its numbers as
 * they are written.
 */
import type { IpAddress } from '../../layers/address.ts';

export interface FlowEnds {
  readonly protocol: 'tcp' | 'udp';
  /** The host under test. */
  readonly local: IpAddress;
  readonly localPort: number;
  /** The end that the script plays. */
  readonly remote: IpAddress;
  readonly remotePort: number;
}

export class Flow {
  readonly protocol: 'tcp' | 'udp';
  readonly local: IpAddress;
  readonly localPort: number;
  readonly remote: IpAddress;
  readonly remotePort: number;
  /** What the host's sequence numbers are above the script's; `undefined` before the host has sent a SYN. */
  private sequenceOffset: number | undefined;
  private connection: number;
  private readonly offsets: Map<number, number>;
  private readonly timestamps: Map<number, number>;
  private firstTimestamp: { readonly script: number; readonly live: number; readonly time: number } | undefined;

  constructor({ protocol, local, localPort, remote, remotePort }: FlowEnds) {
    this.protocol = protocol;
    this.local = local;
    this.localPort = localPort;
    this.remote = remote;
    this.remotePort = remotePort;
    this.sequenceOffset = undefined;
    this.connection = 0;
    this.offsets = new Map();
    this.timestamps = new Map();
    this.firstTimestamp = undefined;
  }

  /** Whether a packet between these ends is of this conversation; the host's end first. */
  joins({ protocol, local, localPort, remote, remotePort }: FlowEnds): boolean {
    return (
      protocol === this.protocol &&
      localPort === this.localPort &&
      remotePort === this.remotePort &&
      local.equals(this.local) &&
      remote.equals(this.remote)
    );
  }

  /**
   * Which of the host's connections it is at present; 0 for none. Each counts from where it began: TIME-WAIT may give way
   * to another one, and come back.
   */
  standFor(connection: number): void {
    this.connection = connection;
    this.sequenceOffset = this.offsets.get(connection) ?? this.sequenceOffset;
  }

  /** The first SYN of the connection has told where the host counts from. */
  learnSequence(script: number, live: number): void {
    if (this.offsets.has(this.connection)) return;
    this.sequenceOffset = (live - script) | 0;
    this.offsets.set(this.connection, this.sequenceOffset);
  }

  /** A sequence number of the host as it is on the wire: a signed 32-bit integer. */
  liveSequence(script: number): number {
    return (script + (this.sequenceOffset ?? 0)) | 0;
  }

  /** The same as the script counts: an unsigned number. */
  scriptSequence(live: number): number {
    return (live - (this.sequenceOffset ?? 0)) >>> 0;
  }

  /** The host has sent a timestamp where the script has `script`. */
  learnTimestamp(script: number, live: number, time: number): void {
    this.firstTimestamp ??= { script, live, time };
    this.timestamps.set(script >>> 0, live | 0);
  }

  /**
   * The host's timestamp that the script echoes.
   * @param isScaled `--tcp_ts_ecr_scaled`: the script counts as the host does, from its first timestamp on
   */
  liveTimestamp(script: number, isScaled: boolean): number {
    if (script === 0) return 0;
    const known = isScaled ? undefined : this.timestamps.get(script >>> 0);
    if (known !== undefined) return known;
    const first = this.firstTimestamp;
    return first === undefined ? script | 0 : (first.live + script - first.script) | 0;
  }

  /** A timestamp of the host as the script counts them. */
  scriptTimestamp(live: number): number {
    const first = this.firstTimestamp;
    return first === undefined ? live >>> 0 : (live - first.live + first.script) >>> 0;
  }

  /**
   * With `--tcp_ts_tick_usecs`, what the host's timestamp should be by the script's: by how many ticks it is off.
   * @param tickNs how long the script's tick is
   */
  timestampError(script: number, live: number): number {
    const first = this.firstTimestamp;
    return first === undefined ? 0 : ((live - first.live) | 0) - ((script - first.script) | 0);
  }
}
