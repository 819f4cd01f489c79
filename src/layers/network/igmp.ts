/**
 * Internet Group Management Protocol as records: versions 1 and 2 RFC 2236, version 3 RFC 3376.
 * Left out on purpose: taking part in it. Hosts here neither report nor query; this is for dissection and tests.
 */
import { type IpAddress, readAddress } from '../address.ts';
import { checksum } from '../checksum.ts';
import type { DropReason } from '../drop.ts';
import { copyOf, field } from '../record.ts';
import { type ChecksumRecord, recordChecksum, sealChecksum, unlessZero } from '../record-optional.ts';
import { RecordWriter } from '../record-writer.ts';

export const HEADER_LENGTH = 8;

export const QUERY = 0x11;
export const REPORT_V1 = 0x12;
export const REPORT_V2 = 0x16;
export const LEAVE_GROUP = 0x17;
export const REPORT_V3 = 0x22;

// Fields in place. `at` is where the IGMP message starts in `view`; call only after `check` accepted it.
export const type = (view: DataView, at: number): number => view.getUint8(at);
export const maximumResponseCode = (view: DataView, at: number): number => view.getUint8(at + 1);

/** The time that a code stands for in a version 3 query, or QQIC's: above 127 a floating-point number (RFC 3376 §4.1.1). */
export const codeValue = (code: number): number =>
  code < 128 ? code : ((code & 0xf) | 0x10) << (((code >>> 4) & 7) + 3);

/**
 * Whether a message has the length that its fields claim, without the checksum.
 * @param available bytes the IP layer delivered, from `at`
 */
export function checkShape(view: DataView, at: number, available: number): DropReason | undefined {
  if (available < HEADER_LENGTH) return 'igmp-truncated';
  const kind = type(view, at);
  if (kind === QUERY && available > HEADER_LENGTH) {
    // RFC 3376 §7.1: 8 bytes, or 12 and more.
    return available < 12 || available < 12 + 4 * view.getUint16(at + 10) ? 'igmp-truncated' : undefined;
  }
  return kind === REPORT_V3 && groupRecordsEnd(view, at, available) < 0 ? 'igmp-truncated' : undefined;
}

/**
 * Whether a message may be read.
 * @param available bytes the IP layer delivered, from `at`
 * @returns `undefined` if it may, else why it is dropped
 */
export function check(view: DataView, at: number, available: number): DropReason | undefined {
  const reason = checkShape(view, at, available);
  if (reason !== undefined) return reason;
  return checksum(view, at, available) === 0 ? undefined : 'igmp-bad-checksum';
}

/** Where the group records of a report end; -1 if that is beyond the message. */
function groupRecordsEnd(view: DataView, at: number, available: number): number {
  const end = at + available;
  let place = at + HEADER_LENGTH;
  for (let left = view.getUint16(at + 6); left > 0; left--) {
    if (end - place < 8) return -1;
    place += 8 + 4 * (view.getUint16(place + 2) + view.getUint8(place + 1));
    if (place > end) return -1;
  }
  return place;
}

export interface IgmpGroupRecord {
  readonly type: number;
  readonly group: IpAddress;
  readonly sources: readonly IpAddress[];
  /** 4n bytes. */
  readonly auxiliaryData: Uint8Array;
}

/** A message, with everything that its bytes say. `data` is what follows it: nothing, by rights. */
export type IgmpRecord = ChecksumRecord & { readonly data: Uint8Array } & (
    | {
        readonly message: 'query' | 'reportV1' | 'reportV2' | 'leaveGroup';
        /** Tenths of a second; in a version 3 query see `codeValue`. */
        readonly maximumResponseCode: number;
        readonly group: IpAddress;
      }
    | {
        readonly message: 'queryV3';
        readonly maximumResponseCode: number;
        readonly group: IpAddress;
        /** Four bits; there only if they are not zero. */
        readonly reserved?: number;
        readonly suppressRouterSideProcessing: boolean;
        readonly robustness: number;
        /** QQIC: seconds, see `codeValue`. */
        readonly queryIntervalCode: number;
        readonly sources: readonly IpAddress[];
      }
    | {
        readonly message: 'reportV3';
        /** The byte behind the type and the word behind the checksum; there only if they are not zero. */
        readonly reserved?: number;
        readonly reserved2?: number;
        readonly groups: readonly IgmpGroupRecord[];
      }
    /** `data` is what follows the checksum. */
    | { readonly message: 'other'; readonly type: number; readonly code: number }
  );

const TYPES: Readonly<Record<Exclude<IgmpRecord['message'], 'other'>, number>> = {
  query: QUERY,
  queryV3: QUERY,
  reportV1: REPORT_V1,
  reportV2: REPORT_V2,
  leaveGroup: LEAVE_GROUP,
  reportV3: REPORT_V3,
};

/**
 * A message as a record. Allocates.
 * @param length bytes the IP layer delivered, from `at`
 * @returns the record, or why the message is dropped
 */
export const decode = (view: DataView, at: number, length: number): IgmpRecord | DropReason =>
  check(view, at, length) ?? decodeUnverified(view, at, length);

