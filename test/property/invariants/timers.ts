/** Invariants 23 to 26 and 29: which timer runs when, and the retransmission timeout by RFC 6298's own recurrence. */
import { hold } from './laws.ts';
import { type Checker, type Delivery, type Followed, type Run, reach } from './model.ts';
import { bothHave } from './tracking.ts';
import { after, TIMESTAMPS } from './wire.ts';

/** The estimator as a reader of RFC 6298 §2 would write it, in seconds. */
interface Estimate {
  srtt: number;
  rttvar: number;
  samples: number;
  rto: number;
  backoffs: number;
  /** A timeout was undone since the last sample: RFC 4015 §3.1 (11) takes the next one otherwise. */
  undone: boolean;
}

const MAY_SEND = ['ESTABLISHED', 'CLOSE-WAIT', 'FIN-WAIT-1', 'CLOSING', 'LAST-ACK'];

export function timers(): Checker {
  const estimates = new Map<Followed, Estimate>();
  return {
    born(_run, connection) {
      estimates.set(connection, {
        srtt: 0,
        rttvar: 0,
        samples: 0,
        rto: connection.block.settings.retransmissionTimeoutInitialNs,
        backoffs: 0,
        undone: false,
      });
    },

    timer(run, connection, timer) {
      hold(29, connection.block.state !== 'CLOSED', () => `${connection.name}: ${timer} fired`);
      reach(run, `timer ${timer}`);
    },

    after(run) {
      for (const side of run.sides) {
        for (const connection of side.connections) {
          checkTimers(run, connection);
          checkEstimate(run, connection, estimates.get(connection)!);
        }
      }
      checkProbes(run);
    },
  };
}

const isArmed = (deadline: number | undefined): boolean => deadline !== undefined && deadline !== Infinity;

/** 23, 26 and 29. */
function checkTimers(run: Run, connection: Followed): void {
  const { block, name } = connection;
  const { timers: all, state } = block;
  if (all === undefined) return;
  if (state === 'CLOSED') {
    for (const [timer, { deadline }] of Object.entries(all)) {
      hold(29, !isArmed(deadline), () => `${name}: its timer ${timer} runs`);
    }
    return;
  }
  const retransmits = isArmed(all.retransmission.deadline);
  const persists = isArmed(all.persist.deadline);
  hold(23, !(retransmits && persists), () => `${name}: retransmission and persist timer both run`);
  const isOutstanding = block.sndUna !== block.sndNxt;
  // RFC 3168 §6.1.2: a mark when the window is one segment lets nothing go before the timer has expired.
  hold(23, isOutstanding === retransmits || (block.ecn.held && retransmits), () => {
    const [una, nxt] = [after(block.iss, block.sndUna), after(block.iss, block.sndNxt)];
    return `${name}: SND.UNA ISS+${una}, SND.NXT ISS+${nxt}, and the retransmission timer ${retransmits ? 'runs' : 'does not run'}`;
  });
  // RFC 6298 §5.3: an ACK of new data starts the timer anew.
  const { delivery } = run.step;
  const hasMoved = delivery?.connection === connection && delivery.before?.sndUna !== block.sndUna;
  if (hasMoved && isOutstanding) {
    const wanted = run.world.now + block.rtt.rtoNs;
    hold(23, all.retransmission.deadline === wanted, () => {
      return `${name}: new data was acknowledged, and the timer fires at ${all.retransmission.deadline}, not ${wanted}`;
    });
  }
  const waits = block.unsentBytes > 0 || (block.finQueued && !block.finSent);
  if (waits && !isOutstanding && MAY_SEND.includes(state) && isArmed(all.cork.deadline)) {
    // TCP_CORK: the program has said that more is to come, and may say so for a while.
    const longest = run.world.now + block.settings.corkCeilingNs;
    hold(26, all.cork.deadline <= longest, () => `${name}: corked for ${all.cork.deadline - run.world.now} ns`);
    // What waits for its time of departure, or for a timer after a mark, goes by itself.
  } else if (waits && !isOutstanding && MAY_SEND.includes(state) && !isArmed(all.pacing.deadline) && !block.ecn.held) {
    hold(26, persists, () => `${name}: ${block.unsentBytes} bytes wait, nothing is in flight, and no timer runs`);
    const longest = run.world.now + block.settings.retransmissionTimeoutMaximumNs;
    hold(
      26,
      all.persist.deadline <= longest,
      () => `${name}: the next probe is ${all.persist.deadline - run.world.now} ns away`,
    );
  }
}

/** 26: what the persist timer does. */
function checkProbes(run: Run): void {
  const { timersFired, emissions } = run.step;
  if (!timersFired.includes('persist')) return;
  reach(run, 'window probe');
  const side = run.sides.find(({ connections }) => connections.some(({ block }) => block.probes > 0));
  hold(
    26,
    emissions.length > 0 || side === undefined || run.step.askedNeighbour,
    () => 'the persist timer fired, and nothing was sent',
  );
}

