/**
 * A dissected frame in one line: who to whom, and what. In tcpdump's words for text, and shorter for the arrows of a ladder.
 */
import { IpAddress } from '../layers/address.ts';
import { formatIpAddress } from '../layers/address-text.ts';
import type { ArpRecord } from '../layers/link/arp.ts';
import { etherTypeName, isLength } from '../layers/link/ethertype.ts';
import { codeName } from '../layers/link/pppoe.ts';
import { formatMac } from '../layers/mac.ts';
import * as icmpv4 from '../layers/network/icmpv4.ts';
import * as icmpv6 from '../layers/network/icmpv6.ts';
import type { NdpRecord } from '../layers/network/ndp.ts';
import { protocolName } from '../layers/network/protocol.ts';
import { FIN, RST, SYN } from '../layers/transport/tcp/segment.ts';
import type { Conversations } from './conversations.ts';
import { placeOf, segmentLabels, segmentText } from './describe-tcp.ts';
import type { Dissection } from './dissect.ts';
import { hex } from './hex.ts';
import { findLayer, type Layer, type LayerOf, PROTOCOL_TITLES } from './layer.ts';

/** What a frame is for, for those who colour it. */
export type FrameRole = 'open' | 'data' | 'acknowledgment' | 'close' | 'reset' | 'other';

export interface Description {
  /** `IP`, `IP6`, `ARP` …: how tcpdump begins. */
  readonly network: string;
  /** Addresses with ports (`10.0.0.1.4000`), or Ethernet addresses; empty where there are none. */
  readonly source: string;
  readonly destination: string;
  readonly text: string;
  /** The same for an arrow between the two: the longest first. */
  readonly labels: readonly string[];
  readonly role: FrameRole;
}

type Part = Omit<Description, 'network' | 'source' | 'destination'> & { readonly ports?: readonly [number, number] };
type IpLayer = LayerOf<'ipv4'> | LayerOf<'ipv6'>;

/**
 * Describes a frame.
 * @param conversations remembers where sequence numbers began; frames are described in order
 */
export function describe(dissection: Dissection, conversations: Conversations): Description {
  const { layers, bytes } = dissection;
  const ipIndex = layers.findLastIndex((layer) => layer.protocol === 'ipv4' || layer.protocol === 'ipv6');
  if (ipIndex < 0) return describeLink(dissection);
  const ip = layers[ipIndex] as IpLayer;
  const network = vlanText(layers) + (ip.protocol === 'ipv4' ? 'IP' : 'IP6');
  const source = formatIpAddress(ip.record.source);
  const destination = formatIpAddress(ip.record.destination);
  const carried = layers[ipIndex + 1];
  if (carried?.protocol === 'tcp') {
    const segment = carried.record;
    const from = `${source}.${segment.sourcePort}`;
    const to = `${destination}.${segment.destinationPort}`;
    const place = placeOf(segment, from, to, conversations);
    return {
      network,
      source: from,
      destination: to,
      text: segmentText(segment, place),
      labels: segmentLabels(segment, place),
      role: tcpRole(segment.flags, segment.payload.length),
    };
  }
  const { ports, ...part } = describeCarried(ip, carried, layers[ipIndex + 2], bytes);
  const port = (index: 0 | 1): string => (ports === undefined ? '' : `.${ports[index]}`);
  return { network, source: source + port(0), destination: destination + port(1), ...part };
}

function tcpRole(flags: number, dataLength: number): FrameRole {
  if (flags & RST) return 'reset';
  if (flags & SYN) return 'open';
  if (flags & FIN) return 'close';
  return dataLength > 0 ? 'data' : 'acknowledgment';
}

const part = (text: string, ...shorter: readonly string[]): Part => ({
  text,
  labels: shorter.length === 0 ? [text] : shorter,
  role: 'other',
});

