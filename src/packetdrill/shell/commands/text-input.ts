/** What commands that filter text read: files, special files, or standard input. */
import { readSpecialFile } from '../sysctls/proc.ts';
import type { CommandCall } from './command.ts';

/** The lines of a text, without the ends of lines. */
export function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** Text of a file by its path, of standard input for `-`; `undefined`, with a complaint, if there is none. */
export function readInput(call: CommandCall, path: string): string | undefined {
  if (path === '-') return call.input;
  const text = readSpecialFile(path, call.host) ?? call.host.readFile(path);
  if (text === undefined) call.complain(`${call.name}: ${path}: No such file or directory\n`);
  return text;
}

/** All files one after the other, standard input without any. `undefined` if one is missing. */
export function readInputs(call: CommandCall, paths: readonly string[]): string | undefined {
  if (paths.length === 0) return call.input;
  const texts = paths.map((path) => readInput(call, path));
  return texts.includes(undefined) ? undefined : texts.join('');
}
