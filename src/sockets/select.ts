/**
 * `select`: waits until one of several sockets is ready, as Python's `select.select` and POSIX's do. Which events make
 * a socket readable, writable or exceptional is Linux's choice (fs/select.c).
 */
import { SECOND } from '../layers/clock.ts';
import * as the from './constants.ts';
import { failure } from './errno.ts';
import type { Socket, SocketEnvironment } from './socket.ts';
import { SocketError } from './socket-error.ts';
import { WaitingLine } from './waiting-line.ts';

const AGAIN = failure('EAGAIN');
const BAD = failure('EBADF');
const READABLE = the.POLLIN | the.POLLHUP | the.POLLERR;
const WRITABLE = the.POLLOUT | the.POLLERR;
const EXCEPTIONAL = the.POLLPRI;

/** Those that can be read, those that can be written, and those with urgent data, each in the order that was given. */
export type Ready = [readers: Socket[], writers: Socket[], exceptional: Socket[]];

/**
 * Waits until at least one socket is ready.
 * @param timeoutSeconds `null` waits for ever, 0 only looks; when time is over the three lists are empty
 * @throws {SocketError} EBADF if a socket is closed, before or meanwhile
 */
export async function select(
  environment: SocketEnvironment,
  readers: Iterable<Socket>,
  writers: Iterable<Socket> = [],
  exceptional: Iterable<Socket> = [],
  timeoutSeconds: number | null = null,
  options: { readonly signal?: AbortSignal } = {},
): Promise<Ready> {
  if (timeoutSeconds !== null && !(timeoutSeconds >= 0)) {
    throw new RangeError(`select takes seconds or null, not ${timeoutSeconds}`);
  }
  const asked = [
    { sockets: [...readers], events: READABLE },
    { sockets: [...writers], events: WRITABLE },
    { sockets: [...exceptional], events: EXCEPTIONAL },
  ] as const;
  const { core, scheduler, timers } = environment;
  // Descriptors are kept: a socket that is closed meanwhile must not be mistaken for the next one with its number.
  const descriptors = new Set(asked.flatMap(({ sockets }) => sockets.map((socket) => socket.fileno())));
  if (descriptors.has(-1)) throw new SocketError('EBADF', 'select');
  let ready: Ready = [[], [], []];
  const look = (): number => {
    if (asked.some(({ sockets }) => sockets.some((socket) => socket.fileno() < 0))) return BAD;
    const among = ({ sockets, events }: (typeof asked)[number]): Socket[] =>
      sockets.filter((socket) => (core.readiness(socket.fileno()) & events) !== 0);
    ready = [among(asked[0]), among(asked[1]), among(asked[2])];
    return ready[0].length + ready[1].length + ready[2].length === 0 ? AGAIN : 0;
  };
  const line = new WaitingLine(scheduler, timers);
  const wake = (): void => line.wake();
  for (const descriptor of descriptors) core.watch(descriptor, wake);
  try {
    const timeoutNs = timeoutSeconds === null ? Infinity : Math.round(timeoutSeconds * SECOND);
    const what = `select on ${descriptors.size} sockets`;
    const result = await line.attempt(look, {
      timeoutNs,
      signal: options.signal,
      what,
      timedOut: () => new TimeIsOver(),
    });
    if (result === BAD) throw new SocketError('EBADF', 'select');
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
  } finally {
    for (const descriptor of descriptors) core.unwatch(descriptor, wake);
  }
  return ready;
}

/** For `select` that is no error. */
class TimeIsOver extends Error {}
