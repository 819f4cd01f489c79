/**
 * Runs one transfer between two hosts on one link, and counts what happened. Node's SHA-256 stands in for the pure one
 * here: the digests are the same, and long runs take less time.
 */
import { createHash } from 'node:crypto';
import type { HostOptions } from '../host/settings.ts';
import { type Family, type IpAddress, isLinkLocal } from '../layers/address.ts';
import { formatIpAddress } from '../layers/address-text.ts';
import type { ErrorCode } from '../layers/errors.ts';
import { BulkTransfer, type Source } from '../sim/bulk-transfer.ts';
import type { LinkOptions } from '../sim/medium/options.ts';
import type { VirtualHost } from '../sim/virtual-host.ts';
import { World } from '../sim/world.ts';
import { type CaptureWriter, captureRun } from '../trace/capture.ts';
import { traceDigest } from '../trace/digest.ts';
import { EVENT_KINDS, type TcpInfoTaken, type TraceEvent } from '../trace/events.ts';
import { Recorder } from '../trace/recorder.ts';
import { GoodputMeter, Tally } from './transfer-measures.ts';
import { queueFigures, type TransferReport } from './transfer-report.ts';

/** Two hosts and what is between them. */
export interface TransferStage {
  readonly link: LinkOptions;
  readonly mtu: number;
  readonly ipv6: boolean;
  readonly seed: number;
  /** What is not usual about the hosts. */
  readonly hosts?: { readonly sender: HostOptions; readonly receiver: HostOptions };
}

export interface TransferPlan extends TransferStage {
  readonly source: Source;
  /** How many bytes there are, if that is known before. */
  readonly bytes: number | undefined;
  /** Stops writing after so long, in nanoseconds of the world's time. */
  readonly durationNs: number | undefined;
  /** Goodput counts from then on. */
  readonly warmupNs: number;
  /** Where the bytes of a capture go. */
  readonly capture: ((bytes: Uint8Array) => void) | undefined;
  /** Where the sender's `tcp_info` goes after each acknowledgment that it processes. */
  readonly tcpInfo?: ((event: TcpInfoTaken) => void) | undefined;
  /** How many events to keep for the ladder. */
  readonly keepEvents: boolean;
  readonly command: string;
  /** Called now and then with the bytes received and the world's time. */
  readonly progress: (bytesReceived: number, nowNs: number) => void;
}

export interface TransferResult {
  readonly report: TransferReport;
  readonly events: readonly TraceEvent[];
  readonly addresses: Readonly<Record<string, string>>;
}

const PORT = 5001;
const SENDER = 'sender';
/** Room for the ladder of the first frames; the rest of a long run is not kept. */
const LADDER_BYTES = 4 * 1024 * 1024;
/** A run that takes longer than this in its own time is not one that goes on. */
const LONGEST_RUN_NS = 40 * 24 * 3600 * 1e9;
const STEPS_PER_PROGRESS = 4096;

interface Stage {
  readonly world: World;
  readonly recorder: Recorder;
  readonly sender: VirtualHost;
  readonly receiver: VirtualHost;
  readonly from: IpAddress;
  readonly to: IpAddress;
}

/**
 * Builds the world, in which nothing has happened yet.
 * @param watch is given the recorder before the first event
 * @param tcpInfo whether the recorder tells `tcp_info`
 * @throws {RangeError} if the link or the MTU makes no sense
 */
export function setUp(
  stage: TransferStage,
  keepEvents = false,
  tcpInfo = false,
  watch?: (recorder: Recorder) => void,
): Stage {
  const world = new World({
    seed: stage.seed,
    observer: (clock) =>
      new Recorder(clock, {
        kinds: keepEvents ? EVENT_KINDS.filter((kind) => kind !== 'tcp-info') : [],
        tcpInfo,
        limitBytes: LADDER_BYTES,
        whenFull: 'forget-newest',
      }),
  });
  const recorder = world.observer as Recorder;
  watch?.(recorder);
  const sender = world.host(SENDER, { settings: stage.hosts?.sender ?? {} });
  const receiver = world.host('receiver', { settings: stage.hosts?.receiver ?? {} });
  world.link({ host: sender, mtu: stage.mtu }, { host: receiver, mtu: stage.mtu }, stage.link);
  const family = stage.ipv6 ? 6 : 4;
  const [from, to] = [globalAddress(sender, family), globalAddress(receiver, family)];
  if (from === undefined || to === undefined) {
    throw new RangeError(`an MTU of ${stage.mtu} has no room for IPv6, which needs 1280 (RFC 8200 §5)`);
  }
  return { world, recorder, sender, receiver, from, to };
}

