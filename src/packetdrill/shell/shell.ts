/**
 * Runs a shell command of a script on the emulated host. It is a small POSIX shell whose programs act on that host and on
 * nothing else: no process is started, and time is the script's own.
 */
import { Evaluator } from './evaluation/evaluator.ts';
import { Limits } from './evaluation/limits.ts';
import { TextOutput } from './evaluation/output.ts';
import { Session } from './evaluation/session.ts';
import type { ShellHost } from './host.ts';

export interface ShellOutcome {
  /** 0 for success, as programs have it. */
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
  /** How long `sleep` has slept; the host has let that time pass already. */
  readonly tookNs: number;
}

/**
 * Runs what stands between the backquotes of a script.
 * @throws {Unsupported} for a command, a flag, a sysctl or a value that the emulated host does not have
 * @throws {ShellError} for what is no shell command, or never ends
 * @example
 * runShell('sysctl -q net.ipv4.tcp_sack=0', host).exitCode; // 0
 */
export function runShell(command: string, host: ShellHost): ShellOutcome {
  const limits = new Limits();
  limits.checkText(command.length);
  const output = new TextOutput(limits);
  const errors = new TextOutput(limits);
  const evaluator = new Evaluator(host, limits);
  const exitCode = evaluator.runText(command, new Session('sh', []), { input: '', output, errors });
  return { exitCode, output: output.text, errors: errors.text, tookNs: evaluator.sleptNs };
}
