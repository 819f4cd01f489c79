/**
 * The syntax tree of Python code, by the grammar of @lezer/python. That one reads everything somehow and is lenient; here
 * code is made ready for it, and what it forgives and Python does not is an error:
 *
 * - code may be indented as a whole, and its first line stands wherever the script's line has come to;
 * - Python 2's `print x, y`, of which it knows no more than `print x`, and numbers like `2.`, which it does not know, are
 *   read as something else of the same length in their places;
 * - indentation that does not fit.
 */
import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@lezer/python';
import type { Place } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';

/** Put before code that is indented as a whole: of all that has a body, what takes no `else`. */
const INDENTED = 'class _:\n';
const TAB_WIDTH = 8;

export class ParsedCode {
  readonly tree: Tree;
  /** As it was written, also where something else was read in its place. */
  readonly text: string;
  private readonly layout: Layout;

  constructor(tree: Tree, layout: Layout) {
    this.tree = tree;
    this.text = layout.text;
    this.layout = layout;
  }

  /** The statements of the whole program. */
  get statements(): SyntaxNode[] {
    const top = children(this.tree.topNode);
    return this.layout.isIndented ? children(children(top[0]!).at(-1)!).slice(1) : top;
  }
  /** What is indented less than the code as a whole. */
  get outside(): SyntaxNode[] {
    return this.layout.isIndented ? children(this.tree.topNode).slice(1) : [];
  }
  /** Whether a statement is Python 2's `print`. */
  isPrint({ name, from }: SyntaxNode): boolean {
    return (name === 'YieldStatement' || name === 'PassStatement') && this.text.startsWith('print', from);
  }
  slice({ from, to }: { readonly from: number; readonly to: number }): string {
    return this.text.slice(from, to);
  }
  /** Where in the script something stands. */
  place(at: number): Place {
    return this.layout.place(at);
  }
}

/** All that a node consists of, but for comments. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'Comment') found.push(child);
  }
  return found;
}

/** Where the lines of code are while they are read. */
interface Layout {
  readonly text: string;
  readonly isIndented: boolean;
  place(at: number): Place;
}

interface Problem {
  readonly at: number;
  readonly sentence: string;
}

/** @throws {ScriptError} for a syntax error @throws {Unsupported} for Python 2's `print >>file` */
export function parsePython(code: string, codePlace: Place): ParsedCode {
  let furthest: { readonly parsed: ParsedCode; readonly problem: Problem } | undefined;
  for (const indentation of firstIndentations(code, codePlace)) {
    const layout = layOut(code, codePlace, indentation);
    const parsed = parseLaidOut(layout);
    const problem = firstProblem(parsed);
    if (problem === undefined) return parsed;
    // How the first line was meant is best guessed by how far the code can be read.
    if (furthest === undefined || isFurther(parsed.place(problem.at), furthest.parsed.place(furthest.problem.at))) {
      furthest = { parsed, problem };
    }
  }
  const { parsed, problem } = furthest!;
  throw new ScriptError(parsed.place(problem.at), `Python: ${problem.sentence}`);
}

const isFurther = (one: Place, other: Place): boolean =>
  one.line > other.line || (one.line === other.line && one.column > other.column);

// ---- where lines begin ----

const isBlank = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);
const spaces = (line: string): string => /^[ \t\f]*/.exec(line)![0];

/** How far text is indented. */
function width(space: string): number {
  let columns = 0;
  for (const character of space) columns += character === '\t' ? TAB_WIDTH - (columns % TAB_WIDTH) : 1;
  return columns;
}

/** How far the first line may be meant to be indented: as it stands in the script, as the others are, or not at all. */
function firstIndentations(code: string, codePlace: Place): number[] {
  const [first = '', ...others] = code.split(/\r?\n/);
  const indented = others.filter((line) => !isBlank(line)).map((line) => width(spaces(line)));
  if (indented.length === 0 || isBlank(first)) return [0];
  return [...new Set([codePlace.column - 1 + width(spaces(first)), Math.min(...indented), 0])];
}

/** The code with its first line indented so far. */
function layOut(code: string, codePlace: Place, indentation: number): Layout {
  const lines = code.split(/\r?\n/);
  const stood = spaces(lines[0]!).length;
  lines[0] = ' '.repeat(indentation) + lines[0]!.slice(stood);
  const start = lines.find((line) => !isBlank(line)) ?? '';
  const isIndented = spaces(start) !== '';
  const text = (isIndented ? INDENTED : '') + lines.join('\n');
  return {
    text,
    isIndented,
    place: (at) => {
      const before = text.slice(isIndented ? INDENTED.length : 0, at).split('\n');
      const column = before.at(-1)!.length + 1;
      return before.length > 1
        ? { line: codePlace.line + before.length - 1, column }
        : {
            line: codePlace.line,
            column: Math.max(codePlace.column, codePlace.column + column - 1 - indentation + stood),
          };
    },
  };
}

