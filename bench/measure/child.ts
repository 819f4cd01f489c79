/**
 * A measurement in a process of its own: no other has filled its memory, or taught the compiler of its shapes. The child
 * writes its result to standard output as JSON.
 */
import { spawn } from 'node:child_process';
import process from 'node:process';
import { FOR_A_LONG_RUN } from '../../src/cli/inlining.ts';
import { built } from './built.ts';

/** With these, heap bytes can be counted: see `allocation.ts`. */
export const COUNTING: readonly string[] = ['--expose-gc', '--min-semi-space-size=64', '--max-semi-space-size=64'];

/**
 * Runs a script of TypeScript, built as the package is and with the flag that the command line gives itself, and reads what
 * it answers.
 * @throws {Error} if the child fails
 */
export const inChild = async <Result>(
  script: URL,
  parameters: readonly string[],
  flags: readonly string[] = [],
): Promise<Result> => runNode<Result>([FOR_A_LONG_RUN, ...flags, await built(script), ...parameters]);

/** The same with every parameter of node given. */
export function runNode<Result>(parameters: readonly string[]): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, parameters, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Result);
      else reject(new Error(`a measurement ended with ${code}: node ${parameters.join(' ')}`));
    });
  });
}

/** What a child's own script ends with. */
export function answer(result: unknown): void {
  process.stdout.write(JSON.stringify(result));
}
