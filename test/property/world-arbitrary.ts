/**
 * Scenarios of two hosts for fast-check: one record, whose fields shrink in the order in which they stand: first faults
 * go, then operations, then the link and the settings become plain, then sequence numbers go to 0.
 */
import fc from 'fast-check';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import { CONTROLLER_NAMES } from '../../src/layers/transport/tcp/congestion/controllers.ts';
import { profileSettings } from '../../src/layers/transport/tcp/profiles.ts';
import { RFC_SETTINGS, type TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import type { ListedFault } from '../../src/sim/medium/fault-list.ts';
import type { Injection, Operation, Scenario } from './scenario.ts';

const MOST_FAULTS = 20;
const MOST_OPERATIONS = 6;

/** Where sequence numbers start: 0, and so near to a wrap that SYN, data or FIN crosses it. */
const start = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 6000 }).map((before) => (2 ** 31 - before) | 0),
  fc.integer({ min: 1, max: 6000 }).map((before) => -before),
  fc.constantFrom(-1, -2, 0x7fff_ffff, 0x7fff_fffe),
);

const bytes = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 5000 }));

const write: fc.Arbitrary<Operation> = fc.record({
  do: fc.constant('write' as const),
  bytes,
  calls: fc.integer({ min: 1, max: 8 }),
});
const gentle: readonly fc.WeightedArbitrary<Operation>[] = [
  { weight: 5, arbitrary: write },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('read' as const), bytes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sleep' as const), ms: fc.integer({ min: 0, max: 4000 }) }) },
  { weight: 1, arbitrary: fc.constant<Operation>({ do: 'shutdown' }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({
        do: fc.constant('set' as const),
        option: fc.constant('noDelay' as const),
        value: fc.nat({ max: 1 }),
      }),
      fc.record({
        do: fc.constant('set' as const),
        option: fc.constantFrom('receiveBuffer' as const, 'sendBuffer' as const),
        value: fc.constantFrom(500, 3000, 20_000),
      }),
    ),
  },
];
/** How a rough program ends, perhaps with data unread and unsent. */
const abruptly: fc.Arbitrary<Operation[]> = fc.constantFrom<Operation[]>([], [{ do: 'close' }], [{ do: 'abort' }]);

/** First a pause, into which data of the connection before may come: then it is taken for what is still to be written. */
const afterPause = (list: fc.Arbitrary<Operation[]>): fc.Arbitrary<Operation[]> =>
  fc
    .tuple(fc.integer({ min: 0, max: 4000 }), bytes, list)
    .map(([ms, length, rest]) => [{ do: 'sleep', ms }, { do: 'write', bytes: length, calls: 1 }, ...rest]);

/** A program that ends in order when its operations are over; a rough one may close or abort instead. */
const operations = (isRough: boolean): fc.Arbitrary<Operation[]> =>
  fc
    .tuple(
      fc.array(fc.oneof(...gentle), { maxLength: MOST_OPERATIONS, size: 'max' }),
      isRough ? abruptly : fc.constant([]),
    )
    .map(([list, end]) => [...list, ...end]);

