/** Invariants 2, 4, 46, 47 and 48: how a run must end, how long it may take, and how much it may send. */
import type { FramePool } from '../../../src/layers/frame.ts';
import type { Memory } from '../../../src/layers/memory.ts';
import { RFC_SETTINGS } from '../../../src/layers/transport/tcp/settings.ts';
import type { Scenario } from '../scenario.ts';
import { bytesToWrite, type ScenarioProgram } from '../scenario-program.ts';
import { hold } from './laws.ts';
import type { Run } from './model.ts';

const SECOND = 1e9;
/** Fewer losses than this cannot end a connection: a SYN is sent eight times. */
const FATAL_LOSSES = 7;

const segmentsOf = (scenario: Scenario, side: 'client' | 'server'): number => {
  const other = side === 'client' ? 'server' : 'client';
  const room = Math.min(scenario.mtu.client, scenario.mtu.server) - 100;
  const smallest = Math.min(
    ...[scenario.settings[side].maximumSegmentSize, scenario.settings[other].maximumSegmentSize].map(
      (mss) => mss || room,
    ),
    ...scenario[other].map((each) => (each.do === 'set' && each.option === 'receiveBuffer' ? each.value / 2 : room)),
    ...scenario[side].map((each) => (each.do === 'set' && each.option === 'sendBuffer' ? each.value : room)),
    (scenario.settings[other].receiveBufferBytes ?? room) / 2,
    scenario.settings[side].sendBufferBytes ?? room,
    room,
  );
  const calls = scenario[side].reduce((sum, each) => sum + (each.do === 'write' ? each.calls : 1), 0);
  return Math.ceil(bytesToWrite(scenario[side]) / Math.max(1, smallest)) + calls;
};

const pausesOf = (scenario: Scenario): number =>
  [...scenario.client, ...scenario.server].reduce(
    (sum, each) => sum + (each.do === 'sleep' ? each.ms * 1e6 : each.do === 'read' ? SECOND : 0),
    0,
  );

/**
 * 46: when every program has ended at the latest. Each fault costs a retransmission timeout at most, each segment a
 * round trip and a delayed ACK, a closed window the longest pause between two probes.
 */
export function expectedEnd(scenario: Scenario): number {
  const most = Math.max(
    ...[scenario.settings.client, scenario.settings.server].map(
      (settings) => settings.retransmissionTimeoutMaximumNs ?? RFC_SETTINGS.retransmissionTimeoutMaximumNs,
    ),
  );
  const pauses = pausesOf(scenario);
  const segments = segmentsOf(scenario, 'client') + segmentsOf(scenario, 'server');
  const roundTrip = 2 * scenario.link.delayMs * 1e6 + 0.2 * SECOND;
  const lifetime = Math.max(
    ...[scenario.settings.client, scenario.settings.server].map(
      (settings) => settings.maximumSegmentLifetimeNs ?? RFC_SETTINGS.maximumSegmentLifetimeNs,
    ),
  );
  const faults = scenario.faults.length + (scenario.injections?.length ?? 0);
  const one = pauses + segments * roundTrip + (faults + 3) * 2 * most + 10 * SECOND;
  return Math.ceil(scenario.incarnations * (one + 2 * lifetime + 200 * SECOND));
}

/** 48: frames of data and their ACKs, what faults make be sent again, handshakes, probes, neighbour discovery. */
export function frameLimit(scenario: Scenario): number {
  const segments = segmentsOf(scenario, 'client') + segmentsOf(scenario, 'server');
  const faults = scenario.faults.length + (scenario.injections?.length ?? 0);
  const probes = 6 * (pausesOf(scenario) / (20 * SECOND));
  return Math.ceil(scenario.incarnations * (8 * segments + probes + faults * (60 + segments) + 200));
}

/** 2 and 4. */
export function serviceKept(
  scenario: Scenario,
  programs: readonly [readonly ScenarioProgram[], readonly ScenarioProgram[]],
  faultsApplied: readonly number[],
): void {
  const closesEarly = [...scenario.client, ...scenario.server].some(
    (each) => each.do === 'close' || each.do === 'abort',
  );
  const applied = faultsApplied.reduce((sum, count) => sum + count, 0);
  if (closesEarly || applied >= FATAL_LOSSES) return;
  const [clients, servers] = programs;
  hold(2, clients.length === scenario.incarnations && servers.length === scenario.incarnations, () => {
    return `${clients.length} clients and ${servers.length} servers ran, and the client connected ${scenario.incarnations} times`;
  });
  clients.forEach((client, index) => {
    const server = servers[index]!;
    for (const [name, one, other] of [
      ['the client', client, server],
      ['the server', server, client],
    ] as const) {
      hold(4, one.ending === 'orderly', () => `${name} of connection ${index} ended with ${one.ending}`);
      hold(2, one.read === other.written && one.endsOfStream === 1, () => {
        return `${name} has read ${one.read} of ${other.written} bytes and ${one.endsOfStream} ends of stream`;
      });
    }
    for (const [side, { written }] of [
      ['client', client],
      ['server', server],
    ] as const) {
      const wanted = bytesToWrite(scenario[side]);
      hold(2, written === wanted, () => `the ${side} has written ${written} of ${wanted} bytes`);
    }
  });
}

/** 47. */
export function atRest({ world, sides }: Run): void {
  for (const { name, host } of sides) {
    hold(47, host.tcp.connections.size === 0, () => `${name} still has ${host.tcp.connections.size} connections`);
    hold(47, host.sockets.openCount === 0, () => `${name} still has ${host.sockets.openCount} sockets open`);
  }
  hold(47, world.time.idle, () => 'something is still to happen');
  hold(47, world.pool.outstanding === 0, () => `${world.pool.outstanding} frames were never given back`);
  const { outstanding } = world.memory;
  const kept = outstanding - idleFrames(world.pool, world.memory);
  hold(47, kept === 0, () => `${kept} buffers were never given back`);
}

/** Blocks of memory that frames keep between two uses: as many as can be taken before a new one is needed. */
function idleFrames(pool: FramePool, memory: Memory): number {
  const before = memory.outstanding;
  for (let taken = 0; ; taken++) {
    pool.acquire(0, 0);
    if (memory.outstanding > before) return taken;
  }
}
