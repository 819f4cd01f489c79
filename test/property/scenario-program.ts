/**
 * A program of a scenario: non-blocking socket calls driven by readiness, which holds what it reads against what its
 * peer wrote (invariants 1 to 5).
 */
import type { Timer } from '../../src/layers/clock.ts';
import { MILLISECOND } from '../../src/layers/clock.ts';
import type { ErrorCode } from '../../src/layers/errors.ts';
import type { World } from '../../src/sim/world.ts';
import * as the from '../../src/sockets/constants.ts';
import type { SocketCore } from '../../src/sockets/core.ts';
import { errorCodeOf } from '../../src/sockets/errno.ts';
import { hold } from './invariants/laws.ts';
import { type ProgramView, streamByte } from './invariants/model.ts';
import type { Operation } from './scenario.ts';

const READ_WAIT_NS = 1000 * MILLISECOND;
const OPTIONS = {
  noDelay: [the.IPPROTO_TCP, the.TCP_NODELAY],
  receiveBuffer: [the.SOL_SOCKET, the.SO_RCVBUF],
  sendBuffer: [the.SOL_SOCKET, the.SO_SNDBUF],
} as const;

export type Ending = 'orderly' | 'closed early' | ErrorCode;

export interface ProgramParts {
  readonly name: string;
  readonly world: World;
  readonly core: SocketCore;
  readonly socket: number;
  readonly operations: readonly Operation[];
  readonly incarnation: number;
  readonly isFirstSide: boolean;
  /** What the program at the other end has offered to `send` so far. */
  readonly peerOffered: () => number;
  /** Whether that program has ended its stream, and after how many bytes. */
  readonly peerEnd: () => number | undefined;
  /** It is about to end its stream, close or abort. */
  readonly acts: (aborts: boolean) => void;
  readonly ended: () => void;
}

/** How many bytes a program writes in all: nothing after it has ended its stream. */
export function bytesToWrite(operations: readonly Operation[]): number {
  const end = operations.findIndex((each) => each.do === 'shutdown' || each.do === 'close' || each.do === 'abort');
  return operations
    .slice(0, end < 0 ? undefined : end)
    .reduce((sum, each) => sum + (each.do === 'write' ? each.bytes : 0), 0);
}

export class ScenarioProgram implements ProgramView {
  offered = 0;
  written = 0;
  read = 0;
  isClosed = false;
  /** It has called shutdown or close: its stream ends after `written` bytes. */
  hasEnded = false;
  endsOfStream = 0;
  ending: Ending | undefined = undefined;
  private readonly parts: ProgramParts;
  /** Bytes still to write, call by call. */
  private readonly outbox: number[] = [];
  private at = 0;
  private readTarget = -1;
  private wantsEnd = false;
  private readonly alarm: Timer;
  private isAsleep = false;
  private isBlocked = false;
  private isRunning = false;
  private isCalled = false;
  private readonly incoming: Uint8Array = new Uint8Array(4096);
  /** All that it will write. */
  private readonly stream: Uint8Array;

  constructor(parts: ProgramParts) {
    this.parts = parts;
    const { operations, incarnation, isFirstSide } = parts;
    const stream = new Uint8Array(bytesToWrite(operations));
    for (let place = 0; place < stream.length; place++) stream[place] = streamByte(incarnation, isFirstSide, place);
    this.stream = stream;
    this.alarm = parts.world.time.timer(() => this.wake());
    parts.core.watch(parts.socket, () => this.run());
  }

