/**
 * The command line: every verb registers itself here.
 */
import { Command, CommanderError } from 'commander';
import { registerBench } from './bench/loss.ts';
import { registerDemo } from './demo.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';
import { registerPacketdrill } from './packetdrill/packetdrill.ts';
import { registerRead } from './read.ts';
import { registerSysctl } from './sysctl.ts';
import { registerTransfer } from './transfer.ts';

/**
 * Runs one command.
 * @param words what follows the program's name
 * @returns how it ended
 */
export async function runCommand(words: readonly string[]): Promise<ExitCode> {
  const program = new Command('wirelab').description('A complete TCP/IP stack on raw frames.').exitOverride();
  registerTransfer(program);
  registerDemo(program);
  registerRead(program);
  registerPacketdrill(program);
  registerSysctl(program);
  registerBench(program);
  for (const command of program.commands) command.exitOverride();
  try {
    await program.parseAsync(words, { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (error instanceof CliError) {
      if (error.message !== '') process.stderr.write(`wirelab: ${error.message}\n`);
      return error.code;
    }
    const story = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`wirelab: internal error: ${story}\n`);
    return EXIT.internal;
  }
}
