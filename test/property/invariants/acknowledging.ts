/** Invariants 27 and 28: when to acknowledge, and no silly segments or windows. */
import { hold } from './laws.ts';
import { type Checker, type Followed, heldOctets, type Run, reach } from './model.ts';
import { receiveShift } from './tracking.ts';
import { after, mss, showSegment, type WireSegment } from './wire.ts';

const LATEST_ACK_NS = 500_000_000;
const RECEIVING = ['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'];

interface Owed {
  /** When the oldest octet arrived that is not acknowledged; Infinity if none. */
  since: number;
  fullSegments: number;
  edge: number;
  read: number;
}

export function acknowledging(): Checker {
  const owed = new Map<Followed, Owed>();
  return {
    born(_run, connection) {
      owed.set(connection, { since: Infinity, fullSegments: 0, edge: -1, read: 0 });
    },

    emission(run, { segment, connection, side }) {
      if (connection === undefined || segment.rst) return;
      const mine = owed.get(connection)!;
      if (segment.ack) {
        mine.since = Infinity;
        mine.fullSegments = 0;
      }
      checkNagle(run, connection, segment);
      if (segment.ack && connection.peerSyn !== undefined) checkStep(connection, mine, segment);
      if (segment.window === 0 && segment.ack) reach(run, `zero window advertised by ${side.name}`);
    },

    after(run) {
      for (const side of run.sides) {
        for (const connection of side.connections) {
          const mine = owed.get(connection)!;
          checkOwed(run, connection, mine);
          checkReopened(run, connection, mine);
        }
      }
    },
  };
}

/** 27. */
function checkOwed(run: Run, connection: Followed, mine: Owed): void {
  const { block, name } = connection;
  const { delivery, emissions, askedNeighbour } = run.step;
  if (block.state === 'CLOSED' || block.state === 'TIME-WAIT') return;
  const { now } = run.world;
  if (delivery?.connection === connection && delivery.before !== undefined && delivery.damage !== 'covered') {
    const { segment, before } = delivery;
    const answered = emissions.some((emission) => emission.connection === connection && emission.segment.ack);
    const wasReceiving = RECEIVING.includes(before.state) && segment !== undefined;
    const progress = after(before.rcvNxt, block.rcvNxt);
    if (wasReceiving && !askedNeighbour) {
      const isFull = segment.payload.length >= fullSize(connection, segment);
      const filledGap = progress > 0 && before.heldOctets > 0;
      const isBeyondGap = block.reassembly.count > 0 && after(before.rcvNxt, block.rcvNxt) === 0 && segment.length > 0;
      const isOffered = delivery.before.heldOctets !== heldOctets(connection.block);
      if (filledGap || (isBeyondGap && isOffered)) {
        reach(run, filledGap ? 'gap filled' : 'out of order');
        hold(
          27,
          answered,
          () => `${name}: ${showSegment(segment)} ${filledGap ? 'fills' : 'lies beyond'} a gap, and is not answered`,
        );
      }
      if (progress > 0 && !answered) {
        mine.since = Math.min(mine.since, now);
        if (isFull) mine.fullSegments++;
      }
    }
  }
  hold(27, mine.fullSegments < 2 || askedNeighbour, () => `${name}: ${mine.fullSegments} full segments without an ACK`);
  hold(27, now - mine.since <= LATEST_ACK_NS, () => `${name}: data has waited ${now - mine.since} ns for its ACK`);
}

/** 26: a program has read from a full buffer, and the peer is told as soon as there is room worth telling. */
function checkReopened(run: Run, connection: Followed, mine: Owed): void {
  const { block, program, name } = connection;
  const read = program?.read ?? 0;
  const hasRead = read > mine.read;
  mine.read = read;
  if (!hasRead || block.rcvWnd > 0 || !RECEIVING.includes(block.state) || run.step.askedNeighbour) return;
  const { receiveBufferBytes } = block.settings;
  const room = receiveBufferBytes - block.receiveBuffer.readable - (2 ** receiveShift(connection) - 1);
  const worthTelling = Math.max(1, Math.min(receiveBufferBytes / 2, 2 * block.smss));
  hold(26, room < worthTelling, () => `${name}: room for ${room} bytes, and the window that was advertised is closed`);
}

/** How long a full segment of the peer is: what our SYN allowed, less the options of this one. */
const fullSize = ({ synOptions }: Followed, segment: WireSegment): number =>
  (synOptions === undefined ? 536 : (mss(synOptions) ?? 536)) - segment.optionBytes;

/** 28, RFC 9293 §3.7.4: with Nagle, a segment that is not full goes only when nothing is unacknowledged. */
function checkNagle(run: Run, connection: Followed, segment: WireSegment): void {
  const { block, name, sentEnd, peerSyn } = connection;
  if (segment.payload.length === 0 || block.settings.noDelay || peerSyn === undefined) return;
  const start = after(block.iss, segment.sequence);
  if (start < sentEnd || segment.fin) return; // sent again, or the last there will be
  // RFC 8985 §7.3: a loss probe asks for news, with whatever there is.
  if (run.step.retransmissions.some((sent) => sent.connection === connection && sent.reason === 'tlp')) return;
  const isV4 = block.path.family === 4;
  // RFC 4821 §7.1: what is no probe is no longer than eff_pmtu.
  const byPath = Math.min(connection.side.host.interface('eth0')!.mtu, block.search.effective) - (isV4 ? 40 : 60);
  const byPeer = mss(peerSyn) ?? (isV4 ? 536 : 1220);
  const asked = block.settings.maximumSegmentSize || Infinity;
  const full = Math.min(byPath, byPeer, asked) - segment.optionBytes;
  if (segment.payload.length >= full) return;
  const isIdle = after(block.iss, block.sndUna) === start;
  hold(
    28,
    isIdle,
    () =>
      `${name}: ${showSegment(segment)} is not full (${full}), and ISS+${after(block.iss, block.sndUna)} is unacknowledged`,
  );
  reach(run, 'small segment');
}

/** 28, RFC 9293 §3.8.6.2.2: the right edge moves by at least min(MSS, buffer / 2), but for what the scale rounds. */
function checkStep(connection: Followed, mine: Owed, segment: WireSegment): void {
  const { block, name } = connection;
  const shift = segment.syn ? 0 : receiveShift(connection);
  const edge = after(connection.peerSyn!.sequence, block.rcvAdv);
  const step = edge - mine.edge;
  const least = Math.min(Math.floor(block.settings.receiveBufferBytes / 2), block.smss);
  const rounding = 2 ** shift - 1;
  if (mine.edge >= 0) {
    hold(28, step <= rounding || step >= least - rounding, () => {
      return `${name}: the window opens by ${step} bytes, at least ${least} are due`;
    });
  }
  mine.edge = edge;
}
