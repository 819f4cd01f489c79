/**
 * Plays a scenario synchronously in a world of two hosts, and asks every checker after every event.
 */
import type { IpAddress } from '../../src/layers/address.ts';
import { isLinkLocal } from '../../src/layers/address.ts';
import { MILLISECOND, SECOND } from '../../src/layers/clock.ts';
import type { VirtualHost } from '../../src/sim/virtual-host.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import { errorCodeOf } from '../../src/sockets/errno.ts';
import { hostOf, type TraceEvent } from '../../src/trace/events.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { inject } from './intruder.ts';
import { acknowledging } from './invariants/acknowledging.ts';
import { congestion } from './invariants/congestion.ts';
import { congestionWindow } from './invariants/congestion-window.ts';
import { counting } from './invariants/counting.ts';
import { ecn } from './invariants/ecn.ts';
import { Violation } from './invariants/laws.ts';
import {
  type Checker,
  type Delivery,
  Followed,
  fieldsOf,
  otherSide,
  peerOf,
  type Run,
  reach,
  type Side,
  type Step,
} from './invariants/model.ts';
import { atRest, expectedEnd, frameLimit, serviceKept } from './invariants/outcome.ts';
import { reopens } from './invariants/reopening.ts';
import { replies } from './invariants/replies.ts';
import { segments } from './invariants/segments.ts';
import { sequenceSpace } from './invariants/sequence-space.ts';
import { states } from './invariants/states.ts';
import { timers } from './invariants/timers.ts';
import { noteDelivery, noteEmission } from './invariants/tracking.ts';
import { after, readFrame, type WireFrame, type WireSegment } from './invariants/wire.ts';
import type { Scenario } from './scenario.ts';
import { ScenarioProgram } from './scenario-program.ts';

const CLIENT_PORT = 4000;
const SERVER_PORT = 5000;
const HEADER = 14;
const EVENTS_PER_INSTANT = 20_000;
/** Numbers of one connection's incarnations lie so far apart that no old segment fits the next (RFC 9293 §3.4.1). */
const BETWEEN_INCARNATIONS = 0x0400_0000;

export interface Outcome {
  /** What was reached, by name, and how often. */
  readonly reached: ReadonlyMap<string, number>;
  /** Bytes read and how each program ended, by side and connection. */
  readonly programs: readonly {
    readonly name: string;
    readonly read: number;
    readonly written: number;
    readonly ending: string;
  }[];
  /** Every segment sent, in numbers relative to the initial ones. */
  readonly trace: readonly string[];
  readonly frames: number;
  /** Two changes of one frame cancelled each other in the checksum: nobody can be blamed, and the run was given up. */
  readonly isUndetectable: boolean;
  readonly events: readonly TraceEvent[];
}

/** Damage that the Internet checksum does not show. */
class Undetectable extends Error {}

export interface PlayOptions {
  /** Keeps the events for a ladder; given to `failed` with the error if the run breaks a law. */
  readonly keepEvents?: boolean;
  readonly failed?: (events: readonly TraceEvent[]) => void;
}

/** @throws {Violation} when an invariant is broken */
export function play(scenario: Scenario, options: PlayOptions = {}): Outcome {
  const stage = new Stage(scenario, options.keepEvents ?? false);
  let isUndetectable = false;
  try {
    stage.run();
  } catch (error) {
    if (!(error instanceof Undetectable)) {
      options.failed?.(stage.recorder.events());
      throw error;
    }
    isUndetectable = true;
  }
  return stage.outcome(isUndetectable);
}

