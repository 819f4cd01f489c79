/**
 * The listener's side of SYN cookies (RFC 4987 §3.6): a SYN is answered and forgotten, and the ACK that comes back makes
 * the connection. How a cookie is written is in `syn-cookie.ts`.
 *
 * An ACK that is no cookie is dropped silently for as long as cookies are about. RFC 9293 §3.10.7.2 would have it reset,
 * but it may be the client's second segment that came before its first; §3.6 of RFC 4987 sees a handshake fail there.
 */
import type { DropReason } from '../../drop.ts';
import type { Path } from '../../network/path.ts';
import type { SipKey } from '../../siphash.ts';
import { takeSyn } from './arrival.ts';
import type { ControlBlock } from './control-block.ts';
import { emitSyn } from './emission.ts';
import { IncomingSegment } from './incoming.ts';
import { drawKey } from './initial-sequence.ts';
import type { Listener } from './listener.ts';
import { type Opening, startAt } from './opening.ts';
import { AE, CWR, ECE, RST, SYN } from './segment.ts';
import { add, distance } from './sequence.ts';
import type { TcpSettings } from './settings.ts';
import {
  COOKIE_LIFETIME_NS,
  type CookieSockets,
  makeCookie,
  openCookie,
  optionsOfStamp,
  sizeIndex,
  stampOptions,
  ticksAt,
} from './syn-cookie.ts';

export class CookieHandshake {
  private readonly opening: Opening;
  private readonly key: SipKey;
  /** The SYN as it is known from its cookie: filled anew for each. */
  private readonly syn: IncomingSegment;

  constructor(opening: Opening) {
    this.opening = opening;
    this.key = drawKey(opening.environment.random('tcp SYN cookies'));
    this.syn = new IncomingSegment();
  }

  /** Answers a SYN with a cookie. @returns why not: the client's maximum segment size is smaller than any in the table */
  answer(listener: Listener, arrived: IncomingSegment, path: Path): DropReason | undefined {
    const { opening } = this;
    const nowNs = opening.environment.timers.now();
    // It lives for this one segment, and nobody is told of it.
    const { destinationPort, sourcePort } = arrived;
    const block = opening.create(path, destinationPort, sourcePort, settingsFor(listener), false);
    if (!block.timestampsOk || !arrived.options.hasTimestamps) forgetOffers(arrived);
    takeSyn(block, arrived);
    const index = sizeIndex(block.peerMss);
    if (index < 0) return 'tcp-backlog-full';
    startAt(block, makeCookie(this.key, { ...block.identity, irs: block.irs }, index, nowNs));
    if (block.timestampsOk) {
      const { windowScaleOk, sndWndShift, sackOk } = block;
      const ecn = block.ecn.feedback !== 'none';
      const offered = { windowScale: windowScaleOk ? sndWndShift : -1, sackPermitted: sackOk, ecn };
      block.tsOffset = add(block.tsOffset, distance(ticksAt(nowNs), stampOptions(offered, nowNs)));
    }
    block.state = 'SYN-RECEIVED';
    emitSyn(block);
    listener.cookieSentNs = nowNs;
    return undefined;
  }

  /**
   * An ACK has come to a listener.
   * @returns the connection that it rebuilds, in CLOSED and unknown to anybody, or why there is none; `undefined` if no
   *   cookie is about that it could hold
   */
  rebuild(listener: Listener, arrived: IncomingSegment): ControlBlock | DropReason | undefined {
    const { environment } = this.opening;
    const { packet } = arrived;
    const nowNs = environment.timers.now();
    const areAbout = nowNs - listener.cookieSentNs < COOKIE_LIFETIME_NS;
    if (packet === undefined || !areAbout || !mayBeCookie(arrived)) return undefined;
    const sockets: CookieSockets = {
      local: packet.destination(),
      localPort: arrived.destinationPort,
      remote: packet.source(),
      remotePort: arrived.sourcePort,
      irs: add(arrived.sequence, -1),
    };
    const cookie = add(arrived.acknowledgment, -1);
    const size = openCookie(this.key, sockets, cookie, nowNs);
    if (size === undefined) return 'tcp-bad-cookie';
    const refused = listener.refuses();
    if (refused !== undefined) return refused;
    const path = environment.paths.path(sockets.remote, sockets.local, packet.interfaceIndex);
    if (typeof path === 'string') return 'ip-no-route';
    const { localPort, remotePort } = sockets;
    const block = this.opening.create(path, localPort, remotePort, settingsFor(listener), false);
    startAt(block, cookie);
    takeSyn(block, this.synOf(block, arrived, sockets.irs, size));
    block.synSentNs = -1; // nobody knows
    return block;
  }

  /** What the SYN said, as far as it is known. */
  private synOf(block: ControlBlock, arrived: IncomingSegment, irs: number, size: number): IncomingSegment {
    const { syn } = this;
    const { hasTimestamps, timestampValue, timestampEcho } = arrived.options;
    syn.options.clear();
    syn.sequence = irs;
    syn.flags = SYN;
    syn.options.mss = size;
    // Without timestamps there was no room for anything else.
    if (!hasTimestamps || !block.timestampsOk) return syn;
    const offered = optionsOfStamp(distance(block.tsOffset, timestampEcho));
    syn.options.hasTimestamps = true;
    syn.options.timestampValue = timestampValue;
    syn.options.windowScale = offered.windowScale;
    syn.options.sackPermitted = offered.sackPermitted;
    if (offered.ecn) syn.flags = SYN | ECE | CWR;
    return syn;
  }
}

/** The feedback of RFC 9768 begins with the SYN's codepoint, which a cookie does not hold: ECN is that of RFC 3168. */
const settingsFor = ({ settings }: Listener): TcpSettings => ({ ...settings, accurateEcn: 'off' });

/** Without timestamps the cookie has room for the maximum segment size alone, so nothing else is agreed on. */
function forgetOffers(syn: IncomingSegment): void {
  syn.flags &= ~(AE | CWR | ECE);
  syn.options.windowScale = -1;
  syn.options.sackPermitted = false;
}

/** A SYN-ACK or a reset answers no SYN-ACK; and with keys there are no cookies, for they are state. */
const mayBeCookie = ({ flags, options }: IncomingSegment): boolean =>
  (flags & (SYN | RST)) === 0 && options.md5At < 0 && options.authenticationAt < 0;
