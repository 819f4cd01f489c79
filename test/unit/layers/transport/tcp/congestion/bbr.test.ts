/**
 * BBR version 3, rule by rule: draft-ietf-ccwg-bbr-06. The path carries 1,000,000 octets a second with a round trip of
 * 100 ms, so that 100 segments of 1000 octets fill it.
 */
import { describe, expect, test } from 'vitest';
import { Bbr } from '../../../../../../src/layers/transport/tcp/congestion/bbr/bbr.ts';
import type { Model } from '../../../../../../src/layers/transport/tcp/congestion/bbr/model.ts';
import type { Phase } from '../../../../../../src/layers/transport/tcp/congestion/bbr/phases.ts';
import type { ControllerStart } from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import { RFC_SETTINGS } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { BANDWIDTH, BDP, ControllerDrive, MILLISECOND, MSS, RTT_NS, SECOND } from './controller-drive.ts';

/** §2.5 `PacingMarginPercent`. */
const PACED = 0.99;

/** By the letter of the draft. */
const LITERAL = { ...RFC_SETTINGS, bbrDiscountsOwnPace: false };

function driven(start: Partial<ControllerStart> = {}): { drive: ControllerDrive<Bbr>; model: Model; bbr: Bbr } {
  const bbr = new Bbr();
  const drive = new ControllerDrive(bbr, { settings: LITERAL, ...start });
  return { drive, model: bbr.model!, bbr };
}

/** Past Startup: the bandwidth is known, and the queue is drained. */
function inDown(start: Partial<ControllerStart> = {}): ReturnType<typeof driven> {
  const stage = driven(start);
  stage.drive.rounds(4, { pipe: 2 * BDP });
  expect(stage.model.phase).toBe('drain');
  stage.drive.rounds(4, { pipe: 2 * BDP }); // Drain takes three round trips at most
  expect(stage.model.phase).toBe('down');
  return stage;
}

function inCruise(start: Partial<ControllerStart> = {}): ReturnType<typeof driven> {
  const stage = inDown(start);
  stage.drive.ack();
  stage.drive.round(); // the samples of the phases before are in
  expect(stage.model.phase).toBe('cruise');
  return stage;
}

/** The wait of 2 s is over (the dice are 0). */
function inRefill(start: Partial<ControllerStart> = {}): ReturnType<typeof driven> {
  const stage = inCruise(start);
  stage.drive.ack({ afterNs: 2 * SECOND });
  expect(stage.model.phase).toBe('refill');
  return stage;
}

function inUp(start: Partial<ControllerStart> = {}): ReturnType<typeof driven> {
  const stage = inRefill(start);
  stage.drive.round();
  expect(stage.model.phase).toBe('up');
  return stage;
}

