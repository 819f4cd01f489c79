/**
 * One connection as its program holds it: the user calls of RFC 9293 §3.9.1 and §3.10. What arrives is `arrival.ts`.
 */
import type { IpAddress } from '../../address.ts';
import type { ErrorCode } from '../../errors.ts';
import type { AuthenticationKeys } from './authentication/segment-authentication.ts';
import { ACK_DELAYED, ACK_NOW, type ConnectionUser, type ControlBlock } from './control-block.ts';
import { uncork } from './corking.ts';
import { emitReset, timestampNow } from './emission.ts';
import type { TcpInfo } from './info.ts';
import { tcpInfoOf } from './info-snapshot.ts';
import { changeController, end, enter, limitFinWait2, restartKeepAlive } from './lifecycle.ts';
import { acknowledgeNow, output } from './output.ts';
import { checkAppLimited } from './rate/sampling.ts';
import { growReceiveBuffer } from './receive-growth.ts';
import { isUpdateDue } from './receive-window.ts';
import { endRecord } from './record-ends.ts';
import { SendMarks, type SendNotes } from './send-marks.ts';
import { add, distance, lessOrEqual } from './sequence.ts';
import type { TcpSettings } from './settings.ts';
import { canReceive, canSend, type State } from './state.ts';
import { markUrgent } from './urgent-sending.ts';
import { userTimeoutChanged } from './user-timeout.ts';

/** "This flag is not permanent" (tcp(7)): the mode ends after so many segments. Linux: TCP_MAX_QUICKACKS. */
const QUICK_ACKS = 16;

export class Connection {
  /** All that is known of the connection: for those who study it. */
  readonly block: ControlBlock;

  constructor(block: ControlBlock, user: ConnectionUser | undefined) {
    this.block = block;
    block.user = user;
  }

  get local(): IpAddress {
    return this.block.identity.local;
  }
  get localPort(): number {
    return this.block.identity.localPort;
  }
  get remote(): IpAddress {
    return this.block.identity.remote;
  }
  get remotePort(): number {
    return this.block.identity.remotePort;
  }
  get state(): State {
    return this.block.state;
  }
  get user(): ConnectionUser | undefined {
    return this.block.user;
  }
  set user(user: ConnectionUser | undefined) {
    this.block.user = user;
  }
  /** Its own settings: a change takes effect at the next event that looks at it. */
  get settings(): TcpSettings {
    return this.block.settings;
  }
  /** Its keys for TCP-AO, which may be changed at any time: RFC 5925 §7.1. */
  get keys(): AuthenticationKeys | undefined {
    return this.block.authentication?.keys;
  }
  /** Why it ended, or failed. */
  get error(): ErrorCode | undefined {
    return this.block.error;
  }
  /**
   * What is wrong at present and may pass: what ICMP said (RFC 9293 §3.9.2.2), or ETIMEDOUT when R1 is reached (§3.8.3).
   * It is forgotten when something new is acknowledged.
   */
  get softError(): ErrorCode | undefined {
    return this.block.softError;
  }
  /** The program may use it: the handshake has completed at some time, or Fast Open does not wait for that. */
  get established(): boolean {
    return this.block.wasEstablished || this.block.fastOpen?.opened === true;
  }
  /** Bytes in order that wait to be read. */
  get readableBytes(): number {
    return this.block.receiveBuffer.readable;
  }
  /** The peer's FIN has come in order, and nothing is left to read. */
  get atEnd(): boolean {
    return (this.block.finReceived || this.block.receiveShut) && this.block.receiveBuffer.readable === 0;
  }
  /** Bytes that `send` would take now. */
  get writableBytes(): number {
    const { block } = this;
    if (block.finQueued || !mayWrite(block.state)) return 0;
    const mark = block.settings.notSentLowWaterBytes;
    if (mark === 0) return this.sendRoom;
    // The mark says when to write, and not how much: never less than a segment, or a small mark would make small segments.
    return block.unsentBytes >= mark ? 0 : Math.min(this.sendRoom, Math.max(mark - block.unsentBytes, block.smss));
  }
  /** Bytes that the send buffer has room for. */
  get sendRoom(): number {
    return Math.max(0, this.block.settings.sendBufferBytes - this.block.sendBuffer.length);
  }
  /** Whether so little waits to be sent that a program should write more: TCP_NOTSENT_LOWAT, as Linux wakes by it. */
  get isLowOnUnsent(): boolean {
    const mark = this.block.settings.notSentLowWaterBytes;
    return mark === 0 || 2 * this.block.unsentBytes < mark;
  }
  /** Octets that were written and are not acknowledged, and those of them that were not sent. A FIN of ours counts, as on Linux. */
  get unacknowledgedOctets(): number {
    const { block } = this;
    if (block.state === 'CLOSED' || block.state === 'SYN-SENT' || block.state === 'SYN-RECEIVED') return 0;
    const isFinUnacknowledged = block.finQueued && !(block.finSent && block.sndUna === block.sndNxt);
    return block.sendBuffer.length + (isFinUnacknowledged ? 1 : 0);
  }
  get unsentOctets(): number {
    const { block } = this;
    if (this.unacknowledgedOctets === 0) return 0;
    return block.unsentBytes + (block.finQueued && !block.finSent ? 1 : 0);
  }
  /** The sequence number of the next octet that is written. */
  get nextToWrite(): number {
    const { block } = this;
    return add(block.sendBufferStart, block.sendBuffer.length);
  }
  /** TSval of a segment that were sent now. */
  get timestamp(): number {
    return timestampNow(this.block) >>> 0;
  }
  /** Whether the next segment with data is acknowledged at once, and not only every second one. */
  get acknowledgesQuickly(): boolean {
    const { quickAcks, settings } = this.block;
    return !settings.delayedAck || quickAcks < settings.quickAckSegments;
  }
  /** The program has written its last byte. */
  get sendClosed(): boolean {
    return this.block.finQueued || this.block.state === 'CLOSED';
  }
  /** Bytes from the next one to read up to the urgent mark, or -1: RFC 6093 §3. */
  get urgentMark(): number {
    const { block } = this;
    const mark = distance(block.rcvNxt, block.rcvUp) + block.receiveBuffer.readable;
    return block.urgent && mark >= 0 ? mark : -1;
  }

