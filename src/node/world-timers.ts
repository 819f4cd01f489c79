/**
 * `setTimeout`, `setInterval` and `Date` of programs that run in a world: while they are installed, the global functions
 * (and those of `node:timers`) are those of the world's time. What Node has inside keeps the machine's, such as the date
 * that `node:http` writes into an answer: `sendDate = false` leaves it out.
 * Left out: `timers/promises`, `performance.now`, `process.hrtime`.
 */
import { syncBuiltinESMExports } from 'node:module';
import * as nodeTimers from 'node:timers';
import { promisify } from 'node:util';
import { MILLISECOND, type Timer, type Timers } from '../layers/clock.ts';
import type { ProgramScheduler } from '../sockets/scheduler.ts';

/** TIMEOUT_MAX: longer ones count as 1 ms, as Node has it. */
const LONGEST_MS = 2 ** 31 - 1;
const INSTALLED = Symbol.for('wirelab world timers');

type Callback = (...parameters: unknown[]) => void;
type Replaced = 'setTimeout' | 'setInterval' | 'clearTimeout' | 'clearInterval';

/** What `setTimeout` and `setInterval` give. */
class WorldTimeout {
  private readonly owner: WorldTimers;
  private readonly timer: Timer;
  private readonly milliseconds: number;
  private isReferenced: boolean;

  constructor(owner: WorldTimers, milliseconds: number, repeats: boolean, callback: () => void) {
    this.owner = owner;
    this.milliseconds = milliseconds >= 1 && milliseconds <= LONGEST_MS ? Math.trunc(milliseconds) : 1;
    this.isReferenced = true;
    this.timer = owner.timers.timer(() => {
      owner.scheduler.woke();
      if (repeats) this.refresh();
      else this.ended();
      process.nextTick(callback);
    });
    this.refresh();
  }

  refresh(): this {
    this.timer.arm(this.owner.timers.now() + this.milliseconds * MILLISECOND);
    if (!this.isReferenced) this.owner.unreferenced.add(this);
    return this;
  }

  /** A world does not go on for the sake of such timers alone. */
  unref(): this {
    this.isReferenced = false;
    if (this.timer.deadline !== Number.POSITIVE_INFINITY) this.owner.unreferenced.add(this);
    return this;
  }

  ref(): this {
    this.isReferenced = true;
    this.owner.unreferenced.delete(this);
    return this;
  }

  hasRef(): boolean {
    return this.isReferenced;
  }

  close(): this {
    this.timer.cancel();
    this.ended();
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [Symbol.toPrimitive](): number {
    return this.owner.numberOf(this);
  }

  private ended(): void {
    this.owner.unreferenced.delete(this);
    this.owner.forget(this);
  }
}

export class WorldTimers {
  readonly timers: Timers;
  readonly scheduler: ProgramScheduler;
  /** Armed ones that nobody waits for. */
  readonly unreferenced: Set<WorldTimeout>;
  private readonly startMs: number;
  /** Those whose number was asked for. */
  private readonly byNumber: Map<number, WorldTimeout>;
  private nextNumber: number;
  private restore: (() => void) | undefined;

  /** @param startMs the date at which the world's time begins, as `Date.now` has it */
  constructor(timers: Timers, scheduler: ProgramScheduler, startMs: number) {
    this.timers = timers;
    this.scheduler = scheduler;
    this.unreferenced = new Set();
    this.startMs = startMs;
    this.byNumber = new Map();
    this.nextNumber = 1;
    this.restore = undefined;
  }

  /** @throws {Error} if those of another world are installed */
  install(): void {
    if (this.restore !== undefined) return;
    const before = globalThis.setTimeout;
    if (INSTALLED in before) {
      throw new Error('the timers of another world are installed: await its run before a second NodeWorld begins');
    }
    const { clearTimeout: clearReal, Date: RealDate } = globalThis;
    const clear = (timeout: unknown): void => {
      if (timeout instanceof WorldTimeout) timeout.close();
      else if (this.byNumber.has(Number(timeout))) this.byNumber.get(Number(timeout))?.close();
      else clearReal(timeout as NodeJS.Timeout);
    };
    const set =
      (repeats: boolean) =>
      (callback: Callback, milliseconds: unknown, ...parameters: unknown[]) => {
        if (typeof callback !== 'function') throw new TypeError(`a timer calls a function, not ${String(callback)}`);
        return new WorldTimeout(this, Number(milliseconds), repeats, () => callback(...parameters));
      };
    const sleep = (milliseconds: number, value: unknown): Promise<unknown> =>
      new Promise((resolve) => set(false)(() => resolve(value), milliseconds));
    const replaced: Readonly<Record<Replaced, unknown>> = {
      setTimeout: Object.assign(set(false), { [promisify.custom]: sleep, [INSTALLED]: true }),
      setInterval: set(true),
      clearTimeout: clear,
      clearInterval: clear,
    };
    const names = Object.keys(replaced) as Replaced[];
    const module = (nodeTimers as { default?: Record<string, unknown> }).default ?? {};
    const kept = Object.fromEntries(names.map((name) => [name, globalThis[name]]));
    const put = (functions: Readonly<Record<string, unknown>>, date: DateConstructor): void => {
      Object.assign(globalThis, functions, { Date: date });
      Object.assign(module, functions);
      syncBuiltinESMExports();
    };
    put(replaced, this.worldDate(RealDate));
    this.restore = () => put(kept, RealDate);
  }

  uninstall(): void {
    this.restore?.();
    this.restore = undefined;
  }

  numberOf(timeout: WorldTimeout): number {
    for (const [number, one] of this.byNumber) if (one === timeout) return number;
    const number = this.nextNumber++;
    this.byNumber.set(number, timeout);
    return number;
  }

  forget(timeout: WorldTimeout): void {
    for (const [number, one] of this.byNumber) if (one === timeout) this.byNumber.delete(number);
  }

  private worldDate(RealDate: DateConstructor): DateConstructor {
    const now = (): number => this.startMs + Math.floor(this.timers.now() / MILLISECOND);
    return new Proxy(RealDate, {
      construct: (target, parameters, newTarget) =>
        Reflect.construct(target, parameters.length === 0 ? [now()] : parameters, newTarget) as object,
      apply: () => new RealDate(now()).toString(),
      get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
    });
  }
}
