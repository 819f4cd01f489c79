/**
 * A TCP segment in words: its flags, options and numbers, as tcpdump writes them and as a ladder shows them.
 */
import type { TcpOptionRecord } from '../layers/transport/tcp/option-records.ts';
import { ACK, FIN, FLAG_NAMES, PSH, RST, SYN, type TcpRecord } from '../layers/transport/tcp/segment.ts';
import type { Conversations, RelativePlace } from './conversations.ts';
import { hex } from './hex.ts';

/** tcpdump's letters, in its order: the acknowledgment is a dot. */
const LETTERS: readonly (readonly [mask: number, letter: string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [PSH, 'P'],
  [ACK, '.'],
  [0x020, 'U'],
  [0x040, 'E'],
  [0x080, 'W'],
  [0x100, 'e'],
];

/** `S.` for SYN and ACK; `none` without any. */
export const flagLetters = (flags: number): string =>
  LETTERS.filter(([mask]) => flags & mask)
    .map(([, letter]) => letter)
    .join('') || 'none';

/** `SYN ACK`: in the order in which people say them. */
export const flagNames = (flags: number): string[] => {
  const names = FLAG_NAMES.filter(([mask]) => flags & mask).map(([, name]) => name);
  return names.includes('ACK') ? [...names.filter((name) => name !== 'ACK'), 'ACK'] : names;
};

/** A segment's numbers relative to its conversation. */
export const placeOf = (
  segment: TcpRecord,
  source: string,
  destination: string,
  conversations: Conversations,
): RelativePlace =>
  conversations.place({
    source,
    destination,
    sequence: segment.sequenceNumber,
    acknowledgment: segment.acknowledgmentNumber,
    isSyn: (segment.flags & SYN) !== 0,
    hasAck: (segment.flags & ACK) !== 0,
  });

/** What tcpdump writes behind the colon. A SYN's own sequence number is absolute: it is where the others count from. */
export function segmentText(segment: TcpRecord, place: RelativePlace): string {
  const { flags, payload, options } = segment;
  const first = flags & SYN ? segment.sequenceNumber >>> 0 : place.sequence;
  const parts = [`Flags [${flagLetters(flags)}]`];
  if (payload.length > 0) parts.push(`seq ${first}:${(first + payload.length) % 0x1_0000_0000}`);
  else if (flags & (SYN | FIN | RST)) parts.push(`seq ${first}`);
  if (flags & ACK) parts.push(`ack ${place.acknowledgment}`);
  parts.push(`win ${segment.window}`);
  if (flags & 0x020) parts.push(`urg ${segment.urgentPointer}`);
  if (options.length > 0) parts.push(`options [${options.map((option) => optionText(option, place)).join(',')}]`);
  parts.push(`length ${payload.length}`);
  return parts.join(', ');
}

/** What a ladder's arrow says, the longest first. */
export function segmentLabels(segment: TcpRecord, place: RelativePlace): string[] {
  const { flags, payload, window } = segment;
  const names = flagNames(flags).join(' ') || 'no flags';
  const ack = flags & ACK ? ` ack ${place.acknowledgment}` : '';
  const win = ` win ${window}`;
  const told = segment.options.filter((option) => !SILENT_OPTIONS.has(option.name));
  const options = told.length === 0 ? '' : ` <${told.map((option) => optionText(option, place)).join(', ')}>`;
  const isBare = payload.length === 0 && (flags & (SYN | FIN | RST)) === 0;
  if (isBare) {
    const bare = `${names} ${place.acknowledgment}`;
    return [`${bare}${win}${options}`, `${bare}${options}`, `${bare}${win}`, bare];
  }
  const numbers =
    payload.length > 0 ? `seq ${place.sequence}:${place.sequence + payload.length}` : `seq ${place.sequence}`;
  const length = payload.length > 0 ? ` (${payload.length})` : '';
  const body = `${names} ${numbers}${length}`;
  return [
    `${body}${ack}${win}${options}`,
    `${body}${ack}${options}`,
    `${body}${ack}`,
    body,
    `${names}${length}`,
    flagLetters(flags),
  ];
}

/** Options that every segment may have and that say little in a ladder. */
const SILENT_OPTIONS: ReadonlySet<TcpOptionRecord['name']> = new Set(['noOperation', 'endOfList', 'timestamps']);

/** One option as tcpdump names it. Edges of SACK blocks are relative, as acknowledgments are. */
function optionText(option: TcpOptionRecord, place: RelativePlace): string {
  const relative = (edge: number): number => (edge - place.acknowledgmentBase) >>> 0;
  switch (option.name) {
    case 'endOfList':
      return 'eol';
    case 'noOperation':
      return 'nop';
    case 'maximumSegmentSize':
      return `mss ${option.bytes}`;
    case 'windowScale':
      return `wscale ${option.shift}`;
    case 'sackPermitted':
      return 'sackOK';
    case 'sack':
      return `sack ${option.blocks.map(([left, right]) => `{${relative(left)}:${relative(right)}}`).join('')}`;
    case 'timestamps':
      return `TS val ${option.value >>> 0} ecr ${option.echo >>> 0}`;
    case 'md5Signature':
      return 'md5';
    case 'userTimeout':
      return `uto ${option.timeout} ${option.unit}`;
    case 'authentication':
      return `tcp-ao keyid ${option.keyIdentifier} rnextkeyid ${option.nextKeyIdentifier}`;
    case 'multipath':
      return `mptcp ${MULTIPATH_SUBTYPES[option.subtype] ?? option.subtype}`;
    case 'fastOpen':
      return option.cookie.length === 0 ? 'tfo cookiereq' : `tfo cookie ${hex(option.cookie)}`;
    case 'accurateEcn':
      return `accecn${option.order} ${option.counters.join('/')}`;
    case 'experiment':
      return `exp 0x${option.identifier.toString(16).padStart(4, '0')}`;
    case 'unknown':
      return `unknown-${option.kind} ${hex(option.data)}`;
    case 'malformed':
      return `malformed ${hex(option.bytes)}`;
  }
}

/** RFC 8684. */
const MULTIPATH_SUBTYPES: Readonly<Record<number, string>> = {
  0: 'capable',
  1: 'join',
  2: 'dss',
  3: 'add-addr',
  4: 'rem-addr',
  5: 'prio',
  6: 'fail',
  7: 'fastclose',
  8: 'tcprst',
};
