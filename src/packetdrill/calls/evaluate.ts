/** What the expressions of a call come to: numbers, texts, parts of structures. */
import type { Expression, StructureField } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { symbolValue } from './symbols.ts';

/** An expression that stands for a number. @throws {ScriptError} if it does not */
export function numberOf(expression: Expression): number {
  switch (expression.kind) {
    case 'number':
      return expression.value;
    case 'symbol': {
      const value = symbolValue(expression.name);
      if (value === undefined) throw new Unsupported(`constant ${expression.name}`);
      return value;
    }
    case 'unary': {
      const operand = numberOf(expression.operand);
      return expression.operator === '~' ? ~operand : -operand;
    }
    case 'binary':
      return OPERATORS[expression.operator](numberOf(expression.left), numberOf(expression.right));
    case 'function':
      return functionValue(expression);
    // `[5]` where the kernel is given the address of a number.
    case 'list':
      if (expression.elements.length === 1) return numberOf(expression.elements[0]!);
      break;
    default:
  }
  throw new ScriptError(expression.place, `a number belongs here, not ${described(expression)}`);
}

type BinaryOperator = Extract<Expression, { readonly kind: 'binary' }>['operator'];

const OPERATORS: Readonly<Record<BinaryOperator, (left: number, right: number) => number>> = {
  '|': (left, right) => (left | right) >>> 0,
  '&': (left, right) => (left & right) >>> 0,
  '<<': (left, right) => left * 2 ** right,
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
};

function functionValue(expression: Expression & { readonly kind: 'function' }): number {
  const [argument] = expression.arguments;
  if (argument !== undefined && /^(?:hton|ntoh)[sl]$/.test(expression.name)) return numberOf(argument);

  throw new Unsupported(`function ${expression.name} in an expression`);
}

/** How an expression is called in a sentence. */
export function described(expression: Expression): string {
  switch (expression.kind) {
    case 'ellipsis':
      return "'...'";
    case 'list':
      return 'a list';
    case 'structure':
      return 'a structure';
    case 'string':
      return `the text "${expression.value}"`;
    case 'symbol':
      return expression.name;
    default:
      return 'an expression';
  }
}

/** The number of an expression; `undefined` for `...`. */
export const numberOrOpen = (expression: Expression): number | undefined =>
  expression.kind === 'ellipsis' ? undefined : numberOf(expression);

/** The elements of a list, or a single structure as a list of one. @throws {ScriptError} if it is neither */
export function elementsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'list') return expression.elements;
  if (expression.kind === 'structure') return [expression];
  throw new ScriptError(expression.place, `a list in square brackets belongs here, not ${described(expression)}`);
}

/** The fields of a structure. @throws {ScriptError} if it is none */
export function fieldsOf(expression: Expression): readonly StructureField[] {
  if (expression.kind === 'structure') return expression.fields;
  // A structure of one element may stand in a list: the kernel is given its address.
  if (expression.kind === 'list' && expression.elements.length === 1) return fieldsOf(expression.elements[0]!);
  throw new ScriptError(expression.place, `a structure in braces belongs here, not ${described(expression)}`);
}

/** A field by its name, or by its place among those without a name. */
export function fieldOf(expression: Expression, name: string, index = -1): StructureField | undefined {
  const fields = fieldsOf(expression);
  return (
    fields.find((field) => field.name === name) ?? fields.find((field, at) => field.name === undefined && at === index)
  );
}

/** The same where it must be there. @throws {ScriptError} if it is not */
export function requiredField(expression: Expression, name: string, index = -1): Expression {
  const field = fieldOf(expression, name, index);
  if (field === undefined) throw new ScriptError(expression.place, `this structure needs a field '${name}'`);
  return field.value;
}
