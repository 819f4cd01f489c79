/** `wirelab/node`: the modules with which Node's programs reach the network, on emulated hosts. */
import type { VirtualHost } from '../sim/virtual-host.ts';
import type { World, WorldReport } from '../sim/world.ts';
import { type NodeDgram, nodeDgram } from './dgram.ts';
import { type NodeDns, nodeDns } from './dns.ts';
import { type NodeNet, nodeNet } from './net.ts';
import { NodeTurns } from './node-turns.ts';
import { WorldTimers } from './world-timers.ts';

export type { AddressInfo } from './addresses.ts';
export type { MessageListener, NodeDgram } from './dgram.ts';
export type {
  Datagram,
  DatagramOptions,
  DatagramSocket,
  DatagramType,
  RemoteInfo,
  SendCallback,
} from './dgram-socket.ts';
export type { LookupAddress, LookupOptions, NodeDns } from './dns.ts';
export type { Connect, ConnectionListener, NodeNet } from './net.ts';
export type { ListenOptions, NetServer, NetServerOptions } from './net-server.ts';
export type { ConnectOptions, NetSocket, NetSocketOptions } from './net-socket.ts';
export type { SystemError } from './system-error.ts';

/** What a program imports from Node, for one host. */
export interface NodeModules {
  readonly net: NodeNet;
  readonly dgram: NodeDgram;
  readonly dns: NodeDns;
}

export interface NodeWorldOptions {
  /**
   * `world`, unless chosen otherwise: from the first call of `on` to the end of `run` the global `setTimeout`, `setInterval`
   * and `Date` go by the world's time. `machine` leaves them alone, and nobody waits for them.
   */
  readonly timers?: 'world' | 'machine';
  /** When the world's time begins; 2026-01-01 UTC unless given. */
  readonly startDate?: Date;
}

/**
 * A world in which programs run that were written for Node. Its time also waits for what Node does with its pool of threads,
 * from the first call of `on` to the end of `run`: `node-turns.ts` has the rule.
 *
 * ```ts
 * import { World } from 'wirelab';
 * import { NodeWorld } from 'wirelab/node';
 *
 * const world = new World({ seed: 1 });
 * const [a, b] = [world.host('a'), world.host('b')];
 * world.link(a, b, { delay: '20ms', loss: '10%' });
 * const node = new NodeWorld(world);
 * node.on(b).net.createServer((socket) => socket.pipe(socket)).listen(7);
 * node.on(a).net.connect(7, 'b').end('hello').on('data', (text) => console.log(String(text), world.now));
 * await node.run();
 * ```
 */
export class NodeWorld {
  readonly world: World;
  private turns: NodeTurns | undefined;
  private readonly timers: WorldTimers | undefined;

  constructor(world: World, { timers = 'world', startDate = new Date(Date.UTC(2026, 0, 1)) }: NodeWorldOptions = {}) {
    this.world = world;
    this.turns = undefined;
    this.timers = timers === 'world' ? new WorldTimers(world.time, world.programs, startDate.getTime()) : undefined;
  }

  /**
   * The modules of a host. Each call gives new ones, with the same network behind them.
   * @throws {Error} if another NodeWorld has begun and not ended
   */
  on(host: VirtualHost): NodeModules {
    this.timers?.install();
    this.turns ??= new NodeTurns();
    const environment = this.world.socketEnvironment(host);
    return { net: nodeNet(environment), dgram: nodeDgram(environment), dns: nodeDns(environment) };
  }

  /**
   * As `world.run`; without a condition until nothing can happen any more but timers that nobody waits for (`unref`). What
   * programs have begun before is done first, at the moment at which the world stands.
   */
  async run(until?: number | (() => boolean)): Promise<WorldReport> {
    this.timers?.install();
    const turns = this.turns ?? new NodeTurns();
    this.turns = undefined;
    this.world.programs.woke();
    try {
      return await this.world.run(until ?? (() => this.nobodyWaits), () => turns);
    } finally {
      this.timers?.uninstall();
    }
  }

  private get nobodyWaits(): boolean {
    return this.world.time.pending <= (this.timers?.unreferenced.size ?? 0);
  }
}