/** @throws {RangeError} if the link or the MTU makes no sense */
export function runTransfer(plan: TransferPlan): TransferResult {
  const started = process.hrtime.bigint();
  const digest = traceDigest(createHash('sha256'));
  let capture: CaptureWriter | undefined;
  const { tcpInfo } = plan;
  const { world, recorder, sender, receiver, from, to } = setUp(
    plan,
    plan.keepEvents,
    tcpInfo !== undefined,
    (watched) => {
      watched.listen(digest.add);
      if (tcpInfo !== undefined) {
        watched.listen((event) => {
          if (event.kind === 'tcp-info' && event.host === SENDER) tcpInfo(event);
        });
      }
      if (plan.capture === undefined) return;
      capture = captureRun(plan.capture, { taps: ['sender.eth0'], comment: plan.command });
      watched.listen(capture.add);
    },
  );
  const meter = new GoodputMeter(world.time, plan.warmupNs, plan.durationNs);
  const tally = new Tally();
  recorder.listen((event) => tally.add(event));
  let ended = false;
  let error: ErrorCode | undefined;
  const sent = createHash('sha256');
  const received = createHash('sha256');
  const transfer = new BulkTransfer({
    sender: sender.sockets,
    receiver: receiver.sockets,
    address: to,
    port: PORT,
    memory: world.memory,
    source: hashing(plan.source, (bytes) => sent.update(bytes)),
    sink: (bytes) => {
      received.update(bytes);
      meter.add(bytes.length);
    },
    ended: (reason) => {
      ended = true;
      error = reason;
    },
  });
  if (plan.durationNs !== undefined) world.time.timer(() => transfer.stop()).arm(plan.durationNs);
  for (let steps = 1; world.step(); steps++) {
    if (steps % STEPS_PER_PROGRESS !== 0) continue;
    plan.progress(transfer.bytesReceived, world.now);
    if (world.now > LONGEST_RUN_NS) break;
  }
  capture?.end();
  const [sha256Sent, sha256Received] = [sent.digest('hex'), received.digest('hex')];
  const report: TransferReport = {
    congestionControl: sender.settings.tcp.congestionControl,
    ok:
      ended &&
      error === undefined &&
      sha256Sent === sha256Received &&
      (plan.bytes ?? transfer.bytesSent) === transfer.bytesReceived,
    error,
    bytes: plan.bytes ?? transfer.bytesSent,
    bytesReceived: transfer.bytesReceived,
    sha256Sent,
    sha256Received,
    goodputBitsPerSecond: meter.goodput(),
    measuredBytes: meter.counted,
    measuredSeconds: meter.seconds,
    transferSeconds: meter.lastNs / 1e9,
    virtualSeconds: world.now / 1e9,
    wallSeconds: Number(process.hrtime.bigint() - started) / 1e9,
    framesSent: tally.framesSent,
    framesDropped: tally.framesDropped,
    dropsByCause: Object.fromEntries(tally.drops),
    segmentsSent: tally.segmentsSent,
    retransmissions: [...tally.retransmissions.values()].reduce((sum, count) => sum + count, 0),
    retransmissionsByCause: Object.fromEntries(tally.retransmissions),
    queues: world.links.flatMap((link) => link.queueReports().map(queueFigures)),
    seed: plan.seed,
    traceDigest: digest.hex(),
    command: plan.command,
  };
  const addresses = { sender: formatIpAddress(from), receiver: formatIpAddress(to) };
  return { report, events: recorder.events(), addresses };
}

const globalAddress = (host: VirtualHost, family: Family): IpAddress | undefined =>
  host.addresses.find(
    ({ address, networkInterface }) =>
      !networkInterface.isLoopback && !isLinkLocal(address) && address.family === family,
  )?.address;

/** A source that shows each piece to somebody on its way. */
const hashing = (source: Source, show: (bytes: Uint8Array) => void): Source => ({
  read(into) {
    const count = source.read(into);
    show(into.subarray(0, count));
    return count;
  },
});
