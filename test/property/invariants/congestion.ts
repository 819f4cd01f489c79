/** Invariants 31 and 33: the floor of the congestion window, and when a fast retransmit is due. */
import { hold } from './laws.ts';
import { type Checker, type Delivery, type Followed, type Run, reach } from './model.ts';
import { isAcceptable } from './segments.ts';
import { bothHave } from './tracking.ts';
import { after, offset, SACK_PERMITTED, TIMESTAMPS, timestamps, type WireSegment } from './wire.ts';

interface Counted {
  /** A recovery has begun, or a partial ACK has come, and its retransmission has not gone yet: pacing may delay it. */
  due: boolean;
  lossState: string;
  sndUna: number;
  duplicates: number;
  una: number;
  window: number;
}

export function congestion(): Checker {
  const counts = new Map<Followed, Counted>();
  return {
    born(_run, connection) {
      counts.set(connection, { due: false, lossState: 'open', sndUna: 0, duplicates: 0, una: 0, window: -1 });
    },

    after(run) {
      for (const side of run.sides) {
        for (const { block, name } of side.connections) {
          if (!block.wasEstablished || block.state === 'CLOSED') continue;
          hold(
            31,
            block.congestion.cwnd >= block.smss,
            () => `${name}: cwnd ${block.congestion.cwnd}, SMSS ${block.smss}`,
          );
          if (block.lossState !== 'open') reach(run, `loss state ${block.lossState}`);
        }
      }
      count(run, counts);
      for (const [connection, mine] of counts) noteRecovery(connection, mine);
      for (const { connection, reason } of run.step.retransmissions) {
        if (reason === 'fast') checkFast(run, connection, counts.get(connection)!);
      }
    },
  };
}

/** The five parts of RFC 5681 §2's duplicate acknowledgment. */
function count(run: Run, counts: ReadonlyMap<Followed, Counted>): void {
  const { delivery } = run.step;
  if (delivery?.segment === undefined || delivery.connection === undefined || delivery.before === undefined) return;
  const { connection, segment, before } = delivery;
  const { iss } = connection.block;
  const mine = counts.get(connection)!;
  if (!segment.ack || segment.rst) return;
  const acknowledged = after(iss, segment.acknowledgment);
  if (acknowledged > after(iss, before.sndMax) || !isTaken(delivery, segment)) return;
  const outstanding = before.sndUna !== before.sndNxt;
  const isDuplicate =
    outstanding &&
    segment.payload.length === 0 &&
    !segment.syn &&
    !segment.fin &&
    acknowledged === after(iss, before.sndUna) &&
    connection.block.sndWnd === before.sndWnd;
  if (acknowledged > mine.una) {
    mine.una = acknowledged;
    mine.duplicates = 0;
  } else if (isDuplicate) mine.duplicates++;
}

/** Whether the segment passes the sequence check and PAWS, by the variables of before. */
function isTaken({ connection, before }: Delivery, segment: WireSegment): boolean {
  const stamp = timestamps(segment);
  if (connection === undefined || before === undefined) return false;
  if (before.state.startsWith('SYN-')) return true;
  if (segment.syn) return false; // challenged: RFC 5961 §4
  if (bothHave(connection, TIMESTAMPS) && (stamp === undefined || offset(before.tsRecent >>> 0, stamp.value) < 0)) {
    return false;
  }
  return isAcceptable(before.rcvNxt >>> 0, before.rcvWnd, segment);
}

function noteRecovery({ block }: Followed, mine: Counted): void {
  const isNew = mine.lossState !== block.lossState || mine.sndUna !== block.sndUna;
  if (isNew) mine.due = block.lossState === 'recovery';
  mine.lossState = block.lossState;
  mine.sndUna = block.sndUna;
}

/** 33: without SACK it takes three; a partial ACK (RFC 6582 §3.2) retransmits without any. */
function checkFast(run: Run, connection: Followed, mine: Counted): void {
  const { block, name } = connection;
  const before = run.step.delivery?.before;
  if (bothHave(connection, SACK_PERMITTED) || before === undefined || run.step.icmpArrived) return;
  const isDue = mine.due;
  mine.due = false;
  if (before.lossState === 'recovery') {
    reach(run, 'partial acknowledgment');
    hold(33, isDue, () => `${name}: a second fast retransmit in one recovery, without a partial ACK`);
    return;
  }
  reach(run, 'fast retransmit');
  hold(33, mine.duplicates === block.settings.duplicateAckThreshold, () => {
    return `${name}: a fast retransmit after ${mine.duplicates} duplicate ACKs`;
  });
}
