/** Where the transport header of a packet is, that may be cut off anywhere: the quote in an ICMP error, for one. */
import * as ipv4 from '../layers/network/ipv4.ts';
import * as ipv6 from '../layers/network/ipv6.ts';
import { fragmentOffset, isExtension, lengthWithin } from '../layers/network/ipv6-extension.ts';
import { FRAGMENT } from '../layers/network/protocol.ts';

export interface UpperLayer {
  readonly protocol: number;
  /** Where it starts, and how many bytes of it are there. */
  readonly at: number;
  readonly length: number;
  /** It is a later fragment: what is there is no transport header. */
  readonly isLaterFragment: boolean;
}

/**
 * @param at where the IP header starts
 * @param end where the bytes end that are there; the packet may claim more
 * @returns `undefined` if the headers before it are cut off or make no sense
 */
export function upperLayer(view: DataView, at: number, end: number): UpperLayer | undefined {
  if (end - at < ipv4.HEADER_LENGTH) return undefined;
  const version = ipv4.version(view, at);
  if (version === 4) return upperLayer4(view, at, end);
  return version === 6 && end - at >= ipv6.HEADER_LENGTH ? upperLayer6(view, at, end) : undefined;
}

function upperLayer4(view: DataView, at: number, end: number): UpperLayer | undefined {
  const header = ipv4.headerLength(view, at);
  if (header < ipv4.HEADER_LENGTH || header > end - at) return undefined;
  return {
    protocol: ipv4.protocol(view, at),
    at: at + header,
    length: end - at - header,
    isLaterFragment: ipv4.fragmentOffset(view, at) !== 0,
  };
}

function upperLayer6(view: DataView, at: number, end: number): UpperLayer | undefined {
  let header = ipv6.nextHeader(view, at);
  let place = at + ipv6.HEADER_LENGTH;
  while (isExtension(header)) {
    const length = lengthWithin(header, view, place, end);
    if (length < 0) return undefined;
    const isLater = header === FRAGMENT && fragmentOffset(view, place) !== 0;
    header = view.getUint8(place);
    place += length;
    if (isLater) return { protocol: header, at: place, length: end - place, isLaterFragment: true };
  }
  return { protocol: header, at: place, length: end - place, isLaterFragment: false };
}
