/**
 * The table at the end of `npm run bench`: each of our ways beside the textbook's, measured in turn in one process, with
 * the goals of the project. Times are of the processor and depend on the machine; the ratios are what is claimed.
 */
import { BareWork } from './cases/bare-work.ts';
import { EndlessTransfer } from './cases/bulk-transfer.ts';
import * as checksums from './cases/checksum.ts';
import { objectHold, PENDING, typedArrayHold } from './cases/event-queue.ts';
import * as link from './cases/link-codecs.ts';
import { MACHINERY } from './cases/machinery.ts';
import * as network from './cases/network-codecs.ts';
import * as transport from './cases/transport-codecs.ts';
import { type Comparison, compare, type Effort, type Work } from './measure/interleaved.ts';
import { printTable } from './measure/table.ts';

interface Row {
  readonly what: string;
  readonly ours: string;
  readonly textbook: string;
  readonly ratio: string;
  readonly goal: string;
  readonly met: string;
}

const rows: Row[] = [];

/** Both ways, `unitsPerCall` units of work a call. */
function race(
  what: string,
  unitsPerCall: number,
  ours: () => unknown,
  textbook: () => unknown,
  goal?: number,
  effort?: Effort,
): Comparison {
  const comparison = compare(repeated(ours), repeated(textbook), effort);
  const { oursNs, otherNs, ratio, lowRatio, highRatio } = comparison;
  rows.push({
    what,
    ours: nanoseconds(oursNs / unitsPerCall),
    textbook: nanoseconds(otherNs / unitsPerCall),
    ratio: `${times(ratio)} (${times(lowRatio)} to ${times(highRatio)})`,
    goal: goal === undefined ? '' : `≥ ${goal}`,
    met: goal === undefined ? '' : verdict(ratio >= goal),
  });
  return comparison;
}

const repeated =
  (call: () => unknown): Work =>
  (calls) => {
    for (let count = 0; count < calls; count++) call();
  };

const verdict = (isMet: boolean): string => (isMet ? 'yes' : 'NO');
const times = (ratio: number): string => ratio.toFixed(ratio < 10 ? 2 : 1);
const nanoseconds = (ns: number): string => `${ns.toFixed(ns < 100 ? 1 : 0)} ns`;

// Sums and codecs, ns a piece.
for (const { name, ours, textbook, goal } of checksums.PAIRS) {
  for (const size of checksums.SIZES) {
    const pieces = checksums.piecesOf(size);
    for (const offset of checksums.OFFSETS) {
      const [one, other] = [checksums.overPool(ours, size, offset), checksums.overPool(textbook, size, offset)];
      const isClaimed = size === 1500 && offset === 0;
      race(`${name}, ${size} bytes at ${offset}`, pieces, one, other, isClaimed ? goal : undefined);
    }
  }
}

const linkFrames = link.pool();
const packets = network.pool();
const segments = transport.tcpPool();
const datagrams = transport.udpPool();

race(
  'link header read',
  link.FRAMES,
  () => link.readInPlace(linkFrames),
  () => link.readTextbook(linkFrames),
);
race(
  'Ethernet header written',
  link.FRAMES,
  () => link.writeInPlace(linkFrames),
  () => link.writeTextbook(linkFrames),
);
race(
  'IPv4 header read',
  network.PACKETS,
  () => network.readUnverified(packets),
  () => network.readTextbook(packets, false),
);
race(
  'IPv4 header read and verified',
  network.PACKETS,
  () => network.readVerified(packets),
  () => network.readTextbook(packets, true),
);
race(
  'IPv4 header written',
  network.PACKETS,
  () => network.writeInPlace(packets),
  () => network.writeTextbook(),
);
race(
  'TCP segment read',
  transport.SEGMENTS,
  () => transport.readTcp(segments, false),
  () => transport.readTcpTextbook(segments, false),
);
race(
  'TCP segment read and verified',
  transport.SEGMENTS,
  () => transport.readTcp(segments, true),
  () => transport.readTcpTextbook(segments, true),
);
race(
  'TCP segment written with checksum',
  transport.SEGMENTS,
  () => transport.writeTcp(segments, true),
  () => transport.writeTcpTextbook(segments, true),
);
race(
  'UDP datagram read and verified',
  transport.SEGMENTS,
  () => transport.readUdp(datagrams),
  () => transport.readUdpTextbook(datagrams),
);

const EVENTS = 1000;
const EVENT_GOALS = [2.5, 4, 6];
PENDING.forEach((pending, index) => {
  const [typed, objects] = [typedArrayHold(pending), objectHold(pending)];
  race(
    `event of ${pending} pending`,
    EVENTS,
    () => typed(EVENTS),
    () => objects(EVENTS),
    EVENT_GOALS[index],
    { roundMs: 100, rounds: 11 },
  );
});

for (const make of MACHINERY) {
  const { what, unitsPerCall, ours, textbook } = make();
  race(what, unitsPerCall, ours, textbook);
}

// The whole stack. Its "textbook" is the least that any stack must do for these bytes.
const BATCH = 500;
const transfer = new EndlessTransfer();
const bare = new BareWork();
const stack = race(
  'bulk TCP segment, two hosts, vs the bare work',
  BATCH,
  () => transfer.run(BATCH),
  () => bare.run(BATCH),
  0.45,
  { roundMs: 40, rounds: 31 },
);

printTable(
  ['what', 'ours', 'textbook', 'ratio', 'goal', 'met'],
  rows.map((row) => [row.what, row.ours, row.textbook, row.ratio, row.goal, row.met]),
);
const perSecond = (BATCH * 1e9) / stack.oursNs;
console.log(
  `\nbulk TCP: ${(perSecond / 1e6).toFixed(2)} million data segments and ${((perSecond * transfer.segmentBytes) / 1e9).toFixed(2)} GB a second of processor time.`,
);
