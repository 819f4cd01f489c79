/**
 * The counters of accurate ECN (RFC 9768 §3.2), of both ends, against an oracle that counts: what the medium marked and
 * what came of it, while frames are lost and overtake each other. The oracle reads the wire by itself; of the stack it
 * asks only what a sender has understood in the end.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipAddress } from '../../src/layers/address-text.ts';
import { SECOND } from '../../src/layers/clock.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import type { ListedFault } from '../../src/sim/medium/fault-list.ts';
import type { VirtualHost } from '../../src/sim/virtual-host.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import { hostOf, type TraceEvent } from '../../src/trace/events.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { after, offset, option, readFrame, timestamps, type WireSegment } from './invariants/wire.ts';
import { runs } from './runs.ts';

const CE = 3;
const [ECT_1, ECT_0] = [1, 2];
const ACCURATE_ECN_0 = 172;
const ACCURATE_ECN_1 = 174;
const PORT = 5000;
const MOST_DROPS = 14;
const LAST_BYTES = 3000;
/** No frame of a direction after this one meets a fault. */
const LAST_FAULT = 40;

/** What one end has received, as RFC 9768 §3.2.1 begins to count. */
class Counted {
  packets = 5;
  ce = 0;
  ect0 = 1;
  ect1 = 1;
  private initial = -1;
  private readonly octets = new Set<number>();
  private next = 0;
  private lastAcknowledged = 0;
  private recent: number | undefined;
  /** The handshake's last ACK is due, which tells of the SYN-ACK. */
  synAckCame = false;

  /** A segment has come. @param codepoint as the medium has left it */
  arrives(segment: WireSegment, codepoint: number): void {
    if (segment.syn) {
      if (this.initial < 0) this.next = 1;
      this.initial = segment.sequence;
      this.synAckCame = segment.ack;
      this.recent ??= timestamps(segment)?.value;
      return;
    }
    const start = after(this.initial, segment.sequence);
    if (!this.isTaken(segment, start)) return;
    if (codepoint === CE) this.packets++;
    const bytes = segment.payload.length;
    if (codepoint === CE) this.ce += bytes;
    if (codepoint === ECT_0) this.ect0 += bytes;
    if (codepoint === ECT_1) this.ect1 += bytes;
    for (let at = start; at < start + segment.length; at++) this.octets.add(at);
    while (this.octets.has(this.next)) this.next++;
  }

  leaves(segment: WireSegment): void {
    if (segment.ack && this.initial >= 0) this.lastAcknowledged = after(this.initial, segment.acknowledgment);
  }

  /** RFC 9293 §3.10.7.4 with a window that is never full, and RFC 7323 §5.3. */
  private isTaken(segment: WireSegment, start: number): boolean {
    const stamp = timestamps(segment)?.value;
    if (stamp !== undefined && this.recent !== undefined && offset(this.recent, stamp) < 0) return false;
    const isNew = segment.length > 0 ? start + segment.length > this.next : start >= this.next;
    if (isNew && start <= this.lastAcknowledged && stamp !== undefined) this.recent = stamp;
    return isNew;
  }
}

interface Case {
  readonly faults: readonly ListedFault[];
  readonly bytes: { readonly client: number; readonly server: number };
  readonly tcp: Partial<TcpSettings>;
  readonly seed: number;
}

interface Understood {
  readonly packets: number;
  readonly ce: number;
  readonly ect0: number;
  readonly ect1: number;
}

interface Outcome {
  /** What each has received, and what the other has understood of that. */
  readonly ends: readonly { readonly received: Counted; readonly understood: Understood }[];
  readonly marksDelivered: number;
  readonly optionsSeen: number;
}

/**
 * Both send what they have; and when all is quiet and no fault can come any more each sends a little, so that the other
 * tells where it stands.
 */
