#!/usr/bin/env node
/** Where the command `wirelab` starts. */
import { runCommand } from './command-line.ts';
import { FOR_A_LONG_RUN, FOR_MANY_RUNS, inlineMore } from './inlining.ts';

const typed = process.argv.slice(2);
/** Verbs of many short runs. */
const SHORT: ReadonlySet<string | undefined> = new Set(['bench', 'packetdrill']);
inlineMore(SHORT.has(typed[0]) ? FOR_MANY_RUNS : FOR_A_LONG_RUN);
process.exitCode = await runCommand(typed);
