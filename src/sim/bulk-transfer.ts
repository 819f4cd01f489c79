/**
 * One bulk transfer over TCP between two hosts, by programs that use the socket calls as a careful C program would:
 * non-blocking, driven by readiness. It runs as fast as the stack does; what is sent and received passes through
 * functions that are handed in.
 */
import type { IpAddress } from '../layers/address.ts';
import type { ErrorCode } from '../layers/errors.ts';
import { type Block, Memory } from '../layers/memory.ts';
import * as the from '../sockets/constants.ts';
import type { SocketCore } from '../sockets/core.ts';
import { AGAIN, describeError, errorCodeOf } from '../sockets/errno.ts';

/** What the sending program has to give. */
export interface Source {
  /**
   * The next bytes to send, in `into` from its start.
   * @returns how many; 0 when there are no more
   */
  read(into: Uint8Array): number;
}

/** Where the receiving program puts what it gets. `bytes` is reused: copy what you keep. */
export type Sink = (bytes: Uint8Array) => void;

export interface BulkTransferOptions {
  readonly sender: SocketCore;
  readonly receiver: SocketCore;
  /** An address of the receiver. */
  readonly address: IpAddress;
  readonly port: number;
  readonly source: Source;
  readonly sink?: Sink;
  /** Where the programs' own buffers lie. In the world's memory they are copied from and to without an allocation. */
  readonly memory?: Memory;
  /** Called when both programs have ended, with the first error if there was one. */
  readonly ended: (error: ErrorCode | undefined) => void;
}

const CHUNK_BYTES = 64 * 1024;

/** A running transfer: what a person may ask of it at any time. */
export class BulkTransfer {
  bytesSent: number;
  bytesReceived: number;
  /** Set when the transfer is over. */
  error: ErrorCode | undefined;
  /** Descriptors of the connection at each end, -1 while there is none. */
  sendingSocket: number;
  receivingSocket: number;
  private readonly options: BulkTransferOptions;
  private readonly memory: Memory;
  private readonly outgoing: Block;
  private readonly incoming: Block;
  /** The bytes of `outgoing`, as a source is given them. */
  private readonly chunk: Uint8Array;
  private outgoingAt: number;
  private outgoingLength: number;
  /** Nothing more is read from the source; the end of the stream has been sent. */
  private stopping: boolean;
  private finished: boolean;
  /** The receiver's descriptor until the sender has come. */
  private listeningSocket: number;
  private open: number;

  /** Starts it: the receiver listens, the sender connects. */
  constructor(options: BulkTransferOptions) {
    this.bytesSent = 0;
    this.bytesReceived = 0;
    this.error = undefined;
    this.sendingSocket = -1;
    this.receivingSocket = -1;
    this.options = options;
    this.memory = options.memory ?? new Memory(2 * CHUNK_BYTES);
    this.outgoing = this.memory.allocate(CHUNK_BYTES);
    this.incoming = this.memory.allocate(CHUNK_BYTES);
    this.chunk = this.outgoing.bytes.subarray(this.outgoing.at, this.outgoing.at + CHUNK_BYTES);
    this.outgoingAt = 0;
    this.outgoingLength = 0;
    this.stopping = false;
    this.finished = false;
    this.listeningSocket = -1;
    this.open = 0;
    this.listen();
    this.connect();
  }

  /** The sender reads its source no further and ends the stream after what it has taken. */
  stop(): void {
    this.stopping = true;
    this.push();
  }

  private listen(): void {
    const { receiver, address, port } = this.options;
    const domain = address.family === 4 ? the.AF_INET : the.AF_INET6;
    const listening = must(receiver.socket(domain, the.SOCK_STREAM), 'socket');
    this.listeningSocket = listening;
    must(receiver.bind(listening, address, port), 'bind');
    must(receiver.listen(listening, 1), 'listen');
    receiver.watch(listening, () => {
      const connection = receiver.accept(listening);
      if (connection < 0) return;
      this.receivingSocket = connection;
      this.open++;
      this.stopListening();
      receiver.watch(connection, () => this.pull());
      this.pull();
    });
  }

  private stopListening(): void {
    const socket = this.listeningSocket;
    this.listeningSocket = -1;
    if (socket >= 0) this.options.receiver.close(socket);
  }

  private connect(): void {
    const { sender, address, port } = this.options;
    const domain = address.family === 4 ? the.AF_INET : the.AF_INET6;
    this.sendingSocket = must(sender.socket(domain, the.SOCK_STREAM), 'socket');
    this.open++;
    sender.watch(this.sendingSocket, () => this.push());
    const answer = sender.connect(this.sendingSocket, address, port);
    if (answer < 0 && errorCodeOf(answer) !== 'EINPROGRESS') this.closeSender(errorCodeOf(answer));
  }

