/** close(2) of a socket: with SO_LINGER it waits until the peer has everything, or the time for that is over (socket(7)). */
import { SECOND } from '../../layers/clock.ts';
import type { State } from '../../layers/transport/tcp/state.ts';
import { FIONREAD, IPPROTO_TCP, SHUT_WR, SO_LINGER, SOL_SOCKET, TCP_INFO } from '../../sockets/constants.ts';
import { BLOCKED, type Call, type CallContext } from './call.ts';
import { immediate } from './call-forms.ts';
import type { SocketFile } from './socket-file.ts';

/** Linux waits in these: our FIN, and so all before it, is not acknowledged yet. */
const WAITING: ReadonlySet<State> = new Set<State>(['FIN-WAIT-1', 'CLOSING', 'LAST-ACK']);

/** Closes a socket. */
export function lingering(file: SocketFile, { timers }: CallContext): Call {
  const { core, descriptor } = file;
  const linger = core.getsockopt(descriptor, SOL_SOCKET, SO_LINGER);
  const seconds = typeof linger === 'object' && 'seconds' in linger && linger.on ? linger.seconds : 0;
  const hasUnread = core.ioctl(descriptor, FIONREAD) > 0;
  if (seconds === 0 || hasUnread) return immediate(() => file.close());
  let hasBegun = false;
  const isOver = (): boolean => {
    if (core.ioctl(descriptor, FIONREAD) > 0) return true;
    const info = core.getsockopt(descriptor, IPPROTO_TCP, TCP_INFO);
    return !(typeof info === 'object' && 'state' in info && WAITING.has(info.state));
  };
  return {
    waitsFor: [file],
    deadline: timers.now() + Math.round(seconds * SECOND),
    attempt: () => {
      if (!hasBegun) {
        hasBegun = true;
        if (core.shutdown(descriptor, SHUT_WR) !== 0) return file.close();
      }
      return isOver() ? file.close() : BLOCKED;
    },
    expired: () => file.close(),
  };
}
