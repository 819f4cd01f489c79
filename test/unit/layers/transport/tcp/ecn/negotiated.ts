/** Conversations whose handshake has agreed on ECN; it is over and looked at. */
import { expect } from 'vitest';
import type { Connection } from '../../../../../../src/layers/transport/tcp/connection.ts';
import type { ControlBlock } from '../../../../../../src/layers/transport/tcp/control-block.ts';
import { Conversation, type ConversationOptions } from '../conversation.ts';

export interface Negotiated {
  readonly peer: Conversation;
  readonly connection: Connection;
  readonly block: ControlBlock;
}

/** We have connected; both use the feedback of RFC 3168. */
export function classic(from: ConversationOptions = {}): Negotiated {
  const peer = new Conversation({ ...from, settings: { ecn: 'request', ...from.settings } });
  const connection = peer.connect();
  peer.sends(`SE. 0:0(0) ack 1 win ${from.peerWindow ?? 65535} <${from.peerSyn ?? 'mss 1460'}>`);
  peer.takeSent();
  expect(connection.block.ecn.feedback).toBe('classic');
  return { peer, connection, block: connection.block };
}