const target = fc.oneof(
  { weight: 1, arbitrary: fc.record({ ordinal: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      match: fc.record({ protocol: fc.constant('tcp' as const), nth: fc.integer({ min: 1, max: 25 }) }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      match: fc.record({
        protocol: fc.constant('tcp' as const),
        payload: fc.constant(true),
        nth: fc.integer({ min: 1, max: 12 }),
      }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      match: fc.record(
        {
          protocol: fc.constant('tcp' as const),
          nth: fc.integer({ min: 1, max: 4 }),
          flags: fc.constantFrom('S', 'S.', '.', 'F.', 'R', 'R.', 'SEW', 'SE.', 'SEWA', 'SW.'),
        },
        { requiredKeys: ['protocol', 'nth', 'flags'] },
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        from: fc.integer({ min: 0, max: 8000 }),
        length: fc.integer({ min: 1, max: 3000 }),
        nth: fc.integer({ min: 1, max: 4 }),
      })
      .map(({ from, length, nth }) => ({
        match: { protocol: 'tcp' as const, nth, sequence: { from, to: from + length } },
      })),
  },
);

const harmlessAction = fc.oneof(
  { weight: 5, arbitrary: fc.record({ action: fc.constant('drop' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ action: fc.constant('duplicate' as const), copies: fc.integer({ min: 1, max: 3 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      action: fc.constant('delay' as const),
      by: fc.integer({ min: 1, max: 2500 }).map((ms) => `${ms}ms`),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ action: fc.constant('reorder' as const), frames: fc.integer({ min: 1, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ action: fc.constant('truncate' as const), lengthBytes: fc.integer({ min: 1, max: 120 }) }),
  },
  { weight: 3, arbitrary: fc.record({ action: fc.constant('mark' as const) }) },
);

/** ARP has no checksum: only TCP segments are damaged. */
const damage = fc.record({
  direction: fc.constantFrom('aToB' as const, 'bToA' as const),
  action: fc.constant('corrupt' as const),
  offset: fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 1500 })),
  mask: fc.oneof(
    fc.integer({ min: 0, max: 7 }).map((bit) => 1 << bit),
    fc.integer({ min: 1, max: 255 }),
  ),
  match: fc.record({ protocol: fc.constant('tcp' as const), nth: fc.integer({ min: 1, max: 20 }) }),
});

const fault: fc.Arbitrary<ListedFault> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.constantFrom('aToB' as const, 'bToA' as const), target, harmlessAction)
      .map(([direction, where, action]) => ({ direction, ...where, ...action }) as ListedFault),
  },
  { weight: 1, arbitrary: damage as fc.Arbitrary<ListedFault> },
);

/** Swarm: in each run only some kinds of fault appear. */
const faults: fc.Arbitrary<ListedFault[]> = fc
  .tuple(
    fc.array(fault, { maxLength: MOST_FAULTS, size: 'max' }),
    fc.subarray(['drop', 'duplicate', 'delay', 'reorder', 'corrupt', 'truncate', 'mark'] as const, { minLength: 1 }),
  )
  .map(([list, kinds]) => list.filter(({ action }) => kinds.includes(action)));

const settings = (lifetimeNs: number): fc.Arbitrary<Partial<TcpSettings>> =>
  fc
    .record(
      {
        sendBufferBytes: fc.constantFrom(200, 3000, 20_000),
        receiveBufferBytes: fc.constantFrom(100, 700, 3000, 20_000, 65_535, 70_000),
        maximumSegmentSize: fc.constantFrom(88, 536, 1000),
        windowScaling: fc.boolean(),
        timestamps: fc.boolean(),
        selectiveAcknowledgment: fc.boolean(),
        noDelay: fc.boolean(),
        delayedAck: fc.boolean(),
        limitedTransmit: fc.boolean(),
        slowStartAfterIdle: fc.boolean(),
        congestionControl: fc.constantFrom(...CONTROLLER_NAMES),
        hystart: fc.constantFrom('none' as const, 'all' as const),
        rack: fc.boolean(),
        rackReorderingWindow: fc.constantFrom('static' as const, 'none' as const),
        tailLossProbe: fc.boolean(),
        proportionalRateReduction: fc.boolean(),
        duplicateSack: fc.boolean(),
        eifel: fc.boolean(),
        forwardRtoRecovery: fc.boolean(),
        duplicateSackUndo: fc.boolean(),
        profile: fc.constantFrom('linux' as const, 'freebsd' as const),
        pacing: fc.boolean(),
        pacingSlowStartPercent: fc.constantFrom(50, 400),
        maximumPacingRate: fc.constantFrom(20_000, 1_000_000),
        ecn: fc.constantFrom('off' as const, 'request' as const),
        accurateEcn: fc.constantFrom('off' as const, 'request' as const),
        ecnFallback: fc.boolean(),
        ecnPathTests: fc.boolean(),
        ecnControlPackets: fc.boolean(),
        ecnCodepoint: fc.constant('ect1' as const),
        ecnEcho: fc.constantFrom('latched' as const, 'dctcp' as const),
        accurateEcnOption: fc.constantFrom('off' as const, 'sparing' as const),
        initialWindowSegments: fc.constantFrom(1, 2, 4),
        sendBufferAutotuning: fc.boolean(),
        receiveBufferAutotuning: fc.boolean(),
        sendBufferMaximumBytes: fc.constantFrom(10_000, 50_000),
        receiveBufferMaximumBytes: fc.constantFrom(10_000, 200_000),
        packetizationLayerProbing: fc.constantFrom('off' as const, 'always' as const),
        probingBaseMss: fc.constantFrom(100, 500),
        pathRetries: fc.constantFrom(0, 1),
        cork: fc.boolean(),
        notSentLowWaterBytes: fc.constantFrom(100, 2000),
        userTimeoutOption: fc.boolean(),
        retransmissionTimeoutMinimumNs: fc.constantFrom(200 * MILLISECOND, SECOND),
      },
      { requiredKeys: [] },
    )
    .map(({ profile, ...chosen }) => ({
      ...(profile === undefined ? {} : differences(profile)),
      ...chosen,
      maximumSegmentLifetimeNs: lifetimeNs,
    }));

/** What a profile does otherwise than the RFCs, but for its buffers, which are too large to be filled here. */
function differences(profile: string): Partial<TcpSettings> {
  const { sendBufferBytes: _send, receiveBufferBytes: _receive, ...settings } = profileSettings(profile);
  const usual: Readonly<Record<string, unknown>> = RFC_SETTINGS;
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => value !== usual[name]));
}

export interface Shape {
  /** Programs may close with data unread, or abort. */
  readonly rough?: boolean;
  readonly incarnations?: number;
  readonly simultaneous?: boolean;
  readonly injections?: fc.Arbitrary<Injection[]>;
  /** The numbers of one incarnation overlap those of the next: only TIME-WAIT and timestamps keep them apart. */
  readonly overlapping?: boolean;
}

