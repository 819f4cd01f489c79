/** Invariants 17 to 21: size, options and checksums of what is sent. */
import { hold } from './laws.ts';
import { type Checker, type Followed, type Run, reach, type Side } from './model.ts';
import { bothHave } from './tracking.ts';
import {
  after,
  MSS,
  mss,
  offset,
  option,
  SACK,
  SACK_PERMITTED,
  sackBlocks,
  showSegment,
  TIMESTAMPS,
  timestamps,
  WINDOW_SCALE,
  type WireSegment,
} from './wire.ts';

const ONLY_WITH_SYN = [MSS, WINDOW_SCALE, SACK_PERMITTED];

interface Echo {
  /** TS.Recent as RFC 7323 §4.3 has it; `undefined` before the peer's SYN. */
  recent: number | undefined;
  sent: number | undefined;
}

export function segments(): Checker {
  const echoes = new Map<Followed, Echo>();
  return {
    born(run, connection) {
      const echo: Echo = { recent: undefined, sent: undefined };
      echoes.set(connection, echo);
      const { delivery } = run.step;
      if (!connection.block.active && delivery?.segment !== undefined) {
        echo.recent = timestamps(delivery.segment)?.value;
      }
    },

    delivery(_run, { segment, connection, damage }) {
      if (segment === undefined || connection === undefined || damage === 'covered') return;
      updateEcho(connection, echoes.get(connection)!, segment);
    },

    emission(run, { segment, connection, packetLength, side, hadWaited }) {
      if (connection === undefined) return;
      checkSize(run, connection, segment, packetLength);
      if (!segment.syn) {
        for (const kind of ONLY_WITH_SYN) {
          hold(18, option(segment, kind) === undefined, () => `${connection.name}: option ${kind} without SYN`);
        }
      }
      const shift = option(segment, WINDOW_SCALE)?.[0] ?? 0;
      hold(18, shift <= 14, () => `${connection.name}: a window scale of ${shift}`);
      if (segment.syn && segment.ack) {
        for (const kind of [WINDOW_SCALE, SACK_PERMITTED, TIMESTAMPS]) {
          const isAsked = connection.peerSyn !== undefined && option(connection.peerSyn, kind) !== undefined;
          hold(18, option(segment, kind) === undefined || isAsked, () => {
            return `${side.name}: option ${kind} on a SYN-ACK, and the SYN had it not`;
          });
        }
      }
      if (segment.rst) return;
      checkTimestamps(connection, echoes.get(connection)!, segment, hadWaited);
      checkSack(run, connection, segment);
    },

    after(run) {
      const { delivery } = run.step;
      if (delivery?.segment?.syn !== true || delivery.segment.rst) return;
      const { before, connection } = delivery;
      const isTaken = before === undefined || before.sndWnd !== connection?.block.sndWnd;
      const isOpening = before === undefined || before.state.startsWith('SYN-');
      if (isOpening && isTaken) checkSynWindow(delivery.side, delivery.segment);
    },
  };
}

/** 18: a window that was taken from a segment with SYN is what the field says, unscaled. */
function checkSynWindow({ connections }: Side, syn: WireSegment): void {
  const connection = connections.findLast(
    ({ block }) => block.state !== 'CLOSED' && block.identity.remotePort === syn.sourcePort,
  );
  if (connection === undefined || connection.block.sndWl1 >>> 0 !== syn.sequence) return;
  const { block, name } = connection;
  hold(18, block.sndWnd <= syn.window, () => `${name}: SND.WND is ${block.sndWnd}, the SYN says ${syn.window}`);
}

/** 17. */
function checkSize(run: Run, connection: Followed, segment: WireSegment, packetLength: number): void {
  const { block, side, name } = connection;
  const networkInterface = side.host.interface('eth0')!;
  hold(17, packetLength <= networkInterface.mtu, () => `${name}: ${packetLength} bytes, MTU ${networkInterface.mtu}`);
  if (segment.payload.length === 0) return;
  const isV4 = block.path.family === 4;
  const announced = connection.peerSyn === undefined ? undefined : mss(connection.peerSyn);
  const room =
    Math.min(announced ?? (isV4 ? 536 : 1220), networkInterface.mtu - (isV4 ? 40 : 60)) - segment.optionBytes;
  hold(17, segment.payload.length <= room, () => `${name}: ${segment.payload.length} bytes of data, room for ${room}`);
  if (segment.payload.length === room) reach(run, 'full segment');
}

/** RFC 7323 §4.3 (2) and §5.3 R3, from the octets alone. */
function updateEcho(connection: Followed, echo: Echo, segment: WireSegment): void {
  const { block } = connection;
  const stamp = timestamps(segment);
  if (stamp === undefined || segment.rst || block.state === 'CLOSED') return;
  if (block.state === 'SYN-SENT') {
    const isAnswer = !segment.ack || after(block.iss, segment.acknowledgment) === 1;
    if (segment.syn && isAnswer) echo.recent = stamp.value;
    return;
  }
  const { recent } = echo;
  if (recent === undefined || offset(recent, stamp.value) < 0) return;
  if (!isAcceptable(block.rcvNxt >>> 0, block.rcvWnd, segment)) return;
  if (offset(connection.lastAckSent, segment.sequence) <= 0) echo.recent = stamp.value;
}

