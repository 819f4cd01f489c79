/** The explicit fault list at work in one direction. Copies made by the medium are not counted and not looked at. */
import { CONGESTION_EXPERIENCED, NOT_ECT } from '../../../layers/network/ecn.ts';
import { parseDuration } from '../../units.ts';
import {
  DEFAULT_REORDER_WITHIN,
  ECN_NAMES,
  type FaultList,
  type LinkDirectionName,
  type ListedFault,
} from '../fault-list.ts';
import { FrameFields } from '../frame-fields.ts';
import { InitialSequenceNumbers, Matcher } from '../frame-match.ts';
import { ecnOf, packetAt, setEcn } from '../queues/ecn-field.ts';
import type { Transit } from '../transit.ts';
import type { Fault } from './fault.ts';
import { cut } from './truncation.ts';

type Act = (transit: Transit) => boolean;

interface Entry {
  readonly index: number;
  readonly act: Act;
  readonly ordinal: number;
  readonly matcher: Matcher | undefined;
}

export class ListedFaults implements Fault {
  /** How often each entry of the list, by its index, has been applied. Shared by both directions. */
  readonly applied: number[];
  private readonly byOrdinal: Map<number, Entry[]>;
  private readonly matching: Entry[];
  private readonly fields: FrameFields;
  private readonly initial: InitialSequenceNumbers;

  constructor(list: FaultList, direction: LinkDirectionName, applied: number[]) {
    this.applied = applied;
    this.byOrdinal = new Map();
    this.matching = [];
    this.fields = new FrameFields();
    this.initial = new InitialSequenceNumbers();
    list.forEach((fault, index) => {
      if (fault.direction === direction) this.add(fault, index);
    });
  }

  judge(transit: Transit): void {
    if (transit.isCopy) return;
    const numbered = this.byOrdinal.get(transit.ordinal);
    if (this.matching.length === 0) {
      if (numbered !== undefined) for (const entry of numbered) this.apply(entry, transit);
      return;
    }
    this.fields.read(transit.frame);
    if (this.fields.flow !== '') this.initial.learn(this.fields);
    // All are asked before the first one acts, so that no entry changes what another sees; then in the list's order.
    const chosen = this.matching.filter(({ matcher }) => matcher!.matches(this.fields, this.initial));
    if (numbered !== undefined) chosen.push(...numbered);
    for (const entry of chosen.sort((one, other) => one.index - other.index)) this.apply(entry, transit);
  }

  private apply(entry: Entry, transit: Transit): void {
    // What an earlier entry has dropped is beyond the others.
    if (transit.dropped === undefined && entry.act(transit)) this.applied[entry.index]!++;
  }

  private add(fault: ListedFault, index: number): void {
    const { ordinal, match } = fault;
    const act = actOf(fault, `fault ${index}: ${fault.action}`);
    const entry: Entry = {
      index,
      act,
      ordinal: ordinal ?? 0,
      matcher: match === undefined ? undefined : new Matcher(match),
    };
    if (ordinal === undefined) this.matching.push(entry);
    else this.byOrdinal.set(ordinal, [...(this.byOrdinal.get(ordinal) ?? []), entry]);
  }
}

/** @returns whether there was something to act on: a frame too short to be corrupted there is left alone */
function actOf(fault: ListedFault, name: string): Act {
  switch (fault.action) {
    case 'drop':
      return (transit) => {
        transit.drop('medium-fault', name);
        return true;
      };
    case 'duplicate': {
      const copies = fault.copies ?? 1;
      return (transit) => {
        transit.copies += copies;
        return true;
      };
    }
    case 'delay': {
      const ns = parseDuration(fault.by, 'by');
      return (transit) => {
        transit.delay(ns, `${name} by ${fault.by}`);
        return true;
      };
    }
    case 'reorder': {
      const withinNs = parseDuration(fault.within ?? DEFAULT_REORDER_WITHIN, 'within');
      return (transit) => {
        transit.hold(fault.frames, withinNs, `${name} behind ${fault.frames} later frames`);
        return true;
      };
    }
    case 'corrupt':
      return (transit) => {
        const at = transit.frame.start + fault.offset;
        if (at >= transit.frame.end) return false;
        transit.beforeDamage();
        transit.frame.bytes[at]! ^= fault.mask;
        transit.damaged(`${name} byte ${fault.offset} with 0x${fault.mask.toString(16).padStart(2, '0')}`);
        return true;
      };
    case 'mark': {
      const { as } = fault;
      return (transit) => {
        const before = ecnOf(transit.frame);
        const isCapable = before !== NOT_ECT && before !== CONGESTION_EXPERIENCED;
        const codepoint = as === undefined ? CONGESTION_EXPERIENCED : ECN_NAMES.indexOf(as);
        if (as === undefined ? !isCapable : before === codepoint || packetAt(transit.frame) < 0) return false;
        setEcn(transit.frame, codepoint);
        transit.remarked = `${name} as ${as ?? 'ce'}`;
        return true;
      };
    }
    case 'truncate':
      return (transit) => {
        if (transit.frame.end - transit.frame.start <= fault.lengthBytes) return false;
        cut(transit, fault.lengthBytes, `${name} to ${fault.lengthBytes} bytes`);
        return true;
      };
  }
}
