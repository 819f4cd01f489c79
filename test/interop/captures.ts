/**
 * The real captures that tests read, where they lie: `../shared/captures` from the project's root.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface CaptureOnDisk {
  readonly name: string;
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Whether its frames are what real stacks send; the others are malformed on purpose. */
  readonly isOrdinary: boolean;
}

const FOLDER = fileURLToPath(new URL('../../../shared/captures/', import.meta.url));

/** By their names (see the folder's README), and one more: PPP frames of random bytes. */
const MALFORMED = /invalid|heapoverflow|asan|oobr|negative|ppp_ip_udp_dns/;

/** All captures; none, with a word about it, where the folder is absent. */
export function captures(): CaptureOnDisk[] {
  if (!existsSync(FOLDER)) {
    console.warn(`${FOLDER} is absent: the tests that read its captures are skipped`);
    return [];
  }
  return readdirSync(FOLDER)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => {
      const path = join(FOLDER, name);
      return {
        name: basename(name),
        path,
        bytes: new Uint8Array(readFileSync(path)),
        isOrdinary: !MALFORMED.test(name),
      };
    });
}
