#!/usr/bin/env node
/** Where the command `wirelab` starts. */
import { runCommand } from './command-line.ts';
import { FOR_A_LONG_RUN, FOR_MANY_RUNS, inlineMore } from './inlining.ts';

const typed = process.argv.slice(2);
inlineMore(typed[0] === 'bench' ? FOR_MANY_RUNS : FOR_A_LONG_RUN);
process.exitCode = await runCommand(typed);
