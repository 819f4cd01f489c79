/**
 * The path of `../shared/reference/README.md`: two hosts, one bottleneck with a drop-tail queue of one bandwidth-delay
 * product, independent loss on the data direction, transfers that never end. What is measured is the programs' bytes
 * after the warm-up. Time is the world's, so the figures do not depend on the machine.
 */
import { ipAddress } from '../../src/layers/address-text.ts';
import { SECOND } from '../../src/layers/clock.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, type Source } from '../../src/sim/bulk-transfer.ts';
import type { QueueReport } from '../../src/sim/medium/queue-report.ts';
import type { VirtualHost } from '../../src/sim/virtual-host.ts';
import { World } from '../../src/sim/world.ts';

export interface PathOptions {
  readonly controller: string;
  /** The share of data frames that are lost. */
  readonly loss?: number;
  readonly rate?: string;
  /** One way. */
  readonly delay?: string;
  readonly queueFrames?: number;
  /** Marks instead of dropping, from so many waiting frames on. */
  readonly markFrames?: number;
  readonly flows?: number;
  readonly seed?: number;
  /** Of both hosts. */
  readonly tcp?: Partial<TcpSettings>;
  readonly warmUpSeconds?: number;
  /** It runs for at least so long, warm-up included, and until `leastEvents` loss events have come after the warm-up. */
  readonly leastSeconds?: number;
  readonly leastEvents?: number;
  readonly mostSeconds?: number;
  /** How often to look at the length of the queue after the warm-up. */
  readonly sampleEveryNs?: number;
  /** Called about once a second of the world's time. */
  readonly progress?: (seconds: number, events: number) => void;
}

export interface PathMeasurement {
  /** Bits of the programs a second after the warm-up, of each flow. */
  readonly goodput: readonly number[];
  /** How long it ran, warm-up included. */
  readonly seconds: number;
  /** Reductions of a window after the warm-up: by detected loss, and by the retransmission timer. */
  readonly lossEvents: number;
  readonly timeouts: number;
  /** What the queue in front of the bottleneck did, warm-up included. */
  readonly queue: QueueReport;
  /** Frames that waited in it whenever it was looked at, in ascending order. */
  readonly queueLengths: readonly number[];
}

/** Bytes of data in a full segment with timestamps, and of its frame. */
export const SEGMENT_BYTES = 1448;
export const FRAME_BYTES = 1514;
/** As large as those of the reference runs: no window but the congestion window matters. */
const BUFFER_BYTES = 8 * 1024 * 1024;
const FIRST_PORT = 5001;
const STEPS_PER_LOOK = 64;
/** The program's buffer as it is. */
const ENDLESS: Source = { read: (into) => into.length };

/** Runs one point. */
export function measurePath(options: PathOptions): PathMeasurement {
  const { flows = 1, warmUpSeconds = 10, leastSeconds = 60, leastEvents = 0, mostSeconds = 100_000 } = options;
  const { world, sender, transfers } = build(options, flows);
  const counts = { lossEvents: 0, timeouts: 0 };
  runUntil(world, warmUpSeconds * SECOND);
  watchReductions(sender, counts);
  const lengths = options.sampleEveryNs === undefined ? [] : sampleQueue(world, options.sampleEveryNs);
  const before = transfers.map((transfer) => transfer.bytesReceived);
  let seconds = warmUpSeconds;
  while (seconds < leastSeconds || (counts.lossEvents < leastEvents && seconds < mostSeconds)) {
    seconds++;
    runUntil(world, seconds * SECOND);
    options.progress?.(seconds, counts.lossEvents);
  }
  const goodput = transfers.map(
    (transfer, flow) => ((transfer.bytesReceived - before[flow]!) * 8) / (seconds - warmUpSeconds),
  );
  const queueLengths = lengths.sort((one, other) => one - other);
  return { goodput, seconds, ...counts, queue: world.links[0]!.queueReports()[0]!, queueLengths };
}

/** Jain's index of fairness: 1 when all are equal, 1/n when one has everything. */
export const jain = (shares: readonly number[]): number =>
  shares.reduce((sum, share) => sum + share, 0) ** 2 /
  (shares.length * shares.reduce((sum, share) => sum + share * share, 0));

function build(
  options: PathOptions,
  flows: number,
): { readonly world: World; readonly sender: VirtualHost; readonly transfers: readonly BulkTransfer[] } {
  const { controller, loss = 0, rate = '100Mbit/s', delay = '25ms', queueFrames = 417, seed = 1 } = options;
  const marking = options.markFrames === undefined ? {} : { mark: options.markFrames };
  const tcp: Partial<TcpSettings> = {
    sendBufferBytes: BUFFER_BYTES,
    receiveBufferBytes: BUFFER_BYTES,
    congestionControl: controller,
    ...options.tcp,
  };
  const world = new World({ seed });
  const sender = world.host('sender', { settings: { tcp } });
  const receiver = world.host('receiver', { settings: { tcp } });
  world.link(
    { host: sender, addresses: ['10.0.0.1/24'] },
    { host: receiver, addresses: ['10.0.0.2/24'] },
    { rate, delay, queue: { frames: queueFrames, ...marking }, ...(loss > 0 ? { loss: { aToB: String(loss) } } : {}) },
  );
  const transfers = Array.from(
    { length: flows },
    (_, flow) =>
      new BulkTransfer({
        sender: sender.sockets,
        receiver: receiver.sockets,
        address: ipAddress('10.0.0.2'),
        port: FIRST_PORT + flow,
        source: ENDLESS,
        memory: world.memory,
        ended: (error) => {
          throw new Error(`a transfer that never ends has ended: ${error ?? 'without an error'}`);
        },
      }),
  );
  return { world, sender, transfers };
}

function runUntil(world: World, deadlineNs: number): void {
  while (world.now < deadlineNs) {
    for (let step = 0; step < STEPS_PER_LOOK; step++) {
      if (!world.step()) throw new Error('the world has come to rest in the middle of a transfer');
    }
  }
}

function sampleQueue(world: World, everyNs: number): number[] {
  const lengths: number[] = [];
  const { queue } = world.links[0]!.aToB;
  const timer = world.time.timer(() => {
    lengths.push(queue.frames);
    timer.arm(world.now + everyNs);
  });
  timer.arm(world.now + everyNs);
  return lengths;
}

/** Counts what the controllers of a host's connections are told. */
function watchReductions(host: VirtualHost, counts: { lossEvents: number; timeouts: number }): void {
  for (const { congestion } of host.tcp.connections) {
    const [reduce, expire] = [congestion.congestion.bind(congestion), congestion.timeout.bind(congestion)];
    congestion.congestion = (flightSize, cause) => {
      counts.lossEvents++;
      reduce(flightSize, cause);
    };
    congestion.timeout = (flightSize, first) => {
      if (first) counts.lossEvents++;
      counts.timeouts++;
      expire(flightSize, first);
    };
  }
}
