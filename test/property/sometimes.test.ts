/**
 * What a run should reach at least once: a suite that never sees a window probe proves nothing about probes. Each goal
 * has a script of its own here; all of them are held to every invariant as they run.
 */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { playWithReport } from './report.ts';
import { type Operation, PLAIN, type Scenario } from './scenario.ts';
import type { Outcome } from './scenario-run.ts';

const write = (bytes: number, calls = 1): Operation => ({ do: 'write', bytes, calls });
const sleep = (ms: number): Operation => ({ do: 'sleep', ms });
const drop = (direction: 'aToB' | 'bToA', match: object) =>
  ({ direction, match: { protocol: 'tcp', ...match }, action: 'drop' }) as const;

const mark = (direction: 'aToB' | 'bToA', match: object) =>
  ({ direction, match: { protocol: 'tcp', ...match }, action: 'mark' }) as const;

const plain = { timestamps: false, selectiveAcknowledgment: false, maximumSegmentSize: 1000 } as const;
/** Twelve segments of 1000 bytes, all in the first flight. */
const flight: Partial<Scenario> = {
  client: [write(5000), write(5000), write(2000)],
  server: [sleep(0)],
  settings: { client: { ...plain, initialWindowSegments: 12, congestionControl: 'reno' }, server: plain },
};
/** The same with ECN at both ends, over SACK, without which ACKs are not ECN-capable. */
const marked = (ecn: Partial<TcpSettings>): Scenario['settings'] => {
  const settings = { maximumSegmentSize: 1000, congestionControl: 'reno', ...ecn };
  return { client: { ...settings, initialWindowSegments: 12 }, server: settings };
};
const start = (client: number, server = 0): Partial<Scenario> => ({
  starts: { client: client | 0, server: server | 0 },
});

interface Goal {
  readonly scenario: Partial<Scenario>;
  readonly reaches: readonly string[];
}

