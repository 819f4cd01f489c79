/** Reads the flags of a command as getopt(3) does: `-n`, `-an`, `-p 80`, `-p80`, `--` and long names. */
import { Unsupported } from '../../unsupported.ts';
import { type CommandCall, lastPart } from './command.ts';

export interface FlagSpec {
  /** Letters of flags that stand alone, and of those with a value. */
  readonly alone?: string;
  readonly valued?: string;
  /** Long names, with the letters that they stand for. */
  readonly long?: Readonly<Record<string, string>>;
  /** Flags may stand behind what is no flag, as GNU's programs allow. */
  readonly anywhere?: boolean;
}

export class Flags {
  /** What is no flag. */
  readonly rest: readonly string[];
  private readonly found: ReadonlyMap<string, readonly string[]>;

  constructor(found: ReadonlyMap<string, readonly string[]>, rest: readonly string[]) {
    this.found = found;
    this.rest = rest;
  }

  has(letter: string): boolean {
    return this.found.has(letter);
  }

  /** The value of a flag; the last, if it is given several times. */
  value(letter: string): string | undefined {
    return this.found.get(letter)?.at(-1);
  }

  values(letter: string): readonly string[] {
    return this.found.get(letter) ?? [];
  }
}

/** @throws {Unsupported} for a flag that the command does not have here */
export function readFlags(call: CommandCall, spec: FlagSpec): Flags {
  const { alone = '', valued = '', long = {}, anywhere = false } = spec;
  const found = new Map<string, string[]>();
  const rest: string[] = [];
  const words = [...call.arguments];
  const unsupported = (flag: string): Unsupported => new Unsupported(`command ${lastPart(call.name)} ${flag}`);
  const put = (letter: string, value: string): void => {
    found.set(letter, [...(found.get(letter) ?? []), value]);
  };
  const takeValue = (flag: string, attached: string): string => {
    const value = attached !== '' ? attached : words.shift();
    if (value === undefined) throw unsupported(`${flag} without a value`);
    return value;
  };
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === '--') {
      rest.push(...words);
      break;
    }
    if (!word.startsWith('-') || word === '-') {
      rest.push(word);
      if (anywhere) continue;
      rest.push(...words);
      break;
    }
    if (word.startsWith('--')) {
      const [name = '', ...value] = word.slice(2).split('=');
      const letter = Object.hasOwn(long, name) ? long[name]! : undefined;
      if (letter === undefined) throw unsupported(`--${name}`);
      put(letter, valued.includes(letter) ? takeValue(word, value.join('=')) : '');
      continue;
    }
    for (let index = 1; index < word.length; index++) {
      const letter = word[index]!;
      if (valued.includes(letter)) {
        put(letter, takeValue(`-${letter}`, word.slice(index + 1)));
        break;
      }
      if (!alone.includes(letter)) throw unsupported(`-${letter}`);
      put(letter, '');
    }
  }
  return new Flags(found, rest);
}
