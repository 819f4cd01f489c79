/** UDP datagrams in one direction, as fast as the link takes them: sent in bursts that its queue holds. */
import { ipAddress } from '../../src/layers/address-text.ts';
import { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import { stepOn } from './bulk-transfer.ts';
import { FAST } from './paths.ts';
import { WORLD_AGE_NS } from './world-age.ts';

const PORT = 5001;
const ADDRESS = ipAddress('10.0.0.2');
const BURST = 64;
/** What 64 full frames take at 10 Gbit/s, and a little. */
const BURST_NS = 80_000;

export class Datagrams {
  readonly world: World;
  received: number;

  /** @param bytes of data in each */
  constructor(bytes: number) {
    this.world = new World({ seed: 1 });
    this.world.time.advanceTo(WORLD_AGE_NS);
    this.received = 0;
    const [client, server] = [this.world.host('client'), this.world.host('server')];
    this.world.link(
      { host: client, addresses: ['10.0.0.1/24'] },
      { host: server, addresses: ['10.0.0.2/24'] },
      FAST.link,
    );
    const { sockets: sender } = client;
    const { sockets: receiver } = server;
    const [outgoing, incoming] = [new Uint8Array(bytes), new Uint8Array(bytes)];

    const reading = receiver.socket(the.AF_INET, the.SOCK_DGRAM);
    receiver.bind(reading, ADDRESS, PORT);
    receiver.watch(reading, () => {
      while (receiver.recv(reading, incoming) === bytes) this.received++;
    });

    const writing = sender.socket(the.AF_INET, the.SOCK_DGRAM);
    sender.connect(writing, ADDRESS, PORT);
    const burst = this.world.time.timer(() => {
      for (let count = 0; count < BURST; count++) sender.send(writing, outgoing);
      burst.arm(this.world.now + BURST_NS);
    });
    burst.arm(this.world.now);
  }

  /** Runs until `datagrams` more have been received. */
  run(datagrams: number): void {
    const goal = this.received + datagrams;
    while (this.received < goal) stepOn(this.world);
  }
}
