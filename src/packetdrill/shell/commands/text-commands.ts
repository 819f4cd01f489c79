/** Small filters of text, as POSIX has them: `cat`, `wc`, `head`, `tail`, `tr`, `cut`, `basename`, `dirname`. */
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, type CommandTable, fails, lastPart } from './command.ts';
import { readFlags } from './flags.ts';
import { linesOf, readInput, readInputs } from './text-input.ts';

function cat(call: CommandCall): number {
  const { rest } = readFlags(call, { alone: 'u', anywhere: true });
  if (rest.length === 0) call.print(call.input);
  let status = 0;
  for (const path of rest) {
    const text = readInput(call, path);
    if (text === undefined) status = 1;
    else call.print(text);
  }
  return status;
}

function wc(call: CommandCall): number {
  const flags = readFlags(call, {
    alone: 'lwcm',
    long: { lines: 'l', words: 'w', bytes: 'c', chars: 'm' },
    anywhere: true,
  });
  if (flags.rest.length > 1) throw new Unsupported('command wc with several files');
  const text = readInputs(call, flags.rest);
  if (text === undefined) return 1;
  const counts: Readonly<Record<string, () => number>> = {
    l: () => text.split('\n').length - 1,
    w: () => text.split(/\s+/).filter((word) => word !== '').length,
    m: () => [...text].length,
    c: () => new TextEncoder().encode(text).length,
  };
  const asked = Object.keys(counts).filter((letter) => flags.has(letter));
  const letters = asked.length > 0 ? asked : ['l', 'w', 'c'];
  const numbers = letters.map((letter) => String(counts[letter]!()));
  const isFreebsd = call.host.profile === 'freebsd';
  // FreeBSD sets numbers in columns of eight; GNU does where there are several.
  const columns = isFreebsd
    ? numbers.map((number) => number.padStart(8)).join('')
    : numbers.length === 1
      ? numbers.join('')
      : numbers.map((number) => number.padStart(7)).join(' ');
  call.print(`${columns}${flags.rest.map((path) => ` ${path}`).join('')}\n`);
  return 0;
}

/** The number of `head -n 3`, `head -3`, `tail -n +2`. */
interface Count {
  readonly sign: string;
  readonly number: number;
  readonly paths: readonly string[];
}

function countOf(call: CommandCall): Count | undefined {
  const words = call.arguments.map((word, index) => (index === 0 && /^-\d+$/.test(word) ? `-n${word.slice(1)}` : word));
  const flags = readFlags({ ...call, arguments: words }, { valued: 'n', long: { lines: 'n' }, anywhere: true });
  const [all, sign = '', digits = ''] = /^([-+]?)(\d{1,9})$/.exec(flags.value('n') ?? '10') ?? [];
  return all === undefined ? undefined : { sign, number: Number(digits), paths: flags.rest };
}

const ends =
  (take: (lines: readonly string[], count: Count) => readonly string[]) =>
  (call: CommandCall): number => {
    const count = countOf(call);
    if (count === undefined) return fails(call, 'invalid number of lines');
    if (count.paths.length > 1) throw new Unsupported(`command ${lastPart(call.name)} with several files`);
    const text = readInputs(call, count.paths);
    if (text === undefined) return 1;
    for (const line of take(linesOf(text), count)) call.print(`${line}\n`);
    return 0;
  };

const head = ends((lines, { sign, number }) =>
  lines.slice(0, sign === '-' ? Math.max(0, lines.length - number) : number),
);

const tail = ends((lines, { sign, number }) =>
  sign === '+' ? lines.slice(Math.max(0, number - 1)) : number === 0 ? [] : lines.slice(-number),
);

