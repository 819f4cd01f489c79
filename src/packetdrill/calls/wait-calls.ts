/** poll(2) and epoll(7). Time-outs are in milliseconds; -1 waits for ever. */
import { MILLISECOND } from '../../layers/clock.ts';
import { POLLERR, POLLHUP, POLLNVAL } from '../../sockets/constants.ts';
import { failure } from '../../sockets/errno.ts';
import type { Expression } from '../language/script.ts';
import type { Difference } from '../packets/compare.ts';
import { BLOCKED, type CallArguments, type CallContext, type MakeCall } from './call.ts';
import { immediate, outcome, withFile } from './call-forms.ts';
import { type EpollEvent, EpollFile } from './epoll.ts';
import { elementsOf, fieldOf, numberOf, requiredField } from './evaluate.ts';
import type { OpenFile } from './open-file.ts';
import { bitsText, symbolValue } from './symbols.ts';

const ALWAYS = POLLERR | POLLHUP;

/** Until when a call with a time-out waits. */
function deadlineOf(timeoutMs: number, { timers }: CallContext): number {
  return timeoutMs < 0 ? Number.POSITIVE_INFINITY : timers.now() + Math.round(timeoutMs * MILLISECOND);
}

/** POLLRDNORM and its like are other words for POLLIN and POLLOUT: poll(2). */
const NORMAL = symbolValue('POLLRDNORM')! | symbolValue('POLLWRNORM')!;
const withNormal = (ready: number): number =>
  ready |
  ((ready & 0x1) !== 0 ? symbolValue('POLLRDNORM')! : 0) |
  ((ready & 0x4) !== 0 ? symbolValue('POLLWRNORM')! : 0);

const poll: MakeCall = (given, context) => {
  given.count(3);
  const entries = elementsOf(given.at(0)).map((entry) => ({
    entry,
    file: context.files.get(numberOf(requiredField(entry, 'fd', 0))),
    events: numberOf(requiredField(entry, 'events', 1)),
    revents: 0,
  }));
  const timeout = given.number(2);
  const look = (): number => {
    for (const each of entries) {
      each.revents = each.file === undefined ? POLLNVAL : withNormal(each.file.readiness()) & (each.events | ALWAYS);
      if ((each.events & NORMAL) === 0) each.revents &= ~NORMAL;
    }
    return entries.filter(({ revents }) => revents !== 0).length;
  };
  return {
    waitsFor: entries.flatMap(({ file }) => file ?? []),
    deadline: deadlineOf(timeout, context),
    attempt: () => {
      const ready = look();
      return ready === 0 && timeout !== 0 ? BLOCKED : ready;
    },
    expired: look,
    differences: () => entries.flatMap(({ entry, revents }) => eventDifference('revents', entry, 2, revents, 'POLL')),
  };
};

function eventDifference(name: string, entry: Expression, index: number, found: number, prefix: string): Difference[] {
  const field = fieldOf(entry, name, index);
  if (field === undefined || field.value.kind === 'ellipsis') return [];
  const expected = numberOf(field.value);
  if (expected >>> 0 === found >>> 0) return [];
  return [{ field: name, expected: bitsText(expected, prefix), found: bitsText(found, prefix) }];
}

const epollCreate: MakeCall = (given) => {
  given.count(1);
  return immediate(() => (given.action.name === 'epoll_create' && given.number(0) <= 0 ? failure('EINVAL') : 0), {
    opens: () => new EpollFile(),
  });
};

const epollCtl: MakeCall = (given, context) => {
  given.count(4);
  return withEpoll(given, context, (epoll) =>
    withFile(given, 2, context, (file) => {
      const operation = given.number(1);
      switch (operation) {
        case symbolValue('EPOLL_CTL_DEL'):
          return immediate(() => epoll.remove(file));
        case symbolValue('EPOLL_CTL_MOD'):
          return immediate(() => epoll.modify(file, epollEvent(given.at(3))));
        case symbolValue('EPOLL_CTL_ADD'):
          return immediate(() => epoll.add(file, epollEvent(given.at(3))));
        default:
          return immediate(() => failure('EINVAL'));
      }
    }),
  );
};

/** The data of an event is written as `fd`, `ptr`, `u32` or `u64`. */
const DATA_FIELDS = ['fd', 'u32', 'u64', 'ptr', 'data'] as const;

function epollEvent(entry: Expression): EpollEvent {
  const data = DATA_FIELDS.map((name) => fieldOf(entry, name)).find((field) => field !== undefined);
  return {
    events: numberOf(requiredField(entry, 'events', 0)),
    data: data === undefined || data.value.kind === 'ellipsis' ? 0 : numberOf(data.value),
  };
}

const epollWait: MakeCall = (given, context) => {
  given.count(4, 5);
  return withEpoll(given, context, (epoll) => {
    const timeout = given.number(3);
    let taken: EpollEvent[] = [];
    const take = (): number => {
      taken = epoll.take(given.number(2));
      return taken.length;
    };
    return {
      waitsFor: [epoll],
      deadline: deadlineOf(timeout, context),
      attempt: () => (take() === 0 && timeout !== 0 ? BLOCKED : taken.length),
      expired: take,
      differences: () => takenDifferences(given.at(1), taken),
    };
  });
};

function takenDifferences(expected: Expression, taken: readonly EpollEvent[]): Difference[] {
  if (expected.kind === 'ellipsis') return [];
  const entries = elementsOf(expected);
  return taken.flatMap(({ events, data }, index) => {
    const entry = entries[index];
    if (entry === undefined || entry.kind === 'ellipsis') return [];
    const field = DATA_FIELDS.map((name) => fieldOf(entry, name)).find((found) => found !== undefined);
    const wanted = field === undefined || field.value.kind === 'ellipsis' ? undefined : numberOf(field.value);
    return [...eventDifference('events', entry, 0, events, 'EPOLL'), ...outcome(field?.name ?? 'data', wanted, data)];
  });
}

function withEpoll(
  given: CallArguments,
  context: CallContext,
  make: (epoll: EpollFile) => ReturnType<MakeCall>,
): ReturnType<MakeCall> {
  return withFile(given, 0, context, (file: OpenFile) =>
    file instanceof EpollFile ? make(file) : immediate(() => failure('EINVAL')),
  );
}

export const WAIT_CALLS: Readonly<Record<string, MakeCall>> = {
  poll,
  epoll_create: epollCreate,
  epoll_create1: epollCreate,
  epoll_ctl: epollCtl,
  epoll_wait: epollWait,
  epoll_pwait: epollWait,
};