// ---- what the grammar does not know ----

/** Something of the text, and what is read in its place. */
interface Substitute {
  readonly at: number;
  readonly text: string;
}

function parseLaidOut(layout: Layout): ParsedCode {
  let { text } = layout;
  for (;;) {
    const tree = parser.parse(text);
    const found = substitutes(tree, text);
    if (found.length === 0) return new ParsedCode(tree, layout);
    for (const one of found) text = text.slice(0, one.at) + one.text + text.slice(one.at + one.text.length);
  }
}

function substitutes(tree: Tree, text: string): Substitute[] {
  const found: Substitute[] = [];
  tree.iterate({
    enter: ({ name, from, to }) => {
      if (name === 'PrintStatement') found.push(substitutePrint(from, text));
      // `2.` as `20`: what it is worth is read from the code as it was written.
      const endsInPoint = name === 'Number' && text[to] === '.' && /^[\d_]+$/.test(text.slice(from, to));
      if (endsInPoint) found.push({ at: to, text: '0' });
    },
  });
  return found;
}

/** As `yield`, which takes the same things, or as `pass` if it is to print an empty line. */
function substitutePrint(at: number, text: string): Substitute {
  const rest = text.slice(at + 'print'.length);
  if (/^[ \t]*>>/.test(rest)) throw new Unsupported("Python's print >>");
  return { at, text: /^[ \t]*(?:$|[;\n])/.test(rest) ? 'pass ' : 'yield' };
}

// ---- what is wrong ----

function firstProblem(parsed: ParsedCode): Problem | undefined {
  const found: Problem[] = parsed.outside.map(({ from }) => ({ at: from, sentence: MISPLACED }));
  parsed.tree.iterate({
    enter: ({ node, type }) => {
      if (type.isError) found.push(unreadable(node, parsed.text));
      if (node.name === 'Script' || node.name === 'Body') found.push(...misplacedStatements(node, parsed.text));
      if (node.name.endsWith('Statement')) found.push(...misplacedClauses(node, parsed.text));
    },
  });
  return found.sort((one, other) => one.at - other.at)[0];
}

const MISPLACED = 'this line is not indented as those before it';
const TOKEN = /^(?:[\p{L}\p{N}_]+|"[^"\n]*"?|'[^'\n]*'?|[^\s])/u;

function unreadable({ from, parent }: SyntaxNode, text: string): Problem {
  if (parent?.name === 'String' || parent?.name === 'FormatString') {
    return { at: parent.from, sentence: 'this text has no end' };
  }
  const at = from + /^[ \t]*/.exec(text.slice(from))![0].length;
  const token = TOKEN.exec(text.slice(at))?.[0];
  if (token !== undefined && token !== '#') return { at, sentence: `${token} was not expected here` };
  // At the end of the line before it, if it is in none.
  const end = text.slice(0, from).trimEnd().length;
  return { at: end, sentence: 'something is missing here' };
}

/** How far the line is indented that something begins; `undefined` if it does not begin one. */
function indentationOf(from: number, text: string): number | undefined {
  const before = text.slice(text.lastIndexOf('\n', from - 1) + 1, from);
  return before.trim() === '' ? width(before) : undefined;
}

/** The statements of a block begin in one column. */
function misplacedStatements(block: SyntaxNode, text: string): Problem[] {
  const statements = children(block).filter(({ name, type }) => name !== ':' && !type.isError);
  const expected = statements.map(({ from }) => indentationOf(from, text)).find((one) => one !== undefined);
  return statements
    .filter(({ from }) => (indentationOf(from, text) ?? expected) !== expected)
    .map(({ from }) => ({ at: from, sentence: MISPLACED }));
}

const CLAUSES: ReadonlySet<string> = new Set(['elif', 'else', 'except', 'finally']);

/** `else` stands below its `if`. */
function misplacedClauses(statement: SyntaxNode, text: string): Problem[] {
  const expected = indentationOf(statement.from, text);
  return children(statement)
    .filter(({ name, from }) => CLAUSES.has(name) && indentationOf(from, text) !== expected)
    .map(({ name, from }) => ({ at: from, sentence: `this ${name} is not indented as what it belongs to` }));
}
