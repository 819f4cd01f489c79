/**
 * BBR version 1, rule by rule: draft-cardwell-iccrg-bbr-congestion-control-00. The path carries 1,000,000 octets a second
 * with a round trip of 100 ms, so that 100 segments of 1000 octets fill it.
 */
import { describe, expect, test } from 'vitest';
import { Bbr1 } from '../../../../../../src/layers/transport/tcp/congestion/bbr1/bbr1.ts';
import type { ControllerStart } from '../../../../../../src/layers/transport/tcp/congestion/congestion-control.ts';
import { BANDWIDTH, BDP, ControllerDrive, MILLISECOND, MSS, RTT_NS, SECOND } from './controller-drive.ts';

const HIGH_GAIN = 2.89;

function driven(start: Partial<ControllerStart> = {}): { drive: ControllerDrive<Bbr1>; bbr: Bbr1 } {
  const bbr = new Bbr1();
  return { drive: new ControllerDrive(bbr, start), bbr };
}

/** In the phase of ProbeBW that the die chooses: the largest die is the probe, die 0 the phase before it. */
function inProbeBw(die = 0xffff_ffff, start: Partial<ControllerStart> = {}): ReturnType<typeof driven> {
  const stage = driven(start);
  stage.drive.dice = [die];
  stage.drive.rounds(4, { pipe: 2 * BDP });
  expect(stage.bbr.state).toBe('drain');
  stage.drive.ack();
  expect(stage.bbr.state).toBe('probe-bw');
  return stage;
}

describe('Startup and Drain', () => {
  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.1: the first rate is 2.89 * InitialCwnd / SRTT, or 1 ms without one', () => {
    expect(driven().bbr.pacingRate).toBeCloseTo(HIGH_GAIN * 10 * MSS * 10);
    expect(driven({ srttNs: 0 }).bbr.pacingRate).toBeCloseTo(HIGH_GAIN * 10 * MSS * 1000);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.1: before the pipe has been full the rate only rises', () => {
    const { drive, bbr } = driven();
    drive.round({ rate: 20_000, appLimited: true });
    expect(bbr.pacingRate).toBeCloseTo(HIGH_GAIN * 10 * MSS * 10);
    drive.round({ rate: 200_000 });
    expect(bbr.pacingRate).toBeCloseTo(HIGH_GAIN * 200_000);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.2.1: the window grows by what arrives, up to 2.89 times the BDP', () => {
    const { drive, bbr } = driven();
    for (let count = 0; count < 40; count++) drive.ack({ delivered: 10 * MSS });
    expect(bbr.cwnd).toBe(290 * MSS);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.2.2: three round trips without a quarter more: Drain', () => {
    const { drive, bbr } = driven();
    for (const rate of [200_000, 400_000, 500_000, 510_000, 520_000]) drive.round({ rate, pipe: 2 * BDP });
    expect(bbr.state).toBe('startup');
    drive.round({ rate: 625_000, pipe: 2 * BDP });
    drive.rounds(2, { rate: 700_000, pipe: 2 * BDP });
    expect(bbr.state).toBe('startup');
    drive.round({ rate: 700_000, pipe: 2 * BDP });
    expect([bbr.state, bbr.cwndGain]).toEqual(['drain', HIGH_GAIN]);
    expect(bbr.pacingRate).toBeCloseTo(700_000 / HIGH_GAIN);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.2.2: application-limited round trips do not count', () => {
    const { drive, bbr } = driven();
    drive.rounds(20, { appLimited: true });
    expect(bbr.state).toBe('startup');
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.3: Drain ends when the BDP is in flight', () => {
    const { drive, bbr } = driven();
    drive.rounds(4, { pipe: 2 * BDP });
    drive.ack({ pipe: BDP + 1 });
    expect(bbr.state).toBe('drain');
    drive.ack({ pipe: BDP });
    expect(bbr.state).toBe('probe-bw');
  });
});