class Stage implements Run {
  readonly world: World;
  readonly recorder: Recorder;
  readonly sides: readonly [Side, Side];
  step: Step;
  readonly reached: Map<string, number> = new Map();
  readonly hasIntruder: boolean;
  readonly choosesNumbers: boolean;
  private readonly scenario: Scenario;
  private readonly checkers: readonly Checker[];
  private readonly programs: [ScenarioProgram[], ScenarioProgram[]] = [[], []];
  private readonly pristine: Map<number, Uint8Array> = new Map();
  private readonly damaged: Map<number, 'harmless' | 'covered'> = new Map();
  private readonly trace: string[] = [];
  private frames = 0;
  /** Who has sent a reset. */
  private readonly resetters: Set<Side> = new Set();
  /** Hosts that have asked for their neighbour's address and have heard nothing. */
  private readonly resolving: Set<Side> = new Set();
  private listening = -1;
  private begun = 0;

  constructor(scenario: Scenario, keepEvents: boolean) {
    this.scenario = scenario;
    this.hasIntruder = (scenario.injections?.length ?? 0) > 0;
    this.choosesNumbers = scenario.starts === null;
    this.step = freshStep();
    this.checkers = [
      sequenceSpace(),
      segments(),
      replies(),
      timers(),
      acknowledging(),
      states(),
      congestion(),
      congestionWindow(),
      counting(),
      ecn(),
    ];
    this.world = new World({
      seed: scenario.seed,
      eventsPerInstant: EVENTS_PER_INSTANT,
      slabBytes: 1 << 20,
      observer: (clock) => new Recorder(clock, keepEvents ? {} : { kinds: [] }),
    });
    this.recorder = this.world.observer as Recorder;
    this.recorder.listen((event) => this.hear(event));
    const [client, server] = [this.host('client'), this.host('server')];
    this.sides = [
      { name: 'client', host: client, connections: [] },
      { name: 'server', host: server, connections: [] },
    ];
    const { link, mtu, faults } = scenario;
    this.world.link(
      { host: client, mtu: mtu.client },
      { host: server, mtu: mtu.server },
      { delay: `${link.delayMs}ms`, faults, ...(link.rate === null ? {} : { rate: link.rate }) },
    );
  }

  run(): void {
    const { world, scenario } = this;
    world.time.schedule(0, { fire: () => this.begin() });
    for (const injection of scenario.injections ?? []) {
      world.time.schedule(injection.atMs * MILLISECOND, { fire: () => inject(this, this.recorder, injection) });
    }
    const latest = expectedEnd(scenario);
    const most = frameLimit(scenario);
    for (;;) {
      this.step = freshStep();
      if (world.time.nextTime > latest && !this.isOver()) {
        if (this.isForsaken()) return;
        const waiting = this.programs.flat().filter(({ ending }) => ending === undefined);
        throw new Violation(46, `at ${latest / SECOND} s ${waiting.length} programs still wait`);
      }
      if (!world.step()) break;
      for (const checker of this.checkers) checker.after?.(this);
      if (this.frames > most) throw new Violation(48, `${this.frames} frames, and ${most} are plenty`);
    }
    if (!this.isOver()) throw new Violation(46, 'nothing can happen any more, and a program still waits');
    for (const checker of this.checkers) checker.end?.(this);
    serviceKept(scenario, this.programs, world.links[0]!.faultsApplied);
    atRest(this);
  }

  outcome(isUndetectable: boolean): Outcome {
    const programs = this.programs.flatMap((all, side) =>
      all.map(({ read, written, ending }, index) => ({
        name: `${side === 0 ? 'client' : 'server'}#${index}`,
        read,
        written,
        ending: ending ?? 'none',
      })),
    );
    const { reached, trace, frames } = this;
    return { reached, programs, trace, frames, isUndetectable, events: this.recorder.events() };
  }

  // ---- the programs ----

  private host(name: 'client' | 'server'): VirtualHost {
    const { starts, settings, apart = BETWEEN_INCARNATIONS } = this.scenario;
    let count = 0;
    return this.world.host(name, {
      settings: { tcp: settings[name] },
      initialSequenceNumber: starts === null ? undefined : () => (starts[name] + apart * count++) | 0,
    } as Parameters<World['host']>[1]);
  }

