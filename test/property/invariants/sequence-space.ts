/** Invariants 8 to 14: sequence numbers, the bytes that they stand for, windows. */
import { hold } from './laws.ts';
import { type Checker, type Followed, heldOctets, type Run, streamByte } from './model.ts';
import { FIN_OCTET, octetsOf, receiveShift, SYN_OCTET } from './tracking.ts';
import { after, showSegment, type WireSegment } from './wire.ts';

interface Seen {
  una: number;
  next: number;
  capacity: number;
}

export function sequenceSpace(): Checker {
  const seen = new Map<Followed, Seen>();
  return {
    born(run, connection) {
      if (run.choosesNumbers) checkInitial(connection);
      seen.set(connection, { una: 0, next: 0, capacity: connection.block.settings.receiveBufferBytes });
    },

    emission(run, { segment, connection, hadWaited }) {
      if (connection === undefined || segment.rst) return;
      noteCapacity(connection, seen.get(connection)!);
      checkOctets(run, connection, segment);
      checkWindowKept(connection, segment);
      checkAcknowledgment(connection, segment, hadWaited);
      checkAdvertised(connection, segment);
    },

    after(run) {
      for (const side of run.sides) {
        for (const connection of side.connections) {
          if (connection.block.state !== 'CLOSED') checkBlock(connection, seen.get(connection)!);
        }
      }
    },
  };
}

/** A buffer that was made smaller still owes the window that it had. */
function noteCapacity({ block }: Followed, seen: Seen): void {
  seen.capacity = Math.max(seen.capacity, block.settings.receiveBufferBytes);
}

/** RFC 6528 §3: between two connections of the same four, ISN goes on by one in 4 µs. */
function checkInitial({ side, block, bornAt, name }: Followed): void {
  const before = side.connections.findLast(({ block: other }) => other !== block);
  if (before === undefined) return;
  const step = after(before.block.iss, block.iss);
  const wanted = (bornAt - before.bornAt) / 4000;
  hold(41, Math.abs(step - wanted) <= 1, () => `${name}: ISN went on by ${step}, the clock by ${wanted}`);
}

function checkBlock(connection: Followed, seen: Seen): void {
  const { block, name } = connection;
  const [una, nxt, max] = [block.sndUna, block.sndNxt, block.sndMax].map((value) => after(block.iss, value)) as [
    number,
    number,
    number,
  ];
  hold(8, una <= nxt && nxt <= max, () => `${name}: SND.UNA ${una}, SND.NXT ${nxt}, SND.MAX ${max} after ISS`);
  hold(8, una >= seen.una, () => `${name}: SND.UNA went from ISS+${seen.una} to ISS+${una}`);
  seen.una = una;
  const next = block.state === 'SYN-SENT' ? 0 : after(block.irs, block.rcvNxt);
  hold(8, next >= seen.next, () => `${name}: RCV.NXT went from IRS+${seen.next} to IRS+${next}`);
  seen.next = next;
  noteCapacity(connection, seen);
  const readable = block.receiveBuffer.readable;
  const isOver = block.state === 'TIME-WAIT' || block.state === 'SYN-SENT';
  if (!isOver) {
    hold(13, readable + block.rcvWnd <= seen.capacity, () => {
      return `${name}: ${readable} bytes unread and a window of ${block.rcvWnd}, with a buffer of ${seen.capacity}`;
    });
  }
  hold(13, readable + heldOctets(block) <= seen.capacity, () => {
    return `${name}: ${readable} bytes unread and ${heldOctets(block)} held, with a buffer of ${seen.capacity}`;
  });
  const { program } = connection;
  if (program === undefined || program.isClosed || block.orphaned || block.receiveShut || next === 0) return;
  const acknowledged = next - 1 - (block.finReceived ? 1 : 0);
  hold(13, acknowledged === program.read + readable, () => {
    return `${name}: ${acknowledged} bytes are acknowledged, ${program.read} were read and ${readable} can be`;
  });
}