/** What an IP packet carries, unless it is a TCP segment. */
function describeCarried(ip: IpLayer, carried: Layer | undefined, inner: Layer | undefined, bytes: Uint8Array): Part {
  const length = ip.record.payload.length;
  const fragment = fragmentText(ip);
  if (carried === undefined) return part(`${protocolName(ip.record.protocol)}, length ${length}${fragment}`);
  switch (carried.protocol) {
    case 'udp': {
      const { sourcePort, destinationPort, payload } = carried.record;
      const application = inner?.protocol === 'data' && inner.record.name !== 'data' ? ` ${inner.record.name}` : '';
      const name = `UDP${application}`;
      return {
        text: `${name}, length ${payload.length}${fragment}`,
        labels: [
          `${name} ${sourcePort} → ${destinationPort} (${payload.length})${fragment}`,
          `${name} (${payload.length})`,
          name,
          'UDP',
        ],
        role: 'data',
        ports: [sourcePort, destinationPort],
      };
    }
    case 'icmpv4':
      return icmpPart('ICMP', carried, bytes, icmpv4.TYPE_NAMES, icmpv4.CODE_NAMES, length);
    case 'icmpv6':
      return icmpPart('ICMP6', carried, bytes, icmpv6.TYPE_NAMES, icmpv6.CODE_NAMES, length);
    case 'ndp':
      return ndpPart(carried.record, length);
    case 'igmp': {
      const name = messageName(carried.record.message);
      const group = 'group' in carried.record ? ` ${formatIpAddress(carried.record.group)}` : '';
      return part(`IGMP, ${name}${group}, length ${length}`, `IGMP ${name}${group}`, `IGMP ${name}`, 'IGMP');
    }
    case 'data':
      return part(`${carried.record.name}, length ${carried.length}${fragment}`, carried.record.name + fragment);
    default:
      return part(`${protocolName(ip.record.protocol)}, length ${length}${fragment}`);
  }
}

/** Which part of a packet this is, if it is not all of it. */
function fragmentText(ip: IpLayer): string {
  const { offset, more } =
    ip.protocol === 'ipv4'
      ? { offset: ip.record.fragmentOffset, more: ip.record.moreFragments }
      : fragmentOf(ip.record.extensions);
  return offset === 0 && !more ? '' : `, fragment at ${offset}${more ? '+' : ''}`;
}

function fragmentOf(extensions: LayerOf<'ipv6'>['record']['extensions']): { offset: number; more: boolean } {
  const fragment = extensions.find((extension) => extension.header === 'fragment');
  return { offset: fragment?.offset ?? 0, more: fragment?.moreFragments ?? false };
}

/** `destination unreachable` for `destinationUnreachable`. */
const messageName = (message: string): string => message.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

function icmpPart(
  protocol: string,
  layer: LayerOf<'icmpv4'> | LayerOf<'icmpv6'>,
  bytes: Uint8Array,
  types: Readonly<Record<number, string>>,
  codes: Readonly<Record<number, readonly string[]>>,
  length: number,
): Part {
  const { record, quoted } = layer;
  const type = bytes[layer.at] ?? 0;
  const name = types[type] ?? `type ${type}`;
  const code = codes[type]?.[record.code];
  const numbers = 'identifier' in record ? `, id ${record.identifier}, seq ${record.sequenceNumber}` : '';
  const what = code === undefined ? name : `${name}: ${code}`;
  const about = quotedText(quoted ?? []);
  return part(
    `${protocol} ${what}${about === '' ? '' : ` (${about})`}${numbers}, length ${length}`,
    `${protocol} ${what}${numbers}`,
    `${protocol} ${code ?? name}`,
    `${protocol} ${name}`,
    protocol,
  );
}

/** Which packet an error is about: `10.0.0.1.4000 > 10.0.0.2.9 UDP`. */
function quotedText(quoted: readonly Layer[]): string {
  const ip = quoted.find((layer): layer is IpLayer => layer.protocol === 'ipv4' || layer.protocol === 'ipv6');
  if (ip === undefined) return '';
  const carried = quoted[quoted.indexOf(ip) + 1];
  const source = formatIpAddress(ip.record.source);
  const destination = formatIpAddress(ip.record.destination);
  if (carried?.protocol !== 'tcp' && carried?.protocol !== 'udp') {
    return `${source} > ${destination} ${protocolName(ip.record.protocol)}`;
  }
  const { sourcePort, destinationPort } = carried.record;
  return `${source}.${sourcePort} > ${destination}.${destinationPort} ${carried.protocol.toUpperCase()}`;
}

