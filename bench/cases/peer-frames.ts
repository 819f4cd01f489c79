/** What other ways make of the frames of `whole-frames.ts`: one run over all of them, and a result that depends on each. */
import { decodePlain } from '../peers/object-per-layer.ts';
import type { PeerDecoder } from '../peers/packages.ts';
import { decodeFrame, type EthernetObject, encodeFrame } from '../peers/wire-style.ts';
import { FRAME_LENGTH, type FrameArea, PAYLOAD_LENGTH } from './whole-frames.ts';

/** Kept for a while, as whoever decodes hands on what he got: an object that leaves no trace would not be built. */
const handedOn: unknown[] = new Array(16).fill(undefined);

export function peerReader({ bytes, starts }: FrameArea, { decode }: PeerDecoder): () => unknown {
  const frames = starts.map((at) => Buffer.from(bytes.buffer, at, FRAME_LENGTH));
  return () => {
    for (let index = 0; index < frames.length; index++) handedOn[index & 15] = decode(frames[index]!);
    return handedOn;
  };
}

export function plainReader({ bytes, starts }: FrameArea): () => unknown {
  const frames = starts.map((at) => new Uint8Array(bytes.buffer, at, FRAME_LENGTH));
  const views = starts.map((at) => new DataView(bytes.buffer, at, FRAME_LENGTH));
  return () => {
    for (let index = 0; index < frames.length; index++)
      handedOn[index & 15] = decodePlain(frames[index]!, views[index]!);
    return handedOn;
  };
}

export function wireReader({ bytes, starts }: FrameArea): () => unknown {
  const frames = starts.map((at) => new Uint8Array(bytes.buffer, at, FRAME_LENGTH));
  return () => {
    for (let index = 0; index < frames.length; index++) handedOn[index & 15] = decodeFrame(frames[index]!);
    return handedOn;
  };
}

export function wireWriter({ bytes, starts }: FrameArea): () => unknown {
  return () => {
    for (let index = 0; index < starts.length; index++) {
      const place = (index & 31) * PAYLOAD_LENGTH;
      handedOn[index & 15] = encodeFrame(wireFrame(index, bytes.subarray(place, place + PAYLOAD_LENGTH)));
    }
    return handedOn;
  };
}

/** The object of the frame with this index. */
export const wireFrame = (index: number, payload: Uint8Array): EthernetObject => ({
  destinationMac: '02:00:00:00:00:02',
  sourceMac: '02:00:00:00:00:01',
  type: 'ipv4',
  payload: {
    version: 4,
    dscp: 0,
    ecn: 0,
    identification: index,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: 'tcp',
    sourceAddress: '10.0.0.1',
    destinationAddress: '10.0.0.2',
    payload: {
      sourcePort: 50000,
      destinationPort: 5001,
      sequenceNumber: index * PAYLOAD_LENGTH,
      acknowledgmentNumber: 7,
      flags: { fin: false, syn: false, rst: false, psh: false, ack: true, urg: false },
      windowSize: 501,
      urgentPointer: 0,
      options: [
        { type: 'no-operation' },
        { type: 'no-operation' },
        { type: 'timestamps', value: index, echo: index + 1 },
      ],
      payload,
    },
  },
});
