/**
 * Tells the fate of each record of the transmit log to all who want to know it: the delivery-rate samples, the
 * congestion controller, and loss detection.
 */
import type { Clock } from '../../clock.ts';
import type { CongestionControl } from './congestion/congestion-control.ts';
import type { Counts } from './counts.ts';
import type { DeliveryRate } from './rate/delivery-rate.ts';
import type { FateWatcher, TransmitLog } from './transmit-log.ts';

/** Those of a connection whom the relay serves. */
interface Served {
  readonly environment: { readonly timers: Clock };
  readonly rate: DeliveryRate;
  readonly congestion: CongestionControl;
  readonly detection: FateWatcher;
  readonly counts: Counts;
}

export class FateRelay implements FateWatcher {
  private readonly served: Served;

  constructor(served: Served) {
    this.served = served;
  }

  delivered(log: TransmitLog, index: number): void {
    const { rate, detection, counts } = this.served;
    counts.deliveredSegments++;
    rate.arrived(log, index);
    detection.delivered(log, index);
  }

  lost(log: TransmitLog, index: number): void {
    const { rate, congestion, detection, environment } = this.served;
    const loss = rate.lost(log, index, environment.timers.now());
    congestion.segmentLost?.(loss);
    detection.lost(log, index);
  }
}
