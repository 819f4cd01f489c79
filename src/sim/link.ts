/**
 * A link: two ends, and two directions that have nothing to do with each other. Each end is the port of what is attached
 * to it.
 */
import type { Frame } from '../layers/frame.ts';
import type { FrameReceiver, Port } from '../layers/link/port.ts';
import { LinkDirection } from './medium/direction.ts';
import { type LinkDirectionName, parseFaultList } from './medium/fault-list.ts';
import { ListedFaults } from './medium/faults/listed-faults.ts';
import type { Medium } from './medium/medium.ts';
import { directionOptions, type LinkOptions } from './medium/options.ts';
import { directionParts } from './medium/parts.ts';
import type { QueueReport } from './medium/queue-report.ts';

/** One end of a link. */
export class LinkEnd implements Port {
  /** What is at this end, for messages and the trace: `alice.eth0`. */
  readonly name: string;
  private readonly outgoing: LinkDirection;
  private readonly incoming: LinkDirection;

  constructor(name: string, outgoing: LinkDirection, incoming: LinkDirection) {
    this.name = name;
    this.outgoing = outgoing;
    this.incoming = incoming;
  }

  send(frame: Frame): void {
    this.outgoing.send(frame);
  }

  /**
   * Gives what arrives at this end to `receiver`.
   * @throws {TypeError} if something is attached already
   */
  attach(receiver: FrameReceiver): void {
    if (this.incoming.receiver !== undefined) {
      throw new TypeError(`${this.name} is attached to ${this.incoming.direction.link} already: detach it first`);
    }
    this.incoming.receiver = receiver;
  }

  /** What arrives from now on is dropped as `medium-unplugged`. */
  detach(): void {
    this.incoming.receiver = undefined;
  }
}

export class Link {
  readonly name: string;
  readonly aToB: LinkDirection;
  readonly bToA: LinkDirection;
  readonly ports: readonly [LinkEnd, LinkEnd];
  /** How often each entry of the fault list was applied, by its index; 0 for one that never found its frame. */
  readonly faultsApplied: readonly number[];

  /**
   * @param name names the link's random streams: it must be the only one of its world
   * @param a what is at the first end, for the trace
   * @throws {RangeError} if an option is unknown or makes no sense
   */
  constructor(medium: Medium, name: string, a: string, b: string, options: LinkOptions = {}) {
    this.name = name;
    const applied: number[] = [];
    this.faultsApplied = applied;
    const list = options.faults === undefined ? [] : parseFaultList(options.faults);
    applied.push(...list.map(() => 0));
    const direction = (which: LinkDirectionName, from: string, to: string): LinkDirection => {
      const listed = list.some((fault) => fault.direction === which)
        ? new ListedFaults(list, which, applied)
        : undefined;
      const chosen = directionOptions(options, which);
      const parts = directionParts(chosen, `${name}/${which}`, medium.streams, medium.time, listed);
      return new LinkDirection(medium, { link: name, from, to }, parts, options.fcs ?? false);
    };
    this.aToB = direction('aToB', a, b);
    this.bToA = direction('bToA', b, a);
    this.ports = [new LinkEnd(a, this.aToB, this.bToA), new LinkEnd(b, this.bToA, this.aToB)];
  }

  /** What the queues in front of both directions did so far; those that have a rate. */
  queueReports(): readonly QueueReport[] {
    return [this.aToB.queueReport(), this.bToA.queueReport()].filter((report) => report !== undefined);
  }
}
