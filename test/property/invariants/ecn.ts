/**
 * Invariant 35: what is marked as ECN-capable, what a receiver echoes, and how often a sender reduces its window: RFC 3168
 * §6.1, RFC 8257 §3.2, RFC 9768 §3. The echo and the counters are kept here as plainly as can be, from the wire alone.
 */
import { hold } from './laws.ts';
import { type Checker, type Delivery, type Emission, type Followed, type Run, reach } from './model.ts';
import { isAcceptable } from './segments.ts';
import { bothHave } from './tracking.ts';
import { after, offset, showSegment, TIMESTAMPS, timestamps, type WireSegment } from './wire.ts';

const CE = 3;
const RECEIVING = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

interface Watched {
  /** SYNs and SYN-ACKs with an ECN flag, and those without any, that were sent and that came. */
  asked: boolean;
  wasAsked: boolean;
  plainSent: boolean;
  /** Whether the receiver of RFC 3168 has to set ECE now; `undefined` when nobody outside can tell. */
  echo: boolean | undefined;
  /** CE packets that surely, and that perhaps, are in the counter of RFC 9768. */
  surelyCounted: number;
  perhapsCounted: number;
  everMarked: boolean;
  /** Reductions for marks that were seen, where SND.NXT was then, and whether the next new data has to say so. */
  reductions: number;
  reducedUpTo: number;
  cwrDue: boolean;
  /** The handshake has told of a mark on the SYN or SYN-ACK, which is a reduction too: RFC 5562 §3. */
  synMarked: boolean;
  /** Something may have reduced the window since CWR was last sent. */
  cwrAllowed: boolean;
  lossState: string;
}

export function ecn(): Checker {
  const watched = new Map<Followed, Watched>();
  return {
    born(run, connection) {
      const mine: Watched = {
        asked: false,
        wasAsked: false,
        plainSent: false,
        echo: false,
        surelyCounted: 0,
        perhapsCounted: 0,
        everMarked: false,
        reductions: 0,
        synMarked: false,
        reducedUpTo: -1,
        cwrDue: false,
        cwrAllowed: false,
        lossState: 'open',
      };
      watched.set(connection, mine);
      // The SYN that makes a passive connection comes before there is one.
      const delivery = run.step.delivery;
      if (!connection.block.active && delivery?.segment?.syn) noteArrival(connection, mine, delivery, delivery.segment);
    },

    delivery(_run, delivery) {
      const { connection, segment } = delivery;
      if (connection === undefined || segment === undefined) return;
      noteArrival(connection, watched.get(connection)!, delivery, segment);
    },

    emission(run, emission) {
      const { connection, segment, hadWaited } = emission;
      if (connection === undefined) {
        // A SYN that waited for the neighbour's address may go after its connection.
        hold(35, segment.ecn === 0 || hadWaited, () => `${showSegment(segment)} is no connection's, and ECN-capable`);
        return;
      }
      const mine = watched.get(connection)!;
      if (hadWaited) {
        if (segment.syn) noteSyn(mine, segment);
        return;
      }
      noteReductions(run, connection, mine);
      checkCapable(run, connection, mine, emission);
      checkFlags(run, connection, mine, segment);
    },

    after(run) {
      for (const side of run.sides) {
        for (const connection of side.connections) noteReductions(run, connection, watched.get(connection)!);
      }
    },
  };
}

const flagsOf = ({ ae, cwr, ece }: WireSegment): boolean => ae || cwr || ece;

function noteSyn(mine: Watched, segment: WireSegment): void {
  if (flagsOf(segment)) mine.asked = true;
  else mine.plainSent = true;
}

// ---- what arrives ----

function noteArrival(connection: Followed, mine: Watched, delivery: Delivery, segment: WireSegment): void {
  if (segment.syn && flagsOf(segment)) mine.wasAsked = true;
  if (segment.ecn === CE) mine.everMarked = true;
  if (segment.rst) return;
  const isTaken = isSurelyTaken(connection, delivery, segment);
  if (segment.ecn === CE) {
    // "Excluding CE on SYN packets", and a SYN-ACK once.
    mine.perhapsCounted++;
    if (isTaken) mine.surelyCounted++;
  }
  if (segment.payload.length === 0 && !segment.syn) return;
  if (!isTaken) {
    if (segment.ecn === CE || segment.cwr) mine.echo = undefined;
    return;
  }
  if (segment.cwr) mine.echo = false;
  if (segment.ecn === CE) mine.echo = true;
}

/** A segment that passes every check of RFC 9293 §3.10.7.4 without doubt. */
function isSurelyTaken(connection: Followed, { before }: Delivery, segment: WireSegment): boolean {
  if (before === undefined || !RECEIVING.includes(before.state) || segment.syn || !segment.ack) return false;
  const { iss } = connection.block;
  const acknowledged = offset(iss, segment.acknowledgment);
  if (acknowledged > after(iss, before.sndMax) || acknowledged < after(iss, before.sndUna)) return false;
  if (bothHave(connection, TIMESTAMPS)) {
    const stamp = timestamps(segment);
    if (stamp === undefined || offset(before.tsRecent >>> 0, stamp.value) < 0) return false;
  }
  return isAcceptable(before.rcvNxt >>> 0, before.rcvWnd, segment);
}

// ---- what is done about it ----

