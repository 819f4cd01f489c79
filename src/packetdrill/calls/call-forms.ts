/** The forms that calls come in: at once, or waiting for a descriptor. */
import { failure } from '../../sockets/errno.ts';
import type { Difference } from '../packets/compare.ts';
import { BLOCKED, type Call, type CallArguments, type CallContext } from './call.ts';
import type { OpenFile } from './open-file.ts';
import { SocketFile } from './socket-file.ts';

const AGAIN = failure('EAGAIN');

/** A call that never waits. */
export function immediate(run: () => number, more: Pick<Call, 'differences' | 'opens'> = {}): Call {
  return { attempt: run, waitsFor: [], deadline: Number.POSITIVE_INFINITY, ...more };
}

/** A call that says EAGAIN if it cannot be done now, and waits if its descriptor may block. */
export function mayBlock(
  file: OpenFile,
  isNonBlocking: boolean,
  run: () => number,
  more: Pick<Call, 'differences' | 'opens'> & { readonly deadline?: number } = {},
): Call {
  return {
    deadline: Number.POSITIVE_INFINITY,
    ...more,
    waitsFor: [file],
    attempt: () => {
      const result = run();
      return result === AGAIN && !isNonBlocking ? BLOCKED : result;
    },
    expired: () => AGAIN,
  };
}

/** The file of a descriptor, or a call that says EBADF. */
export function withFile(
  given: CallArguments,
  index: number,
  context: CallContext,
  make: (file: OpenFile) => Call,
): Call {
  const file = context.files.get(given.number(index));
  return file === undefined ? immediate(() => failure('EBADF')) : make(file);
}

/** The same for what only sockets can do: ENOTSOCK's place is EINVAL's here, which the stack knows. */
export function withSocket(
  given: CallArguments,
  index: number,
  context: CallContext,
  make: (socket: SocketFile) => Call,
): Call {
  return withFile(given, index, context, (file) =>
    file instanceof SocketFile ? make(file) : immediate(() => failure('EINVAL')),
  );
}

/** A value that a call has filled in, against what the script says; nothing if it is left open. */
export const outcome = (field: string, expected: number | undefined, found: number): Difference[] =>
  expected === undefined || expected === found ? [] : [{ field, expected: String(expected), found: String(found) }];
