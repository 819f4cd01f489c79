/**
 * Regular expressions of POSIX (XBD §9), basic and extended, with the additions of GNU that scripts use (`\+`, `\|`, `\w`,
 * `\<`). They become a graph of states that is followed in all ways at once (Thompson's construction), so that no
 * expression takes longer than its length times that of the text. Back-references, which break that, are Unsupported.
 */
import { Unsupported } from '../../unsupported.ts';

export type Step =
  | { readonly kind: 'letter'; readonly has: (letter: string) => boolean; readonly next: number }
  /** Two ways to go on, without a letter. */
  | { readonly kind: 'either'; readonly one: number; readonly other: number }
  /** Goes on only at such a place. */
  | { readonly kind: 'place'; readonly holds: (text: string, at: number) => boolean; readonly next: number }
  | { readonly kind: 'end' };

export interface Pattern {
  readonly steps: readonly Step[];
  readonly start: number;
}

export interface PatternOptions {
  readonly dialect: 'basic' | 'extended' | 'fixed';
  readonly ignoresCase: boolean;
}

/** Not an expression. */
export class PatternError extends Error {}

/** @throws {PatternError} with a sentence @throws {Unsupported} for what is left out */
export function compilePattern(text: string, options: PatternOptions): Pattern {
  const tree = options.dialect === 'fixed' ? fixed(text, options) : new PatternReader(text, options).all();
  const builder = new StepBuilder();
  const start = builder.build(tree, 0);
  return { steps: builder.steps, start };
}

/** An expression as a tree. */
type Node =
  | { readonly kind: 'letter'; readonly has: (letter: string) => boolean }
  | { readonly kind: 'place'; readonly holds: (text: string, at: number) => boolean }
  | { readonly kind: 'sequence' | 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly part: Node; readonly least: number; readonly most: number };

const MOST_STEPS = 5000;
/** Nodes that are built, over and over where they are repeated. */
const MOST_BUILT = 50_000;
const DEEPEST = 20;

/** Makes the steps of a tree, the last one first: each knows what comes after it. */
class StepBuilder {
  readonly steps: Step[];
  private built: number;

  constructor() {
    this.steps = [{ kind: 'end' }];
    this.built = 0;
  }

  /** @returns where the steps of a node begin, in front of `next` */
  build(node: Node, next: number): number {
    if (++this.built > MOST_BUILT) throw new PatternError('the expression is too large');
    switch (node.kind) {
      case 'letter':
        return this.add({ kind: 'letter', has: node.has, next });
      case 'place':
        return this.add({ kind: 'place', holds: node.holds, next });
      case 'sequence':
        return node.parts.reduceRight((after, part) => this.build(part, after), next);
      case 'choice':
        return node.parts
          .map((part) => this.build(part, next))
          .reduceRight((other, one) => this.add({ kind: 'either', one, other }));
      case 'repeat':
        return this.repeat(node, next);
    }
  }

  private repeat({ part, least, most }: Node & { kind: 'repeat' }, next: number): number {
    let at = next;
    if (most === Number.POSITIVE_INFINITY) {
      // Comes back to itself.
      at = this.add({ kind: 'either', one: next, other: next });
      this.steps[at] = { kind: 'either', one: this.build(part, at), other: next };
    } else {
      for (let count = least; count < most; count++) {
        at = this.add({ kind: 'either', one: this.build(part, at), other: next });
      }
    }
    for (let count = 0; count < least; count++) at = this.build(part, at);
    return at;
  }

