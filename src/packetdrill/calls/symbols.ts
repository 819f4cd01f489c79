/**
 * The names of numbers in calls: those of the socket interface (`sockets/constants.ts`), and what else a script of Linux
 * or FreeBSD calls by its name. A name means what it means here: its number is Linux's, whichever kernel the script is for.
 */
import * as constants from '../../sockets/constants.ts';
import { ERRNO } from '../../sockets/errno.ts';

const OTHERS: Readonly<Record<string, number>> = {
  PF_INET: constants.AF_INET,
  PF_INET6: constants.AF_INET6,
  AF_UNSPEC: 0,
  SOCK_NONBLOCK: 0x800,
  SOCK_CLOEXEC: 0x8_0000,
  SOL_IP: constants.IPPROTO_IP,
  SOL_TCP: constants.IPPROTO_TCP,
  SOL_UDP: constants.IPPROTO_UDP,
  SOL_IPV6: constants.IPPROTO_IPV6,
  INADDR_ANY: 0,
  O_RDONLY: 0,
  O_WRONLY: 1,
  O_RDWR: 2,
  O_NONBLOCK: 0x800,
  O_NDELAY: 0x800,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  FD_CLOEXEC: 1,
  FIONBIO: 0x5421,
  POLLRDNORM: 0x40,
  POLLRDBAND: 0x80,
  POLLWRNORM: 0x100,
  POLLWRBAND: 0x200,
  EPOLLIN: 0x1,
  EPOLLPRI: 0x2,
  EPOLLOUT: 0x4,
  EPOLLERR: 0x8,
  EPOLLHUP: 0x10,
  EPOLLRDNORM: 0x40,
  EPOLLRDBAND: 0x80,
  EPOLLWRNORM: 0x100,
  EPOLLWRBAND: 0x200,
  EPOLLRDHUP: 0x2000,
  EPOLLEXCLUSIVE: 0x1000_0000,
  EPOLLONESHOT: 0x4000_0000,
  EPOLLET: 0x8000_0000,
  EPOLL_CLOEXEC: 0x8_0000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLL_CTL_MOD: 3,
  SPLICE_F_MOVE: 1,
  SPLICE_F_NONBLOCK: 2,
  SPLICE_F_MORE: 4,
  // What an entry of the error queue says that is no error.
  ENOMSG: 42,
  MSG_CTRUNC: 0x8,
  MSG_CMSG_CLOEXEC: 0x4000_0000,
};

const SYMBOLS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(OTHERS),
  // What SO_ERROR answers is written by its name.
  ...Object.entries(ERRNO),
  ...Object.entries<unknown>(constants).flatMap(([name, value]) =>
    typeof value === 'number' ? [[name, value] as const] : [],
  ),
]);

/** The number of a name; `undefined` if there is none here. */
export const symbolValue = (name: string): number | undefined => SYMBOLS.get(name);

/** Bits as a script writes them: `POLLIN|POLLOUT`; what has no name as a number. */
export function bitsText(bits: number, prefix: string): string {
  const names: string[] = [];
  let rest = bits;
  for (const [name, mask] of SYMBOLS) {
    if (!name.startsWith(prefix) || mask === 0 || (rest & mask) !== mask || (mask & (mask - 1)) !== 0) continue;
    names.push(name);
    rest &= ~mask;
  }
  if (rest !== 0) names.push(`0x${(rest >>> 0).toString(16)}`);
  return names.length === 0 ? '0' : names.join('|');
}