  /** The sender can write, or has an error, or the peer has closed. */
  private push(): void {
    const { sender } = this.options;
    const socket = this.sendingSocket;
    if (socket < 0) return;
    const ready = sender.readiness(socket);
    if ((ready & the.POLLERR) !== 0) {
      this.closeSender(socketError(sender, socket));
      return;
    }
    if (this.finished) {
      // It waits for the receiver to close, so that an error of the last bytes is not missed.
      if ((ready & the.POLLIN) !== 0) this.closeSender(undefined);
      return;
    }
    if ((ready & the.POLLOUT) !== 0) this.fill(socket);
  }

  /** Writes until the socket takes no more, or the source has no more. */
  private fill(socket: number): void {
    const { sender, source } = this.options;
    for (;;) {
      if (this.outgoingLength === 0 && !this.stopping) {
        this.outgoingLength = source.read(this.chunk);
        this.outgoingAt = this.outgoing.at;
      }
      if (this.outgoingLength === 0) {
        this.stopping = true;
        this.finished = true;
        sender.shutdown(socket, the.SHUT_WR);
        return;
      }
      const taken = sender.send(socket, this.outgoing.bytes, 0, this.outgoingAt, this.outgoingLength);
      if (taken < 0) return;
      this.outgoingAt += taken;
      this.outgoingLength -= taken;
      this.bytesSent += taken;
      // Part of it was taken: there is no room for more, and the socket tells when there is (epoll(7), Q9).
      if (this.outgoingLength > 0) return;
    }
  }

  /** The receiver can read, or has reached the end, or has an error. */
  private pull(): void {
    const { receiver, sink } = this.options;
    const { bytes, at } = this.incoming;
    for (;;) {
      const socket = this.receivingSocket;
      if (socket < 0) return;
      const count = receiver.recv(socket, bytes, 0, at, CHUNK_BYTES);
      if (count > 0) {
        this.bytesReceived += count;
        if (sink !== undefined) sink(bytes.subarray(at, at + count));
        // Less than it asked for: there is no more, and the socket tells when there is (epoll(7), Q9).
        if (count < CHUNK_BYTES) return;
        continue;
      }
      if (count === AGAIN) return;
      this.closeReceiver(count === 0 ? undefined : errorCodeOf(count));
      return;
    }
  }

  private closeSender(error: ErrorCode | undefined): void {
    const socket = this.sendingSocket;
    this.sendingSocket = -1;
    this.options.sender.close(socket);
    this.closed(error);
  }

  private closeReceiver(error: ErrorCode | undefined): void {
    const socket = this.receivingSocket;
    this.receivingSocket = -1;
    this.options.receiver.close(socket);
    this.closed(error);
  }

  private closed(error: ErrorCode | undefined): void {
    this.error ??= error;
    if (--this.open > 0) return;
    this.stopListening();
    this.memory.release(this.outgoing);
    this.memory.release(this.incoming);
    this.options.ended(this.error);
  }
}

/** A source of `total` bytes that follow from their place: a pattern that misplacement would show. */
export function patternSource(total: number): Source {
  let place = 0;
  return {
    read(into) {
      const count = Math.min(into.length, total - place);
      for (let index = 0; index < count; index++) into[index] = patternAt(place + index);
      place += count;
      return count;
    },
  };
}

/** The byte at a place of the pattern. Its period is no power of two, so that a shift by a segment shows. */
export const patternAt = (place: number): number => (place % 251) ^ ((place >>> 8) & 0xff);

/** A source of given bytes. */
export function bytesSource(bytes: Uint8Array): Source {
  let place = 0;
  return {
    read(into) {
      const count = Math.min(into.length, bytes.length - place);
      into.set(bytes.subarray(place, place + count));
      place += count;
      return count;
    },
  };
}

/** Calls that can only fail by a mistake in this file. */
function must(answer: number, call: string): number {
  if (answer >= 0) return answer;
  const code = errorCodeOf(answer);
  throw new Error(`bulk transfer: ${call}: ${describeError(code)} (${code})`);
}

function socketError(core: SocketCore, socket: number): ErrorCode | undefined {
  const number = core.getsockopt(socket, the.SOL_SOCKET, the.SO_ERROR);
  return typeof number === 'number' && number > 0 ? errorCodeOf(-number) : undefined;
}
