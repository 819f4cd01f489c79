/**
 * The values in calls: numbers, names, "texts", `...`, [lists], {structures}, functions, and what the operators of C make
 * of them. Numbers beyond 2^53 are rounded, as JavaScript's are.
 */
import type { Cursor } from './cursor.ts';
import { inQuotes } from './in-quotes.ts';
import type { Expression, StructureField } from './script.ts';
import { ScriptError } from './script-error.ts';
import { parseString } from './strings.ts';

type BinaryOperator = Extract<Expression, { readonly kind: 'binary' }>['operator'];

/** From the loosest to the tightest. */
const OPERATORS: readonly (readonly BinaryOperator[])[] = [['|'], ['&'], ['<<'], ['+', '-'], ['*']];

/** How deep an expression is by now, so that a text of brackets or signs fills no stack, here or where it is evaluated. */
interface Nesting {
  /** Open now. */
  brackets: number;
  /** Read so far, each upon those before. */
  operators: number;
}

const MOST_BRACKETS = 50;
const MOST_OPERATORS = 1000;

/** The arguments of a call up to the bracket that closes them; the one before has been taken. */
export function parseArguments(cursor: Cursor): readonly Expression[] {
  return parseList(cursor, ')', { brackets: 0, operators: 0 });
}

/** An expression outside of all brackets. On another line `+0` and `*` are the time of the next event. */
export const parseResult = (cursor: Cursor): Expression => parseOperators(cursor, { brackets: 0, operators: 0 });

function parseOperators(cursor: Cursor, nesting: Nesting, level = 0): Expression {
  const operators = OPERATORS[level];
  if (operators === undefined) return parseOperand(cursor, nesting);
  let left = parseOperators(cursor, nesting, level + 1);
  for (;;) {
    const operator = operators.find((each) => cursor.sees(each));
    if (operator === undefined || (nesting.brackets === 0 && cursor.startsLine)) return left;
    takeOperator(cursor, operator, nesting);
    left = { kind: 'binary', operator, left, right: parseOperators(cursor, nesting, level + 1), place: left.place };
  }
}

function takeOperator(cursor: Cursor, operator: string, nesting: Nesting): void {
  nesting.operators++;
  if (nesting.operators > MOST_OPERATORS) throw cursor.error(`a value has at most ${MOST_OPERATORS} operators`);
  cursor.takes(operator);
}

const DECIMAL = /(?:\d*\.\d+(?:[eE][-+]?\d+)?|\d+[eE][-+]?\d+)(?!\w|\.\d)/y;
const WHOLE = /(?:0[xX][\da-fA-F]+|0[0-7]*|[1-9]\d*)(?!\w|\.\d)/y;

function parseOperand(cursor: Cursor, nesting: Nesting): Expression {
  const { place } = cursor;
  if (cursor.takes('...')) return { kind: 'ellipsis', place };
  if (cursor.takes('[')) return { kind: 'list', elements: parseList(cursor, ']', nesting), place };
  if (cursor.takes('{')) return { kind: 'structure', fields: parseFields(cursor, nesting), place };
  if (cursor.takes('(')) return within(cursor, nesting, ')', () => parseOperators(cursor, nesting));
  if (cursor.sees('~') || cursor.sees('-')) return parseUnary(cursor, nesting);
  const value = parseNumber(cursor);
  if (value !== undefined) return { kind: 'number', value, place };
  const text = parseString(cursor);
  if (text !== undefined) return { kind: 'string', value: text, place };
  // `inet_pton(AF_INET6, "::1", &sin6_addr)`, as strace shows it: where it is put says nothing more.
  cursor.takes('&');
  const name = cursor.word();
  if (name === undefined) {
    throw cursor.error('a value belongs here: a number, a name, "text", [list], {structure} or ...');
  }
  // Behind a result the bracket of a note may follow: `= O_RDWR (flags)`.
  const isFunction = nesting.brackets > 0 ? cursor.sees('(') : cursor.touches('(');
  if (!isFunction) return { kind: 'symbol', name, place };
  cursor.takes('(');
  return { kind: 'function', name, arguments: parseList(cursor, ')', nesting), place };
}

function parseUnary(cursor: Cursor, nesting: Nesting): Expression {
  const { place } = cursor;
  const operator = cursor.sees('~') ? '~' : '-';
  takeOperator(cursor, operator, nesting);
  const operand = parseOperand(cursor, nesting);
  if (operator === '-' && operand.kind === 'number') return { kind: 'number', value: 0 - operand.value, place };
  return { kind: 'unary', operator, operand, place };
}

/** As in C: `10`, `0x10`, `010`, and `0.5`. */
function parseNumber(cursor: Cursor): number | undefined {
  const decimal = cursor.matches(DECIMAL)?.[0];
  if (decimal !== undefined) return Number(decimal);
  const whole = cursor.matches(WHOLE)?.[0];
  if (whole === undefined) return undefined;
  return /^0\d/.test(whole) ? Number.parseInt(whole, 8) : Number(whole);
}

/** A bracket has been taken; what is read stands in it, up to the one that ends it. */
function within<Inner>(cursor: Cursor, nesting: Nesting, end: string, read: () => Inner): Inner {
  nesting.brackets++;
  if (nesting.brackets > MOST_BRACKETS) throw cursor.error(`brackets stand at most ${MOST_BRACKETS} deep`);
  const inner = read();
  cursor.expect(end, 'here, or a comma, or an operator');
  nesting.brackets--;
  return inner;
}

/** Elements with commas between them. */
function listOf<Element>(cursor: Cursor, end: string, nesting: Nesting, read: () => Element): readonly Element[] {
  if (cursor.takes(end)) return [];
  return within(cursor, nesting, end, () => {
    const elements: Element[] = [];
    // Each is as deep as if it stood alone.
    const before = nesting.operators;
    let deepest = before;
    do {
      nesting.operators = before;
      elements.push(read());
      deepest = Math.max(deepest, nesting.operators);
    } while (cursor.takes(','));
    nesting.operators = deepest;
    return elements;
  });
}

const parseList = (cursor: Cursor, end: string, nesting: Nesting): readonly Expression[] =>
  listOf(cursor, end, nesting, () => parseOperators(cursor, nesting));

const parseFields = (cursor: Cursor, nesting: Nesting): readonly StructureField[] =>
  listOf(cursor, '}', nesting, () => parseField(cursor, nesting));

/** `fd=3`, `msg_iov(1)=[…]`, or a value without a name. */
function parseField(cursor: Cursor, nesting: Nesting): StructureField {
  const { place } = cursor;
  const beginsWithName = cursor.peekWord() !== undefined;
  const value = parseOperators(cursor, nesting);
  const isName = beginsWithName && (value.kind === 'symbol' || value.kind === 'function');
  if (!isName || !cursor.takes('=')) return { place, name: undefined, argument: undefined, value };
  const given = value.kind === 'function' ? value.arguments : [];
  if (given.length > 1) throw new ScriptError(place, `${inQuotes(value.name)} takes one value in its brackets`);
  return { place, name: value.name, argument: given[0], value: parseOperators(cursor, nesting) };
}
