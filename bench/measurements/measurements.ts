/**
 * The measurements behind the goals and the regression gate. Each runs in a process of its own and gives named values with their quartiles; times
 * are of the processor, so that others on the machine do not count.
 */
import process from 'node:process';
import { checksum } from '../../src/layers/checksum.ts';
import { BareWork } from '../cases/bare-work.ts';
import { type BulkOptions, EndlessTransfer } from '../cases/bulk-transfer.ts';
import { overPool, textbookChecksum } from '../cases/checksum.ts';
import { objectHold, typedArrayHold } from '../cases/event-queue.ts';
import { BOTTLENECK, FAST, lossy, REFERENCE } from '../cases/paths.ts';
import { peerReader, wireReader, wireWriter } from '../cases/peer-frames.ts';
import { FRAMES, frames, frameWriter, readHeaders, readVerified } from '../cases/whole-frames.ts';
import { bytesPerUnit, checkCounting } from '../measure/allocation.ts';
import { COUNTING } from '../measure/child.ts';
import { type Comparison, compare, type Effort, type Work } from '../measure/interleaved.ts';
import { type Quartiles, quartiles } from '../measure/quartiles.ts';
import { pcap } from '../peers/packages.ts';

export interface Measurement {
  /** Of node. */
  readonly flags?: readonly string[];
  /** How many processes take it in turn; the median of each value counts. One process's code may be laid out luckily. */
  readonly processes: number;
  /** Whether it needs the packages of `bench/peers`. */
  readonly needsPeers?: boolean;
  measure(): Readonly<Record<string, Quartiles>>;
}

/** Rounds so long that a collection more or less does not decide. */
const STEADY: Effort = { roundMs: 30, rounds: 25 };

export type MeasurementName =
  | 'checksum'
  | 'decode'
  | 'decode heap'
  | 'verify'
  | 'encode'
  | 'events'
  | 'bulk'
  | 'bulk ipv6'
  | 'bulk mtu 9000'
  | 'bulk loss'
  | 'bulk heap'
  | '100 flows'
  | '1000 flows'
  | 'one flow in time'
  | '100 flows in time'
  | 'gigabyte';

export const MEASUREMENTS: Readonly<Record<MeasurementName, Measurement>> = {
  checksum: {
    processes: 3,
    measure: () => {
      const ours = overPool((view, at, length) => checksum(view, at, length), 1500, 0);
      return ratioOf(compare(each(ours), each(overPool(textbookChecksum, 1500, 0)), STEADY));
    },
  },
  decode: {
    processes: 3,
    needsPeers: true,
    measure: () => {
      const area = frames();
      return ratioOf(
        compare(
          each(() => readHeaders(area)),
          each(peerReader(area, pcap())),
          STEADY,
        ),
      );
    },
  },
  'decode heap': {
    processes: 1,
    flags: COUNTING,
    measure: () => {
      checkCounting();
      const area = frames();
      const read = each(() => readHeaders(area));
      read(20_000);
      return { bytes: exactly(bytesPerUnit(read, 2000) / FRAMES) };
    },
  },
  verify: {
    processes: 3,
    measure: () => {
      const area = frames();
      return ratioOf(
        compare(
          each(() => readVerified(area)),
          each(wireReader(area)),
          STEADY,
        ),
      );
    },
  },
  encode: {
    processes: 3,
    measure: () => {
      const area = frames();
      return ratioOf(compare(each(frameWriter(area)), each(wireWriter(area)), STEADY));
    },
  },
  events: {
    processes: 3,
    // All sizes in one process, the smallest first: the collector has then met objects that die young before those that live
    // on, as in a simulation that grows. On 1M in a fresh process it places them well at once, and objects cost half as much.
    measure: () => ({ '1k': holds(1000), '100k': holds(100_000), '1M': holds(1_000_000) }),
  },
  bulk: { processes: 5, measure: () => besideBareWork({}) },
  'bulk ipv6': { processes: 3, measure: () => besideBareWork({ family: 6 }) },
  'bulk mtu 9000': { processes: 3, measure: () => besideBareWork({ mtu: 9000 }) },
  'bulk loss': { processes: 3, measure: () => besideBareWork({ path: lossy(FAST, '1%') }) },
  'bulk heap': {
    processes: 1,
    flags: COUNTING,
    measure: () => {
      checkCounting();
      const transfer = new EndlessTransfer({}, 200_000);
      // The window in the middle: what waits for a late compilation allocates.
      const windows = Array.from({ length: 9 }, () => bytesPerUnit((segments) => transfer.run(segments), 20_000));
      return { bytes: quartiles(windows) };
    },
  },
  '100 flows': { processes: 2, measure: () => flowsBesideOne(100) },
  '1000 flows': { processes: 2, measure: () => flowsBesideOne(1000) },
  'one flow in time': { processes: 1, measure: () => virtualSeconds(1) },
  '100 flows in time': { processes: 1, measure: () => virtualSeconds(100) },
  gigabyte: {
    processes: 1,
    measure: () => {
      const transfer = new EndlessTransfer({}, 0);
      let most = 0;
      // Looked at often. The kernel's own mark of the highest counts what the parent had before this process was its own.
      while (transfer.bytesReceived < 2 ** 30) {
        transfer.run(1000);
        most = Math.max(most, process.memoryUsage.rss());
      }
      return { megabytes: exactly(most / 1e6) };
    },
  },
};

