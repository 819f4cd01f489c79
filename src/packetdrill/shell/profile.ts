/** Which kernel a packetdrill script is written for, by the sysctls that it names. */

/** `net.inet.` and `net.inet6.` are FreeBSD's names; a script without them is taken for Linux's. Comments do not count. */
export function profileOf(text: string): 'linux' | 'freebsd' {
  return /\bnet[./]inet6?[./]/.test(withoutComments(text)) ? 'freebsd' : 'linux';
}

/** Takes away `//` and `#` to the end of the line, and what stands between comment marks; not what stands in quotes. */
function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  while (at < text.length) {
    const end = skipped(text, at);
    if (end > at && text[at] !== '"') {
      kept += ' ';
      at = end;
      continue;
    }
    const next = Math.max(end, at + 1);
    kept += text.slice(at, next);
    at = next;
  }
  return kept;
}

/** Where the comment or the text in quotes ends that begins here; `at` if none does. */
function skipped(text: string, at: number): number {
  const endOfLine = (): number => before(text.indexOf('\n', at), text);
  if (text.startsWith('//', at)) return endOfLine();
  // In a word `#` is a letter as any: `$#`.
  if (text[at] === '#' && (at === 0 || /\s/.test(text[at - 1]!))) return endOfLine();
  if (text.startsWith('/*', at)) {
    const end = text.indexOf('*/', at + 2);
    return end < 0 ? text.length : end + 2;
  }
  return text[at] === '"' ? endOfQuotes(text, at) : at;
}

/** A text in quotes stays on its line; else the mark stands for itself. */
function endOfQuotes(text: string, at: number): number {
  for (let index = at + 1; index < text.length && text[index] !== '\n'; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === '"') return index + 1;
  }
  return at;
}

const before = (end: number, text: string): number => (end < 0 ? text.length : end);
