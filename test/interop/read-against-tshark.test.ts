/**
 * Every frame of every real capture, as we read it and as tshark does: they agree, and the malformed ones are survived.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { formatIpAddress } from '../../src/layers/address-text.ts';
import { isLength } from '../../src/layers/link/ethertype.ts';
import { formatMac } from '../../src/layers/mac.ts';
import { readCapture } from '../../src/trace/capture-file.ts';
import type { CapturedFrame } from '../../src/trace/captured-frame.ts';
import { type Dissection, dissect } from '../../src/trace/dissect.ts';
import { findLayer } from '../../src/trace/layer.ts';
import { captures } from './captures.ts';
import { testWith } from './program.ts';

type Row = Readonly<Record<string, string>>;

/** How we say what tshark says: by its field's name, as its text. `undefined` where the frame has no such layer. */
const FIELDS: Readonly<Record<string, (dissection: Dissection, frame: CapturedFrame) => string | number | undefined>> =
  {
    'frame.time_epoch': (_, frame) =>
      frame.time && `${frame.time.seconds}.${String(frame.time.nanoseconds).padStart(9, '0')}`,
    'frame.cap_len': (_, frame) => frame.bytes.length,
    'frame.len': (_, frame) => frame.originalLength,
    'eth.src': ({ layers }) => mac(findLayer(layers, 'ethernet')?.record.source),
    'eth.dst': ({ layers }) => mac(findLayer(layers, 'ethernet')?.record.destination),
    'eth.len': ({ layers }) => {
      const claimed = findLayer(layers, 'ethernet')?.record.typeOrLength;
      return claimed !== undefined && isLength(claimed) ? claimed : undefined;
    },
    'vlan.id': ({ layers }) => findLayer(layers, 'vlan')?.record.tags.at(-1)?.identifier,
    'llc.dsap': ({ layers }) => hexadecimal(findLayer(layers, 'llc')?.record.destinationSap, 2),
    'pppoe.code': ({ layers }) => hexadecimal(findLayer(layers, 'pppoe')?.record.code, 2),
    'pppoe.payload_length': ({ layers }) => findLayer(layers, 'pppoe')?.record.payload.length,
    'arp.opcode': ({ layers }) => findLayer(layers, 'arp')?.record.operation,
    'ip.src': ({ layers }) => text(findLayer(layers, 'ipv4')?.record.source),
    'ip.dst': ({ layers }) => text(findLayer(layers, 'ipv4')?.record.destination),
    'ip.hdr_len': ({ layers }) => findLayer(layers, 'ipv4')?.length,
    'ip.len': ({ layers }) => {
      const ip = findLayer(layers, 'ipv4');
      return ip && ip.length + ip.record.payload.length;
    },
    'ip.ttl': ({ layers }) => findLayer(layers, 'ipv4')?.record.timeToLive,
    'ip.proto': ({ layers }) => findLayer(layers, 'ipv4')?.record.protocol,
    'ip.checksum.status': ({ layers }) => status(findLayer(layers, 'ipv4')?.checksum),
    'ipv6.src': ({ layers }) => text(findLayer(layers, 'ipv6')?.record.source),
    'ipv6.plen': ({ layers }) => {
      const ip = findLayer(layers, 'ipv6');
      return ip && ip.length - 40 + ip.record.payload.length;
    },
    'ipv6.hlim': ({ layers }) => findLayer(layers, 'ipv6')?.record.hopLimit,
    'icmp.type': ({ layers, bytes }) => typeAt(bytes, findLayer(layers, 'icmpv4')?.at),
    'icmp.code': ({ layers }) => findLayer(layers, 'icmpv4')?.record.code,
    'icmp.checksum.status': ({ layers }) => status(findLayer(layers, 'icmpv4')?.checksum),
    'icmpv6.type': ({ layers, bytes }) => typeAt(bytes, (findLayer(layers, 'icmpv6') ?? findLayer(layers, 'ndp'))?.at),
    'icmpv6.checksum.status': ({ layers }) =>
      status((findLayer(layers, 'icmpv6') ?? findLayer(layers, 'ndp'))?.checksum),
    'igmp.type': ({ layers, bytes }) => hexadecimal(typeAt(bytes, findLayer(layers, 'igmp')?.at), 2),
    'igmp.checksum.status': ({ layers }) => status(findLayer(layers, 'igmp')?.checksum),
    'udp.srcport': ({ layers }) => findLayer(layers, 'udp')?.record.sourcePort,
    'udp.dstport': ({ layers }) => findLayer(layers, 'udp')?.record.destinationPort,
    'udp.length': ({ layers }) => {
      const datagram = findLayer(layers, 'udp');
      return datagram && 8 + datagram.record.payload.length;
    },
    'udp.checksum.status': ({ layers }) => status(findLayer(layers, 'udp')?.checksum),
    'tcp.srcport': ({ layers }) => findLayer(layers, 'tcp')?.record.sourcePort,
    'tcp.dstport': ({ layers }) => findLayer(layers, 'tcp')?.record.destinationPort,
    'tcp.seq_raw': ({ layers }) => unsigned(findLayer(layers, 'tcp')?.record.sequenceNumber),
    'tcp.ack_raw': ({ layers }) => unsigned(findLayer(layers, 'tcp')?.record.acknowledgmentNumber),
    'tcp.hdr_len': ({ layers }) => findLayer(layers, 'tcp')?.length,
    'tcp.len': ({ layers }) => findLayer(layers, 'tcp')?.record.payload.length,
    'tcp.flags': ({ layers }) => hexadecimal(findLayer(layers, 'tcp')?.record.flags, 4),
    'tcp.window_size_value': ({ layers }) => findLayer(layers, 'tcp')?.record.window,
    'tcp.urgent_pointer': ({ layers }) => findLayer(layers, 'tcp')?.record.urgentPointer,
    'tcp.checksum.status': ({ layers }) => status(findLayer(layers, 'tcp')?.checksum),
  };

