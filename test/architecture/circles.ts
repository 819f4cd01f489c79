/** Finds circles in a graph of imports. */

/**
 * Some circles of `graph`, at least one for each knot in it; each as the files on the way, the first one repeated at its
 * end.
 */
export function circles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const found: string[][] = [];
  const done = new Set<string>();
  const way: string[] = [];
  const follow = (file: string): void => {
    const before = way.indexOf(file);
    if (before >= 0) {
      found.push([...way.slice(before), file]);
      return;
    }
    if (done.has(file)) return;
    way.push(file);
    for (const next of graph.get(file) ?? []) follow(next);
    way.pop();
    done.add(file);
  };
  for (const file of graph.keys()) follow(file);
  return found;
}
