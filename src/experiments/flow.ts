/** One flow of a measurement: a bulk transfer between two hosts, and what is counted of it. */
import type { ControlBlock } from '../layers/transport/tcp/control-block.ts';
import type { TcpSettings } from '../layers/transport/tcp/settings.ts';
import { BulkTransfer, type Source } from '../sim/bulk-transfer.ts';
import { SojournStatistics } from '../sim/medium/sojourn.ts';
import type { VirtualHost } from '../sim/virtual-host.ts';
import type { World } from '../sim/world.ts';
import { type FlowCounts, octetsAt, watchSender } from './flow-watch.ts';
import type { FlowEnds } from './path.ts';
import type { FlowResult } from './row.ts';

const FIRST_PORT = 5001;

export class Flow {
  readonly hasEnd: boolean;
  readonly counts: FlowCounts;
  readonly recoveries: SojournStatistics;
  private readonly world: World;
  private readonly ends: FlowEnds;
  private readonly port: number;
  private readonly totalBytes: number;
  private readonly transfer: BulkTransfer;
  private readonly sending: ControlBlock | undefined;
  private receiving: ControlBlock | undefined;
  private completionNs: number;
  private bytesBefore: number;
  private sentBefore: number;
  private resentBefore: number;
  private arrivedBefore: number;
  private octetsBefore: number;

  /** Starts it. @param index numbers the flows of the world @param totalBytes `undefined` for a transfer without an end */
  constructor(world: World, ends: FlowEnds, index: number, totalBytes: number | undefined) {
    this.hasEnd = totalBytes !== undefined;
    this.counts = { lossEvents: 0, timeouts: 0 };
    this.recoveries = new SojournStatistics();
    this.world = world;
    this.ends = ends;
    this.port = FIRST_PORT + index;
    this.totalBytes = totalBytes ?? Infinity;
    this.receiving = undefined;
    this.completionNs = -1;
    this.bytesBefore = 0;
    this.sentBefore = 0;
    this.resentBefore = 0;
    this.arrivedBefore = 0;
    this.octetsBefore = 0;
    const settings = { congestionControl: ends.group.controller, ...ends.group.tcp };
    this.transfer = withSettings(ends.sender, settings, () => this.start());
    this.sending = connectionTo(ends.sender, this.port);
  }

  /** Bytes that the receiving program has had since the measurement began. */
  get receivedBytes(): number {
    return this.transfer.bytesReceived - this.bytesBefore;
  }

  /** Segments of data that have reached the receiver since then. */
  get arrivedSegments(): number {
    return (this.receiving?.counts.receivedDataSegments ?? 0) - this.arrivedBefore;
  }

  get isComplete(): boolean {
    return this.completionNs >= 0;
  }

  /** The measurement begins: what was before does not count. */
  begin(): void {
    this.bytesBefore = this.transfer.bytesReceived;
    this.sentBefore = this.sending?.counts.sentBytes ?? 0;
    this.resentBefore = this.sending?.counts.retransmittedBytes ?? 0;
    if (this.sending !== undefined) watchSender(this.sending, this.counts, this.recoveries);
    this.look();
  }

  /** Whether its transfer is complete, and whether its receiver is there to be watched. To be called after each event. */
  look(): void {
    if (this.receiving === undefined) {
      this.receiving = connectionOf(this.ends.receiver, this.port);
      if (this.receiving !== undefined) {
        this.arrivedBefore = this.receiving.counts.receivedDataSegments;
        this.octetsBefore = octetsAt(this.receiving);
      }
    }
    if (this.completionNs < 0 && this.transfer.bytesReceived >= this.totalBytes) this.completionNs = this.world.now;
  }

  /** @param seconds how long it was measured */
  result(seconds: number): FlowResult {
    const { counts, sending, completionNs } = this;
    this.look();
    return {
      controller: this.ends.group.controller,
      goodput: (this.receivedBytes * 8) / (completionNs < 0 ? seconds : completionNs / 1e9),
      lossEvents: counts.lossEvents,
      timeouts: counts.timeouts,
      sentBytes: (sending?.counts.sentBytes ?? 0) - this.sentBefore,
      resentBytes: (sending?.counts.retransmittedBytes ?? 0) - this.resentBefore,
      spuriousSegments: Math.max(0, this.arrivedSegments - this.usefulSegments()),
      completionNs: completionNs < 0 ? null : completionNs,
    };
  }

  /** Segments of data that brought something new: all are full, but for the last of a transfer that ends. */
  private usefulSegments(): number {
    const { receiving } = this;
    if (receiving === undefined || receiving.counts.largestReceived === 0) return 0;
    return Math.ceil((octetsAt(receiving) - this.octetsBefore) / receiving.counts.largestReceived);
  }

  private start(): BulkTransfer {
    const { sender, receiver, address } = this.ends;
    let left = this.totalBytes;
    // The program's buffer as it is.
    const source: Source = {
      read: (into) => {
        const length = Math.min(into.length, left);
        left -= length;
        return length;
      },
    };
    return new BulkTransfer({
      sender: sender.sockets,
      receiver: receiver.sockets,
      address,
      port: this.port,
      source,
      memory: this.world.memory,
      ended: (error) => {
        if (!this.hasEnd) throw new Error(`a transfer that never ends has ended: ${error ?? 'without an error'}`);
      },
    });
  }
}

/** A connection copies its host's settings when it is opened, so those of one flow hold while it is. */
function withSettings<Result>(host: VirtualHost, settings: Partial<TcpSettings>, open: () => Result): Result {
  const usual = { ...host.tcp.settings };
  Object.assign(host.tcp.settings, settings);
  try {
    return open();
  } finally {
    Object.assign(host.tcp.settings, usual);
  }
}

function connectionTo(host: VirtualHost, remotePort: number): ControlBlock | undefined {
  for (const block of host.tcp.connections) if (block.identity.remotePort === remotePort) return block;
  return undefined;
}

function connectionOf(host: VirtualHost, localPort: number): ControlBlock | undefined {
  for (const block of host.tcp.connections) if (block.identity.localPort === localPort) return block;
  return undefined;
}
