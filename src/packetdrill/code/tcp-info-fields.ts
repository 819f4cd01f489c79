/**
 * How a kernel's `tcp_info` is made of ours: a table with one row a field. A field for which there is nothing here, or
 * nothing at the moment, still has its name; code that uses it makes the script unsupported.
 */
import type { ControlBlock } from '../../layers/transport/tcp/control-block.ts';
import type { TcpInfo } from '../../layers/transport/tcp/info.ts';
import { Missing, type Names } from './missing.ts';
import type { PythonValue } from './values.ts';

/**
 * What `TcpInfo` does not tell: who opened the connection, and how many SYNs it has sent. A control block has both. Kernels
 * count the SYN of one side where they do not count that of the other.
 */
export type Opening = Pick<ControlBlock, 'active' | 'synTransmissions'>;

/** A whole number, or one that is rounded down; `undefined` for a value that is not there. */
export type FieldValue = bigint | number | undefined;

/** A field, by what is known of a connection and of how it was opened, if somebody says so. */
export type Field = (info: TcpInfo, opening: Opening | undefined) => FieldValue;

export type FieldTable = Readonly<Record<string, Field>>;

/** All fields of a table, in its order. Without a connection none has a value. */
export function fieldNames(table: FieldTable, info: TcpInfo | undefined, opening: Opening | undefined): Names {
  return new Map(
    Object.entries(table).map(([name, field]) => {
      if (info === undefined) return [name, new Missing(`tcp_info field ${name} without a connection`)];
      return [name, named(`tcp_info field ${name}`, field(info, opening))];
    }),
  );
}

/** @param what it is, for a person, if it has no value */
export const named = (what: string, value: FieldValue): PythonValue | Missing =>
  value === undefined ? new Missing(what) : whole(value);

/** Names of numbers. */
export const constantNames = (constants: Readonly<Record<string, number>>): Names =>
  new Map(Object.entries(constants).map(([name, value]) => [name, whole(value)]));

const whole = (value: bigint | number): bigint => BigInt(typeof value === 'number' ? Math.floor(value) : value);

/** A field that is always 0, in that kernel too. */
export const zero: Field = () => 0;
/** A field that the kernel fills in, and that nothing here corresponds to. */
export const nothing: Field = () => undefined;

export const microseconds = (ns: number): number => ns / 1e3;

/** What is `Infinity` here, by what the kernel says instead. */
export const orElse = (value: number, infinite: FieldValue): FieldValue =>
  value === Number.POSITIVE_INFINITY ? infinite : value;

/** The bits of those that are true. */
export const bits = (flags: readonly (readonly [isSet: boolean, bit: number])[]): number =>
  flags.reduce((sum, [isSet, bit]) => (isSet ? sum | bit : sum), 0);
