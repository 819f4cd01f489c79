/**
 * Files that a verb writes beside its report.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { CliError, EXIT } from './exit.ts';

interface OutputFile {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

/** Opened before the run: a path that cannot be written to is told at once. */
export function openFile(path: string): OutputFile {
  try {
    const descriptor = openSync(path, 'w');
    return { write: (bytes) => writeAll(descriptor, bytes, path), close: () => closeSync(descriptor) };
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function writeAll(descriptor: number, bytes: Uint8Array, path: string): void {
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

const cannotWrite = (path: string, error: unknown): CliError =>
  new CliError(EXIT.usage, `${path} cannot be written: ${systemMessage(error)}.`);

/** `ENOENT: no such file or directory, open 'x'` → `no such file or directory`. */
export const systemMessage = (error: unknown): string =>
  error instanceof Error && 'code' in error
    ? error.message.replace(/^[A-Z]+: /, '').replace(/, \w+( '.*')?$/, '')
    : String(error);
