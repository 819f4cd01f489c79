/**
 * Python's expressions, from the syntax tree to functions that evaluate them. What is wrong with the text is found here,
 * before anything runs, and so is what is beyond the Python that scripts use.
 */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { OPERATORS, UNARY_OPERATORS } from './arithmetic.ts';
import { called } from './calls.ts';
import { COMPARISONS } from './comparison.ts';
import { formatString } from './format-string.ts';
import type { Frame } from './frame.ts';
import { numberOf, textLiteral } from './literals.ts';
import { attributeOf } from './methods.ts';
import { comparisonChain, isLogic, isNot, type Ordered, ordered } from './operator-order.ts';
import { children, type ParsedCode } from './parse.ts';
import { raisedAt } from './python-error.ts';
import { itemOf, sliceOf } from './sequences.ts';
import { isTrue, PythonDict, PythonList, PythonTuple, type PythonValue } from './values.ts';

export type Evaluation = (frame: Frame) => PythonValue;
type Compiler = (node: SyntaxNode, code: ParsedCode) => Evaluation;

const UNSUPPORTED: Readonly<Record<string, string>> = {
  AwaitExpression: 'await',
  ComprehensionExpression: 'generator expression',
  ArrayComprehensionExpression: 'list comprehension',
  DictionaryComprehensionExpression: 'dict comprehension',
  SetExpression: 'set',
  SetComprehensionExpression: 'set comprehension',
  LambdaExpression: 'lambda',
  NamedExpression: ':=',
  YieldExpression: 'yield',
  Ellipsis: 'Ellipsis',
};

/** @throws {ScriptError} for what Python does not take @throws {Unsupported} for what is beyond this one */
export function compileExpression(node: SyntaxNode, code: ParsedCode): Evaluation {
  const compile = Object.hasOwn(COMPILERS, node.name) ? COMPILERS[node.name] : undefined;
  if (compile !== undefined) return compile(node, code);
  const what = UNSUPPORTED[node.name];
  if (what !== undefined) throw new Unsupported(`Python's ${what}`);
  throw new ScriptError(code.place(node.from), `Python: ${code.slice(node)} was not expected here`);
}

/** What may raise an exception, which is then raised at `node`. */
function raising(node: SyntaxNode, code: ParsedCode, evaluate: Evaluation): Evaluation {
  const place = code.place(node.from);
  return (frame) => raisedAt(place, () => evaluate(frame));
}

/** Parts between commas, of which a last one may be left out. */
export function betweenCommas(nodes: readonly SyntaxNode[]): SyntaxNode[][] {
  const parts: SyntaxNode[][] = [[]];
  for (const node of nodes) {
    if (node.name === ',') parts.push([]);
    else parts.at(-1)!.push(node);
  }
  return parts.at(-1)!.length === 0 ? parts.slice(0, -1) : parts;
}

/** The one expression that a part consists of. @throws {Unsupported} for one with a star */
export function single(part: readonly SyntaxNode[]): SyntaxNode {
  const [first] = part;
  if (first!.name === '*' || first!.name === '**')
    throw new Unsupported(`Python's ${first!.name} before an expression`);
  return first!;
}

/** Expressions as they may stand without parentheses: a comma makes a tuple. */
export function compileExpressions(nodes: readonly SyntaxNode[], code: ParsedCode): Evaluation {
  const items = betweenCommas(nodes).map((part) => compileExpression(single(part), code));
  if (items.length === 1 && nodes.at(-1)!.name !== ',') return items[0]!;
  return (frame) => new PythonTuple(items.map((item) => item(frame)));
}

const constant =
  (value: PythonValue): Evaluation =>
  () =>
    value;

/** What stands between brackets. */
const inside = (node: SyntaxNode): SyntaxNode[] => children(node).slice(1, -1);

const compileName: Compiler = (node, code) => {
  const name = code.slice(node);
  return raising(node, code, (frame) => frame.get(name));
};

const compileBinary: Compiler = (node, code) => {
  if (isLogic(node)) return compileOrdered(ordered(node), code);
  const chain = comparisonChain(node, code);
  if (chain !== undefined) {
    const operands = chain.operands.map((operand) => compileExpression(operand, code));
    return raising(node, code, (frame) => {
      let left = operands[0]!(frame);
      // Each is evaluated once, and none after the first that does not hold.
      for (const [index, word] of chain.words.entries()) {
        const right = operands[index + 1]!(frame);
        if (!COMPARISONS[word]!(left, right)) return false;
        left = right;
      }
      return true;
    });
  }
  const [left, sign, right] = children(node);
  const operator = OPERATORS[code.slice(sign!)];
  if (operator === undefined) throw new Unsupported(`Python's operator ${code.slice(sign!)}`);
  const [one, other] = [compileExpression(left!, code), compileExpression(right!, code)];
  return raising(node, code, (frame) => operator(one(frame), other(frame)));
};

const compileUnary: Compiler = (node, code) => {
  if (isNot(node)) return compileOrdered(ordered(node), code);
  const [sign, value] = children(node);
  const operator = UNARY_OPERATORS[code.slice(sign!)]!;
  const evaluate = compileExpression(value!, code);
  return raising(node, code, (frame) => operator(evaluate(frame)));
};

