/** What shell commands leave behind on the host for those that follow. A runner makes one for each script. */
import type { TcpSettings } from '../../layers/transport/tcp/settings.ts';

export class ShellMemory {
  /** Sysctls that were set, by their names with dots, as they were written. */
  readonly sysctls: Map<string, string>;
  /** What `nstat` has shown last. */
  counters: ReadonlyMap<string, number>;
  /** Routes that commands have made, by their destinations, as `ip route show` prints them. */
  readonly routes: Map<string, string>;
  /** The route with settings of its own that leads to the script's end. */
  routeInForce: string | undefined;
  /** What the settings that this route overrides would be without it. */
  beneathRoute: Partial<TcpSettings>;
  /** Of the device, and of that route: the smaller one is the host's. */
  deviceMtu: number | undefined;
  routeMtu: number | undefined;
  /** The queueing discipline of the device, if one was chosen. */
  discipline: string | undefined;

  constructor() {
    this.sysctls = new Map();
    this.counters = new Map();
    this.routes = new Map();
    this.routeInForce = undefined;
    this.beneathRoute = {};
    this.deviceMtu = undefined;
    this.routeMtu = undefined;
    this.discipline = undefined;
  }
}
