/** Which detection and which recovery a connection uses, by what its peer can do and what its settings say. */
import type { LossDetection } from './detection.ts';
import { DuplicateThreshold } from './duplicate-threshold.ts';
import { NewReno } from './newreno.ts';
import { ProportionalRateReduction } from './prr.ts';
import { Rack } from './rack.ts';
import type { LossRecovery } from './recovery.ts';
import { SackRecovery } from './sack-recovery.ts';
import type { Sender } from './sender.ts';

/** RFC 8985 §3: RACK needs SACK. */
export const detectionFor = (sender: Sender): LossDetection =>
  sender.sackOk && sender.settings.rack ? new Rack() : new DuplicateThreshold();

/** Chosen when a recovery starts: settings and controllers may change while a connection lives. */
export function recoveryFor(sender: Sender): LossRecovery {
  if (!sender.sackOk) return new NewReno();
  const proportional = sender.settings.proportionalRateReduction && !sender.congestion.ownsRecovery;
  return proportional ? new ProportionalRateReduction() : new SackRecovery();
}
