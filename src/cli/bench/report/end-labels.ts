/** Names at the ends of lines: each as near to its end as the others let it. */

/**
 * Places on a line that are at least `gap` apart, in the order of those wanted, and as a whole not moved away from them
 * more than need be: what would overlap makes a block around the mean of what it wants.
 * @param wanted in any order
 * @returns in the same order; beyond the ends only if there is no room between them
 */
export function spread(wanted: readonly number[], gap: number, from: number, to: number): number[] {
  const order = wanted.map((_, index) => index).sort((one, other) => wanted[one]! - wanted[other]! || one - other);
  const blocks: { readonly members: number[]; first: number }[] = [];
  for (const index of order) {
    blocks.push({ members: [index], first: fitting([wanted[index]!], gap, from, to) });
    // Whatever it runs into becomes one block with it.
    for (;;) {
      const [before, last] = [blocks.at(-2), blocks.at(-1)!];
      if (before === undefined || before.first + before.members.length * gap <= last.first) break;
      blocks.pop();
      before.members.push(...last.members);
      before.first = fitting(
        before.members.map((member) => wanted[member]!),
        gap,
        from,
        to,
      );
    }
  }
  const places = new Array<number>(wanted.length).fill(0);
  for (const { members, first } of blocks) {
    members.forEach((member, position) => {
      places[member] = first + position * gap;
    });
  }
  return places;
}

/** Where the first of a block is, whose middle is the mean of what its members want. */
function fitting(wanted: readonly number[], gap: number, from: number, to: number): number {
  const length = (wanted.length - 1) * gap;
  const middle = wanted.reduce((sum, one) => sum + one, 0) / wanted.length;
  return Math.max(from, Math.min(to - length, middle - length / 2));
}