  private address(side: Side): IpAddress {
    return side.host.addresses.find(
      ({ address, networkInterface }) =>
        !networkInterface.isLoopback && !isLinkLocal(address) && address.family === this.scenario.family,
    )!.address;
  }

  private begin(): void {
    const [client, server] = this.sides;
    if (this.scenario.simultaneous) {
      this.connect(client, server, CLIENT_PORT, SERVER_PORT);
      this.connect(server, client, SERVER_PORT, CLIENT_PORT);
      return;
    }
    const { sockets } = server.host;
    this.listening = sockets.socket(this.domain, the.SOCK_STREAM);
    sockets.bind(this.listening, this.address(server), SERVER_PORT);
    sockets.listen(this.listening, 2);
    sockets.watch(this.listening, () => this.accept(server));
    this.connect(client, server, CLIENT_PORT, SERVER_PORT);
  }

  private get domain(): number {
    return this.scenario.family === 4 ? the.AF_INET : the.AF_INET6;
  }

  private accept(side: Side): void {
    for (;;) {
      if (this.listening < 0) return;
      const socket = side.host.sockets.accept(this.listening);
      if (socket < 0) return;
      const connection = side.connections.find(({ block, program }) => block.wasEstablished && program === undefined)!;
      this.start(side, socket, connection.incarnation, connection);
    }
  }

  private connect(from: Side, to: Side, localPort: number, remotePort: number): void {
    const { sockets } = from.host;
    const socket = sockets.socket(this.domain, the.SOCK_STREAM);
    sockets.setsockopt(socket, the.SOL_SOCKET, the.SO_REUSEADDR, 1);
    const bound = sockets.bind(socket, this.address(from), localPort);
    const before = from.connections.length;
    this.step.programActed = true; // may end a connection in TIME-WAIT: `timeWaitReuseOutgoing`
    const answer = bound < 0 ? bound : sockets.connect(socket, this.address(to), remotePort);
    const code = answer < 0 ? errorCodeOf(answer) : undefined;
    if (code === 'EADDRINUSE') {
      // The connection of before is still in TIME-WAIT.
      sockets.close(socket);
      const again = this.world.time.timer(() => this.connect(from, to, localPort, remotePort));
      again.arm(this.world.now + SECOND);
      return;
    }
    const connection = from.connections[before];
    if (from === this.sides[0]) this.begun++;
    this.start(from, socket, connection?.incarnation ?? -1, connection);
  }

  private start(side: Side, socket: number, incarnation: number, connection: Followed | undefined): void {
    const index = this.sides.indexOf(side) as 0 | 1;
    const peers = (): ScenarioProgram | undefined => {
      const peer = otherSide(this, side).connections.findLast(
        (other) => other.incarnation === incarnation && other.program !== undefined,
      );
      return peer?.program as ScenarioProgram | undefined;
    };
    const program = new ScenarioProgram({
      name: `${side.name}, connection ${incarnation}`,
      world: this.world,
      core: side.host.sockets,
      socket,
      operations: this.scenario[side.name as 'client' | 'server'],
      incarnation,
      isFirstSide: index === 0,
      peerOffered: () => peers()?.offered ?? 0,
      peerEnd: () => {
        const peer = peers();
        return peer?.hasEnded === true ? peer.written : undefined;
      },
      acts: (aborts) => {
        this.step.programActed = true;
        this.step.programAborted ||= aborts;
      },
      ended: () => this.programEnded(side),
    });
    this.programs[index].push(program);
    if (connection !== undefined) connection.program = program;
    program.run();
  }

  private programEnded(side: Side): void {
    if (side !== this.sides[0] || this.scenario.simultaneous) {
      this.stopListening();
      return;
    }
    if (this.begun < this.scenario.incarnations) {
      const next = this.world.time.timer(() => this.connect(this.sides[0], this.sides[1], CLIENT_PORT, SERVER_PORT));
      next.arm(this.world.now + MILLISECOND);
    }
    this.stopListening();
  }

