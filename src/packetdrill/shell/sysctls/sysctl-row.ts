/** A row of the tables of sysctls that the emulation meets by construction: with which values, and why. */

export interface KernelSysctl {
  /** With which values of it a kernel does what the emulated host does in any case. */
  readonly met: ValueSet;
  /** The kernel's default, as reading it prints it; `undefined` if it depends on the machine. */
  readonly usual: string | undefined;
  /** Why it is met, for a person. */
  readonly why: string;
}

export interface ValueSet {
  /** For a person: `0`, `0 or 1`, `from 100`. */
  readonly text: string;
  readonly has: (value: string) => boolean;
}

/** @param why a few words: what the host does, or has not */
export const row = (met: ValueSet, usual: string | undefined, why: string): KernelSysctl => ({ met, usual, why });

export const anyNumber: ValueSet = { text: 'any number', has: (value) => isWhole(value) };

/** As many numbers as the kernel wants. */
export const anyNumbers = (count: number): ValueSet => ({
  text: `any ${count} numbers`,
  has: (value) => numbersOf(value).length === count && numbersOf(value).every(isWhole),
});

export const only = (...values: readonly string[]): ValueSet => ({
  text: values.join(' or '),
  has: (value) => values.includes(value),
});

export const from = (least: number): ValueSet => ({
  text: `from ${least}`,
  has: (value) => isWhole(value) && Number(value) >= least,
});

/** Two numbers, with these between them. */
export const around = (first: number, last: number): ValueSet => ({
  text: `two numbers with ${first} to ${last} between them`,
  has: (value) => {
    const [low, high, ...more] = numbersOf(value);
    return more.length === 0 && isWhole(low) && isWhole(high) && Number(low) <= first && Number(high) >= last;
  },
});

const isWhole = (text: string | undefined): boolean => text !== undefined && /^-?\d{1,19}$/.test(text);

const numbersOf = (text: string): readonly string[] => text.split(/\s+/);