/** What ends TIME-WAIT early, and what must not: a reset would let old segments in (RFC 1337). */
const reuse = fc.record({
  timeWaitReuseIncoming: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() }),
  timeWaitReuseOutgoing: fc.constantFrom('off' as const, 'all' as const),
  timeWaitReuseDelayNs: fc.constantFrom(0, SECOND),
  timeWaitAssassinationProtection: fc.constant(true),
});

/**
 * What comes so late that it was sent again before: perhaps into the next incarnation. Not SYNs: one whose number the next
 * incarnation has again is that one's SYN (`apart` is 0), and nobody could tell.
 */
const lateData: fc.Arbitrary<ListedFault[]> = fc.array(
  fc
    .record({
      direction: fc.constantFrom('aToB' as const, 'bToA' as const),
      match: fc
        .tuple(
          fc.constantFrom({ payload: true }, { payload: false, flags: '.' }, { payload: false, flags: 'F.' }),
          fc.integer({ min: 1, max: 12 }),
        )
        .map(([what, nth]) => ({ protocol: 'tcp' as const, ...what, nth })),
      by: fc.integer({ min: 500, max: 4000 }).map((ms) => `${ms}ms`),
    })
    .map((late) => ({ ...late, action: 'delay' as const })),
  { minLength: 1, maxLength: 6 },
);

/** Two ends that are drawn by themselves seldom agree: in most runs both get the same. */
const AGREED: Readonly<Record<string, Partial<TcpSettings>>> = {
  whatever: {},
  classic: { ecn: 'request', accurateEcn: 'off' },
  accurate: { accurateEcn: 'request' },
  'accurate and control packets': { accurateEcn: 'request', ecnControlPackets: true, selectiveAcknowledgment: true },
  off: { ecn: 'off', accurateEcn: 'off' },
};

type Drawn = Scenario & { readonly reuse?: Partial<TcpSettings>; readonly agreed: string };

export function scenarios(shape: Shape = {}): fc.Arbitrary<Scenario> {
  const lifetimeNs = (shape.incarnations ?? 1) > 1 ? 5 * SECOND : 120 * SECOND;
  return fc
    .record({
      faults: shape.overlapping === true ? lateData : faults,
      injections: shape.injections ?? fc.constant<Injection[]>([]),
      client: shape.overlapping === true ? afterPause(operations(false)) : operations(shape.rough ?? false),
      server: shape.overlapping === true ? afterPause(operations(false)) : operations(shape.rough ?? false),
      incarnations: fc.integer({ min: shape.overlapping === true ? 2 : 1, max: shape.incarnations ?? 1 }),
      simultaneous: fc.constant(shape.simultaneous ?? false),
      link: fc.record({
        delayMs: fc.constantFrom(5, 1, 40, 200),
        rate: fc.constantFrom(null, '1Mbit/s', '100kbit/s'),
      }),
      family: fc.constantFrom(4 as const, 6 as const),
      mtu: fc.record({ client: fc.constantFrom(1500, 1280, 576), server: fc.constantFrom(1500, 1280, 576) }),
      settings: fc.record({ client: settings(lifetimeNs), server: settings(lifetimeNs) }),
      starts: fc.record({ client: start, server: start }),
      agreed: fc.constantFrom(...Object.keys(AGREED)),
      seed: fc.constant(1),
      ...(shape.overlapping === true ? { apart: fc.constantFrom(0, 1, 700), reuse } : {}),
    })
    .map(({ reuse: chosen, agreed, ...scenario }: Drawn) => ({
      ...scenario,
      settings: {
        client: { ...scenario.settings.client, ...AGREED[agreed], ...chosen },
        server: { ...scenario.settings.server, ...AGREED[agreed], ...chosen },
      },
    }))
    .map((scenario) => ({
      ...scenario,
      // RFC 8200 §5: IPv6 needs 1280.
      mtu: scenario.family === 6 ? { client: 1500, server: Math.max(1280, scenario.mtu.server) } : scenario.mtu,
    }));
}

export const injections: fc.Arbitrary<Injection[]> = fc.array(
  fc.record({
    atMs: fc.integer({ min: 0, max: 3000 }),
    to: fc.constantFrom('client' as const, 'server' as const),
    kind: fc.constantFrom('rst', 'rst-ack', 'syn', 'syn-ack', 'ack', 'data', 'fin', 'null'),
    from: fc.constantFrom('next', 'edge'),
    offset: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -70_000, max: 70_000 })),
    ack: fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -70_000, max: 70_000 })),
    bytes: fc.integer({ min: 1, max: 1000 }),
    timestamp: fc.constantFrom('none', 'current', 'old'),
  }),
  { maxLength: 10 },
) as fc.Arbitrary<Injection[]>;
