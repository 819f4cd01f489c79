/** Files that are not files: sysctls under `/proc/sys`, and `/dev/null`. */
import { Unsupported } from '../../unsupported.ts';
import type { ShellHost } from '../host.ts';
import { readSysctl, sysctlName, writeSysctl } from './sysctls.ts';

const FOLDER = '/proc/sys/';

/** The sysctl of a file; `undefined` for any other file. */
export const sysctlOfFile = (path: string): string | undefined =>
  path.startsWith(FOLDER) ? sysctlName(path.slice(FOLDER.length)) : undefined;

/** What is read there; `undefined` for a file of a script. @throws {Unsupported} for other files of the machine */
export function readSpecialFile(path: string, host: ShellHost): string | undefined {
  if (path === '/dev/null') return '';
  const name = sysctlOfFile(path);
  if (name !== undefined) return `${readSysctl(name, host)}\n`;
  if (/^\/(?:proc|sys|dev)\//.test(path)) throw new Unsupported(`file ${path}`);
  return undefined;
}

/** What becomes of a text that is written there; `undefined` for what is no sysctl. */
export function writtenSysctl(path: string, host: ShellHost): ((text: string) => void) | undefined {
  const name = sysctlOfFile(path);
  return name === undefined ? undefined : (text) => writeSysctl(name, text, host);
}
