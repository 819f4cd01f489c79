/**
 * The TCP options of a script: as records of the wire, and compared with those that came. The host's own timestamps and
 * sequence numbers are the conversation's; see `flow.ts`.
 */
import type { TcpOptionRecord } from '../../layers/transport/tcp/option-records.ts';
import type { OptionSpec } from '../language/script.ts';
import type { Flow } from './flow.ts';

/** RFC 7413 appendix A and RFC 6994: Fast Open as an experiment. */
const FAST_OPEN_EXPERIMENT = 0xf989;
const EXPERIMENT = 254;
const DIGEST_LENGTH = 16;

/** The options that a script sends. What it leaves open (`...`) is zero. */
export function optionRecords(
  specs: readonly OptionSpec[],
  flow: Flow,
  echoIsScaled: boolean,
): readonly TcpOptionRecord[] {
  return specs.map((spec, index) => recordOf(spec, flow, echoIsScaled, index === specs.length - 1));
}

function recordOf(spec: OptionSpec, flow: Flow, echoIsScaled: boolean, isLast: boolean): TcpOptionRecord {
  switch (spec.name) {
    case 'nop':
      return { name: 'noOperation' };
    case 'eol':
      // What follows an end of the list is no option any more, but a script may write it all the same.
      return isLast
        ? { name: 'endOfList', padding: new Uint8Array(0) }
        : { name: 'malformed', bytes: Uint8Array.of(0) };
    case 'sackOK':
      return { name: 'sackPermitted' };
    case 'mss':
      return { name: 'maximumSegmentSize', bytes: spec.bytes ?? 0 };
    case 'wscale':
      return { name: 'windowScale', shift: spec.shift ?? 0 };
    case 'sack': {
      const blocks = (spec.blocks ?? []).map(
        ([left, right]) => [flow.liveSequence(left), flow.liveSequence(right)] as const,
      );
      return { name: 'sack', blocks };
    }
    case 'TS':
      return {
        name: 'timestamps',
        value: (spec.value ?? 0) | 0,
        echo: flow.liveTimestamp(spec.echo ?? 0, echoIsScaled),
      };
    case 'FO':
      return { name: 'fastOpen', cookie: spec.cookie ?? new Uint8Array(0) };
    case 'FOEXP':
      return {
        name: 'experiment',
        kind: EXPERIMENT,
        identifier: FAST_OPEN_EXPERIMENT,
        data: spec.cookie ?? new Uint8Array(0),
      };
    case 'ECN':
      return { name: 'accurateEcn', order: spec.order, counters: spec.counters ?? [] };
    case 'md5':
      return {
        name: 'md5Signature',
        digest: spec.digest instanceof Uint8Array ? spec.digest : new Uint8Array(DIGEST_LENGTH),
      };
    case 'uto':
      return { name: 'userTimeout', unit: spec.unit, timeout: spec.timeout };
    case 'option':
      if (spec.length === undefined) return { name: 'unknown', kind: spec.kind, data: spec.data };
      // A length that is not the option's: the header is laid out as it is written, byte for byte.
      return { name: 'malformed', bytes: Uint8Array.of(spec.kind, spec.length, ...spec.data) };
  }
}

