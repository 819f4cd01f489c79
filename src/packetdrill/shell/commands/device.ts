/** What `ip`, `ifconfig` and `ethtool` have in common: the devices that there are, and their MTU. */
import { Unsupported } from '../../unsupported.ts';
import { changeDeviceMtu } from '../effective-settings.ts';
import { DEVICE, type ShellHost } from '../host.ts';

export const isDevice = (name: string): boolean => name === DEVICE || name === 'lo' || name === 'lo0';

/** @throws {Unsupported} for a size that the device cannot have @param command for its sentence */
export function setDeviceMtu(host: ShellHost, name: string, text: string, command: string): void {
  const bytes = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  // RFC 791 §3.1 and RFC 8200 §5: below these a kernel turns the family off.
  const least = host.ipVersion === 'ipv6' ? 1280 : 68;
  if (name !== DEVICE || bytes < least || bytes > 65_535) throw new Unsupported(`${command} mtu ${text}`);
  changeDeviceMtu(host, bytes);
}

/** What network cards do for the host. The script joins and splits what is captured as it is written, so none is seen. */
export const OFFLOADS: ReadonlySet<string> = new Set([
  'gro',
  'gso',
  'lro',
  'rx',
  'sg',
  'tso',
  'tx',
  'generic-receive-offload',
  'generic-segmentation-offload',
  'large-receive-offload',
  'rx-checksumming',
  'rx-gro-list',
  'rx-udp-gro-forwarding',
  'scatter-gather',
  'tcp-segmentation-offload',
  'tx-checksumming',
  'tx-gso-partial',
  'tx-nocache-copy',
  'tx-tcp-segmentation',
  'tx-tcp6-segmentation',
  'tx-udp-segmentation',
  'rxcsum',
  'rxcsum6',
  'tso4',
  'tso6',
  'txcsum',
  'txcsum6',
]);
