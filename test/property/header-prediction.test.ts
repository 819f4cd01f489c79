/**
 * Header prediction (RFC 7323 §5.6) changes nothing but the time that a segment takes: whole connections under explicit
 * faults leave the same trace with it and without.
 */
import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { ipv4 } from '../../src/layers/address.ts';
import { SECOND } from '../../src/layers/clock.ts';
import type * as prediction from '../../src/layers/transport/tcp/header-prediction.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, patternSource } from '../../src/sim/bulk-transfer.ts';
import type { LinkOptions } from '../../src/sim/medium/options.ts';
import { World } from '../../src/sim/world.ts';
import { traceDigest } from '../../src/trace/digest.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { holdFor } from './report.ts';
import { play } from './scenario-run.ts';
import { scenarios } from './world-arbitrary.ts';

type Question = 'isExpected' | 'isPlainAcknowledgment';

const predicts = vi.hoisted(() => ({
  off: '',
  isExpected: { asked: 0, right: 0 },
  isPlainAcknowledgment: { asked: 0, right: 0 },
}));

vi.mock('../../src/layers/transport/tcp/header-prediction.ts', async (original) => {
  const real = await original<typeof prediction>();
  const counted =
    (name: Question): typeof real.isExpected =>
    (block, arrived) => {
      const answer = predicts.off !== name && real[name](block, arrived);
      predicts[name].asked++;
      if (answer) predicts[name].right++;
      return answer;
    };
  return { ...real, isExpected: counted('isExpected'), isPlainAcknowledgment: counted('isPlainAcknowledgment') };
});

const RULES: readonly (readonly [string, Question])[] = [
  ['a segment that is expected is taken as the checks of RFC 9293 §3.10.7.4 would have it taken', 'isExpected'],
  ['an acknowledgment that only moves SND.UNA is taken as any other', 'isPlainAcknowledgment'],
];

test.each(RULES)('RFC 7323 §5.6 H2: %s', (_rule, name) => {
  holdFor(scenarios({ rough: true, incarnations: 2 }), 150, (scenario) => {
    predicts.off = '';
    const predicted = play(scenario).trace;
    predicts.off = name;
    expect(play(scenario).trace).toEqual(predicted);
  });
  // Half of the questions are asked while it is off.
  expect(predicts[name].right / predicts[name].asked).toBeGreaterThan(0.1);
});

const LOSSES: readonly (readonly [string, LinkOptions])[] = [
  ['loss', { loss: '3%' }],
  ['loss of acknowledgments and another order', { loss: '1%', reorder: '5%', jitter: '4ms' }],
  ['bursts', { burstLoss: { loss: '2%', frames: 5 } }],
  ['an outage', { loss: '0.5%', down: { outages: [{ from: '150ms', to: '900ms' }] } }],
];

const SENDERS: readonly (readonly [string, Partial<TcpSettings>])[] = [
  ['as usual', {}],
  ['without SACK', { selectiveAcknowledgment: false }],
  ['without timestamps', { timestamps: false }],
  ['without RACK', { rack: false, tailLossProbe: false }],
  ['CUBIC', { congestionControl: 'cubic' }],
  ['BBR', { congestionControl: 'bbr' }],
];

/** The digest of 400 kB on a path of 40 ms. */
function transfer(link: LinkOptions, tcp: Partial<TcpSettings>, seed: number): string {
  const world = new World({ seed, slabBytes: 1 << 20, observer: (clock) => new Recorder(clock, { kinds: [] }) });
  const digest = traceDigest(createHash('sha256'));
  (world.observer as Recorder).listen(digest.add);
  const [from, to] = ['from', 'to'].map((name) => world.host(name, { settings: { tcp } }));
  const end = { rate: '20Mbit/s', delay: '20ms', ...link };
  world.link({ host: from!, addresses: ['10.0.0.1/24'] }, { host: to!, addresses: ['10.0.0.2/24'] }, end);
  const bulk = new BulkTransfer({
    sender: from!.sockets,
    receiver: to!.sockets,
    address: ipv4(10, 0, 0, 2),
    port: 5001,
    source: patternSource(400_000),
    memory: world.memory,
    ended: () => undefined,
  });
  world.runSync(600 * SECOND);
  expect(bulk.bytesReceived).toBe(400_000);
  return digest.hex();
}

test.each(LOSSES.flatMap(([path, link]) => SENDERS.map(([who, tcp]) => [path, who, link, tcp] as const)))(
  'RFC 7323 §5.6: %s, %s: whole recoveries are the same with header prediction and without',
  (_path, _who, link, tcp) => {
    for (let seed = 1; seed <= 3; seed++) {
      predicts.off = '';
      const predicted = transfer(link, tcp, seed);
      for (const [, name] of RULES) {
        predicts.off = name;
        expect(transfer(link, tcp, seed)).toBe(predicted);
      }
    }
  },
);
