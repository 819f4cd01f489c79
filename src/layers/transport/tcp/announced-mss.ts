/** What a packet takes besides its data, and the largest segment that is asked for: RFC 9293 §3.7.1, RFC 6691. */
import type { ControlBlock } from './control-block.ts';

const TCP_HEADER_LENGTH = 20;

export const ipHeaderLength = (block: ControlBlock): number => (block.path.family === 4 ? 20 : 40);

/** Bytes of the IP and TCP headers without any options. */
export const fixedHeaders = (block: ControlBlock): number => ipHeaderLength(block) + TCP_HEADER_LENGTH;

/** The MSS to announce: the interface's MTU without fixed headers (RFC 9293 §3.7.1, RFC 6691 §2). */
export function announcedMss(block: ControlBlock): number {
  const fromInterface = Math.min(block.path.interfaceMtu - fixedHeaders(block), 65535);
  const asked = block.settings.maximumSegmentSize;
  return asked > 0 ? Math.min(asked, fromInterface) : fromInterface;
}
