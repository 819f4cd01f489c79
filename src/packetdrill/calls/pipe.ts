/**
 * Pipes, and files of zeros: what `splice` and `sendfile` move data between. A pipe holds 64 KiB, as Linux's does
 * (pipe(7)). Left out on purpose: SIGPIPE, O_DIRECT, files with contents.
 */
import { POLLERR, POLLHUP, POLLIN, POLLOUT } from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import type { Watcher } from '../../sockets/open-socket.ts';
import { OpenFile } from './open-file.ts';

const CAPACITY = 65_536;

class Pipe {
  readonly bytes: number[] = [];
  readonly watchers: Set<Watcher> = new Set();
  readers = 1;
  writers = 1;

  changed(): void {
    for (const watcher of [...this.watchers]) watcher();
  }
}

abstract class PipeEnd extends OpenFile {
  protected readonly pipe: Pipe;

  constructor(pipe: Pipe, nonBlocking: boolean) {
    super(nonBlocking);
    this.pipe = pipe;
  }

  watch(watcher: Watcher): void {
    this.pipe.watchers.add(watcher);
  }

  unwatch(watcher: Watcher): void {
    this.pipe.watchers.delete(watcher);
  }
}

class ReadEnd extends PipeEnd {
  readiness(): number {
    const { bytes, writers } = this.pipe;
    return (bytes.length > 0 ? POLLIN : 0) | (writers === 0 ? POLLHUP : 0);
  }

  override read(into: Uint8Array, length: number): number {
    const { pipe } = this;
    if (pipe.bytes.length === 0) return pipe.writers === 0 ? 0 : failure('EAGAIN');
    const taken = pipe.bytes.splice(0, length);
    into.set(taken);
    pipe.changed();
    return taken.length;
  }

  close(): number {
    this.pipe.readers--;
    this.pipe.changed();
    return 0;
  }
}

class WriteEnd extends PipeEnd {
  readiness(): number {
    const { bytes, readers } = this.pipe;
    return (bytes.length < CAPACITY ? POLLOUT : 0) | (readers === 0 ? POLLERR : 0);
  }

  override write(bytes: Uint8Array, length: number): number {
    const { pipe } = this;
    if (pipe.readers === 0) return failure('EPIPE');
    const room = CAPACITY - pipe.bytes.length;
    if (room <= 0) return length === 0 ? 0 : failure('EAGAIN');
    const taken = Math.min(length, room);
    for (let index = 0; index < taken; index++) pipe.bytes.push(bytes[index]!);
    pipe.changed();
    return taken;
  }

  close(): number {
    this.pipe.writers--;
    this.pipe.changed();
    return 0;
  }
}

/** A new pipe: the end to read from, and the end to write to. */
export function makePipe(nonBlocking: boolean): readonly [OpenFile, OpenFile] {
  const pipe = new Pipe();
  return [new ReadEnd(pipe, nonBlocking), new WriteEnd(pipe, nonBlocking)];
}

/** A file of zeros without end: always ready, and what is written to it is taken. */
export class ZeroFile extends OpenFile {
  readiness(): number {
    return POLLIN | POLLOUT;
  }

  watch(_watcher: Watcher): void {
    // It never changes.
  }

  unwatch(_watcher: Watcher): void {
    // Nobody was kept.
  }

  close(): number {
    return 0;
  }

  override read(into: Uint8Array, length: number): number {
    into.fill(0, 0, length);
    return length;
  }

  override write(_bytes: Uint8Array, length: number): number {
    return length;
  }
}