/** The same for a message whose checksum may be wrong: the record then has it. */
export function decodeUnverified(view: DataView, at: number, length: number): IgmpRecord | DropReason {
  const reason = checkShape(view, at, length);
  if (reason !== undefined) return reason;
  const end = at + length;
  const sum = recordChecksum(view, at, length, at + 2);
  const kind = type(view, at);
  switch (kind) {
    case QUERY:
    case REPORT_V1:
    case REPORT_V2:
    case LEAVE_GROUP:
      if (kind === QUERY && length > HEADER_LENGTH) return decodeQuery(view, at, end, sum);
      return {
        message:
          kind === QUERY ? 'query' : kind === REPORT_V1 ? 'reportV1' : kind === REPORT_V2 ? 'reportV2' : 'leaveGroup',
        maximumResponseCode: maximumResponseCode(view, at),
        group: readAddress(4, view, at + 4),
        ...sum,
        data: copyOf(view, at + HEADER_LENGTH, length - HEADER_LENGTH),
      };
    case REPORT_V3: {
      const groupsEnd = groupRecordsEnd(view, at, length);
      return {
        message: 'reportV3',
        ...unlessZero('reserved', view.getUint8(at + 1)),
        ...unlessZero('reserved2', view.getUint16(at + 4)),
        groups: decodeGroups(view, at + HEADER_LENGTH, groupsEnd),
        ...sum,
        data: copyOf(view, groupsEnd, end - groupsEnd),
      };
    }
    default:
      return {
        message: 'other',
        type: kind,
        code: view.getUint8(at + 1),
        ...sum,
        data: copyOf(view, at + 4, length - 4),
      };
  }
}

function decodeQuery(view: DataView, at: number, end: number, sum: ChecksumRecord): IgmpRecord {
  const flags = view.getUint8(at + 8);
  const sourcesEnd = at + 12 + 4 * view.getUint16(at + 10);
  return {
    message: 'queryV3',
    maximumResponseCode: maximumResponseCode(view, at),
    group: readAddress(4, view, at + 4),
    ...unlessZero('reserved', flags >>> 4),
    suppressRouterSideProcessing: (flags & 8) !== 0,
    robustness: flags & 7,
    queryIntervalCode: view.getUint8(at + 9),
    sources: addresses(view, at + 12, sourcesEnd),
    ...sum,
    data: copyOf(view, sourcesEnd, end - sourcesEnd),
  };
}

function decodeGroups(view: DataView, at: number, end: number): IgmpGroupRecord[] {
  const groups: IgmpGroupRecord[] = [];
  while (at < end) {
    const auxiliary = view.getUint8(at + 1) << 2;
    const sourcesEnd = at + 8 + 4 * view.getUint16(at + 2);
    groups.push({
      type: view.getUint8(at),
      group: readAddress(4, view, at + 4),
      sources: addresses(view, at + 8, sourcesEnd),
      auxiliaryData: copyOf(view, sourcesEnd, auxiliary),
    });
    at = sourcesEnd + auxiliary;
  }
  return groups;
}

function addresses(view: DataView, at: number, end: number): IpAddress[] {
  const found: IpAddress[] = [];
  for (let place = at; place < end; place += 4) found.push(readAddress(4, view, place));
  return found;
}

/**
 * A record as a message with its checksum.
 * @throws {RangeError} if a field does not hold its value
 */
export function encode(record: IgmpRecord): Uint8Array {
  const writer = new RecordWriter();
  writer.uint8('type', record.message === 'other' ? record.type : TYPES[record.message]);
  switch (record.message) {
    case 'other':
      writer.uint8('code', record.code);
      writer.uint16('checksum', record.checksum ?? 0);
      break;
    case 'reportV3':
      writer.uint8('reserved', record.reserved ?? 0);
      writer.uint16('checksum', record.checksum ?? 0);
      writer.uint16('reserved2', record.reserved2 ?? 0);
      writer.uint16('number of groups', record.groups.length);
      for (const group of record.groups) encodeGroup(writer, group);
      break;
    default:
      writer.uint8('maximumResponseCode', record.maximumResponseCode);
      writer.uint16('checksum', record.checksum ?? 0);
      writer.address('group', record.group, 4);
      if (record.message !== 'queryV3') break;
      writer.uint8(
        'query flags',
        (field('reserved', record.reserved ?? 0, 4) << 4) |
          (record.suppressRouterSideProcessing ? 8 : 0) |
          field('robustness', record.robustness, 3),
      );
      writer.uint8('queryIntervalCode', record.queryIntervalCode);
      writer.uint16('number of sources', record.sources.length);
      for (const source of record.sources) writer.address('source', source, 4);
  }
  writer.octets(record.data);
  return sealChecksum(writer.finish(), 2, record);
}

function encodeGroup(writer: RecordWriter, group: IgmpGroupRecord): void {
  if (group.auxiliaryData.length % 4 !== 0) {
    throw new RangeError(`wirelab: auxiliaryData must be a multiple of 4 bytes, not ${group.auxiliaryData.length}`);
  }
  writer.uint8('group record type', group.type);
  writer.uint8('auxiliary data length', group.auxiliaryData.length >>> 2);
  writer.uint16('number of sources', group.sources.length);
  writer.address('group', group.group, 4);
  for (const source of group.sources) writer.address('source', source, 4);
  writer.octets(group.auxiliaryData);
}