  /** Nobody will connect any more: the listener goes, and with it what waits there. */
  private stopListening(): void {
    const [clients, servers] = this.programs;
    const clientsAreDone =
      this.begun >= this.scenario.incarnations && clients.every(({ ending }) => ending !== undefined);
    if (!clientsAreDone || servers.some(({ ending }) => ending === undefined) || this.listening < 0) return;
    const socket = this.listening;
    this.listening = -1;
    this.step.programActed = true;
    this.sides[1].host.sockets.close(socket);
  }

  /**
   * Two limits of TCP's own: a reset is sent once, and if it is lost, who has nothing to send never learns of it (RFC 9293
   * §3.5.1); and an abort in LAST-ACK or CLOSING sends none (§3.10.5), though its FIN may be lost.
   */
  private isForsaken(): boolean {
    const live = this.sides.flatMap(({ connections }) => connections).filter(({ block }) => block.state !== 'CLOSED');
    const [left] = live;
    if (left === undefined || live.length > 1 || !['ESTABLISHED', 'FIN-WAIT-2'].includes(left.block.state))
      return false;
    if (left.block.sndUna !== left.block.sndNxt || left.block.unsentBytes > 0) return false;
    const gone = peerOf(this, left);
    if (gone === undefined) return false;
    const mayAbort = [...this.scenario.client, ...this.scenario.server].some((each) => each.do === 'abort');
    const isForsaken = this.resetters.has(gone.side) || (mayAbort && gone.finSentAtOffset >= 0);
    if (isForsaken) reach(this, `forsaken in ${left.block.state}`);
    return isForsaken;
  }

  private isOver(): boolean {
    if (this.begun < this.scenario.incarnations) return false;
    return this.programs.flat().every(({ ending }) => ending !== undefined);
  }

  // ---- what happens ----

  private hear(event: TraceEvent): void {
    switch (event.kind) {
      case 'frame-sent':
        this.pristine.set(event.serial, event.bytes);
        this.sent(event.direction.from, event.bytes);
        return;
      case 'frame-duplicated':
        this.pristine.set(event.copySerial, this.pristine.get(event.serial) ?? event.bytes);
        if (this.damaged.has(event.serial)) this.damaged.set(event.copySerial, this.damaged.get(event.serial)!);
        reach(this, 'fault duplicate');
        return;
      case 'frame-corrupted':
        this.damaged.set(event.serial, damageOf(this.pristine.get(event.serial)!, event.bytes));
        reach(this, `fault ${event.detail.includes('truncate') ? 'truncate' : 'corrupt'}`);
        return;
      case 'frame-marked':
        // No damage: a router may do that. A frame that is damaged already stays what its sender made it.
        if (!this.damaged.has(event.serial)) this.pristine.set(event.serial, event.bytes);
        reach(this, 'fault mark');
        return;
      case 'frame-delayed':
        reach(this, 'fault delay');
        return;
      case 'frame-dropped':
        reach(this, 'fault drop');
        return;
      case 'frame-delivered':
        this.delivered(event.direction.to, event.serial, event.bytes);
        return;
      case 'host-drop':
        reach(this, `drop ${event.reason}`);
        return;
      case 'tcp-state':
        this.stateChanged(event.host, event.connection.serial, event.from, event.to);
        return;
      case 'tcp-timer': {
        const connection = this.find(event.host, event.connection.serial);
        if (event.what !== 'fired' || connection === undefined) return;
        this.step.timersFired.push(event.timer);
        for (const checker of this.checkers) checker.timer?.(this, connection, event.timer);
        return;
      }
      case 'tcp-retransmit': {
        const connection = this.find(event.host, event.connection.serial);
        reach(this, `retransmission ${event.reason}`);
        if (connection === undefined) return;
        if (event.reason === 'probe') connection.probed.add(after(connection.block.iss, event.sequence));
        this.step.retransmissions.push({ connection, reason: event.reason, sequence: event.sequence >>> 0 });
      }
    }
  }