function converse({ faults, bytes, tcp, seed }: Case): Outcome {
  const world = new World({ seed, slabBytes: 1 << 20, observer: (clock) => new Recorder(clock, { kinds: [] }) });
  // Two lost segments that had the option would be reason enough to go without it: RFC 9768 §3.2.3.2.2.
  const settings = {
    tcp: { accurateEcn: 'request', ecnFallback: false, sendBufferBytes: 1 << 18, receiveBufferBytes: 1 << 18, ...tcp },
  };
  const client = world.host('client', { settings } as Parameters<World['host']>[1]);
  const server = world.host('server', { settings } as Parameters<World['host']>[1]);
  world.link(
    { host: client, addresses: ['10.0.0.1/24'] },
    { host: server, addresses: ['10.0.0.2/24'] },
    { delay: '10ms', rate: '10Mbit/s', faults },
  );
  const oracle = new Oracle(world.observer as Recorder);
  const sockets = connect(client, server);
  const send = (host: VirtualHost, count: number): void => {
    if (count > 0) expect(host.sockets.send(sockets.get(host)!, new Uint8Array(count))).toBe(count);
  };
  const run = (): void => {
    while (world.time.nextTime < world.now + 100 * SECOND && world.step()) {}
  };
  run();
  send(client, bytes.client);
  send(server, bytes.server);
  run();
  let least: number;
  do {
    least = Math.min(...oracle.framesSent.values());
    for (const host of [client, server, client]) {
      send(host, LAST_BYTES);
      run();
    }
  } while (least < LAST_FAULT);
  const understood = (host: VirtualHost): Understood => {
    const [connection] = [...host.tcp.connections];
    expect(connection!.ecn.feedback).toBe('accurate');
    const { cePackets, ceBytes, ect0Bytes, ect1Bytes } = connection!.ecn.accurate!.reported;
    return { packets: cePackets, ce: ceBytes, ect0: ect0Bytes, ect1: ect1Bytes };
  };
  return {
    ends: [
      { received: oracle.of('client'), understood: understood(server) },
      { received: oracle.of('server'), understood: understood(client) },
    ],
    marksDelivered: oracle.marksDelivered,
    optionsSeen: oracle.optionsSeen,
  };
}

function connect(client: VirtualHost, server: VirtualHost): ReadonlyMap<VirtualHost, number> {
  const sockets = new Map<VirtualHost, number>();
  const into = new Uint8Array(1 << 16);
  const reads = (host: VirtualHost, socket: number): void => {
    sockets.set(host, socket);
    host.sockets.watch(socket, () => {
      while (host.sockets.recv(socket, into) > 0) {}
    });
  };
  const listening = server.sockets.socket(the.AF_INET, the.SOCK_STREAM);
  server.sockets.bind(listening, ipAddress('10.0.0.2'), PORT);
  server.sockets.listen(listening, 1);
  server.sockets.watch(listening, () => {
    const socket = server.sockets.accept(listening);
    if (socket >= 0) reads(server, socket);
  });
  const socket = client.sockets.socket(the.AF_INET, the.SOCK_STREAM);
  reads(client, socket);
  client.sockets.connect(socket, ipAddress('10.0.0.2'), PORT);
  return sockets;
}

/** Counts at both ends, and compares each segment that leaves with what its end has counted. */
class Oracle {
  marksDelivered = 0;
  optionsSeen = 0;
  private readonly marked = new Set<number>();
  /** Segments that each has sent. */
  readonly framesSent = new Map([
    ['client', 0],
    ['server', 0],
  ]);
  private readonly counted = new Map([
    ['client', new Counted()],
    ['server', new Counted()],
  ]);

  constructor(recorder: Recorder) {
    recorder.listen((event) => this.hear(event));
  }

  of(host: string): Counted {
    return this.counted.get(host)!;
  }

  private hear(event: TraceEvent): void {
    if (event.kind === 'frame-marked') this.marked.add(event.serial);
    if (event.kind !== 'frame-sent' && event.kind !== 'frame-delivered') return;
    const { segment } = readFrame(event.bytes);
    if (segment === undefined) return;
    if (event.kind === 'frame-sent') {
      const host = hostOf(event.direction.from);
      this.framesSent.set(host, this.framesSent.get(host)! + 1);
      this.compare(this.of(host), segment);
      return;
    }
    const isMarked = this.marked.has(event.serial);
    if (isMarked) this.marksDelivered++;
    // What a sender set is still there, unless the medium marked it: it has not to be read from the frame.
    this.of(hostOf(event.direction.to)).arrives(segment, isMarked ? CE : segment.ecn);
  }

  private compare(counted: Counted, segment: WireSegment): void {
    counted.leaves(segment);
    if (segment.syn) return;
    const field = (segment.ae ? 4 : 0) + (segment.cwr ? 2 : 0) + (segment.ece ? 1 : 0);
    if (counted.synAckCame) {
      // RFC 9768 §3.2.2.1: the ACK of a SYN-ACK tells of that one's codepoint, here not-ECT or ECT.
      counted.synAckCame = false;
      expect([2, 3, 4]).toContain(field);
    } else expect(field, 'ACE').toBe(counted.packets % 8);
    this.compareOption(counted, segment);
  }

  private compareOption(counted: Counted, segment: WireSegment): void {
    const { ect0, ce, ect1 } = counted;
    for (const [kind, wanted] of [
      [ACCURATE_ECN_0, [ect0, ce, ect1]],
      [ACCURATE_ECN_1, [ect1, ce, ect0]],
    ] as const) {
      const data = option(segment, kind);
      if (data === undefined) continue;
      this.optionsSeen++;
      for (let place = 0; 3 * place < data.length; place++) {
        const value = data[3 * place]! * 65_536 + data[3 * place + 1]! * 256 + data[3 * place + 2]!;
        expect(value, `counter ${place} of option ${kind}`).toBe(wanted[place]! % 2 ** 24);
      }
    }
  }
}

