/**
 * What the checkers know of a run beside the stack's own variables: the octets that were sent and that arrived, counted
 * from the initial sequence numbers, in plain arrays.
 */
import type { ControlBlock } from '../../../src/layers/transport/tcp/control-block.ts';
import type { VirtualHost } from '../../../src/sim/virtual-host.ts';
import type { World } from '../../../src/sim/world.ts';
import { after, type WireFrame, type WireSegment } from './wire.ts';

/** Longest stream that is followed octet by octet. */
export const MOST_OCTETS: number = 1 << 15;

/** What a program has done on one connection; the program keeps it up to date. */
export interface ProgramView {
  /** Bytes that it has offered to `send` so far, whether or not they were taken. */
  readonly offered: number;
  /** Bytes that `send` has taken. */
  readonly written: number;
  /** Bytes that it has read. */
  readonly read: number;
  /** It has called close: it reads no more. */
  readonly isClosed: boolean;
}

/** One connection of one host, with all that was seen of it on the wire. */
export class Followed {
  readonly side: Side;
  readonly block: ControlBlock;
  readonly serial: number;
  /** Which connection of the run: both ends have the same number. */
  readonly incarnation: number;
  program: ProgramView | undefined;
  readonly bornAt: number;

  // What it sent, by offset from ISS.
  readonly sentOctet: Int16Array;
  readonly timesSent: Uint16Array;
  readonly sentAt: Float64Array;
  /** One more than the highest offset sent. */
  sentEnd: number;
  /** Octets that a probe of a closed window carried. */
  readonly probed: Set<number>;
  finSentAtOffset: number;
  synOptions: WireSegment | undefined;
  /** Highest right edge advertised, by offset from IRS; -1 before the first. */
  advertisedEdge: number;
  lastAckSent: number;

  // What reached it, by offset from the peer's ISS.
  readonly arrived: Uint8Array;
  contiguous: number;
  /** Where a FIN arrived: more than one place only if somebody else sent it. */
  readonly finsArrived: Set<number>;
  peerSyn: WireSegment | undefined;
  /** Highest right edge that the peer has granted, and highest acknowledgment, by offset from ISS. */
  grantedEdge: number;
  ackedByPeer: number;

  constructor(side: Side, block: ControlBlock, incarnation: number, bornAt: number) {
    this.side = side;
    this.block = block;
    this.serial = block.identity.serial;
    this.incarnation = incarnation;
    this.program = undefined;
    this.bornAt = bornAt;
    this.sentOctet = new Int16Array(MOST_OCTETS).fill(-1);
    this.timesSent = new Uint16Array(MOST_OCTETS);
    this.sentAt = new Float64Array(MOST_OCTETS);
    this.sentEnd = 0;
    this.probed = new Set();
    this.finSentAtOffset = -1;
    this.synOptions = undefined;
    this.advertisedEdge = -1;
    this.lastAckSent = 0;
    this.arrived = new Uint8Array(MOST_OCTETS);
    this.contiguous = 0;
    this.finsArrived = new Set();
    this.peerSyn = undefined;
    this.grantedEdge = 0;
    this.ackedByPeer = 0;
  }

  get name(): string {
    return `${this.side.name}#${this.serial} ${this.block.state}`;
  }
}

export interface Side {
  readonly name: string;
  readonly host: VirtualHost;
  /** In the order in which they began. */
  readonly connections: Followed[];
}

/** The variables that an unacceptable segment must leave alone. */
export interface Fields {
  readonly state: string;
  readonly sndUna: number;
  readonly sndNxt: number;
  readonly sndMax: number;
  readonly sndWnd: number;
  readonly sndWl1: number;
  readonly sndWl2: number;
  readonly rcvNxt: number;
  readonly rcvWnd: number;
  readonly tsRecent: number;
  readonly readable: number;
  readonly held: number;
  readonly heldOctets: number;
  readonly urgent: boolean;
  readonly duplicateAcks: number;
  readonly cwnd: number;
  readonly finReceived: boolean;
  readonly samples: number;
  readonly pipe: number;
  readonly lossState: string;
  readonly error: string | undefined;
}

export const fieldsOf = (block: ControlBlock): Fields => ({
  state: block.state,
  sndUna: block.sndUna,
  sndNxt: block.sndNxt,
  sndMax: block.sndMax,
  sndWnd: block.sndWnd,
  sndWl1: block.sndWl1,
  sndWl2: block.sndWl2,
  rcvNxt: block.rcvNxt,
  rcvWnd: block.rcvWnd,
  tsRecent: block.tsRecent,
  readable: block.receiveBuffer.readable,
  held: block.reassembly.count,
  heldOctets: heldOctets(block),
  urgent: block.urgent,
  duplicateAcks: block.duplicateAcks,
  cwnd: block.congestion.cwnd,
  finReceived: block.finReceived,
  samples: block.rtt.samples,
  pipe: block.log.pipe,
  lossState: block.lossState,
  error: block.error,
});