describe('Startup', () => {
  test('draft-ietf-ccwg-bbr-06 §5.6.2 InitPacingRate: StartupPacingGain * InitialCwnd / SRTT, or 1 ms without one', () => {
    expect(driven().bbr.pacingRate).toBeCloseTo(2.77 * 10 * MSS * 10);
    expect(driven({ srttNs: 0 }).bbr.pacingRate).toBeCloseTo(2.77 * 10 * MSS * 1000);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.1: the window is the initial one of TCP', () => {
    expect(driven().bbr.cwnd).toBe(10 * MSS);
    expect(driven({ initialWindow: 4 * MSS }).bbr.cwnd).toBe(4 * MSS);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.1.1: the rate is 2.77 times the bandwidth, the window grows by what arrives up to twice the BDP', () => {
    const { drive, bbr, model } = driven();
    drive.round({ rate: 200_000, delivered: 10 * MSS });
    expect(bbr.pacingRate).toBeCloseTo(2.77 * 200_000 * PACED);
    expect(bbr.cwnd).toBe(20 * MSS);
    drive.round({ rate: 400_000, delivered: 20 * MSS });
    expect(bbr.cwnd).toBe(40 * MSS);
    drive.round({ rate: 800_000, delivered: 200 * MSS });
    drive.rounds(5, { rate: 800_000, delivered: 2 * MSS, appLimited: true });
    expect(model.phase).toBe('startup');
    const { cwnd } = bbr;
    expect(cwnd).toBeGreaterThan(160 * MSS);
    drive.ack({ rate: 800_000, delivered: 2 * MSS });
    expect(bbr.cwnd).toBe(cwnd);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.2: before the pipe has been full the rate only rises', () => {
    const { drive, bbr } = driven();
    drive.round({ rate: 20_000, appLimited: true });
    expect(bbr.pacingRate).toBeCloseTo(2.77 * 10 * MSS * 10);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.1.2: three round trips without a quarter more are a full pipe', () => {
    const { drive, model } = driven();
    for (const rate of [200_000, 400_000, 500_000, 510_000, 520_000]) drive.round({ rate, pipe: 2 * BDP });
    expect([model.phase, model.fullBw, model.fullBwCount]).toEqual(['startup', 500_000, 2]);
    drive.round({ rate: 625_000, pipe: 2 * BDP }); // a quarter more
    expect([model.fullBw, model.fullBwCount]).toEqual([625_000, 0]);
    for (const rate of [700_000, 700_000, 700_000]) drive.round({ rate, pipe: 2 * BDP });
    expect([model.phase, model.isFullBwReached, model.isFullBwNow]).toEqual(['drain', true, true]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.1.2: application-limited round trips do not count', () => {
    const { drive, model } = driven();
    drive.rounds(20, { appLimited: true });
    expect([model.phase, model.fullBwCount]).toEqual(['startup', 0]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.1.2: only once per round trip', () => {
    const { drive, model } = driven();
    drive.round();
    for (let count = 0; count < 20; count++) drive.ack();
    expect(model.fullBwCount).toBe(0);
  });

  describe('draft-ietf-ccwg-bbr-06 §5.3.1.3: too much loss ends it', () => {
    /** A round trip of recovery with losses in so many ranges, of which the ACK that ends it sees `lost`. */
    const lossy = (ranges: number, lost: number, told: { recovering?: boolean; selectiveAcks?: boolean } = {}) => {
      const stage = driven({ selectiveAcks: told.selectiveAcks ?? true });
      const { drive } = stage;
      drive.round({ rate: 500_000 });
      for (let range = 0; range < ranges; range++) {
        drive.lose();
        drive.lose({ isNext: true });
      }
      drive.controller.congestion(BDP, 'loss');
      drive.ack({ rate: 500_000, recovering: told.recovering ?? true, lost: 2 * ranges * MSS });
      drive.round({ rate: 700_000, recovering: told.recovering ?? true, lostSinceSend: lost, pipe: 2 * BDP });
      return stage;
    };

    test('draft-ietf-ccwg-bbr-06 §5.3.1.3: a round trip of recovery, more than 2 %, and six ranges of sequence numbers', () => {
      const { model } = lossy(6, 2 * MSS + 1);
      expect([model.phase, model.isFullBwReached, model.isFullBwNow]).toEqual(['drain', true, true]);
      expect(model.undoPhase).toBe('startup');
    });

    test('draft-ietf-ccwg-bbr-06 §5.3.1.3: inflight_longterm becomes max(bdp, inflight_latest)', () => {
      const { model } = lossy(6, 5 * MSS);
      expect(model.inflightLongterm).toBe(Math.max(50 * MSS, 70 * MSS));
    });

    test.each([
      ['five ranges', 5, 5 * MSS, {}],
      ['2 % and no more', 6, 2 * MSS, {}],
      ['no recovery', 6, 5 * MSS, { recovering: false }],
    ] as const)('draft-ietf-ccwg-bbr-06 §5.3.1.3: %s is not enough', (_name, ranges, lost, told) => {
      expect(lossy(ranges, lost, told).model.phase).toBe('startup');
    });

    test('draft-ietf-ccwg-bbr-06 §5.3.1.3: ranges count anew in each round trip', () => {
      const { drive, model } = driven();
      for (let round = 0; round < 3; round++) {
        for (let range = 0; range < 4; range++) drive.lose();
        drive.round({ rate: 500_000 * 1.3 ** round, recovering: true, lostSinceSend: 10 * MSS });
      }
      expect(model.phase).toBe('startup');
    });

    test('draft-ietf-ccwg-bbr-06 §5.3.1.3: without SACK any loss in recovery is', () => {
      expect(lossy(1, MSS, { selectiveAcks: false }).model.isFullBwReached).toBe(true);
    });
  });
});

describe('Drain', () => {
  test('draft-ietf-ccwg-bbr-06 §5.3.2: half the bandwidth, the window as it is, until the BDP is in flight', () => {
    const { drive, model, bbr } = driven();
    drive.rounds(4, { pipe: 2 * BDP });
    expect([model.phase, bbr.pacingRate]).toEqual(['drain', 0.5 * BANDWIDTH * PACED]);
    drive.ack({ pipe: BDP + 1 });
    expect(model.phase).toBe('drain');
    drive.ack({ pipe: BDP });
    expect(model.phase).toBe('cruise'); // by way of DOWN, for which it is little enough as well
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.2: three round trips at most', () => {
    const { drive, model } = driven();
    drive.rounds(4, { pipe: 2 * BDP });
    drive.rounds(3, { pipe: 2 * BDP });
    expect(model.phase).toBe('drain');
    drive.round({ pipe: 2 * BDP });
    expect(model.phase).toBe('down');
  });
});

describe('ProbeBW', () => {
  const gains: readonly (readonly [Phase, () => ReturnType<typeof driven>, number, number])[] = [
    ['down', inDown, 0.9, 2],
    ['cruise', inCruise, 1, 2],
    ['refill', inRefill, 1, 2],
    ['up', inUp, 1.25, 2.25],
  ];
  test.each(gains)('draft-ietf-ccwg-bbr-06 §5.6.1: the gains in %s', (phase, enter, pacing, cwnd) => {
    const { drive, model, bbr } = enter();
    for (let count = 0; count < 20; count++) drive.ack({ delivered: 10 * MSS, pipe: 2 * BDP });
    expect(model.phase).toBe(phase);
    expect(bbr.pacingRate).toBeCloseTo(pacing * BANDWIDTH * PACED);
    const extra = model.extraAcked.value;
    expect(bbr.cwnd).toBe(Math.floor(cwnd * BDP + extra + (phase === 'up' ? 2 * MSS : 0)));
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.1: DOWN ends when no more than the BDP is in flight', () => {
    const { drive, model } = inDown();
    drive.ack({ pipe: BDP + 1 });
    expect(model.phase).toBe('down');
    drive.ack({ pipe: BDP });
    expect(model.phase).toBe('cruise');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.1: and no more than 85 % of inflight_longterm', () => {
    const { drive, model } = inDown();
    model.inflightLongterm = 100 * MSS;
    drive.ack({ pipe: 85 * MSS + 1, inflightAtSend: 0 });
    expect(model.phase).toBe('down');
    drive.ack({ pipe: 85 * MSS, inflightAtSend: 0 });
    expect(model.phase).toBe('cruise');
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.7: CRUISE keeps the window at 85 % of inflight_longterm, DOWN at all of it', () => {
    const { drive, model, bbr } = inDown();
    model.inflightLongterm = 100 * MSS;
    drive.ack({ pipe: BDP, inflightAtSend: 0 });
    expect([model.phase, bbr.cwnd]).toEqual(['down', 100 * MSS]);
    drive.ack({ pipe: 85 * MSS, inflightAtSend: 0 });
    expect([model.phase, bbr.cwnd]).toEqual(['cruise', 85 * MSS]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.8.2: the wait is drawn from 2 to 3 seconds', () => {
    const { drive, model } = driven();
    drive.dice = [0, 0x8000_0000];
    drive.rounds(4, { pipe: 2 * BDP });
    drive.ack({ pipe: 0 });
    expect(model.bwProbeWaitNs).toBe(2.5 * SECOND);
    drive.ack({ pipe: 0 });
    drive.ack({ afterNs: 2.5 * SECOND, pipe: 0 });
    expect(model.phase).toBe('cruise');
    drive.ack({ afterNs: 1 });
    expect(model.phase).toBe('refill');
  });

  test.each([
    [0, 63],
    [0xffff_ffff, 62],
  ])('draft-ietf-ccwg-bbr-06 §5.3.3.8.2: or 62 or 63 round trips, whichever is first (die %d)', (die, rounds) => {
    const { drive, model } = driven();
    drive.dice = [die, 0];
    drive.rounds(4, { pipe: 2 * BDP });
    drive.ack({ pipe: 0 });
    drive.ack({ pipe: 0 });
    drive.rounds(rounds - 1, { afterNs: MILLISECOND });
    expect(model.phase).toBe('cruise');
    drive.round({ afterNs: MILLISECOND });
    expect(model.phase).toBe('refill');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.8.3: as many round trips as Reno would take to grow by the BDP', () => {
    const { drive, model } = driven({ srttNs: 20 * MILLISECOND });
    const told = { afterNs: MILLISECOND, rttNs: 20 * MILLISECOND }; // the BDP is 20 segments
    drive.rounds(4, { ...told, pipe: 2 * BDP });
    drive.ack({ pipe: 0 });
    drive.ack({ pipe: 0 });
    drive.rounds(19, { ...told, pipe: 0 });
    expect(model.phase).toBe('cruise');
    drive.round({ ...told, pipe: 0 });
    expect(model.phase).toBe('refill');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.8.3: from DOWN too, when the queue does not drain', () => {
    const { drive, model } = inDown();
    drive.ack({ afterNs: 2 * SECOND, pipe: 2 * BDP });
    drive.ack({ afterNs: 1, pipe: 2 * BDP });
    expect(model.phase).toBe('refill');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.3: REFILL forgets the short-term model, and lasts one round trip', () => {
    const { drive, model } = inCruise();
    drive.round({ rate: 800_000 });
    drive.lose();
    drive.round({ rate: 800_000 });
    expect(model.bwShortterm).toBe(800_000);
    drive.ack({ afterNs: 2 * SECOND, rate: 800_000 });
    expect([model.phase, model.bwShortterm, model.inflightShortterm]).toEqual(['refill', Infinity, Infinity]);
    drive.ack();
    expect(model.phase).toBe('refill');
    drive.round();
    expect([model.phase, model.isBwProbeSample]).toEqual(['up', true]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.7: UP ends when three round trips have brought no more', () => {
    const { drive, model } = inUp();
    drive.rounds(2);
    expect(model.phase).toBe('up');
    drive.round();
    expect(model.phase).toBe('down');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.7: it goes on while the bandwidth grows, or the program limits it', () => {
    const { drive, model } = inUp();
    for (let rate = BANDWIDTH * 1.26; rate < 50e6; rate *= 1.26) drive.round({ rate });
    drive.rounds(10, { appLimited: true });
    expect(model.phase).toBe('up');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.7: held down by inflight_longterm it cannot tell, and goes on', () => {
    const { drive, model, bbr } = inUp();
    model.inflightLongterm = BDP;
    for (let round = 0; round < 6; round++) drive.round({ priorPipe: bbr.cwnd, inflightAtSend: 0, delivered: 2 * MSS });
    expect(model.phase).toBe('up');
    expect(model.fullBwCount).toBeLessThan(3);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.5: inflight_longterm grows by one segment in a round trip, then two, four, eight', () => {
    const { drive, model, bbr } = inRefill();
    model.inflightLongterm = BDP;
    drive.ack({ delivered: 0, inflightAtSend: 0 }); // the window comes down to it
    drive.round({ inflightAtSend: 0, priorPipe: bbr.cwnd });
    expect(model.phase).toBe('up');
    const growth: number[] = [];
    for (let round = 0; round < 4; round++) {
      const before = model.inflightLongterm;
      // A window's worth arrives in pieces.
      const window = bbr.cwnd;
      for (let part = 0; part < 9; part++) {
        drive.ack({ delivered: window / 10, priorPipe: bbr.cwnd, inflightAtSend: 0 });
      }
      drive.round({ delivered: window / 10, priorPipe: bbr.cwnd, inflightAtSend: 0 });
      growth.push((model.inflightLongterm - before) / MSS);
    }
    expect(growth).toEqual([1, 2, 4, 8]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.9 AdaptLongTermModel: what was in flight without too much loss is allowed', () => {
    const { drive, model } = inCruise();
    model.inflightLongterm = 100 * MSS;
    drive.ack({ inflightAtSend: 120 * MSS, lostSinceSend: 2 * MSS });
    expect(model.inflightLongterm).toBe(120 * MSS);
    drive.ack({ inflightAtSend: 140 * MSS, lostSinceSend: 3 * MSS });
    expect(model.inflightLongterm).toBe(120 * MSS);
  });

  describe('precautionary probing', () => {
    const tooHigh = () => {
      const stage = inUp();
      const { drive, model } = stage;
      drive.lose({ inflightAtSend: 150 * MSS, lostSinceSend: 4 * MSS });
      expect([model.phase, model.isPrevProbeTooHigh]).toEqual(['down', true]);
      drive.round({ pipe: 0, inflightAtSend: 0 });
      drive.round({ pipe: 0, inflightAtSend: 0 });
      expect(model.phase).toBe('cruise');
      drive.ack({ afterNs: 3 * SECOND, pipe: 0, inflightAtSend: 0 });
      drive.round({ pipe: 0, inflightAtSend: 0 });
      expect(model.phase).toBe('up');
      return stage;
    };

    test('draft-ietf-ccwg-bbr-06 §5.3.3.6: after a probe that went too high the next one ends at inflight_longterm', () => {
      const { drive, model } = tooHigh();
      drive.ack({ pipe: model.inflightLongterm - 1, inflightAtSend: 0 });
      expect(model.phase).toBe('up');
      drive.ack({ pipe: model.inflightLongterm, inflightAtSend: 0 });
      expect([model.phase, model.isPrevProbePrecautionary]).toEqual(['down', true]);
    });

    test('draft-ietf-ccwg-bbr-06 §5.3.3.6: if that was safe, it probes again at once', () => {
      const { drive, model } = tooHigh();
      drive.ack({ pipe: model.inflightLongterm, inflightAtSend: 0 });
      drive.ack({ pipe: 2 * BDP, inflightAtSend: 0 });
      expect(model.phase).toBe('down');
      drive.round({ pipe: 2 * BDP, inflightAtSend: 0 });
      expect(model.phase).toBe('refill');
      drive.round({ pipe: 2 * BDP, inflightAtSend: 0 });
      drive.ack({ pipe: 10 * BDP, inflightAtSend: 0 });
      expect(model.phase).toBe('up');
    });

    test('draft-ietf-ccwg-bbr-06 §5.3.3.6: if it was not, it does not', () => {
      const { drive, model } = tooHigh();
      drive.ack({ pipe: model.inflightLongterm, inflightAtSend: 0 });
      drive.lose({ inflightAtSend: 150 * MSS, lostSinceSend: 4 * MSS });
      drive.round({ pipe: 2 * BDP, inflightAtSend: 0 });
      expect(model.phase).toBe('down');
    });
  });
});

describe('the bandwidth', () => {
  test('draft-ietf-ccwg-bbr-06 §5.5.5: the largest sample; one that the program has limited counts if it is larger', () => {
    const { drive, model } = driven();
    drive.round({ rate: 500_000 });
    drive.ack({ rate: 400_000 });
    drive.ack({ rate: 400_000, appLimited: true });
    expect(model.maxBw).toBe(500_000);
    drive.ack({ rate: 600_000, appLimited: true });
    expect(model.maxBw).toBe(600_000);
    drive.ack({ rate: 0 });
    expect(model.maxBw).toBe(600_000);
  });

  /** From UP to the next UP, with one bandwidth all along. */
  const cycle = (drive: ControllerDrive<Bbr>, model: Model, rate: number): void => {
    while (model.phase === 'up') drive.round({ rate });
    drive.rounds(2, { rate, pipe: 0 });
    drive.ack({ afterNs: 3 * SECOND, rate, pipe: 0 });
    while ((model.phase as Phase) !== 'up') drive.round({ rate, pipe: 0 });
  };

  test('draft-ietf-ccwg-bbr-06 §5.5.6: it is remembered for the current cycle and the one before', () => {
    const { drive, model } = inUp();
    cycle(drive, model, 500_000);
    expect(model.maxBw).toBe(BANDWIDTH);
    cycle(drive, model, 500_000);
    expect(model.maxBw).toBe(500_000);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.9: a cycle whose last samples the program has limited does not count', () => {
    const { drive, model } = inUp();
    drive.rounds(3);
    expect(model.phase).toBe('down');
    const { cycleCount } = model;
    drive.round({ appLimited: true });
    drive.round();
    expect(model.cycleCount).toBe(cycleCount);
  });
});

describe('the round trip', () => {
  test('draft-ietf-ccwg-bbr-06 §5.3.4.3 UpdateMinRTT: the shortest of ten seconds', () => {
    const { drive, model } = inCruise();
    drive.ack({ rttNs: 90 * MILLISECOND });
    expect(model.minRttNs).toBe(90 * MILLISECOND);
    drive.ack({ rttNs: -1 });
    // Shorter ones than in the five seconds before keep ProbeRTT away, but none is as short as that.
    drive.ack({ afterNs: 5 * SECOND + 1, rttNs: 95 * MILLISECOND });
    expect(model.minRttNs).toBe(90 * MILLISECOND);
    drive.ack({ afterNs: 5 * SECOND, rttNs: 94 * MILLISECOND });
    expect(model.minRttNs).toBe(94 * MILLISECOND);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.4.1: five seconds without a round trip as short: ProbeRTT, with half the BDP', () => {
    const { drive, model, bbr } = inCruise();
    drive.ack({ rttNs: 99 * MILLISECOND });
    drive.ack({ afterNs: 5 * SECOND, rttNs: RTT_NS });
    expect(model.phase).not.toBe('probe-rtt');
    expect(bbr.isHoldingBack).toBe(false);
    drive.ack({ afterNs: 1, rttNs: RTT_NS });
    expect([model.phase, bbr.isHoldingBack]).toEqual(['probe-rtt', true]);
    expect(bbr.cwnd).toBe(Math.floor(0.5 * 0.099 * BANDWIDTH));
    expect(bbr.pacingRate).toBe(BANDWIDTH * PACED);
  });

  test('a round trip that is as short as the shortest counts as news of it', () => {
    const { drive, model } = inCruise();
    for (let second = 0; second < 12; second++) drive.ack({ afterNs: SECOND });
    expect(model.phase).not.toBe('probe-rtt');
  });

  const inProbeRtt = (start: Partial<ControllerStart> = {}) => {
    const stage = inCruise(start);
    stage.drive.ack({ afterNs: 5 * SECOND + 1, rttNs: RTT_NS + 1, pipe: BDP });
    expect(stage.model.phase).toBe('probe-rtt');
    return stage;
  };

  test('draft-ietf-ccwg-bbr-06 §5.3.4.3: it lasts 200 ms and a round trip, from when the pipe is drained', () => {
    const { drive, model, bbr } = inProbeRtt();
    const half = Math.floor(BDP / 2);
    drive.ack({ afterNs: SECOND, pipe: half + 1, rttNs: RTT_NS + 1 });
    expect(model.probeRttDoneStampNs).toBe(0);
    drive.ack({ pipe: half, rttNs: RTT_NS + 1 });
    expect(model.probeRttDoneStampNs).toBe(drive.now + 200 * MILLISECOND);
    drive.ack({ afterNs: 200 * MILLISECOND + 1, pipe: half, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('probe-rtt'); // no round trip yet
    drive.round({ afterNs: 0, pipe: half, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('cruise');
    expect(bbr.cwnd).toBeGreaterThanOrEqual(2 * BDP);
    const probed = drive.now;
    drive.ack({ afterNs: 5 * SECOND, rttNs: 2 * RTT_NS });
    expect([model.phase === 'probe-rtt', drive.now - probed]).toEqual([false, 5 * SECOND]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.4.3: a round trip alone is not enough either', () => {
    const { drive, model } = inProbeRtt();
    drive.ack({ pipe: 0, rttNs: RTT_NS + 1 });
    drive.round({ afterNs: 150 * MILLISECOND, pipe: 0, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('probe-rtt');
    drive.ack({ afterNs: 51 * MILLISECOND, pipe: 0, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('cruise');
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.4.4: it ends in CRUISE without the short-term model, with the clock of probing started anew', () => {
    const { drive, model } = inProbeRtt();
    model.bwShortterm = 5;
    drive.ack({ pipe: 0, rttNs: RTT_NS + 1 });
    drive.round({ afterNs: SECOND, pipe: 0, rttNs: RTT_NS + 1 });
    expect([model.phase, model.bwShortterm, model.cycleStampNs]).toEqual(['cruise', Infinity, drive.now]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.4.4: in Startup if the pipe has not been full before', () => {
    const { drive, model } = driven();
    drive.round({ rate: 500_000 });
    drive.ack({ afterNs: 6 * SECOND, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('probe-rtt');
    drive.ack({ pipe: 0 });
    drive.round({ afterNs: SECOND, pipe: 0 });
    expect(model.phase).toBe('startup');
  });

  test('draft-ietf-ccwg-bbr-06 §5.4.1: no ProbeRTT when restarting from idle: idleness has drained the queue', () => {
    const { drive, model, bbr } = inCruise();
    drive.now += 6 * SECOND;
    bbr.resumed(drive.now);
    drive.ack({ rttNs: RTT_NS + 1 });
    expect(model.phase).not.toBe('probe-rtt');
    expect([model.minRttNs, model.isIdleRestart]).toEqual([RTT_NS, false]);
  });
});

describe('restarting from idle', () => {
  test('draft-ietf-ccwg-bbr-06 §5.4.1: in ProbeBW the rate is exactly the bandwidth, the window stays', () => {
    const { drive, bbr } = inUp();
    const { cwnd } = bbr;
    expect(bbr.pacingRate).toBeCloseTo(1.25 * BANDWIDTH * PACED);
    bbr.idle();
    bbr.resumed(drive.now);
    expect([bbr.pacingRate, bbr.cwnd]).toEqual([BANDWIDTH * PACED, cwnd]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.4.1: a ProbeRTT whose time is over ends before the first segment leaves', () => {
    const { drive, model, bbr } = inCruise();
    const { cwnd } = bbr;
    drive.ack({ afterNs: 5 * SECOND + 1, rttNs: RTT_NS + 1 });
    drive.ack({ pipe: 0, rttNs: RTT_NS + 1 });
    expect(bbr.cwnd).toBe(BDP / 2);
    bbr.resumed(drive.now + 150 * MILLISECOND);
    expect(model.phase).toBe('probe-rtt');
    bbr.resumed(drive.now + 201 * MILLISECOND);
    expect([model.phase, bbr.cwnd]).toEqual(['cruise', cwnd]);
  });
});

describe('the window', () => {
  test('draft-ietf-ccwg-bbr-06 §5.6.4.6: down at once, up by no more than has arrived', () => {
    const { drive, bbr } = inCruise();
    drive.rounds(11, { delivered: 2 * MSS }); // what had arrived in one piece is forgotten
    drive.steady(30);
    expect(bbr.cwnd).toBe(210 * MSS);
    drive.steady(1, { rttNs: 50 * MILLISECOND });
    expect(bbr.cwnd).toBe(110 * MSS);
    drive.steady(1, { rate: 2 * BANDWIDTH, delivered: MSS, rttNs: 50 * MILLISECOND });
    expect(bbr.cwnd).toBe(111 * MSS);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.3: four segments at least', () => {
    const { drive, bbr } = inCruise();
    drive.ack({ rttNs: 1000 });
    drive.rounds(12, { delivered: 0 });
    expect(bbr.cwnd).toBeGreaterThanOrEqual(4 * MSS);
    expect(bbr.cwnd).toBeLessThanOrEqual(6 * MSS);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.2: without a round trip it is the initial window', () => {
    const { drive, model, bbr } = driven({ srttNs: 0 });
    drive.rounds(5, { rttNs: -1, pipe: 3 * BDP });
    expect(model.isFullBwReached).toBe(true);
    expect(bbr.cwnd).toBeLessThanOrEqual(10 * MSS + model.extraAcked.value);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.8.1: three quanta at least', () => {
    const { drive, bbr, model } = inCruise();
    drive.rounds(11, { delivered: 2 * MSS });
    drive.steady(100, { rttNs: MILLISECOND, rate: 50_000_000 });
    expect(model.sendQuantum).toBeCloseTo(49_500);
    expect(bbr.cwnd).toBe(148_500);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.3: the quantum is a millisecond’s worth, two segments at least, 64 KB at most', () => {
    const { drive, bbr } = inCruise();
    drive.ack();
    expect(bbr.sendQuantum).toBe(2 * MSS);
    drive.round({ rate: 20_000_000 });
    expect(bbr.sendQuantum).toBeCloseTo(20_000_000 * PACED * 0.001);
    drive.round({ rate: 2_000_000_000 });
    expect(bbr.sendQuantum).toBe(64 * 1024);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.9: extra_acked is what arrives beyond the bandwidth, and widens the window', () => {
    const { drive, bbr, model } = inCruise();
    drive.rounds(11, { delivered: 2 * MSS });
    expect(model.extraAcked.value).toBe(2 * MSS);
    drive.ack({ afterNs: RTT_NS, delivered: 0 });
    drive.ack({ delivered: 130 * MSS });
    expect(model.extraAcked.value).toBe(130 * MSS);
    drive.steady(20);
    expect(bbr.cwnd).toBe(2 * BDP + 130 * MSS);
    drive.rounds(9, { afterNs: 20 * MILLISECOND, delivered: 2 * MSS });
    expect(model.extraAcked.value).toBe(130 * MSS);
    drive.round({ afterNs: 20 * MILLISECOND, delivered: 2 * MSS });
    expect(model.extraAcked.value).toBeLessThan(130 * MSS);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.9: no more than the window', () => {
    const { drive, bbr, model } = inCruise();
    const { cwnd } = bbr;
    drive.ack({ delivered: 1000 * MSS });
    expect(model.extraAcked.value).toBe(cwnd);
  });

  test('a segment size that changes keeps four of them', () => {
    const { bbr } = driven();
    bbr.resize(9000);
    expect(bbr.cwnd).toBe(36_000);
  });
});

describe('loss', () => {
  test('draft-ietf-ccwg-bbr-06 §5.5.10.3: when not probing, once per round trip, down to what has just been delivered', () => {
    const { drive, model, bbr } = inCruise();
    drive.round({ rate: 900_000 });
    const { cwnd } = bbr;
    drive.lose();
    drive.ack({ rate: 800_000, delivered: 0 });
    expect(model.bwShortterm).toBe(Infinity); // not before the round trip is over
    drive.round({ rate: 850_000, delivered: 0 });
    expect([model.bwShortterm, model.inflightShortterm]).toEqual([900_000, 0.7 * cwnd]);
    drive.ack({ rate: 900_000 });
    expect(bbr.pacingRate).toBeCloseTo(900_000 * PACED);
    drive.lose();
    drive.round({ rate: 850_000 });
    expect(model.bwShortterm).toBe(900_000); // the largest sample of the round trip
    drive.lose();
    drive.round({ rate: 850_000 });
    expect(model.bwShortterm).toBe(850_000);
  });

  test('what it has not sent says nothing against the path: less the margin of pacing; with bbrDiscountsOwnPace off it does', () => {
    for (const [bbrDiscountsOwnPace, expected] of [
      [true, 950_000 / PACED],
      [false, 950_000],
    ] as const) {
      const { drive, model } = inCruise({ settings: { ...RFC_SETTINGS, bbrDiscountsOwnPace } });
      drive.rounds(2, { rate: 950_000 });
      drive.lose();
      drive.round({ rate: 950_000 });
      expect(model.bwShortterm).toBeCloseTo(expected);
      const arrived = PACED * model.bwShortterm; // all that was sent
      for (let time = 0; time < 2; time++) {
        drive.lose();
        drive.round({ rate: arrived });
      }
      expect(model.bwShortterm).toBeCloseTo(bbrDiscountsOwnPace ? expected : arrived);
    }
  });

  test('what it has not sent says nothing against the path: less the gain of DOWN, also when its last samples come in CRUISE', () => {
    const { drive, model } = inDown({ settings: { ...RFC_SETTINGS, bbrDiscountsOwnPace: true } });
    drive.lose();
    drive.round({ rate: 0.9 * PACED * BANDWIDTH, pipe: 2 * BDP });
    expect([model.phase, model.bwShortterm]).toEqual(['down', BANDWIDTH]); // and never above what it was
    drive.ack({ rate: 0.9 * PACED * BANDWIDTH, pipe: 0 });
    expect(model.phase).toBe('cruise');
    drive.lose();
    drive.round({ rate: 0.9 * PACED * BANDWIDTH });
    expect(model.bwShortterm).toBeCloseTo(BANDWIDTH);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.3: by no more than 30 %', () => {
    const { drive, model } = inCruise();
    drive.round({ rate: 100_000 });
    drive.lose();
    drive.round({ rate: 100_000 });
    expect(model.bwShortterm).toBe(0.7 * BANDWIDTH);
    drive.lose();
    drive.round({ rate: 100_000 });
    expect(model.bwShortterm).toBeCloseTo(0.49 * BANDWIDTH);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.3: a round trip without loss changes nothing', () => {
    const { drive, model } = inCruise();
    drive.rounds(5, { rate: 100_000 });
    expect([model.bwShortterm, model.inflightShortterm]).toEqual([Infinity, Infinity]);
  });

  test.each([
    ['refill', inRefill],
    ['up', inUp],
    ['startup', driven],
  ] as const)('draft-ietf-ccwg-bbr-06 §5.5.10.3: not in %s, which probes', (_phase, enter) => {
    const { drive, model } = enter();
    drive.lose();
    drive.round({ rate: 500_000 });
    expect(model.bwShortterm).toBe(Infinity);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: in a probe, more than 2 % end it, and set inflight_longterm to where that was', () => {
    const { drive, model } = inUp();
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 4 * MSS });
    expect([model.phase, model.inflightLongterm]).toEqual(['up', Infinity]);
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 5 * MSS });
    // InflightAtLoss: 199 before, 4 of them lost: (0.02 * 199 - 4) / 0.98 of a segment less.
    expect(model.phase).toBe('down');
    expect(model.inflightLongterm).toBeCloseTo((199 + (0.02 * 199 - 4) / 0.98) * MSS);
  });

  test('draft-ietf-ccwg-bbr-06 §5.3.3.9 StartProbeBW_DOWN: what the probe has delivered and lost is no measure for what follows', () => {
    const { drive, model } = inUp();
    drive.round({ rate: 2 * BANDWIDTH });
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    expect(model.phase).toBe('down');
    expect([model.isLossInRound, model.bwLatest, model.inflightLatest]).toEqual([false, 0, 0]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: not below 0.7 of what it aims at', () => {
    const { drive, model } = inUp();
    drive.lose({ inflightAtSend: 20 * MSS, lostSinceSend: 4 * MSS });
    expect(model.inflightLongterm).toBe(0.7 * BDP);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: once per probe', () => {
    const { drive, model } = inUp();
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    const { inflightLongterm } = model;
    drive.lose({ inflightAtSend: 100 * MSS, lostSinceSend: 10 * MSS });
    expect(model.inflightLongterm).toBe(inflightLongterm);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: also the losses of the round trip after the probe, which was sent in it', () => {
    const { drive, model } = inUp();
    drive.rounds(3);
    expect(model.phase).toBe('down');
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    expect(model.inflightLongterm).toBeLessThan(200 * MSS);
    const later = inUp();
    later.drive.rounds(4);
    later.drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    expect(later.model.inflightLongterm).toBe(Infinity);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: application-limited: the probe ends, the bound stays', () => {
    const { drive, model } = inUp();
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS, appLimited: true });
    expect([model.phase, model.inflightLongterm]).toEqual(['down', Infinity]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.10.2: without SACK one loss is too many', () => {
    const { drive, model } = inUp({ selectiveAcks: false });
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: MSS });
    expect(model.phase).toBe('down');
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.4: after a timeout one segment; then at least four; after the repair the window of before', () => {
    const { drive, bbr } = inCruise();
    const { cwnd } = bbr;
    bbr.timeout();
    expect(bbr.cwnd).toBe(MSS);
    drive.ack({ repairing: true, delivered: MSS });
    expect(bbr.cwnd).toBe(4 * MSS);
    drive.ack({ repairing: false, delivered: 0 });
    expect(bbr.cwnd).toBe(cwnd);
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.4: fast recovery leaves the window to the model', () => {
    const { drive, bbr } = inCruise();
    const { cwnd } = bbr;
    bbr.congestion(BDP, 'loss');
    expect(bbr.cwnd).toBe(cwnd);
    drive.ack({ recovering: true });
    expect(bbr.cwnd).toBeGreaterThanOrEqual(cwnd);
    expect(bbr.ownsRecovery).toBe(true);
  });
});

describe('a loss that was none', () => {
  test('draft-ietf-ccwg-bbr-06 §5.5.11.2: the short-term model and the window are as before', () => {
    const { drive, model, bbr } = inCruise();
    const { cwnd } = bbr;
    bbr.congestion(BDP, 'loss');
    drive.lose();
    drive.round({ rate: 100_000, recovering: true });
    drive.ack({ rate: 100_000, recovering: true });
    expect(bbr.cwnd).toBeLessThan(cwnd);
    bbr.undo();
    expect([model.bwShortterm, model.inflightShortterm, model.isLossInRound]).toEqual([Infinity, Infinity, false]);
    expect(bbr.cwnd).toBe(cwnd);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.11.2: a probe that it ended starts again with REFILL, its bound is lifted', () => {
    const { drive, model, bbr } = inUp();
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    bbr.congestion(BDP, 'loss');
    expect([model.phase, model.undoPhase]).toEqual(['down', 'up']);
    bbr.undo();
    expect([model.phase, model.inflightLongterm, model.undoPhase]).toEqual(['refill', Infinity, undefined]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.11.2: a Startup that it ended goes on', () => {
    const { drive, model, bbr } = driven();
    drive.round({ rate: 500_000 });
    for (let range = 0; range < 6; range++) drive.lose();
    bbr.congestion(BDP, 'loss');
    drive.round({ rate: 700_000, recovering: true, lostSinceSend: 6 * MSS, pipe: 2 * BDP });
    expect(model.phase).toBe('drain');
    bbr.undo();
    expect([model.phase, model.isFullBwReached, model.fullBwCount]).toEqual(['startup', false, 0]);
  });

  test('draft-ietf-ccwg-bbr-06 §5.5.11.2: ProbeRTT is finished first', () => {
    const { drive, model, bbr } = inUp();
    drive.lose({ inflightAtSend: 200 * MSS, lostSinceSend: 10 * MSS });
    drive.ack({ afterNs: 6 * SECOND, rttNs: RTT_NS + 1 });
    expect(model.phase).toBe('probe-rtt');
    bbr.undo();
    expect(model.phase).toBe('probe-rtt');
  });

  test('draft-ietf-ccwg-bbr-06 §5.6.4.4: a spurious timeout gives the window back', () => {
    const { bbr } = inCruise();
    const { cwnd } = bbr;
    bbr.timeout();
    bbr.undo();
    expect(bbr.cwnd).toBe(cwnd);
  });
});

describe('marks of congestion', () => {
  test('draft-ietf-ccwg-bbr-06 §3.7: a mark ends Startup', () => {
    const { drive, model, bbr } = driven();
    drive.round({ rate: 500_000 });
    bbr.congestion(BDP, 'ecn');
    drive.ack({ pipe: 2 * BDP });
    expect(model.phase).toBe('drain');
  });

  test('draft-ietf-ccwg-bbr-06 §3.7: it ends a probe and bounds what may be in flight', () => {
    const { model, bbr } = inUp();
    bbr.congestion(150 * MSS, 'ecn');
    expect([model.phase, model.inflightLongterm]).toEqual(['down', 150 * MSS]);
  });

  test('draft-ietf-ccwg-bbr-06 §3.7: it counts as a loss of its round trip, but nothing is to be repaired', () => {
    const { drive, model, bbr } = inCruise();
    drive.round({ rate: 900_000 });
    bbr.congestion(BDP, 'ecn');
    expect(model.isInLossRecovery).toBe(false);
    drive.round({ rate: 900_000 });
    expect(model.bwShortterm).toBe(900_000);
  });
});
