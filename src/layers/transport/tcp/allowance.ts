/** What congestion control and recovery let out: RFC 5681, limited transmit RFC 3042, the pipe of RFC 6675. */
import type { ControlBlock } from './control-block.ts';

/** Octets that congestion control and recovery allow to be sent now. */
export function allowance(block: ControlBlock): number {
  const { log, congestion, settings } = block;
  if (block.ecn.held === true) return 0;
  if (block.lossState === 'recovery') return block.recovery.allowance(block);
  if (block.forwardRto.step === 3) return block.forwardRto.allowance;
  const cwnd = Math.min(congestion.cwnd, block.windowCap);
  if (block.lossState === 'open' && settings.limitedTransmit !== true) {
    // Without limited transmit nothing new goes out until the loss is certain: SACKed octets count as in flight.
    return cwnd - log.bytes;
  }
  // RFC 3042: the first two duplicate ACKs each let a segment out. With SACK the pipe says so itself (RFC 6675 §5 (3.3)).
  const limited =
    block.sackOk !== true && block.lossState === 'open' ? Math.min(block.duplicateAcks, 2) * block.smss : 0;
  return cwnd + limited - log.pipe;
}
