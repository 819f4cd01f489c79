/**
 * A conversation that has come to a given state: `ours` is our SND.NXT and `peers` our RCV.NXT, in relative numbers;
 * everything that was sent on the way is looked at.
 */
import { expect } from 'vitest';
import { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { ControlBlock } from '../../../../../src/layers/transport/tcp/control-block.ts';
import { Conversation, type ConversationOptions, established } from './conversation.ts';

export interface Stage {
  readonly peer: Conversation;
  readonly connection: Connection;
  readonly block: ControlBlock;
  readonly ours: number;
  readonly peers: number;
}

/** The states in which RFC 9293 §3.10.7.4 applies; SYN-RECEIVED by a passive and by an active OPEN. */
export type StageName =
  | 'SYN-RECEIVED'
  | 'SYN-RECEIVED (active)'
  | 'ESTABLISHED'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT';

const STAGES: Readonly<Record<StageName, (from: ConversationOptions) => Stage>> = {
  'SYN-RECEIVED': (from: ConversationOptions): Stage => {
    const peer = new Conversation(from);
    peer.listen();
    peer.sends(`S 0:0(0) win ${from.peerWindow ?? 65535} <${from.peerSyn ?? 'mss 1460'}>`);
    return at(peer, new Connection(peer.onlyBlock(), undefined), 1, 1);
  },
  'SYN-RECEIVED (active)': (from: ConversationOptions): Stage => {
    const peer = new Conversation(from);
    const connection = peer.connect();
    peer.sends(`S 0:0(0) win ${from.peerWindow ?? 65535} <${from.peerSyn ?? 'mss 1460'}>`);
    return at(peer, connection, 1, 1);
  },
  ESTABLISHED: (from: ConversationOptions): Stage => {
    const { peer, connection } = established(from);
    return at(peer, connection, 1, 1);
  },
  'FIN-WAIT-1': (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES.ESTABLISHED(from);
    connection.shutdownSend();
    return at(peer, connection, 2, 1);
  },
  'FIN-WAIT-2': (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES['FIN-WAIT-1'](from);
    peer.sends('. 1:1(0) ack 2');
    return at(peer, connection, 2, 1);
  },
  'CLOSE-WAIT': (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES.ESTABLISHED(from);
    peer.sends('F. 1:1(0) ack 1');
    return at(peer, connection, 1, 2);
  },
  CLOSING: (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES['FIN-WAIT-1'](from);
    peer.sends('F. 1:1(0) ack 1');
    return at(peer, connection, 2, 2);
  },
  'LAST-ACK': (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES['CLOSE-WAIT'](from);
    connection.shutdownSend();
    return at(peer, connection, 2, 2);
  },
  'TIME-WAIT': (from: ConversationOptions): Stage => {
    const { peer, connection } = STAGES['FIN-WAIT-2'](from);
    peer.sends('F. 1:1(0) ack 2');
    return at(peer, connection, 2, 2);
  },
};

const at = (peer: Conversation, connection: Connection, ours: number, peers: number): Stage => {
  peer.takeSent();
  return { peer, connection, block: connection.block, ours, peers };
};

export const STAGE_NAMES: readonly StageName[] = Object.keys(STAGES) as StageName[];
export const SYNCHRONIZED: readonly StageName[] = STAGE_NAMES.filter((name) => !name.startsWith('SYN-'));

export function inState(name: StageName, from: ConversationOptions = {}): Stage {
  const stage = STAGES[name](from);
  expect(stage.connection.state).toBe(name.replace(' (active)', ''));
  return stage;
}

/** The fields of the control block that an unacceptable segment must not change (INVARIANTS 15). */
export const fields = (block: ControlBlock): unknown => ({
  state: block.state,
  sndUna: block.sndUna,
  sndNxt: block.sndNxt,
  sndWnd: block.sndWnd,
  sndWl1: block.sndWl1,
  sndWl2: block.sndWl2,
  rcvNxt: block.rcvNxt,
  tsRecent: block.tsRecent,
  readable: block.receiveBuffer.readable,
  held: block.reassembly.count,
  urgent: block.urgent,
  duplicateAcks: block.duplicateAcks,
  cwnd: block.congestion.cwnd,
  finReceived: block.finReceived,
  error: block.error,
});
