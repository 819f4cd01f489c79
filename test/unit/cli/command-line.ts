/** Runs the command line: in this process, or as a user does in one of its own. */
import { spawn } from 'node:child_process';
import { vi } from 'vitest';
import { runCommand } from '../../../src/cli/command-line.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** In this process, one at a time: a process of its own takes a second to start. */
export async function wirelab(words: readonly string[]): Promise<Ended> {
  const [stdout, stderr]: [string[], string[]] = [[], []];
  const taking =
    (into: string[]) =>
    (piece: unknown, ...rest: unknown[]) => {
      into.push(String(piece));
      const done = rest.at(-1);
      if (typeof done === 'function') done();
      return true;
    };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(taking(stdout)),
    vi.spyOn(process.stderr, 'write').mockImplementation(taking(stderr)),
  ];
  try {
    const code = await runCommand(words);
    return { code, stdout: stdout.join(''), stderr: stderr.join('') };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** In a process of its own. @param input what its standard input gives */
export function wirelabProcess(words: readonly string[], input = ''): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', ...words], {
      env: { ...process.env, NO_COLOR: '1' },
    });
    const [stdout, stderr]: [string[], string[]] = [[], []];
    child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') }));
    child.stdin.end(input);
  });
}
