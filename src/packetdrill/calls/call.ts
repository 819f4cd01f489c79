/**
 * One system call of a script: what it is given, how it is tried, and what it should have filled in. A call that may
 * block is tried again whenever a descriptor that it waits for may have changed.
 */
import type { IpAddress } from '../../layers/address.ts';
import type { Timers } from '../../layers/clock.ts';
import type { SocketCore } from '../../sockets/core.ts';
import type { CallAction, Expression } from '../language/script.ts';
import { ScriptError } from '../language/script-error.ts';
import type { Difference } from '../packets/compare.ts';
import type { ScriptEnds } from '../packets/script-ends.ts';
import { numberOf, numberOrOpen } from './evaluate.ts';
import type { OpenFile } from './open-file.ts';

/** What a call is tried for and has not got: it waits. */
export const BLOCKED: unique symbol = Symbol('blocked');

export interface Call {
  /** Tries it. @returns what a system call returns, `-errno` for an error; or that it has to wait */
  attempt(): number | typeof BLOCKED;
  /** What it waits on. */
  readonly waitsFor: readonly OpenFile[];
  /** When it gives up waiting, in nanoseconds of the world's time; `Infinity` for never. `expired` is then its result. */
  readonly deadline: number;
  expired?(): number;
  /** What the kernel filled in and is not as the script says. */
  differences?(result: number): Difference[];
  /** The descriptors that a result of 0 or more stands for, by the script's numbers. */
  readonly opens?: (result: number) => OpenFile | undefined;
}

export interface CallContext {
  readonly core: SocketCore;
  readonly timers: Timers;
  readonly ends: ScriptEnds;
  /** The family of `socket(..., …)`. */
  readonly domain: number;
  readonly files: DescriptorTable;
  /** Keys of RFC 2385 by the other end's address as text, from the kernel's table (setkey(8)). */
  readonly signatureKeys: Map<string, Uint8Array>;
  /** How far from its time something may be. */
  readonly toleranceNs: number;
  /** The address of the host as its programs see it, and of the script's end. */
  readonly programAddress: (address: IpAddress) => IpAddress;
}

/** A script's descriptors by its own numbers. */
export interface DescriptorTable {
  get(number: number): OpenFile | undefined;
  set(number: number, file: OpenFile): void;
  /** Takes the number away; the file is not closed by that. */
  delete(number: number): void;
  all(): Iterable<OpenFile>;
}

export type MakeCall = (given: CallArguments, context: CallContext) => Call;

/** The arguments of a call, by their places. */
export class CallArguments {
  readonly action: CallAction;
  private readonly event: { readonly line: number; readonly column: number };

  constructor(action: CallAction, place: { readonly line: number; readonly column: number }) {
    this.action = action;
    this.event = place;
  }

  /** @throws {ScriptError} if there are fewer or more */
  count(least: number, most: number = least): void {
    const { name, arguments: given } = this.action;
    if (given.length >= least && given.length <= most) return;
    const wanted = least === most ? `${least}` : `${least} to ${most}`;
    throw new ScriptError(this.event, `${name} takes ${wanted} argument${most === 1 ? '' : 's'}, not ${given.length}`);
  }

  at(index: number): Expression {
    const expression = this.action.arguments[index];
    if (expression !== undefined) return expression;
    throw new ScriptError(this.event, `${this.action.name} lacks its argument ${index + 1}`);
  }

  has(index: number): boolean {
    return index < this.action.arguments.length;
  }

  number(index: number): number {
    return numberOf(this.at(index));
  }

  /** `undefined` for `...`. */
  open(index: number): number | undefined {
    return numberOrOpen(this.at(index));
  }

  /** The number, or another if it is left open or missing. */
  numberOr(index: number, other: number): number {
    return this.has(index) ? (this.open(index) ?? other) : other;
  }
}