/** `and` and `or` give the operand that has decided, and do not look at those behind it. */
function compileOrdered(tree: Ordered, code: ParsedCode): Evaluation {
  if (tree.kind === 'operand') return compileExpression(tree.node, code);
  if (tree.kind === 'not') {
    const evaluate = compileOrdered(tree.operand, code);
    return (frame) => !isTrue(evaluate(frame));
  }
  const operands = tree.operands.map((one) => compileOrdered(one, code));
  const decides = tree.kind === 'or';
  return (frame) => {
    let value: PythonValue = null;
    for (const evaluate of operands) {
      value = evaluate(frame);
      if (isTrue(value) === decides) break;
    }
    return value;
  };
}

const compileConditional: Compiler = (node, code) => {
  const [then, , test, , otherwise] = children(node);
  const parts = [then!, test!, otherwise!].map((part) => compileExpression(part, code));
  return (frame) => (isTrue(parts[1]!(frame)) ? parts[0]!(frame) : parts[2]!(frame));
};

const compileDictionary: Compiler = (node, code) => {
  const pairs = betweenCommas(inside(node)).map((part) => {
    single(part);
    return [compileExpression(part[0]!, code), compileExpression(part[2]!, code)] as const;
  });
  return raising(node, code, (frame) => {
    const dict = new PythonDict();
    for (const [key, value] of pairs) dict.set(key(frame), value(frame));
    return dict;
  });
};

const compileArray: Compiler = (node, code) => {
  const items = betweenCommas(inside(node)).map((part) => compileExpression(single(part), code));
  return (frame) => new PythonList(items.map((item) => item(frame)));
};

const compileTuple: Compiler = (node, code) => {
  const items = betweenCommas(inside(node)).map((part) => compileExpression(single(part), code));
  return (frame) => new PythonTuple(items.map((item) => item(frame)));
};

const compileCall: Compiler = (node, code) => {
  const [callee, list] = children(node);
  const target = compileExpression(callee!, code);
  const positional: Evaluation[] = [];
  const keywords = new Map<string, Evaluation>();
  for (const part of betweenCommas(inside(list!))) {
    const [first, second, value] = part;
    if (part.some(({ name }) => name === 'for')) throw new Unsupported("Python's generator expression");
    if (second !== undefined && value !== undefined) {
      if (code.slice(second) !== '=') throw new Unsupported("Python's :=");
      const name = code.slice(first!);
      if (keywords.has(name)) throw new ScriptError(code.place(first!.from), `Python: ${name} is given twice`);
      keywords.set(name, compileExpression(value, code));
    } else if (keywords.size > 0) {
      throw new ScriptError(
        code.place(first!.from),
        'Python: what is given by its place comes before what is given by name',
      );
    } else {
      positional.push(compileExpression(single(part), code));
    }
  }
  return raising(node, code, (frame) => {
    const value = target(frame);
    const items = positional.map((item) => item(frame));
    return called(value, items, new Map([...keywords].map(([name, item]) => [name, item(frame)])), frame.run);
  });
};

/** `value[key]`: what stands between the brackets; `undefined` for a slice. */
export function compileKey(node: SyntaxNode, code: ParsedCode): Evaluation | undefined {
  const between = children(node).slice(2, -1);
  return between.some(({ name }) => name === ':') ? undefined : compileExpressions(between, code);
}

const compileMember: Compiler = (node, code) => {
  const [object, mark, property] = children(node);
  const value = compileExpression(object!, code);
  if (mark!.name === '.') {
    const name = code.slice(property!);
    return raising(node, code, (frame) => attributeOf(value(frame), name));
  }
  const key = compileKey(node, code);
  if (key !== undefined) return raising(node, code, (frame) => itemOf(value(frame), key(frame)));
  const bounds = compileBounds(children(node).slice(2, -1), code);
  return raising(node, code, (frame) => {
    const sliced = value(frame);
    const [start, stop, step] = bounds.map((bound) => bound(frame));
    return sliceOf(sliced, start!, stop!, step!);
  });
};

/** Start, stop and step of a slice: None where nothing is written. */
function compileBounds(nodes: readonly SyntaxNode[], code: ParsedCode): Evaluation[] {
  if (nodes.some(({ name }) => name === ',')) throw new Unsupported("Python's slice of several dimensions");
  const bounds: Evaluation[] = [constant(null), constant(null), constant(null)];
  let index = 0;
  for (const node of nodes) {
    if (node.name === ':') index++;
    else bounds[index] = compileExpression(node, code);
  }
  return bounds;
}

const compileFormatString: Compiler = (node, code) => formatString(node, code, compileExpressions);

/** Several texts that follow each other are one. */
const compileContinued: Compiler = (node, code) => {
  const parts = children(node).map((part) => compileExpression(part, code));
  return (frame) => parts.map((part) => part(frame)).join('');
};

const COMPILERS: Readonly<Record<string, Compiler>> = {
  VariableName: compileName,
  Number: (node, code) => constant(numberOf(node, code)),
  String: (node, code) => constant(textLiteral(node, code)),
  FormatString: compileFormatString,
  ContinuedString: compileContinued,
  Boolean: (node, code) => constant(code.slice(node) === 'True'),
  None: () => constant(null),
  BinaryExpression: compileBinary,
  UnaryExpression: compileUnary,
  ConditionalExpression: compileConditional,
  ParenthesizedExpression: (node, code) => compileExpression(single(inside(node)), code),
  TupleExpression: compileTuple,
  ArrayExpression: compileArray,
  DictionaryExpression: compileDictionary,
  CallExpression: compileCall,
  MemberExpression: compileMember,
};
