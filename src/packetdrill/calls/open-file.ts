/** What a script's descriptors stand for: sockets, pipes, files, epoll instances. Each is read and written without waiting. */

import { failure } from '../../sockets/errno.ts';
import type { Watcher } from '../../sockets/open-socket.ts';

export abstract class OpenFile {
  /** O_NONBLOCK: calls say EAGAIN instead of waiting. */
  nonBlocking: boolean;

  constructor(nonBlocking: boolean) {
    this.nonBlocking = nonBlocking;
  }

  /** Which of POLLIN, POLLOUT … hold now. */
  abstract readiness(): number;
  /** Calls `watcher` whenever that may have changed. */
  abstract watch(watcher: Watcher): void;
  abstract unwatch(watcher: Watcher): void;
  /** @returns 0, or `-errno` */
  abstract close(): number;

  /** Bytes given, 0 at the end, or `-errno`. */
  read(_into: Uint8Array, _length: number): number {
    return failure('EINVAL');
  }

  /** Bytes taken, or `-errno`. */
  write(_bytes: Uint8Array, _length: number): number {
    return failure('EINVAL');
  }
}
