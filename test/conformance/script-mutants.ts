/**
 * Mutants of a packetdrill script: each has one thing changed that it expects of the host. A script that still passes
 * would not notice if the host did that instead.
 */
import type {
  Action,
  CallAction,
  Expression,
  OptionSpec,
  Script,
  ScriptEvent,
  TcpSpec,
} from '../../src/packetdrill/language/script.ts';

export interface Mutant {
  readonly script: Script;
  readonly line: number;
  /** What was changed, for a person. */
  readonly what: string;
  readonly kind: MutationKind;
}

export type MutationKind =
  | 'sequence'
  | 'length'
  | 'flag'
  | 'acknowledgment'
  | 'window'
  | 'option'
  | 'timestamp value'
  | 'ip field'
  | 'time'
  | 'errno'
  | 'result'
  | 'filled in'
  | 'assertion'
  | 'dropped packet'
  | 'added packet';

interface Change {
  readonly what: string;
  readonly kind: MutationKind;
  readonly action: Action;
}

const FIN = 0x1;
const SYN = 0x2;
const RST = 0x4;
const PSH = 0x8;
const ACK = 0x10;
const ECE = 0x40;
const CWR = 0x80;
const FLAGS = { FIN, SYN, RST, PSH, ACK, ECE, CWR } as const;
/** More than the tolerance of 4 ms to both sides. */
const TIME_SHIFT_NS = 9_000_000;

/** All mutants of a script. */
export function mutantsOf(script: Script): Mutant[] {
  return script.events.flatMap((event, index) => [
    ...changesOf(event).map(({ what, kind, action }) => ({
      script: replaced(script, index, [{ ...event, action }]),
      line: event.place.line,
      what,
      kind,
    })),
    ...timeMutants(script, event, index),
    ...presenceMutants(script, event, index),
  ]);
}

const replaced = (script: Script, index: number, by: readonly ScriptEvent[]): Script => ({
  ...script,
  events: [...script.events.slice(0, index), ...by, ...script.events.slice(index + 1)],
});

function timeMutants(script: Script, event: ScriptEvent, index: number): Mutant[] {
  const { action, time } = event;
  if (action.kind !== 'packet' || action.direction !== 'outbound') return [];
  const shift = (by: number): ScriptEvent['time'] | undefined => {
    if (time.kind === 'any') return undefined;
    if (time.kind === 'range') return { ...time, fromNs: time.toNs + by, toNs: time.toNs + by };
    return { ...time, ns: time.ns + by };
  };
  const later = shift(TIME_SHIFT_NS);
  if (later === undefined) return [];
  const mutant = (shifted: ScriptEvent['time'], what: string): Mutant => ({
    script: replaced(script, index, [{ ...event, time: shifted }]),
    line: event.place.line,
    what,
    kind: 'time',
  });
  const earlier =
    time.kind !== 'range' && time.kind !== 'any' && time.ns > TIME_SHIFT_NS ? shift(-TIME_SHIFT_NS) : undefined;
  return [
    mutant(later, 'expected 9 ms later'),
    ...(earlier === undefined ? [] : [mutant(earlier, 'expected 9 ms earlier')]),
  ];
}

function presenceMutants(script: Script, event: ScriptEvent, index: number): Mutant[] {
  const { action, place, time } = event;
  if (action.kind !== 'packet' || action.direction !== 'outbound') return [];
  // What follows keeps its moment: the packet goes, its time stays, as that of nothing.
  const next = script.events[index + 1];
  const dropped =
    next !== undefined && next.time.kind === 'relative' && time.kind === 'relative'
      ? {
          ...script,
          events: [
            ...script.events.slice(0, index),
            {
              ...next,
              time: { kind: 'relative' as const, ns: next.time.ns + time.ns },
              action: moved(next.action, time.ns),
            },
            ...script.events.slice(index + 2),
          ],
        }
      : replaced(script, index, []);
  const again = { ...event, time: { kind: 'relative' as const, ns: 0 } };
  return [
    { script: dropped, line: place.line, what: 'one expected packet less', kind: 'dropped packet' },
    {
      script: replaced(script, index, [event, again]),
      line: place.line,
      what: 'one expected packet more',
      kind: 'added packet',
    },
  ];
}

/** A call that blocks ends at the same moment all the same. */
const moved = (action: Action, byNs: number): Action =>
  action.kind === 'call' && action.endNs !== undefined ? { ...action, endNs: action.endNs + byNs } : action;

