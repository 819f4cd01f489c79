/**
 * Sends without a copy: SO_ZEROCOPY and MSG_ZEROCOPY as Documentation/networking/msg_zerocopy.rst has them. Each call that sends
 * something has a number, from 0 on, and the error queue tells when the stack needs its bytes no more. This stack copies
 * them all the same, as Linux does where a device cannot gather, and says so by SO_EE_CODE_ZEROCOPY_COPIED; it tells of a
 * stream's when they are acknowledged, or the connection has ended.
 */
import type { SendWatcher } from '../layers/transport/tcp/send-marks.ts';
import type { ErrorQueue } from './error-queue.ts';

export class ZeroCopy {
  /** SO_ZEROCOPY: without it MSG_ZEROCOPY is ignored, as programs pass flags that they do not mean. */
  isOn: boolean;
  private next: number;
  private readonly errors: ErrorQueue;

  constructor(errors: ErrorQueue) {
    this.isOn = false;
    this.next = 0;
    this.errors = errors;
  }

  /** A datagram was sent. */
  datagramSent(): void {
    this.errors.zeroCopyDone(this.number());
  }

  /** Octets of a stream were taken. */
  watcher(): SendWatcher {
    const number = this.number();
    const done = (): void => this.errors.zeroCopyDone(number);
    return { sent: () => {}, acknowledged: done, abandoned: done };
  }

  private number(): number {
    const { next } = this;
    this.next = (next + 1) >>> 0;
    return next;
  }
}
