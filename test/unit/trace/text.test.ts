import { describe, expect, test } from 'vitest';
import { ACK, FIN, PSH, SYN } from '../../../src/layers/transport/tcp/segment.ts';
import type { CapturedFrame } from '../../../src/trace/captured-frame.ts';
import { eventJson, frameJson } from '../../../src/trace/json.ts';
import { textWriter, timeOfDay } from '../../../src/trace/text.ts';
import { BACK, eventfulRun, FORTH, segmentFrame } from './run.ts';

const frame = (bytes: Uint8Array, change: Partial<CapturedFrame> = {}): CapturedFrame => ({
  time: { seconds: 3661, nanoseconds: 5000 },
  timeDigits: 6,
  linkType: 1,
  bytes,
  originalLength: bytes.length,
  ...change,
});

describe('text', () => {
  test.each([0x7fff_ffff | 0, -1, 5])('sequence numbers count from the SYN: %d', (isn) => {
    const write = textWriter();
    const line = (direction: typeof FORTH, segment: Parameters<typeof segmentFrame>[1]): string =>
      write(frame(segmentFrame(direction, segment))).trimEnd();
    const at = (offset: number): number => (isn + offset) | 0;
    const timestamps = { name: 'timestamps', value: -1, echo: 7 } as const;
    expect([
      line(FORTH, { flags: SYN, sequenceNumber: isn, options: [{ name: 'maximumSegmentSize', bytes: 1460 }] }),
      line(BACK, { flags: SYN | ACK, sequenceNumber: 99, acknowledgmentNumber: at(1) }),
      line(FORTH, { flags: ACK | PSH, sequenceNumber: at(1), acknowledgmentNumber: 100, text: 'hello' }),
      line(BACK, {
        sequenceNumber: 100,
        acknowledgmentNumber: at(1),
        options: [timestamps, { name: 'sack', blocks: [[at(6), at(11)]] }],
      }),
      line(FORTH, { flags: FIN | ACK, sequenceNumber: at(6), acknowledgmentNumber: 100 }),
    ]).toEqual([
      `01:01:01.000005 IP 10.0.0.1.4000 > 10.0.0.2.80: Flags [S], seq ${isn >>> 0}, win 1000, options [mss 1460], length 0`,
      '01:01:01.000005 IP 10.0.0.2.80 > 10.0.0.1.4000: Flags [S.], seq 99, ack 1, win 1000, length 0',
      '01:01:01.000005 IP 10.0.0.1.4000 > 10.0.0.2.80: Flags [P.], seq 1:6, ack 1, win 1000, length 5',
      '01:01:01.000005 IP 10.0.0.2.80 > 10.0.0.1.4000: Flags [.], ack 1, win 1000, ' +
        'options [TS val 4294967295 ecr 7,sack {6:11}], length 0',
      '01:01:01.000005 IP 10.0.0.1.4000 > 10.0.0.2.80: Flags [F.], seq 6, ack 1, win 1000, length 0',
    ]);
  });

  test('where the SYN was not seen, counting begins with the first segment', () => {
    const write = textWriter();
    expect(write(frame(segmentFrame(FORTH, { sequenceNumber: 500, acknowledgmentNumber: 900, text: 'ab' })))).toContain(
      'seq 1:3, ack 1,',
    );
    expect(write(frame(segmentFrame(BACK, { sequenceNumber: 900, acknowledgmentNumber: 502, text: 'c' })))).toContain(
      'seq 1:2, ack 3,',
    );
  });

  test('what a capture says about a frame stands with it', () => {
    const told = { interfaceName: 'alice.eth0', direction: 'outbound', comments: ['dropped\nby the medium'] } as const;
    expect(textWriter()(frame(segmentFrame(FORTH, {}), told))).toMatch(
      /^01:01:01\.000005 alice\.eth0 Out IP .*length 0 # dropped by the medium\n$/,
    );
  });

  test('a bad checksum is told', () => {
    const bytes = segmentFrame(FORTH, { text: 'x' });
    bytes[bytes.length - 1]! ^= 4;
    expect(textWriter()(frame(bytes))).toMatch(/length 1 \[tcp-bad-checksum\]\n$/);
  });

  test('the tree has every field, the dump every byte', () => {
    const bytes = segmentFrame(FORTH, { sequenceNumber: -2, text: 'hi' });
    const text = textWriter({ verbose: true, hex: true })(frame(bytes));
    for (const line of [
      '    Ethernet: 14 bytes at 0',
      '        destination: 02:00:00:00:00:02',
      '        type or length: 0x0800 (IPv4)',
      '    IPv4: 20 bytes at 14, checksum good',
      '        protocol: 6 (TCP)',
      '        sequence number: 4294967294',
      '        flags: 0x0010 (ACK)',
      '    HTTP: 2 bytes at 54',
      '        bytes: 6869',
      '\t0x0030:  03e8 1f90 0000 6869                      ......hi\n',
    ]) {
      expect(text).toContain(`\n${line}`);
    }
    const dumped = [...text.matchAll(/^\t0x[0-9a-f]{4}: {2}(.{39})/gm)].map((match) => match[1]!.replaceAll(' ', ''));
    expect(dumped.join('')).toBe(Buffer.from(bytes).toString('hex'));
  });

  test('times are of the day in UTC, in as many digits as the capture has', () => {
    const time = { seconds: 86_400 * 3 + 86_399, nanoseconds: 123_456_789 };
    expect(timeOfDay(time, 9)).toBe('23:59:59.123456789');
    expect(timeOfDay(time, 6)).toBe('23:59:59.123456');
    expect(timeOfDay(time, 0)).toBe('23:59:59');
    expect(timeOfDay({ seconds: -1, nanoseconds: 0 }, 0)).toBe('23:59:59');
    expect(timeOfDay(undefined, 6)).toBe('-');
  });
});

