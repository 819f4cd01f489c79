/**
 * Sysctls that set nothing here, and that a script may set all the same: those values with which a kernel does what the
 * emulated host does in any case. A value that is not met is Unsupported.
 */
import { DEVICE } from './host.ts';
import { FREEBSD_SYSCTLS } from './sysctls/freebsd-sysctls.ts';
import { LINUX_SYSCTLS } from './sysctls/linux-sysctls.ts';
import type { KernelSysctl } from './sysctls/sysctl-row.ts';

/** Every row, by its name. */
export const KERNEL_SYSCTLS: ReadonlyMap<string, KernelSysctl> = new Map([...LINUX_SYSCTLS, ...FREEBSD_SYSCTLS]);

const DEVICES: ReadonlySet<string> = new Set(['all', 'default', 'lo', DEVICE]);

/** @param name with dots: `net.ipv4.conf.tun0.rp_filter`; `undefined` if there is no row */
export const kernelSysctl = (name: string): KernelSysctl | undefined => KERNEL_SYSCTLS.get(forAnyDevice(name));

/** `net.ipv4.conf.*.rp_filter`: what is said of any of the host's devices. */
export function forAnyDevice(name: string): string {
  const [all, before, device, after] = /^(net\.ipv[46]\.conf\.)([^.]+)(\..+)$/.exec(name) ?? [];
  return all !== undefined && DEVICES.has(device!) ? `${before}*${after}` : name;
}
