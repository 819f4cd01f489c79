#!/usr/bin/env node
/** Where the command `wirelab` starts. */
import { runCommand } from './command-line.ts';
import { inlineMore } from './inlining.ts';

inlineMore();
process.exitCode = await runCommand(process.argv.slice(2));
