/** `node:dgram` of one emulated host. */
import type { SocketEnvironment } from '../sockets/socket.ts';
import { type DatagramOptions, DatagramSocket, type DatagramType, type RemoteInfo } from './dgram-socket.ts';

export type MessageListener = (message: Buffer, from: RemoteInfo) => void;

export interface NodeDgram {
  readonly Socket: typeof DatagramSocket;
  createSocket(options: DatagramType | DatagramOptions, listener?: MessageListener): DatagramSocket;
}

export const nodeDgram = (environment: SocketEnvironment): NodeDgram => ({
  Socket: DatagramSocket,
  createSocket: (options, listener) =>
    new DatagramSocket(environment, typeof options === 'string' ? { type: options } : options, listener),
});
