/**
 * A hub: what comes in by one port goes out by all the others.
 * Left out on purpose: collisions. Each port is a full-duplex link with a queue of its own.
 */
import type { Frame, FramePool } from '../layers/frame.ts';
import { type Middle, MiddlePort } from './middle-port.ts';

export class Hub implements Middle {
  readonly name: string;
  readonly ports: MiddlePort[];
  private readonly pool: FramePool;

  constructor(name: string, pool: FramePool) {
    this.name = name;
    this.ports = [];
    this.pool = pool;
  }

  /** One more port, not plugged in yet. */
  addPort(): MiddlePort {
    const port = new MiddlePort(this, `${this.name}.port${this.ports.length + 1}`);
    this.ports.push(port);
    return port;
  }

  /** Sends a copy of the frame out of every port but the one it came in by. The frame is borrowed. */
  input(from: MiddlePort, frame: Frame): void {
    for (const other of this.ports) {
      if (other !== from && other.port !== undefined) other.port.send(this.pool.duplicate(frame));
    }
  }
}
