/** A socket as a script's descriptor: the socket core's, and whether it blocks. */

import { SOCK_DGRAM } from '../../sockets/constants.ts';
import type { SocketCore } from '../../sockets/core.ts';
import type { Watcher } from '../../sockets/open-socket.ts';
import { OpenFile } from './open-file.ts';

export class SocketFile extends OpenFile {
  readonly core: SocketCore;
  /** The world's clock, in nanoseconds. */
  readonly now: () => number;
  /** The socket core's own number for it. */
  readonly descriptor: number;
  readonly domain: number;
  readonly type: number;

  constructor(
    core: SocketCore,
    now: () => number,
    descriptor: number,
    domain: number,
    type: number,
    nonBlocking: boolean,
  ) {
    super(nonBlocking);
    this.core = core;
    this.now = now;
    this.descriptor = descriptor;
    this.domain = domain;
    this.type = type;
  }

  get isDatagram(): boolean {
    return this.type === SOCK_DGRAM;
  }

  readiness(): number {
    return this.core.readiness(this.descriptor);
  }

  watch(watcher: Watcher): void {
    this.core.watch(this.descriptor, watcher);
  }

  unwatch(watcher: Watcher): void {
    this.core.unwatch(this.descriptor, watcher);
  }

  close(): number {
    return this.core.close(this.descriptor);
  }

  override read(into: Uint8Array, length: number): number {
    return this.core.recv(this.descriptor, into, 0, 0, length);
  }

  override write(bytes: Uint8Array, length: number): number {
    return this.core.send(this.descriptor, bytes, 0, 0, length);
  }
}