export function heldOctets({ reassembly }: ControlBlock): number {
  let octets = 0;
  for (let index = 0; index < reassembly.count; index++)
    octets += after(reassembly.start(index), reassembly.end(index));
  return octets;
}

/** The first field that differs, for a person. */
export function difference(before: Fields, now: Fields): string | undefined {
  for (const name of Object.keys(before) as (keyof Fields)[]) {
    // The window may open by what the scale rounds whenever an ACK is sent.
    if (name !== 'rcvWnd' && before[name] !== now[name]) return `${name} went from ${before[name]} to ${now[name]}`;
  }
  return undefined;
}

/** A segment that left a host. */
export interface Emission {
  readonly side: Side;
  readonly segment: WireSegment;
  readonly frameLength: number;
  readonly packetLength: number;
  /** Whose it is; `undefined` for a reset that belongs to no connection. */
  readonly connection: Followed | undefined;
  /** Whether it left while a frame of ARP or NDP was taken in: it had waited for the neighbour's address. */
  readonly hadWaited: boolean;
}

/** A frame about to be taken in by a host. */
export interface Delivery {
  readonly side: Side;
  readonly frame: WireFrame;
  readonly segment: WireSegment | undefined;
  readonly serial: number;
  /** The connection that it is for, if there is one, and its variables before. */
  readonly connection: Followed | undefined;
  readonly before: Fields | undefined;
  /** Octets sent and not acknowledged, and the size of a full segment, before it. */
  readonly flightSize: number;
  readonly smss: number;
  readonly damage: 'none' | 'harmless' | 'covered';
}

/** What happened in the present event of the world. */
export interface Step {
  delivery: Delivery | undefined;
  readonly emissions: Emission[];
  /** A program has closed or aborted something. */
  programActed: boolean;
  programAborted: boolean;
  /** Names of timers that fired. */
  readonly timersFired: string[];
  readonly retransmissions: { readonly connection: Followed; readonly reason: string; readonly sequence: number }[];
  /** ICMP reached a host. */
  icmpArrived: boolean;
  /** A host asked for its neighbour's address, or still waits for it. */
  askedNeighbour: boolean;
}

export interface Run {
  readonly world: World;
  readonly sides: readonly [Side, Side];
  readonly step: Step;
  /** Reaches of the run, counted by name: states, transitions, drops, timers. */
  readonly reached: Map<string, number>;
  /** A third party injects segments: what depends on who sent what is not judged. */
  readonly hasIntruder: boolean;
  /** Initial sequence numbers are the stack's own choice. */
  readonly choosesNumbers: boolean;
}

export const reach = (run: Run, name: string): void => {
  run.reached.set(name, (run.reached.get(name) ?? 0) + 1);
};

export const otherSide = (run: Run, side: Side): Side => (run.sides[0] === side ? run.sides[1] : run.sides[0]);

/** The connection at the other end: the latest whose ISS is the sequence number of the SYN that came. */
export function peerOf(run: Run, { side, peerSyn }: Followed): Followed | undefined {
  if (peerSyn === undefined) return undefined;
  return otherSide(run, side).connections.findLast(({ block }) => block.iss >>> 0 === peerSyn.sequence);
}

/** What a whole-run checker may implement; each is called in the order of the run. */
export interface Checker {
  /** A connection has begun. */
  born?(run: Run, connection: Followed): void;
  /** A connection goes from state to state. */
  transition?(run: Run, connection: Followed, from: string, to: string): void;
  /** A frame is about to be taken in. */
  delivery?(run: Run, delivery: Delivery): void;
  /** A segment has left. */
  emission?(run: Run, emission: Emission): void;
  /** A timer has fired. */
  timer?(run: Run, connection: Followed, timer: string): void;
  /** An event of the world is over. */
  after?(run: Run): void;
  /** The run is over: nothing can happen any more. */
  end?(run: Run): void;
}

/** The byte at a place of a stream: it says where it belongs, in which connection and which direction. */
export const streamByte = (incarnation: number, fromFirst: boolean, place: number): number =>
  (place * 31 + (place >>> 8) * 7 + incarnation * 101 + (fromFirst ? 57 : 0)) & 0xff;
