/**
 * Python's statements, from the syntax tree to functions that run them. As with expressions, all that is wrong with the
 * text is found before anything runs.
 */
import type { SyntaxNode } from '@lezer/common';
import { ScriptError } from '../language/script-error.ts';
import { Unsupported } from '../unsupported.ts';
import { updated } from './arithmetic.ts';
import { assertionSentence } from './assertion.ts';
import { exit } from './exit.ts';
import { betweenCommas, compileExpression, compileExpressions, type Evaluation, single } from './expressions.ts';
import type { Frame } from './frame.ts';
import { compileFunction } from './function-definition.ts';
import { importsOf } from './imports.ts';
import { children, type ParsedCode } from './parse.ts';
import { PythonError, pythonError, raisedAt } from './python-error.ts';
import { elements } from './sequences.ts';
import { compileTargets } from './targets.ts';
import { textOf } from './text.ts';
import { isTrue, PythonException, PythonFunction, type PythonValue } from './values.ts';

/** How a statement ends other than by going on with the next. */
export type Completion = undefined | 'break' | 'continue' | { readonly returned: PythonValue };

export type Execution = (frame: Frame) => Completion;

/** What a statement stands in. */
export interface Surroundings {
  readonly isInFunction: boolean;
  readonly isInLoop: boolean;
}

type Compiler = (node: SyntaxNode, code: ParsedCode, around: Surroundings) => Execution;

/** Statements one after the other. */
export function compileBlock(nodes: readonly SyntaxNode[], code: ParsedCode, around: Surroundings): Execution {
  const executions = nodes.map((node) => compileStatement(node, code, around));
  return (frame) => {
    for (const execute of executions) {
      const completion = execute(frame);
      if (completion !== undefined) return completion;
    }
    return undefined;
  };
}

const UNSUPPORTED: Readonly<Record<string, string>> = {
  ClassDefinition: 'class',
  DecoratedStatement: 'decorator',
  DeleteStatement: 'del',
  MatchStatement: 'match',
  TryStatement: 'try',
  TypeDefinition: 'type statement',
  WithStatement: 'with',
  YieldStatement: 'yield',
};

function compileStatement(node: SyntaxNode, code: ParsedCode, around: Surroundings): Execution {
  const place = code.place(node.from);
  const known = Object.hasOwn(COMPILERS, node.name) ? COMPILERS[node.name] : undefined;
  const compile = code.isPrint(node) ? compilePrint : known;
  if (compile === undefined) throw new Unsupported(`Python's ${UNSUPPORTED[node.name] ?? node.name}`);
  const execute = compile(node, code, around);
  return (frame) =>
    raisedAt(place, () => {
      frame.run.spend(1);
      return execute(frame);
    });
}

/** The statements of a body, behind its colon. */
const bodyOf = (body: SyntaxNode): SyntaxNode[] => children(body).slice(1);

// ---- simple statements ----

/** Python 2's: a comma at the end keeps the line open. */
const compilePrint: Compiler = (node, code) => {
  const parts = children(node).slice(1);
  const items = betweenCommas(parts).map((part) => compileExpression(single(part), code));
  const end = parts.at(-1)?.name === ',' ? ' ' : '\n';
  return (frame) => {
    frame.run.write(items.map((item) => textOf(item(frame))).join(' ') + end);
    return undefined;
  };
};

const compileExpressionStatement: Compiler = (node, code) => {
  const parts = children(node);
  // A `print` alone is Python 2's too, and prints an empty line.
  if (parts.length === 1 && parts[0]!.name === 'VariableName' && code.slice(node) === 'print') {
    return (frame) => {
      frame.run.write('\n');
      return undefined;
    };
  }
  const evaluate = compileExpressions(parts, code);
  return (frame) => {
    evaluate(frame);
    return undefined;
  };
};

