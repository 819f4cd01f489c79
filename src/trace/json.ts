/**
 * Events and dissected frames as JSON, one object a line. Addresses are text, bytes hexadecimal, times as they are recorded:
 * nanoseconds of the run, or decimal seconds of the capture.
 */
import { formatEndpoint } from '../layers/address-text.ts';
import type { ConnectionIdentity } from '../layers/observer.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { type Dissection, dissect } from './dissect.ts';
import type { TraceEvent } from './events.ts';
import { type Fields, fieldsOf } from './fields.ts';
import { hex } from './hex.ts';
import type { Layer } from './layer.ts';

/** One event as a line, without its line feed. */
export const eventJson = (event: TraceEvent): string =>
  JSON.stringify(event, (name, value: unknown) => {
    if (value instanceof Uint8Array) return hex(value);
    if (name === 'connection') return connectionJson(value as ConnectionIdentity);
    // A timer that is not armed has a deadline that JSON cannot write.
    if (value === Number.POSITIVE_INFINITY) return null;
    return name === 'sequence' ? (value as number) >>> 0 : value;
  });

const connectionJson = (connection: ConnectionIdentity): Readonly<Record<string, string | number>> => ({
  serial: connection.serial,
  local: formatEndpoint(connection.local, connection.localPort),
  remote: formatEndpoint(connection.remote, connection.remotePort),
});

/**
 * One frame of a capture as a line, without its line feed.
 * @param number its place in the capture, from 1
 */
export function frameJson(
  number: number,
  frame: CapturedFrame,
  dissection: Dissection = dissect(frame.linkType, frame.bytes, frame.originalLength),
): string {
  const { time, interfaceName, direction, comments } = frame;
  return JSON.stringify({
    number,
    // Text, because a number would lose nanoseconds.
    time: time === undefined ? null : `${time.seconds}.${String(time.nanoseconds).padStart(9, '0')}`,
    capturedLength: frame.bytes.length,
    originalLength: frame.originalLength,
    linkType: frame.linkType,
    interfaceName,
    direction,
    comments,
    layers: dissection.layers.map((layer) => layerJson(layer, dissection.bytes)),
  });
}

interface LayerJson {
  readonly protocol: string;
  readonly at: number;
  readonly length: number;
  readonly checksumVerdict: string | undefined;
  readonly problem: string | undefined;
  readonly fields: Fields;
  readonly quoted: readonly LayerJson[] | undefined;
}

const layerJson = (layer: Layer, bytes: Uint8Array): LayerJson => ({
  protocol: layer.protocol,
  at: layer.at,
  length: layer.length,
  checksumVerdict: layer.checksum,
  problem: layer.problem,
  fields: fieldsOf(layer, bytes),
  quoted: layer.quoted?.map((quoted) => layerJson(quoted, bytes)),
});
