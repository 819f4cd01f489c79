/** The packets that the codecs are measured on are whole, and every part does its work on them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Once } from '../../../../bench/cases/codecs/codec.ts';
import { CODECS } from '../../../../bench/cases/every-codec.ts';

const viewOf = (packet: Uint8Array): DataView => new DataView(packet.slice().buffer);

describe.each(CODECS)('$protocol', ({ packet, read, decode, encode }) => {
  const { length } = packet;

  test('is read, and is a record that makes the same bytes again', () => {
    expect(read(viewOf(packet), 0, length)).not.toBeNaN();
    const record = decode(viewOf(packet), 0, length);
    expect(record).toBeTypeOf('object');
    expect(encode(record as never)).toEqual(packet);
  });
});

describe.each(CODECS.filter(({ verify }) => verify !== undefined))('$protocol', ({ packet, read, verify }) => {
  const { length } = packet;

  test('is refused with a wrong checksum only by what verifies', () => {
    const damaged = viewOf(packet);
    // The last byte of what is covered by every one of these checksums.
    const place = Math.min(length, length > 1480 ? 20 : length) - 1;
    damaged.setUint8(place, damaged.getUint8(place) ^ 1);
    expect((verify as Once)(viewOf(packet), 0, length)).not.toBeNaN();
    expect((verify as Once)(damaged, 0, length)).toBeNaN();
    expect(read(damaged, 0, length)).not.toBeNaN();
  });
});

const written = CODECS.filter(({ write, seal }) => write !== undefined || seal !== undefined);

describe.each(written)('$protocol', ({ packet, write, seal }) => {
  const { length } = packet;

  test('is written in place, with its checksum, as it was', () => {
    const scratch = packet.slice();
    const fields = new DataView(scratch.buffer);
    (write ?? (seal as Once))(fields, 0, length);
    seal?.(fields, 0, length);
    expect(scratch).toEqual(packet);
  });
});

/** What a file's protocol is called in the table, where that is not the file's own name. */
const NAMES: Readonly<Record<string, string>> = {
  null: 'BSD loopback',
  'linux-cooked': 'Linux cooked',
  icmpv4: 'ICMP echo',
  segment: 'TCP',
};

test('no protocol is forgotten: every file with a decoder is in the table', () => {
  const folder = new URL('../../../../src/layers/', import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') && /^export (const|function) decode\b/m.test(readFileSync(new URL(name, folder), 'utf8')),
  );
  const measured = CODECS.map(({ protocol }) => protocol.toLowerCase());
  const names = files.map((file) => path.basename(file, '.ts')).map((name) => NAMES[name] ?? name);
  expect(names.length).toBeGreaterThan(15);
  expect(names.filter((name) => !measured.some((protocol) => protocol.includes(name.toLowerCase())))).toEqual([]);
});
