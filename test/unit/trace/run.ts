/**
 * A small run for the tests of the trace: TCP segments between alice and bob, told to a recorder as media and hosts would.
 */
import { type IpAddress, ipv4 } from '../../../src/layers/address.ts';
import type { Clock } from '../../../src/layers/clock.ts';
import type { DropReason } from '../../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../../src/layers/frame.ts';
import { encode as encodeEthernet } from '../../../src/layers/link/ethernet.ts';
import { Memory } from '../../../src/layers/memory.ts';
import { encode as encodeIpv4 } from '../../../src/layers/network/ipv4.ts';
import type { ConnectionIdentity, RetransmitReason } from '../../../src/layers/observer.ts';
import type { TcpObserver } from '../../../src/layers/transport/tcp/environment.ts';
import { ACK, encode as encodeTcp, PSH, SYN, type TcpRecord } from '../../../src/layers/transport/tcp/segment.ts';
import type { Direction } from '../../../src/trace/medium-observer.ts';
import { Recorder, type RecorderSettings } from '../../../src/trace/recorder.ts';

export const ALICE: IpAddress = ipv4(10, 0, 0, 1);
export const BOB: IpAddress = ipv4(10, 0, 0, 2);
export const FORTH: Direction = { link: 'cable', from: 'alice.eth0', to: 'bob.eth0' };
export const BACK: Direction = { link: 'cable', from: 'bob.eth0', to: 'alice.eth0' };

const MILLISECOND = 1_000_000;

const CONNECTION: ConnectionIdentity = { serial: 1, local: ALICE, localPort: 4000, remote: BOB, remotePort: 80 };

type Segment = Partial<TcpRecord> & { readonly text?: string };

/** The bytes of an Ethernet frame with one TCP segment. Sequence numbers count from `isn`. */
export function segmentFrame(direction: Direction, segment: Segment): Uint8Array {
  const isForth = direction === FORTH;
  const [source, destination] = isForth ? [ALICE, BOB] : [BOB, ALICE];
  const { text, ...fields } = segment;
  const tcp = encodeTcp(
    {
      sourcePort: isForth ? 4000 : 80,
      destinationPort: isForth ? 80 : 4000,
      sequenceNumber: 0,
      acknowledgmentNumber: 0,
      flags: ACK,
      window: 1000,
      urgentPointer: 0,
      options: [],
      payload: new TextEncoder().encode(text ?? ''),
      ...fields,
    },
    source,
    destination,
  );
  const ip = encodeIpv4({
    trafficClass: 0,
    identification: 0,
    dontFragment: true,
    moreFragments: false,
    fragmentOffset: 0,
    timeToLive: 64,
    protocol: 6,
    source,
    destination,
    options: [],
    payload: tcp,
  });
  return encodeEthernet({
    destination: isForth ? 0x02_00_00_00_00_02 : 0x02_00_00_00_00_01,
    source: isForth ? 0x02_00_00_00_00_01 : 0x02_00_00_00_00_02,
    typeOrLength: 0x0800,
    payload: ip,
    trailer: new Uint8Array(0),
  });
}

/** Plays a run into a recorder. Times are milliseconds. */
export class Run {
  readonly recorder: Recorder;
  readonly alice: TcpObserver;
  readonly bob: TcpObserver;
  private readonly pool: FramePool;
  private readonly clock: Clock & { time: number };
  private readonly frames: Map<number, { direction: Direction; frame: Frame }>;
  private serials: number;

  constructor(settings: RecorderSettings = {}) {
    const clock = { time: 0, now: (): number => clock.time };
    this.clock = clock;
    this.recorder = new Recorder(clock, settings);
    this.alice = this.recorder.hostObserver('alice');
    this.bob = this.recorder.hostObserver('bob');
    this.pool = new FramePool(new Memory(1 << 16));
    this.frames = new Map();
    this.serials = 0;
  }

  at(milliseconds: number): this {
    this.clock.time = milliseconds * MILLISECOND;
    return this;
  }

  /** @returns the frame's serial */
  send(direction: Direction, segment: Segment): number {
    const serial = ++this.serials;
    const frame = this.pool.from(segmentFrame(direction, segment), 16);
    this.frames.set(serial, { direction, frame });
    this.recorder.frameSent(direction, serial, frame);
    return serial;
  }

