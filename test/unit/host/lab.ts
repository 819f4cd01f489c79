/**
 * A small laboratory for hosts: a clock, shared memory, hubs that join interfaces, and a tap that keeps what was sent.
 * Frames that a test makes by hand enter as if a station had sent them.
 */
import { expect } from 'vitest';
import { Host, type HostParts } from '../../../src/host/host.ts';
import type { NetworkInterface } from '../../../src/host/network-interface.ts';
import { SECOND } from '../../../src/layers/clock.ts';
import type { DropReason } from '../../../src/layers/drop.ts';
import { type Frame, FramePool } from '../../../src/layers/frame.ts';
import type { Port } from '../../../src/layers/link/port.ts';
import { Memory } from '../../../src/layers/memory.ts';
import type { HostObserver } from '../../../src/layers/observer.ts';
import type { Random } from '../../../src/layers/random.ts';
import { FakeTimers } from './fake-timers.ts';

/** xorshift32: small, and the same in every run. */
export function seeded(seed: number): Random {
  let state = seed | 0 || 1;
  return {
    next: () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    },
  };
}

const hashOf = (text: string): number => {
  let hash = 7;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
};

export interface Ended {
  readonly where: string;
  readonly reason: DropReason;
}

/** Joins interfaces: what one sends all others are given, after `delayNs`. */
export class Hub {
  readonly sent: Uint8Array[] = [];
  /** Says no to frames that are to be lost. */
  passes: (bytes: Uint8Array) => boolean = () => true;
  private readonly stations: NetworkInterface[] = [];
  private readonly lab: Lab;
  private readonly delayNs: number;

  constructor(lab: Lab, delayNs: number) {
    this.lab = lab;
    this.delayNs = delayNs;
  }

  join(station: NetworkInterface): void {
    this.stations.push(station);
    const port: Port = { send: (frame) => this.carry(station, frame) };
    station.attach(port);
  }

  /** Puts a frame on the wire that no host sent. */
  inject(bytes: Uint8Array): void {
    for (const station of this.stations) this.lab.later(0, () => this.lab.deliver(station, bytes));
  }

  private carry(from: NetworkInterface, frame: Frame): void {
    const bytes = frame.copy();
    this.lab.pool.release(frame);
    this.sent.push(bytes);
    if (!this.passes(bytes)) return;
    for (const station of this.stations) {
      if (station !== from) this.lab.later(this.delayNs, () => this.lab.deliver(station, bytes));
    }
  }
}

export class Lab {
  readonly timers: FakeTimers = new FakeTimers();
  readonly memory: Memory = new Memory(1 << 17);
  readonly pool: FramePool = new FramePool(this.memory);
  readonly ended: Ended[] = [];
  private nextMac = 0x0200_0000_0001;

  hub(delayNs = 1000): Hub {
    return new Hub(this, delayNs);
  }

  host(name: string, parts: Partial<HostParts> = {}): Host {
    const observer = {
      dropped: (where: string, reason: DropReason) => this.ended.push({ where: `${name}.${where}`, reason }),
      notSent: (reason: DropReason) => this.ended.push({ where: name, reason }),
      tcpState: () => {},
      tcpTimer: () => {},
      tcpRetransmit: () => {},
      tcpAcked: () => {},
    } as unknown as HostObserver;
    return new Host({
      name,
      timers: this.timers,
      random: (purpose) => seeded(hashOf(`${name} ${purpose}`)),
      memory: this.memory,
      pool: this.pool,
      observer,
      ...parts,
    });
  }

  /** An interface of `host` on `hub`. */
  plug(
    host: Host,
    hub: Hub,
    addresses: readonly string[],
    options: { name?: string; mtu?: number } = {},
  ): NetworkInterface {
    const name = options.name ?? `eth${host.interfaces.length - 1}`;
    const station = host.addInterface({ mac: this.nextMac++, addresses, ...options, name });
    hub.join(station);
    return station;
  }

  /** Two hosts on one hub: 10.0.0.1 and 10.0.0.2, fd00::1 and fd00::2. */
  pair(parts: Partial<HostParts> = {}): { alice: Host; bob: Host; hub: Hub } {
    const hub = this.hub();
    const alice = this.host('alice', parts);
    const bob = this.host('bob', parts);
    this.plug(alice, hub, ['10.0.0.1/24', 'fd00::1/64']);
    this.plug(bob, hub, ['10.0.0.2/24', 'fd00::2/64']);
    this.pass(0.001);
    hub.sent.length = 0;
    this.ended.length = 0;
    return { alice, bob, hub };
  }

  deliver(station: NetworkInterface, bytes: Uint8Array): void {
    const frame = this.pool.from(bytes, 2);
    station.receive(frame);
    expect(Buffer.compare(frame.copy(), bytes), 'a borrowed frame was changed').toBe(0);
    this.pool.release(frame);
  }

  later(delayNs: number, action: () => void): void {
    this.timers.timer(action).arm(this.timers.now() + delayNs);
  }

  pass(seconds: number): void {
    this.timers.pass(Math.round(seconds * SECOND));
  }

  /** Why frames and packets ended, of one host or of all. */
  reasons(host = ''): DropReason[] {
    return this.ended.filter(({ where }) => where.startsWith(host)).map(({ reason }) => reason);
  }

  /** INVARIANTS 47: nothing is held once everything has come to rest. */
  expectAtRest(): void {
    expect(this.pool.outstanding, 'frames not given back').toBe(0);
  }
}
