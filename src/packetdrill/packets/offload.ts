/**
 * Segmentation offload at the capture point. Scripts for kernels expect what a host hands to its interface, one packet of
 * several segments, `1:10001(10000)`; our host cuts it up itself. Segments that left at one instant, one behind the
 * other, are the packet that an offloading host would have handed over: the same flags, acknowledgment, window and
 * options throughout, but that PSH and FIN stand on the last of them alone, and CWR may on the first (RFC 3168 §6.1.2).
 */
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { SeenTcp, Sighting } from './sighting.ts';

const ONLY_LAST = segment.PSH | segment.FIN;

/**
 * The packet that the first of `sightings` begins, as long as the script wants it, and how many segments it takes.
 * @param length what the script expects: the packet ends with the segment that reaches it
 */
export function joined(sightings: readonly Sighting[], length: number): { packet: Sighting; segments: number } {
  const first = sightings[0]!;
  let packet = first;
  let segments = 1;
  if (first.payload.protocol !== 'tcp') return { packet, segments };
  const size = first.payload.length;
  while (packet.payload.protocol === 'tcp' && packet.payload.length < length) {
    const next = sightings[segments];
    if (
      next === undefined ||
      next.payload.protocol !== 'tcp' ||
      !follows(packet, packet.payload, next, next.payload, size)
    )
      break;
    const { payload } = packet;
    packet = {
      ...packet,
      payload: { ...payload, length: payload.length + next.payload.length, flags: payload.flags | next.payload.flags },
    };
    segments++;
  }
  return { packet, segments };
}

/** Whether the next segment could have been cut from the same packet: only the last is shorter than the others. */
function follows(packet: Sighting, one: SeenTcp, sighting: Sighting, next: SeenTcp, size: number): boolean {
  return (
    sighting.time === packet.time &&
    one.length % size === 0 &&
    next.length > 0 &&
    next.length <= size &&
    next.sequence === ((one.sequence + one.length) | 0) &&
    (one.flags & (ONLY_LAST | segment.SYN | segment.URG)) === 0 &&
    isSameButCwr(one.flags & ~ONLY_LAST, next.flags & ~ONLY_LAST) &&
    next.acknowledgment === one.acknowledgment &&
    next.window === one.window &&
    next.sourcePort === one.sourcePort &&
    next.destinationPort === one.destinationPort &&
    sighting.trafficClass === packet.trafficClass &&
    JSON.stringify(next.options.map(bytesAsArrays)) === JSON.stringify(one.options.map(bytesAsArrays))
  );
}

/** CWR stands on the first segment alone; as a bit of the ACE field (RFC 9768 §3.2.2) it stands on all of them. */
const isSameButCwr = (one: number, next: number): boolean => next === one || next === (one & ~segment.CWR);

const bytesAsArrays = (option: object): object =>
  Object.fromEntries(
    Object.entries(option).map(([name, value]) => [name, value instanceof Uint8Array ? [...value] : value]),
  );
