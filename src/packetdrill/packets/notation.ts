/** A packet of the host's as a script would write it, with the script's numbers: for people. */
import * as segment from '../../layers/transport/tcp/segment.ts';
import type { Flow } from './flow.ts';
import { optionText } from './option-specs.ts';
import type { SeenTcp, Sighting } from './sighting.ts';

/** In the order in which a script writes them. */
const LETTERS: readonly (readonly [mask: number, letter: string])[] = [
  [segment.SYN, 'S'],
  [segment.FIN, 'F'],
  [segment.RST, 'R'],
  [segment.PSH, 'P'],
  [segment.URG, 'U'],
  [segment.ECE, 'E'],
  [segment.CWR, 'W'],
  [segment.AE, 'A'],
  [segment.ACK, '.'],
];

const CODEPOINTS = ['noecn', 'ect1', 'ect0', 'ce'] as const;

/** The control bits as letters; `-` for none. */
export const flagText = (flags: number): string =>
  LETTERS.map(([mask, letter]) => ((flags & mask) === 0 ? '' : letter)).join('') || '-';

export const ecnText = (trafficClass: number): string => CODEPOINTS[(trafficClass & 3) as 0 | 1 | 2 | 3];

/** `S. 0:0(0) ack 1 win 65535 <mss 1460,sackOK>`. */
export function segmentText(seen: SeenTcp, flow: Flow): string {
  const start = flow.scriptSequence(seen.sequence);
  const end = (start + seen.length) >>> 0;
  const ack = (seen.flags & segment.ACK) === 0 ? '' : ` ack ${seen.acknowledgment >>> 0}`;
  const urgent = (seen.flags & segment.URG) === 0 ? '' : ` urg ${seen.urgent}`;
  const options = seen.options.map((option) => optionText(option, flow)).join(',');
  const list = options === '' ? '' : ` <${options}>`;
  return `${flagText(seen.flags)} ${start}:${end}(${seen.length})${ack} win ${seen.window}${urgent}${list}`;
}

/** The whole packet: IP fields only where they are not those of every packet. */
export function sightingText(sighting: Sighting, flow: Flow): string {
  const { payload } = sighting;
  const codepoint = (sighting.trafficClass & 3) === 0 ? '' : `[${ecnText(sighting.trafficClass)}] `;
  switch (payload.protocol) {
    case 'tcp':
      return codepoint + segmentText(payload, flow);
    case 'udp':
      return `${codepoint}udp (${payload.length})`;
    default:
      return `${payload.protocol} type ${payload.type} code ${payload.code}`;
  }
}
