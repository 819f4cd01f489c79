/**
 * The passive OPEN: which listener a segment belongs to, and what it does there: RFC 9293 §3.10.7.2. The listener's two
 * queues are in `listener.ts`.
 */
import { isUnspecified } from '../../address.ts';
import type { DropReason } from '../../drop.ts';
import type { ReceivedPacket } from '../../network/packet.ts';
import type { SipKey } from '../../siphash.ts';
import { segmentArrives, takeSyn, takeWindow } from './arrival.ts';
import { authenticateArriving, protect } from './authentication/admission.ts';
import type { ControlBlock } from './control-block.ts';
import { CookieHandshake } from './cookie-handshake.ts';
import { FastOpenServer } from './fast-open/server.ts';
import type { IncomingSegment } from './incoming.ts';
import { connectionHash, drawKey } from './initial-sequence.ts';
import { end, openEarly } from './lifecycle.ts';
import type { Listener, ListenerOwner } from './listener.ts';
import type { Opening } from './opening.ts';
import { receiveText } from './reception.ts';
import type { Refusal } from './reset.ts';
import { ACK, FIN, RST, SYN, sourcePort } from './segment.ts';
import { holdSynText } from './syn-text.ts';
import { startAfter } from './time-wait.ts';

export class PassiveOpen implements ListenerOwner {
  private readonly opening: Opening;
  private readonly refusal: Refusal;
  private readonly cookies: CookieHandshake;
  private readonly fastOpen: FastOpenServer;
  private readonly listeners: Map<number, Listener[]>;
  private readonly sharingKey: SipKey;
  /** Which listener a connection that is not accepted yet came from. */
  private readonly listenerOf: Map<ControlBlock, Listener>;
  /**
   * The connections in TIME-WAIT that one in SYN-RECEIVED would replace. They come back if it fails: RFC 9293 §3.6.1
   * (MAY-2) (2) "returns to TIME-WAIT state if the SYN turns out to be an old duplicate".
   */
  private readonly replaced: Map<ControlBlock, ControlBlock>;

  constructor(opening: Opening, refusal: Refusal) {
    this.opening = opening;
    this.refusal = refusal;
    this.cookies = new CookieHandshake(opening);
    this.fastOpen = new FastOpenServer(opening.environment.random('tcp Fast Open cookies'));
    this.listeners = new Map();
    this.sharingKey = drawKey(opening.environment.random('tcp listeners that share a port'));
    this.listenerOf = new Map();
    this.replaced = new Map();
  }

  /** All that listen. */
  get all(): readonly Listener[] {
    return [...this.listeners.values()].flat();
  }

  add(listener: Listener): void {
    const atPort = this.listeners.get(listener.localPort);
    if (atPort === undefined) this.listeners.set(listener.localPort, [listener]);
    else atPort.push(listener);
  }

  listenerClosed(listener: Listener): void {
    const atPort = this.listeners.get(listener.localPort) ?? [];
    const left = atPort.filter((other) => other !== listener);
    if (left.length === 0) this.listeners.delete(listener.localPort);
    else this.listeners.set(listener.localPort, left);
    listener.binding.exclusive = false;
    listener.user?.changed();
  }

  /** The listener that a segment is for. Of those that share a port (SO_REUSEPORT) each has its part of the peers, as on Linux. */
  listenerFor(packet: ReceivedPacket, port: number): Listener | undefined {
    const best = this.bestFor(packet, port);
    if (best === undefined || !best.binding.reusePort) return best;
    const { address, dualStack } = best.binding;
    const sharing = (this.listeners.get(port) ?? []).filter(
      ({ binding }) => binding.reusePort && binding.dualStack === dualStack && binding.address.equals(address),
    );
    const remotePort = sourcePort(packet.view, packet.at);
    const hash = connectionHash(this.sharingKey, packet.destination(), port, packet.source(), remotePort);
    return sharing[(hash >>> 0) % sharing.length];
  }

  /** One bound to the very address before one bound to all. */
  private bestFor(packet: ReceivedPacket, port: number): Listener | undefined {
    let best: Listener | undefined;
    for (const listener of this.listeners.get(port) ?? []) {
      const { address, dualStack } = listener.binding;
      if (isUnspecified(address)) {
        if (address.family === packet.family || dualStack) best ??= listener;
      } else if (
        address.family === packet.family &&
        address.w3 === packet.destination3 &&
        address.w2 === packet.destination2 &&
        address.w1 === packet.destination1 &&
        address.w0 === packet.destination0
      ) {
        return listener;
      }
    }
    return best;
  }

