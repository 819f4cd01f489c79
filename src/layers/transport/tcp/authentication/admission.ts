/**
 * Whether a connection is signed, when it begins and at each segment: RFC 5925 §7.3, §7.4 step 1 and §7.5 step 1.
 * Nothing of it is negotiated: each end knows by its keys.
 */
import type { DropReason } from '../../../drop.ts';
import type { ErrorCode } from '../../../errors.ts';
import type { ControlBlock } from '../control-block.ts';
import type { IncomingSegment } from '../incoming.ts';
import { ALIGNED_TIMESTAMPS_LENGTH } from '../options.ts';
import { ACK, HEADER_LENGTH, MAXIMUM_HEADER_LENGTH, SYN } from '../segment.ts';
import type { TcpSettings } from '../settings.ts';
import type { KeyChain } from './key-chain.ts';
import { Md5Authentication } from './md5-authentication.ts';
import type { SegmentAuthentication, SocketPair } from './segment-authentication.ts';
import { TcpAuthentication } from './tcp-ao.ts';

const OPTION_ROOM = MAXIMUM_HEADER_LENGTH - HEADER_LENGTH;
/** NOP NOP, kind, length, two sequence numbers. */
const ONE_SACK_BLOCK = 12;

/**
 * How a connection that a program opens is to be signed: `undefined` for not at all.
 * @returns `EKEYREJECTED` if it must be and no key stands for it
 */
export function authenticateOpening(
  keys: KeyChain | undefined,
  identity: SocketPair,
  settings: TcpSettings,
): SegmentAuthentication | ErrorCode | undefined {
  const masterKeys = keys?.masterKeysFor(identity.remote, identity.remotePort, identity.localPort) ?? [];
  const preferred = masterKeys.find((key) => key === keys?.current) ?? masterKeys[0];
  if (preferred !== undefined) {
    const authentication = new TcpAuthentication(identity, preferred, masterKeys);
    const next = masterKeys.find((key) => key === keys?.next);
    if (next !== undefined) authentication.keys.useNext(next.receiveId);
    return authentication;
  }
  if (settings.authenticationRequired) return 'EKEYREJECTED';
  const md5Key = keys?.md5KeyFor(identity.remote);
  return md5Key === undefined ? undefined : new Md5Authentication(identity, md5Key);
}

/**
 * How a connection that a segment to a listener may begin is to be signed, once the segment is found genuine.
 * @returns `undefined` for not at all, or why the segment is dropped silently
 */
export function authenticateArriving(
  keys: KeyChain | undefined,
  arrived: IncomingSegment,
  settings: TcpSettings,
): SegmentAuthentication | DropReason | undefined {
  if (keys === undefined || keys.isEmpty) return refuseStranger(arrived, settings);
  const { packet, options, sourcePort: remotePort, destinationPort: localPort } = arrived;
  if (packet === undefined) return undefined;
  const remote = packet.source();
  const identity = { local: packet.destination(), localPort, remote, remotePort };
  const masterKeys = keys.masterKeysFor(remote, remotePort, localPort);
  const md5Key = keys.md5KeyFor(remote);
  const first = masterKeys[0];
  if (first === undefined && md5Key === undefined) return refuseStranger(arrived, settings);
  if (first !== undefined ? options.authenticationAt < 0 : options.md5At < 0) return 'tcp-unsigned';
  // Whatever is no SYN is of no connection, or of one that was forgotten: nobody can tell whether it is genuine (§7.7).
  if (!arrived.has(SYN) || arrived.has(ACK)) return undefined;
  if (first === undefined) {
    if (settings.authenticationRequired) return 'tcp-unsigned';
    const signature = md5Key === undefined ? undefined : new Md5Authentication(identity, md5Key);
    return signature?.verify(arrived) ?? signature;
  }
  // The per-connection parameters start with the key that the SYN names (§7.5 step 1).
  const keyId = packet.view.getUint8(options.authenticationAt);
  const named = masterKeys.find((key) => key.receiveId === keyId);
  if (named === undefined) return 'tcp-unknown-key';
  const authentication = new TcpAuthentication(identity, named, masterKeys);
  return authentication.verify(arrived, 0, undefined) ?? authentication;
}

/**
 * A new connection signs its segments from the first. With an MD5 signature, timestamps and SACK blocks do not fit the 40
 * bytes of options together (RFC 5925 §7.6); as in Linux, SACK is worth more.
 */
export function protect(block: ControlBlock, authentication: SegmentAuthentication): void {
  block.authentication = authentication;
  const room = OPTION_ROOM - authentication.optionBytes - ALIGNED_TIMESTAMPS_LENGTH;
  if (room < ONE_SACK_BLOCK && block.sackOk) block.timestampsOk = false;
}

/** Whether a segment of a connection is dropped silently, and why. */
export function authenticate(block: ControlBlock, arrived: IncomingSegment): DropReason | undefined {
  const { authentication } = block;
  if (authentication === undefined) return refuseUnexpected(arrived, block.settings);
  return authentication.verify(arrived, block.iss, block.state === 'SYN-SENT' ? undefined : block.irs);
}

/** A segment from a peer without keys. */
const refuseStranger = (arrived: IncomingSegment, settings: TcpSettings): DropReason | undefined =>
  settings.authenticationRequired
    ? arrived.options.authenticationAt < 0
      ? 'tcp-unsigned'
      : 'tcp-unknown-key'
    : refuseUnexpected(arrived, settings);

/** "The initial default of this configuration SHOULD be to silently accept such connections" (§7.3). */
const refuseUnexpected = ({ options }: IncomingSegment, settings: TcpSettings): DropReason | undefined =>
  (options.authenticationAt >= 0 || options.md5At >= 0) && !settings.acceptUnexpectedSignatures
    ? 'tcp-unexpected-signature'
    : undefined;