describe('ProbeBW', () => {
  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.1: a cycle of eight gains, each for a round trip', () => {
    const { drive, bbr } = inProbeBw(0);
    const gains: number[] = [];
    for (let phase = 0; phase < 16; phase++) {
      gains.push(bbr.pacingGain);
      expect(bbr.pacingRate).toBeCloseTo(bbr.pacingGain * BANDWIDTH);
      drive.round({ afterNs: RTT_NS, priorPipe: 1.25 * BDP });
      drive.ack({ afterNs: 1, priorPipe: 1.25 * BDP });
    }
    const cycle = [1.25, 0.75, 1, 1, 1, 1, 1, 1];
    expect(gains).toEqual([...cycle, ...cycle]);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.2: it starts anywhere but in the phase of 3/4', () => {
    const starts = Array.from({ length: 7 }, (_, index) => {
      const { drive, bbr } = inProbeBw(Math.ceil((index * 2 ** 32) / 7));
      const gains: number[] = [];
      for (let phase = 0; phase < 8; phase++) {
        gains.push(bbr.pacingGain);
        drive.ack({ afterNs: RTT_NS + 1, priorPipe: 1.25 * BDP });
      }
      return gains.indexOf(0.75);
    });
    expect(inProbeBw(0xffff_ffff).bbr.pacingGain).toBe(1);
    // 3/4 is the second phase of a cycle that starts with 5/4, the last of one that starts after it.
    expect([...starts].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.3: 5/4 goes on until 5/4 of the BDP is in flight', () => {
    const { drive, bbr } = inProbeBw(0);
    expect(bbr.pacingGain).toBe(1.25);
    drive.ack({ afterNs: 3 * RTT_NS, priorPipe: 1.25 * BDP - 1 });
    expect(bbr.pacingGain).toBe(1.25);
    drive.ack({ priorPipe: 1.25 * BDP });
    expect(bbr.pacingGain).toBe(0.75);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.3: or until something is lost, and a round trip at least', () => {
    const { drive, bbr } = inProbeBw(0);
    drive.ack({ priorPipe: 2 * BDP, lost: MSS });
    expect(bbr.pacingGain).toBe(1.25);
    drive.ack({ afterNs: RTT_NS + 1, priorPipe: BDP, lost: MSS });
    expect(bbr.pacingGain).toBe(0.75);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.3: 3/4 ends early when the queue is drained', () => {
    const { drive, bbr } = inProbeBw(0);
    drive.ack({ afterNs: RTT_NS + 1, priorPipe: 1.25 * BDP });
    drive.ack({ priorPipe: BDP + 1 });
    expect(bbr.pacingGain).toBe(0.75);
    drive.ack({ priorPipe: BDP });
    expect(bbr.pacingGain).toBe(1);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.2: the window is twice the BDP', () => {
    const { drive, bbr } = inProbeBw();
    for (let count = 0; count < 30; count++) drive.ack({ delivered: 10 * MSS });
    expect(bbr.cwnd).toBe(2 * BDP);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.4.4: restarting from idle, the rate is exactly the bandwidth', () => {
    const { drive, bbr } = inProbeBw(0);
    const { cwnd } = bbr;
    expect(bbr.pacingRate).toBeCloseTo(1.25 * BANDWIDTH);
    bbr.idle();
    bbr.resumed();
    expect([bbr.pacingRate, bbr.cwnd]).toEqual([BANDWIDTH, cwnd]);
    drive.ack();
    expect(bbr.pacingRate).toBeCloseTo(1.25 * BANDWIDTH);
  });
});

