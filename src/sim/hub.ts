/**
 * A hub: what comes in by one port goes out by all the others.
 * Left out on purpose: collisions. Each port is a full-duplex link with a queue of its own.
 */
import type { Frame, FramePool } from '../layers/frame.ts';
import type { FrameReceiver, Port } from '../layers/link/port.ts';

/** One port of a hub: it is plugged into a link as an interface of a host is. */
export class HubPort implements FrameReceiver {
  readonly name: string;
  readonly hub: Hub;
  port: Port | undefined;

  constructor(hub: Hub, name: string) {
    this.name = name;
    this.hub = hub;
    this.port = undefined;
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
    this.hub.repeat(this, frame);
  }
}

export class Hub {
  readonly name: string;
  readonly ports: HubPort[];
  private readonly pool: FramePool;

  constructor(name: string, pool: FramePool) {
    this.name = name;
    this.ports = [];
    this.pool = pool;
  }

  /** One more port, not plugged in yet. */
  addPort(): HubPort {
    const port = new HubPort(this, `${this.name}.port${this.ports.length + 1}`);
    this.ports.push(port);
    return port;
  }

  /** Sends a copy of the frame out of every port but the one it came in by. The frame is borrowed. */
  repeat(from: HubPort, frame: Frame): void {
    for (const other of this.ports) {
      if (other !== from && other.port !== undefined) other.port.send(this.pool.duplicate(frame));
    }
  }
}
