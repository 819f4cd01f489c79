/** What `poll` says of a connection: by the rules of Linux's tcp_poll. */
import type { Connection } from '../layers/transport/tcp/connection.ts';
import * as the from './constants.ts';

/**
 * Writable again once a third of the send buffer is free, as on Linux: not woken for every byte acknowledged. And once a
 * segment is free and less than one waits to be sent: then it is the program that the network waits for.
 */
const WRITABLE_PART = 3;
const hasRoom = ({ sendRoom, settings, block }: Connection): boolean =>
  sendRoom >= settings.sendBufferBytes / WRITABLE_PART || (block.unsentBytes < block.smss && sendRoom >= block.smss);

/**
 * @param lowWater how many bytes make it readable (SO_RCVLOWAT)
 * @returns the events that hold, without errors
 */
export function connectionReadiness(connection: Connection, lowWater: number): number {
  if (!connection.established) return 0;
  const over = connection.state === 'CLOSED';
  const noMoreToRead = over || connection.atEnd;
  let ready = 0;
  if (over || (noMoreToRead && connection.sendClosed)) ready |= the.POLLHUP;
  if (noMoreToRead || peerFinished(connection)) ready |= the.POLLIN | the.POLLRDHUP;
  if (connection.readableBytes >= lowWater || (lowWater > 1 && isFull(connection))) ready |= the.POLLIN;
  if (connection.urgentMark >= 0) ready |= the.POLLPRI;
  if (over || connection.sendClosed || (hasRoom(connection) && connection.isLowOnUnsent)) ready |= the.POLLOUT;
  return ready;
}

/** Fewer bytes than the program waits for, and the peer cannot send more: it would wait for ever. */
const isFull = ({ readableBytes, block }: Connection): boolean => readableBytes > 0 && block.rcvWnd <= block.smss;

/** The peer's FIN has arrived in order, whether or not everything before it was read. */
const peerFinished = (connection: Connection): boolean =>
  connection.state === 'CLOSE-WAIT' ||
  connection.state === 'LAST-ACK' ||
  connection.state === 'CLOSING' ||
  connection.state === 'TIME-WAIT';
