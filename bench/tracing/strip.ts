/**
 * Takes the tracing out of a source file: every statement that tells an observer something, and what is done only to
 * tell it. What is left is what the stack would be if nobody could watch it.
 */
import ts from 'typescript';

/** Where observers are handed on when a world is made: these run once and may stay. */
const HANDED_ON = new Set(['hostObserver']);

/**
 * @returns the source without tracing
 * @throws {Error} if an observer is still called: a way of tracing that this does not know
 */
export function withoutTracing(source: string, name: string): string {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
  const removed: (readonly [from: number, to: number])[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node) && node.elseStatement === undefined && isWatched(node.expression)) {
      removed.push(range(node, file));
      return;
    }
    if (ts.isIfStatement(node) && isUnwatched(node.expression) && ts.isReturnStatement(node.thenStatement)) {
      // Whoever is not watched goes no further: nor does anybody else now.
      const siblings = (node.parent as ts.Block).statements;
      removed.push([node.getStart(file), siblings.at(-1)!.end]);
      return;
    }
    if (ts.isExpressionStatement(node) && tellsObserver(node.expression)) {
      removed.push(range(node, file));
      return;
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const stripped = cut(source, removed);
  complainOfCalls(stripped, name);
  return stripped;
}

/** Removed statements leave a semicolon, where one statement is all there is. */
function cut(source: string, removed: readonly (readonly [from: number, to: number])[]): string {
  let kept = '';
  let at = 0;
  for (const [from, to] of removed) {
    if (from < at) continue;
    kept += `${source.slice(at, from)};`;
    at = to;
  }
  return kept + source.slice(at);
}

const range = (node: ts.Node, file: ts.SourceFile): readonly [number, number] => [node.getStart(file), node.end];

/** `x.observer !== undefined` */
const isWatched = (node: ts.Expression): boolean => comparesObserver(node, ts.SyntaxKind.ExclamationEqualsEqualsToken);
/** `x.observer === undefined` */
const isUnwatched = (node: ts.Expression): boolean => comparesObserver(node, ts.SyntaxKind.EqualsEqualsEqualsToken);

const comparesObserver = (node: ts.Expression, operator: ts.SyntaxKind): boolean =>
  ts.isBinaryExpression(node) &&
  node.operatorToken.kind === operator &&
  isObserver(node.left) &&
  node.right.getText() === 'undefined';

/** `x.observer.told(…)`, `x.observer?.told(…)` */
function tellsObserver(node: ts.Expression): boolean {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return isObserver(node.expression.expression) && !HANDED_ON.has(node.expression.name.text);
}

const isObserver = (node: ts.Expression): boolean =>
  (ts.isIdentifier(node) && node.text === 'observer') ||
  (ts.isPropertyAccessExpression(node) && node.name.text === 'observer');

function complainOfCalls(source: string, name: string): void {
  const file = ts.createSourceFile(name, source, ts.ScriptTarget.ES2022, true);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && tellsObserver(node)) {
      throw new Error(`${name} tells an observer in a way that cannot be taken out: ${node.getText(file)}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
}
