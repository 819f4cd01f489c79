/**
 * A packetdrill script as data: what `parse.ts` makes of its text, and all that the runner knows of it. Numbers are as
 * they were written: sequence numbers relative to the script's own initial ones, times in nanoseconds.
 */

/** Where something stands in a script. Both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Script {
  /** `--name=value` lines at the top, in their order; a flag without a value has ''. */
  readonly options: readonly ScriptOption[];
  readonly events: readonly ScriptEvent[];
}

export interface ScriptOption {
  readonly place: Place;
  /** Without the dashes: `ip_version`. */
  readonly name: string;
  readonly value: string;
}

/** When an event happens, or may happen. Times are in nanoseconds: since the start of the script, or of the event before. */
export type EventTime =
  | { readonly kind: 'absolute' | 'relative'; readonly ns: number }
  | { readonly kind: 'range'; readonly isRelative: boolean; readonly fromNs: number; readonly toNs: number }
  /** `*`: whenever it comes. */
  | { readonly kind: 'any' };

export interface ScriptEvent {
  readonly place: Place;
  /** As it was written, from its first token to its last: comments within are part of it, those around it are not. */
  readonly text: string;
  /** An event without a time follows the one before at once: relative, 0. */
  readonly time: EventTime;
  readonly action: Action;
}

export type Action = PacketAction | CallAction | CommandAction | CodeAction;

export interface PacketAction {
  readonly kind: 'packet';
  /** Inbound (`<`) is given to the host, outbound (`>`) is expected of it. */
  readonly direction: 'inbound' | 'outbound';
  readonly packet: PacketSpec;
}

export interface CallAction {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
  readonly result: Expression;
  /** `EAGAIN`, as it stands behind a result of -1. */
  readonly errno: string | undefined;
  /** What stood in brackets behind it: for people. */
  readonly note: string | undefined;
  /** `+0...0.010`: the call blocks until then; a time of the same kind as the event's. */
  readonly endNs: number | undefined;
}

/** Between backquotes: for the shell. */
export interface CommandAction {
  readonly kind: 'command';
  readonly command: string;
}

/** Between `%{` and `}%`: Python. `place` is where the code itself begins. */
export interface CodeAction {
  readonly kind: 'code';
  readonly code: string;
  readonly codePlace: Place;
}

// ---- packets ----

export interface PacketSpec {
  /** What it is wrapped into, the outermost first. */
  readonly wrappings: readonly Wrapping[];
  readonly ip: IpFields;
  readonly payload: TcpSpec | UdpSpec | IcmpSpec;
}

/** What stands in brackets before the packet. What is not there is chosen on the way in and not compared on the way out. */
export interface IpFields {
  /** `ect01` is either of both: only of what comes out. */
  readonly ecn?: 'noecn' | 'ect0' | 'ect1' | 'ect01' | 'ce';
  /** The whole octet: type of service, or traffic class. */
  readonly tos?: number;
  readonly ttl?: number;
  readonly flowLabel?: number;
}

export type Wrapping =
  | { readonly kind: 'ipv4' | 'ipv6'; readonly source: string; readonly destination: string; readonly ip: IpFields }
  | {
      readonly kind: 'gre';
      readonly flags?: number;
      readonly protocol?: number;
      readonly key?: number;
      readonly sequence?: number;
      readonly checksum?: number;
    }
  | { readonly kind: 'mpls'; readonly labels: readonly MplsLabel[] };

export interface MplsLabel {
  readonly label: number;
  readonly trafficClass: number;
  readonly isBottom: boolean;
  readonly ttl: number;
}

export interface Ports {
  readonly source: number;
  readonly destination: number;
}

