/**
 * Settings that come from two sides: a sysctl says what holds in general, the route to the script's end what holds for it.
 * What the route says goes before; what lies beneath comes back when the route is changed.
 */
import type { TcpSettings } from '../../layers/transport/tcp/settings.ts';
import type { ShellHost } from './host.ts';

/** A sysctl is set: what the route overrides stays as it is until the route changes. */
export function changeInGeneral(host: ShellHost, settings: Partial<TcpSettings>): void {
  const { memory } = host;
  const isOverridden = (name: string): boolean => Object.hasOwn(memory.beneathRoute, name);
  memory.beneathRoute = { ...memory.beneathRoute, ...picked(settings, isOverridden) };
  const free = picked(settings, (name) => !isOverridden(name));
  if (Object.keys(free).length > 0) host.changeTcp(free);
}

/** The route to the script's end says this, and nothing of what it said before. */
export function changeByRoute(host: ShellHost, settings: Partial<TcpSettings>): void {
  const { memory } = host;
  const general = settingsInGeneral(host);
  const back = memory.beneathRoute;
  memory.beneathRoute = picked(general, (name) => Object.hasOwn(settings, name));
  const changed = { ...back, ...settings };
  if (Object.keys(changed).length > 0) host.changeTcp(changed);
}

/** What sysctls say, whatever the route does. */
export const settingsInGeneral = ({ tcp, memory }: ShellHost): TcpSettings => ({ ...tcp, ...memory.beneathRoute });

/** `ip link set mtu`. */
export function changeDeviceMtu(host: ShellHost, bytes: number): void {
  host.memory.deviceMtu = bytes;
  setSmallerMtu(host);
}

/** `ip route … mtu`; `undefined` for a route that says nothing about it. */
export function changeRouteMtu(host: ShellHost, bytes: number | undefined): void {
  const { memory } = host;
  if (memory.routeMtu === bytes) return;
  memory.deviceMtu ??= host.mtu;
  memory.routeMtu = bytes;
  setSmallerMtu(host);
}

function setSmallerMtu(host: ShellHost): void {
  const { deviceMtu = host.mtu, routeMtu = deviceMtu } = host.memory;
  const smaller = Math.min(deviceMtu, routeMtu);
  if (smaller !== host.mtu) host.setMtu(smaller);
}

const picked = (settings: Partial<TcpSettings>, takes: (name: string) => boolean): Partial<TcpSettings> =>
  Object.fromEntries(Object.entries(settings).filter(([name]) => takes(name)));
