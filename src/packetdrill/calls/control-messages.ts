/**
 * Control messages of sendmsg and recvmsg: `msg_control=[{cmsg_level=…, cmsg_type=…, cmsg_data=…}]`: which timestamps are
 * wanted of a send; what is left to read (TCP_INQ), the hop limit and traffic class of a datagram, and the entries of the
 * error queue (`sock_extended_err`, `scm_timestamping`).
 */
import { SECOND } from '../../layers/clock.ts';
import type { MessageRecord } from '../../sockets/address-record.ts';
import type { ErrorQueueEntry } from '../../sockets/error-queue.ts';
import type { Expression } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';
import { Unsupported } from '../unsupported.ts';
import { outcome } from './call-forms.ts';
import { described, elementsOf, fieldOf, numberOf, numberOrOpen, requiredField } from './evaluate.ts';

/** What one control message is about, by the name or number of its type. */
type Kind = 'timestamping' | 'error' | 'bytes left' | 'hop limit' | 'traffic class';

/** The kernel's own runner has names of its own for those that differ by family. */
const KINDS_BY_NAME: Readonly<Record<string, Kind>> = {
  SCM_TIMESTAMPING: 'timestamping',
  SO_TIMESTAMPING: 'timestamping',
  CMSG_TYPE_RECVERR: 'error',
  IP_RECVERR: 'error',
  IPV6_RECVERR: 'error',
  TCP_CM_INQ: 'bytes left',
  TCP_INQ: 'bytes left',
  IP_TTL: 'hop limit',
  IPV6_HOPLIMIT: 'hop limit',
  IP_TOS: 'traffic class',
  IPV6_TCLASS: 'traffic class',
};

function kindOf(message: Expression): Kind {
  const type = requiredField(message, 'cmsg_type');
  const kind = type.kind === 'symbol' ? KINDS_BY_NAME[type.name] : undefined;
  if (kind === undefined) throw new Unsupported(`control message ${described(type)}`);
  return kind;
}

const dataOf = (message: Expression): Expression => requiredField(message, 'cmsg_data');

/** The control messages that a script writes; none for `...` and where there is no such field. */
export function controlMessages(message: Expression): readonly Expression[] {
  const control = fieldOf(message, 'msg_control');
  return control === undefined || control.value.kind === 'ellipsis' ? [] : elementsOf(control.value);
}

/** SO_TIMESTAMPING of one send. */
export function timestampingOf(message: Expression): number | undefined {
  const [first, ...others] = controlMessages(message);
  if (first === undefined) return undefined;
  if (others.length > 0 || kindOf(first) !== 'timestamping') {
    throw new Unsupported('control messages of sendmsg other than SO_TIMESTAMPING');
  }
  return numberOf(dataOf(first));
}

/** What came with a message: `undefined` for what its program had not asked for. */
export interface Received {
  readonly bytesLeft: number | undefined;
  readonly message: MessageRecord;
}

/** What came with data, against what the script says; nothing if it says nothing. */
export function receivedDifferences(expected: Expression, { bytesLeft, message }: Received): Difference[] {
  return controlMessages(expected).flatMap((each) => {
    const kind = kindOf(each);
    const wanted = numberOrOpen(dataOf(each));
    switch (kind) {
      case 'bytes left':
        return outcome('TCP_INQ', wanted, bytesLeft ?? -1);
      case 'hop limit':
        return outcome('hop limit', wanted, message.hopLimit);
      case 'traffic class':
        return outcome('traffic class', wanted, message.trafficClass);
      default:
        return [{ field: 'control message', expected: kind, found: 'none' }];
    }
  });
}

const ERROR_FIELDS = [
  ['ee_errno', 'errno'],
  ['ee_origin', 'origin'],
  ['ee_type', 'type'],
  ['ee_code', 'code'],
  ['ee_info', 'info'],
  ['ee_data', 'data'],
] as const;

/** An entry of the error queue, against what the script says. */
export function errorDifferences(expected: Expression, entry: ErrorQueueEntry, toleranceNs: number): Difference[] {
  return controlMessages(expected).flatMap((each) => {
    const data = dataOf(each);
    if (data.kind === 'ellipsis') return [];
    switch (kindOf(each)) {
      case 'error':
        return ERROR_FIELDS.flatMap(([name, field]) => {
          const wanted = fieldOf(data, name);
          return wanted === undefined ? [] : outcome(name, numberOrOpen(wanted.value), entry[field]);
        });
      case 'timestamping': {
        const wanted = numberOf(requiredField(data, 'scm_sec')) * SECOND + numberOf(requiredField(data, 'scm_nsec'));
        if (entry.timeNs >= 0 && Math.abs(entry.timeNs - wanted) <= toleranceNs) return [];
        return [{ field: 'timestamp', expected: `${wanted} ns`, found: `${entry.timeNs} ns` }];
      }
      default:
        return [{ field: 'control message', expected: kindOf(each), found: 'an error' }];
    }
  });
}
