/** A connection whose round trip is 100 ms and whose segments have 1000 octets: segment 3 is 3001:4001. */
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { type Conversation, established, write } from '../conversation.ts';

export const MSS = 1000;

export const from = (segments: number): number => 1 + segments * MSS;

/** `[0, 2]` → `1:2001`. */
export const blocks = (...ranges: (readonly [number, number])[]): string =>
  ranges.map(([left, right]) => `${from(left)}:${from(right)}`).join(' ');

interface Stage extends ReturnType<typeof established> {
  /** Writes so many segments. */
  readonly write: (segments: number) => void;
  /** The peer acknowledges all before segment `ack`, with SACK blocks `[from, to)` counted in segments. */
  readonly sacks: (ack: number, ...ranges: (readonly [number, number])[]) => void;
  /** Segment `index` goes out. */
  readonly expectSegment: (index: number, peer?: Conversation) => void;
}

export function measured(start: number, settings: Partial<TcpSettings> = {}, options = 'sackOK'): Stage {
  const stage = established({
    start,
    roundTrip: '100ms',
    // Timestamps take twelve octets of each segment.
    peerSyn: `mss ${settings.timestamps === true ? MSS + 12 : MSS},${options}`,
    settings: { selectiveAcknowledgment: true, noDelay: true, ...settings },
  });
  const { peer, connection } = stage;
  return {
    ...stage,
    write: (segments) => write(connection, segments * MSS),
    sacks: (ack, ...ranges) => {
      peer.sends(`. 1:1(0) ack ${from(ack)}${ranges.length === 0 ? '' : ` <nop,nop,sack ${blocks(...ranges)}>`}`);
    },
    expectSegment: (index) => {
      const [next] = [peer.takeBytes()];
      const sequence = (new DataView(next.buffer, next.byteOffset).getInt32(4) - peer.numbers.ours) | 0;
      if (sequence !== from(index)) throw new Error(`sequence ${sequence}, not ${from(index)}\n${peer.story()}`);
    },
  };
}
