/**
 * Reading and writing: read, write, recv, send, their forms with addresses and with vectors. What is written is told by
 * its place; what is read is counted and not looked at.
 */
import { AddressRecord } from '../../sockets/address-record.ts';
import { MSG_DONTWAIT, MSG_FASTOPEN, MSG_WAITALL } from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import type { Expression } from '../language/script.ts';
import { endpointDifferences, endpointOf } from './addresses.ts';
import { BLOCKED, type Call, type CallContext, type MakeCall } from './call.ts';
import { mayBlock, withFile, withSocket } from './call-forms.ts';
import { elementsOf, numberOf, requiredField } from './evaluate.ts';
import type { OpenFile } from './open-file.ts';
import { connectResult, remoteEnd } from './socket-calls.ts';
import { SocketFile } from './socket-file.ts';

const AGAIN = failure('EAGAIN');
const IN_PROGRESS = failure('EINPROGRESS');

/** Buffers of the kernel's calls end at 2 GiB; a script has no use for the memory. */
const LARGEST_BUFFER = 256 * 1024 * 1024;

/** A buffer of a script's size. */
export const bufferOf = (length: number): Uint8Array => new Uint8Array(Math.max(0, Math.min(length, LARGEST_BUFFER)));

/** What a script writes. */
export function contents(length: number): Uint8Array {
  const bytes = bufferOf(length);
  for (let index = 0; index < bytes.length; index++) bytes[index] = index & 0xff;
  return bytes;
}

/** The bytes that a vector of buffers holds: `[{..., 500}, {..., 500}]`. */
export const vectorLength = (vector: Expression): number =>
  elementsOf(vector).reduce((sum, element) => sum + numberOf(requiredField(element, 'iov_len', 1)), 0);

/** SO_RCVTIMEO and SO_SNDTIMEO: until when a socket's calls wait (socket(7)). */
function deadlineOf(file: OpenFile, limit: 'receiveTimeoutNs' | 'sendTimeoutNs'): number {
  const timeout = file instanceof SocketFile ? (file.core.blocking(file.descriptor)?.[limit] ?? 0) : 0;
  return timeout === 0 || !(file instanceof SocketFile) ? Number.POSITIVE_INFINITY : file.now() + timeout;
}

/** Reads until something has come; with MSG_WAITALL until the buffer is full, the stream ends or fails. */
export function receiving(
  file: OpenFile,
  length: number,
  flags: number,
  receive: (into: Uint8Array, at: number) => number,
  more: Pick<Call, 'differences'> = {},
): Call {
  const into = bufferOf(length);
  const isNonBlocking = file.nonBlocking || (flags & MSG_DONTWAIT) !== 0;
  const deadline = deadlineOf(file, 'receiveTimeoutNs');
  let got = 0;
  const run = (): number => {
    for (;;) {
      const result = receive(into, got);
      if (result < 0) return got > 0 && (result !== AGAIN || isNonBlocking) ? got : result;
      got += result;
      if (result === 0 || got >= length || (flags & MSG_WAITALL) === 0) return got;
    }
  };
  const call = mayBlock(file, isNonBlocking, run, { ...more, deadline });
  return { ...call, expired: () => (got > 0 ? got : AGAIN) };
}

/** Writes until all is taken, if it may wait for that. */
export function sending(
  file: OpenFile,
  length: number,
  flags: number,
  send: (bytes: Uint8Array, at: number) => number,
): Call {
  const bytes = contents(length);
  const isNonBlocking = file.nonBlocking || (flags & MSG_DONTWAIT) !== 0;
  let taken = 0;
  const run = (): number => {
    for (;;) {
      const result = send(bytes, taken);
      if (result < 0) return taken > 0 && (result !== AGAIN || isNonBlocking) ? taken : result;
      taken += result;
      if (taken >= length || isNonBlocking) return taken;
      if (result === 0) return taken;
    }
  };
  const call = mayBlock(file, isNonBlocking, run);
  const deadline = deadlineOf(file, 'sendTimeoutNs');
  return { ...call, deadline, expired: () => (taken > 0 ? taken : AGAIN) };
}

const read: MakeCall = (given, context) => {
  given.count(3);
  return withFile(given, 0, context, (file) =>
    receiving(file, given.number(2), 0, (into, at) => file.read(at === 0 ? into : into.subarray(at), into.length - at)),
  );
};

