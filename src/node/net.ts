/** `node:net` of one emulated host. */
import type { SocketEnvironment } from '../sockets/socket.ts';
import { isIP } from './addresses.ts';
import { NetServer, type NetServerOptions } from './net-server.ts';
import { type ConnectOptions, connectParameters, NetSocket, type NetSocketOptions } from './net-socket.ts';

/** What a program that takes `node:net` as a parameter, or whose `import` is redirected, is given. */
export interface NodeNet {
  readonly Socket: new (options?: NetSocketOptions) => NetSocket;
  readonly Stream: new (options?: NetSocketOptions) => NetSocket;
  readonly Server: new (options?: NetServerOptions | ConnectionListener, listener?: ConnectionListener) => NetServer;
  readonly createServer: (options?: NetServerOptions | ConnectionListener, listener?: ConnectionListener) => NetServer;
  readonly connect: Connect;
  readonly createConnection: Connect;
  readonly isIP: (text: string) => 0 | 4 | 6;
  readonly isIPv4: (text: string) => boolean;
  readonly isIPv6: (text: string) => boolean;
}

export type ConnectionListener = (socket: NetSocket) => void;

export interface Connect {
  (options: ConnectOptions, connected?: () => void): NetSocket;
  (port: number | string, host?: string, connected?: () => void): NetSocket;
  (port: number | string, connected?: () => void): NetSocket;
}

export function nodeNet(environment: SocketEnvironment): NodeNet {
  class Socket extends NetSocket {
    constructor(options?: NetSocketOptions) {
      super(environment, options);
    }
  }
  class Server extends NetServer {
    constructor(options?: NetServerOptions | ConnectionListener, listener?: ConnectionListener) {
      const [chosen, connected] = typeof options === 'function' ? [{}, options] : [options ?? {}, listener];
      super(environment, chosen);
      if (connected !== undefined) this.on('connection', connected);
    }
  }
  const connect = (...parameters: unknown[]): NetSocket => {
    const [options] = connectParameters(parameters);
    return new Socket(options).connect(...parameters);
  };
  return {
    Socket,
    Stream: Socket,
    Server,
    createServer: (options, listener) => new Server(options, listener),
    connect,
    createConnection: connect,
    isIP,
    isIPv4: (text) => isIP(text) === 4,
    isIPv6: (text) => isIP(text) === 6,
  };
}