  /**
   * SEND (RFC 9293 §3.10.2): queues bytes and sends what may be sent.
   * @param more the program will send more at once: what does not fill a segment waits for it (MSG_MORE)
   * @param notes what is to be noted of those that are taken
   * @returns how many were taken; 0 when the buffer is full or the connection does not send any more
   */
  send(bytes: Uint8Array, at: number, length: number, more = false, notes?: SendNotes): number {
    const taken = this.queue(bytes, at, length, more);
    if (taken === 0) return 0;
    if (notes !== undefined) this.note(notes, taken === length);
    output(this.block);
    return taken;
  }

  /**
   * SEND with the URGENT flag (RFC 9293 §3.10.2): the peer is told at once that all up to here is urgent, also when it
   * cannot go yet. The octets stay in the stream, in their place.
   * @returns how many were taken, as `send`
   */
  sendUrgent(bytes: Uint8Array, at: number, length: number, notes?: SendNotes): number {
    const { block } = this;
    const taken = this.queue(bytes, at, length, false);
    if (taken === 0) return 0;
    if (notes !== undefined) this.note(notes, taken === length);
    markUrgent(block);
    output(block);
    if (!block.sndUrgentTold && canSend(block.state)) acknowledgeNow(block);
    return taken;
  }

  /**
   * Notes what a program wants of the octets that were taken last. `send` does it by itself; this is for those of a SYN.
   * @param whole all that the program offered was taken
   */
  note(notes: SendNotes, whole: boolean): void {
    const { block } = this;
    const end = this.nextToWrite;
    if (notes.endsRecord && whole) endRecord(block, end);
    for (const watcher of notes.watchers(add(end, -1))) {
      block.marks ??= new SendMarks();
      block.marks.add(end, watcher);
    }
    if (block.marks === undefined || !lessOrEqual(end, block.sndMax)) return;
    const text = new Uint8Array(block.sendBuffer.length);
    block.sendBuffer.copyOut(0, text, 0, text.length);
    block.marks.sent(end, text, 0, text.length);
  }

  /**
   * RECEIVE (RFC 9293 §3.10.3): copies what has arrived in order.
   * @param peek leaves it to be read again
   * @returns how many bytes; 0 when there are none now: see `atEnd` and `error`
   */
  receive(into: Uint8Array, at: number, length: number, peek = false): number {
    const { block } = this;
    const count = block.receiveBuffer.read(into, at, length, peek);
    if (count > 0 && !peek) {
      growReceiveBuffer(block, count);
      this.afterRead();
    }
    return count;
  }

  /** As `receive`, but nobody wants to see the bytes: Linux's MSG_TRUNC (tcp(7)). */
  discard(length: number, peek = false): number {
    const { block } = this;
    const count = Math.min(length, block.receiveBuffer.readable);
    if (count > 0 && !peek) {
      block.receiveBuffer.skip(count);
      growReceiveBuffer(block, count);
      this.afterRead();
    }
    return count;
  }

  /**
   * TCP_QUICKACK: enters the mode in which each segment with data is acknowledged at once, for some time, and sends an
   * acknowledgment that waits; or leaves the mode.
   */
  acknowledgeQuickly(on: boolean): void {
    const { block } = this;
    block.quickAcks = block.settings.quickAckSegments - (on ? QUICK_ACKS : 0);
    if (on && block.ackDue === ACK_DELAYED) acknowledgeNow(block);
  }