/** What one option of the wire is called in a script, with the script's numbers. */
export function optionText(record: TcpOptionRecord, flow: Flow): string {
  switch (record.name) {
    case 'noOperation':
      return 'nop';
    case 'endOfList':
      return 'eol';
    case 'sackPermitted':
      return 'sackOK';
    case 'maximumSegmentSize':
      return `mss ${record.bytes}`;
    case 'windowScale':
      return `wscale ${record.shift}`;
    case 'sack':
      return `sack ${record.blocks.map(([left, right]) => `${left >>> 0}:${right >>> 0}`).join(' ')}`;
    case 'timestamps':
      return `TS val ${flow.scriptTimestamp(record.value)} ecr ${record.echo >>> 0}`;
    case 'fastOpen':
      return withCookie('FO', record.cookie);
    case 'accurateEcn':
      return `ECN${record.counters.map((counter, index) => ` ${COUNTERS[record.order][index]} ${counter}`).join('')}`;
    case 'md5Signature':
      return `md5 ${hexadecimal(record.digest)}`;
    case 'userTimeout':
      return `uto ${record.timeout}${record.unit === 'minutes' ? 'm' : ''}`;
    case 'experiment':
      if (record.kind === EXPERIMENT && record.identifier === FAST_OPEN_EXPERIMENT)
        return withCookie('FOEXP', record.data);
      return `option ${record.kind} 0x${record.identifier.toString(16).padStart(4, '0')}${hexadecimal(record.data)}`;
    case 'authentication':
      return `option 29 0x${hexadecimal(Uint8Array.of(record.keyIdentifier, record.nextKeyIdentifier))}${hexadecimal(record.code)}`;
    case 'multipath':
      return `option 30 0x${hexadecimal(record.data)}`;
    case 'unknown':
      return `option ${record.kind}${record.data.length === 0 ? '' : ` 0x${hexadecimal(record.data)}`}`;
    case 'malformed':
      return `malformed 0x${hexadecimal(record.bytes)}`;
  }
}

const COUNTERS = [
  ['e0b', 'ceb', 'e1b'],
  ['e1b', 'ceb', 'e0b'],
] as const;

const hexadecimal = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const withCookie = (name: string, cookie: Uint8Array): string =>
  cookie.length === 0 ? name : `${name} ${hexadecimal(cookie)}`;

export interface TimestampRule {
  /** `--tcp_ts_tick_usecs`: timestamps of the host must advance by it; without it they are what they are. */
  readonly tickNs: number | undefined;
  readonly toleranceNs: number;
}

/** Whether an option of the host's is what the script has in its place. */
export function isExpected(spec: OptionSpec, record: TcpOptionRecord, flow: Flow, rule: TimestampRule): boolean {
  switch (spec.name) {
    case 'TS': {
      if (record.name !== 'timestamps') return false;
      if (spec.echo !== undefined && spec.echo >>> 0 !== record.echo >>> 0) return false;
      if (spec.value === undefined || rule.tickNs === undefined) return true;
      return Math.abs(flow.timestampError(spec.value, record.value)) * rule.tickNs <= rule.toleranceNs;
    }
    case 'sack': {
      // The host's blocks are of the script's own sequence space.
      if (record.name !== 'sack') return false;
      const wanted = spec.blocks;
      if (wanted === undefined) return true;
      return (
        wanted.length === record.blocks.length &&
        wanted.every(([left, right], index) => {
          const [foundLeft, foundRight] = record.blocks[index]!;
          return left >>> 0 === foundLeft >>> 0 && right >>> 0 === foundRight >>> 0;
        })
      );
    }
    case 'mss':
      return record.name === 'maximumSegmentSize' && (spec.bytes === undefined || spec.bytes === record.bytes);
    case 'wscale':
      return record.name === 'windowScale' && (spec.shift === undefined || spec.shift === record.shift);
    case 'FO':
      return record.name === 'fastOpen' && isSame(spec.cookie, record.cookie);
    case 'FOEXP':
      return (
        record.name === 'experiment' && record.identifier === FAST_OPEN_EXPERIMENT && isSame(spec.cookie, record.data)
      );
    case 'ECN':
      return (
        record.name === 'accurateEcn' &&
        record.order === spec.order &&
        (spec.counters === undefined || String(spec.counters) === String(record.counters))
      );
    case 'md5':
      // Whether a digest is the right one is told where the key is known: `md5-signature.ts`.
      return (
        record.name === 'md5Signature' && (!(spec.digest instanceof Uint8Array) || isSame(spec.digest, record.digest))
      );
    case 'nop':
      return record.name === 'noOperation';
    case 'eol':
      return record.name === 'endOfList';
    case 'sackOK':
      return record.name === 'sackPermitted';
    default:
      return optionText(recordOf(spec, flow, false, true), flow) === optionText(record, flow);
  }
}

/** The cookie that a script leaves open is any; an empty one is empty. */
const isSame = (wanted: Uint8Array | undefined, found: Uint8Array): boolean =>
  wanted === undefined || (wanted.length === found.length && wanted.every((byte, index) => byte === found[index]));