/** tshark's numbers for a verdict on a checksum. */
const STATUS = { bad: 0, good: 1, unverified: 2, none: 3 } as const;

const status = (verdict: keyof typeof STATUS | undefined) => verdict && STATUS[verdict];
const mac = (address: number | undefined) => (address === undefined ? undefined : formatMac(address));
const text = (address: Parameters<typeof formatIpAddress>[0] | undefined) => address && formatIpAddress(address);
const unsigned = (value: number | undefined) => (value === undefined ? undefined : value >>> 0);
const typeAt = (bytes: Uint8Array, at: number | undefined) => (at === undefined ? undefined : bytes[at]);
const hexadecimal = (value: number | undefined, digits: number) =>
  value === undefined ? undefined : `0x${value.toString(16).padStart(digits, '0')}`;

/**
 * One row per frame of all captures, one behind the other, its fields as tshark prints them. Where there are several (a quoted
 * packet), the first counts. One run reads all: each start of tshark costs half a second.
 */
function tshark(paths: readonly string[]): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'wirelab-'));
  const merged = join(folder, 'all.pcapng');
  try {
    execFileSync('mergecap', ['-a', '-I', 'none', '-w', merged, ...paths], { stdio: 'ignore' });
    return rowsOf(merged);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(path: string): Row[] {
  const names = Object.keys(FIELDS);
  const checksums = ['ip', 'tcp', 'udp'].flatMap((protocol) => ['-o', `${protocol}.check_checksum:TRUE`]);
  const stdout = execFileSync(
    'tshark',
    ['-n', '-r', path, ...checksums, '-T', 'fields', '-E', 'occurrence=f', ...names.flatMap((name) => ['-e', name])],
    { maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'], encoding: 'utf8' },
  );
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(names.map((name, index) => [name, values[index] ?? '']));
    });
}

function ourRow(frame: CapturedFrame): Row {
  const dissection = dissect(frame.linkType, frame.bytes, frame.originalLength);
  return Object.fromEntries(
    Object.entries(FIELDS).map(([name, read]) => [name, String(read(dissection, frame) ?? '')]),
  );
}

const all = captures();

describe.skipIf(all.length === 0)('the real captures', () => {
  testWith('tshark')('ordinary traffic: every field of every frame is what tshark reads', () => {
    const ordinary = all.filter((capture) => capture.isOrdinary);
    expect(ordinary.length).toBeGreaterThan(15);
    const ours = ordinary.flatMap((capture) => {
      const { frames, damage } = readCapture(capture.bytes);
      expect(damage, capture.name).toBeUndefined();
      return frames.map((frame, index) => ({ frame: `${capture.name} ${index + 1}`, ...ourRow(frame) }));
    });
    const theirs = tshark(ordinary.map(({ path }) => path));
    expect(theirs).toHaveLength(ours.length);
    expect(ours).toEqual(theirs.map((row, index) => ({ frame: ours[index]?.frame, ...row })));
  });

  test('malformed traffic: every frame is read, and says what is wrong with it', () => {
    for (const capture of all.filter(({ isOrdinary }) => !isOrdinary)) {
      const { frames, damage } = readCapture(capture.bytes);
      expect(damage, capture.name).toBeUndefined();
      expect(frames.length, capture.name).toBeGreaterThan(0);
      for (const frame of frames) {
        const { layers } = dissect(frame.linkType, frame.bytes, frame.originalLength);
        expect(
          layers.filter((layer) => layer.problem !== undefined),
          capture.name,
        ).not.toEqual([]);
      }
    }
  });
});