function changesOf({ action }: ScriptEvent): Change[] {
  switch (action.kind) {
    case 'packet':
      return action.direction === 'outbound' ? packetChanges(action) : [];
    case 'call':
      return callChanges(action);
    case 'code':
      return codeChanges(action);
    default:
      return [];
  }
}

// ---- packets ----

function packetChanges(action: Extract<Action, { kind: 'packet' }>): Change[] {
  const { packet } = action;
  const { payload, ip } = packet;
  const withPayload = (changed: typeof payload): Action => ({ ...action, packet: { ...packet, payload: changed } });
  const changes: Change[] = [];
  if (ip.ecn !== undefined) {
    const ecn = ip.ecn === 'ce' ? 'noecn' : 'ce';
    changes.push({
      what: `[${ecn}]`,
      kind: 'ip field',
      action: { ...action, packet: { ...packet, ip: { ...ip, ecn } } },
    });
  }
  if (ip.ttl !== undefined) {
    const ttl = ip.ttl ^ 1;
    changes.push({
      what: `[ttl ${ttl}]`,
      kind: 'ip field',
      action: { ...action, packet: { ...packet, ip: { ...ip, ttl } } },
    });
  }
  if (payload.protocol === 'tcp') {
    for (const { what, kind, spec } of segmentChanges(payload)) changes.push({ what, kind, action: withPayload(spec) });
  } else if (payload.protocol === 'udp') {
    changes.push({
      what: 'another length',
      kind: 'length',
      action: withPayload({ ...payload, length: payload.length + 1 }),
    });
  } else {
    changes.push({ what: 'another code', kind: 'flag', action: withPayload({ ...payload, code: payload.code ^ 1 }) });
  }
  return changes;
}

function segmentChanges(spec: TcpSpec): { what: string; kind: MutationKind; spec: TcpSpec }[] {
  const isFirst = (spec.flags & SYN) !== 0;
  return [
    // Where a SYN counts from is the script's to choose: its number means nothing yet.
    ...(isFirst
      ? []
      : [{ what: 'sequence + 1', kind: 'sequence' as const, spec: { ...spec, sequence: spec.sequence + 1 } }]),
    { what: 'length + 1', kind: 'length' as const, spec: { ...spec, length: spec.length + 1 } },
    ...(spec.length > 0
      ? [{ what: 'length - 1', kind: 'length' as const, spec: { ...spec, length: spec.length - 1 } }]
      : []),
    ...Object.entries(FLAGS).flatMap(([name, mask]) => {
      // A written acknowledgment sets the flag by itself; an ACE field is changed as a number.
      if (mask === ACK && spec.acknowledgment !== undefined) return [];
      if (spec.ace !== undefined && (mask === ECE || mask === CWR)) return [];
      return [{ what: `${name} turned over`, kind: 'flag' as const, spec: { ...spec, flags: spec.flags ^ mask } }];
    }),
    ...(spec.ace === undefined
      ? []
      : [{ what: 'another ACE', kind: 'flag' as const, spec: { ...spec, ace: spec.ace ^ 1 } }]),
    ...(spec.acknowledgment === undefined
      ? []
      : [
          {
            what: 'ack + 1',
            kind: 'acknowledgment' as const,
            spec: { ...spec, acknowledgment: spec.acknowledgment + 1 },
          },
        ]),
    ...(spec.window === undefined
      ? []
      : [{ what: 'another window', kind: 'window' as const, spec: { ...spec, window: spec.window ^ 1 } }]),
    ...optionChanges(spec),
  ];
}

function optionChanges(spec: TcpSpec): { what: string; kind: MutationKind; spec: TcpSpec }[] {
  const { options } = spec;
  if (options === 'any') return [];
  const put = (index: number, option: OptionSpec): TcpSpec => ({
    ...spec,
    options: [...options.slice(0, index), option, ...options.slice(index + 1)],
  });
  return [
    { what: 'a nop more', kind: 'option', spec: { ...spec, options: [...options, { name: 'nop' as const }] } },
    ...options.flatMap((option, index) => [
      {
        what: `without ${option.name}`,
        kind: 'option' as const,
        spec: { ...spec, options: options.filter((_, at) => at !== index) },
      },
      ...valueChanges(option).map(({ what, kind, option: changed }) => ({ what, kind, spec: put(index, changed) })),
    ]),
  ];
}

