/** What a socket reports in its error queue about what it sends, if its program asks for it: timestamps and the end of zero-copy sends. */
import type { Clock } from '../layers/clock.ts';
import type { SendNotes, SendWatcher } from '../layers/transport/tcp/send-marks.ts';
import { MSG_EOR, MSG_ZEROCOPY } from './constants.ts';
import type { ErrorQueue } from './error-queue.ts';
import { TransmitTimestamps } from './transmit-timestamps.ts';
import { ZeroCopy } from './zero-copy.ts';

export class SentNotices {
  readonly timestamps: TransmitTimestamps;
  readonly zeroCopy: ZeroCopy;

  constructor(errors: ErrorQueue, clock: Clock, isStream: boolean) {
    this.timestamps = new TransmitTimestamps(errors, clock, isStream);
    this.zeroCopy = new ZeroCopy(errors);
  }

  /** As the listener that a connection came from has them. */
  inherit({ timestamps, zeroCopy }: SentNotices): void {
    this.timestamps.flags = timestamps.flags;
    this.zeroCopy.isOn = zeroCopy.isOn;
  }

  /** A datagram has gone. @param own what is recorded of this one */
  datagramSent(flags: number, own: number | undefined, bytes: Uint8Array, at: number, length: number): void {
    this.timestamps.datagramSent(this.timestamps.recordedOf(own), bytes, at, length);
    if ((flags & MSG_ZEROCOPY) !== 0 && this.zeroCopy.isOn && length > 0) this.zeroCopy.datagramSent();
  }

  watchers(flags: number, own: number | undefined, last: number): SendWatcher[] {
    const found: SendWatcher[] = [];
    const record = this.timestamps.recordedOf(own);
    if (record !== 0) found.push(this.timestamps.watcher(record, last));
    if ((flags & MSG_ZEROCOPY) !== 0 && this.zeroCopy.isOn) found.push(this.zeroCopy.watcher());
    return found;
  }
}

/** What is to be noted of the octets that a call writes. @param notices `undefined` if the socket reports nothing */
export const notesOf = (notices: SentNotices | undefined, flags: number, own: number | undefined): SendNotes => ({
  endsRecord: (flags & MSG_EOR) !== 0,
  watchers: (last) => notices?.watchers(flags, own, last) ?? [],
});
