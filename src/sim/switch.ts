/**
 * A learning switch: a transparent bridge as IEEE 802.1D §7 describes it. It learns which port a station's frames come
 * from, and sends what is for that station there alone; what is for a group or for a station not heard of goes everywhere.
 * Left out on purpose: VLANs (tags are carried along and not looked at), the spanning tree (a loop of switches storms).
 */
import type { Clock } from '../layers/clock.ts';
import type { Frame, FramePool } from '../layers/frame.ts';
import * as ethernet from '../layers/link/ethernet.ts';
import { isGroupMac } from '../layers/mac.ts';
import type { HostObserver } from '../layers/observer.ts';
import { type Middle, MiddlePort } from './middle-port.ts';

/** IEEE 802.1D table 7-5: how long a station is remembered that is not heard of, in nanoseconds. */
export const AGEING_NS = 300e9;
/** IEEE 802.1D §7.12.6: groups from 01-80-C2-00-00-00 to -0F are the bridges' own and never forwarded. */
const FIRST_RESERVED = 0x0180_c200_0000;
const LAST_RESERVED = 0x0180_c200_000f;

export interface SwitchSettings {
  readonly ageingNs?: number;
  /** Stations remembered at most; frames for others are flooded. */
  readonly stations?: number;
}

interface Station {
  port: MiddlePort;
  heardAt: number;
}

export class Switch implements Middle {
  readonly name: string;
  readonly ports: MiddlePort[];
  framesForwarded: number;
  framesFlooded: number;
  framesFiltered: number;
  private readonly clock: Clock;
  private readonly pool: FramePool;
  private readonly ageingNs: number;
  private readonly limit: number;
  private readonly stations: Map<number, Station>;
  private readonly observer: Pick<HostObserver, 'dropped'> | undefined;

  /** @throws {RangeError} if a setting makes no sense */
  constructor(
    name: string,
    clock: Clock,
    pool: FramePool,
    settings: SwitchSettings = {},
    observer?: Pick<HostObserver, 'dropped'>,
  ) {
    const { ageingNs = AGEING_NS, stations = 8192 } = settings;
    if (!(ageingNs > 0)) throw new RangeError(`a switch must remember stations for a time above 0, not ${ageingNs} ns`);
    if (!(stations >= 0)) throw new RangeError(`a switch remembers 0 stations or more, not ${stations}`);
    this.name = name;
    this.ports = [];
    this.framesForwarded = 0;
    this.framesFlooded = 0;
    this.framesFiltered = 0;
    this.clock = clock;
    this.pool = pool;
    this.ageingNs = ageingNs;
    this.limit = stations;
    this.stations = new Map();
    this.observer = observer;
  }

  /** One more port, not plugged in yet. */
  addPort(): MiddlePort {
    const port = new MiddlePort(this, `${this.name}.port${this.ports.length + 1}`);
    this.ports.push(port);
    return port;
  }

  /** The port that leads to a station, if it has been heard of lately. */
  portOf(mac: number): MiddlePort | undefined {
    const station = this.stations.get(mac);
    return station === undefined || this.clock.now() - station.heardAt >= this.ageingNs ? undefined : station.port;
  }

  /** A frame came in. It is borrowed. */
  input(from: MiddlePort, frame: Frame): void {
    if (ethernet.check(frame.view, frame.start, frame.end - frame.start) === 'ethernet-truncated') {
      this.observer?.dropped(from.name, 'ethernet-truncated', frame);
      return;
    }
    this.learn(ethernet.source(frame.view, frame.start), from);
    const destination = ethernet.destination(frame.view, frame.start);
    const to = isGroupMac(destination) ? undefined : this.portOf(destination);
    if (to === from || (destination >= FIRST_RESERVED && destination <= LAST_RESERVED)) {
      this.framesFiltered++;
      this.observer?.dropped(from.name, 'switch-filtered', frame);
    } else if (to === undefined) {
      this.framesFlooded++;
      for (const other of this.ports) if (other !== from) this.send(other, frame);
    } else {
      this.framesForwarded++;
      this.send(to, frame);
    }
  }

  private send(to: MiddlePort, frame: Frame): void {
    if (to.port !== undefined) to.port.send(this.pool.duplicate(frame));
  }

  private learn(mac: number, port: MiddlePort): void {
    if (isGroupMac(mac)) return;
    const station = this.stations.get(mac);
    const now = this.clock.now();
    if (station !== undefined) {
      station.port = port;
      station.heardAt = now;
      return;
    }
    if (this.stations.size >= this.limit) this.forgetOld(now);
    if (this.stations.size < this.limit) this.stations.set(mac, { port, heardAt: now });
  }

  private forgetOld(now: number): void {
    for (const [mac, { heardAt }] of this.stations) if (now - heardAt >= this.ageingNs) this.stations.delete(mac);
  }
}