  /** Goes on as far as it can. */
  run(): void {
    this.isCalled = true;
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.isCalled && this.ending === undefined) {
      this.isCalled = false;
      this.advance();
    }
    this.isRunning = false;
  }

  private wake(): void {
    // A read that has waited long enough is over, whatever it got.
    if (!this.isAsleep) this.at++;
    this.isAsleep = false;
    this.readTarget = -1;
    this.run();
  }

  private advance(): void {
    const { core, socket, operations } = this.parts;
    const ready = core.readiness(socket);
    if ((ready & the.POLLERR) !== 0) {
      const error = core.getsockopt(socket, the.SOL_SOCKET, the.SO_ERROR);
      this.finish(errorCodeOf(-(error as number)));
      return;
    }
    this.push();
    while (this.ending === undefined && !this.isAsleep && this.at < operations.length) {
      if (!this.perform(operations[this.at]!)) return;
      this.push();
    }
    if (this.ending !== undefined || this.isAsleep) return;
    this.wantsEnd = true;
    this.push();
    this.drain(Infinity);
  }

  /** @returns whether it is over, and the next can begin */
  private perform(operation: Operation): boolean {
    const { core, socket } = this.parts;
    switch (operation.do) {
      case 'write': {
        if (this.wantsEnd) break;
        const most = Math.max(1, Math.ceil(operation.bytes / operation.calls));
        for (let left = operation.bytes; left > 0; left -= most) this.outbox.push(Math.min(most, left));
        break;
      }
      case 'read':
        if (this.readTarget < 0) {
          this.readTarget = this.read + operation.bytes;
          this.alarm.arm(this.parts.world.now + READ_WAIT_NS);
        }
        this.drain(this.readTarget);
        if (this.ending !== undefined) return false;
        if (this.read < this.readTarget && this.endsOfStream === 0) return false;
        this.readTarget = -1;
        this.alarm.cancel();
        break;
      case 'sleep':
        this.at++;
        this.isAsleep = true;
        this.alarm.arm(this.parts.world.now + operation.ms * MILLISECOND);
        return true;
      case 'shutdown':
        this.wantsEnd = true;
        break;
      case 'close':
      case 'abort':
        if (operation.do === 'abort') core.setsockopt(socket, the.SOL_SOCKET, the.SO_LINGER, { on: true, seconds: 0 });
        this.finish('closed early', operation.do === 'abort');
        return false;
      case 'set': {
        const [level, option] = OPTIONS[operation.option];
        core.setsockopt(socket, level, option, operation.value);
      }
    }
    this.at++;
    return true;
  }

  /** Writes as much as is taken, and ends the stream when that is wanted and nothing is left. */
  private push(): void {
    const { core, socket } = this.parts;
    // Once the buffer was full it writes again when it is told to, not for every few bytes that become free.
    if (this.isBlocked && (core.readiness(socket) & the.POLLOUT) === 0) return;
    this.isBlocked = false;
    while (this.ending === undefined && this.outbox.length > 0) {
      const length = this.outbox[0]!;
      this.offered = this.written + length;
      const taken = core.send(socket, this.stream, 0, this.written, length);
      if (taken < 0) {
        this.offered = this.written;
        const code = errorCodeOf(taken);
        if (code !== 'EAGAIN') this.finish(code);
        this.isBlocked = true;
        return;
      }
      this.written += taken;
      this.offered = this.written;
      if (taken === length) this.outbox.shift();
      else this.outbox[0] = length - taken;
    }
    if (!this.wantsEnd || this.hasEnded || this.ending !== undefined) return;
    if (!this.isConnected()) return;
    this.hasEnded = true;
    this.parts.acts(false);
    const answer = core.shutdown(socket, the.SHUT_WR);
    if (answer < 0 && errorCodeOf(answer) !== 'ENOTCONN') this.finish(errorCodeOf(answer));
  }

  private isConnected(): boolean {
    const { core, socket } = this.parts;
    return (core.readiness(socket) & (the.POLLOUT | the.POLLIN | the.POLLHUP)) !== 0;
  }

  /** Reads up to a place, or to the end. */
  private drain(target: number): void {
    const { core, socket, incarnation, isFirstSide, name } = this.parts;
    while (this.ending === undefined && this.read < target && this.endsOfStream === 0) {
      if (!this.isConnected()) return;
      const room = Math.min(this.incoming.length, target - this.read);
      const count = core.recv(socket, this.incoming, 0, 0, room);
      if (count < 0) {
        const code = errorCodeOf(count);
        if (code !== 'EAGAIN') this.finish(code);
        return;
      }
      if (count === 0) {
        this.endOfStream();
        break;
      }
      for (let index = 0; index < count; index++) {
        const place = this.read + index;
        const wanted = streamByte(incarnation, !isFirstSide, place);
        hold(1, this.incoming[index] === wanted, () => {
          return `${name} reads ${this.incoming[index]} as byte ${place} of connection ${incarnation}, and ${wanted} was written`;
        });
      }
      this.read += count;
      const offered = this.parts.peerOffered();
      hold(1, this.read <= offered, () => `${name} has read ${this.read} bytes, and ${offered} were written`);
    }
    if (this.endsOfStream > 0 && this.hasEnded && this.outbox.length === 0) this.finish('orderly');
  }

  private endOfStream(): void {
    const { core, socket, name, peerEnd } = this.parts;
    this.endsOfStream++;
    const end = peerEnd();
    hold(3, end !== undefined, () => `${name} reads an end of stream, and its peer has not ended it`);
    hold(4, end === this.read, () => `${name} reads an end of stream after ${this.read} bytes of ${end}`);
    const more = core.recv(socket, this.incoming);
    hold(3, more <= 0, () => `${name} reads ${more} bytes after the end of the stream`);
  }

  private finish(ending: Ending, aborts = false): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    this.hasEnded = true;
    this.isClosed = true;
    this.alarm.cancel();
    this.parts.acts(aborts);
    this.parts.core.close(this.parts.socket);
    this.parts.ended();
  }
}
