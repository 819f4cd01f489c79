/** Files with shell commands, which scripts read in or run. */
import { Unsupported } from '../../unsupported.ts';
import type { ShellHost } from '../host.ts';

/** The programs that shell scripts name in their first line, with what follows. */
const SHELL = /^#!\s*(?:\/usr)?\/bin\/(?:env\s+)?(?:sh|bash|dash)(?![\w.-])([^\n]*)/;

/** The text of a file. @throws {Unsupported} if there is none, or if another program than a shell is to run it */
export function readScript(path: string, host: ShellHost): string {
  const text = host.readFile(path);
  if (text === undefined) throw new Unsupported(`file ${path}`);
  if (text.startsWith('#!') && !SHELL.test(text)) throw unsupported(path, text);
  return text;
}

/** Whether the first line of a file that is run by its path asks for `set -e`. @throws {Unsupported} for other flags */
export function asksForExit(path: string, text: string): boolean {
  const flags = SHELL.exec(text)?.[1]?.trim() ?? '';
  if (flags !== '' && flags !== '-e') throw unsupported(path, text);
  return flags === '-e';
}

const unsupported = (path: string, text: string): Unsupported =>
  new Unsupported(`program ${path} (${text.slice(2, 80).split('\n')[0]!.trim()})`);