/** `a = b = value`: the value first, then the targets from left to right. */
const compileAssignment: Compiler = (node, code) => {
  const groups: SyntaxNode[][] = [[]];
  for (const part of children(node)) {
    if (part.name === 'TypeDef') throw new Unsupported("Python's annotation of a variable");
    if (part.name === 'AssignOp') groups.push([]);
    else groups.at(-1)!.push(part);
  }
  const targets = groups.slice(0, -1).map((group) => compileTargets(group, code));
  const evaluate = compileExpressions(groups.at(-1)!, code);
  return (frame) => {
    const value = evaluate(frame);
    for (const assign of targets) assign(frame, value);
    return undefined;
  };
};

/** `target += value`. */
const compileUpdate: Compiler = (node, code) => {
  const parts = children(node);
  const at = parts.findIndex(({ name }) => name === 'UpdateOp');
  const [target] = parts;
  if (at !== 1 || (target!.name !== 'VariableName' && target!.name !== 'MemberExpression')) {
    throw new ScriptError(code.place(target!.from), `Python: this cannot be changed by ${code.slice(parts[at]!)}`);
  }
  const sign = code.slice(parts[1]!).slice(0, -1);
  if (sign === '@') throw new Unsupported("Python's operator @=");
  const assign = compileTargets([target!], code);
  const before = compileExpression(target!, code);
  const evaluate = compileExpressions(parts.slice(2), code);
  return (frame) => {
    assign(frame, updated(sign, before(frame), evaluate(frame)));
    return undefined;
  };
};

const compileAssert: Compiler = (node, code) => {
  const [condition, message, ...others] = betweenCommas(children(node).slice(1)).map(single);
  const surplus = others[0] ?? (children(node).at(-1)!.name === ',' ? children(node).at(-1) : undefined);
  if (surplus !== undefined) {
    throw new ScriptError(code.place(surplus.from), 'Python: an assert has a condition and one message');
  }
  const holds = compileExpression(condition!, code);
  const explain = message === undefined ? undefined : compileExpression(message, code);
  const sentence = assertionSentence(condition!, message, code);
  return (frame) => {
    if (!isTrue(holds(frame))) throw new PythonError(sentence(frame, explain?.(frame)));
    return undefined;
  };
};

const compileRaise: Compiler = (node, code) => {
  const parts = children(node).slice(1);
  if (parts.length > 1) throw new Unsupported("Python's raise with more than an exception");
  const evaluate: Evaluation = parts.length === 0 ? () => null : compileExpression(parts[0]!, code);
  return (frame) => {
    const value = evaluate(frame);
    const isKind = value instanceof PythonFunction && value.kind === 'exception';
    const exception = isKind ? value.call([], new Map(), frame.run) : value;
    if (!(exception instanceof PythonException)) {
      throw value === null && parts.length === 0
        ? new PythonError('RuntimeError: No active exception to reraise')
        : pythonError('TypeError', 'exceptions must derive from BaseException');
    }
    if (exception.kind === 'SystemExit') return exit(exception.items[0] ?? null);
    const text = textOf(exception);
    throw new PythonError(text === '' ? exception.kind : `${exception.kind}: ${text}`);
  };
};

const compileImport: Compiler = (node, code) => {
  const imported = importsOf(node, code);
  return (frame) => {
    for (const { name, value } of imported) frame.set(name, value);
    return undefined;
  };
};

const compileReturn: Compiler = (node, code, { isInFunction }) => {
  if (!isInFunction) throw new ScriptError(code.place(node.from), 'Python: return stands outside of a function');
  const parts = children(node).slice(1);
  const evaluate: Evaluation = parts.length === 0 ? () => null : compileExpressions(parts, code);
  return (frame) => ({ returned: evaluate(frame) });
};

const leaving =
  (word: 'break' | 'continue'): Compiler =>
  (node, code, { isInLoop }) => {
    if (!isInLoop) throw new ScriptError(code.place(node.from), `Python: ${word} stands outside of a loop`);
    return () => word;
  };

