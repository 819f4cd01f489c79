/** close, fcntl, ioctl, open, pipe, splice, sendfile: calls about descriptors of any kind. */
import { failure } from '../../sockets/errno.ts';
import { Unsupported } from '../unsupported.ts';
import { BLOCKED, type Call, type MakeCall } from './call.ts';
import { immediate, mayBlock, outcome, withFile } from './call-forms.ts';
import { bufferOf, contents } from './data-calls.ts';
import { EpollFile } from './epoll.ts';
import { elementsOf, numberOf } from './evaluate.ts';
import { lingering } from './linger.ts';
import type { OpenFile } from './open-file.ts';
import { makePipe, ZeroFile } from './pipe.ts';
import { SocketFile } from './socket-file.ts';
import { symbolValue } from './symbols.ts';

const NONBLOCK = symbolValue('O_NONBLOCK')!;
const READ_WRITE = symbolValue('O_RDWR')!;

const close: MakeCall = (given, context) => {
  given.count(1);
  return withFile(given, 0, context, (file) => {
    context.files.delete(given.number(0));
    // A descriptor that is gone is looked at by no epoll instance any more: epoll(7).
    for (const other of context.files.all()) if (other instanceof EpollFile) other.remove(file);
    return file instanceof SocketFile ? lingering(file, context) : immediate(() => file.close());
  });
};

const fcntl: MakeCall = (given, context) => {
  given.count(2, 3);
  return withFile(given, 0, context, (file) => {
    switch (given.number(1)) {
      case symbolValue('F_GETFL'):
        return immediate(() => READ_WRITE | (file.nonBlocking ? NONBLOCK : 0));
      case symbolValue('F_SETFL'):
        return immediate(() => {
          file.nonBlocking = (given.number(2) & NONBLOCK) !== 0;
          return 0;
        });
      // A script starts no other program that would inherit a descriptor.
      case symbolValue('F_GETFD'):
      case symbolValue('F_SETFD'):
        return immediate(() => 0);
      default:
        throw new Unsupported(`fcntl with ${given.number(1)}`);
    }
  });
};

/** Of these the number that the kernel fills in is compared. */
const COUNTING: ReadonlySet<number> = new Set(
  ['FIONREAD', 'SIOCOUTQ', 'SIOCOUTQNSD', 'SIOCATMARK'].flatMap((name) => symbolValue(name) ?? []),
);

const ioctl: MakeCall = (given, context) => {
  given.count(3);
  return withFile(given, 0, context, (file) => {
    const request = given.number(1);
    if (request === symbolValue('FIONBIO')) {
      return immediate(() => {
        file.nonBlocking = given.number(2) !== 0;
        return 0;
      });
    }
    if (!COUNTING.has(request) || !(file instanceof SocketFile)) throw new Unsupported(`ioctl with ${request}`);
    let found = 0;
    return immediate(
      () => {
        found = file.core.ioctl(file.descriptor, request);
        return found < 0 ? found : 0;
      },
      { differences: (result) => (result < 0 ? [] : outcome('value', given.open(2), found)) },
    );
  });
};

const open: MakeCall = (given) => {
  given.count(2, 3);
  return immediate(() => 0, { opens: () => new ZeroFile((given.number(1) & NONBLOCK) !== 0) });
};

const pipe: MakeCall = (given, context) => {
  given.count(1, 2);
  const ends = elementsOf(given.at(0)).map(numberOf);
  return immediate(() => {
    const made = makePipe((given.numberOr(1, 0) & NONBLOCK) !== 0);
    for (const [index, number] of ends.entries()) if (made[index] !== undefined) context.files.set(number, made[index]);
    return 0;
  });
};

/** Linux moves at most what the pipe has or has room for, and so does this: pieces of 64 KiB. */
const PIECE = 65_536;

/**
 * Moves data from one descriptor to another. What the second did not take is kept for it: nothing is lost.
 * @param isNonBlocking as the flags say; else each descriptor for itself
 */
function moving(from: OpenFile, to: OpenFile, length: number, isNonBlocking: boolean): Call {
  let moved = 0;
  let waiting = new Uint8Array(0);
  const step = (): number => {
    if (waiting.length === 0) {
      const into = bufferOf(Math.min(length - moved, PIECE));
      const got = from.read(into, into.length);
      if (got <= 0) return got;
      waiting = into.slice(0, got);
    }
    const taken = to.write(waiting, waiting.length);
    if (taken > 0) {
      waiting = waiting.slice(taken);
      moved += taken;
    }
    return taken;
  };
  const AGAIN = failure('EAGAIN');
  return {
    waitsFor: [from, to],
    deadline: Number.POSITIVE_INFINITY,
    attempt: () => {
      for (;;) {
        if (moved >= length) return moved;
        const result = step();
        if (result > 0) continue;
        const mayWait = result === AGAIN && !isNonBlocking && !(from.nonBlocking || to.nonBlocking);
        if (moved > 0 && waiting.length === 0) return moved;
        return mayWait ? BLOCKED : moved > 0 ? moved : result;
      }
    },
  };
}

const splice: MakeCall = (given, context) => {
  given.count(6);
  const isNonBlocking = (given.numberOr(5, 0) & symbolValue('SPLICE_F_NONBLOCK')!) !== 0;
  return withFile(given, 0, context, (from) =>
    withFile(given, 2, context, (to) => moving(from, to, given.number(4), isNonBlocking)),
  );
};

const sendfile: MakeCall = (given, context) => {
  given.count(4);
  return withFile(given, 0, context, (to) =>
    withFile(given, 1, context, (from) => sendingFile(to, from, given.number(3))),
  );
};

/** From a file of zeros nothing need be kept: what a socket takes is read. */
function sendingFile(to: OpenFile, from: OpenFile, length: number): Call {
  if (!(from instanceof ZeroFile)) return moving(from, to, length, false);
  let moved = 0;
  return mayBlock(to, to.nonBlocking, () => {
    while (moved < length) {
      const piece = contents(Math.min(length - moved, PIECE));
      const taken = to.write(piece, piece.length);
      if (taken < 0) return moved > 0 && to.nonBlocking ? moved : taken;
      moved += taken;
    }
    return moved;
  });
}

export const DESCRIPTOR_CALLS: Readonly<Record<string, MakeCall>> = {
  close,
  fcntl,
  ioctl,
  open,
  pipe,
  pipe2: pipe,
  splice,
  sendfile,
};
