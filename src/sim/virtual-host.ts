/** A host of a world: the machine, and the socket calls that programs make on it. */
import { Host, type HostParts } from '../host/host.ts';
import { SocketCore } from '../sockets/core.ts';

export class VirtualHost extends Host {
  /** The socket calls of this host. */
  readonly sockets: SocketCore;
  /** Whether it forwards packets of others. */
  readonly isRouter: boolean;

  constructor(parts: HostParts) {
    super(parts);
    this.isRouter = parts.forwarding ?? false;
    this.sockets = new SocketCore(this);
  }
}
