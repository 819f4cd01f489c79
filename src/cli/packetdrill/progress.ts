/** How many scripts are done, on a terminal. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** Another one is done. */
  readonly finished: () => void;
  /** Makes room for what is written on the same terminal. The bar is back with the next script that is done. */
  readonly clear: () => void;
}

export function showProgress(total: number, stream: NodeJS.WritableStream): Progress {
  let done = 0;
  const bar = new SingleBar({ format: '{bar} {value} of {total} scripts', stream, clearOnComplete: true });
  bar.start(total, 0);
  return {
    finished: () => {
      done++;
      if (bar.isActive) bar.update(done);
      else bar.start(total, done);
    },
    clear: () => bar.stop(),
  };
}

/** Where nobody looks. */
export const NO_PROGRESS: Progress = { finished: () => undefined, clear: () => undefined };