  /**
   * §3.10.7.2 LISTEN.
   * @param earlier a connection in TIME-WAIT between the same sockets, which the segment may open anew
   * @returns why the segment was dropped, or `undefined` if it was taken
   */
  segmentArrives(listener: Listener, arrived: IncomingSegment, earlier?: ControlBlock): DropReason | undefined {
    const { packet } = arrived;
    const authentication = authenticateArriving(listener.keys, arrived, listener.settings);
    if (typeof authentication === 'string') return authentication;
    // First, check for a RST; second, for an ACK; third, for a SYN.
    if (arrived.has(RST)) return 'tcp-reset-to-closed';
    if (arrived.has(ACK)) return this.acknowledgmentArrives(listener, arrived);
    if (!arrived.has(SYN) || packet === undefined) return 'tcp-listen-no-syn';
    const refused = listener.refuses();
    if (refused !== undefined) return refused;
    const path = this.opening.environment.paths.path(packet.source(), packet.destination(), packet.interfaceIndex);
    if (typeof path === 'string') return 'ip-no-route';
    const { opening } = this;
    // A connection in TIME-WAIT, and keys, are state: where there is some, a cookie cannot stand for it.
    const mayForget = earlier === undefined && authentication === undefined;
    if (mayForget && listener.answersWithCookie) return this.cookies.answer(listener, arrived, path);
    if (listener.isUnderPressure) return 'tcp-backlog-full';
    const block = opening.create(path, arrived.destinationPort, arrived.sourcePort, { ...listener.settings }, false);
    if (earlier !== undefined) this.replace(earlier, block);
    if (authentication !== undefined) protect(block, authentication);
    // Told when the whole segment is processed: what is accepted is established, and its window is the peer's.
    block.user = { changed: () => listener.user?.changed() };
    this.listenerOf.set(block, listener);
    opening.admit(block, 'SYN-RECEIVED', 'SYN arrived');
    block.counts.arrived(arrived.dataLength);
    block.sharesPort = listener.binding.reusePort;
    if (listener.settings.saveSyn) block.savedSyn = packet.frame.bytes.slice(packet.headerAt, arrived.dataAt);
    takeSyn(block, arrived);
    takeWindow(block, arrived);
    block.fastOpen = this.fastOpen.answer(block, arrived, listener.settings, listener.fastOpens);
    if (block.fastOpen?.opened === true) {
      listener.openedEarly(block);
      openEarly(block);
      arrived.flags &= ~FIN; // comes again
      receiveText(block, arrived, block.rcvNxt);
      block.receiveBuffer.keep();
    } else {
      listener.synReceived(block);
      // RFC 7413 §3: of a SYN that asks for Fast Open and does not get it, "the server drops the data".
      if (block.fastOpen === undefined) holdSynText(block, arrived);
    }
    opening.sendSyn(block);
    if (block.fastOpen?.opened === true) listener.user?.changed();
    return undefined;
  }

  /**
   * An ACK for a connection in SYN-RECEIVED that does not answer its SYN-ACK: its SYN may have come before, when it was
   * answered with a cookie. @returns whether the ACK was one, and is dealt with
   */
  takesCookie(block: ControlBlock, arrived: IncomingSegment): boolean {
    const listener = this.listenerOf.get(block);
    const rebuilt = listener === undefined ? undefined : this.cookies.rebuild(listener, arrived);
    if (listener === undefined || rebuilt === undefined || rebuilt === 'tcp-bad-cookie') return false;
    if (typeof rebuilt === 'string') return true;
    end(block, undefined, 'its SYN had been answered with a cookie before');
    this.cookieArrives(listener, rebuilt, arrived);
    return true;
  }

  /** An ACK answers nothing that a listener remembers, but it may hold a cookie. */
  private acknowledgmentArrives(listener: Listener, arrived: IncomingSegment): DropReason | undefined {
    const rebuilt = this.cookies.rebuild(listener, arrived);
    if (rebuilt === undefined) return this.refusal.inListen(arrived);
    return typeof rebuilt === 'string' ? rebuilt : this.cookieArrives(listener, rebuilt, arrived);
  }

  private cookieArrives(listener: Listener, block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
    block.user = { changed: () => listener.user?.changed() };
    block.sharesPort = listener.binding.reusePort;
    this.listenerOf.set(block, listener);
    this.opening.admit(block, 'SYN-RECEIVED', 'a SYN cookie came back');
    return segmentArrives(block, arrived);
  }

  /** The handshake of a connection is over. @returns false if its listener has no room for it */
  established(block: ControlBlock): boolean {
    const listener = this.listenerOf.get(block);
    if (listener === undefined) return true;
    if (!listener.queue(block)) return false;
    this.listenerOf.delete(block);
    const earlier = this.replaced.get(block);
    this.replaced.delete(block);
    if (earlier !== undefined) end(earlier, undefined, 'the peer connected anew');
    return true;
  }

  /** A connection has ended. */
  closed(block: ControlBlock): void {
    const listener = this.listenerOf.get(block);
    listener?.forget(block);
    // No program had it, so none will read what came with its SYN.
    if (listener !== undefined && block.fastOpen?.opened !== true) block.receiveBuffer.release();
    this.listenerOf.delete(block);
    const earlier = this.replaced.get(block);
    this.replaced.delete(block);
    if (earlier?.state === 'TIME-WAIT') this.opening.connections.add(earlier);
  }

  private replace(earlier: ControlBlock, block: ControlBlock): void {
    this.opening.connections.remove(earlier);
    this.replaced.set(block, earlier);
    startAfter(block, earlier);
  }
}
