/**
 * The system calls of a script. One that blocks is tried again whenever what it waits for may have changed, while the
 * script goes on; another call waits for it.
 */
import { IpAddress } from '../../layers/address.ts';
import type { HostObserver } from '../../layers/observer.ts';
import { AF_INET } from '../../sockets/constants.ts';
import { BLOCKED, type Call, type CallContext } from '../calls/call.ts';
import { EpollFile } from '../calls/epoll.ts';
import type { OpenFile } from '../calls/open-file.ts';
import { makeCall } from '../calls/system-calls.ts';
import type { CallAction, ScriptEvent } from '../language/script.ts';
import { callFailure, resultDifferences } from './call-results.ts';
import { DescriptorNumbers } from './descriptor-numbers.ts';
import type { Deviations } from './deviations.ts';
import type { EmulatedHost } from './emulated-host.ts';
import { type Schedule, timeDifference, timeText } from './event-times.ts';
import { ScriptFailure } from './failure.ts';
import type { Flows } from './flows.ts';
import type { Passage } from './passage.ts';
import type { ScriptSettings } from './script-settings.ts';

/** A call that waits. */
interface Pending {
  readonly event: ScriptEvent;
  readonly action: CallAction;
  readonly call: Call;
  /** When it should end. */
  readonly end: number;
  isWoken: boolean;
  readonly wake: () => void;
}

/** What calls are made on. */
export interface CallParts {
  readonly world: EmulatedHost;
  readonly settings: ScriptSettings;
  readonly flows: Flows;
  readonly schedule: Schedule;
  readonly passage: Passage;
  readonly deviations: Deviations;
}

export class ScriptCalls {
  readonly files: DescriptorNumbers;
  readonly signatureKeys: Map<string, Uint8Array>;
  private readonly flows: Flows;
  private readonly schedule: Schedule;
  private readonly passage: Passage;
  private readonly deviations: Deviations;
  private readonly context: CallContext;
  /** Is told of calls, for the ladder. */
  private readonly told: HostObserver;
  private pending: Pending | undefined;

  constructor({ world, settings, flows, schedule, passage, deviations }: CallParts) {
    this.files = new DescriptorNumbers();
    this.signatureKeys = new Map();
    this.flows = flows;
    this.schedule = schedule;
    this.passage = passage;
    this.deviations = deviations;
    this.told = world.recorder.hostObserver('host');
    this.pending = undefined;
    this.context = {
      core: world.host.sockets,
      timers: world.time,
      ends: settings.ends,
      domain: settings.domain,
      files: this.files,
      signatureKeys: this.signatureKeys,
      toleranceNs: settings.toleranceNs,
      programAddress: (address) =>
        settings.domain === AF_INET || address.family === 6 ? address : new IpAddress(6, 0, 0, 0xffff, address.w3),
    };
  }

  /** Begins a call; one that has to wait goes on while the script does. */
  begin(event: ScriptEvent, action: CallAction, end: number): void {
    this.settle();
    const call = makeCall(action, event.place, this.context);
    this.told.call(callText(event), '');
    const result = call.attempt();
    if (result !== BLOCKED) {
      this.finished(event, action, call, result, end);
      return;
    }
    if (action.endNs === undefined && call.deadline === Number.POSITIVE_INFINITY) {
      throw new ScriptFailure(event.place, `${action.name} would block; say until when: ${timeText(end)}...END`);
    }
    const pending: Pending = {
      event,
      action,
      call,
      end,
      isWoken: false,
      wake: () => {
        pending.isWoken = true;
      },
    };
    this.pending = pending;
    for (const file of call.waitsFor) file.watch(pending.wake);
    if (call.deadline !== Number.POSITIVE_INFINITY) {
      this.passage.time.schedule(call.deadline, { fire: () => pending.wake() });
    }
  }

  /** Another call, or the end of the script, waits for the one that blocks. */
  settle(): void {
    const { pending } = this;
    if (pending === undefined) return;
    const latest = pending.end + this.schedule.tolerance(pending.end);
    this.passage.advance(Math.max(latest, this.passage.time.now()), () => this.pending === undefined);
    if (this.pending === undefined) return;
    this.pending = undefined;
    throw new ScriptFailure(
      pending.event.place,
      `${pending.action.name} still waits at ${timeText(this.passage.time.now())}, and should have ended by ${timeText(pending.end)}`,
    );
  }

  /** Tries the call that blocks again, if what it waits for may have changed. */
  retry(): void {
    const { pending } = this;
    if (pending === undefined || !pending.isWoken) return;
    pending.isWoken = false;
    const { call, event, action, end } = pending;
    const result = call.attempt();
    const isOver = this.passage.time.now() >= call.deadline;
    if (result === BLOCKED && !isOver) return;
    for (const file of call.waitsFor) file.unwatch(pending.wake);
    this.pending = undefined;
    this.finished(event, action, call, result === BLOCKED ? (call.expired?.() ?? 0) : result, end);
  }

  private finished(event: ScriptEvent, action: CallAction, call: Call, result: number, end: number): void {
    const now = this.passage.time.now();
    const opened = result >= 0 ? call.opens?.(result) : undefined;
    const tolerance = this.schedule.tolerance(end);
    const differences = [
      ...resultDifferences(action, result, opened !== undefined),
      ...(result < 0 ? [] : (call.differences?.(result) ?? [])),
      ...timeDifference(now, end - tolerance, end + tolerance, end, end),
    ];
    if (opened !== undefined) this.files.open(action.result, result, opened);
    const file = opened ?? this.fileOf(action);
    if (result >= 0 || action.name === 'connect') this.flows.called(action.name, file);
    for (const other of this.files.all()) if (other instanceof EpollFile) other.settle();
    if (differences.length > 0) this.deviations.report('syscall', callFailure(event, action, result, differences));
  }

  private fileOf(action: CallAction): OpenFile | undefined {
    const [first] = action.arguments;
    return first?.kind === 'number' ? this.files.get(first.value) : undefined;
  }
}

/** Without its time and its result. */
const callText = ({ text }: ScriptEvent): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/^[^A-Za-z_]+/, '')
    .replace(/ ?= ?[^=]*$/, '');
