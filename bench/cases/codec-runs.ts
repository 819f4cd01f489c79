/** Runs the parts of `every-codec.ts` over as many packets as lie in the second cache. */
import type { Codec, Once } from './codecs/codec.ts';

/** A way to run a codec's part over copies of its packet, one behind the other, and how many there are. */
export interface Run {
  readonly run: () => unknown;
  readonly packets: number;
}

const AREA_BYTES = 64 * 1024;

/** In place. */
export function inPlace({ packet: bytes }: Codec, once: Once): Run {
  const spacing = (bytes.length + 15) & ~15;
  const packets = Math.min(256, Math.floor(AREA_BYTES / spacing));
  const area = new Uint8Array(packets * spacing);
  for (let index = 0; index < packets; index++) area.set(bytes, index * spacing);
  const view = new DataView(area.buffer);
  return {
    packets,
    run: () => {
      let all = 0;
      for (let index = 0; index < packets; index++) all = (all + once(view, index * spacing, bytes.length)) | 0;
      return all;
    },
  };
}

const RECORDS = 64;
/** What is made must be kept for a moment, or it would not be made. */
const handedOn: unknown[] = new Array(16).fill(undefined);

export function recordsRead({ packet: bytes, decode }: Codec): Run {
  const view = new DataView(bytes.buffer);
  return {
    packets: RECORDS,
    run: () => {
      for (let index = 0; index < RECORDS; index++) handedOn[index & 15] = decode(view, 0, bytes.length);
      return handedOn;
    },
  };
}

export function recordsWritten({ packet: bytes, decode, encode }: Codec): Run {
  const record = decode(new DataView(bytes.buffer), 0, bytes.length) as never;
  return {
    packets: RECORDS,
    run: () => {
      for (let index = 0; index < RECORDS; index++) handedOn[index & 15] = encode(record);
      return handedOn;
    },
  };
}
