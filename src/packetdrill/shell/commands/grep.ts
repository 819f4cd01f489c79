/** `grep`, `egrep`, `fgrep` (POSIX XCU, with GNU's `-o`, `-w`, `-m`, `-h`). */

import { type Found, search } from '../patterns/pattern-search.ts';
import { compilePattern, type Pattern, PatternError, type PatternOptions } from '../patterns/posix-pattern.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { type Flags, readFlags } from './flags.ts';
import { linesOf, readInput } from './text-input.ts';

const LONG = {
  count: 'c',
  'extended-regexp': 'E',
  'fixed-strings': 'F',
  'ignore-case': 'i',
  'invert-match': 'v',
  'line-number': 'n',
  'line-regexp': 'x',
  'max-count': 'm',
  'no-messages': 's',
  'only-matching': 'o',
  quiet: 'q',
  regexp: 'e',
  silent: 'q',
  'word-regexp': 'w',
};

const grep =
  (usual: PatternOptions['dialect']) =>
  (call: CommandCall): number => {
    const flags = readFlags(call, { alone: 'cqvEFGiowxnsh', valued: 'em', long: LONG, anywhere: true });
    const [first, ...others] = flags.rest;
    const given = flags.values('e').length > 0 ? flags.values('e') : first === undefined ? [] : [first];
    if (given.length === 0) return fails(call, 'usage: grep [flags] pattern [file ...]', 2);
    const paths = flags.values('e').length > 0 ? flags.rest : others;
    try {
      const patterns = patternsOf(given, flags, usual);
      return searchFiles(call, flags, patterns, paths);
    } catch (error) {
      if (error instanceof PatternError) return fails(call, error.message, 2);
      throw error;
    }
  };

function patternsOf(given: readonly string[], flags: Flags, usual: PatternOptions['dialect']): readonly Pattern[] {
  const dialect = flags.has('E') ? 'extended' : flags.has('F') ? 'fixed' : flags.has('G') ? 'basic' : usual;
  const options = { dialect, ignoresCase: flags.has('i') } as const;
  return given.flatMap((text) => text.split('\n')).map((text) => compilePattern(text, options));
}

function searchFiles(call: CommandCall, flags: Flags, patterns: readonly Pattern[], paths: readonly string[]): number {
  const most = Number(flags.value('m') ?? Number.POSITIVE_INFINITY);
  if (Number.isNaN(most)) return fails(call, 'invalid max count', 2);
  let found = 0;
  let isMissing = false;
  const files = paths.length === 0 ? ['-'] : paths;
  for (const path of files) {
    const text = readInput({ ...call, complain: flags.has('s') ? () => {} : call.complain }, path);
    if (text === undefined) {
      isMissing = true;
      continue;
    }
    const prefix = files.length > 1 && !flags.has('h') ? `${path}:` : '';
    const selected = selectLines(call, flags, patterns, text, most);
    found += selected.length;
    if (flags.has('q')) continue;
    if (flags.has('c')) call.print(`${prefix}${selected.length}\n`);
    else
      for (const { number, pieces } of selected) {
        const label = flags.has('n') ? `${prefix}${number}:` : prefix;
        for (const piece of pieces) call.print(`${label}${piece}\n`);
      }
  }
  if (flags.has('q') && found > 0) return 0;
  return isMissing ? 2 : found > 0 ? 0 : 1;
}

interface Selected {
  readonly number: number;
  /** The line; or with `-o` what was found in it. */
  readonly pieces: readonly string[];
}

function selectLines(
  call: CommandCall,
  flags: Flags,
  patterns: readonly Pattern[],
  text: string,
  most: number,
): readonly Selected[] {
  const selected: Selected[] = [];
  for (const [index, line] of linesOf(text).entries()) {
    if (selected.length >= most) break;
    const isFound = firstFound(call, flags, patterns, line, 0) !== undefined;
    if (isFound === flags.has('v')) continue;
    selected.push({ number: index + 1, pieces: flags.has('o') ? allFound(call, flags, patterns, line) : [line] });
  }
  return selected;
}

/** The leftmost of all patterns, and of those the longest. */
function firstFound(
  call: CommandCall,
  flags: Flags,
  patterns: readonly Pattern[],
  line: string,
  from: number,
): Found | undefined {
  let best: Found | undefined;
  for (const pattern of patterns) {
    const found = fitting(call, flags, pattern, line, from);
    if (found === undefined) continue;
    const isBetter =
      best === undefined || found.start < best.start || (found.start === best.start && found.end > best.end);
    if (isBetter) best = found;
  }
  return best;
}

/** `-x` wants the whole line, `-w` whole words. */
function fitting(
  { limits }: CommandCall,
  flags: Flags,
  pattern: Pattern,
  line: string,
  from: number,
): Found | undefined {
  const isWord = (at: number): boolean => /^\w$/.test(line[at] ?? '');
  for (let at = from; at <= line.length; at++) {
    const found = search(pattern, line, at, limits);
    if (found === undefined) return undefined;
    if (flags.has('x')) return found.start === 0 && found.end === line.length ? found : undefined;
    if (!flags.has('w') || !(isWord(found.start - 1) || isWord(found.end))) return found;
    at = found.start;
  }
  return undefined;
}

function allFound(call: CommandCall, flags: Flags, patterns: readonly Pattern[], line: string): readonly string[] {
  const pieces: string[] = [];
  if (flags.has('v')) return pieces;
  let at = 0;
  while (at <= line.length) {
    const found = firstFound(call, flags, patterns, line, at);
    if (found === undefined) break;
    if (found.end > found.start) pieces.push(line.slice(found.start, found.end));
    at = Math.max(found.end, found.start + 1);
  }
  return pieces;
}

export const GREP_COMMANDS: CommandTable = { egrep: grep('extended'), fgrep: grep('fixed'), grep: grep('basic') };
