/**
 * Whether a packet that the host has sent is the one that the script expects: field by field. What a script leaves out is
 * not compared, but for the options: none written is none on the wire, and `<...>` is whatever comes.
 */
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { IcmpSpec, IpFields, PacketSpec, TcpSpec } from '../language/script.ts';
import { controlBits } from './build.ts';
import type { Flow } from './flow.ts';
import { isSigned } from './md5-signature.ts';
import { ecnText, flagText } from './notation.ts';
import { isExpected, optionText, type TimestampRule } from './option-specs.ts';
import type { SeenIcmp, SeenTcp, Sighting } from './sighting.ts';

/** One field that is not as it should be. */
export interface Difference {
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

export interface ComparisonRules extends TimestampRule {
  readonly md5Secret: Uint8Array | undefined;
}

/** All fields that differ: none if the packet is the expected one. */
export function compare(spec: PacketSpec, sighting: Sighting, flow: Flow, rules: ComparisonRules): Difference[] {
  const { payload } = sighting;
  if (spec.wrappings.length > 0) {
    return [{ field: 'wrapping', expected: spec.wrappings.map(({ kind }) => kind).join(', '), found: 'none' }];
  }
  if (spec.payload.protocol !== payload.protocol) {
    return [{ field: 'protocol', expected: spec.payload.protocol, found: payload.protocol }];
  }
  const differences = ipDifferences(spec.ip, sighting);
  if (spec.payload.protocol === 'tcp') {
    differences.push(...tcpDifferences(spec.payload, payload as SeenTcp, flow, rules));
    differences.push(...signatureDifference(spec.payload, sighting, rules));
  } else if (spec.payload.protocol === 'udp') {
    const length = payload.protocol === 'udp' ? payload.length : 0;
    if (length !== spec.payload.length) differences.push(difference('length', spec.payload.length, length));
  } else differences.push(...icmpDifferences(spec.payload, payload as SeenIcmp, flow));
  return differences;
}

const difference = (field: string, expected: string | number, found: string | number): Difference => ({
  field,
  expected: String(expected),
  found: String(found),
});

function ipDifferences({ ecn, tos, ttl, flowLabel }: IpFields, sighting: Sighting): Difference[] {
  const found: Difference[] = [];
  const codepoint = ecnText(sighting.trafficClass);
  const isEither = ecn === 'ect01' && (codepoint === 'ect0' || codepoint === 'ect1');
  if (ecn !== undefined && ecn !== codepoint && !isEither) found.push(difference('ECN', ecn, codepoint));
  if (tos !== undefined && tos !== sighting.trafficClass) {
    found.push(difference('tos', hexadecimal(tos), hexadecimal(sighting.trafficClass)));
  }
  if (ttl !== undefined && ttl !== sighting.hopLimit) found.push(difference('ttl', ttl, sighting.hopLimit));
  if (flowLabel !== undefined && flowLabel !== sighting.flowLabel) {
    found.push(difference('flowlabel', hexadecimal(flowLabel), hexadecimal(sighting.flowLabel)));
  }
  return found;
}

const hexadecimal = (value: number): string => `0x${value.toString(16)}`;

function tcpDifferences(spec: TcpSpec, seen: SeenTcp, flow: Flow, rules: TimestampRule): Difference[] {
  const found: Difference[] = [];
  if (spec.ports !== undefined && spec.ports.source !== seen.sourcePort) {
    found.push(difference('source port', spec.ports.source, seen.sourcePort));
  }
  if (spec.ports !== undefined && spec.ports.destination !== seen.destinationPort) {
    found.push(difference('destination port', spec.ports.destination, seen.destinationPort));
  }
  if (spec.udpEncapsulation !== undefined) found.push(difference('UDP encapsulation', 'yes', 'none'));
  const flags = controlBits(spec);
  if (flags !== seen.flags) found.push(difference('flags', flagText(flags), flagText(seen.flags)));
  const sequence = flow.scriptSequence(seen.sequence);
  if (spec.sequence >>> 0 !== sequence) found.push(difference('sequence', spec.sequence, sequence));
  if (spec.length !== seen.length) found.push(difference('length', spec.length, seen.length));
  // Without the flag the field means nothing (RFC 9293 §3.1).
  const acknowledgment = (seen.flags & segment.ACK) === 0 ? 0 : seen.acknowledgment >>> 0;
  if (spec.acknowledgment !== undefined && spec.acknowledgment >>> 0 !== acknowledgment) {
    found.push(difference('ack', spec.acknowledgment, acknowledgment));
  }
  if (spec.window !== undefined && spec.window !== seen.window) {
    found.push(difference('win', spec.window, seen.window));
  }
  if (spec.urgent !== undefined && spec.urgent !== seen.urgent) {
    found.push(difference('urg', spec.urgent, seen.urgent));
  }
  return [...found, ...optionDifferences(spec, seen, flow, rules)];
}

function optionDifferences(spec: TcpSpec, seen: SeenTcp, flow: Flow, rules: TimestampRule): Difference[] {
  if (spec.options === 'any') return [];
  const { options } = seen;
  const matches =
    spec.options.length === options.length &&
    spec.options.every((option, index) => isExpected(option, options[index]!, flow, rules));
  if (matches) return [];
  const shown = options.map((option) => optionText(option, flow));
  const at = spec.options.findIndex((option, index) => {
    const record = options[index];
    return record === undefined || !isExpected(option, record, flow, rules);
  });
  const from = at < 0 ? spec.options.length : at;
  return [
    difference(
      'options',
      `${from === 0 ? 'others' : `others from the ${ordinal(from + 1)} on`}`,
      `<${shown.join(',')}>`,
    ),
  ];
}

const ordinal = (count: number): string => `${count}${['th', 'st', 'nd', 'rd'][count] ?? 'th'}`;

function signatureDifference(spec: TcpSpec, sighting: Sighting, { md5Secret }: ComparisonRules): Difference[] {
  if (spec.options === 'any' || md5Secret === undefined) return [];
  const wanted = spec.options.find((option) => option.name === 'md5');
  if (wanted === undefined || (wanted.digest !== 'valid' && wanted.digest !== 'invalid')) return [];
  const valid = isSigned(sighting.bytes, sighting.source, sighting.destination, md5Secret) ? 'valid' : 'invalid';
  return valid === wanted.digest ? [] : [difference('MD5 signature', wanted.digest, valid)];
}

function icmpDifferences(spec: IcmpSpec, seen: SeenIcmp, flow: Flow): Difference[] {
  const found: Difference[] = [];
  if (spec.type !== seen.type) found.push(difference('ICMP type', spec.type, seen.type));
  if (spec.code !== seen.code) found.push(difference('ICMP code', spec.code, seen.code));
  const mtu = spec.protocol === 'icmp' ? seen.word & 0xffff : seen.word;
  if (spec.mtu !== undefined && spec.mtu !== mtu) found.push(difference('MTU', spec.mtu, mtu));
  if (spec.echo !== undefined) {
    const { identifier, sequence, length } = spec.echo;
    if (identifier !== seen.word >>> 16) found.push(difference('id', identifier, seen.word >>> 16));
    if (sequence !== (seen.word & 0xffff)) found.push(difference('seq', sequence, seen.word & 0xffff));
    if (length !== seen.data.length) found.push(difference('length', length, seen.data.length));
  }
  if (spec.quote !== undefined) found.push(...quoteDifferences(spec, seen, flow));
  return found;
}

/** The quoted packet is the script's own: its numbers are as they were written. */
function quoteDifferences({ quote, protocol }: IcmpSpec, { data }: SeenIcmp, flow: Flow): Difference[] {
  if (quote === undefined) return [];
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const header = protocol === 'icmp' ? ((data[0] ?? 0) & 0xf) * 4 : IPV6_HEADER_LENGTH;
  const carried = protocol === 'icmp' ? data[9] : data[6];
  if (data.length < header + 8) return [difference('quoted packet', 'at least 8 bytes behind IP', data.length)];
  const wanted = quote.protocol === 'tcp' ? segment.PROTOCOL : 17;
  if (carried !== wanted) return [difference('quoted protocol', wanted, carried ?? 'none')];
  const found: Difference[] = [];
  const source = quote.ports?.source ?? flow.remotePort;
  const destination = quote.ports?.destination ?? flow.localPort;
  if (view.getUint16(header) !== source) {
    found.push(difference('quoted source port', source, view.getUint16(header)));
  }
  if (view.getUint16(header + 2) !== destination) {
    found.push(difference('quoted destination port', destination, view.getUint16(header + 2)));
  }
  if (quote.protocol === 'tcp' && view.getUint32(header + 4) !== quote.sequence >>> 0) {
    found.push(difference('quoted sequence', quote.sequence, view.getUint32(header + 4)));
  }
  if (quote.protocol === 'udp' && view.getUint16(header + 4) !== quote.length + 8) {
    found.push(difference('quoted length', quote.length, view.getUint16(header + 4) - 8));
  }
  return found;
}

const IPV6_HEADER_LENGTH = 40;
