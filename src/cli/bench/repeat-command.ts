/** The command that repeats a run, word for word; quoted where a shell needs that. */

/** @param without options that change nothing of what is measured */
export function repeatCommand(verb: readonly string[], given: object, without: readonly string[]): string {
  const words = ['wirelab', ...verb];
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (value === undefined || without.includes(name)) continue;
    const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      words.push(flag, ...(one === true ? [] : [quote(String(one))]));
    }
  }
  return words.join(' ');
}

const quote = (word: string): string => (/^[\w./%:,+=-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