// ---- compound statements ----

/** The condition before each body; `undefined` before that of `else`. */
const compileIf: Compiler = (node, code, around) => {
  const parts = children(node);
  const branches = parts.flatMap((body, at) => {
    if (body.name !== 'Body') return [];
    const [word, test] = [parts[at - 2]?.name, parts[at - 1]!];
    const isElse = test.name === 'else';
    if (!isElse && word !== 'if' && word !== 'elif') {
      throw new ScriptError(code.place(test.to), 'Python: a condition is missing here');
    }
    const holds: Evaluation = isElse ? () => true : compileExpression(test, code);
    return [{ holds, execute: compileBlock(bodyOf(body), code, around) }];
  });
  return (frame) => branches.find(({ holds }) => isTrue(holds(frame)))?.execute(frame);
};

/** The bodies of a loop: its own, and that of its `else`, which runs if no `break` has left it. */
function compileLoopBodies(node: SyntaxNode, code: ParsedCode, around: Surroundings): [Execution, Execution] {
  const [body, otherwise] = children(node).filter(({ name }) => name === 'Body');
  return [
    compileBlock(bodyOf(body!), code, { ...around, isInLoop: true }),
    compileBlock(otherwise === undefined ? [] : bodyOf(otherwise), code, around),
  ];
}

const compileWhile: Compiler = (node, code, around) => {
  const holds = compileExpression(children(node)[1]!, code);
  const [turn, otherwise] = compileLoopBodies(node, code, around);
  return (frame) => {
    while (isTrue(holds(frame))) {
      frame.run.spend(1);
      const completion = turn(frame);
      if (completion === 'break') return undefined;
      if (typeof completion === 'object') return completion;
    }
    return otherwise(frame);
  };
};

const compileFor: Compiler = (node, code, around) => {
  const parts = children(node);
  if (parts[0]!.name === 'async') throw new Unsupported("Python's async");
  const [at, body] = ['in', 'Body'].map((name) => parts.findIndex((part) => part.name === name));
  const assign = compileTargets(parts.slice(1, at), code);
  const evaluate = compileExpressions(parts.slice(at! + 1, body), code);
  const [turn, otherwise] = compileLoopBodies(node, code, around);
  return (frame) => {
    for (const item of elements(evaluate(frame))) {
      frame.run.spend(1);
      assign(frame, item);
      const completion = turn(frame);
      if (completion === 'break') return undefined;
      if (typeof completion === 'object') return completion;
    }
    return otherwise(frame);
  };
};

const compileDefinition: Compiler = (node, code) => {
  const define = compileFunction(node, code, (body) =>
    compileBlock(bodyOf(body), code, { isInFunction: true, isInLoop: false }),
  );
  return (frame) => {
    define(frame);
    return undefined;
  };
};

/** `global`: which names are meant is found where the function is defined. */
const compileScope: Compiler = (node) => {
  if (children(node)[0]!.name === 'nonlocal') throw new Unsupported("Python's nonlocal");
  return () => undefined;
};

const COMPILERS: Readonly<Record<string, Compiler>> = {
  AssertStatement: compileAssert,
  AssignStatement: compileAssignment,
  BreakStatement: leaving('break'),
  ContinueStatement: leaving('continue'),
  ExpressionStatement: compileExpressionStatement,
  ForStatement: compileFor,
  FunctionDefinition: compileDefinition,
  IfStatement: compileIf,
  ImportStatement: compileImport,
  PassStatement: () => () => undefined,
  RaiseStatement: compileRaise,
  ReturnStatement: compileReturn,
  ScopeStatement: compileScope,
  StatementGroup: (node, code, around) =>
    compileBlock(
      children(node).filter(({ name }) => name !== ';'),
      code,
      around,
    ),
  UpdateStatement: compileUpdate,
  WhileStatement: compileWhile,
};
