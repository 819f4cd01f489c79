/** What the bottlenecks of a path carry, delay and lose from one moment on, in the direction of the data. */
import { RFC_SETTINGS } from '../layers/transport/tcp/settings.ts';
import type { SojournStatistics } from '../sim/medium/sojourn.ts';
import { distributionOf, together } from './distribution.ts';
import { meanRate } from './line.ts';
import { ceiling, FRAME_BYTES } from './models.ts';
import type { Path } from './path.ts';
import type { Point } from './point.ts';
import type { Distribution } from './row.ts';

/** Without options, over Ethernet and IPv4; what timestamps take of it. */
const LARGEST_SEGMENT = 1460;
const TIMESTAMP_BYTES = 12;

interface Counters {
  readonly bytes: number;
  readonly queueDrops: number;
  readonly queueMarks: number;
  readonly pathDrops: number;
}

export class BottleneckMeter {
  private readonly path: Path;
  private readonly point: Point;
  private readonly fromNs: number;
  private readonly before: Counters;
  private readonly waitsBefore: SojournStatistics;

  /** Begins. */
  constructor(path: Path, point: Point) {
    this.path = path;
    this.point = point;
    this.fromNs = path.world.now;
    this.before = this.counters();
    this.waitsBefore = this.waits().copy();
  }

  /** Bits a second that full segments could carry of the programs' bytes. */
  ceiling(): number {
    const { maximumSegmentSize, timestamps } = { ...RFC_SETTINGS, ...this.point.tcp };
    const largest = Math.min(LARGEST_SEGMENT, maximumSegmentSize || LARGEST_SEGMENT);
    return ceiling(this.rate(), largest - (timestamps ? TIMESTAMP_BYTES : 0));
  }

  /**
   * The share of the first line's capacity that was used. Octets are those handed to the queue, without those that wait
   * and those that it dropped, each of which is taken for a full frame.
   */
  utilisation(): number {
    const seconds = (this.path.world.now - this.fromNs) / 1e9;
    const { bytes } = this.counters();
    return Math.min(1, ((bytes - this.before.bytes) * 8) / (this.rate() * seconds));
  }

  queueDelay(): Distribution {
    return distributionOf(this.waits(), this.waitsBefore);
  }

  fates(): { readonly queueDrops: number; readonly queueMarks: number; readonly pathDrops: number } {
    const { before } = this;
    const { queueDrops, queueMarks, pathDrops } = this.counters();
    return {
      queueDrops: queueDrops - before.queueDrops,
      queueMarks: queueMarks - before.queueMarks,
      pathDrops: pathDrops - before.pathDrops,
    };
  }

  private rate(): number {
    return meanRate(this.point.rate, this.fromNs, this.path.world.now);
  }

  private waits(): SojournStatistics {
    return together(this.path.bottlenecks.map(({ aToB }) => aToB.line!.sojourn));
  }

  private counters(): Counters {
    const { bottlenecks } = this.path;
    const { counters: first, line } = bottlenecks[0]!.aToB;
    const all = bottlenecks.map(({ aToB }) => aToB.counters);
    return {
      bytes: first.bytesSent - line!.waitingBytes - first.framesDroppedByQueue * FRAME_BYTES,
      queueDrops: all.reduce((sum, counters) => sum + counters.framesDroppedByQueue, 0),
      queueMarks: all.reduce((sum, counters) => sum + counters.framesMarked, 0),
      pathDrops: all.reduce((sum, counters) => sum + counters.framesDropped - counters.framesDroppedByQueue, 0),
    };
  }
}
