#!/usr/bin/env node
/** Where the command `wirelab` starts. */
import { runCommand } from './command-line.ts';

process.exitCode = await runCommand(process.argv.slice(2));
