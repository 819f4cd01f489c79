/** What was stored by `npm run bench:check -- --write`, in `bench/results`. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Machine } from '../measure/machine.ts';

export interface Stored<Value> {
  /** Where and when. */
  readonly machine: Machine;
  readonly values: Readonly<Record<string, Value>>;
}

const FOLDER = new URL('../results/', import.meta.url);
const fileOf = (name: string): URL => new URL(`${name}.json`, FOLDER);

/** @returns `undefined` if nothing was stored yet */
export async function readStored<Value>(name: string): Promise<Stored<Value> | undefined> {
  try {
    return JSON.parse(await readFile(fileOf(name), 'utf8')) as Stored<Value>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Adds to what is stored, or replaces it. */
export async function store<Value>(name: string, machine: Machine, values: ReadonlyMap<string, Value>): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  const before = await readStored<Value>(name);
  const stored: Stored<Value> = { machine, values: { ...before?.values, ...Object.fromEntries(values) } };
  await writeFile(fileOf(name), `${JSON.stringify(stored, undefined, 2)}\n`);
}
