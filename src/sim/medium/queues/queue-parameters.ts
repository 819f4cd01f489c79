/** Reads the options of one queue, with what holds for those left out. Every mistake is a sentence. */
import { parseDuration, parseProbability, parseSize } from '../../units.ts';
import type { QueueLimit } from './queue-limit.ts';
import { QUEUE_PARAMETERS, type QueueName } from './queue-options.ts';
import { NO_MARK, type StepMark } from './step-mark.ts';

export class QueueParameters {
  private readonly name: QueueName;
  private readonly given: Readonly<Record<string, unknown>>;

  /** @throws {RangeError} if the queue has no such parameter */
  constructor(name: QueueName, options: object) {
    this.name = name;
    this.given = options as Readonly<Record<string, unknown>>;
    const known = Object.keys(QUEUE_PARAMETERS[name]);
    for (const key of Object.keys(options)) {
      if (key === 'discipline' || known.includes(key)) continue;
      throw new RangeError(`the queue ${name} does not know '${key}': use ${known.join(', ')}`);
    }
  }

  has(key: string): boolean {
    return this.given[key] !== undefined;
  }

  count(key: string, usual: number, least = 1, most: number = Number.MAX_SAFE_INTEGER): number {
    const value = this.given[key] ?? usual;
    if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) return value as number;
    const range = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `from ${least} to ${most}`;
    throw this.mistake(key, `a whole number, ${range}`);
  }

  number(key: string, usual: number, least: number, most: number = Infinity): number {
    const value = this.given[key] ?? usual;
    if (typeof value === 'number' && value >= least && value <= most) return value;
    throw this.mistake(key, most === Infinity ? `a number, ${least} or more` : `a number from ${least} to ${most}`);
  }

  /** In bytes, at least one. */
  size(key: string, usual: string): number {
    const bytes = parseSize((this.given[key] ?? usual) as string, this.what(key));
    if (bytes === 0) throw this.mistake(key, 'more than nothing');
    return bytes;
  }

  /** In nanoseconds. */
  duration(key: string, usual: string, mayBeZero = false): number {
    const ns = parseDuration((this.given[key] ?? usual) as string, this.what(key));
    if (ns === 0 && !mayBeZero) throw this.mistake(key, 'longer than that');
    return ns;
  }

  probability(key: string, usual: string): number {
    return parseProbability((this.given[key] ?? usual) as string, this.what(key));
  }

  flag(key: string, usual: boolean): boolean {
    const value = this.given[key] ?? usual;
    if (typeof value === 'boolean') return value;
    throw this.mistake(key, 'true or false');
  }

  word<Word extends string>(key: string, words: readonly Word[]): Word {
    const value = this.given[key] ?? words[0];
    if ((words as readonly unknown[]).includes(value)) return value as Word;
    throw this.mistake(key, words.join(' or '));
  }

  /** Frames as a number, or bytes with a unit. */
  amount(key: string, usual: number | string): { readonly value: number; readonly inBytes: boolean } {
    if (typeof (this.given[key] ?? usual) === 'string') return { value: this.size(key, String(usual)), inBytes: true };
    return { value: this.count(key, usual as number), inBytes: false };
  }

  limit(usual: QueueLimit): QueueLimit {
    if (!this.has('limit')) return usual;
    const { value, inBytes } = this.amount('limit', 0);
    return inBytes ? { frames: Infinity, bytes: value } : { frames: value, bytes: Infinity };
  }

  /** `mark`: frames as a number, bytes or a time with their unit. */
  mark(): StepMark {
    const value = this.given.mark;
    if (value === undefined) return NO_MARK;
    if (typeof value !== 'string') return { ...NO_MARK, frames: this.count('mark', 0, 0) };
    if (/(?:s|min|h)\s*$/.test(value)) return { ...NO_MARK, sojournNs: this.duration('mark', '', true) };
    return { ...NO_MARK, bytes: parseSize(value, this.what('mark')) };
  }

  mistake(key: string, wanted: string): RangeError {
    const value = this.given[key];
    return new RangeError(`${this.what(key)} is ${wanted}, not ${JSON.stringify(value) ?? String(value)}`);
  }

  private what(key: string): string {
    return `${this.name}: ${key}`;
  }
}
