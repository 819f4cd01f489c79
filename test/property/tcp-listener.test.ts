/**
 * Invariant 40: a listener's queues stay within their bounds whatever comes, and a SYN never disturbs a connection that
 * is established; no forged ACK makes a connection; and with SYN cookies a client gets in through any flood.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Connection } from '../../src/layers/transport/tcp/connection.ts';
import type { Listener } from '../../src/layers/transport/tcp/listener.ts';
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import { Conversation } from '../unit/layers/transport/tcp/conversation.ts';
import { difference, fieldsOf } from './invariants/model.ts';
import { runs } from './runs.ts';

/** What comes to the listener's port. Ports below 100 are of clients that answer, the others of a flood that does not. */
type Event =
  | {
      readonly does: 'syn';
      readonly port: number;
      readonly sequence: number;
      readonly options: string;
      readonly bytes: number;
    }
  | { readonly does: 'answer'; readonly port: number }
  | {
      readonly does: 'forge';
      readonly port: number;
      readonly flags: string;
      readonly sequence: number;
      readonly ack: number;
    }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'accept' };

const OPTIONS = [
  'mss 1460',
  'mss 1460,sackOK,TS val 77 ecr 0,nop,wscale 7',
  'mss 88',
  'mss 40',
  'nop',
  'mss 1460,nop,nop,FO',
  'mss 1460,nop,nop,FO 0011223344556677',
];
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }));
const anyPort = fc.oneof(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 100, max: 140 }));

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      does: fc.constant('syn' as const),
      port: anyPort,
      sequence: number,
      options: fc.constantFrom(...OPTIONS),
      bytes: fc.constantFrom(0, 0, 10),
    }),
  },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('answer' as const), port: fc.integer({ min: 1, max: 6 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('forge' as const),
      port: anyPort,
      flags: fc.constantFrom('.', 'P', 'F.', 'S.', 'R', 'R.'),
      sequence: number,
      ack: number,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.constantFrom(1, 900, 5000, 70_000, 200_000) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('accept' as const) }) },
);

interface World {
  readonly backlog: number;
  readonly settings: Partial<TcpSettings>;
  readonly events: readonly Event[];
}

const world: fc.Arbitrary<World> = fc.record({
  backlog: fc.integer({ min: 1, max: 3 }),
  settings: fc.record({
    synBacklog: fc.integer({ min: 1, max: 4 }),
    synCookies: fc.constantFrom('off' as const, 'pressure' as const, 'always' as const),
    timestamps: fc.boolean(),
    selectiveAcknowledgment: fc.boolean(),
    windowScaling: fc.boolean(),
    queueSynText: fc.boolean(),
    fastOpenServer: fc.boolean(),
    fastOpenPending: fc.constantFrom(0, 2),
  }),
  events: fc.array(event, { maxLength: 60, size: 'max' }),
});

/** A SYN-ACK that a client has got. */
interface Handshake {
  readonly ours: number;
  readonly theirs: number;
  readonly stamp: number | undefined;
}