describe('JSON', () => {
  test('a frame with every layer, nothing lost', () => {
    const bytes = segmentFrame(FORTH, { sequenceNumber: -2, text: 'hi' });
    const time = { seconds: 1_700_000_000, nanoseconds: 1 };
    const read = JSON.parse(frameJson(7, frame(bytes, { time })));
    expect(read).toMatchObject({ number: 7, time: '1700000000.000000001', capturedLength: bytes.length, linkType: 1 });
    expect(read.layers.map((layer: { protocol: string }) => layer.protocol)).toEqual([
      'ethernet',
      'ipv4',
      'tcp',
      'data',
    ]);
    expect(read.layers[2]).toMatchObject({
      checksumVerdict: 'good',
      fields: { sourcePort: 4000, destinationPort: 80, sequenceNumber: 4294967294, flagNames: ['ACK'], dataLength: 2 },
    });
    expect(read.layers[3].fields).toEqual({ name: 'HTTP', bytes: '6869' });
  });

  test('every event of a run is a line of its own', () => {
    const run = eventfulRun();
    run.alice.tcpTimer({ serial: 1, local: 0, remote: 0 } as never, 'persist', 'cancelled', Number.POSITIVE_INFINITY);
    const events = run.recorder.events().slice(0, -1);
    const lines = events.map(eventJson);
    expect(lines.every((line) => !line.includes('\n'))).toBe(true);
    const read = lines.map((line) => JSON.parse(line));
    expect(read.map((event) => event.kind)).toEqual(events.map((event) => event.kind));
    expect(read.find((event) => event.kind === 'tcp-retransmit')).toMatchObject({
      connection: { serial: 1, local: '10.0.0.1:4000', remote: '10.0.0.2:80' },
      sequence: 0x8000_0000,
    });
    expect(read.find((event) => event.kind === 'frame-sent').bytes).toMatch(/^02000000000202000000000108004500/);
  });
});
