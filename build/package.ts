/** Builds what the package consists of, but for the types. */
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.ts';
import { PACKAGE_ENTRIES } from './entries.ts';

const FOLDER = fileURLToPath(new URL('../dist', import.meta.url));

await rm(FOLDER, { recursive: true, force: true });
await bundle(PACKAGE_ENTRIES, FOLDER);
