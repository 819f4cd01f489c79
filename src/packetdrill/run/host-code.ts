/** Shell commands and Python of a script, on the emulated host as it is at the moment. */
import type { ControlBlock } from '../../layers/transport/tcp/control-block.ts';
import { tcpInfoOf } from '../../layers/transport/tcp/info-snapshot.ts';
import { CodeFailure } from '../code/code-failure.ts';
import { freebsdTcpInfo } from '../code/freebsd-tcp-info.ts';
import { linuxTcpInfo } from '../code/linux-tcp-info.ts';
import { PythonProgram } from '../code/python.ts';
import type { CodeAction, Place, ScriptEvent } from '../language/script.ts';
import type { ShellHost } from '../shell/host.ts';
import { runShell } from '../shell/shell.ts';
import { ShellError } from '../shell/shell-error.ts';
import type { CodeRunner } from './code-runner.ts';
import { ScriptFailure } from './failure.ts';

export class HostCode implements CodeRunner {
  /** What the script has printed. */
  readonly output: string[];
  private readonly kernel: ShellHost;
  private readonly program: PythonProgram;

  constructor(kernel: ShellHost) {
    this.output = [];
    this.kernel = kernel;
    this.program = new PythonProgram();
  }

  /** Runs shell scripts before the first event (`--init_scripts`). */
  includeAll(paths: readonly string[]): void {
    for (const path of paths) this.shell(path, { line: 1, column: 1 });
  }

  command(command: string, event: ScriptEvent): void {
    this.shell(command, event.place);
  }

  code({ code, codePlace }: CodeAction, connection: ControlBlock | undefined): void {
    const info = connection === undefined ? undefined : tcpInfoOf(connection);
    const names = this.kernel.profile === 'freebsd' ? freebsdTcpInfo(info) : linuxTcpInfo(info, connection);
    try {
      this.output.push(...this.program.run(code, codePlace, names));
    } catch (error) {
      if (error instanceof CodeFailure) this.output.push(...error.output);
      throw error;
    }
  }

  private shell(command: string, place: Place): void {
    try {
      const { exitCode, output, errors } = runShell(command, this.kernel);
      this.output.push(...linesOf(output), ...linesOf(errors));
      if (exitCode !== 0) {
        throw new ScriptFailure(place, `the command ended with ${exitCode}: ${command.trim().replace(/\s+/g, ' ')}`, [
          ...linesOf(errors).map((line) => `  ${line}`),
        ]);
      }
    } catch (error) {
      if (error instanceof ShellError) throw new ScriptFailure(place, `this command cannot be read: ${error.message}`);
      throw error;
    }
  }
}

const linesOf = (text: string): string[] => (text === '' ? [] : text.trimEnd().split('\n'));