/** The four cases of RFC 9293 §3.10.7.4, and what MUST-66 lets through a closed window. */
export function isAcceptable(next: number, window: number, segment: WireSegment): boolean {
  const { sequence, length } = segment;
  if (window === 0) return sequence === next;
  const isInside = (number: number): boolean => after(next, number) < window;
  return isInside(sequence) || (length > 0 && isInside((sequence + length - 1) % 2 ** 32));
}

/** 19. */
function checkTimestamps(connection: Followed, echo: Echo, segment: WireSegment, hadWaited: boolean): void {
  const { name } = connection;
  const stamp = timestamps(segment);
  if (stamp !== undefined && echo.sent !== undefined) {
    const step = offset(echo.sent, stamp.value);
    hold(19, step >= 0, () => `${name}: TSval went back by ${-step}`);
  }
  echo.sent = stamp?.value ?? echo.sent;
  if (segment.syn) return;
  const agreed = bothHave(connection, TIMESTAMPS);
  hold(19, (stamp !== undefined) === agreed, () => {
    return `${name}: ${showSegment(segment)} has ${stamp === undefined ? 'no' : 'a'} timestamp`;
  });
  if (stamp === undefined || hadWaited) return;
  hold(19, stamp.echo === echo.recent, () => `${name}: echoes ${stamp.echo}, TS.Recent is ${echo.recent}`);
}

/** 20. */
function checkSack(run: Run, connection: Followed, segment: WireSegment): void {
  const { name, peerSyn, arrived } = connection;
  const blocks = sackBlocks(segment);
  if (blocks.length === 0) return;
  reach(run, 'SACK blocks sent');
  const most = option(segment, TIMESTAMPS) === undefined ? 4 : 3;
  hold(20, bothHave(connection, SACK_PERMITTED), () => `${name}: option ${SACK} was not agreed on`);
  hold(20, blocks.length <= most, () => `${name}: ${blocks.length} SACK blocks`);
  const first = peerSyn!.sequence;
  const all = blocks.map(([left, right]) => [after(first, left), after(first, right)] as const);
  const acknowledged = after(first, segment.acknowledgment);
  const edges = all.slice(isDuplicateReport(all, acknowledged) ? 1 : 0);
  if (edges.length < all.length) {
    reach(run, 'duplicate reported');
    const [left, right] = all[0]!;
    const hasArrived = arrived.subarray(left, right).every((octet) => octet === 1);
    hold(20, hasArrived, () => `${name}: a DSACK ${left}:${right} of octets that have not arrived`);
  }
  if (edges.length === 0) return;
  for (const [left, right] of edges) {
    hold(20, left < right && left > acknowledged, () => `${name}: a SACK block ${left}:${right}, ACK ${acknowledged}`);
    hold(
      20,
      arrived.subarray(left, right).every((octet) => octet === 1),
      () => {
        return `${name}: a SACK block ${left}:${right} of octets that have not arrived`;
      },
    );
  }
  const sorted = edges.toSorted(([one], [other]) => one - other);
  sorted.forEach(([left], index) => {
    const before = sorted[index - 1];
    hold(
      20,
      before === undefined || before[1] < left,
      () => `${name}: SACK blocks ${sorted.join(' and ')} overlap or touch`,
    );
  });
  const { delivery } = run.step;
  const newest = delivery?.connection === connection ? delivery.segment : undefined;
  if (newest === undefined || newest.length === 0 || newest.syn || delivery!.damage === 'covered') return;
  const start = after(first, newest.sequence);
  // RFC 2018 §4: "unless that segment advanced the Acknowledgment Number field".
  const isHeld = start > acknowledged && isHeldBy(connection, start, start + newest.length);
  if (!isHeld) return;
  hold(20, edges[0]![0] <= start && start + newest.length <= edges[0]![1], () => {
    return `${name}: the first SACK block is ${edges[0]}, the segment that came is ${start}:${start + newest.length}`;
  });
}

/** RFC 2883 §4: the first block lies below the acknowledgment, or inside the second. */
function isDuplicateReport(blocks: readonly (readonly [number, number])[], acknowledged: number): boolean {
  const [first, second] = blocks;
  if (first![1] <= acknowledged) return true;
  return second !== undefined && second[0] <= first![0] && first![1] <= second[1];
}

/** Whether the receiver holds these octets, by its own account. */
function isHeldBy({ block, peerSyn }: Followed, left: number, right: number): boolean {
  const { reassembly } = block;
  for (let index = 0; index < reassembly.count; index++) {
    const start = after(peerSyn!.sequence, reassembly.start(index));
    const end = after(peerSyn!.sequence, reassembly.end(index));
    if (start <= left && right <= end) return true;
  }
  return false;
}