function ndpPart(record: NdpRecord, length: number): Part {
  const name = messageName(record.message);
  const mac = record.options.find((option) => 'mac' in option);
  const target = 'target' in record ? formatIpAddress(record.target) : '';
  const address = mac === undefined ? '' : formatMac(mac.mac);
  switch (record.message) {
    case 'neighborSolicitation':
      return part(`ICMP6, ${name}, who has ${target}, length ${length}`, `NDP who has ${target}?`, 'NDP who has?');
    case 'neighborAdvertisement':
      return part(
        `ICMP6, ${name}, ${target} is at ${address || 'the sender'}, length ${length}`,
        `NDP ${target} is at ${address}`,
        `NDP ${target} is here`,
        'NDP is here',
      );
    default:
      return part(`ICMP6, ${name}, length ${length}`, `NDP ${name}`, 'NDP');
  }
}

/** `vlan 7 `, outermost tag first; nothing for a frame without. */
const vlanText = (layers: readonly Layer[]): string =>
  (findLayer(layers, 'vlan')?.record.tags ?? []).map((tag) => `vlan ${tag.identifier} `).join('');

/** A frame that carries no IP packet. */
function describeLink({ layers, originalLength }: Dissection): Description {
  const arp = findLayer(layers, 'arp');
  const ethernet = findLayer(layers, 'ethernet');
  if (arp !== undefined) {
    return { network: `${vlanText(layers)}ARP`, source: '', destination: '', ...describeArp(arp.record, arp.length) };
  }
  const pppoe = findLayer(layers, 'pppoe');
  const last = layers.findLast((layer) => layer.protocol !== 'padding');
  const ends = {
    source: ethernet === undefined ? '' : formatMac(ethernet.record.source),
    destination: ethernet === undefined ? '' : formatMac(ethernet.record.destination),
  };
  const isDiscovery = pppoe !== undefined && pppoe.record.code !== 0;
  const said = isDiscovery ? part(`${codeName(pppoe.record.code)}, length ${originalLength}`) : undefined;
  return { network: networkOf(layers), ...ends, ...(said ?? describeLast(last, originalLength)) };
}

function networkOf(layers: readonly Layer[]): string {
  const [first] = layers;
  if (first?.protocol !== 'ethernet') return first === undefined ? 'frame' : PROTOCOL_TITLES[first.protocol];
  const type = first.record.typeOrLength;
  return isLength(type) ? '802.3' : etherTypeName(type);
}

function describeLast(last: Layer | undefined, length: number): Part {
  if (last === undefined) return part(`empty, length ${length}`, 'empty');
  if (last.protocol === 'data') return part(`${last.record.name}, length ${length}`, last.record.name);
  const title = PROTOCOL_TITLES[last.protocol];
  return part(`${title}, length ${length}`, title);
}

function describeArp(record: ArpRecord, length: number): Part {
  const sender = addressText(record.senderProtocol);
  const target = addressText(record.targetProtocol);
  const hardware = addressText(record.senderHardware);
  switch (record.operation) {
    case 1: {
      const question = sender === target ? `I am ${target}` : `who has ${target}?`;
      return part(
        `Request who-has ${target} tell ${sender}, length ${length}`,
        `ARP ${question}`,
        'ARP request',
        'ARP',
      );
    }
    case 2:
      return part(
        `Reply ${sender} is-at ${hardware}, length ${length}`,
        `ARP ${sender} is at ${hardware}`,
        `ARP ${sender} is here`,
        'ARP reply',
        'ARP',
      );
    default:
      return part(`operation ${record.operation}, length ${length}`, `ARP operation ${record.operation}`, 'ARP');
  }
}

/** An address of ARP as text: IP, Ethernet, or the bytes of another kind. */
function addressText(address: IpAddress | number | Uint8Array): string {
  if (address instanceof IpAddress) return formatIpAddress(address);
  if (typeof address === 'number') return formatMac(address);
  return hex(address);
}
