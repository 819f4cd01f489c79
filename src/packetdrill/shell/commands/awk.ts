/**
 * `awk`, as far as it picks columns: `{print $1, $3}`, `/pattern/ {print $NF}`, `NR==2 {print}`. Everything else that
 * the language has is Unsupported.
 */
import { Unsupported } from '../../unsupported.ts';
import { search } from '../patterns/pattern-search.ts';
import { compilePattern, type Pattern, PatternError } from '../patterns/posix-pattern.ts';
import { type CommandCall, type CommandTable, fails } from './command.ts';
import { readFlags } from './flags.ts';
import { linesOf, readInputs } from './text-input.ts';

interface Line {
  readonly text: string;
  readonly number: number;
  readonly fields: readonly string[];
}

interface Program {
  readonly pattern: Pattern | undefined;
  readonly lineNumber: number | undefined;
  /** What is printed, with what stands between. */
  readonly items: readonly ((line: Line) => string)[];
}

function awk(call: CommandCall): number {
  const flags = readFlags(call, { valued: 'F' });
  const [text, ...paths] = flags.rest;
  if (text === undefined) return fails(call, 'usage: awk [-F fs] program [file ...]', 2);
  const input = readInputs(call, paths);
  if (input === undefined) return 2;
  try {
    const program = programOf(text);
    for (const [index, line] of linesOf(input).entries()) {
      const { pattern, lineNumber, items } = program;
      if (lineNumber !== undefined && lineNumber !== index + 1) continue;
      if (pattern !== undefined && search(pattern, line, 0, call.limits) === undefined) continue;
      const read = { text: line, number: index + 1, fields: fieldsOf(line, flags.value('F')) };
      call.print(`${items.map((item) => item(read)).join('')}\n`);
    }
    return 0;
  } catch (error) {
    if (error instanceof PatternError) return fails(call, error.message, 2);
    throw error;
  }
}

function fieldsOf(line: string, separator: string | undefined): readonly string[] {
  if (separator === undefined || separator === ' ') return line.split(/[ \t]+/).filter((field) => field !== '');
  if (separator === '\\t' || separator === 't') return line.split('\t');
  // Longer ones, and some signs, are expressions.
  if (separator.length !== 1 || '\\|^$'.includes(separator)) throw new Unsupported(`command awk -F ${separator}`);
  return line === '' ? [] : line.split(separator);
}

function programOf(text: string): Program {
  const unsupported = (): Unsupported => new Unsupported(`command awk '${text}'`);
  const whole = text.trim();
  const brace = whole.endsWith('}') ? whole.indexOf('{') : whole.length;
  if (brace < 0) throw unsupported();
  const condition = whole.slice(0, brace).trim();
  const action =
    brace === whole.length
      ? 'print'
      : whole
          .slice(brace + 1, -1)
          .trim()
          .replace(/;$/, '')
          .trim();
  const [isPrint, list = ''] = /^print(?![\w])\s*(.*)$/s.exec(action) ?? [];
  if (isPrint === undefined) throw unsupported();
  const [isNumber, number] = /^NR\s*==\s*(\d{1,9})$/.exec(condition) ?? [];
  const [isPattern, expression = ''] = /^\/((?:[^/\\]|\\.)*)\/$/s.exec(condition) ?? [];
  if (condition !== '' && isNumber === undefined && isPattern === undefined) throw unsupported();
  return {
    pattern:
      isPattern === undefined
        ? undefined
        : compilePattern(expression.replaceAll('\\/', '/'), { dialect: 'extended', ignoresCase: false }),
    lineNumber: isNumber === undefined ? undefined : Number(number),
    items: itemsOf(list.trim(), unsupported),
  };
}

/** `$1, $NF` with a blank between; `$1 $2` and `$1 ":" $2` with nothing. */
function itemsOf(list: string, unsupported: () => Unsupported): readonly ((line: Line) => string)[] {
  if (list === '') return [(line) => line.text];
  const items: ((line: Line) => string)[] = [];
  const item = /\s*(?:\$(\d{1,4}|NF)|(NR|NF)(?!\w)|"([^"\\]*)"|(,))\s*/y;
  let isDue = true;
  while (item.lastIndex < list.length) {
    const [all, field, count, text, comma] = item.exec(list) ?? [];
    if (all === undefined || (comma !== undefined && isDue)) throw unsupported();
    isDue = comma !== undefined;
    if (field === 'NF') items.push(({ fields }) => fields.at(-1) ?? '');
    else if (field !== undefined)
      items.push((line) => (Number(field) === 0 ? line.text : (line.fields[Number(field) - 1] ?? '')));
    else if (count !== undefined) items.push((line) => String(count === 'NR' ? line.number : line.fields.length));
    else items.push(() => text ?? ' ');
  }
  if (isDue) throw unsupported();
  return items;
}

export const AWK_COMMANDS: CommandTable = { awk };
