/**
 * Runs the events of one script, in virtual time. What is due in the host happens before the script's own deed of the
 * same moment.
 */
import type { Script, ScriptEvent } from '../language/script.ts';
import type { CodeRunner } from './code-runner.ts';
import { Deviations } from './deviations.ts';
import { EmulatedHost } from './emulated-host.ts';
import { type Moment, Schedule } from './event-times.ts';
import { Flows } from './flows.ts';
import { Passage } from './passage.ts';
import { ScriptCalls } from './script-calls.ts';
import { ScriptPackets } from './script-packets.ts';
import type { ScriptSettings } from './script-settings.ts';

export class ScriptRunner {
  readonly world: EmulatedHost;
  readonly packets: ScriptPackets;
  /** What was not as it should be, and need not be (`--non_fatal`). */
  readonly warnings: readonly string[];
  readonly calls: ScriptCalls;
  private readonly schedule: Schedule;
  private readonly passage: Passage;

  constructor(settings: ScriptSettings, profile: string) {
    const world = new EmulatedHost(settings, profile);
    const flows = new Flows(world.host, settings.ends);
    const passage = new Passage(world.time);
    const schedule = new Schedule(world.time, settings);
    const deviations = new Deviations(settings.nonFatal);
    const parts = { world, settings, flows, schedule, passage, deviations };
    this.world = world;
    this.schedule = schedule;
    this.passage = passage;
    this.warnings = deviations.warnings;
    this.calls = new ScriptCalls(parts);
    this.packets = new ScriptPackets(parts, this.calls.files);
    world.received = (packet, serial) => this.packets.capture(packet, serial);
    passage.looked = () => this.calls.retry();
  }

  /** Lets so much time pass. */
  sleep(durationNs: number): void {
    this.passage.advance(this.world.time.now() + durationNs);
  }

  /**
   * Runs all events.
   * @param began is told of each event before it is run
   * @throws {ScriptFailure | CodeFailure | Unsupported | ScriptError}
   */
  run({ events }: Script, code: CodeRunner, began: (event: ScriptEvent) => void): void {
    for (const event of events) {
      began(event);
      const moment = this.schedule.momentOf(event);
      const happened = this.perform(event, moment, code);
      this.schedule.passed(moment.isExact ? moment.from : happened);
    }
    this.calls.settle();
  }

  /** @returns when it happened */
  private perform(event: ScriptEvent, moment: Moment, code: CodeRunner): number {
    const { action } = event;
    if (action.kind === 'packet' && action.direction === 'outbound') {
      return this.packets.expect(event, action.packet, moment.from, moment.to);
    }
    this.passage.advance(moment.from);
    const now = this.world.time.now();
    switch (action.kind) {
      case 'packet':
        this.packets.inject(event, action.packet);
        break;
      case 'call':
        this.calls.begin(event, action, moment.end);
        break;
      case 'command':
        code.command(action.command, event);
        break;
      case 'code':
        code.code(action, this.packets.connection);
    }
    return now;
  }
}
