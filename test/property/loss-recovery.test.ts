/**
 * Whole transfers that show what the parts of loss recovery are for: a lost tail, displacement without loss, a timeout
 * that came too early. Each is also run with the part switched off, where it must fail.
 */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../src/layers/address-text.ts';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import type { ControlBlock } from '../../src/layers/transport/tcp/control-block.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, patternSource } from '../../src/sim/bulk-transfer.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { World } from '../../src/sim/world.ts';
import { Recorder } from '../../src/trace/recorder.ts';

const RTT_NS = 100 * MILLISECOND;

interface Ended {
  /** When the last byte had arrived. */
  readonly arrivedNs: number;
  readonly retransmissions: readonly string[];
  readonly block: ControlBlock;
}

/** `bytes` over a path of 100 ms and 100 Mbit/s. */
function transfer(bytes: number, link: LinkOptions, tcp: Partial<TcpSettings>, seed = 1): Ended {
  const world = new World({ seed, slabBytes: 1 << 20, observer: (clock) => new Recorder(clock, { kinds: [] }) });
  const retransmissions: string[] = [];
  (world.observer as Recorder).listen((event) => {
    if (event.kind === 'tcp-retransmit') retransmissions.push(event.reason);
  });
  const from = world.host('from', { settings: { tcp } });
  const to = world.host('to', { settings: { tcp } });
  world.link({ host: from }, { host: to }, { rate: '100Mbit/s', delay: '50ms', ...link });
  let arrivedNs = -1;
  let received = 0;
  const run = new BulkTransfer({
    sender: from.sockets,
    receiver: to.sockets,
    address: ipAddress('10.0.0.2'),
    port: 5001,
    memory: world.memory,
    source: patternSource(bytes),
    sink: (part) => {
      received += part.length;
      if (received === bytes) arrivedNs = world.now;
    },
    ended: () => undefined,
  });
  world.runSync(200 * MILLISECOND);
  const block = [...from.tcp.connections][0]!;
  world.runSync(30 * SECOND);
  expect(run.bytesReceived).toBe(bytes);
  return { arrivedNs, retransmissions, block };
}

describe('the tail of a response is lost', () => {
  const SEGMENTS = 60;
  /** Without timestamps a segment has 1460 bytes. */
  const BYTES = SEGMENTS * 1460;
  const usual = { timestamps: false } as const;
  const undisturbed = transfer(BYTES, {}, usual).arrivedNs;
  const losing = (last: number, tcp: Partial<TcpSettings>): number =>
    transfer(
      BYTES,
      {
        // The FIN behind them as well: it would draw a SACK block.
        faults: [
          {
            direction: 'aToB' as const,
            match: { protocol: 'tcp' as const, flags: 'F.', nth: 1 },
            action: 'drop' as const,
          },
          ...Array.from({ length: last }, (_, index) => ({
            direction: 'aToB' as const,
            match: { protocol: 'tcp' as const, payload: true, nth: SEGMENTS - index },
            action: 'drop' as const,
          })),
        ],
      },
      { ...usual, ...tcp },
    ).arrivedNs - undisturbed;

  test.each([1, 2, 3])('RFC 8985 §7: the last %i: about two round trips with tail loss probes', (last) => {
    const late = losing(last, {});
    // The probe goes after 2 * SRTT, and what it draws comes back a round trip later: one for each half of the repair.
    expect(late).toBeGreaterThan(1.5 * RTT_NS);
    expect(late).toBeLessThan((last === 3 ? 7 : 5) * RTT_NS);
  });

  test.each([1, 2, 3])('RFC 6298 §5: the last %i: only the retransmission timer without', (last) => {
    expect(losing(last, { tailLossProbe: false })).toBeGreaterThan(8 * RTT_NS);
  });
});

describe('segments are displaced by up to a quarter of a round trip, and none is lost', () => {
  /** One segment that two others pass, so that reordering is seen; then each fiftieth, 20 ms late. */
  const link: LinkOptions = {
    faults: [
      { direction: 'aToB', match: { protocol: 'tcp', payload: true, nth: 20 }, action: 'delay', by: '200us' },
      ...Array.from({ length: 8 }, (_, index) => ({
        direction: 'aToB' as const,
        match: { protocol: 'tcp' as const, payload: true, nth: 70 + 50 * index },
        action: 'delay' as const,
        by: '20ms',
      })),
    ],
  };
  const repeated = (tcp: Partial<TcpSettings>): number => transfer(1_000_000, link, tcp).retransmissions.length;

  test('RFC 8985 §6.2: RACK sends nothing again; DupThresh 3 does', () => {
    expect(repeated({})).toBe(0);
    expect(repeated({ rack: false })).toBeGreaterThanOrEqual(8);
  });
});

describe('a spike of delay makes the retransmission timer fire too early', () => {
  /** The third flight waits 2 s, and so does the first segment that the timer sends again; what follows does not. */
  const spike: LinkOptions = {
    faults: Array.from({ length: 26 }, (_, index) => ({
      direction: 'aToB' as const,
      match: { protocol: 'tcp' as const, payload: true, nth: 31 + index },
      action: 'delay' as const,
      by: '2s',
    })),
  };
  const windowsAfter = (tcp: Partial<TcpSettings>) => {
    const { block, retransmissions } = transfer(3_000_000, spike, { tailLossProbe: false, ...tcp });
    return { ssthresh: block.congestion.ssthresh, retransmissions: retransmissions.length };
  };
  const NOTHING = { eifel: false, forwardRtoRecovery: false, duplicateSackUndo: false } as const;

  test.each([
    ['RFC 3522, RFC 4015: Eifel', { ...NOTHING, eifel: true }],
    ['RFC 5682: F-RTO', { ...NOTHING, forwardRtoRecovery: true, duplicateSackUndo: true, timestamps: false }],
  ])('%s: the timeout is undone: ssthresh is as before, and little is sent again', (_name, tcp) => {
    const { ssthresh, retransmissions } = windowsAfter(tcp);
    expect(ssthresh).toBe(Number.POSITIVE_INFINITY);
    expect(retransmissions).toBeLessThan(8);
  });

  test('RFC 6298 §5, RFC 5681 §3.1: without undo the window stays halved, and the flight is sent again', () => {
    const { ssthresh, retransmissions } = windowsAfter(NOTHING);
    expect(ssthresh).toBeLessThan(200_000);
    expect(retransmissions).toBeGreaterThan(15);
  });
});
