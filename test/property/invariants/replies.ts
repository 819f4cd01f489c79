/**
 * Invariants 15, 16, 22, 38 and 39: what must change nothing, what it is answered with, and what a reset may do.
 */
import { hold } from './laws.ts';
import {
  type Checker,
  type Delivery,
  difference,
  type Fields,
  type Followed,
  fieldsOf,
  type Run,
  reach,
} from './model.ts';
import { isAcceptable } from './segments.ts';
import { bothHave } from './tracking.ts';
import { after, offset, showSegment, TIMESTAMPS, timestamps, type WireSegment } from './wire.ts';

const OPENING = ['SYN-SENT', 'SYN-RECEIVED'];

export function replies(): Checker {
  return {
    transition(run, connection, _from, to) {
      const { delivery, programActed } = run.step;
      if (to !== 'CLOSED' || programActed || delivery?.connection !== connection || delivery.segment?.rst !== true)
        return;
      if (delivery.before !== undefined) checkEnded(run, connection, delivery.before, delivery.segment);
    },

    after(run) {
      const { delivery } = run.step;
      if (delivery === undefined) return;
      const { segment, damage } = delivery;
      if (damage === 'covered') checkUnchanged(run, delivery, 22, 0, 0);
      else if (segment !== undefined) {
        checkResets(run, delivery, segment);
        judge(run, delivery, segment);
      }
    },
  };
}

/** What RFC 9293 §3.10.7.4 says must not be taken, judged by the variables of before. */
function judge(run: Run, delivery: Delivery, segment: WireSegment): void {
  const { connection, before } = delivery;
  if (connection === undefined || before === undefined || before.state === 'CLOSED') return;
  const { block } = connection;
  if (before.state === 'SYN-SENT') {
    if (segment.rst && !segment.ack) checkUnchanged(run, delivery, 39, 0, 0);
    return;
  }
  const next = before.rcvNxt >>> 0;
  if (before.state === 'SYN-RECEIVED' && segment.syn && after(block.irs, segment.sequence) === 0) return;
  const stamp = timestamps(segment);
  if (bothHave(connection, TIMESTAMPS) && !segment.rst) {
    if (stamp === undefined) {
      checkUnchanged(run, delivery, 19, 0, 0);
      return;
    }
    if (offset(before.tsRecent >>> 0, stamp.value) < 0) {
      reach(run, 'PAWS drop');
      checkUnchanged(run, delivery, 19, segment.length === 0 ? 0 : 1, 1);
      return;
    }
  }
  if (!isAcceptable(next, before.rcvWnd, segment)) {
    const isBare = segment.length === 0;
    // Two ends that disagree must not answer each other's bare ACKs for ever: those may stay without an answer.
    checkUnchanged(run, delivery, segment.rst ? 39 : 15, segment.rst || isBare ? 0 : 1, segment.rst ? 0 : 1);
    return;
  }
  if (segment.rst) {
    if (segment.sequence !== next) {
      reach(run, 'challenge ACK to a reset');
      checkUnchanged(run, delivery, 39, 0, 1);
    }
    return;
  }
  if (segment.syn) {
    // RFC 5961 §4, and RFC 9293 §3.10.7.4: a passive open in SYN-RECEIVED goes back to LISTEN.
    if (before.state === 'SYN-RECEIVED' && !block.active) return;
    reach(run, 'challenge ACK to a SYN');
    checkUnchanged(run, delivery, 39, 0, 1);
    return;
  }
  if (!segment.ack) checkUnchanged(run, delivery, 15, 0, 0);
  else if (!OPENING.includes(before.state) && after(block.iss, segment.acknowledgment) > maxSent(delivery)) {
    const isBehind = offset(before.sndUna >>> 0, segment.acknowledgment) < 0;
    if (!isBehind) checkUnchanged(run, delivery, 16, 1, 1, true);
  }
}

const maxSent = ({ connection, before }: Delivery): number => after(connection!.block.iss, before!.sndMax >>> 0);

/** The variables are as they were, and so many segments answered. TS.Recent is taken before the ACK is looked at. */
function checkUnchanged(
  run: Run,
  delivery: Delivery,
  number: 15 | 16 | 19 | 22 | 39,
  least: number,
  most: number,
  mayRenewTimestamp = false,
): void {
  const { connection, before, segment, side } = delivery;
  const shown = segment === undefined ? 'a damaged frame' : showSegment(segment);
  if (connection !== undefined && before !== undefined) {
    const now = fieldsOf(connection.block);
    const was = mayRenewTimestamp ? { ...before, tsRecent: now.tsRecent } : before;
    const changed = difference(was, now);
    hold(number, changed === undefined, () => `${connection.name}, by ${shown}: ${changed}`);
  }
  const answers = run.step.emissions.filter((emission) => emission.side === side);
  if (run.step.askedNeighbour) return;
  hold(number, answers.length >= least && answers.length <= most, () => {
    const sent = answers.map((emission) => showSegment(emission.segment)).join(', ');
    return `${connection?.name ?? side.name} answers ${shown} with ${answers.length} segments: ${sent || 'none'}`;
  });
  for (const { segment: answer } of answers) {
    hold(number, answer.ack && !answer.rst && !answer.syn && answer.length === 0, () => {
      return `${connection?.name ?? side.name} answers ${shown} with ${showSegment(answer)}, which is no bare ACK`;
    });
  }
}

/** 39: a reset has ended the connection. */
function checkEnded(run: Run, { block, name }: Followed, before: Fields, reset: WireSegment): void {
  reach(run, 'reset taken');
  if (before.state === 'SYN-SENT') {
    const isAnswer = reset.ack && after(block.iss, reset.acknowledgment) === 1;
    hold(39, isAnswer, () => `${name}: ended by ${showSegment(reset)}, which does not acknowledge our SYN`);
    return;
  }
  hold(39, reset.sequence === before.rcvNxt >>> 0, () => {
    return `${name}: ended by ${showSegment(reset)}, and RCV.NXT was ${before.rcvNxt >>> 0}`;
  });
}

/** 38, whatever the state. */
function checkResets(run: Run, { before, side }: Delivery, segment: WireSegment): void {
  const answers = run.step.emissions.filter((emission) => emission.side === side && emission.segment.rst);
  if (segment.rst) {
    hold(38, answers.length === 0, () => `${side.name} answers ${showSegment(segment)} with a reset`);
    return;
  }
  for (const { segment: answer, connection: owner } of answers) {
    if (owner !== undefined && before?.state !== 'SYN-SENT' && before?.state !== 'SYN-RECEIVED') {
      // A connection's own: <SEQ=SND.NXT>.
      hold(38, after(owner.block.iss, answer.sequence) === after(owner.block.iss, owner.block.sndNxt >>> 0), () => {
        return `${owner.name}: a reset at ${answer.sequence}, SND.NXT is ${owner.block.sndNxt >>> 0}`;
      });
      continue;
    }
    if (run.step.programActed) continue;
    if (segment.ack) {
      hold(38, answer.sequence === segment.acknowledgment, () => {
        return `${side.name} answers ${showSegment(segment)} with ${showSegment(answer)}, not at SEG.ACK`;
      });
    } else {
      const wanted = (segment.sequence + segment.length) % 2 ** 32;
      hold(38, answer.sequence === 0 && answer.ack && answer.acknowledgment === wanted, () => {
        return `${side.name} answers ${showSegment(segment)} with ${showSegment(answer)}: <SEQ=0><ACK=${wanted}> is due`;
      });
    }
  }
}