function valueChanges(option: OptionSpec): { what: string; kind: MutationKind; option: OptionSpec }[] {
  const changed = (what: string, value: OptionSpec, kind: MutationKind = 'option') => [{ what, kind, option: value }];
  switch (option.name) {
    case 'mss':
      return option.bytes === undefined ? [] : changed('mss + 1', { ...option, bytes: option.bytes + 1 });
    case 'wscale':
      return option.shift === undefined ? [] : changed('wscale + 1', { ...option, shift: option.shift + 1 });
    case 'TS':
      return [
        ...(option.echo === undefined ? [] : changed('ecr + 1', { ...option, echo: option.echo + 1 })),
        ...(option.value === undefined
          ? []
          : changed('TS val + 9', { ...option, value: option.value + 9 }, 'timestamp value')),
      ];
    case 'sack':
      return (option.blocks ?? []).flatMap((block, index) => {
        const blocks = [...(option.blocks ?? [])];
        blocks[index] = [block[0], block[1] + 1];
        return changed('a SACK edge + 1', { ...option, blocks });
      });
    case 'FO':
    case 'FOEXP': {
      const { cookie } = option;
      if (cookie === undefined || cookie.length === 0) return [];
      return changed('another cookie', {
        ...option,
        cookie: cookie.map((byte, index) => (index === 0 ? byte ^ 1 : byte)),
      });
    }
    case 'ECN':
      return (option.counters ?? []).flatMap((counter, index) => {
        const counters = [...(option.counters ?? [])];
        counters[index] = counter + 1;
        return changed('an ECN counter + 1', { ...option, counters });
      });
    case 'uto':
      return changed('uto + 1', { ...option, timeout: option.timeout + 1 });
    default:
      return [];
  }
}

// ---- calls ----

function callChanges(action: CallAction): Change[] {
  const { result, errno } = action;
  const changes: Change[] = [];
  if (errno !== undefined) {
    const other = errno === 'ECONNRESET' ? 'EPIPE' : 'ECONNRESET';
    changes.push({ what: `${other} instead of ${errno}`, kind: 'errno', action: { ...action, errno: other } });
  } else if (result.kind === 'number' && !OPENING.has(action.name)) {
    changes.push({
      what: 'result + 1',
      kind: 'result',
      action: { ...action, result: { ...result, value: result.value + 1 } },
    });
  }
  for (const [index, argument] of action.arguments.entries()) {
    if (!isFilledIn(action.name, index)) continue;
    for (const changed of filledInChanges(argument)) {
      changes.push({
        what: 'another value filled in',
        kind: 'filled in',
        action: { ...action, arguments: action.arguments.map((each, at) => (at === index ? changed : each)) },
      });
    }
  }
  return changes;
}

/** Their number is the script's to choose. */
const OPENING: ReadonlySet<string> = new Set(['socket', 'accept', 'accept4', 'epoll_create', 'epoll_create1', 'open']);

/** Which argument the kernel fills in. */
const FILLED_IN: Readonly<Record<string, number>> = { getsockopt: 3, poll: 0, epoll_wait: 1, ioctl: 2 };
const isFilledIn = (name: string, index: number): boolean => FILLED_IN[name] === index;

/** In a structure only what comes back: `revents` of poll, all of it elsewhere. */
function filledInChanges(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'list':
      return expression.elements.flatMap((element, index) =>
        filledInChanges(element).map((changed) => ({
          ...expression,
          elements: expression.elements.map((each, at) => (at === index ? changed : each)),
        })),
      );
    case 'structure': {
      const isPoll = expression.fields.some(({ name }) => name === 'revents');
      return expression.fields.flatMap((field, index) => {
        if (isPoll && field.name !== 'revents') return [];
        const value: Expression = { kind: 'number', value: 0x4001, place: field.place };
        const fields = expression.fields.map((each, at) => (at === index ? { ...field, value } : each));
        return field.value.kind === 'ellipsis' ? [] : [{ ...expression, fields }];
      });
    }
    case 'number':
      return [{ ...expression, value: expression.value + 1 }];
    case 'string':
      return [{ ...expression, value: `${expression.value}x` }];
    default:
      return [];
  }
}

// ---- code ----

/** Each number that an assertion compares with, plus one. */
function codeChanges(action: Extract<Action, { kind: 'code' }>): Change[] {
  return [...action.code.matchAll(/([=<>!]=?\s*)(\d+)(?![\d.])/g)].map((match) => {
    const [all, comparison = '', number = ''] = match;
    const changed = `${comparison}${Number(number) + 1}`;
    return {
      what: `${changed} instead of ${all}`,
      kind: 'assertion' as const,
      action: {
        ...action,
        code: action.code.slice(0, match.index) + changed + action.code.slice(match.index + all.length),
      },
    };
  });
}
