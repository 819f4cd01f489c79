/**
 * No congestion control: only the peer's window bounds what is in the network. For studying why that is not enough.
 */
import type { CongestionControl } from './congestion-control.ts';

const UNBOUNDED = 2 ** 30;

export class None implements CongestionControl {
  readonly name = 'none';
  readonly cwnd: number = UNBOUNDED;
  readonly ssthresh: number = UNBOUNDED;
  readonly pacingRate = 0;
  readonly ownsRecovery = true;

  start(): void {}
  resize(): void {}
  measured(): void {}
  acknowledged(): void {}
  congestion(): void {}
  timeout(): void {}
  recovered(): void {}
  undo(): void {}
  idle(): void {}
}
