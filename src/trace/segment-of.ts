/**
 * The TCP segment that an Ethernet frame carries, for those who look for one among frames.
 */
import { dissect } from './dissect.ts';
import { findLayer } from './layer.ts';
import { LINK_TYPES } from './link-type.ts';

export interface SegmentNumbers {
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** Signed 32-bit integer. */
  readonly sequence: number;
}

/** Ports and sequence number of the segment in an Ethernet frame; `undefined` if it carries none. */
export function tcpSegmentOf(bytes: Uint8Array): SegmentNumbers | undefined {
  const segment = findLayer(dissect(LINK_TYPES.ethernet, bytes).layers, 'tcp')?.record;
  return (
    segment && {
      sourcePort: segment.sourcePort,
      destinationPort: segment.destinationPort,
      sequence: segment.sequenceNumber,
    }
  );
}
