/**
 * One descriptor of a host as Node's event loop would have it: whoever owns it is called back after the event that may
 * have changed its readiness, never in the middle of one of its own calls.
 */
import { AddressRecord } from '../sockets/address-record.ts';
import type { SocketEnvironment } from '../sockets/socket.ts';

export class Descriptor {
  readonly environment: SocketEnvironment;
  readonly fd: number;
  isOpen: boolean;
  private readonly ready: () => void;
  private isDue: boolean;

  /** @param ready what is due when the readiness may have changed */
  constructor(environment: SocketEnvironment, fd: number, ready: () => void) {
    this.environment = environment;
    this.fd = fd;
    this.isOpen = true;
    this.ready = ready;
    this.isDue = false;
    environment.core.watch(fd, () => this.changed());
  }

  get readiness(): number {
    return this.environment.core.readiness(this.fd);
  }

  /** Where this end is, or the other one; `undefined` if there is none. */
  name(which: 'getsockname' | 'getpeername'): AddressRecord | undefined {
    const record = new AddressRecord();
    return this.environment.core[which](this.fd, record) < 0 ? undefined : record;
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.environment.core.close(this.fd);
  }

  /** Looks at the readiness once more, as if it had changed. */
  changed(): void {
    this.environment.scheduler.woke();
    if (this.isDue) return;
    this.isDue = true;
    process.nextTick(() => {
      this.isDue = false;
      if (this.isOpen) this.ready();
    });
  }
}