/** One reduction for marks in a window, and none while a loss is being recovered. */
function noteReductions(run: Run, connection: Followed, mine: Watched): void {
  const { block, name } = connection;
  if (block.lossState !== 'open' && block.lossState !== mine.lossState) mine.cwrAllowed = true;
  if (run.step.retransmissions.some((sent) => sent.connection === connection)) mine.cwrAllowed = true;
  mine.lossState = block.lossState;
  if (block.ecn.synMarked && !mine.synMarked) {
    mine.synMarked = true;
    reach(run, 'mark in the handshake');
    mine.cwrAllowed = true;
  }
  const { reductions } = block.ecn;
  if (reductions === mine.reductions) return;
  hold(35, reductions === mine.reductions + 1, () => `${name}: two reductions by one acknowledgment`);
  hold(35, block.lossState === 'open', () => `${name}: a mark reduces the window in loss state ${block.lossState}`);
  const { segment, before } = run.step.delivery ?? {};
  const acknowledged = segment === undefined ? 0 : after(block.iss, segment.acknowledgment);
  hold(35, acknowledged > mine.reducedUpTo, () => {
    return `${name}: an ACK of ISS+${acknowledged} reduces the window, which was reduced when SND.NXT was ISS+${mine.reducedUpTo}`;
  });
  reach(run, `reduced for a mark, ${block.ecn.feedback}`);
  mine.reductions = reductions;
  // What goes on account of the same acknowledgment goes after the reduction.
  mine.reducedUpTo = after(block.iss, before?.sndMax ?? block.sndNxt);
  mine.cwrAllowed = true;
  mine.cwrDue = block.ecn.feedback === 'classic';
}

// ---- what leaves ----

/** ECT only where it was agreed on, and without ECN++ only on data that was never sent before. */
function checkCapable(run: Run, connection: Followed, mine: Watched, { segment }: Emission): void {
  if (segment.syn) noteSyn(mine, segment);
  if (segment.ecn === 0) return;
  const { block, name } = connection;
  hold(35, segment.ecn !== CE, () => `${name} itself sends ${showSegment(segment)} with CE`);
  if (!segment.syn) {
    hold(
      35,
      mine.asked && mine.wasAsked,
      () => `${name}: ${showSegment(segment)} is ECN-capable; nobody agreed on that`,
    );
  }
  if (block.settings.ecnControlPackets) {
    reach(run, 'ECN-capable control packet');
    return;
  }
  const isProbe = run.step.retransmissions.some((sent) => sent.connection === connection && sent.reason === 'probe');
  hold(35, isNewData(connection, segment) && !isProbe, () => {
    return `${name}: ${showSegment(segment)} is ECN-capable, and no new data`;
  });
  if (block.ecn.feedback === 'classic') {
    hold(35, !mine.plainSent, () => `${name}: ECT after a SYN or SYN-ACK without ECN`);
  }
  reach(run, `ECN-capable data, ${block.ecn.feedback}`);
}

/** No octet of it was sent before, but by a probe of a closed window. */
function isNewData({ block, timesSent, probed }: Followed, segment: WireSegment): boolean {
  if (segment.syn || segment.rst || segment.payload.length === 0) return false;
  const start = after(block.iss, segment.sequence);
  return segment.payload.every((_, index) => (timesSent[start + index] ?? 0) === 0 || probed.has(start + index));
}

function checkFlags(run: Run, connection: Followed, mine: Watched, segment: WireSegment): void {
  const { block, name } = connection;
  if (segment.syn || segment.rst) return;
  switch (block.ecn.feedback) {
    case 'none':
      hold(35, !flagsOf(segment), () => `${name}: ${showSegment(segment)} has flags of ECN, which nobody agreed on`);
      return;
    case 'classic':
      checkEcho(run, connection, mine, segment);
      checkCwr(run, connection, mine, segment);
      return;
    case 'accurate':
      checkCounter(run, connection, mine, segment);
  }
}

function checkEcho(run: Run, { block, name }: Followed, mine: Watched, segment: WireSegment): void {
  hold(35, !segment.ece || mine.everMarked, () => `${name}: ${showSegment(segment)} echoes a mark that never came`);
  const isLatched = block.settings.ecnEcho !== 'dctcp' && block.settings.congestionControl !== 'dctcp';
  if (!isLatched || mine.echo === undefined) return;
  hold(35, segment.ece === mine.echo, () => {
    return `${name}: ${showSegment(segment)} ${segment.ece ? 'echoes a mark that was answered' : 'does not echo a mark'}`;
  });
  if (segment.ece) reach(run, 'mark echoed');
}

function checkCwr(run: Run, connection: Followed, mine: Watched, segment: WireSegment): void {
  const { name } = connection;
  const isNew = isNewData(connection, segment) && !connection.probed.has(after(connection.block.iss, segment.sequence));
  if (segment.cwr) {
    hold(35, isNewData(connection, segment), () => `${name}: ${showSegment(segment)} has CWR, and is no new data`);
    hold(35, mine.cwrAllowed, () => `${name}: ${showSegment(segment)} has CWR, and the window was not reduced`);
    mine.cwrAllowed = false;
    mine.cwrDue = false;
    reach(run, 'CWR');
    return;
  }
  hold(35, !(mine.cwrDue && isNew), () => `${name}: ${showSegment(segment)} is the first new data, and has no CWR`);
}

/** RFC 9768 §3.2.2: the lowest three bits of 5 and what was counted; or the handshake encoding, on a pure ACK. */
function checkCounter(run: Run, { name }: Followed, mine: Watched, segment: WireSegment): void {
  const field = (segment.ae ? 4 : 0) + (segment.cwr ? 2 : 0) + (segment.ece ? 1 : 0);
  if (segment.payload.length === 0 && !segment.fin && [2, 3, 4, 6].includes(field)) return;
  const counts = [];
  for (let count = mine.surelyCounted; count <= mine.perhapsCounted; count++) counts.push((5 + count) % 8);
  if (mine.surelyCounted > 0) reach(run, 'mark counted');
  hold(35, counts.includes(field), () => {
    return `${name}: ${showSegment(segment)} has ACE ${field}, ${mine.surelyCounted} to ${mine.perhapsCounted} marks came`;
  });
}