const write: MakeCall = (given, context) => {
  given.count(3);
  return withFile(given, 0, context, (file) =>
    sending(file, given.number(2), 0, (bytes, at) =>
      file.write(at === 0 ? bytes : bytes.subarray(at), bytes.length - at),
    ),
  );
};

const readv: MakeCall = (given, context) => {
  given.count(3);
  const length = vectorLength(given.at(1));
  return withFile(given, 0, context, (file) => receiving(file, length, 0, (into) => file.read(into, into.length)));
};

const writev: MakeCall = (given, context) => {
  given.count(3);
  const length = vectorLength(given.at(1));
  return withFile(given, 0, context, (file) =>
    sending(file, length, 0, (bytes, at) => file.write(at === 0 ? bytes : bytes.subarray(at), bytes.length - at)),
  );
};

const recv: MakeCall = (given, context) => {
  given.count(4);
  const [length, flags] = [given.number(2), given.numberOr(3, 0)];
  return withSocket(given, 0, context, (file) => {
    const { core, descriptor } = file;
    return receiving(file, length, flags, (into, at) => core.recv(descriptor, into, flags & ~MSG_WAITALL, at));
  });
};

const recvfrom: MakeCall = (given, context) => {
  given.count(6);
  const [length, flags] = [given.number(2), given.numberOr(3, 0)];
  return withSocket(given, 0, context, (file) => {
    const { core, descriptor, domain } = file;
    const from = new AddressRecord();
    return receiving(
      file,
      length,
      flags,
      (into, at) => core.recvfrom(descriptor, into, flags & ~MSG_WAITALL, from, at),
      { differences: (result) => (result < 0 ? [] : endpointDifferences(given.at(4), domain, from)) },
    );
  });
};

const send: MakeCall = (given, context) => {
  given.count(4);
  const [length, flags] = [given.number(2), given.numberOr(3, 0)];
  return withSocket(given, 0, context, (file) =>
    sending(file, length, flags, (bytes, at) => file.core.send(file.descriptor, bytes, flags, at)),
  );
};

const sendto: MakeCall = (given, context) => {
  given.count(6);
  const [length, flags] = [given.number(2), given.numberOr(3, 0)];
  return withSocket(given, 0, context, (file) => sendingTo(file, length, flags, given.at(4), context));
};

/** Where a message goes: `...` of an unconnected socket is the script's end, of a connected one nowhere else. */
export function sendingTo(
  file: SocketFile,
  length: number,
  flags: number,
  target: Expression | undefined,
  context: CallContext,
): Call {
  const { core, descriptor, domain } = file;
  const isOpening = (flags & MSG_FASTOPEN) !== 0;
  const isElsewhere = target !== undefined && (target.kind !== 'ellipsis' || isOpening || file.isDatagram);
  if (!isElsewhere || (target.kind === 'symbol' && target.name === 'NULL')) {
    return sending(file, length, flags, (bytes, at) => core.send(descriptor, bytes, flags, at));
  }
  const { address, port } = endpointOf(target, domain, remoteEnd(context));
  const call = sending(file, length, flags, (bytes, at) =>
    at === 0
      ? core.sendto(descriptor, bytes, flags, address, port)
      : core.send(descriptor, bytes, flags & ~MSG_FASTOPEN, at),
  );
  return isOpening && !file.nonBlocking ? openingWithData(file, length, flags, call) : call;
}

/** MSG_FASTOPEN on a socket that may block: without a cookie the data goes when the handshake is over. */
function openingWithData(file: SocketFile, length: number, flags: number, call: Call): Call {
  let later: Call | undefined;
  return {
    ...call,
    attempt: () => {
      if (later === undefined) {
        const result = call.attempt();
        if (result !== IN_PROGRESS) return result;
        later = sending(file, length, 0, (bytes, at) =>
          file.core.send(file.descriptor, bytes, flags & ~MSG_FASTOPEN, at),
        );
      }
      const result = later.attempt();
      if (typeof result === 'number' && result < 0) return connectResult(file) || result;
      return result === BLOCKED ? BLOCKED : result;
    },
  };
}

export const DATA_CALLS: Readonly<Record<string, MakeCall>> = {
  read,
  write,
  readv,
  writev,
  recv,
  recvfrom,
  send,
  sendto,
};