  /** Hands the frame to the receiver, which may drop it in that call. */
  deliver(serial: number, hostDrop?: DropReason): void {
    const { direction, frame } = this.frames.get(serial)!;
    this.recorder.frameDelivered(direction, serial, frame);
    if (hostDrop !== undefined) (direction === FORTH ? this.bob : this.alice).dropped('eth0', hostDrop, frame);
    this.end(serial);
  }

  lose(serial: number, reason: DropReason = 'medium-loss', detail = ''): void {
    const { direction, frame } = this.frames.get(serial)!;
    this.recorder.frameDropped(direction, serial, frame, reason, detail);
    this.end(serial);
  }

  /** @returns the copy's serial */
  duplicate(serial: number): number {
    const { direction, frame } = this.frames.get(serial)!;
    const copySerial = ++this.serials;
    this.recorder.frameDuplicated(direction, serial, copySerial, frame);
    this.frames.set(copySerial, { direction, frame: this.pool.duplicate(frame) });
    return copySerial;
  }

  /** Flips the lowest bit of the frame's last byte. */
  corrupt(serial: number, detail = '1 bit flipped'): void {
    const { direction, frame } = this.frames.get(serial)!;
    frame.bytes[frame.end - 1]! ^= 1;
    this.recorder.frameCorrupted(direction, serial, frame, detail);
  }

  delay(serial: number, detail = 'by 30 ms'): void {
    const { direction, frame } = this.frames.get(serial)!;
    this.recorder.frameDelayed(direction, serial, frame, detail);
  }

  retransmits(reason: RetransmitReason, sequence: number, length: number): void {
    this.alice.tcpRetransmit(CONNECTION, reason, sequence, length);
  }

  state(from: string, to: string): void {
    this.alice.tcpState(CONNECTION, from, to, 'test');
  }

  private end(serial: number): void {
    this.pool.release(this.frames.get(serial)!.frame);
    this.frames.delete(serial);
  }
}

/** A handshake, data of which one segment is lost and sent again, a copy, a corrupted one, and one that overtakes. */
export function eventfulRun(settings: RecorderSettings = {}, isn = 0x7fff_ffff): Run {
  const run = new Run(settings);
  const sequence = (offset: number): number => (isn + offset) | 0;
  const mss = { name: 'maximumSegmentSize', bytes: 1460 } as const;
  run.at(0).alice.call('connect(10.0.0.2:80)', '');
  run.state('CLOSED', 'SYN-SENT');
  const syn = run.send(FORTH, { flags: SYN, sequenceNumber: sequence(0), options: [mss] });
  run.at(20).deliver(syn);
  const synAck = run.send(BACK, {
    flags: SYN | ACK,
    sequenceNumber: 5000,
    acknowledgmentNumber: sequence(1),
    options: [mss],
  });
  run.at(40).deliver(synAck);
  run.state('SYN-SENT', 'ESTABLISHED');
  const ack = { acknowledgmentNumber: 5001 };
  run.deliver(run.send(FORTH, { ...ack, sequenceNumber: sequence(1) }));
  const lost = run.send(FORTH, { ...ack, flags: ACK | PSH, sequenceNumber: sequence(1), text: 'first' });
  run.at(41).lose(lost, 'medium-loss', '5 %');
  const second = run.at(42).send(FORTH, { ...ack, flags: ACK, sequenceNumber: sequence(6), text: 'second' });
  run.delay(second);
  const third = run.at(43).send(FORTH, { ...ack, flags: ACK, sequenceNumber: sequence(12), text: 'third!' });
  run.at(63).deliver(third);
  run.at(92).deliver(second);
  run.at(240).retransmits('rto', sequence(1), 5);
  const again = run.send(FORTH, { ...ack, flags: ACK | PSH, sequenceNumber: sequence(1), text: 'first' });
  const copy = run.at(241).duplicate(again);
  run.at(260).deliver(again);
  run.corrupt(copy, '1 bit flipped at byte 58');
  run.at(261).deliver(copy, 'tcp-bad-checksum');
  const reply = run.send(BACK, { sequenceNumber: 5001, acknowledgmentNumber: sequence(18) });
  run.at(281).deliver(reply);
  return run;
}
