/**
 * Writing results to standard output in pieces, until its reader has enough: `wirelab read f | head` ends in silence.
 */
import type { Writable } from 'node:stream';

const PIECE_LENGTH = 65_536;

export interface Output {
  /** Takes text to write. @returns whether anybody still reads */
  write(text: string): Promise<boolean>;
  /** Writes what is left. */
  end(): Promise<void>;
}

/** Output to `stream`, which is not closed. Errors other than a reader that has gone are thrown by `write` and `end`. */
export function output(stream: Writable): Output {
  let waiting = '';
  let isClosed = false;
  const flush = async (): Promise<void> => {
    const piece = waiting;
    waiting = '';
    if (piece === '' || isClosed) return;
    const error = await new Promise<Error | null | undefined>((resolve) => stream.write(piece, resolve));
    if (error === null || error === undefined) return;
    if (!isGone(error)) throw error;
    isClosed = true;
  };
  // Without a listener the same error would end the process with a stack.
  stream.on('error', (error) => {
    if (!isGone(error)) throw error;
    isClosed = true;
  });
  return {
    async write(text) {
      waiting += text;
      if (waiting.length >= PIECE_LENGTH) await flush();
      return !isClosed;
    },
    end: flush,
  };
}

const isGone = (error: Error): boolean =>
  'code' in error && (error.code === 'EPIPE' || error.code === 'ERR_STREAM_DESTROYED');
