/**
 * The tests of one file, with the titles that stand above each: read with TypeScript's own parser, without running
 * anything. What a placeholder or an expression would put into a title is shown as `…`.
 */
import ts from 'typescript';

export interface TestTitle {
  readonly title: string;
  /** The titles of the `describe`s around it, the outermost first. */
  readonly around: readonly string[];
}

const TESTS: ReadonlySet<string> = new Set(['test', 'it']);
const GROUPS: ReadonlySet<string> = new Set(['describe', 'suite']);

/** Every `test(…)`, `it(…)`, `test.each(…)(…)`, `test.skipIf(…)(…)` in the order in which they stand. */
export function testTitles(path: string, source: string): TestTitle[] {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const found: TestTitle[] = [];
  const visit = (node: ts.Node, around: readonly string[]): void => {
    let inside = around;
    if (ts.isCallExpression(node)) {
      const title = titleOf(node.arguments[0]);
      const callee = nameOf(node.expression);
      if (title !== undefined && TESTS.has(callee)) {
        const rows = title.startsWith('…') ? rowTitles(node.expression, file) : [];
        if (rows.length === 0) found.push({ title, around });
        for (const row of rows) found.push({ title: `${row}${title.slice(1)}`, around });
      }
      if (title !== undefined && GROUPS.has(callee)) inside = [...around, title];
    }
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(file, []);
  return found;
}

/** `test` of `test`, `test.only`, `test.each(rows)`, ``test.each`rows` ``, `test.runIf(condition)`. */
function nameOf(callee: ts.Expression): string {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) return nameOf(callee.expression);
  // The parentheses after `each`, `for`, `skipIf` and `runIf` hold no title: those that follow do.
  if (ts.isCallExpression(callee)) return nameOf(callee.expression);
  if (ts.isTaggedTemplateExpression(callee)) return nameOf(callee.tag);
  return '';
}

/** `test.each(ROWS)('%s', …)` whose rows name their rules: the strings among them that start with an RFC. */
function rowTitles(callee: ts.Expression, file: ts.SourceFile): string[] {
  if (!ts.isCallExpression(callee) || callee.arguments[0] === undefined) return [];
  const argument = callee.arguments[0];
  const declared = ts.isIdentifier(argument) ? declarationOf(argument.text, file) : undefined;
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node) && /^RFC \d/.test(node.text)) found.push(withoutPlaceholders(node.text));
    ts.forEachChild(node, visit);
  };
  visit(declared ?? argument);
  return found;
}

const declarationOf = (name: string, file: ts.SourceFile): ts.Expression | undefined =>
  file.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => [...statement.declarationList.declarations])
    .find((declaration) => ts.isIdentifier(declaration.name) && declaration.name.text === name)?.initializer;

function titleOf(node: ts.Expression | undefined): string | undefined {
  if (node === undefined) return undefined;
  if (ts.isStringLiteralLike(node)) return withoutPlaceholders(node.text);
  if (ts.isTemplateExpression(node)) {
    return withoutPlaceholders(node.head.text + node.templateSpans.map((span) => `…${span.literal.text}`).join(''));
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [titleOf(node.left), titleOf(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

const withoutPlaceholders = (title: string): string =>
  title
    .replace(/%[sdifjoO#$]|\$[A-Za-z_][\w.]*/g, '…')
    .replace(/%%/g, '%')
    .replace(/\s+/g, ' ');
