/**
 * One port of what stands between hosts, a hub or a switch: it is plugged into a link as an interface of a host is.
 */
import type { Frame } from '../layers/frame.ts';
import type { FrameReceiver, Port } from '../layers/link/port.ts';

/** What has such ports: it is given the frames that come in by them, borrowed for the call. */
export interface Middle {
  input(from: MiddlePort, frame: Frame): void;
}

export class MiddlePort implements FrameReceiver {
  readonly name: string;
  port: Port | undefined;
  private readonly owner: Middle;

  constructor(owner: Middle, name: string) {
    this.name = name;
    this.port = undefined;
    this.owner = owner;
  }

  /** @throws {TypeError} if it is plugged in already */
  attach(port: Port): void {
    if (this.port !== undefined) throw new TypeError(`${this.name} is plugged in already: detach it first`);
    this.port = port;
  }

  detach(): void {
    this.port = undefined;
  }

  receive(frame: Frame): void {
    this.owner.input(this, frame);
  }
}
