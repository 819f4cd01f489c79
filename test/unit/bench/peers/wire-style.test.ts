/** The other ways do the same work: otherwise a comparison with them would say nothing. */
import { describe, expect, test } from 'vitest';
import { wireFrame } from '../../../../bench/cases/peer-frames.ts';
import {
  FRAME_LENGTH,
  FRAMES,
  frames,
  PAYLOAD_LENGTH,
  readHeaders,
  readVerified,
} from '../../../../bench/cases/whole-frames.ts';
import { decodeFrame, encodeFrame } from '../../../../bench/peers/wire-style.ts';

describe('objects with text', () => {
  const { bytes, starts } = frames();
  const frame = (index: number): Uint8Array => bytes.slice(starts[index]!, starts[index]! + FRAME_LENGTH);

  test('are what our frames say, and make the same bytes again', () => {
    for (let index = 0; index < FRAMES; index++) {
      const ours = frame(index);
      const expected = wireFrame(index, ours.slice(FRAME_LENGTH - PAYLOAD_LENGTH));
      expect(decodeFrame(ours)).toEqual(expected);
      expect(encodeFrame(expected)).toEqual(ours);
    }
  });

  test.each([
    ['IPv4', 20],
    ['TCP', 1000],
  ])('are refused with a wrong checksum of %s', (layer, place) => {
    const damaged = frame(3);
    damaged[place]! ^= 1;
    expect(() => decodeFrame(damaged)).toThrow(layer);
  });
});

test('in place, verified and not, everything of a frame is read: a changed byte of any header changes the sum', () => {
  const area = frames();
  const [headers, verified] = [readHeaders(area), readVerified(area)];
  expect(verified).toBe(headers);
  const ignored: number[] = [];
  for (let place = 0; place < 66; place++) {
    area.bytes[place]! ^= 4;
    if (readHeaders(area) === headers) ignored.push(place);
    area.bytes[place]! ^= 4;
  }
  // The header of the option is fixed: with another one there are no timestamps, and those of the frame before are read.
  expect(ignored.filter((place) => place < 54 || place > 57)).toEqual([]);
  area.bytes[500]! ^= 1;
  expect(readHeaders(area)).toBe(headers);
  expect(readVerified(area)).not.toBe(verified);
});