describe('the model', () => {
  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.1.1.2: the bandwidth is the largest of ten round trips', () => {
    const { drive, bbr } = inProbeBw();
    drive.round({ rate: 2 * BANDWIDTH });
    drive.rounds(9);
    expect(bbr.path.btlBw.value).toBe(2 * BANDWIDTH);
    drive.round();
    expect(bbr.path.btlBw.value).toBe(BANDWIDTH);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.1.1.4: application-limited samples count if they are larger', () => {
    const { drive, bbr } = inProbeBw();
    drive.rounds(12, { rate: BANDWIDTH / 2, appLimited: true });
    expect(bbr.path.btlBw.value).toBe(BANDWIDTH); // not even time counts without a sample of the path
    drive.ack({ rate: BANDWIDTH + 1, appLimited: true });
    expect(bbr.path.btlBw.value).toBe(BANDWIDTH + 1);
    drive.round({ rate: BANDWIDTH / 2 });
    drive.rounds(10, { rate: BANDWIDTH / 2 });
    expect(bbr.path.btlBw.value).toBe(BANDWIDTH / 2);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.1.2.3: the round trip is the shortest of ten seconds', () => {
    const { drive, bbr } = inProbeBw();
    drive.ack({ rttNs: 90 * MILLISECOND });
    drive.ack({ rttNs: -1 });
    drive.ack({ afterNs: 10 * SECOND });
    expect(bbr.path.rtpropNs).toBe(90 * MILLISECOND);
    drive.ack({ afterNs: 1 });
    expect(bbr.path.rtpropNs).toBe(RTT_NS);
  });
});

describe('ProbeRTT', () => {
  const inProbeRtt = () => {
    const stage = inProbeBw();
    stage.drive.ack({ afterNs: 10 * SECOND, rttNs: RTT_NS + 1 });
    expect(stage.bbr.state).toBe('probe-bw');
    stage.drive.ack({ afterNs: 1, rttNs: RTT_NS + 1 });
    expect([stage.bbr.state, stage.bbr.isHoldingBack]).toEqual(['probe-rtt', true]);
    return stage;
  };

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.5: ten seconds without a round trip as short: four segments', () => {
    const { bbr } = inProbeRtt();
    expect([bbr.cwnd, bbr.pacingGain]).toEqual([4 * MSS, 1]);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.5: for 200 ms and a round trip, from when four are in flight', () => {
    const { drive, bbr } = inProbeRtt();
    drive.round({ afterNs: SECOND, pipe: 5 * MSS });
    drive.ack({ pipe: 4 * MSS });
    drive.ack({ afterNs: 200 * MILLISECOND + 1, pipe: 4 * MSS });
    expect(bbr.state).toBe('probe-rtt');
    drive.round({ afterNs: 0, pipe: 4 * MSS });
    expect([bbr.state, bbr.isHoldingBack]).toEqual(['probe-bw', true]);
    expect(bbr.cwnd).toBeGreaterThan(BDP);
    drive.ack();
    expect(bbr.isHoldingBack).toBe(false);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.5: a round trip alone is not enough', () => {
    const { drive, bbr } = inProbeRtt();
    drive.ack({ pipe: 4 * MSS });
    drive.round({ afterNs: 150 * MILLISECOND, pipe: 4 * MSS });
    expect(bbr.state).toBe('probe-rtt');
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.5: back to Startup if the pipe has not been full', () => {
    const { drive, bbr } = driven();
    drive.round({ rate: 500_000 });
    drive.ack({ afterNs: 11 * SECOND, rttNs: RTT_NS + 1, pipe: 4 * MSS });
    expect(bbr.state).toBe('probe-rtt');
    drive.round({ afterNs: SECOND, pipe: 4 * MSS });
    expect([bbr.state, bbr.pacingGain]).toEqual(['startup', HIGH_GAIN]);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.3.5: none when restarting from idle', () => {
    const { drive, bbr } = inProbeBw();
    bbr.resumed();
    drive.ack({ afterNs: 11 * SECOND, rttNs: RTT_NS + 1 });
    expect(bbr.state).toBe('probe-bw');
  });
});

