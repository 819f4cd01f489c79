/**
 * Requests and responses of some bytes over TCP connections that stay: each end sends when it has got, as a database and
 * its client do. Every exchange is two segments of data, and their way through both hosts.
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

export class Exchanges {
  readonly world: World;
  done: number;
  private readonly bytes: number;
  private readonly client: SocketCore;
  private readonly server: SocketCore;
  private readonly buffer: Uint8Array;

  constructor(connections: number, bytes: number) {
    this.world = new World({ seed: 1 });
    this.world.time.advanceTo(WORLD_AGE_NS);
    const [client, server] = [this.world.host('client'), this.world.host('server')];
    this.world.link(
      { host: client, addresses: ['10.0.0.1/24'] },
      { host: server, addresses: ['10.0.0.2/24'] },
      FAST.link,
    );
    this.done = 0;
    this.bytes = bytes;
    this.client = client.sockets;
    this.server = server.sockets;
    this.buffer = new Uint8Array(bytes);
    this.listen();
    for (let count = 0; count < connections; count++) this.connect();
  }

  /** Runs until `exchanges` more are done. */
  run(exchanges: number): void {
    const goal = this.done + exchanges;
    while (this.done < goal) stepOn(this.world);
  }

  private listen(): void {
    const { server } = this;
    const listening = server.socket(the.AF_INET, the.SOCK_STREAM);
    server.bind(listening, ADDRESS, PORT);
    server.listen(listening, the.SOMAXCONN);
    server.watch(listening, () => {
      for (let socket = server.accept(listening); socket >= 0; socket = server.accept(listening)) {
        const accepted = socket;
        server.watch(accepted, () => this.answer(accepted));
      }
    });
  }

  private connect(): void {
    const { client } = this;
    const socket = client.socket(the.AF_INET, the.SOCK_STREAM);
    let isConnected = false;
    client.watch(socket, () => {
      if (!isConnected) {
        if ((client.readiness(socket) & the.POLLOUT) === 0) return;
        isConnected = true;
        client.send(socket, this.buffer);
      }
      this.ask(socket);
    });
    client.connect(socket, ADDRESS, PORT);
  }

  /** What is so short comes in one piece. */
  private ask(socket: number): void {
    if (this.client.recv(socket, this.buffer) !== this.bytes) return;
    this.done++;
    this.client.send(socket, this.buffer);
  }

  private answer(socket: number): void {
    if (this.server.recv(socket, this.buffer) === this.bytes) this.server.send(socket, this.buffer);
  }
}
