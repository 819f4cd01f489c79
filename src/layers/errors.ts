/**
 * Why a call of a program failed: POSIX names, as Node and every kernel use them. The stack reports by name; the
 * socket layer turns a name into a number or into an exception.
 */
export const ERRORS = {
  EACCES: 'permission denied',
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EAFNOSUPPORT: 'address family not supported',
  EAGAIN: 'resource temporarily unavailable',
  EALREADY: 'connection already in progress',
  EBADF: 'bad file descriptor',
  EBUSY: 'device or resource busy',
  ECANCELED: 'operation canceled',
  ECONNABORTED: 'software caused connection abort',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EDESTADDRREQ: 'destination address required',
  EEXIST: 'file exists',
  EHOSTUNREACH: 'no route to host',
  EINPROGRESS: 'operation now in progress',
  EINVAL: 'invalid argument',
  EISCONN: 'socket is already connected',
  EKEYREJECTED: 'key was rejected by service',
  EMSGSIZE: 'message too long',
  ENETUNREACH: 'network is unreachable',
  ENOBUFS: 'no buffer space available',
  ENOENT: 'no such file or directory',
  ENOPROTOOPT: 'protocol not available',
  ENOTCONN: 'socket is not connected',
  EOPNOTSUPP: 'operation not supported on socket',
  EPIPE: 'broken pipe',
  EPROTONOSUPPORT: 'protocol not supported',
  EPROTO: 'protocol error',
  ETIMEDOUT: 'connection timed out',
} as const;

export type ErrorCode = keyof typeof ERRORS;
