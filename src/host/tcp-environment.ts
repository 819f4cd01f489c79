/**
 * What a host hands to its TCP. A class, because V8 keeps an object literal with a getter as a dictionary: every look at
 * the clock went through a hash table, and a bulk transfer took a sixth longer.
 */
import type { Timers } from '../layers/clock.ts';
import type { FramePool } from '../layers/frame.ts';
import type { Memory } from '../layers/memory.ts';
import type { PathFinder } from '../layers/network/path.ts';
import type { HostObserver } from '../layers/observer.ts';
import type { Random } from '../layers/random.ts';
import type { TcpEnvironment } from '../layers/transport/tcp/environment.ts';
import type { Machine } from './machine.ts';

export class HostTcpEnvironment implements TcpEnvironment {
  readonly timers: Timers;
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly paths: PathFinder;
  readonly initialSequenceNumber: TcpEnvironment['initialSequenceNumber'];
  private readonly machine: Machine;

  constructor(machine: Machine, paths: PathFinder, initialSequenceNumber: TcpEnvironment['initialSequenceNumber']) {
    this.timers = machine.timers;
    this.random = machine.random;
    this.memory = machine.memory;
    this.pool = machine.pool;
    this.paths = paths;
    this.initialSequenceNumber = initialSequenceNumber;
    this.machine = machine;
  }

  get observer(): HostObserver | undefined {
    return this.machine.observer;
  }
}
