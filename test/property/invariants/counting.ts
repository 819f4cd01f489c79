/**
 * Invariant 51: what `tcp_info` counts, counted again from the wire octet by octet, and its times from the state of the
 * connection between events.
 */
import type { ControlBlock } from '../../../src/layers/transport/tcp/control-block.ts';
import type { TcpInfo } from '../../../src/layers/transport/tcp/info.ts';
import { tcpInfoOf } from '../../../src/layers/transport/tcp/info-snapshot.ts';
import { canSend } from '../../../src/layers/transport/tcp/state.ts';
import { hold } from './laws.ts';
import { type Checker, type Emission, type Followed, MOST_OCTETS, type Run, reach } from './model.ts';
import { octetsOf } from './tracking.ts';
import { after } from './wire.ts';

/** What a naive observer has counted of one connection. */
interface Naive {
  readonly sentSegments: number;
  readonly sentDataSegments: number;
  readonly sentBytes: number;
  readonly resentBytes: number;
  readonly resentSegments: number;
  readonly finsSent: number;
  readonly receivedSegments: number;
  readonly receivedDataSegments: number;
  readonly retransmissionTimers: number;
  /** Nanoseconds. What limits it is known within bounds. */
  readonly busyNs: number;
  readonly leastWindowNs: number;
  readonly mostWindowNs: number;
  readonly leastBufferNs: number;
  readonly mostBufferNs: number;
  /** The connection has ended, and was looked at since. */
  readonly isDone: boolean;
}

type Counted = { -readonly [Name in keyof Naive]: Naive[Name] };

const NOTHING: Naive = {
  sentSegments: 0,
  sentDataSegments: 0,
  sentBytes: 0,
  resentBytes: 0,
  resentSegments: 0,
  finsSent: 0,
  receivedSegments: 0,
  receivedDataSegments: 0,
  retransmissionTimers: 0,
  busyNs: 0,
  leastWindowNs: 0,
  mostWindowNs: 0,
  leastBufferNs: 0,
  mostBufferNs: 0,
  isDone: false,
};

export function counting(): Checker {
  const counts = new Map<Followed, Counted>();
  /** What each connection was up to after the event before. */
  const activities = new Map<Followed, Doing>();
  let lastNs = 0;
  return {
    born(run, connection) {
      const mine: Counted = { ...NOTHING };
      counts.set(connection, mine);
      // The SYN that made it was delivered to a listener.
      const syn = run.step.delivery?.segment;
      if (connection.block.active || syn === undefined) return;
      mine.receivedSegments = 1;
      if (syn.payload.length > 0) mine.receivedDataSegments = 1;
    },

    emission(_run, emission) {
      const mine = emission.connection === undefined ? undefined : counts.get(emission.connection);
      if (mine !== undefined) countEmission(mine, emission);
    },

    delivery(_run, { connection, segment }) {
      const mine = connection === undefined ? undefined : counts.get(connection);
      if (mine === undefined || segment === undefined) return;
      mine.receivedSegments++;
      if (segment.payload.length > 0) mine.receivedDataSegments++;
    },

    timer(_run, connection, timer) {
      if (timer === 'retransmission') counts.get(connection)!.retransmissionTimers++;
    },

    after(run) {
      const passed = run.world.now - lastNs;
      lastNs = run.world.now;
      for (const [connection, mine] of counts) {
        if (mine.isDone) continue;
        spend(mine, activities.get(connection), passed);
        activities.set(connection, doing(connection.block));
        check(run, connection, mine);
        mine.isDone = connection.block.state === 'CLOSED';
      }
    },
  };
}

/** Before the octets are noted as sent. */
function countEmission(mine: Counted, { connection, segment }: Emission): void {
  mine.sentSegments++;
  if (segment.rst || connection === undefined) return;
  const { start, octets } = octetsOf(connection.block.iss, segment);
  const again = octets.map((_, index) => connection.timesSent[start + index]! > 0);
  const isData = octets.map((octet) => octet < 256);
  if (segment.payload.length > 0) mine.sentDataSegments++;
  if (segment.fin) mine.finsSent++;
  mine.sentBytes += segment.payload.length;
  mine.resentBytes += again.filter((was, index) => was && isData[index]).length;
  if (again.includes(true)) mine.resentSegments++;
}

/** What a connection does between two events, as far as that is sure. */
interface Doing {
  readonly isBusy: boolean;
  readonly maySpendOnWindow: boolean;
  readonly mustSpendOnWindow: boolean;
  readonly maySpendOnBuffer: boolean;
  readonly mustSpendOnBuffer: boolean;
}

function doing(block: ControlBlock): Doing {
  const { state, log, smss, congestion, forwardRto, ecn } = block;
  const isOver = state === 'CLOSED' || state === 'TIME-WAIT';
  const unacked = after(block.iss, block.sndNxt) - Math.max(1, after(block.iss, block.sndUna));
  const waits = block.unsentBytes > 0 || (block.finQueued && !block.finSent);
  const isPaced = block.timers!.pacing.deadline !== Infinity;
  const isPlain = block.lossState === 'open' && forwardRto.step === 0 && !ecn.held && block.windowCap === Infinity;
  const room = congestion.cwnd - log.bytes;
  const isFull = !waits && log.count > 0 && block.sendBuffer.length >= block.settings.sendBufferBytes;
  return {
    isBusy: !isOver && (unacked > 0 || waits),
    maySpendOnWindow: waits && block.usableWindow < smss && canSend(state),
    mustSpendOnWindow: waits && block.usableWindow <= 0 && canSend(state) && isPlain && !isPaced && room >= smss,
    maySpendOnBuffer: isFull,
    mustSpendOnBuffer: isFull && isPlain && room >= smss && block.usableWindow >= smss && !block.finQueued,
  };
}