const GOALS: Readonly<Record<string, Goal>> = {
  'an active and a passive open, and an orderly close': {
    scenario: {},
    reaches: [
      'SYN-SENT to ESTABLISHED',
      'SYN-RECEIVED to ESTABLISHED',
      'ESTABLISHED to FIN-WAIT-1',
      'TIME-WAIT to CLOSED',
    ],
  },
  'a half close, from both sides': {
    scenario: { server: [sleep(500), write(3000)] },
    reaches: ['FIN-WAIT-1 to FIN-WAIT-2', 'FIN-WAIT-2 to TIME-WAIT', 'CLOSE-WAIT to LAST-ACK', 'LAST-ACK to CLOSED'],
  },
  'a simultaneous open (figure 8)': {
    scenario: { simultaneous: true },
    reaches: ['SYN-SENT to SYN-RECEIVED', 'SYN-RECEIVED to ESTABLISHED'],
  },
  'a simultaneous close (figure 13)': {
    scenario: { client: [sleep(100)], server: [sleep(80)] },
    reaches: ['FIN-WAIT-1 to CLOSING', 'CLOSING to TIME-WAIT'],
  },
  'a program that closes during the handshake': {
    scenario: { client: [{ do: 'close' }] },
    reaches: ['SYN-SENT to CLOSED'],
  },
  'a reset in every state that data flows in': {
    scenario: { client: [write(3000), sleep(200), { do: 'abort' }], server: [sleep(1000)] },
    reaches: ['ESTABLISHED to CLOSED', 'reset taken'],
  },
  'data for a program that has closed': {
    scenario: { client: [sleep(200), write(3000)], server: [{ do: 'close' }] },
    reaches: ['drop tcp-after-close', 'FIN-WAIT-2 to CLOSED'],
  },
  'a window that closes and is probed': {
    scenario: {
      client: [write(5000)],
      server: [sleep(5000)],
      settings: { client: {}, server: { receiveBufferBytes: 1000 } },
    },
    reaches: ['zero window advertised by server', 'window probe', 'retransmission probe'],
  },
  'a wrap at 2^32 in the handshake': { scenario: start(-1), reaches: ['wrap at 2^32 in handshake'] },
  'a wrap at 2^31 in the handshake': {
    scenario: start(2 ** 31 - 1, 2 ** 31 - 1),
    reaches: ['wrap at 2^31 in handshake'],
  },
  'a wrap at 2^32 in data': { scenario: start(-500), reaches: ['wrap at 2^32 in data'] },
  'a wrap at 2^31 in data': { scenario: start(2 ** 31 - 500), reaches: ['wrap at 2^31 in data'] },
  // 1000 bytes of data behind the SYN: the FIN has the last number before the wrap.
  'a wrap at 2^32 in the FIN': { scenario: { ...start(-1002) }, reaches: ['wrap at 2^32 in FIN'] },
  'a wrap at 2^31 in the FIN': { scenario: { ...start(2 ** 31 - 1002) }, reaches: ['wrap at 2^31 in FIN'] },
  'an old duplicate that PAWS keeps out': {
    scenario: {
      client: [write(1000), sleep(300), write(1000), sleep(600), write(1000)],
      faults: [
        { direction: 'aToB', match: { protocol: 'tcp', payload: true, nth: 1 }, action: 'duplicate', copies: 1 },
        { direction: 'aToB', match: { protocol: 'tcp', payload: true, nth: 2 }, action: 'delay', by: '500ms' },
      ],
      settings: { client: { retransmissionTimeoutMinimumNs: 200e6, tailLossProbe: false }, server: {} },
    },
    reaches: ['PAWS drop'],
  },
  'a mark that is echoed and answered': {
    scenario: {
      ...flight,
      faults: [mark('aToB', { payload: true, nth: 2 })],
      settings: marked({ ecn: 'request', accurateEcn: 'off' }),
    },
    reaches: ['fault mark', 'ECN-capable data, classic', 'mark echoed', 'reduced for a mark, classic', 'CWR'],
  },
  'a mark that is counted': {
    scenario: {
      ...flight,
      faults: [mark('aToB', { payload: true, nth: 2 })],
      settings: marked({ accurateEcn: 'request' }),
    },
    reaches: ['ECN-capable data, accurate', 'mark counted', 'reduced for a mark, accurate'],
  },
  'marks on SYN, SYN-ACK and ACK': {
    scenario: {
      ...flight,
      faults: [mark('aToB', { nth: 1 }), mark('bToA', { nth: 1 }), mark('bToA', { nth: 2 })],
      settings: marked({ accurateEcn: 'request', ecnControlPackets: true }),
    },
    reaches: ['ECN-capable control packet', 'mark in the handshake', 'mark counted'],
  },
  'a challenge ACK to a reset and to a SYN': {
    scenario: {
      client: [sleep(1000)],
      injections: [
        { atMs: 200, to: 'client', kind: 'rst', from: 'next', offset: 1, ack: 0, bytes: 1, timestamp: 'none' },
        { atMs: 300, to: 'server', kind: 'syn', from: 'next', offset: 1, ack: 0, bytes: 1, timestamp: 'current' },
      ],
    },
    reaches: ['challenge ACK to a reset', 'challenge ACK to a SYN'],
  },
  'a retransmission timer that backs off five times': {
    scenario: {
      client: [write(1000)],
      faults: [1, 2, 3, 4, 5, 6].map((nth) => drop('aToB', { payload: true, nth })),
      settings: { client: { tailLossProbe: false }, server: {} },
    },
    reaches: ['back-off of 3', 'back-off of 5', 'retransmission rto'],
  },
  'a lost SYN, a lost SYN-ACK, and the last ACK of the handshake lost': {
    scenario: {
      faults: [
        drop('aToB', { flags: 'S', nth: 1 }),
        drop('bToA', { flags: 'S.', nth: 1 }),
        drop('aToB', { flags: '.', nth: 1 }),
      ],
    },
    reaches: ['retransmission syn', 'SYN-RECEIVED to ESTABLISHED'],
  },
  'a fast retransmit and a partial ACK (NewReno)': {
    scenario: {
      ...flight,
      faults: [drop('aToB', { payload: true, nth: 2 }), drop('aToB', { payload: true, nth: 4 })],
    },
    reaches: ['fast retransmit', 'partial acknowledgment', 'loss state recovery'],
  },
  'a recovery by SACK': {
    scenario: {
      ...flight,
      settings: {
        client: { maximumSegmentSize: 1000, initialWindowSegments: 12 },
        server: { maximumSegmentSize: 1000 },
      },
      faults: [drop('aToB', { payload: true, nth: 2 }), drop('aToB', { payload: true, nth: 4 })],
    },
    reaches: ['SACK blocks sent', 'retransmission recovery', 'gap filled', 'out of order'],
  },
  'a half-open connection is found out by the next one from the same port': {
    scenario: {
      incarnations: 2,
      client: [sleep(100), { do: 'abort' }],
      server: [sleep(30_000)],
      // The reset is lost: the server believes in the first connection until the SYN of the second comes.
      faults: [drop('aToB', { flags: 'R.', nth: 1 }), drop('aToB', { flags: 'R', nth: 1 })],
    },
    reaches: ['drop tcp-outside-window', 'reset taken'],
  },
  'TIME-WAIT that a FIN starts again': {
    scenario: {
      client: [write(100)],
      server: [sleep(50)],
      faults: [drop('aToB', { flags: '.', payload: false, nth: 2 })],
      settings: { client: {}, server: { tailLossProbe: false } },
    },
    reaches: ['timer retransmission', 'TIME-WAIT to CLOSED'],
  },
};

describe('what a run should reach', () => {
  const outcomes = new Map<string, Outcome>();

  test.each(Object.entries(GOALS))('%s', (name, { scenario, reaches }) => {
    const outcome = playWithReport({ ...PLAIN, ...scenario });
    outcomes.set(name, outcome);
    expect([...outcome.reached.keys()]).toEqual(expect.arrayContaining([...reaches]));
  });

  test('together they have been in every state', () => {
    const reached = new Set([...outcomes.values()].flatMap((outcome) => [...outcome.reached.keys()]));
    const names = ['SYN-SENT', 'SYN-RECEIVED', 'ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSE-WAIT', 'CLOSING'];
    for (const state of [...names, 'LAST-ACK', 'TIME-WAIT', 'CLOSED']) {
      expect(reached, `state ${state}`).toContain(`state ${state}`);
    }
  });
});
