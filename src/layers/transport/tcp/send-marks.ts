/**
 * Octets that a program wants to hear of: when the last one that a call wrote goes out for the first time, and when SND.UNA
 * has passed it. Linux keeps such wishes in the segments of its send queue (Documentation/networking/timestamping.rst, "bytestream
 * timestamps"; msg_zerocopy.rst), where a later wish takes the place of an earlier one in the same segment; here each is kept.
 * A connection whose program has no wishes has no such list.
 */
import { lessOrEqual } from './sequence.ts';

/** Is told in the middle of sending and of taking an acknowledgment: it may note what happens, and must not use the connection. */
export interface SendWatcher {
  /** The last octet goes out for the first time, in a segment with this text, which is borrowed for the call. */
  sent(bytes: Uint8Array, at: number, length: number): void;
  /** SND.UNA has passed the last octet. */
  acknowledged(): void;
  /** The connection has ended before that, and keeps nothing of it any more. */
  abandoned(): void;
}

/** What a program wants noted of the octets of one call. */
export interface SendNotes {
  /** They end a record (MSG_EOR), if all of them are taken. */
  readonly endsRecord: boolean;
  /** Who is told of them. Asked once they are taken. @param last the sequence number of the last octet that was */
  watchers(last: number): readonly SendWatcher[];
}

interface Mark {
  /** The sequence number behind the last octet. */
  readonly end: number;
  readonly watcher: SendWatcher;
}

export class SendMarks {
  /** In the order of the octets. */
  private readonly marks: Mark[];
  /** The first of them whose octets have not all gone. */
  private firstUnsent: number;

  constructor() {
    this.marks = [];
    this.firstUnsent = 0;
  }

  /** Behind all that were added before. */
  add(end: number, watcher: SendWatcher): void {
    this.marks.push({ end, watcher });
  }

  /** A segment goes whose text ends before `end`. */
  sent(end: number, bytes: Uint8Array, at: number, length: number): void {
    const { marks } = this;
    for (let mark = marks[this.firstUnsent]; mark !== undefined; mark = marks[this.firstUnsent]) {
      if (!lessOrEqual(mark.end, end)) return;
      this.firstUnsent++;
      mark.watcher.sent(bytes, at, length);
    }
  }

  acknowledged(sndUna: number): void {
    const { marks } = this;
    for (let mark = marks[0]; mark !== undefined; mark = marks[0]) {
      if (!lessOrEqual(mark.end, sndUna)) return;
      marks.shift();
      this.firstUnsent--;
      mark.watcher.acknowledged();
    }
  }

  /** The connection has ended. */
  abandon(): void {
    for (const { watcher } of this.marks.splice(0)) watcher.abandoned();
    this.firstUnsent = 0;
  }
}