  private side(host: string): Side | undefined {
    return this.sides?.find(({ name }) => name === host);
  }

  private find(host: string, serial: number): Followed | undefined {
    return this.side(host)?.connections.find((connection) => connection.serial === serial);
  }

  private stateChanged(host: string, serial: number, from: string, to: string): void {
    const side = this.side(host)!;
    let connection = this.find(host, serial);
    if (connection === undefined) {
      const block = [...side.host.tcp.connections].find(({ identity }) => identity.serial === serial)!;
      const syn = this.step.delivery?.segment;
      const incarnation = block.active
        ? side.connections.filter((other) => other.block.active).length
        : (otherSide(this, side).connections.findLast((other) => other.block.iss >>> 0 === syn?.sequence)
            ?.incarnation ?? -1);
      connection = new Followed(side, block, incarnation, this.world.now);
      side.connections.push(connection);
      for (const checker of this.checkers) checker.born?.(this, connection);
      if (!block.active && syn !== undefined) noteDelivery(connection, syn);
    }
    for (const checker of this.checkers) checker.transition?.(this, connection, from, to);
  }

  private sent(interfaceName: string, bytes: Uint8Array): void {
    const side = this.side(hostOf(interfaceName));
    if (side === undefined) return;
    this.frames++;
    const frame = readFrame(bytes);
    if (frame.kind === 'arp' || (frame.kind === 'icmp' && this.scenario.family === 6)) {
      this.step.askedNeighbour = true;
      if (asksForNeighbour(bytes)) this.resolving.add(side);
    }
    if (!frame.isValid) throw new Violation(21, `${interfaceName} sends a ${frame.kind} frame that does not verify`);
    if (frame.segment === undefined) return;
    const { segment } = frame;
    if (segment.rst) this.resetters.add(side);
    const waitedFor = this.step.delivery?.frame.kind;
    const hadWaited = waitedFor === 'arp' || waitedFor === 'icmp';
    const emission = {
      side,
      segment,
      frameLength: bytes.length,
      packetLength: frame.packetLength,
      connection: side.connections.findLast(
        ({ block }) =>
          block.state !== 'CLOSED' &&
          block.identity.localPort === segment.sourcePort &&
          block.identity.remotePort === segment.destinationPort &&
          // What waited may be of the connection before.
          !(hadWaited && after(block.iss, segment.sequence) >= BETWEEN_INCARNATIONS / 2),
      ),
      hadWaited,
    };
    this.step.emissions.push(emission);
    this.noteTrace(side, segment, emission.connection);
    this.noteWrap(segment);
    for (const checker of this.checkers) checker.emission?.(this, emission);
    if (emission.connection !== undefined) noteEmission(emission.connection, segment, this.world.now);
  }

  private delivered(interfaceName: string, serial: number, bytes: Uint8Array): void {
    const side = this.side(hostOf(interfaceName))!;
    const damage = this.damaged.get(serial) ?? 'none';
    const frame = readFrame(bytes);
    if (frame.kind === 'icmp') this.step.icmpArrived = true;
    // The connection that a damaged frame was meant for must not notice it.
    const meant: WireFrame = damage === 'covered' ? readFrame(this.pristine.get(serial)!) : frame;
    const { segment } = meant;
    const found =
      segment === undefined
        ? undefined
        : side.connections.findLast(
            ({ block }) =>
              block.state !== 'CLOSED' &&
              block.identity.localPort === segment.destinationPort &&
              block.identity.remotePort === segment.sourcePort,
          );
    // A SYN that opens a connection anew is the listener's.
    const isListeners =
      found !== undefined && side === this.sides[1] && this.listening >= 0 && reopens(found, frame.segment ?? segment!);
    if (isListeners) reach(this, 'TIME-WAIT reused');
    const connection = isListeners && damage !== 'covered' ? undefined : found;
    const delivery: Delivery = {
      side,
      frame,
      segment: damage === 'covered' ? undefined : segment,
      serial,
      connection,
      before: connection === undefined ? undefined : fieldsOf(connection.block),
      smss: connection?.block.smss ?? 0,
      flightSize: connection === undefined ? 0 : after(connection.block.sndUna, connection.block.sndNxt),
      damage,
    };
    this.step.delivery = delivery;
    // What is sent before the neighbour has answered waits with the frame that asked for it.
    if (this.resolving.has(side)) this.step.askedNeighbour = true;
    if (frame.kind === 'arp' || (frame.kind === 'icmp' && this.scenario.family === 6)) this.resolving.delete(side);
    for (const checker of this.checkers) checker.delivery?.(this, delivery);
    if (connection !== undefined && delivery.segment !== undefined) noteDelivery(connection, delivery.segment);
  }