  private add(step: Step): number {
    if (this.steps.length >= MOST_STEPS) throw new PatternError('the expression is too large');
    this.steps.push(step);
    return this.steps.length - 1;
  }
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && /^\w$/.test(letter);

const PLACES: Readonly<Record<string, (text: string, at: number) => boolean>> = {
  '^': (_text, at) => at === 0,
  $: (text, at) => at === text.length,
  b: (text, at) => isWord(text[at - 1]) !== isWord(text[at]),
  B: (text, at) => isWord(text[at - 1]) === isWord(text[at]),
  '<': (text, at) => !isWord(text[at - 1]) && isWord(text[at]),
  '>': (text, at) => isWord(text[at - 1]) && !isWord(text[at]),
};

const SETS: Readonly<Record<string, (letter: string) => boolean>> = {
  w: (letter) => isWord(letter),
  W: (letter) => !isWord(letter),
  s: (letter) => /^\s$/.test(letter),
  S: (letter) => !/^\s$/.test(letter),
};

const CLASSES: Readonly<Record<string, RegExp>> = {
  alnum: /^[A-Za-z0-9]$/,
  alpha: /^[A-Za-z]$/,
  blank: /^[ \t]$/,
  digit: /^[0-9]$/,
  graph: /^[!-~]$/,
  lower: /^[a-z]$/,
  print: /^[ -~]$/,
  punct: /^[!-/:-@[-`{-~]$/,
  space: /^\s$/,
  upper: /^[A-Z]$/,
  xdigit: /^[0-9A-Fa-f]$/,
};

const letterNode = (letter: string, { ignoresCase }: PatternOptions): Node => {
  const wanted = ignoresCase ? letter.toLowerCase() : letter;
  return { kind: 'letter', has: (found) => (ignoresCase ? found.toLowerCase() : found) === wanted };
};

const fixed = (text: string, options: PatternOptions): Node => ({
  kind: 'sequence',
  parts: [...text].map((letter) => letterNode(letter, options)),
});

/** What `*`, `{2,3}` and the like say: how often at least and at most. */
type Bounds = readonly [least: number, most: number];

const SIGNS: Readonly<Record<string, Bounds>> = {
  '*': [0, Number.POSITIVE_INFINITY],
  '+': [1, Number.POSITIVE_INFINITY],
  '?': [0, 1],
};

class PatternReader {
  private readonly text: string;
  private readonly options: PatternOptions;
  private readonly isExtended: boolean;
  private at: number;
  private depth: number;

  constructor(text: string, options: PatternOptions) {
    this.text = text;
    this.options = options;
    this.isExtended = options.dialect === 'extended';
    this.at = 0;
    this.depth = 0;
  }

  all(): Node {
    const tree = this.choice();
    if (this.at < this.text.length) throw new PatternError(`Unmatched ${this.isExtended ? ')' : '\\)'}`);
    return tree;
  }

  /** An operator is written with a backslash in a basic expression, and without in an extended one. */
  private takes(operator: string): boolean {
    const written = this.isExtended ? operator : `\\${operator}`;
    if (!this.text.startsWith(written, this.at)) return false;
    this.at += written.length;
    return true;
  }

  private sees(operator: string): boolean {
    return this.text.startsWith(this.isExtended ? operator : `\\${operator}`, this.at);
  }

  private choice(): Node {
    if (++this.depth > DEEPEST) throw new PatternError('brackets stand in brackets too often');
    const parts = [this.sequence()];
    while (this.takes('|')) parts.push(this.sequence());
    this.depth--;
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (this.at < this.text.length && !this.sees('|') && !this.sees(')')) {
      parts.push(this.repeated(this.part(parts.length === 0)));
    }
    return { kind: 'sequence', parts };
  }

  private repeated(part: Node): Node {
    let node = part;
    let signs = 0;
    for (let bounds = this.bounds(); bounds !== undefined; bounds = this.bounds()) {
      if (++signs > DEEPEST) throw new PatternError('too many signs behind each other');
      node = { kind: 'repeat', part: node, least: bounds[0], most: bounds[1] };
    }
    return node;
  }

  private bounds(): Bounds | undefined {
    const letter = this.text[this.at];
    if (letter === '*') {
      this.at++;
      return SIGNS['*'];
    }
    if (this.takes('+')) return SIGNS['+'];
    if (this.takes('?')) return SIGNS['?'];
    if (!this.sees('{')) return undefined;
    const interval = this.isExtended ? /\{(\d{1,3})(,?)(\d{0,3})\}/y : /\\\{(\d{1,3})(,?)(\d{0,3})\\\}/y;
    interval.lastIndex = this.at;
    const [all, least = '', comma = '', most = ''] = interval.exec(this.text) ?? [];
    if (all === undefined) {
      if (this.isExtended) return undefined;
      throw new PatternError('Unmatched \\{');
    }
    this.at += all.length;
    const bounds: Bounds = [
      Number(least),
      comma === '' ? Number(least) : most === '' ? Number.POSITIVE_INFINITY : Number(most),
    ];
    if (bounds[0] > bounds[1]) throw new PatternError('Invalid content of {}');
    return bounds;
  }

  private part(isFirst: boolean): Node {
    if (this.takes('(')) return this.group();
    const letter = this.text[this.at++]!;
    if (letter === '\\') return this.escaped();
    if (letter === '.') return { kind: 'letter', has: () => true };
    if (letter === '[') return this.set();
    if (letter === '^' && (this.isExtended || isFirst)) return { kind: 'place', holds: PLACES['^']! };
    if (letter === '$' && (this.isExtended || this.isAtEnd())) return { kind: 'place', holds: PLACES.$! };
    // With nothing to repeat before it, a sign stands for itself.
    return letterNode(letter, this.options);
  }

  private isAtEnd(): boolean {
    return this.at === this.text.length || this.sees(')') || this.sees('|');
  }

  private group(): Node {
    const inside = this.choice();
    if (!this.takes(')')) throw new PatternError(`Unmatched ${this.isExtended ? '(' : '\\('}`);
    return inside;
  }

  private escaped(): Node {
    const letter = this.text[this.at++];
    if (letter === undefined) throw new PatternError('Trailing backslash');
    if (/^[1-9]$/.test(letter)) throw new Unsupported(`pattern \\${letter}`);
    if (/^[bB<>]$/.test(letter)) return { kind: 'place', holds: PLACES[letter]! };
    if (Object.hasOwn(SETS, letter)) return { kind: 'letter', has: SETS[letter]! };
    return letterNode(letter, this.options);
  }

  /** `[a-z]`, `[^[:space:]]`. */
  private set(): Node {
    const { ignoresCase } = this.options;
    const isNegated = this.text[this.at] === '^';
    if (isNegated) this.at++;
    const members: ((letter: string) => boolean)[] = [];
    do members.push(this.member());
    while (this.text[this.at] !== ']');
    this.at++;
    const isMember = (letter: string): boolean => members.some((has) => has(letter));
    const isIn = (letter: string): boolean =>
      ignoresCase ? isMember(letter.toLowerCase()) || isMember(letter.toUpperCase()) : isMember(letter);
    return { kind: 'letter', has: (letter) => isIn(letter) !== isNegated };
  }

  private member(): (letter: string) => boolean {
    const { text } = this;
    if (this.at >= text.length) throw new PatternError('Unmatched [');
    if (text.startsWith('[:', this.at)) {
      const end = text.indexOf(':]', this.at);
      const name = text.slice(this.at + 2, end);
      if (end < 0 || !Object.hasOwn(CLASSES, name)) throw new PatternError('Invalid character class name');
      this.at = end + 2;
      const members = CLASSES[name]!;
      return (letter) => members.test(letter);
    }
    if (text.startsWith('[.', this.at) || text.startsWith('[=', this.at)) {
      throw new Unsupported(`pattern ${text.slice(this.at, this.at + 2)}`);
    }
    const first = text[this.at++]!;
    if (text[this.at] !== '-' || text[this.at + 1] === ']' || text[this.at + 1] === undefined) {
      return (letter) => letter === first;
    }
    const last = text[this.at + 1]!;
    this.at += 2;
    if (last < first) throw new PatternError('Invalid range end');
    return (letter) => letter >= first && letter <= last;
  }
}