describe('the window', () => {
  test.each([
    [100_000, MSS],
    [1_000_000, 2 * MSS],
    [10_000_000, 10_000],
    [100_000_000, 64 * 1024],
  ])(
    'draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.2: at %d octets a second the quantum is %d',
    (rate, quantum) => {
      const { drive, bbr } = inProbeBw();
      drive.rounds(12, { rate, priorPipe: 0 });
      while (bbr.pacingGain !== 1) drive.ack({ rate, afterNs: RTT_NS + 1, priorPipe: 2 * BDP + rate });
      drive.ack({ rate });
      expect(bbr.sendQuantum).toBeCloseTo(quantum);
    },
  );

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.3: four segments at least', () => {
    const { drive, bbr } = inProbeBw();
    drive.ack({ rttNs: 1000 });
    drive.rounds(12);
    expect(bbr.cwnd).toBe(4 * MSS);
    bbr.resize(1400);
    expect(bbr.cwnd).toBe(5600);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.4: in the first round trip of recovery a segment leaves for each that arrives', () => {
    const { drive, bbr } = inProbeBw();
    for (let count = 0; count < 30; count++) drive.ack({ delivered: 10 * MSS });
    bbr.congestion(BDP, 'loss');
    drive.ack({ recovering: true, lost: 3 * MSS, delivered: 2 * MSS, pipe: 95 * MSS });
    expect(bbr.cwnd).toBe(97 * MSS);
    drive.ack({ recovering: true, delivered: 2 * MSS, pipe: 95 * MSS });
    expect(bbr.cwnd).toBe(97 * MSS);
    drive.ack({ recovering: true, delivered: 2 * MSS, pipe: 96 * MSS });
    expect(bbr.cwnd).toBe(98 * MSS);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.4: after it the window grows by what arrives and shrinks by what is lost', () => {
    const { drive, bbr } = inProbeBw();
    bbr.congestion(BDP, 'loss');
    drive.ack({ recovering: true, lost: 3 * MSS, delivered: 2 * MSS, pipe: 50 * MSS });
    expect(bbr.cwnd).toBe(52 * MSS);
    drive.round({ recovering: true, delivered: 10 * MSS, pipe: 50 * MSS });
    expect(bbr.cwnd).toBe(62 * MSS);
    drive.ack({ recovering: true, lost: 20 * MSS, delivered: 2 * MSS, pipe: 30 * MSS });
    expect(bbr.cwnd).toBe(44 * MSS);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.4: after recovery it is as before', () => {
    const { drive, bbr } = inProbeBw();
    for (let count = 0; count < 30; count++) drive.ack({ delivered: 10 * MSS });
    bbr.congestion(BDP, 'loss');
    drive.ack({ recovering: true, lost: 50 * MSS, delivered: 2 * MSS, pipe: 10 * MSS });
    expect(bbr.cwnd).toBe(12 * MSS);
    drive.ack();
    expect(bbr.cwnd).toBe(2 * BDP);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.4: after a timeout one segment, then four; after the repair as before', () => {
    const { drive, bbr } = inProbeBw();
    for (let count = 0; count < 30; count++) drive.ack({ delivered: 10 * MSS });
    bbr.timeout();
    expect(bbr.cwnd).toBe(MSS);
    drive.ack({ repairing: true, delivered: MSS });
    expect(bbr.cwnd).toBe(4 * MSS);
    drive.ack({ repairing: true, delivered: 2 * MSS });
    expect(bbr.cwnd).toBe(6 * MSS);
    drive.ack();
    expect(bbr.cwnd).toBe(2 * BDP);
  });

  test('draft-cardwell-iccrg-bbr-congestion-control-00 §4.2.3.4: an undo gives it back as well', () => {
    const { drive, bbr } = inProbeBw();
    const { cwnd } = bbr;
    bbr.timeout();
    bbr.undo();
    expect(bbr.cwnd).toBe(cwnd);
    bbr.congestion(BDP, 'loss');
    bbr.undo();
    drive.ack({ delivered: 0 });
    expect(bbr.cwnd).toBe(Math.min(cwnd, 2 * BDP));
  });

  test('a mark of congestion means nothing to it', () => {
    const { drive, bbr } = inProbeBw();
    for (let count = 0; count < 30; count++) drive.ack({ delivered: 10 * MSS });
    bbr.congestion(BDP, 'ecn');
    drive.ack({ delivered: MSS, pipe: 10 * MSS });
    expect(bbr.cwnd).toBe(2 * BDP);
  });
});
