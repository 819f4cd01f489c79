/**
 * Text on a SYN without Fast Open: RFC 9293 §3.10.7.2 and §3.10.7.3 want it "queued for processing later", and no
 * program may see it before the handshake is over. It is not acknowledged before that either, so whoever sent it may
 * send it again; what a listener holds is bounded by its backlog.
 * Left out on purpose: a FIN and urgent data on a SYN, which come again.
 */
import { ACK_NOW, type ControlBlock } from './control-block.ts';
import type { IncomingSegment } from './incoming.ts';
import { takeHeld } from './reception.ts';
import { add, distance } from './sequence.ts';

/** Keeps the text of the SYN that was just taken, as far as the window reaches. */
export function holdSynText(block: ControlBlock, arrived: IncomingSegment): void {
  const length = Math.min(arrived.dataLength, block.rcvWnd);
  if (length <= 0 || !block.settings.queueSynText || block.receiveShut || arrived.packet === undefined) return;
  block.receiveBuffer.place(0, arrived.packet.frame.bytes, arrived.dataAt, length);
  block.heldSynText = length;
}

/** The handshake is over: the text is received now, before that of the segment that ended it. */
export function takeSynText(block: ControlBlock): void {
  const end = add(block.irs, 1 + block.heldSynText);
  block.heldSynText = 0;
  const length = distance(block.rcvNxt, end);
  if (length <= 0 || block.orphaned) return;
  block.rcvNxt = end;
  block.counts.received(length);
  if (!block.receiveShut) block.receiveBuffer.advance(length);
  if (block.reassembly.count > 0) takeHeld(block);
  block.ackDue = ACK_NOW;
}
