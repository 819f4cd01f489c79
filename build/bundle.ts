/**
 * Bundles modules as the package has them: few files whose top-level names are constants of one scope.
 *
 * That is for speed. A name that is imported is read from its module's cell at each use, and V8 (of Node 20) can neither
 * rely on what it finds there nor inline it without a check; a constant beside its user it can. Together with
 * `src/cli/inlining.ts` it saves a fifth of the instructions of a bulk transfer and of its code-cache misses
 * (docs/performance.md). Packages stay imports.
 */
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));
/** Another package, or a module of Node's: not a path. */
const PACKAGE = /^[@a-z]/;

/**
 * @param entries the file of each entry, from the project's folder, by the name that it gets without `.js`
 * @param folder where all files go, side by side; others that lie there stay
 * @throws {Error} if a source cannot be read
 */
export async function bundle(entries: Readonly<Record<string, string>>, folder: string): Promise<void> {
  const built = await rolldown({
    cwd: PROJECT,
    input: { ...entries },
    platform: 'node',
    external: (name, from) => from !== undefined && PACKAGE.test(name),
    tsconfig: 'tsconfig.json',
    optimization: { inlineConst: true },
  });
  try {
    await built.write({
      dir: folder,
      format: 'esm',
      sourcemap: true,
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    });
  } finally {
    await built.close();
  }
}
