/**
 * Sets and reads sysctls. A name is looked for among those that act on the host, those that are settings of its TCP, and
 * those that a kernel has and the emulation meets; one that is nowhere is Unsupported, and so is a value.
 */
import { SYSCTL_NAMES, sysctlSettings, sysctlValue } from '../../../host/sysctl.ts';
import { Unsupported } from '../../unsupported.ts';
import { changeInGeneral, settingsInGeneral } from '../effective-settings.ts';
import type { ShellHost } from '../host.ts';
import { forAnyDevice, kernelSysctl } from '../kernel-sysctls.ts';
import { HOST_SYSCTLS } from './host-sysctls.ts';

const OF_THE_STACK: ReadonlySet<string> = new Set(SYSCTL_NAMES);

/** The name with dots, from `net.ipv4.tcp_sack` or `net/ipv4/tcp_sack`: the first sign between its parts counts. */
export function sysctlName(written: string): string {
  const sign = /[./]/.exec(written)?.[0];
  return sign === '/' ? written.replace(/[./]/g, (one) => (one === '/' ? '.' : '/')) : written;
}

export const isSysctl = (name: string): boolean =>
  OF_THE_STACK.has(name) || HOST_SYSCTLS.has(forAnyDevice(name)) || kernelSysctl(name) !== undefined;

/** @throws {Unsupported} for a name or a value that the host does not have */
export function writeSysctl(name: string, written: string, host: ShellHost): void {
  const value = plain(written);
  const refused = (why: string): Unsupported => new Unsupported(`sysctl ${name}=${value}${why}`);
  if (OF_THE_STACK.has(name)) {
    changeInGeneral(host, settingsOf(name, value, refused));
  } else {
    const acting = HOST_SYSCTLS.get(forAnyDevice(name));
    if (acting !== undefined) {
      if (acting.write?.(value, host) !== true) throw refused('');
      return;
    }
    const row = kernelSysctl(name);
    if (row === undefined) throw new Unsupported(`sysctl ${name}`);
    if (!row.met.has(value)) throw refused(` (only ${row.met.text}: ${row.why})`);
  }
  host.memory.sysctls.set(name, value);
}

/** What reading a sysctl prints. @throws {Unsupported} for one that the host does not have, or whose value is not known */
export function readSysctl(name: string, host: ShellHost): string {
  const value = sysctlNow(name, host);
  if (value === undefined) throw new Unsupported(`sysctl ${name}`);
  return value;
}

/** The same; `undefined` if it is not known. */
export function sysctlNow(name: string, host: ShellHost): string | undefined {
  const acting = HOST_SYSCTLS.get(forAnyDevice(name));
  if (acting !== undefined) return acting.read(host);
  const remembered = host.memory.sysctls.get(name);
  const value = OF_THE_STACK.has(name) ? stackValue(name, remembered, host) : (remembered ?? kernelSysctl(name)?.usual);
  return value !== undefined && /^\d+(?: \d+){1,2}$/.test(value) ? value.replaceAll(' ', '\t') : value;
}

/** As it was written, if that is still in force: several values may set the same. */
function stackValue(name: string, remembered: string | undefined, host: ShellHost): string | undefined {
  const settings = settingsInGeneral(host);
  if (remembered === undefined) return sysctlValue(name, settings);
  const isInForce = Object.entries(sysctlSettings(name, remembered)).every(
    ([setting, value]) => String(settings[setting as keyof typeof settings]) === String(value),
  );
  return isInForce ? remembered : sysctlValue(name, settings);
}

function settingsOf(
  name: string,
  value: string,
  refused: (why: string) => Unsupported,
): ReturnType<typeof sysctlSettings> {
  try {
    return sysctlSettings(name, value);
  } catch (error) {
    if (error instanceof RangeError) throw refused('');
    throw error;
  }
}

/** One blank between numbers, and hexadecimal ones as decimal. */
const plain = (written: string): string =>
  written
    .trim()
    .split(/\s+/)
    .map((part) => (/^0x[\da-f]{1,8}$/i.test(part) ? String(Number(part)) : part))
    .join(' ');
