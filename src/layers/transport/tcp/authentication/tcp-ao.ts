/**
 * A connection with the TCP Authentication Option: RFC 5925, sending §7.4, receiving §7.5. The option, 16 bytes with
 * both algorithms of RFC 5926: kind, length, KeyID, RNextKeyID, MAC.
 * Left out on purpose: keep-alives, which §7.7 recommends, are the program's to turn on (`keepAlive`); traffic keys are
 * not saved across reboots.
 */
import type { DropReason } from '../../../drop.ts';
import type { IncomingSegment } from '../incoming.ts';
import { AUTHENTICATION } from '../options.ts';
import { ACK, flags, RST, SYN, sequenceNumber } from '../segment.ts';
import { ALGORITHMS } from './algorithms.ts';
import { ConnectionKeys } from './connection-keys.ts';
import { coveredByAuthentication } from './covered.ts';
import type { MasterKey } from './master-key.ts';
import {
  type AuthenticationStatus,
  isSame,
  type SegmentAuthentication,
  type SocketPair,
} from './segment-authentication.ts';
import { SequenceExtension } from './sequence-extension.ts';

/** Kind, length and the two key identifiers. */
const BEFORE_MAC = 4;
const OPTION_BYTES = 16;

export class TcpAuthentication implements SegmentAuthentication {
  readonly optionBytes: number;
  readonly keys: ConnectionKeys;
  private readonly identity: SocketPair;
  private readonly sent: SequenceExtension;
  private readonly received: SequenceExtension;
  private receivedKeyId: number;
  private receivedNextKeyId: number;
  private verified: number;
  private failed: number;
  private unknownKey: number;
  private unsigned: number;
  private ignored: number;

  /** @param first of `masterKeys`, signs the first segment and is asked for */
  constructor(identity: SocketPair, first: MasterKey, masterKeys: readonly MasterKey[]) {
    this.optionBytes = OPTION_BYTES;
    this.keys = new ConnectionKeys(identity, first, masterKeys);
    this.identity = identity;
    this.sent = new SequenceExtension();
    this.received = new SequenceExtension();
    this.receivedKeyId = -1;
    this.receivedNextKeyId = -1;
    this.verified = 0;
    this.failed = 0;
    this.unknownKey = 0;
    this.unsigned = 0;
    this.ignored = 0;
  }

  sign(view: DataView, at: number, headerLength: number, length: number, localIsn: number, remoteIsn: number): void {
    const { local, remote } = this.identity;
    const { sending, next } = this.keys;
    const { masterKey, send } = sending;
    const optionAt = at + headerLength - OPTION_BYTES;
    view.setInt32(optionAt, (AUTHENTICATION << 24) | (OPTION_BYTES << 16) | (masterKey.sendId << 8) | next.receiveId);
    // A reset may have the sequence number that a wrong ACK asked for (RFC 9293 §3.10.7.3): it moves nothing.
    const control = flags(view, at);
    const sequence = sequenceNumber(view, at);
    if ((control & SYN) !== 0) this.sent.start(sequence);
    else if ((control & RST) === 0) this.sent.advance(sequence);
    // A reset before the peer's ISN is known has a MAC that nobody can verify: as good as none (§5.2).
    const trafficKey = isFirst(control) ? send.forSyn(localIsn) : send.forOthers(localIsn, remoteIsn);
    const { mac, macBytes } = ALGORITHMS[masterKey.algorithm];
    const code = mac(
      trafficKey,
      coveredByAuthentication(
        view,
        at,
        length,
        optionAt,
        local,
        remote,
        this.sent.of(sequence),
        masterKey.coversOptions,
      ),
    );
    for (let index = 0; index < macBytes; index++) view.setUint8(optionAt + BEFORE_MAC + index, code[index]!);
  }

  verify(arrived: IncomingSegment, localIsn: number, remoteIsn: number | undefined): DropReason | undefined {
    const { packet, options, sequence } = arrived;
    const { authenticationAt } = options;
    if (packet === undefined || authenticationAt < 0) {
      this.unsigned++;
      return 'tcp-unsigned';
    }
    const { view, at, length } = packet;
    const key = this.keys.byReceiveId(view.getUint8(authenticationAt));
    if (key === undefined) {
      this.unknownKey++;
      return 'tcp-unknown-key';
    }
    const { masterKey, receive } = key;
    const { mac, macBytes } = ALGORITHMS[masterKey.algorithm];
    // Before the MAC, which costs more (§7.5).
    if (options.authenticationLength !== BEFORE_MAC - 2 + macBytes) {
      this.failed++;
      return 'tcp-bad-signature';
    }
    const first = isFirst(arrived.flags);
    // With the peer's SYN the connection begins; no other segment can be verified before it.
    const begins = remoteIsn === undefined && arrived.has(SYN);
    const isn = first || begins ? sequence : remoteIsn;
    const extension = first || begins ? 0 : this.received.of(sequence);
    if (isn === undefined) {
      this.failed++;
      return 'tcp-bad-signature';
    }
    const { local, remote } = this.identity;
    const trafficKey = first ? receive.forSyn(isn) : receive.forOthers(isn, localIsn);
    const covered = coveredByAuthentication(
      view,
      at,
      length,
      authenticationAt - 2,
      remote,
      local,
      extension,
      masterKey.coversOptions,
    );
    if (!isSame(view, authenticationAt + 2, mac(trafficKey, covered), macBytes)) {
      this.failed++;
      return 'tcp-bad-signature';
    }
    this.verified++;
    if (begins) this.received.start(sequence);
    else if (!first && !arrived.has(RST)) this.received.advance(sequence);
    this.receivedKeyId = masterKey.receiveId;
    this.receivedNextKeyId = view.getUint8(authenticationAt + 1);
    this.keys.asked(this.receivedNextKeyId);
    return undefined;
  }

  icmpIgnored(): void {
    this.ignored++;
  }

  status(): AuthenticationStatus {
    const { keys, sent, received, verified, failed, unknownKey, unsigned, receivedKeyId, receivedNextKeyId } = this;
    return {
      protocol: 'tcp-ao',
      verified,
      failed,
      unknownKey,
      unsigned,
      icmpIgnored: this.ignored,
      currentKeyId: keys.current.sendId,
      nextKeyId: keys.next.receiveId,
      receivedKeyId,
      receivedNextKeyId,
      sendExtension: sent.current,
      receiveExtension: received.current,
    };
  }
}

/** A SYN without ACK: its traffic key has a destination ISN of zero, "whether sent or received" (§5.2). */
const isFirst = (control: number): boolean => (control & (SYN | ACK)) === SYN;
