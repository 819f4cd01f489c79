/**
 * Two hosts on one wire, alice at 10.0.0.1 and bob at 10.0.0.2, with their sockets and a program each. A frame takes a
 * millisecond; `cut` takes the wire away.
 */
import { Host } from '../../../src/host/host.ts';
import type { IpAddress } from '../../../src/layers/address.ts';
import { ipAddress } from '../../../src/layers/address-text.ts';
import { MILLISECOND } from '../../../src/layers/clock.ts';
import { type Frame, FramePool } from '../../../src/layers/frame.ts';
import type { FrameReceiver } from '../../../src/layers/link/port.ts';
import { Memory } from '../../../src/layers/memory.ts';
import type { HostObserver } from '../../../src/layers/observer.ts';
import { RandomStreams } from '../../../src/sim/random-streams.ts';
import { SocketCore } from '../../../src/sockets/core.ts';
import { createProgram, type Program } from '../../../src/sockets/program.ts';
import { VirtualPrograms } from './virtual-programs.ts';

export const ALICE: IpAddress = ipAddress('10.0.0.1');
export const BOB: IpAddress = ipAddress('10.0.0.2');
export const ALICE6: IpAddress = ipAddress('fd00::1');
export const BOB6: IpAddress = ipAddress('fd00::2');

const NAMES: Readonly<Record<string, readonly IpAddress[]>> = { alice: [ALICE, ALICE6], bob: [BOB, BOB6] };

export interface TestHost {
  readonly host: Host;
  readonly core: SocketCore;
  readonly program: Program;
  /** What the program printed, and the lines that it will be given. */
  readonly printed: string[];
  readonly lines: string[];
}

export interface TwoHosts {
  readonly alice: TestHost;
  readonly bob: TestHost;
  readonly programs: VirtualPrograms;
  /** Lets everything happen, up to a time. */
  run(untilNs?: number): Promise<void>;
  cut(): void;
  /** Frames that somebody still holds. */
  outstanding(): number;
}

export function twoHosts(observer?: HostObserver): TwoHosts {
  const programs = new VirtualPrograms();
  const memory = new Memory(1 << 20);
  const pool = new FramePool(memory);
  const streams = new RandomStreams(1);
  let isCut = false;

  const testHost = (name: string, mac: number, addresses: string[]): TestHost => {
    const host = new Host({
      name,
      timers: programs.time,
      random: (purpose) => streams.stream(`${name}/${purpose}`),
      memory,
      pool,
      observer,
    });
    host.addInterface({ name: 'eth0', mac, addresses });
    const core = new SocketCore(host);
    const printed: string[] = [];
    const lines: string[] = [];
    const program = createProgram({
      core,
      scheduler: programs,
      timers: programs.time,
      names: (asked) => NAMES[asked] ?? [],
      interfaceIndex: (asked) => host.interface(asked)?.index ?? 0,
      observer,
      print: (line) => void printed.push(line),
      readLine: () => lines.shift(),
    });
    return { host, core, program, printed, lines };
  };

  const wire = (to: FrameReceiver) => ({
    send: (frame: Frame): void => {
      const fire = (): void => {
        if (!isCut) to.receive(frame);
        pool.release(frame);
      };
      programs.time.schedule(programs.now() + MILLISECOND, { fire });
    },
  });

  const alice = testHost('alice', 0x02_00_00_00_00_01, ['10.0.0.1/24', 'fd00::1/64']);
  const bob = testHost('bob', 0x02_00_00_00_00_02, ['10.0.0.2/24', 'fd00::2/64']);
  const aliceEnd = alice.host.interface('eth0')!;
  const bobEnd = bob.host.interface('eth0')!;
  aliceEnd.attach(wire(bobEnd));
  bobEnd.attach(wire(aliceEnd));

  return {
    alice,
    bob,
    programs,
    run: (untilNs) => programs.run(untilNs),
    cut: () => {
      isCut = true;
    },
    outstanding: () => pool.outstanding,
  };
}
