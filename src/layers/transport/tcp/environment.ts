/**
 * What TCP is handed by its host: time, chance, memory, the way out, and somebody to tell.
 */
import type { IpAddress } from '../../address.ts';
import type { Timers } from '../../clock.ts';
import type { FramePool } from '../../frame.ts';
import type { Memory } from '../../memory.ts';
import type { PathFinder } from '../../network/path.ts';
import type { ConnectionIdentity, HostObserver } from '../../observer.ts';
import type { Random } from '../../random.ts';
import type { TcpInfo } from './info.ts';

/** Who watches a host, and may want to know all of its connections. */
export interface TcpObserver extends HostObserver {
  /**
   * After an acknowledgment was processed, before what it lets out is sent; right after `tcpAcked`. Who has this method is
   * given a record of its own each time; for who has it not, none is made.
   */
  tcpInfo?(connection: ConnectionIdentity, info: TcpInfo): void;
}

export interface TcpEnvironment {
  readonly timers: Timers;
  /** A stream of random numbers of its own for each purpose. */
  readonly random: (purpose: string) => Random;
  readonly memory: Memory;
  readonly pool: FramePool;
  readonly paths: PathFinder;
  /** Read again at each use: a watcher may come and go. */
  readonly observer?: TcpObserver | undefined;
  /** Chooses initial sequence numbers instead of RFC 6528: for tests near the wrap, and for exercises. */
  readonly initialSequenceNumber?:
    | ((local: IpAddress, localPort: number, remote: IpAddress, remotePort: number) => number)
    | undefined;
}
