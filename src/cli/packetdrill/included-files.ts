/**
 * Files that a script includes. Such a path is relative to wherever the script is started, and suites are started from
 * different folders of theirs: so it is looked for from the script's own folder, then from each folder above it. What is
 * found always ends in the path as it was written.
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, sep } from 'node:path';

/** @param folder of the script, as an absolute path @returns the text of a file by its path; `undefined` if there is none */
export const includedFiles =
  (folder: string): ((path: string) => string | undefined) =>
  (path) => {
    if (isAbsolute(path)) return textOf(path);
    for (const start of upwards(folder)) {
      // As it stands: if a folder is a link, `..` is beside what the link means, and `join` would take it for beside the link.
      const text = textOf(`${start}${sep}${path}`);
      if (text !== undefined) return text;
    }
    return undefined;
  };

function* upwards(folder: string): Generator<string> {
  for (let here = folder; ; here = dirname(here)) {
    yield here;
    if (dirname(here) === here) return;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // a folder of that name, or no permission: not to be had from here
  }
}
