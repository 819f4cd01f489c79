/**
 * What a source file imports and which globals it speaks of, read with TypeScript's own parser, so that comments,
 * strings and shadowed names trip nothing.
 */
import ts from 'typescript';

export interface Import {
  readonly line: number;
  /** As written: '../clock.ts', 'node:fs', 'commander'; `undefined` if it is computed. */
  readonly specifier: string | undefined;
}

export interface Mention {
  readonly line: number;
  readonly name: string;
}

export interface Scan {
  readonly lines: number;
  readonly imports: readonly Import[];
  /** Free names: values and types that the file does not declare itself. `Math.random` counts as one name. */
  readonly globals: readonly Mention[];
  /** `let` and `var` at the top of the file. */
  readonly mutables: readonly Mention[];
  /** Where a statement is something else than `export … from`. */
  readonly notReexports: readonly number[];
}

export function scan(path: string, source: string): Scan {
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.ES2022, true, ts.ScriptKind.TS);
  const lineOf = (node: ts.Node): number => file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1;
  const imports: Import[] = [];
  const identifiers: ts.Identifier[] = [];
  const declared = new Map<string, ts.Node[]>();
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier !== NO_IMPORT) imports.push({ line: lineOf(node), specifier });
    if (ts.isIdentifier(node)) {
      const scope = declarationScope(node);
      if (scope !== undefined) declared.set(node.text, [...(declared.get(node.text) ?? []), scope]);
      else if (isReference(node)) identifiers.push(node);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  const isFree = (node: ts.Identifier): boolean =>
    !(declared.get(node.text) ?? []).some((scope) => scope.pos <= node.pos && node.end <= scope.end);
  return {
    lines: source.split('\n').length - (source.endsWith('\n') ? 1 : 0),
    imports,
    globals: identifiers.filter(isFree).map((node) => ({ line: lineOf(node), name: nameOf(node) })),
    mutables: file.statements
      .filter(ts.isVariableStatement)
      .flatMap((statement) =>
        (statement.declarationList.flags & (ts.NodeFlags.Const | ts.NodeFlags.Using)) !== 0
          ? []
          : [{ line: lineOf(statement), name: statement.declarationList.getText(file).split('=')[0]?.trim() ?? '' }],
      ),
    notReexports: file.statements
      .filter((statement) => !(ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined))
      .map(lineOf),
  };
}

const NO_IMPORT = Symbol('not an import');

function specifierOf(node: ts.Node): string | undefined | typeof NO_IMPORT {
  const textOf = (expression: ts.Node | undefined): string | undefined =>
    expression !== undefined && ts.isStringLiteralLike(expression) ? expression.text : undefined;
  if (ts.isImportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isExportDeclaration(node))
    return node.moduleSpecifier === undefined ? NO_IMPORT : textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node)) return textOf(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined);
  if (ts.isExternalModuleReference(node)) return textOf(node.expression);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
    return textOf(node.arguments[0]);
  return NO_IMPORT;
}

/** Where the name that `node` declares is known, or `undefined` if it declares none. */
function declarationScope(node: ts.Identifier): ts.Node | undefined {
  const { parent } = node;
  if (ts.isImportClause(parent) || ts.isNamespaceImport(parent)) return node.getSourceFile();
  if (ts.isImportSpecifier(parent)) return parent.name === node ? node.getSourceFile() : undefined;
  const isNamed =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isBindingElement(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isFunctionExpression(parent) ||
    ts.isClassDeclaration(parent) ||
    ts.isClassExpression(parent) ||
    ts.isInterfaceDeclaration(parent) ||
    ts.isTypeAliasDeclaration(parent) ||
    ts.isTypeParameterDeclaration(parent) ||
    ts.isEnumDeclaration(parent) ||
    ts.isModuleDeclaration(parent);
  if (!isNamed || parent.name !== node) return undefined;
  const isSelf = ts.isFunctionExpression(parent) || ts.isClassExpression(parent);
  return isSelf ? parent : enclosingScope(parent.parent);
}

function enclosingScope(node: ts.Node): ts.Node {
  const isScope =
    ts.isSourceFile(node) ||
    ts.isBlock(node) ||
    ts.isFunctionLike(node) ||
    ts.isClassLike(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isModuleBlock(node);
  return isScope ? node : enclosingScope(node.parent);
}

/** Whether an identifier speaks of something, rather than naming a property, a label or an export. */
function isReference(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isQualifiedName(parent)) return parent.left === node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if (ts.isImportSpecifier(parent) || ts.isLabeledStatement(parent) || ts.isBreakOrContinueStatement(parent))
    return false;
  if (ts.isExportSpecifier(parent))
    return parent.parent.parent.moduleSpecifier === undefined && (parent.propertyName ?? parent.name) === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isNamedTupleMember(parent) || ts.isMetaProperty(parent) || ts.isNamespaceExport(parent)) return false;
  if (ts.isTypePredicateNode(parent)) return parent.parameterName !== node;
  const isMember =
    ts.isPropertyAssignment(parent) ||
    ts.isPropertyDeclaration(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodDeclaration(parent) ||
    ts.isMethodSignature(parent) ||
    ts.isAccessor(parent) ||
    ts.isEnumMember(parent);
  return !(isMember && parent.name === node);
}

/** `Math.random` and `Math['random']` by their whole name, `Math` handed on as it is. */
function nameOf(node: ts.Identifier): string {
  if (node.text !== 'Math') return node.text;
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return `Math.${parent.name.text}`;
  if (!ts.isElementAccessExpression(parent)) return 'Math';
  const { argumentExpression: argument } = parent;
  return ts.isStringLiteralLike(argument) ? `Math.${argument.text}` : 'Math';
}