class Play {
  readonly peer: Conversation;
  readonly listener: Listener;
  readonly accepted: Connection[] = [];
  /** The SYN-ACKs that wait for their client's answer, by port. */
  readonly handshakes: Map<number, Handshake> = new Map();
  /** Ports whose client has answered. */
  readonly answered: Set<number> = new Set();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.peer = new Conversation({ start: -500, settings: world.settings });
    this.listener = this.peer.listen(world.backlog);
  }

  run(): void {
    for (const each of this.world.events) {
      const before = this.accepted.map(({ block }) => fieldsOf(block));
      this.perform(each);
      this.bounds();
      if (each.does === 'syn') this.undisturbed(before);
    }
  }

  private perform(each: Event): void {
    const { peer } = this;
    switch (each.does) {
      case 'syn': {
        const { port, sequence, bytes, options } = each;
        peer.sends(`S ${sequence}:${sequence + bytes}(${bytes}) win 5000 <${options}>`, port);
        this.readAnswer(port, sequence);
        return;
      }
      case 'answer':
        this.answer(each.port);
        return;
      case 'forge': {
        const ack = each.flags.includes('.') || each.flags === 'P' ? ` ack ${each.ack}` : '';
        peer.sends(`${each.flags} ${each.sequence}:${each.sequence}(0)${ack}`, each.port);
        break;
      }
      case 'wait':
        peer.after(`${each.ms}ms`);
        break;
      case 'accept': {
        const connection = this.listener.accept();
        if (connection === undefined) return;
        this.accepted.push(connection);
        expect(this.answered.has(connection.remotePort) || connection.block.fastOpen !== undefined, peer.story()).toBe(
          true,
        );
      }
    }
    peer.takeSent();
  }

  /** A client with a low port remembers the latest SYN-ACK to the SYN that it sent last. */
  private readAnswer(port: number, sequence: number): void {
    const { peer } = this;
    if (port >= 100) {
      peer.takeSent();
      return;
    }
    for (const bytes of peer.takeAllBytes()) {
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      if (view.getUint16(2) !== port || (bytes[13]! & 0x12) !== 0x12) continue;
      if (view.getInt32(8) !== ((sequence + 1 + peer.numbers.peers) | 0)) continue;
      const at = bytes.findIndex((byte, index) => index >= 20 && byte === 8 && bytes[index + 1] === 10);
      const stamp = at < 0 || at >= (bytes[12]! >> 4) * 4 ? undefined : view.getUint32(at + 2);
      this.handshakes.set(port, { ours: view.getInt32(4), theirs: sequence, stamp });
    }
  }

  answer(port: number): void {
    const handshake = this.handshakes.get(port);
    if (handshake === undefined) return;
    const { peer } = this;
    const { ours, timestamps } = peer.numbers;
    peer.numbers.ours = handshake.ours;
    peer.numbers.timestamps = 0;
    const next = handshake.theirs + 1;
    const stamp = handshake.stamp === undefined ? '' : ` <nop,nop,TS val 78 ecr ${handshake.stamp}>`;
    this.answered.add(port);
    peer.sends(`. ${next}:${next}(0) ack 1 win 5000${stamp}`, port);
    peer.numbers.ours = ours;
    peer.numbers.timestamps = timestamps;
    peer.takeSent();
  }

  private bounds(): void {
    const { listener, peer, world } = this;
    const { synBacklog = 0 } = world.settings;
    expect(listener.pending, peer.story()).toBeLessThanOrEqual(world.backlog);
    expect(listener.halfOpenCount, peer.story()).toBeLessThanOrEqual(synBacklog);
    const open = this.accepted.filter(({ state }) => state !== 'CLOSED').length;
    expect(peer.tcp.connections.size, peer.story()).toBeLessThanOrEqual(synBacklog + world.backlog + open);
  }

  private undisturbed(before: readonly ReturnType<typeof fieldsOf>[]): void {
    this.accepted.slice(0, before.length).forEach(({ block }, index) => {
      const was = before[index]!;
      if (was.state !== 'ESTABLISHED' && was.state !== 'CLOSE-WAIT') return;
      expect(difference(was, fieldsOf(block)), this.peer.story()).toBeUndefined();
    });
  }
}

test('invariant 40: bounds hold, established connections are not disturbed, and nobody gets in without an answer', () => {
  let reached = 0;
  fc.assert(
    fc.property(world, (drawn) => {
      const play = new Play(drawn);
      play.run();
      reached += play.accepted.length;
    }),
    runs(200),
  );
  expect(reached).toBeGreaterThan(100);
});

test('RFC 4987 §3.6: with SYN cookies a client gets in behind any flood; without them a full backlog keeps it out', () => {
  const flood = fc.array(fc.record({ port: fc.integer({ min: 100, max: 60_000 }), sequence: number }), {
    minLength: 30,
    maxLength: 60,
  });
  fc.assert(
    fc.property(flood, fc.constantFrom('off' as const, 'pressure' as const, 'always' as const), (syns, synCookies) => {
      const events: Event[] = syns.map((each) => ({ ...each, does: 'syn', options: 'mss 1460', bytes: 0 }));
      const distinct = new Set(syns.map(({ port }) => port)).size;
      fc.pre(distinct >= 20);
      events.push({ does: 'syn', port: 1, sequence: 0, options: OPTIONS[1]!, bytes: 0 }, { does: 'answer', port: 1 });
      const play = new Play({ backlog: 1, settings: { synBacklog: 20, synCookies }, events });
      play.run();
      expect(play.listener.pending).toBe(synCookies === 'off' ? 0 : 1);
    }),
    runs(30),
  );
});
