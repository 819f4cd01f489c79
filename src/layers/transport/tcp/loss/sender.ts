/**
 * What loss detection and recovery see of a connection: its sending half. The control block is one.
 */
import type { CongestionControl } from '../congestion/congestion-control.ts';
import type { WindowValidation } from '../congestion/window-validation.ts';
import type { EcnState } from '../ecn/state.ts';
import type { RoundTripTime } from '../rtt.ts';
import type { TcpSettings } from '../settings.ts';
import type { TransmitLog } from '../transmit-log.ts';

/**
 * Where a sender stands: nothing amiss, in recovery from a loss that was detected, or in the slow start after the
 * retransmission timer expired. (Linux calls them Open, Recovery and Loss.)
 */
export type LossState = 'open' | 'recovery' | 'loss';

export interface Sender {
  readonly settings: TcpSettings;
  readonly log: TransmitLog;
  readonly rtt: RoundTripTime;
  readonly congestion: CongestionControl;
  readonly validation: WindowValidation;
  readonly ecn: EcnState;
  /** The peer sends SACK blocks. */
  readonly sackOk: boolean;
  readonly sndUna: number;
  readonly sndNxt: number;
  /** Largest segment to send, in bytes of data: RFC 5681 §2. */
  readonly smss: number;
  lossState: LossState;
  /** Recovery is over when this is acknowledged: `recover` of RFC 6582, `RecoveryPoint` of RFC 6675. */
  recoveryPoint: number;
  /** Duplicate ACKs in a row: RFC 5681 §2. With SACK, ACKs with something new in their blocks. */
  duplicateAcks: number;
  /** A duplicate ACK has come since SND.UNA moved: what was sent from then on is limited transmit (RFC 5681 §3.2 step 2). */
  limitedTransmit: boolean;
  limitedTransmitFrom: number;
  /** The next lost segment is sent without asking the window: RFC 5681 §3.2 step 3. */
  retransmitAtOnce: boolean;
}