export interface TcpSpec {
  readonly protocol: 'tcp';
  readonly ports: Ports | undefined;
  /** `sock(4)`: the connection of that descriptor, instead of ports. */
  readonly descriptor: number | undefined;
  /** The control bits: those of `segment.ts`. With `ace` AE, CWR and ECE are what that says. */
  readonly flags: number;
  /** The ACE field as a number. */
  readonly ace: number | undefined;
  readonly sequence: number;
  readonly length: number;
  /** ACK is set if it is there, or if a dot stands among the flags. */
  readonly acknowledgment: number | undefined;
  readonly window: number | undefined;
  readonly urgent: number | undefined;
  /** None written is none on the wire; `<...>` is whatever comes. */
  readonly options: readonly OptionSpec[] | 'any';
  /** The checksum that it carries, instead of the right one: only of what goes in. */
  readonly checksum: number | 'bad' | undefined;
  /** `/udp(9899 > 9899)`: TCP in UDP. */
  readonly udpEncapsulation: Ports | undefined;
}

/** `undefined` for a value that is not compared (`...`). */
export type OptionSpec =
  | { readonly name: 'nop' | 'eol' | 'sackOK' }
  | { readonly name: 'mss'; readonly bytes: number | undefined }
  | { readonly name: 'wscale'; readonly shift: number | undefined }
  /** No blocks for `sack ...`. */
  | { readonly name: 'sack'; readonly blocks: readonly (readonly [left: number, right: number])[] | undefined }
  | { readonly name: 'TS'; readonly value: number | undefined; readonly echo: number | undefined }
  /** By its own kind (34) or as an experiment (254 with 0xF989). An empty cookie asks for one. */
  | { readonly name: 'FO' | 'FOEXP'; readonly cookie: Uint8Array | undefined }
  /** In the order in which they stand; `ECN e0b 1 ceb 0 e1b 1`. */
  | { readonly name: 'ECN'; readonly order: 0 | 1; readonly counters: readonly number[] | undefined }
  | { readonly name: 'md5'; readonly digest: Uint8Array | 'valid' | 'invalid' | undefined }
  | { readonly name: 'uto'; readonly unit: 'seconds' | 'minutes'; readonly timeout: number }
  /** Any other, by its kind and its bytes; what is too long or too short on purpose as well. */
  | { readonly name: 'option'; readonly kind: number; readonly length: number | undefined; readonly data: Uint8Array };

export interface UdpSpec {
  readonly protocol: 'udp';
  readonly ports: Ports | undefined;
  readonly length: number;
  readonly checksum: number | 'bad' | undefined;
}

export interface IcmpSpec {
  readonly protocol: 'icmp' | 'icmpv6';
  readonly type: number;
  readonly code: number;
  /** Of "fragmentation needed" and "packet too big". */
  readonly mtu: number | undefined;
  /** Of an echo. */
  readonly echo: { readonly identifier: number; readonly sequence: number; readonly length: number } | undefined;
  /** The packet that it quotes, which went the other way. Its ports as there, if any are written. */
  readonly quote: QuoteSpec | undefined;
}

export type QuoteSpec =
  | { readonly protocol: 'tcp'; readonly ports: Ports | undefined; readonly sequence: number; readonly length: number }
  | { readonly protocol: 'udp'; readonly ports: Ports | undefined; readonly length: number };

// ---- expressions of calls ----

export type Expression = { readonly place: Place } & (
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: '~' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: '|' | '&' | '<<' | '+' | '-' | '*';
      readonly left: Expression;
      readonly right: Expression;
    }
  /** `[1]`, `[{fd=3, events=POLLIN}]`. */
  | { readonly kind: 'list'; readonly elements: readonly Expression[] }
  /** `{fd=3, events=POLLIN}`, `{..., 1000}`: its parts with or without names. */
  | { readonly kind: 'structure'; readonly fields: readonly StructureField[] }
  /** `htons(8080)`, `inet_addr("192.0.2.1")`. */
  | { readonly kind: 'function'; readonly name: string; readonly arguments: readonly Expression[] }
);

export interface StructureField {
  readonly place: Place;
  readonly name: string | undefined;
  /** `msg_name(...)=`, `msg_iov(2)=`: what stands in brackets behind the name. */
  readonly argument: Expression | undefined;
  readonly value: Expression;
}