  /** CLOSE for sending (RFC 9293 §3.6.1, half close): a FIN follows what has been written. */
  shutdownSend(): void {
    const { block } = this;
    if (block.finQueued) return;
    switch (block.state) {
      case 'SYN-SENT':
        end(block, undefined, 'closed before the peer answered');
        return;
      case 'SYN-RECEIVED':
        // "Queue for processing after entering ESTABLISHED state": RFC 9293 §3.10.4. With Fast Open it follows the data.
        block.finQueued = true;
        break;
      case 'ESTABLISHED':
        block.finQueued = true;
        enter(block, 'FIN-WAIT-1', 'the program closed');
        break;
      case 'CLOSE-WAIT':
        block.finQueued = true;
        enter(block, 'LAST-ACK', 'the program closed');
        break;
      default:
        return;
    }
    output(block);
  }

  /** The program reads no more; what still comes is acknowledged and forgotten. */
  shutdownReceive(): void {
    const { block } = this;
    block.receiveShut = true;
    block.receiveBuffer.skip(block.receiveBuffer.readable);
    this.afterRead();
  }

  /**
   * CLOSE (RFC 9293 §3.10.4) by a program that will not read either. Unread data is lost, and the peer is told so by
   * a reset (RFC 2525 §2.17).
   */
  close(): void {
    const { block } = this;
    if (block.orphaned) return;
    block.orphaned = true;
    block.user = undefined;
    block.marks = undefined;
    if (block.state === 'CLOSED') {
      block.receiveBuffer.release();
      return;
    }
    // Afterwards the peer has sent all it will, and what is left of the close, TIME-WAIT above all, must go on (MUST-13).
    const isOpen = canReceive(block.state) || block.state === 'CLOSE-WAIT' || block.state === 'SYN-RECEIVED';
    if (block.receiveBuffer.readable > 0 && isOpen) {
      this.abort();
      return;
    }
    block.receiveBuffer.release();
    this.shutdownSend();
    limitFinWait2(block);
  }

  /** ABORT (RFC 9293 §3.10.5): <SEQ=SND.NXT><CTL=RST>, and everything is forgotten. */
  abort(): void {
    const { block } = this;
    const { state } = block;
    if (state === 'CLOSED') return;
    block.orphaned = true;
    // RFC 9293 §3.10.4 enters LAST-ACK and CLOSING when the FIN is sent; with data before it, that is still to come.
    const resets =
      state === 'SYN-RECEIVED' || state === 'CLOSE-WAIT' || canReceive(state) || (block.finQueued && !block.finSent);
    if (resets) emitReset(block);
    end(block, 'ECONNABORTED', 'the program aborted');
  }

  /** STATUS (RFC 9293 §3.9.1.5). */
  info(): TcpInfo {
    return tcpInfoOf(this.block);
  }

  /**
   * Settings were changed that something else keeps: keep-alive and user timeout a timer, the path what is said of packets,
   * the peer how much we have room for; that hold data back; or the congestion controller.
   * @param room whether one of them says how much we have room for
   */
  settingsChanged(room = true): void {
    const { path, settings, congestion } = this.block;
    if (settings.congestionControl !== congestion.name) changeController(this.block);
    path.trafficClass = settings.trafficClass;
    if (settings.hopLimit > 0) path.hopLimit = settings.hopLimit;
    if (this.block.settings.keepAlive) restartKeepAlive(this.block);
    else this.block.timers?.keepAlive.cancel();
    userTimeoutChanged(this.block);
    if (!this.block.settings.cork && !this.block.moreToCome) uncork(this.block);
    if (room) this.hasRoomToTell();
    output(this.block);
  }

  private queue(bytes: Uint8Array, at: number, length: number, more: boolean): number {
    const { block } = this;
    const { writableBytes } = this;
    if (length === 0 || writableBytes === 0) return 0;
    const taken = length < writableBytes ? length : writableBytes;
    checkAppLimited(block);
    block.sendBuffer.append(bytes, at, taken);
    block.moreToCome = more;
    return taken;
  }

  /** Reading may have opened the window; an urgent mark that was passed is done with. */
  private afterRead(): void {
    const { block } = this;
    const next = (block.rcvNxt - block.receiveBuffer.readable) | 0;
    if (block.urgent && lessOrEqual(block.rcvUp, next)) block.urgent = false;
    if (this.hasRoomToTell()) output(block);
  }

  /** There is more room than the peer knows of, and the next segment says so. */
  private hasRoomToTell(): boolean {
    const { block } = this;
    if (!canReceive(block.state) || !isUpdateDue(block)) return false;
    block.ackDue = ACK_NOW;
    return true;
  }
}

/** SEND queues data before the connection is established as well: RFC 9293 §3.10.2. */
const mayWrite = (state: State): boolean =>
  state === 'ESTABLISHED' || state === 'CLOSE-WAIT' || state === 'SYN-SENT' || state === 'SYN-RECEIVED';
