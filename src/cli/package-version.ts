/** Which wirelab this is: the version in its package.json, which lies above this file from the sources and from `dist`. */
import { readFileSync } from 'node:fs';

export function packageVersion(): string {
  for (let place = new URL('./', import.meta.url); place.pathname !== '/'; place = new URL('../', place)) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL('package.json', place), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (name === 'wirelab' && version !== undefined) return version;
    } catch {
      // Not here: further up.
    }
  }
  return 'unknown';
}