/** 24 and 25. */
function checkEstimate(run: Run, connection: Followed, own: Estimate): void {
  const { block, name } = connection;
  const { rtt, settings } = block;
  const [least, most] = [settings.retransmissionTimeoutMinimumNs, settings.retransmissionTimeoutMaximumNs];
  hold(24, rtt.rtoNs >= least && rtt.rtoNs <= most, () => `${name}: an RTO of ${rtt.rtoNs} ns`);
  if (rtt.samples > own.samples) {
    hold(24, rtt.samples === own.samples + 1, () => `${name}: ${rtt.samples - own.samples} samples from one segment`);
    takeSample(run, connection, own);
  } else if (rtt.backoffs > own.backoffs) {
    const doubled = Math.min(own.rto * 2, most);
    hold(24, rtt.rtoNs === doubled && rtt.backoffs === own.backoffs + 1, () => {
      return `${name}: back-off ${rtt.backoffs} made an RTO of ${rtt.rtoNs} ns out of ${own.rto}`;
    });
    if (rtt.backoffs >= 3) reach(run, `back-off of ${rtt.backoffs}`);
  } else if (rtt.rtoNs !== own.rto) {
    // RFC 6298 §5.7: back to 3 seconds when the SYN was lost.
    hold(
      24,
      block.synTimeouts > 0 && rtt.rtoNs === Math.max(3 * settings.retransmissionTimeoutInitialNs, least),
      () => {
        return `${name}: the RTO went from ${own.rto} to ${rtt.rtoNs} ns without a sample`;
      },
    );
  }
  own.rto = rtt.rtoNs;
  own.backoffs = rtt.backoffs;
  own.undone = rtt.spuriousSrttNs > 0;
  if (own.undone) reach(run, 'spurious timeout undone');
}

function takeSample(run: Run, connection: Followed, own: Estimate): void {
  const { block, name } = connection;
  const { rtt, settings } = block;
  const { delivery } = run.step;
  const sample = rtt.latestNs;
  own.samples++;
  hold(25, delivery?.connection === connection || !block.active, () => `${name}: a sample, and no segment has arrived`);
  // RFC 7323 appendix G: ExpectedSamples = ceiling(FlightSize / (SMSS * 2)), and the gains divided by it.
  const isOfSyn = delivery?.before === undefined || ['SYN-SENT', 'SYN-RECEIVED'].includes(delivery.before.state);
  const expected = isOfSyn ? 1 : Math.max(1, Math.ceil((delivery?.flightSize ?? 0) / (2 * (delivery?.smss ?? 1))));
  if (own.samples === 1) {
    own.srtt = sample;
    own.rttvar = sample / 2;
  } else if (own.undone) {
    own.rttvar = Math.max(own.rttvar, sample / 2);
    own.srtt = Math.max(own.srtt + 2 * settings.clockGranularityNs, sample);
  } else {
    const [alpha, beta] = [1 / 8 / expected, 1 / 4 / expected];
    own.rttvar = (1 - beta) * own.rttvar + beta * Math.abs(own.srtt - sample);
    own.srtt = (1 - alpha) * own.srtt + alpha * sample;
  }
  const isClose = (one: number, other: number): boolean => Math.abs(one - other) <= 2;
  hold(24, isClose(own.srtt, rtt.srttNs) && isClose(own.rttvar, rtt.rttvarNs), () => {
    return `${name}: SRTT ${rtt.srttNs} and RTTVAR ${rtt.rttvarNs}, by RFC 6298 ${own.srtt} and ${own.rttvar} (sample ${sample}, ${expected} expected in a flight)`;
  });
  // Kernels bound the variation, or add to the sum: profiles `linux` and `freebsd`.
  const least = Math.max(settings.clockGranularityNs, settings.retransmissionTimeoutVarianceMinimumNs);
  const timeout = Math.max(own.srtt + Math.max(least, 4 * own.rttvar), settings.retransmissionTimeoutMinimumNs);
  const wanted = Math.min(timeout + settings.retransmissionTimeoutSlopNs, settings.retransmissionTimeoutMaximumNs);
  const afterSyn = block.synTimeouts > 0 && isOfSyn;
  hold(24, isClose(wanted, rtt.rtoNs) || afterSyn, () => `${name}: an RTO of ${rtt.rtoNs} ns, by RFC 6298 ${wanted}`);
  own.srtt = rtt.srttNs;
  own.rttvar = rtt.rttvarNs;
  if (delivery !== undefined) checkKarn(run, connection, delivery, sample, isOfSyn);
}

/** 25: the sample is the age of an octet that was sent once, or a timestamp's. */
function checkKarn(run: Run, connection: Followed, delivery: Delivery, sample: number, isOfSyn: boolean): void {
  const { block, name, timesSent, sentAt, probed } = connection;
  const { segment, before } = delivery;
  if (segment === undefined) return;
  if (bothHave(connection, TIMESTAMPS)) {
    hold(
      25,
      sample <= run.world.now - connection.bornAt + 1e6,
      () => `${name}: a sample of ${sample} ns, older than it`,
    );
    return;
  }
  const acknowledged = after(block.iss, segment.acknowledgment);
  const from = before === undefined ? 0 : Math.min(after(block.iss, before.sndUna), acknowledged);
  const octets = Array.from({ length: acknowledged - from }, (_, index) => from + index);
  // What a probe of one octet carried may go again with others, which then are the ones that are measured.
  const twice = octets.find((octet) => timesSent[octet]! > 1 && !(probed.has(octet) && octets.length > 1));
  hold(
    25,
    twice === undefined,
    () => `${name}: a sample from ISS+${from}…${acknowledged}, and ISS+${twice} was sent twice`,
  );
  const ages = octets.map((octet) => run.world.now - sentAt[octet]!);
  // The SYN may have waited for the neighbour's address before it left.
  hold(25, isOfSyn ? ages.every((age) => age <= sample) : ages.includes(sample), () => {
    return `${name}: a sample of ${sample} ns, and what is acknowledged is ${[...new Set(ages)].join(', ')} ns old`;
  });
}
