#!/usr/bin/env node
/**
 * The command line: every verb registers itself here.
 */
import { Command, CommanderError } from 'commander';
import { registerDemo } from './demo.ts';
import { CliError, EXIT } from './exit.ts';
import { registerRead } from './read.ts';
import { registerTransfer } from './transfer.ts';

const program = new Command('wirelab').description('A complete TCP/IP stack on raw frames.').exitOverride();
registerTransfer(program);
registerDemo(program);
registerRead(program);
for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CliError) {
    process.stderr.write(`wirelab: ${error.message}\n`);
    process.exitCode = error.code;
  } else if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    process.stderr.write(
      `wirelab: internal error: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
    );
    process.exitCode = EXIT.internal;
  }
}
