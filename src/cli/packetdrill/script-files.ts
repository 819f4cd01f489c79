/**
 * Which scripts are run: files, all `*.pkt` below folders, and standard input. They are read before the first one runs, so
 * that a file that cannot be read is told at once.
 */
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { CliError, EXIT } from '../exit.ts';
import { systemMessage } from '../output-file.ts';

export interface ScriptFile {
  /** For people: its path as it was asked for. */
  readonly name: string;
  readonly text: string;
  /** Where it lies: what it includes is looked for from there. */
  readonly folder: string;
}

const STANDARD_INPUT = '-';

/**
 * Reads the scripts in the order of `paths`, those of a folder in the order of their paths. A file that is meant twice
 * is there once.
 * @throws {CliError} exit 3 if something cannot be read, or a folder holds no script
 */
export async function loadScripts(paths: readonly string[]): Promise<ScriptFile[]> {
  const files = new Map<string, ScriptFile>();
  for (const path of paths) {
    if (path === STANDARD_INPUT) {
      if (!files.has(path)) files.set(path, await standardInput());
      continue;
    }
    for (const name of reading(path, () => scriptsOf(path))) {
      const place = resolve(name);
      if (!files.has(place)) {
        files.set(place, { name, text: reading(name, () => readFileSync(name, 'utf8')), folder: dirname(place) });
      }
    }
  }
  return [...files.values()];
}

async function standardInput(): Promise<ScriptFile> {
  return { name: 'standard input', text: await textOf(process.stdin), folder: process.cwd() };
}

function scriptsOf(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  const found = scriptsBelow(path);
  if (found.length > 0) return found;
  throw new CliError(EXIT.badInput, `${path} holds no script: none of the files below it ends in .pkt.`);
}

/** Links to folders are followed, but no folder is searched twice: under its own name if it has one here. */
function scriptsBelow(top: string): string[] {
  const found: string[] = [];
  const searched = new Set<string>();
  const folders = [top];
  const links: string[] = [];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop() ?? links.sort().shift()) {
    const place = realpathSync(folder);
    if (searched.has(place)) continue;
    searched.add(place);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else if (entry.isSymbolicLink() && isFolder(path)) links.push(path);
      else if (entry.name.endsWith('.pkt')) found.push(path);
    }
  }
  return found.sort();
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(EXIT.badInput, `${path} cannot be read: ${systemMessage(error)}.`);
  }
}