const CLASSES: Readonly<Record<string, string>> = {
  blank: ' \t',
  digit: '0-9',
  lower: 'a-z',
  space: ' \t\n\r\f\v',
  upper: 'A-Z',
};
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** The letters of a set: `a-z`, `[:space:]`, `\n`. */
function letters(set: string): readonly string[] {
  const text = set
    .replace(/\[:([a-z]+):\]/g, (_all, name: string) => {
      if (!Object.hasOwn(CLASSES, name)) throw new Unsupported(`command tr [:${name}:]`);
      return CLASSES[name]!;
    })
    .replace(/\\(.)/gs, (_all, letter: string) => {
      if (!Object.hasOwn(CONTROLS, letter)) throw new Unsupported(`command tr \\${letter}`);
      return CONTROLS[letter]!;
    });
  const found: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const last = text[at + 1] === '-' ? text[at + 2] : undefined;
    if (last === undefined) {
      found.push(text[at]!);
      continue;
    }
    for (let code = text.charCodeAt(at); code <= last.charCodeAt(0); code++) found.push(String.fromCharCode(code));
    at += 2;
  }
  return found;
}

/** `tr -d SET`, and `tr SET1 SET2`: the last letter of the second set stands for all further ones. */
function tr(call: CommandCall): number {
  const flags = readFlags(call, { alone: 'ds' });
  const [first, second] = flags.rest;
  if (first === undefined) return fails(call, 'missing operand');
  const from = letters(first);
  const text = [...call.input];
  if (flags.has('d')) {
    if (flags.has('s') || second !== undefined) throw new Unsupported('command tr -d with two sets');
    call.print(text.filter((letter) => !from.includes(letter)).join(''));
    return 0;
  }
  if (second === undefined && !flags.has('s')) return fails(call, `missing operand after '${first}'`);
  const to = second === undefined ? from : letters(second);
  if (to.length === 0) return fails(call, 'when not truncating set1, string2 must be non-empty');
  const map = new Map<string, string>();
  for (const [index, letter] of from.entries()) {
    map.set(letter, second === undefined ? letter : to[Math.min(index, to.length - 1)]!);
  }
  const mapped = text.map((letter) => map.get(letter) ?? letter);
  const isDoubled = (letter: string, index: number): boolean =>
    flags.has('s') && letter === mapped[index - 1] && to.includes(letter);
  call.print(mapped.filter((letter, index) => !isDoubled(letter, index)).join(''));
  return 0;
}

/** `cut -d X -f LIST`, `cut -c LIST`. */
function cut(call: CommandCall): number {
  const flags = readFlags(call, { alone: 's', valued: 'dfc', anywhere: true });
  const list = flags.value('f') ?? flags.value('c');
  if (list === undefined) return fails(call, 'you must specify a list of characters or fields');
  const ranges = list.split(',').map((range) => /^(\d{0,6})(-?)(\d{0,6})$/.exec(range));
  if (ranges.some((range) => range === null || range[0] === '' || range[0] === '-'))
    return fails(call, 'invalid field range');
  const isChosen = (number: number): boolean =>
    ranges.some((range) => {
      const [, first = '', dash = '', last = ''] = range!;
      if (dash === '') return number === Number(first);
      return number >= Number(first || 1) && number <= Number(last || Number.POSITIVE_INFINITY);
    });
  const text = readInputs(call, flags.rest);
  if (text === undefined) return 1;
  const separator = flags.has('c') ? '' : (flags.value('d') ?? '\t');
  for (const line of linesOf(text)) {
    const isWhole = !flags.has('c') && !line.includes(separator);
    if (isWhole && flags.has('s')) continue;
    const parts = line.split(separator).filter((_part, index) => isChosen(index + 1));
    call.print(`${isWhole ? line : parts.join(separator)}\n`);
  }
  return 0;
}

function basename(call: CommandCall): number {
  const [path, suffix = ''] = call.arguments;
  if (path === undefined) return fails(call, 'missing operand');
  const name = lastPart(withoutLastSlash(path)) || '/';
  call.print(`${suffix !== '' && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`);
  return 0;
}

function dirname(call: CommandCall): number {
  const [path] = call.arguments;
  if (path === undefined) return fails(call, 'missing operand');
  const trimmed = withoutLastSlash(path);
  const slash = trimmed.lastIndexOf('/');
  call.print(`${slash < 0 ? '.' : slash === 0 ? '/' : trimmed.slice(0, slash)}\n`);
  return 0;
}

const withoutLastSlash = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

export const TEXT_COMMANDS: CommandTable = { basename, cat, cut, dirname, head, tail, tr, wc };
