/**
 * Two builds of the stack, made by the same compiler in the same way: as it is, and without tracing. They lie in a folder
 * of the system's, which is removed afterwards.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { withoutTracing } from './strip.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
/** What the comparison itself needs, beside the sources. */
const BENCHES = [
  'bench/cases/bulk-transfer.ts',
  'bench/cases/paths.ts',
  'bench/cases/world-age.ts',
  'bench/measure/interleaved.ts',
  'bench/measure/quartiles.ts',
  'bench/tracing/compare.ts',
];
/** Rooms that run in a world. The trace's own and the command line's are left as they are. */
const TRACED_ROOMS = ['src/layers/', 'src/host/', 'src/sim/', 'src/sockets/'];

export interface Builds {
  readonly withTracing: string;
  readonly withoutTracing: string;
  /** How many files had tracing in them. */
  readonly tracedFiles: number;
  remove(): Promise<void>;
}

/** @throws {Error} if some tracing could not be taken out */
export async function makeBuilds(): Promise<Builds> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wirelab-builds-'));
  const [traced, untraced] = [path.join(folder, 'with'), path.join(folder, 'without')];
  await symlink(path.join(PROJECT, 'node_modules'), path.join(folder, 'node_modules'));
  await writeFile(path.join(folder, 'package.json'), '{"type":"module"}');
  let tracedFiles = 0;
  for (const name of [...(await sources()), ...BENCHES]) {
    const source = await readFile(path.join(PROJECT, name), 'utf8');
    const stripped = TRACED_ROOMS.some((room) => name.startsWith(room)) ? withoutTracing(source, name) : source;
    if (stripped !== source) tracedFiles++;
    await Promise.all([compile(source, name, traced), compile(stripped, name, untraced)]);
  }
  return {
    withTracing: traced,
    withoutTracing: untraced,
    tracedFiles,
    remove: () => rm(folder, { recursive: true }),
  };
}

async function sources(): Promise<string[]> {
  const entries = await readdir(path.join(PROJECT, 'src'), { recursive: true });
  return entries.filter((name) => name.endsWith('.ts')).map((name) => `src/${name.replaceAll(path.sep, '/')}`);
}

async function compile(source: string, name: string, folder: string): Promise<void> {
  const { outputText } = ts.transpileModule(source, {
    fileName: name,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      rewriteRelativeImportExtensions: true,
      useDefineForClassFields: false, // as in tsconfig.json
    },
  });
  const target = path.join(folder, name.replace(/\.ts$/, '.js'));
  await mkdir(path.dirname(target), { recursive: true });
  await writeFile(target, outputText);
}