/** The handshake is another matter: RFC 9768 §3.2.2.1. */
const HANDSHAKE_FRAMES = 2;

/** The same thing happens to several frames in a row: so many ACKs may be lost that the ACE field goes round. */
const burst = (actions: readonly string[]): fc.Arbitrary<ListedFault[]> =>
  fc
    .record({
      direction: fc.constantFrom('aToB' as const, 'bToA' as const),
      first: fc.integer({ min: 1 + HANDSHAKE_FRAMES, max: LAST_FAULT }),
      length: fc.oneof(fc.constant(1), fc.integer({ min: 2, max: 16 })),
      action: fc.constantFrom(...actions),
      frames: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ direction, first, length, action, frames }) =>
      Array.from(
        { length: Math.min(length, LAST_FAULT + 1 - first) },
        (_, index) =>
          ({
            direction,
            match: { protocol: 'tcp', nth: first + index },
            action,
            ...(action === 'reorder' ? { frames } : {}),
          }) as ListedFault,
      ),
    );

/** So many losses that no connection dies of them. */
const survivable = (faults: readonly ListedFault[]): ListedFault[] => {
  let drops = 0;
  return faults.filter(({ action }) => action !== 'drop' || drops++ < MOST_DROPS);
};

const someCase = (actions: readonly string[]): fc.Arbitrary<Case> =>
  fc.record({
    faults: fc.array(burst(actions), { maxLength: 20, size: 'max' }).map((bursts) => survivable(bursts.flat())),
    bytes: fc.record({ client: fc.integer({ min: 0, max: 60_000 }), server: fc.integer({ min: 0, max: 60_000 }) }),
    tcp: fc.record(
      {
        ecnControlPackets: fc.boolean(),
        ecnCodepoint: fc.constant('ect1' as const),
        timestamps: fc.boolean(),
        congestionControl: fc.constantFrom('reno', 'dctcp'),
        delayedAck: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    seed: fc.constant(1),
  });

/**
 * An ACK that acknowledges nothing new is told from one that is out of date only by timestamps (RFC 9768 appendix A.1).
 * Without them the ACKs that eight marked ACKs draw are passed over, and the counter goes round unnoticed.
 */
const ordersAcks = ({ timestamps: has = true, ecnControlPackets = false }: Partial<TcpSettings>): boolean =>
  has || !ecnControlPackets;

test('RFC 9768 §3.2: without loss every mark is told to its sender, packet for packet and octet for octet', () => {
  let marks = 0;
  fc.assert(
    fc.property(someCase(['mark']), (drawn) => {
      const { ends, marksDelivered, optionsSeen } = converse(drawn);
      for (const { received, understood } of ends) {
        const { packets, ce, ect0, ect1 } = received;
        if (ordersAcks(drawn.tcp)) expect(understood).toEqual({ packets, ce, ect0, ect1 });
        else
          expect({ ...understood, packets: understood.packets % 8 }).toEqual({ packets: packets % 8, ce, ect0, ect1 });
      }
      expect(optionsSeen).toBeGreaterThan(0);
      marks += marksDelivered;
    }),
    runs(40),
  );
  expect(marks).toBeGreaterThan(200);
});

test('RFC 9768 §3.2: under loss and reordering octets are told in the end, and packets modulo 8 and never too few', () => {
  let marks = 0;
  fc.assert(
    fc.property(someCase(['mark', 'mark', 'drop', 'reorder']), (drawn) => {
      const { ends, marksDelivered } = converse(drawn);
      for (const { received, understood } of ends) {
        const { packets, ce, ect0, ect1 } = received;
        expect(understood).toMatchObject({ ce, ect0, ect1 });
        expect(understood.packets % 8).toBe(packets % 8);
        if (ordersAcks(drawn.tcp)) expect(understood.packets).toBeGreaterThanOrEqual(packets);
      }
      marks += marksDelivered;
    }),
    runs(60),
  );
  expect(marks).toBeGreaterThan(200);
});

test('RFC 9768 §3.2.2.5.2: by the ACE field alone packets are told modulo 8, and those of data never too few', () => {
  fc.assert(
    fc.property(someCase(['mark', 'mark', 'drop', 'reorder']), (drawn) => {
      const { ends, optionsSeen } = converse({ ...drawn, tcp: { ...drawn.tcp, accurateEcnOption: 'off' } });
      for (const { received, understood } of ends) {
        expect(understood).toMatchObject({ ce: 0 });
        expect(understood.packets % 8).toBe(received.packets % 8);
        if (drawn.tcp.ecnControlPackets !== true) expect(understood.packets).toBeGreaterThanOrEqual(received.packets);
      }
      expect(optionsSeen).toBe(0);
    }),
    runs(40),
  );
});
