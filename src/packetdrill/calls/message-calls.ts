/**
 * sendmsg and recvmsg: `{msg_name(...)=..., msg_iov(1)=[{..., 1000}], msg_flags=0, msg_control=[…]}`, with MSG_ERRQUEUE the
 * error queue. What goes with a message is in `control-messages.ts`.
 */
import { MessageRecord } from '../../sockets/address-record.ts';
import { FIONREAD, IPPROTO_TCP, MSG_ERRQUEUE, MSG_TRUNC, MSG_WAITALL, TCP_INQ } from '../../sockets/constants.ts';
import { ErrorQueueEntry } from '../../sockets/error-queue.ts';
import type { Expression } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';
import { endpointDifferences } from './addresses.ts';
import type { Call, CallContext, MakeCall } from './call.ts';
import { immediate, outcome, withSocket } from './call-forms.ts';
import { errorDifferences, receivedDifferences, timestampingOf } from './control-messages.ts';
import { bufferOf, receiving, sending, sendingTo, vectorLength } from './data-calls.ts';
import { fieldOf, numberOrOpen } from './evaluate.ts';
import type { SocketFile } from './socket-file.ts';

/** The bytes of a message's buffers. */
function lengthOf(message: Expression): number {
  const vector = fieldOf(message, 'msg_iov');
  return vector === undefined || vector.value.kind === 'ellipsis' ? 0 : vectorLength(vector.value);
}

const sendmsg: MakeCall = (given, context) => {
  given.count(3);
  const message = given.at(1);
  const [length, flags] = [lengthOf(message), given.numberOr(2, 0)];
  const timestamping = timestampingOf(message);
  return withSocket(given, 0, context, (file) => {
    if (timestamping === undefined) {
      return sendingTo(file, length, flags, fieldOf(message, 'msg_name')?.value, context);
    }
    const { core, descriptor } = file;
    return sending(file, length, flags, (bytes, at) => core.sendmsg(descriptor, bytes, flags, { timestamping }, at));
  });
};

const recvmsg: MakeCall = (given, context) => {
  given.count(3);
  const message = given.at(1);
  const flags = given.numberOr(2, 0);
  return withSocket(given, 0, context, (file) =>
    (flags & MSG_ERRQUEUE) === 0 ? receivingMessage(file, message, flags) : takingError(file, message, context),
  );
};

function receivingMessage(file: SocketFile, expected: Expression, flags: number): Call {
  const length = lengthOf(expected);
  const { core, descriptor } = file;
  const record = new MessageRecord();
  const differences = (result: number): Difference[] => {
    if (result < 0) return [];
    const isCut = file.isDatagram && record.datagramLength > length;
    const tellsLeft = core.getsockopt(descriptor, IPPROTO_TCP, TCP_INQ) === 1;
    const bytesLeft = tellsLeft ? core.ioctl(descriptor, FIONREAD) : undefined;
    return [
      ...nameAndFlags(file, expected, record, isCut ? MSG_TRUNC : 0),
      ...receivedDifferences(expected, { bytesLeft, message: record }),
    ];
  };
  return receiving(
    file,
    length,
    flags,
    (into, at) => core.recvmsg(descriptor, into, flags & ~MSG_WAITALL, record, at),
    { differences },
  );
}

/** MSG_ERRQUEUE never waits: recv(2). */
function takingError(file: SocketFile, expected: Expression, { toleranceNs }: CallContext): Call {
  const into = bufferOf(lengthOf(expected));
  const entry = new ErrorQueueEntry();
  return immediate(() => file.core.recverr(file.descriptor, entry, into), {
    differences: (result) => {
      if (result < 0) return [];
      const cut = entry.messageLength > into.length ? MSG_TRUNC : 0;
      return [
        ...nameAndFlags(file, expected, entry, MSG_ERRQUEUE | cut),
        ...errorDifferences(expected, entry, toleranceNs),
      ];
    },
  });
}

function nameAndFlags(
  file: SocketFile,
  expected: Expression,
  from: Pick<MessageRecord, 'address' | 'port'>,
  flags: number,
): Difference[] {
  const name = fieldOf(expected, 'msg_name');
  const wanted = fieldOf(expected, 'msg_flags');
  return [
    ...(name === undefined ? [] : endpointDifferences(name.value, file.domain, from)),
    ...(wanted === undefined ? [] : outcome('msg_flags', numberOrOpen(wanted.value), flags)),
  ];
}

export const MESSAGE_CALLS: Readonly<Record<string, MakeCall>> = { sendmsg, recvmsg };
