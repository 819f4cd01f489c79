/**
 * The server of TCP Fast Open: RFC 7413 §4.1.2, §4.2 and §5.1. It decides what a SYN with the option gets; how many
 * connections may be open before their handshake is over is counted for each listener.
 */
import { SECOND } from '../../../clock.ts';
import type { Random } from '../../../random.ts';
import type { SipKey } from '../../../siphash.ts';
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { drawKey } from '../initial-sequence.ts';
import type { TcpSettings } from '../settings.ts';
import { fastOpenCookie, judgeCookie } from './cookie.ts';
import { FastOpen } from './state.ts';

/** §5.1 wants resets counted "until a timeout period has passed" and leaves it open how long that is. */
const RESET_COUNTS_NS = 60 * SECOND;

/** PendingFastOpenRequests of §4.2: the connections of one listener that are open before their handshake is over. */
export class PendingFastOpens {
  private readonly blocks: Set<ControlBlock>;
  /** Until when those that were reset still count. */
  private readonly resets: number[];

  constructor() {
    this.blocks = new Set();
    this.resets = [];
  }

  count(nowNs: number): number {
    while (this.resets.length > 0 && this.resets[0]! <= nowNs) this.resets.shift();
    return this.blocks.size + this.resets.length;
  }

  add(block: ControlBlock): void {
    this.blocks.add(block);
  }

  /** The handshake of a connection is over, or the connection is. */
  remove(block: ControlBlock, nowNs: number): void {
    if (this.blocks.delete(block) && block.error === 'ECONNRESET') this.resets.push(nowNs + RESET_COUNTS_NS);
  }
}

/** §7.3: the data needs no cookie, and the client will not need one the next time. */
function openedWithoutCookie(): FastOpen {
  const answer = new FastOpen(undefined);
  answer.opened = true;
  return answer;
}

export class FastOpenServer {
  /** For listeners without keys of their own. */
  private readonly drawn: readonly SipKey[];

  constructor(random: Random) {
    this.drawn = [drawKey(random)];
  }

  /**
   * §4.2.2 "Server: Receiving SYN", steps 1 to 4, and §4.2.1 step 2.
   * @returns what the SYN opens: `FastOpen.opened` says whether its data goes to the program at once. `undefined` if the
   *   listener does nothing of the kind, or the SYN does not ask
   */
  answer(
    block: ControlBlock,
    arrived: IncomingSegment,
    settings: TcpSettings,
    pending: PendingFastOpens,
  ): FastOpen | undefined {
    const { packet, options } = arrived;
    const { fastOpenServer, fastOpenPending, fastOpenKeys, fastOpenKeyLifetimeNs, fastOpenRequiresCookie } = settings;
    const asks = options.fastOpenAt >= 0 || (!fastOpenRequiresCookie && arrived.dataLength > 0);
    if (!fastOpenServer || fastOpenPending === 0 || packet === undefined || !asks) return undefined;
    const nowNs = block.environment.timers.now();
    if (pending.count(nowNs) >= fastOpenPending) return new FastOpen(undefined);
    if (!fastOpenRequiresCookie) return openedWithoutCookie();
    const period = fastOpenKeyLifetimeNs > 0 ? Math.floor(nowNs / fastOpenKeyLifetimeNs) : 0;
    const { fastOpenAt, fastOpenLength } = options;
    const keys = fastOpenKeys.length > 0 ? fastOpenKeys : this.drawn;
    const verdict = judgeCookie(keys, block.identity, period, packet.view, fastOpenAt, fastOpenLength);
    // What asked for a cookie, and what had none or soon none that is valid, gets one.
    const answer = new FastOpen(verdict === 'current' ? undefined : fastOpenCookie(keys[0]!, block.identity, period));
    answer.opened = verdict !== 'invalid';
    return answer;
  }
}
