/**
 * A segment on its way in, its header read once: one record per host, filled anew for each segment.
 */
import type { ReceivedPacket } from '../../network/packet.ts';
import * as options from './options.ts';
import * as segment from './segment.ts';

/** V8 looks at what is imported at each use, but takes a module's own constants as they are. */
const { HEADER_LENGTH } = segment;
const { parse } = options;

export class IncomingSegment {
  packet: ReceivedPacket | undefined;
  sourcePort: number;
  destinationPort: number;
  /** SEG.SEQ and SEG.ACK. */
  sequence: number;
  acknowledgment: number;
  flags: number;
  /** The IP-ECN codepoint that it came with: RFC 3168 §5. */
  ecn: number;
  /** SEG.WND as sent, not yet scaled. */
  windowField: number;
  /** Where the data starts in the packet's view, and how many bytes of it there are. */
  dataAt: number;
  dataLength: number;
  readonly options: options.ParsedOptions;

  constructor() {
    this.packet = undefined;
    this.sourcePort = 0;
    this.destinationPort = 0;
    this.sequence = 0;
    this.acknowledgment = 0;
    this.flags = 0;
    this.ecn = 0;
    this.windowField = 0;
    this.dataAt = 0;
    this.dataLength = 0;
    this.options = new options.ParsedOptions();
  }

  /** SEG.LEN: data, SYN and FIN. */
  get length(): number {
    return this.dataLength + (this.flags & segment.SYN ? 1 : 0) + (this.flags & segment.FIN ? 1 : 0);
  }

  /** SEG.UP: an offset from SEG.SEQ. Read when it is asked for: few segments are urgent. */
  get urgentPointer(): number {
    return this.packet === undefined ? 0 : segment.urgentPointer(this.packet.view, this.packet.at);
  }

  /** Whether all of the given control bits are set. */
  has(flags: number): boolean {
    return (this.flags & flags) === flags;
  }

  /** Reads a segment that `segment.check` has accepted. */
  read(packet: ReceivedPacket): void {
    const { view, at } = packet;
    // By words, as RFC 9293 §3.1 draws them: both ports; the data offset, the control bits and the window.
    const ports = view.getInt32(at);
    const control = view.getInt32(at + 12);
    const headerLength = (control >>> 28) << 2;
    this.packet = packet;
    this.sourcePort = ports >>> 16;
    this.destinationPort = ports & 0xffff;
    this.sequence = view.getInt32(at + 4);
    this.acknowledgment = view.getInt32(at + 8);
    this.flags = (control >>> 16) & 0xfff;
    this.ecn = packet.trafficClass & 3;
    this.windowField = control & 0xffff;
    this.dataAt = at + headerLength;
    this.dataLength = packet.length - headerLength;
    parse(view, at + HEADER_LENGTH, at + headerLength, this.options);
  }
}
