/** socket, bind, listen, accept, connect, shutdown, and the names of a socket's ends: socket(7). */
import type { IpAddress } from '../../layers/address.ts';
import { AddressRecord } from '../../sockets/address-record.ts';
import { POLLERR, POLLHUP, POLLOUT, SO_ERROR, SOL_SOCKET } from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import { endpointDifferences, endpointOf, wildcard } from './addresses.ts';
import { BLOCKED, type Call, type CallContext, type MakeCall } from './call.ts';
import { immediate, mayBlock, withSocket } from './call-forms.ts';
import { SocketFile } from './socket-file.ts';
import { symbolValue } from './symbols.ts';

const NONBLOCK = symbolValue('SOCK_NONBLOCK')!;
const TYPE_FLAGS = NONBLOCK | symbolValue('SOCK_CLOEXEC')!;
const IN_PROGRESS = failure('EINPROGRESS');

const socket: MakeCall = (given, { core, timers, domain: own }) => {
  given.count(3);
  const domain = given.numberOr(0, own);
  const type = given.number(1);
  const kind = type & ~TYPE_FLAGS;
  return immediate(() => core.socket(domain, kind, given.numberOr(2, 0)), {
    opens: (result) => new SocketFile(core, () => timers.now(), result, domain, kind, (type & NONBLOCK) !== 0),
  });
};

const bind: MakeCall = (given, context) => {
  given.count(3);
  return withSocket(given, 0, context, ({ core, descriptor, domain }) => {
    const other = { address: wildcard(domain), port: context.ends.bindPort };
    const { address, port } = endpointOf(given.at(1), domain, other);
    return immediate(() => core.bind(descriptor, address, port));
  });
};

const listen: MakeCall = (given, context) => {
  given.count(2);
  return withSocket(given, 0, context, ({ core, descriptor }) =>
    immediate(() => core.listen(descriptor, given.number(1))),
  );
};

function accepting(flags: (given: Parameters<MakeCall>[0]) => number, arity: number): MakeCall {
  return (given, context) => {
    given.count(arity);
    return withSocket(given, 0, context, (listener) => {
      const peer = new AddressRecord();
      const { core, descriptor, domain, type } = listener;
      const isNonBlocking = (flags(given) & NONBLOCK) !== 0;
      return mayBlock(listener, listener.nonBlocking, () => core.accept(descriptor, peer), {
        opens: (result) => new SocketFile(core, listener.now, result, domain, type, isNonBlocking),
        differences: (result) => (result < 0 ? [] : endpointDifferences(given.at(1), domain, peer)),
      });
    });
  };
}

const connect: MakeCall = (given, context) => {
  given.count(3);
  return withSocket(given, 0, context, (file) => {
    const { address, port } = endpointOf(given.at(1), file.domain, remoteEnd(context));
    return connecting(file, address, port);
  });
};

/** Where `...` connects to. */
export const remoteEnd = ({ ends, programAddress }: CallContext): { address: IpAddress; port: number } => ({
  address: programAddress(ends.remote),
  port: ends.connectPort,
});

/** Starts to connect and, if the socket may block, waits until that has come to an end. */
function connecting(file: SocketFile, address: IpAddress, port: number): Call {
  const { core, descriptor } = file;
  let hasBegun = false;
  return {
    waitsFor: [file],
    deadline: Number.POSITIVE_INFINITY,
    attempt: () => {
      if (!hasBegun) {
        hasBegun = true;
        const result = core.connect(descriptor, address, port);
        if (result !== IN_PROGRESS || file.nonBlocking) return result;
      }
      return (file.readiness() & (POLLOUT | POLLERR | POLLHUP)) === 0 ? BLOCKED : connectResult(file);
    },
  };
}

/** 0 if the connection was made, or why not. */
export function connectResult({ core, descriptor }: SocketFile): number {
  const error = core.getsockopt(descriptor, SOL_SOCKET, SO_ERROR);
  return typeof error === 'number' ? -Math.abs(error) || 0 : 0;
}

const shutdown: MakeCall = (given, context) => {
  given.count(2);
  return withSocket(given, 0, context, ({ core, descriptor }) =>
    immediate(() => core.shutdown(descriptor, given.number(1))),
  );
};

function naming(ask: 'getsockname' | 'getpeername'): MakeCall {
  return (given, context) => {
    given.count(3);
    return withSocket(given, 0, context, ({ core, descriptor, domain }) => {
      const name = new AddressRecord();
      return immediate(() => core[ask](descriptor, name), {
        differences: (result) => (result < 0 ? [] : endpointDifferences(given.at(1), domain, name)),
      });
    });
  };
}

export const SOCKET_CALLS: Readonly<Record<string, MakeCall>> = {
  socket,
  bind,
  listen,
  accept: accepting(() => 0, 3),
  accept4: accepting((given) => given.number(3), 4),
  connect,
  shutdown,
  getsockname: naming('getsockname'),
  getpeername: naming('getpeername'),
};
