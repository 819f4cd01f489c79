import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { DROP_REASONS } from '../../../src/layers/drop.ts';
import type { TcpInfo } from '../../../src/layers/transport/tcp/info.ts';
import { traceDigest } from '../../../src/trace/digest.ts';
import type { TraceEvent } from '../../../src/trace/events.ts';
import { eventfulRun, FORTH, Run, segmentFrame } from './run.ts';

const kindsOf = (events: readonly TraceEvent[]): string[] => events.map((event) => event.kind);

describe('the recorder', () => {
  test('events come in the order of the run, with their times and the bytes of that moment', () => {
    const run = new Run();
    const serial = run.at(1).send(FORTH, { text: 'abc' });
    run.at(2).corrupt(serial);
    run.at(3).deliver(serial);
    const events = run.recorder.events();
    expect(kindsOf(events)).toEqual(['frame-sent', 'frame-corrupted', 'frame-delivered']);
    expect(events.map((event) => event.time)).toEqual([1e6, 2e6, 3e6]);
    const sent = segmentFrame(FORTH, { text: 'abc' });
    const changed = sent.slice();
    changed[changed.length - 1]! ^= 1;
    expect(events.map((event) => 'bytes' in event && [...event.bytes])).toEqual([
      [...sent],
      [...changed],
      [...changed],
    ]);
  });

  test('a frame is borrowed: what is kept is a copy', () => {
    const run = new Run();
    run.deliver(run.send(FORTH, { text: 'first' }));
    run.deliver(run.send(FORTH, { text: 'other' }));
    const [first] = run.recorder.events();
    expect(first).toMatchObject({ bytes: segmentFrame(FORTH, { text: 'first' }) });
  });

  test('a drop by a host names its rule, and the frame that it was given', () => {
    const run = new Run();
    run.deliver(run.send(FORTH, {}), 'tcp-bad-checksum');
    expect(run.recorder.events().at(-1)).toMatchObject({
      kind: 'host-drop',
      host: 'bob',
      interfaceName: 'bob.eth0',
      reason: 'tcp-bad-checksum',
      rule: DROP_REASONS['tcp-bad-checksum'].rule,
      serial: 1,
    });
  });

  test('a frame that ends in a host later than in its delivery is not taken for the one delivered last', () => {
    const run = new Run();
    run.at(1).deliver(run.send(FORTH, {}));
    const serial = run.at(2).send(FORTH, {});
    const { frame } = [...(run as unknown as { frames: Map<number, { frame: never }> }).frames.values()][0]!;
    run.at(2).bob.dropped('eth0', 'fragment-timeout', frame);
    expect(run.recorder.events().at(-1)).toMatchObject({ kind: 'host-drop', serial: undefined });
    run.deliver(serial);
  });

  test('keeps the kinds and taps that it is told to; listeners get all', () => {
    const all = kindsOf(eventfulRun().recorder.events());
    const run = new Run({ kinds: ['frame-sent', 'host-drop'], taps: ['bob'] });
    const heard: TraceEvent[] = [];
    const stop = run.recorder.listen((event) => heard.push(event));
    run.deliver(run.send(FORTH, {}), 'tcp-paws');
    run.state('CLOSED', 'SYN-SENT');
    stop();
    run.state('SYN-SENT', 'ESTABLISHED');
    expect(kindsOf(run.recorder.events())).toEqual(['frame-sent', 'host-drop']);
    expect(kindsOf(heard)).toEqual(['frame-sent', 'frame-delivered', 'host-drop', 'tcp-state']);
    expect(eventfulRun({ taps: ['elsewhere'] }).recorder.events()).toEqual([]);
    expect(kindsOf(eventfulRun({ taps: ['cable'] }).recorder.events())).toEqual(
      all.filter((kind) => kind.startsWith('frame')),
    );
  });

  test.each([
    ['forget-oldest', 'last'],
    ['forget-newest', 'first'],
  ] as const)('within its bound of memory it keeps with %s the %s ones', (whenFull, which) => {
    const run = new Run({ limitBytes: 40_000, whenFull });
    for (let count = 0; count < 20_000; count++) run.at(count).state('A', 'B');
    const events = run.recorder.events();
    expect(events).toHaveLength(200);
    expect(run.recorder.forgotten).toBe(19_800);
    expect(events[0]?.time).toBe(which === 'first' ? 0 : 19_800e6);
    expect(events.at(-1)?.time).toBe(which === 'first' ? 199e6 : 19_999e6);
  });

  test('bytes of frames count towards the bound once', () => {
    const run = new Run({ limitBytes: 2 * 200 + 1000, whenFull: 'forget-newest' });
    const frame = segmentFrame(FORTH, { text: 'x'.repeat(900) });
    expect(frame.length).toBeLessThan(1000);
    run.deliver(run.send(FORTH, { text: 'x'.repeat(900) }));
    expect(run.recorder.events()).toHaveLength(2);
    run.send(FORTH, {});
    expect(run.recorder.events()).toHaveLength(2);
  });
});