/** 9 and 10: which octet stands at which number. */
function checkOctets(run: Run, connection: Followed, segment: WireSegment): void {
  const { block, name, incarnation, program, side } = connection;
  const { start, octets } = octetsOf(block.iss, segment);
  for (const [index, octet] of octets.entries()) {
    const at = start + index;
    const before = connection.sentOctet[at] ?? -1;
    hold(10, before === -1 || before === octet, () => {
      return `${name}: the octet at ISS+${at} was ${before} and is ${octet} now`;
    });
    if (octet === SYN_OCTET) hold(9, at === 0, () => `${name}: a SYN at ISS+${at}`);
    else if (octet === FIN_OCTET) {
      const written = program?.written ?? 0;
      hold(9, at === 1 + written, () => `${name}: a FIN at ISS+${at}, after ${written} bytes were written`);
    } else {
      hold(9, at >= 1 && at <= (program?.offered ?? 0), () => {
        return `${name}: a byte at ISS+${at}, and ${program?.offered ?? 0} were written`;
      });
      const wanted = streamByte(incarnation, side === run.sides[0], at - 1);
      hold(9, octet === wanted, () => `${name}: byte ${at - 1} is sent as ${octet}, and ${wanted} was written`);
    }
    hold(9, connection.finSentAtOffset < 0 || at <= connection.finSentAtOffset, () => {
      return `${name}: an octet at ISS+${at}, beyond the FIN at ISS+${connection.finSentAtOffset}`;
    });
  }
}

/** 11: the peer's window. */
function checkWindowKept(connection: Followed, segment: WireSegment): void {
  const { block, name, grantedEdge, sentEnd } = connection;
  if (segment.syn || segment.length === 0) return;
  const start = after(block.iss, segment.sequence);
  const end = start + segment.length;
  // What was a probe once may be sent again with what follows it, as far as the window has opened.
  const isProbe = segment.length === 1 && start === grantedEdge;
  hold(11, end <= grantedEdge || isProbe, () => {
    return `${name}: ${showSegment(segment)} ends at ISS+${end}, the window at ISS+${grantedEdge} (sent up to ${sentEnd})`;
  });
}

/** 14: what is acknowledged. */
function checkAcknowledgment(connection: Followed, segment: WireSegment, hadWaited: boolean): void {
  const { block, name, peerSyn, contiguous } = connection;
  const isFirstSyn = segment.syn && (block.state === 'SYN-SENT' || hadWaited);
  if (!segment.ack) {
    hold(14, isFirstSyn, () => `${name}: ${showSegment(segment)} has no ACK`);
    return;
  }
  hold(14, hadWaited || segment.acknowledgment === block.rcvNxt >>> 0, () => {
    return `${name}: acknowledges ${segment.acknowledgment}, and RCV.NXT is ${block.rcvNxt >>> 0}`;
  });
  const acknowledged = after(peerSyn?.sequence ?? 0, segment.acknowledgment);
  hold(14, peerSyn !== undefined && acknowledged <= contiguous, () => {
    return `${name}: acknowledges IRS+${acknowledged}, and up to IRS+${contiguous} has arrived without a gap`;
  });
}

/** 12 and 18: what is advertised. */
function checkAdvertised(connection: Followed, segment: WireSegment): void {
  const { block, name, peerSyn } = connection;
  if (!segment.ack || peerSyn === undefined) return;
  const shift = segment.syn ? 0 : receiveShift(connection);
  const edge = after(peerSyn.sequence, segment.acknowledgment) + segment.window * 2 ** shift;
  // RFC 7323 §2.4: what the field says is rounded by less than a unit; what is taken never goes back.
  const own = after(peerSyn.sequence, block.rcvAdv);
  hold(12, own >= connection.advertisedEdge, () => {
    return `${name}: the right edge went from IRS+${connection.advertisedEdge} to IRS+${own}`;
  });
  // RFC 7323 §2.2: the window of a SYN-ACK is what it says, whatever the shift that it offers.
  const isAllThatFits = segment.syn && segment.window === 65_535;
  hold(segment.syn ? 18 : 12, edge <= own && (own - edge < 2 ** shift || isAllThatFits), () => {
    return `${name}: the segment promises up to IRS+${edge}, the receiver takes up to IRS+${own}`;
  });
  connection.advertisedEdge = own;
}
