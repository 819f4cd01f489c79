/**
 * What an active and a passive OPEN have in common: the control block of a new connection, its initial sequence number
 * (RFC 6528) and timestamp offset (RFC 7323 §5.4), and its first SYN or SYN-ACK.
 */
import { pseudoHeaderSum } from '../../checksum.ts';
import type { Path } from '../../network/path.ts';
import type { SipKey } from '../../siphash.ts';
import { followActivity } from './activity-now.ts';
import type { ConnectionTable } from './connection-table.ts';
import { type ConnectionOwner, ControlBlock } from './control-block.ts';
import { emitSyn } from './emission.ts';
import type { TcpEnvironment } from './environment.ts';
import { connectionHash, drawKey, initialSequenceNumber } from './initial-sequence.ts';
import { enter } from './lifecycle.ts';
import { armRetransmission } from './output.ts';
import { offerScale } from './receive-window.ts';
import * as segment from './segment.ts';
import { add } from './sequence.ts';
import type { TcpSettings } from './settings.ts';
import type { State } from './state.ts';
import { createTimers } from './timers.ts';

export class Opening {
  readonly environment: TcpEnvironment;
  readonly connections: ConnectionTable;
  private readonly owner: ConnectionOwner;
  private readonly sequenceKey: SipKey;
  private readonly timestampKey: SipKey;
  private serial: number;

  constructor(owner: ConnectionOwner, connections: ConnectionTable) {
    this.environment = owner.environment;
    this.connections = connections;
    this.owner = owner;
    this.sequenceKey = drawKey(owner.environment.random('tcp initial sequence numbers'));
    this.timestampKey = drawKey(owner.environment.random('tcp timestamp offsets'));
    this.serial = 0;
  }

  /** A control block in CLOSED that nobody knows yet: `admit` makes it a connection. */
  create(path: Path, localPort: number, remotePort: number, settings: TcpSettings, active: boolean): ControlBlock {
    const { local, remote } = path;
    path.dontFragment = settings.pathMtuDiscovery;
    path.trafficClass = settings.trafficClass;
    if (settings.hopLimit > 0) path.hopLimit = settings.hopLimit;
    const identity = { serial: this.serial + 1, local, localPort, remote, remotePort };
    const pseudoSum = pseudoHeaderSum(local, remote, segment.PROTOCOL, 0);
    const block = new ControlBlock(this.owner, settings, identity, path, pseudoSum, active);
    const { timers, initialSequenceNumber: chosen } = this.environment;
    block.timers = createTimers(block);
    startAt(
      block,
      chosen?.(local, localPort, remote, remotePort) ??
        initialSequenceNumber(timers.now(), connectionHash(this.sequenceKey, local, localPort, remote, remotePort)),
    );
    block.tsOffset = connectionHash(this.timestampKey, local, localPort, remote, remotePort);
    block.lastHeardNs = timers.now();
    offerScale(block);
    return block;
  }

  /** From now on segments find the connection, and it has a number of its own. */
  admit(block: ControlBlock, state: State, why: string): void {
    this.serial++;
    this.connections.add(block);
    enter(block, state, why);
  }

  /** Sends the SYN or SYN-ACK for the first time. */
  sendSyn(block: ControlBlock): void {
    block.synSentNs = this.environment.timers.now();
    emitSyn(block);
    armRetransmission(block);
    followActivity(block, false); // Fast Open: the program has written already
  }
}

/** ISS, and SND.UNA and SND.NXT with it. */
export function startAt(block: ControlBlock, iss: number): void {
  block.iss = iss | 0;
  block.sndUna = block.iss;
  block.sendBufferStart = add(block.iss, 1);
  block.sndNxt = add(block.iss, 1);
  block.sndMax = block.sndNxt;
}