/** Of its own time: past the handshakes and slow start. */
const WARM_UP_SECONDS = 3;

function holds(pending: number): Quartiles {
  const effort: Effort = { roundMs: 60, rounds: 11 };
  return ratioOf(compare(holding(typedArrayHold(pending)), holding(objectHold(pending)), effort)).ratio;
}

function holding(hold: (events: number) => number): Work {
  return (thousands) => hold(thousands * 1000);
}

function besideBareWork(options: BulkOptions): Readonly<Record<string, Quartiles>> {
  const transfer = new EndlessTransfer(options);
  const bare = new BareWork(options);
  const effort = { roundMs: 40, rounds: 31 };
  const comparison = compare(
    (segments) => transfer.run(segments),
    (segments) => bare.run(segments),
    effort,
  );
  return { ...ratioOf(comparison), millions: exactly(1000 / comparison.undisturbedNs) };
}

/** Frames a second of many flows, beside those of one; and how many of them get something through. */
function flowsBesideOne(flows: number): Readonly<Record<string, Quartiles>> {
  const [many, one] = [warm({ flows, path: BOTTLENECK }), warm({ path: BOTTLENECK })];
  const effort = { roundMs: 60, rounds: 25 };
  const before = many.transfers.map(({ bytesReceived }) => bytesReceived);
  const comparison = compare(
    (frames) => many.runFrames(frames),
    (frames) => one.runFrames(frames),
    effort,
  );
  const taking = many.transfers.filter(({ bytesReceived }, flow) => bytesReceived > before[flow]!).length;
  return { ...ratioOf(comparison), taking: exactly(taking) };
}

function warm(options: BulkOptions): EndlessTransfer {
  const transfer = new EndlessTransfer(options, 0);
  transfer.runSeconds(WARM_UP_SECONDS);
  return transfer;
}

const TIMED_ROUNDS = 15;
const ROUND_SECONDS = 2;

/** Seconds of the world in one of the processor. */
function virtualSeconds(flows: number): Readonly<Record<string, Quartiles>> {
  const transfer = warm({ flows, path: REFERENCE });
  const rates = Array.from({ length: TIMED_ROUNDS }, () => {
    const before = process.cpuUsage();
    transfer.runSeconds(ROUND_SECONDS);
    const { user, system } = process.cpuUsage(before);
    return (ROUND_SECONDS * 1e6) / (user + system);
  });
  return { rate: quartiles(rates) };
}

const each =
  (call: () => unknown): Work =>
  (calls) => {
    for (let count = 0; count < calls; count++) call();
  };

const ratioOf = ({ ratio, lowRatio, highRatio }: Comparison): Readonly<Record<'ratio', Quartiles>> => ({
  ratio: { median: ratio, low: lowRatio, high: highRatio },
});

const exactly = (value: number): Quartiles => ({ median: value, low: value, high: value });
