/**
 * A script of the benchmarks built as the package is (`build/bundle.ts`): so is measured what users run. The build lies in
 * `bench/built` while this process runs.
 */
import { rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../build/bundle.ts';

const FOLDER = fileURLToPath(new URL('../built/', import.meta.url));
const builds = new Map<string, Promise<string>>();

/** @returns the path of the built script; it is built once */
export function built(script: URL): Promise<string> {
  const source = fileURLToPath(script);
  let build = builds.get(source);
  if (build === undefined) {
    build = make(source);
    builds.set(source, build);
  }
  return build;
}

async function make(source: string): Promise<string> {
  // Beside those of others that measure at the same time.
  const name = `${path.basename(source, '.ts')}-${process.pid}`;
  const file = path.join(FOLDER, `${name}.js`);
  process.once('exit', () => {
    for (const each of [file, `${file}.map`]) rmSync(each, { force: true });
  });
  await bundle({ [name]: source }, FOLDER);
  return file;
}
