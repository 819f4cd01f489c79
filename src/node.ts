/**
 * `wirelab/node`: the modules with which Node's programs reach the network, on an emulated host.
 *
 * ```ts
 * const { net } = nodeOn(world, world.hosts[0]);
 * net.createServer((socket) => socket.pipe(socket)).listen(7);
 * await runNode(world);
 * ```
 */
import type { VirtualHost } from './sim/virtual-host.ts';
import type { World, WorldReport } from './sim/world.ts';
import { type NodeNet, nodeNet } from './sockets/node/net.ts';
import { NodeTurns } from './sockets/node/node-turns.ts';

export type { AddressInfo } from './sockets/node/addresses.ts';
export type { Connect, ConnectionListener, NodeNet } from './sockets/node/net.ts';
export type { ListenOptions, NetServer, NetServerOptions } from './sockets/node/net-server.ts';
export type { ConnectOptions, NetSocket, NetSocketOptions } from './sockets/node/net-socket.ts';
export { NodeTurns } from './sockets/node/node-turns.ts';
export type { SystemError } from './sockets/node/system-error.ts';

export interface NodeModules {
  readonly net: NodeNet;
}

/** The modules of a host. Each call gives new ones, with the same network behind them. */
export const nodeOn = (world: World, host: VirtualHost): NodeModules => ({
  net: nodeNet(world.socketEnvironment(host)),
});

/**
 * Runs the world while programs on Node's modules run in it: `world.run`, whose time also waits for what Node does with
 * its pool of threads (`sockets/node/node-turns.ts` has the rule).
 * @param until as for `world.run`
 */
export async function runNode(world: World, until?: number | (() => boolean)): Promise<WorldReport> {
  // What programs have begun before the run is done first.
  world.programs.woke();
  return world.run(until, () => new NodeTurns());
}
