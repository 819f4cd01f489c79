/** Keeps the octet-by-octet account of a connection: what left, what arrived, and what the peer has granted. */
import { type Followed, MOST_OCTETS } from './model.ts';
import { after, offset, option, WINDOW_SCALE, type WireSegment } from './wire.ts';

/** What `sentOctet` has for SYN and FIN. */
export const SYN_OCTET = 256;
export const FIN_OCTET = 257;

/** The octets that a segment occupies, by offset from the sender's ISS. SYN and FIN are octets too. */
export function octetsOf(iss: number, segment: WireSegment): { readonly start: number; readonly octets: number[] } {
  const octets = [...segment.payload] as number[];
  if (segment.syn) octets.unshift(SYN_OCTET);
  if (segment.fin) octets.push(FIN_OCTET);
  return { start: after(iss, segment.sequence), octets };
}

export function noteEmission(connection: Followed, segment: WireSegment, now: number): void {
  if (segment.rst) return;
  const { start, octets } = octetsOf(connection.block.iss, segment);
  for (let index = 0; index < octets.length && start + index < MOST_OCTETS; index++) {
    const at = start + index;
    connection.sentOctet[at] = octets[index]!;
    if (connection.timesSent[at]!++ === 0) connection.sentAt[at] = now;
  }
  connection.sentEnd = Math.max(connection.sentEnd, start + octets.length);
  if (segment.fin) connection.finSentAtOffset = start + octets.length - 1;
  if (segment.syn) connection.synOptions ??= segment;
  if (segment.ack) connection.lastAckSent = segment.acknowledgment;
}

export function noteDelivery(connection: Followed, segment: WireSegment): void {
  const { iss } = connection.block;
  if (segment.rst) return;
  if (segment.syn && (!segment.ack || after(iss, segment.acknowledgment) === 1)) connection.peerSyn ??= segment;
  if (connection.peerSyn === undefined) return;
  const start = after(connection.peerSyn.sequence, segment.sequence);
  for (let at = start; at < start + segment.length && at < MOST_OCTETS; at++) connection.arrived[at] = 1;
  while (connection.arrived[connection.contiguous] === 1) connection.contiguous++;
  if (segment.fin) connection.finsArrived.add(start + segment.length - 1);
  const granted = segment.window * (segment.syn ? 1 : 2 ** sendShift(connection));
  const acknowledged = segment.ack ? offset(iss, segment.acknowledgment) : 1;
  // What acknowledges the unsent is not believed.
  if (acknowledged > connection.sentEnd || acknowledged < 0) return;
  connection.grantedEdge = Math.max(connection.grantedEdge, acknowledged + granted);
  if (segment.ack) connection.ackedByPeer = Math.max(connection.ackedByPeer, acknowledged);
}

/** The shift of an option that both SYNs must have: RFC 7323 §2.2. */
const agreedShift = (own: WireSegment | undefined, other: WireSegment | undefined, whose: 'own' | 'other'): number => {
  const ownShift = own === undefined ? undefined : option(own, WINDOW_SCALE)?.[0];
  const otherShift = other === undefined ? undefined : option(other, WINDOW_SCALE)?.[0];
  if (ownShift === undefined || otherShift === undefined) return 0;
  return Math.min(14, whose === 'own' ? ownShift : otherShift);
};

/** How far the windows that the peer advertises are shifted, and those that this end advertises. */
export const sendShift = ({ synOptions, peerSyn }: Followed): number => agreedShift(synOptions, peerSyn, 'other');
export const receiveShift = ({ synOptions, peerSyn }: Followed): number => agreedShift(synOptions, peerSyn, 'own');

/** Whether both SYNs had the option. */
export const bothHave = ({ synOptions, peerSyn }: Followed, kind: number): boolean =>
  synOptions !== undefined &&
  peerSyn !== undefined &&
  option(synOptions, kind) !== undefined &&
  option(peerSyn, kind) !== undefined;
