/** A shell command as data: what `parser.ts` makes of its text. Offsets count from 0, in the command as it was written. */

/** Text that is expanded to fields, or to one text. */
export interface Word {
  readonly offset: number;
  readonly parts: readonly WordPart[];
}

/** `isQuoted`: it stood in quotes, so that it is not split into fields, and is a field even if it is empty. */
export type WordPart = { readonly offset: number; readonly isQuoted: boolean } & (
  | { readonly kind: 'text'; readonly text: string }
  /** `$A`, `${A}`, `$1`, `$?`, `$@`; `${#A}` is the length of its value. */
  | { readonly kind: 'variable'; readonly name: string; readonly isLength: boolean; readonly default?: VariableDefault }
  /** `$(…)`, or between backquotes: what the commands print. */
  | { readonly kind: 'commands'; readonly text: string }
  /** `$((…))`. */
  | { readonly kind: 'arithmetic'; readonly expression: Word }
);

/** `${A:-word}`: what stands in for a variable. With a colon an empty value counts as none. */
export interface VariableDefault {
  readonly operator: '-' | '=' | '+';
  readonly colon: boolean;
  readonly word: Word;
}

export interface Assignment {
  readonly name: string;
  readonly value: Word;
}

export interface Redirection {
  readonly offset: number;
  readonly descriptor: number;
  /** `here`: the target is the text itself. `duplicate`: the target names another descriptor. */
  readonly kind: 'write' | 'read' | 'duplicate' | 'here';
  readonly target: Word;
}

export type Command = { readonly offset: number; readonly redirections: readonly Redirection[] } & (
  | { readonly kind: 'simple'; readonly assignments: readonly Assignment[]; readonly words: readonly Word[] }
  | { readonly kind: 'if'; readonly branches: readonly Branch[]; readonly otherwise: CommandList | undefined }
  /** Without words: for the arguments of the script. */
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly words: readonly Word[] | undefined;
      readonly body: CommandList;
    }
  /** `{ …; }`, and `( … )`, which changes nothing outside. */
  | { readonly kind: 'group'; readonly body: CommandList; readonly isApart: boolean }
);

export interface Branch {
  readonly condition: CommandList;
  readonly body: CommandList;
}

/** `! a | b`. */
export interface Pipeline {
  readonly isNegated: boolean;
  readonly commands: readonly Command[];
}

/** `a && b || c`. */
export interface Chain {
  readonly first: Pipeline;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly pipeline: Pipeline }[];
}

export type CommandList = readonly Chain[];
