/**
 * What IP carries, dissected: TCP and UDP. The checksums' pseudo header comes from IP's addresses.
 */
import type { IpAddress } from '../layers/address.ts';
import { pseudoHeaderSum } from '../layers/checksum.ts';
import * as tcp from '../layers/transport/tcp/segment.ts';
import * as udp from '../layers/transport/udp.ts';
import { applicationName } from './application.ts';
import { dataLayers, type FrameBytes, isCut, unread } from './frame-bytes.ts';
import type { ChecksumVerdict, Layer, LayerProblem } from './layer.ts';

/** The addresses that a checksum covers. */
export interface Endpoints {
  readonly source: IpAddress;
  /** The final one, where a routing header names others before it (RFC 8200 §8.1). */
  readonly destination: IpAddress;
}

/** The layers of a TCP segment from `at` up to `end`. */
export function dissectTcp(frame: FrameBytes, at: number, end: number, ends: Endpoints): Layer[] {
  const length = end - at;
  const record = tcp.decodeUnverified(frame.view, at, length, ends.source, ends.destination);
  if (typeof record === 'string') return unread(frame, at, end, 'TCP', tcp.HEADER_LENGTH, record);
  const header = tcp.dataOffset(frame.view, at);
  if (isCut(frame, at, end, header)) return dataLayers(frame, at, end, 'TCP', 'cut-by-capture');
  const pseudoSum = pseudoHeaderSum(ends.source, ends.destination, tcp.PROTOCOL, length);
  const verified = verify(frame, end, tcp.check(frame.view, at, length, pseudoSum));
  const isMalformed = record.options.some((option) => option.name === 'malformed');
  return [
    {
      protocol: 'tcp',
      record,
      at,
      length: header,
      ...verified,
      ...(isMalformed && verified.problem === undefined ? { problem: 'tcp-bad-option' } : {}),
    },
    ...dataLayers(frame, at + header, end, applicationName('tcp', record.sourcePort, record.destinationPort)),
  ];
}

/** The layers of a UDP datagram from `at` up to `end`. */
export function dissectUdp(frame: FrameBytes, at: number, end: number, ends: Endpoints): Layer[] {
  const length = end - at;
  const record = udp.decodeUnverified(frame.view, at, length, ends.source, ends.destination);
  if (typeof record === 'string') return unread(frame, at, end, 'UDP', udp.HEADER_LENGTH, record);
  if (isCut(frame, at, end, udp.HEADER_LENGTH)) return dataLayers(frame, at, end, 'UDP', 'cut-by-capture');
  const pseudoSum = pseudoHeaderSum(ends.source, ends.destination, udp.PROTOCOL, length);
  const dataEnd = at + udp.length(frame.view, at);
  const verified = verify(frame, dataEnd, udp.check(frame.view, at, length, pseudoSum, ends.source.family));
  const hasNone = udp.checksumField(frame.view, at) === 0;
  return [
    {
      protocol: 'udp',
      record,
      at,
      length: udp.HEADER_LENGTH,
      ...verified,
      ...(hasNone ? { checksum: 'none' as const } : {}),
    },
    ...dataLayers(
      frame,
      at + udp.HEADER_LENGTH,
      dataEnd,
      applicationName('udp', record.sourcePort, record.destinationPort),
    ),
  ];
}

/**
 * What a codec's check said, as a verdict and a problem. A checksum over bytes that are not all there says nothing.
 * @param end where the bytes end that the checksum covers
 */
export function verify(
  frame: FrameBytes,
  end: number,
  reason: LayerProblem | undefined,
): { readonly checksum: ChecksumVerdict; readonly problem?: LayerProblem } {
  const isBad = reason?.endsWith('-bad-checksum') ?? false;
  if (frame.captured < end)
    return { checksum: 'unverified', ...(reason === undefined || isBad ? {} : { problem: reason }) };
  return { checksum: isBad ? 'bad' : 'good', ...(reason === undefined ? {} : { problem: reason }) };
}
