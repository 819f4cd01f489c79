/** Small scripts for each verdict, and a folder to put them into. */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** RFC 9293 §3.10.7.1: what a closed port answers. */
export const PASS = '0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 1 win 0\n';
/** Line 2 expects another acknowledgment number. */
export const FAIL = '0 < S 0:0(0) win 1000\n+0 > R. 0:0(0) ack 2 win 0\n';
/** Line 1 asks for what nobody has. */
export const UNSUPPORTED: string = `--frobnicate=1\n${PASS}`;
/** Line 2, column 13. */
export const NO_SCRIPT = '\n0 < S 0:0(0 win 1000\n';

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'wirelab-packetdrill-'));

/** Writes files by their paths below `folder`. @returns that folder */
export function write(folder: string, files: Readonly<Record<string, string>>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