function spend(mine: Counted, before: Doing | undefined, passedNs: number): void {
  if (before === undefined) return;
  if (before.isBusy) mine.busyNs += passedNs;
  if (before.mustSpendOnWindow) mine.leastWindowNs += passedNs;
  if (before.maySpendOnWindow) mine.mostWindowNs += passedNs;
  if (before.mustSpendOnBuffer) mine.leastBufferNs += passedNs;
  if (before.maySpendOnBuffer) mine.mostBufferNs += passedNs;
}

function check(run: Run, connection: Followed, mine: Naive): void {
  const { block, name } = connection;
  const info = tcpInfoOf(block);
  const same = (what: keyof TcpInfo & keyof Naive): void =>
    hold(51, info[what] === mine[what], () => `${name}: ${what} is ${info[what]}, and not ${mine[what]}`);
  const most = (what: keyof TcpInfo, value: number, limit: number): void =>
    hold(51, value <= limit, () => `${name}: ${what} is ${value}, but ${limit} is the most`);

  // A frame that waits for its neighbour's address, or never gets it, is counted and not on the wire.
  hold(51, info.sentSegments >= mine.sentSegments, () => `${name}: more segments are on the wire than were sent`);
  if (connection.sentEnd >= MOST_OCTETS) return;
  if (info.sentSegments === mine.sentSegments) {
    for (const what of ['sentDataSegments', 'sentBytes', 'resentBytes', 'resentSegments'] as const) same(what);
  }
  // What an intruder sends may reach the listener, too.
  if (!run.hasIntruder) {
    same('receivedSegments');
    same('receivedDataSegments');
  }

  const finReceived = block.finReceived ? 1 : 0;
  const inOrder = after(block.irs, block.rcvNxt) - 1 - finReceived;
  if (connection.peerSyn !== undefined && block.state !== 'SYN-SENT') {
    hold(
      51,
      info.receivedBytes === inOrder,
      () => `${name}: receivedBytes is ${info.receivedBytes}, and not ${inOrder}`,
    );
  }
  const { program } = connection;
  if (program !== undefined && !program.isClosed && !block.receiveShut && block.error === undefined) {
    const held = program.read + info.readableBytes;
    hold(51, info.receivedBytes === held, () => `${name}: receivedBytes is ${info.receivedBytes}, and not ${held}`);
  }
  const finAcked = block.finSent && block.sndUna === block.sndNxt ? 1 : 0;
  const acked = Math.max(0, after(block.iss, block.sndUna) - 1 - finAcked);
  hold(51, info.ackedBytes === acked, () => `${name}: ackedBytes is ${info.ackedBytes}, and not ${acked}`);
  most('ackedBytes', info.ackedBytes, info.sentBytes - info.resentBytes);
  most('ackedBytes', info.ackedBytes, connection.ackedByPeer);
  most('deliveredSegments', info.deliveredSegments, info.sentDataSegments + mine.finsSent);
  most('deliveredBytes', info.deliveredBytes, info.sentBytes + mine.finsSent);
  most('resentSegments', info.resentSegments, info.sentSegments);
  most('outOfOrderSegments', info.outOfOrderSegments, info.receivedSegments);
  most('largestReceivedBytes', info.largestReceivedBytes, info.announcedMss);
  most('sackedSegments', info.sackedSegments + info.lostSegments + info.retransmittedSegments, info.unackedSegments);
  most('timeouts', info.timeouts, mine.retransmissionTimers);
  most('timeoutRecoveries', info.timeoutRecoveries, info.timeouts);
  most('timeoutRecoveryNs', info.timeoutRecoveryNs, run.world.now - connection.bornAt);
  hold(51, (info.lossState === 'loss') === (info.caState === 'Loss'), () => `${name}: in state ${info.caState}`);

  same('busyNs');
  most('receiveWindowLimitedNs', info.receiveWindowLimitedNs, mine.mostWindowNs);
  most('receiveWindowLimitedNs', mine.leastWindowNs, info.receiveWindowLimitedNs);
  most('sendBufferLimitedNs', info.sendBufferLimitedNs, mine.mostBufferNs);
  most('sendBufferLimitedNs', mine.leastBufferNs, info.sendBufferLimitedNs);
  most('busyNs', info.receiveWindowLimitedNs + info.sendBufferLimitedNs, info.busyNs);
  if (info.receiveWindowLimitedNs > 0) reach(run, 'limited by the window');
  if (info.sendBufferLimitedNs > 0) reach(run, 'limited by the send buffer');
  if (info.resentBytes > 0) reach(run, 'octets sent again');
  if (info.reorderings > 0) reach(run, 'reordering seen');
}
