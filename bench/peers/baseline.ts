/** The checksum in C, compiled where there is a compiler. It measures itself: calling it from here would cost more. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Baseline {
  /** The compiler, its version and flags. */
  readonly name: string;
  /** Nanoseconds of the processor for the checksum of so many bytes. */
  checksumNs(bytes: number): number;
}

const SOURCE = fileURLToPath(new URL('./baseline.c', import.meta.url));
/** From version 12 on, gcc vectorises at -O2 as well where that is cheap. */
const FLAGS = [['-O2', '-fno-tree-vectorize'], ['-O3']] as const;
const MILLISECONDS = 30;

/** @returns none where there is no gcc */
export function compileBaselines(): { readonly baselines: readonly Baseline[]; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'wirelab-baseline-'));
  const remove = (): void => rmSync(folder, { recursive: true });
  try {
    const version = execFileSync('gcc', ['-dumpfullversion'], { encoding: 'utf8' }).trim();
    const baselines = FLAGS.map((flags, index): Baseline => {
      const program = path.join(folder, `baseline-${index}`);
      execFileSync('gcc', [...flags, '-o', program, SOURCE]);
      return {
        name: `gcc ${version} ${flags[0]}${index === 0 ? ', scalar' : ''}`,
        checksumNs: (bytes) =>
          Number(execFileSync(program, [String(bytes), String(MILLISECONDS)], { encoding: 'utf8' })),
      };
    });
    return { baselines, remove };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return { baselines: [], remove };
  }
}
