/** The packetdrill scripts of `scripts/`, and for which families each is run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunSettings } from '../../src/packetdrill/run/result.ts';

export const SCRIPTS_FOLDER: string = fileURLToPath(new URL('scripts', import.meta.url));

export interface ScriptFile {
  /** From the folder: `handshake/syn-retries.pkt`. */
  readonly name: string;
  readonly text: string;
}

export interface FamilyRun {
  readonly family: string;
  readonly settings: RunSettings;
}

/** All of them, in the order of their names. */
export function scriptFiles(): ScriptFile[] {
  return readdirSync(SCRIPTS_FOLDER, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.pkt'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ name: relative(SCRIPTS_FOLDER, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

const IPV4: FamilyRun = { family: 'IPv4', settings: {} };
/** Twenty bytes more for the header: the segments stay as large. */
const IPV6: FamilyRun = { family: 'IPv6', settings: { options: ['--ip_version=ipv6', '--mtu=1520'] } };

/** A script that names a family is about that one; others hold for both. */
export const familiesOf = ({ text }: ScriptFile): readonly FamilyRun[] =>
  /^\s*--ip_version=/m.test(text) ? [{ family: 'its own family', settings: {} }] : [IPV4, IPV6];
