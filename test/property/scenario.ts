/**
 * A two-host run as plain data: what the programs do, what the link does to which frame, where sequence numbers start.
 * It can be stored, shrunk, shown and played again.
 */
import type { TcpSettings } from '../../src/layers/transport/tcp/settings.ts';
import type { FaultList } from '../../src/sim/medium/fault-list.ts';

/** What a program does, one after the other. */
export type Operation =
  /** Queues so many bytes, offered to `send` in so many calls; they go out beside what follows. */
  | { readonly do: 'write'; readonly bytes: number; readonly calls: number }
  /** Reads so many bytes at most, and waits a second at most for them. */
  | { readonly do: 'read'; readonly bytes: number }
  /** Neither reads nor begins anything new. */
  | { readonly do: 'sleep'; readonly ms: number }
  /** Ends the stream once everything is written, and goes on. */
  | { readonly do: 'shutdown' }
  /** Closes at once, whatever is unread or unwritten. */
  | { readonly do: 'close' }
  | { readonly do: 'abort' }
  | { readonly do: 'set'; readonly option: 'noDelay' | 'receiveBuffer' | 'sendBuffer'; readonly value: number };

export interface Injection {
  readonly atMs: number;
  readonly to: 'client' | 'server';
  readonly kind: 'rst' | 'rst-ack' | 'syn' | 'syn-ack' | 'ack' | 'data' | 'fin' | 'null';
  /** Added to RCV.NXT, or to the right edge of the window. */
  readonly from: 'next' | 'edge';
  readonly offset: number;
  /** Added to SND.NXT. */
  readonly ack: number;
  readonly bytes: number;
  /** Whether it has a timestamp like the peer's, or one that is older. */
  readonly timestamp: 'none' | 'current' | 'old';
}

export interface Scenario {
  readonly faults: FaultList;
  readonly client: readonly Operation[];
  readonly server: readonly Operation[];
  /** How often the client connects, from the same port. */
  readonly incarnations: number;
  /** Both ends connect at the same moment, and nobody listens. */
  readonly simultaneous: boolean;
  readonly link: { readonly delayMs: number; readonly rate: string | null };
  readonly family: 4 | 6;
  readonly mtu: { readonly client: number; readonly server: number };
  readonly settings: { readonly client: Partial<TcpSettings>; readonly server: Partial<TcpSettings> };
  /** Initial sequence numbers; `null` leaves them to RFC 6528. */
  readonly starts: { readonly client: number; readonly server: number } | null;
  /** How far the numbers of one incarnation lie from those of the next: without it, so far that no old segment fits. */
  readonly apart?: number;
  readonly seed: number;
  readonly injections?: readonly Injection[];
}

/** Where a scenario starts from that only names what matters to it. */
export const PLAIN: Scenario = {
  faults: [],
  client: [{ do: 'write', bytes: 1000, calls: 1 }],
  server: [],
  incarnations: 1,
  simultaneous: false,
  link: { delayMs: 5, rate: null },
  family: 4,
  mtu: { client: 1500, server: 1500 },
  settings: { client: {}, server: {} },
  starts: { client: 0, server: 0 },
  seed: 1,
};