  /** Whether a segment reaches over 2^31 or 2^32, and with what. */
  private noteWrap(segment: WireSegment): void {
    const last = segment.sequence + segment.length;
    if (segment.length === 0) return;
    const wrap = [2 ** 31, 2 ** 32].find((place) => segment.sequence < place && last >= place);
    if (wrap === undefined) return;
    const what = segment.syn ? 'handshake' : segment.fin && last - wrap <= 1 ? 'FIN' : 'data';
    reach(this, `wrap at 2^${Math.log2(wrap)} in ${what}`);
  }

  private noteTrace(side: Side, segment: WireSegment, connection: Followed | undefined): void {
    const iss = connection?.block.iss ?? segment.sequence;
    const irs = connection?.peerSyn?.sequence ?? segment.acknowledgment;
    const flags = [segment.syn, segment.fin, segment.rst, segment.psh, segment.ack].map(Number).join('');
    const acknowledged = segment.ack ? after(irs, segment.acknowledgment) : 0;
    this.trace.push(
      `${this.world.now} ${side.name} ${flags} ${after(iss, segment.sequence)} ${acknowledged} ${segment.window} ${segment.payload.length}`,
    );
  }
}

/** An ARP request, or a neighbour solicitation, for somebody else's address: what is to be sent there waits. */
function asksForNeighbour(bytes: Uint8Array): boolean {
  const isArp = bytes[12] === 0x08 && bytes[13] === 0x06;
  if (!isArp) return bytes[HEADER + 40] === 135 && bytes.subarray(HEADER + 8, HEADER + 24).some((byte) => byte !== 0);
  const [sender, target] = [bytes.subarray(HEADER + 14, HEADER + 18), bytes.subarray(HEADER + 24, HEADER + 28)];
  return bytes[HEADER + 7] === 1 && target.some((byte, at) => byte !== sender[at]);
}

const freshStep = (): Step => ({
  delivery: undefined,
  emissions: [],
  programActed: false,
  programAborted: false,
  timersFired: [],
  retransmissions: [],
  icmpArrived: false,
  askedNeighbour: false,
});

/** Whether a change is in what some checksum or address covers, and can be told. */
function damageOf(before: Uint8Array, now: Uint8Array): 'harmless' | 'covered' {
  const { packetLength, kind } = readFrame(before);
  if (kind === 'arp' || kind === 'other') return 'harmless';
  const end = HEADER + packetLength;
  if (now.length < end) return 'covered';
  const changed = [...before.keys()].filter(
    (at) => at < now.length && before[at] !== now[at] && isCovered(before, at, end),
  );
  if (changed.length > 1 && readFrame(now).isValid) throw new Undetectable();
  return changed.length === 0 ? 'harmless' : 'covered';
}

/** Padding and the sender's MAC address are nobody's; IPv6 leaves traffic class, flow label and hop limit uncovered. */
function isCovered(frame: Uint8Array, at: number, end: number): boolean {
  if (at >= end || (at >= 6 && at < 12)) return false;
  const isIpv6 = frame[12] === 0x86;
  return !(isIpv6 && ((at >= HEADER && at < HEADER + 4) || at === HEADER + 7));
}
