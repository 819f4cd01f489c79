/**
 * IPv6 extension headers as records: RFC 8200 §4. Every byte is kept in its order, so that `encode` gives back what
 * `decode` was given; next header values follow from the order of the records.
 * Left out on purpose: the insides of routing headers, and of options other than the two paddings.
 */
import { copyOf, field } from '../record.ts';
import { unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';
import {
  fragmentIdentification,
  fragmentOffset,
  isExtension,
  lengthWithin,
  moreFragments,
  PAD_1,
  PAD_N,
} from './ipv6-extension.ts';
import { AUTHENTICATION, DESTINATION_OPTIONS, FRAGMENT, HOP_BY_HOP, ROUTING } from './protocol.ts';

export type Ipv6OptionRecord =
  /** PadN too: its `data` is zeros by rights. */
  | { readonly name: 'option'; readonly type: number; readonly data: Uint8Array }
  | { readonly name: 'pad1' }
  /** From an option on that runs beyond its header. */
  | { readonly name: 'malformed'; readonly bytes: Uint8Array };

export type Ipv6ExtensionRecord =
  | { readonly header: 'hopByHop' | 'destinationOptions'; readonly options: readonly Ipv6OptionRecord[] }
  | {
      readonly header: 'routing';
      readonly routingType: number;
      readonly segmentsLeft: number;
      /** Type-specific data, 8n + 4 bytes. */
      readonly data: Uint8Array;
    }
  | {
      readonly header: 'fragment';
      /** In bytes, a multiple of 8. */
      readonly offset: number;
      readonly moreFragments: boolean;
      /** A signed 32-bit integer. */
      readonly identification: number;
      /** The second byte, and the two bits between offset and M; there only if they are not zero. */
      readonly reserved?: number;
      readonly reserved2?: number;
    }
  | {
      readonly header: 'authentication';
      /** There only if it is not zero. */
      readonly reserved?: number;
      readonly securityParametersIndex: number;
      readonly sequenceNumber: number;
      /** Integrity check value and padding, 4n bytes. */
      readonly integrityCheckValue: Uint8Array;
    };

const HEADERS: Readonly<Record<Ipv6ExtensionRecord['header'], number>> = {
  hopByHop: HOP_BY_HOP,
  destinationOptions: DESTINATION_OPTIONS,
  routing: ROUTING,
  fragment: FRAGMENT,
  authentication: AUTHENTICATION,
};

/** The next header value that announces an extension header. */
export const nextHeaderOf = (extension: Ipv6ExtensionRecord): number => HEADERS[extension.header];

/** A chain of extension headers and what follows it. */
export interface Ipv6Chain {
  readonly extensions: readonly Ipv6ExtensionRecord[];
  /** What follows: an upper layer, the data of a fragment, or an extension header that is malformed or misplaced. */
  readonly protocol: number;
  /** Where that starts. */
  readonly at: number;
}

/**
 * Decodes as much of a chain as is well-formed. Total.
 * @param header what the first header at `at` is
 * @param end where the packet ends
 */
export function decodeChain(view: DataView, header: number, at: number, end: number): Ipv6Chain {
  const extensions: Ipv6ExtensionRecord[] = [];
  while (isExtension(header)) {
    const length = lengthWithin(header, view, at, end);
    // A hop-by-hop header that is not the first is no header at all (RFC 8200 §4.1).
    if (length < 0 || (header === HOP_BY_HOP && extensions.length > 0)) break;
    extensions.push(decodeExtension(header, view, at, length));
    const inLaterFragment = header === FRAGMENT && fragmentOffset(view, at) !== 0;
    header = view.getUint8(at);
    at += length;
    if (inLaterFragment) break;
  }
  return { extensions, protocol: header, at };
}

function decodeExtension(header: number, view: DataView, at: number, length: number): Ipv6ExtensionRecord {
  switch (header) {
    case ROUTING:
      return {
        header: 'routing',
        routingType: view.getUint8(at + 2),
        segmentsLeft: view.getUint8(at + 3),
        data: copyOf(view, at + 4, length - 4),
      };
    case FRAGMENT:
      return {
        header: 'fragment',
        offset: fragmentOffset(view, at),
        moreFragments: moreFragments(view, at),
        identification: fragmentIdentification(view, at),
        ...unlessZero('reserved', view.getUint8(at + 1)),
        ...unlessZero('reserved2', (view.getUint8(at + 3) >>> 1) & 3),
      };
    case AUTHENTICATION:
      return {
        header: 'authentication',
        ...unlessZero('reserved', view.getUint16(at + 2)),
        securityParametersIndex: view.getUint32(at + 4),
        sequenceNumber: view.getUint32(at + 8),
        integrityCheckValue: copyOf(view, at + 12, length - 12),
      };
    default:
      return {
        header: header === HOP_BY_HOP ? 'hopByHop' : 'destinationOptions',
        options: decodeOptions(view, at + 2, at + length),
      };
  }
}

function decodeOptions(view: DataView, at: number, end: number): Ipv6OptionRecord[] {
  const options: Ipv6OptionRecord[] = [];
  while (at < end) {
    const type = view.getUint8(at);
    if (type === PAD_1) {
      options.push({ name: 'pad1' });
      at++;
      continue;
    }
    const length = at + 1 < end ? view.getUint8(at + 1) : 0xff;
    if (length > end - at - 2) {
      options.push({ name: 'malformed', bytes: copyOf(view, at, end - at) });
      break;
    }
    options.push({ name: 'option', type, data: copyOf(view, at + 2, length) });
    at += 2 + length;
  }
  return options;
}

/**
 * A chain as bytes. Options are filled up to a multiple of 8 bytes with Pad1 or PadN.
 * @param protocol what follows the chain
 * @throws {RangeError} if a field does not hold its value or a header is not a multiple of its unit long
 */
export function encodeChain(extensions: readonly Ipv6ExtensionRecord[], protocol: number): Uint8Array {
  const writer = new RecordWriter();
  extensions.forEach((extension, index) => {
    const next = extensions[index + 1];
    writer.uint8('next header', next === undefined ? protocol : nextHeaderOf(next));
    encodeExtension(writer, extension);
  });
  return writer.finish();
}

function encodeExtension(writer: RecordWriter, extension: Ipv6ExtensionRecord): void {
  switch (extension.header) {
    case 'routing':
      writer.uint8('routing header length', units('routing header', 4 + extension.data.length, 8) - 1);
      writer.uint8('routingType', extension.routingType);
      writer.uint8('segmentsLeft', extension.segmentsLeft);
      writer.octets(extension.data);
      return;
    case 'fragment':
      units('fragment offset', extension.offset, 8);
      writer.uint8('reserved', extension.reserved ?? 0);
      writer.uint16(
        'fragment offset and flags',
        extension.offset | (field('reserved2', extension.reserved2 ?? 0, 2) << 1) | (extension.moreFragments ? 1 : 0),
      );
      writer.int32('identification', extension.identification);
      return;
    case 'authentication':
      writer.uint8(
        'authentication header length',
        units('authentication header', 12 + extension.integrityCheckValue.length, 4) - 2,
      );
      writer.uint16('reserved', extension.reserved ?? 0);
      writer.uint32('securityParametersIndex', extension.securityParametersIndex);
      writer.uint32('sequenceNumber', extension.sequenceNumber);
      writer.octets(extension.integrityCheckValue);
      return;
    default: {
      const options = encodeOptions(extension.options);
      writer.uint8('options header length', units('options header', 2 + options.length, 8) - 1);
      writer.octets(options);
    }
  }
}

function units(what: string, length: number, unit: number): number {
  if (length % unit !== 0) {
    throw new RangeError(`wirelab: the ${what} must be a multiple of ${unit} bytes, not ${length}`);
  }
  return length / unit;
}

function encodeOptions(options: readonly Ipv6OptionRecord[]): Uint8Array {
  const writer = new RecordWriter();
  for (const option of options) {
    if (option.name === 'pad1') writer.uint8('type', PAD_1);
    else if (option.name === 'malformed') writer.octets(option.bytes);
    else {
      writer.uint8('option type', option.type);
      writer.uint8('option length', option.data.length);
      writer.octets(option.data);
    }
  }
  const missing = -(2 + writer.length) & 7;
  if (missing === 1) writer.uint8('type', PAD_1);
  else if (missing > 1) {
    writer.uint8('type', PAD_N);
    writer.uint8('length', missing - 2);
    writer.zeros(missing - 2);
  }
  return writer.finish();
}
