/**
 * Bulk TCP between two hosts on one link, every frame encoded, decoded and verified. `bare-work.ts` has what the same
 * segments cost at least.
 */
import { ipAddress } from '../../src/layers/address-text.ts';
import { SECOND } from '../../src/layers/clock.ts';
import * as segment from '../../src/layers/transport/tcp/segment.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { BulkTransfer, type Source } from '../../src/sim/bulk-transfer.ts';
import { World } from '../../src/sim/world.ts';
import { FAST, type Path } from './paths.ts';
import { WORLD_AGE_NS } from './world-age.ts';

export interface BulkOptions {
  readonly seed?: number;
  /** How many transfers share the link. */
  readonly flows?: number;
  /** The largest IP packet in bytes. */
  readonly mtu?: number;
  readonly family?: 4 | 6;
  readonly path?: Path;
  /** Of both hosts, over what the path says. */
  readonly tcp?: Partial<TcpSettings>;
}

const FIRST_PORT = 5001;
const EVENTS_AT_ONCE = 8;
/** Without options but timestamps. */
const TCP_HEADER = segment.HEADER_LENGTH + 12;

/** Transfers that never end. */
export class EndlessTransfer {
  readonly world: World;
  readonly transfers: readonly BulkTransfer[];
  /** Bytes of data in a full segment. */
  readonly segmentBytes: number;

  /** Runs until the connections are established and warm: windows open, pools filled, code compiled. */
  constructor(options: BulkOptions = {}, warmUpSegments = 50_000) {
    const { seed = 1, flows = 1, mtu = 1500, family = 4, path = FAST } = options;
    const tcp = { ...path.tcp, ...options.tcp };
    this.world = new World({ seed });
    this.world.time.advanceTo(WORLD_AGE_NS);
    const sender = this.world.host('sender', { settings: { tcp } });
    const receiver = this.world.host('receiver', { settings: { tcp } });
    const [from, to] = family === 4 ? ['10.0.0.1/24', '10.0.0.2/24'] : ['fd00::1/64', 'fd00::2/64'];
    this.world.link({ host: sender, mtu, addresses: [from!] }, { host: receiver, mtu, addresses: [to!] }, path.link);
    this.segmentBytes = mtu - (family === 4 ? 20 : 40) - TCP_HEADER;
    const address = ipAddress(family === 4 ? '10.0.0.2' : 'fd00::2');
    this.transfers = Array.from(
      { length: flows },
      (_, flow) =>
        new BulkTransfer({
          sender: sender.sockets,
          receiver: receiver.sockets,
          address,
          port: FIRST_PORT + flow,
          source: ENDLESS,
          memory: this.world.memory,
          ended: (error) => {
            throw new Error(`a transfer that never ends has ended: ${error ?? 'without an error'}`);
          },
        }),
    );
    this.run(warmUpSegments);
  }

  get bytesReceived(): number {
    let bytes = 0;
    for (const transfer of this.transfers) bytes += transfer.bytesReceived;
    return bytes;
  }

  /** Frames handed to the link in both directions. */
  get framesSent(): number {
    const { aToB, bToA } = this.world.links[0]!;
    return aToB.counters.framesSent + bToA.counters.framesSent;
  }

  /** Lets the world go on until the receivers have read `segments` more full segments of data. */
  run(segments: number): void {
    const { world } = this;
    const { counters } = world.links[0]!.aToB;
    const goal = this.bytesReceived + segments * this.segmentBytes;
    // Frames are looked at first: to add up the bytes of many flows after each event would be measured as well.
    for (let missing = segments; missing > 0; missing = (goal - this.bytesReceived) / this.segmentBytes) {
      const frames = counters.framesDelivered + missing;
      // Looked at now and then: a few more are done than are counted.
      while (counters.framesDelivered < frames) if (world.time.run(EVENTS_AT_ONCE) < EVENTS_AT_ONCE) throw atRest();
    }
  }

  /** Lets the world go on until `frames` more frames were handed to the link. */
  runFrames(frames: number): void {
    const goal = this.framesSent + frames;
    while (this.framesSent < goal) stepOn(this.world);
  }

  /** Lets the world go on for some of its own seconds. */
  runSeconds(seconds: number): void {
    const goal = this.world.now + seconds * SECOND;
    while (this.world.now < goal) stepOn(this.world);
  }
}

/** @throws {Error} if nothing can happen any more */
export function stepOn(world: World): void {
  if (!world.step()) throw atRest();
}

const atRest = (): Error => new Error('the world has come to rest in the middle of a transfer');

/** The program's buffer as it is: the work of a program is not the stack's. */
const ENDLESS: Source = { read: (into) => into.length };
