/** Invariants 36 and 37: figure 5 of RFC 9293 §3.3.2, what may cause each transition, and how long TIME-WAIT lasts. */
import { hold } from './laws.ts';
import { type Checker, type Followed, type Run, reach } from './model.ts';
import { isReplacedBy } from './reopening.ts';
import { after } from './wire.ts';

/**
 * From each state to which. LISTEN is a listener of its own here, so a passive connection begins in SYN-RECEIVED; CLOSED
 * can be reached from everywhere, for a reason.
 */
const FIGURE_5: Readonly<Record<string, readonly string[]>> = {
  CLOSED: ['SYN-SENT', 'SYN-RECEIVED'],
  'SYN-SENT': ['SYN-RECEIVED', 'ESTABLISHED', 'CLOSED'],
  'SYN-RECEIVED': ['ESTABLISHED', 'FIN-WAIT-1', 'CLOSED'],
  ESTABLISHED: ['FIN-WAIT-1', 'CLOSE-WAIT', 'CLOSED'],
  'FIN-WAIT-1': ['FIN-WAIT-2', 'CLOSING', 'CLOSED'],
  'FIN-WAIT-2': ['TIME-WAIT', 'CLOSED'],
  'CLOSE-WAIT': ['LAST-ACK', 'CLOSED'],
  CLOSING: ['TIME-WAIT', 'CLOSED'],
  'LAST-ACK': ['CLOSED'],
  'TIME-WAIT': ['CLOSED'],
};

/** States that only the peer's FIN leads to, and those that only an ACK of our own FIN leads to. */
const AFTER_THEIR_FIN = ['CLOSE-WAIT', 'LAST-ACK', 'CLOSING', 'TIME-WAIT'];
const AFTER_ACK_OF_OURS = ['FIN-WAIT-2', 'TIME-WAIT'];
/** What ends a connection with a timer. */
const ENDING_TIMERS = ['retransmission', 'persist', 'keepalive', 'user-timeout', 'time-wait'];

interface Wait {
  /** When TIME-WAIT may have started or been started again. */
  readonly starts: number[];
}

export function states(): Checker {
  const waits = new Map<Followed, Wait>();
  return {
    transition(run, connection, from, to) {
      const { name } = connection;
      reach(run, `state ${to}`);
      reach(run, `${from} to ${to}`);
      hold(36, FIGURE_5[from]?.includes(to) ?? false, () => `${name}: from ${from} to ${to}`);
      checkCause(run, connection, from, to);
      if (to === 'TIME-WAIT') {
        const sentFirst = connection.finSentAtOffset >= 0;
        hold(37, sentFirst, () => `${name}: TIME-WAIT, and it has sent no FIN`);
        waits.set(connection, { starts: [run.world.now] });
      }
      if (from === 'TIME-WAIT') checkLength(run, connection, waits.get(connection)!);
    },

    delivery(run, { connection, segment, damage }) {
      if (connection === undefined || segment === undefined || damage === 'covered') return;
      if (segment.fin) waits.get(connection)?.starts.push(run.world.now);
    },
  };
}

function checkCause(run: Run, connection: Followed, from: string, to: string): void {
  const { block, name, peerSyn, contiguous, finsArrived, ackedByPeer } = connection;
  if (to === 'ESTABLISHED') {
    hold(
      36,
      peerSyn !== undefined && ackedByPeer >= 1,
      () => `${name}: ESTABLISHED before both SYNs were acknowledged`,
    );
  }
  if (AFTER_THEIR_FIN.includes(to)) {
    const hasCome = [...finsArrived].some((offset) => offset < contiguous);
    hold(36, hasCome, () => `${name}: ${to}, and the peer’s FIN has not come in order`);
  }
  const finAcked = connection.finSentAtOffset >= 0 && ackedByPeer > connection.finSentAtOffset;
  if (AFTER_ACK_OF_OURS.includes(to)) {
    hold(36, finAcked, () => `${name}: ${to}, and our FIN is not acknowledged`);
  }
  if (to !== 'CLOSED') return;
  const { delivery, timersFired, programActed, icmpArrived } = run.step;
  const isReset =
    delivery?.connection === connection && delivery.segment?.rst === true && delivery.damage !== 'covered';
  const isTimer = timersFired.some((timer) => ENDING_TIMERS.includes(timer));
  const isLastAck = from === 'LAST-ACK' && finAcked;
  const isTextAfterClose = block.orphaned && (delivery?.segment?.payload.length ?? 0) > 0;
  const isSynInOpening = from === 'SYN-RECEIVED' && delivery?.segment?.syn === true && !block.active;
  const isIcmp = icmpArrived && from.startsWith('SYN-');
  const isReplaced = from === 'TIME-WAIT' && wasReplaced(run, connection);
  const isCaused =
    isReset || isTimer || isLastAck || programActed || isTextAfterClose || isSynInOpening || isIcmp || isReplaced;
  hold(36, isCaused, () => `${name}: from ${from} to CLOSED, and nothing in this event may end it`);
  if (from === 'TIME-WAIT') {
    // RFC 9293 §3.10.5: ABORT deletes the TCB here too. CLOSE does not.
    hold(
      36,
      isReset ||
        timersFired.includes('time-wait') ||
        run.step.programAborted ||
        isReplaced ||
        reusesOutgoing(run, connection),
      () => `${name}: TIME-WAIT was cut short`,
    );
  }
}

/** RFC 6191: the handshake of a new connection between the same sockets is over. */
function wasReplaced({ step: { delivery } }: Run, connection: Followed): boolean {
  const isAck = delivery?.segment?.ack === true && !delivery.segment.rst;
  return isAck && delivery.before?.state === 'SYN-RECEIVED' && isReplacedBy(connection, delivery.connection);
}

/** A program has connected anew. */
const reusesOutgoing = ({ step }: Run, { block }: Followed): boolean =>
  step.programActed && block.active && block.timestampsOk && block.settings.timeWaitReuseOutgoing === 'all';

/** 37: 2 MSL after it began, or after a FIN of the peer that came again. */
function checkLength(run: Run, connection: Followed, { starts }: Wait): void {
  if (run.step.delivery?.segment?.rst === true || run.step.programAborted) return;
  if (wasReplaced(run, connection) || reusesOutgoing(run, connection)) return;
  const { settings, iss } = connection.block;
  const lasted = starts.map((start) => run.world.now - start);
  hold(37, lasted.includes(2 * settings.maximumSegmentLifetimeNs), () => {
    return `${connection.name} (ISS ${after(0, iss)}): left TIME-WAIT ${lasted.join(', ')} ns after it could have begun`;
  });
}
