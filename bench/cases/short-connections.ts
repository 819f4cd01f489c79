/**
 * Connections that are opened and closed and carry nothing: the handshake, the end, and what remains of it. The server
 * closes first, as the first web servers did, so TIME-WAIT is its affair.
 */
import { ipAddress } from '../../src/layers/address-text.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import type { SocketCore } from '../../src/sockets/core.ts';
import { stepOn } from './bulk-transfer.ts';
import { FAST } from './paths.ts';
import { WORLD_AGE_NS } from './world-age.ts';

const PORT = 5001;
const ADDRESS = ipAddress('10.0.0.2');

export class ShortConnections {
  readonly world: World;
  done: number;
  private readonly client: SocketCore;
  private readonly server: SocketCore;
  private readonly buffer: Uint8Array;

  /** @param atOnce how many are open at a time */
  constructor(atOnce: number) {
    this.world = new World({ seed: 1 });
    this.world.time.advanceTo(WORLD_AGE_NS);
    const [client, server] = [this.world.host('client'), this.world.host('server')];
    this.world.link(
      { host: client, addresses: ['10.0.0.1/24'] },
      { host: server, addresses: ['10.0.0.2/24'] },
      FAST.link,
    );
    this.done = 0;
    this.client = client.sockets;
    this.server = server.sockets;
    this.buffer = new Uint8Array(1);
    this.listen();
    for (let count = 0; count < atOnce; count++) this.connect();
  }

  /** Runs until `connections` more have come and gone. */
  run(connections: number): void {
    const goal = this.done + connections;
    while (this.done < goal) stepOn(this.world);
  }

  private listen(): void {
    const { server } = this;
    const listening = server.socket(the.AF_INET, the.SOCK_STREAM);
    server.bind(listening, ADDRESS, PORT);
    server.listen(listening, the.SOMAXCONN);
    server.watch(listening, () => {
      for (let socket = server.accept(listening); socket >= 0; socket = server.accept(listening)) server.close(socket);
    });
  }

  private connect(): void {
    const { client } = this;
    const socket = client.socket(the.AF_INET, the.SOCK_STREAM);
    let isOpen = true;
    client.watch(socket, () => {
      if (!isOpen || (client.readiness(socket) & the.POLLIN) === 0) return;
      if (client.recv(socket, this.buffer) !== 0) throw new Error('a connection did not end as it should');
      isOpen = false;
      client.close(socket);
      this.done++;
      this.connect();
    });
    client.connect(socket, ADDRESS, PORT);
  }
}