describe('tcp_info in a trace', () => {
  const connection = { serial: 1 } as never;
  const info = { cwnd: 5 } as TcpInfo;

  test('is not there, and not even asked for, unless the recorder is told', () => {
    expect(eventfulRun().alice.tcpInfo).toBeUndefined();
    expect(new Run({ kinds: ['tcp-info'] }).alice.tcpInfo).toBeUndefined();
  });

  test('is an event of its own kind, and the digest is as without', () => {
    const run = eventfulRun({ tcpInfo: true });
    const digest = traceDigest();
    for (const event of run.recorder.events()) digest.add(event);
    const before = digest.hex();
    run.at(9).alice.tcpInfo?.(connection, info);
    const taken = run.recorder.events().at(-1)!;
    expect(taken).toEqual({ kind: 'tcp-info', time: 9e6, host: 'alice', connection, info });
    digest.add(taken);
    expect(digest.hex()).toBe(before);
  });

  test('takes its share of the memory', () => {
    const run = new Run({ limitBytes: 10_000, tcpInfo: true });
    for (let count = 0; count < 100; count++) run.alice.tcpInfo?.(connection, info);
    expect(run.recorder.events()).toHaveLength(6);
  });
});

describe('the digest', () => {
  const digestOf = (run: Run): string => {
    const digest = traceDigest();
    for (const event of run.recorder.events()) digest.add(event);
    return digest.hex();
  };

  test('equal runs have equal digests, and the digest is pinned', () => {
    expect(digestOf(eventfulRun())).toBe(digestOf(eventfulRun()));
    expect(digestOf(eventfulRun())).toBe('803d69dd422882ff23a418efd370bf54e06c8d4343d6771341187ccee6b70b20');
  });

  test('may be asked for while the run goes on', () => {
    const digest = traceDigest();
    const seen = new Set([digest.hex()]);
    const events = eventfulRun().recorder.events();
    for (const event of events) {
      digest.add(event);
      seen.add(digest.hex());
      expect(digest.hex()).toBe(digest.hex());
    }
    expect(seen.size).toBe(events.length + 1);
    expect(digest.hex()).toBe(digestOf(eventfulRun()));
  });

  test('every field of every kind of event counts', () => {
    const run = eventfulRun();
    const connection = { serial: 1 } as never;
    run.alice.tcpTimer(connection, 'persist', 'armed', 5);
    run.alice.tcpAcked(connection, {
      cwnd: 1,
      ssthresh: 2,
      flightSize: 3,
      sndWnd: 4,
      rcvWnd: 5,
      srttNs: 6,
      rtoNs: 7,
      congestionState: 'open',
    });
    const events = [...run.recorder.events()];
    const whole = digestOfEvents(events);
    const found = new Set([whole]);
    let changes = 0;
    for (const [index, event] of events.entries()) {
      for (const name of Object.keys(event) as (keyof TraceEvent)[]) {
        // A delivery's bytes are those of the sending, or of the corruption; a rule follows from the reason.
        const isDerived =
          ('bytes' in event &&
            !['frame-sent', 'frame-corrupted'].includes(event.kind) &&
            (name as string) === 'bytes') ||
          ['rule', 'kind', 'connection', 'direction', 'snapshot'].includes(name);
        if (isDerived) continue;
        changes++;
        const changed = [...events];
        changed[index] = { ...event, [name]: otherThan(event[name]) } as TraceEvent;
        found.add(digestOfEvents(changed));
      }
    }
    expect(found.size).toBe(changes + 1);
  });

  const digestOfEvents = (events: readonly TraceEvent[]): string => {
    const digest = traceDigest();
    for (const event of events) digest.add(event);
    return digest.hex();
  };

  const otherThan = (value: unknown): unknown => {
    if (typeof value === 'number') return value + 0.5;
    if (typeof value === 'string') return `${value}!`;
    return (value as Uint8Array).map((octet) => octet ^ 1);
  };

  test('Node’s SHA-256 gives the same digest', () => {
    const events = eventfulRun().recorder.events();
    const digest = traceDigest(createHash('sha256'));
    for (const event of events) digest.add(event);
    expect(digest.hex()).toBe(digestOfEvents(events));
  });

  test('a frame longer than the buffer goes in as well', () => {
    const event = (octet: number): TraceEvent => ({
      kind: 'frame-sent',
      time: 0,
      direction: FORTH,
      serial: 1,
      bytes: new Uint8Array(20_000).fill(octet),
    });
    expect(digestOfEvents([event(1)])).not.toBe(digestOfEvents([event(2)]));
  });
});
