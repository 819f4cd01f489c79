/** A table in text: columns in line, the first ones to the left and figures to the right. */

/** @param leftColumns how many are words */
export function textTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  leftColumns: number,
  indent = '  ',
): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) =>
      column < leftColumns ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
    );
    return `${indent}${padded.join('  ')}`.trimEnd();
  };
  return [head, ...rows].map((cells) => `${line(cells)}\n`).join('');
}
