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

/** We have connected; both use the feedback of RFC 9768. @param option what the SYN-ACK has */
export function accurateClient(from: ConversationOptions = {}, option = 'ECN e0b 1 ceb 0 e1b 1'): Negotiated {
  const peer = new Conversation({ ...from, settings: { accurateEcn: 'request', ...from.settings } });
  const connection = peer.connect();
  const options = [from.peerSyn ?? 'mss 1460', option].filter((text) => text !== '').join(',');
  // Table 2: the SYN came as it was sent.
  const flags = from.settings?.ecnControlPackets === true ? 'SA.' : 'SW.';
  peer.sends(`${flags} 0:0(0) ack 1 win ${from.peerWindow ?? 65535} <${options}>`);
  peer.takeSent();
  expect(connection.block.ecn.feedback).toBe('accurate');
  return { peer, connection, block: connection.block };
}

/** The peer has connected to us; both use the feedback of RFC 9768. */
export function accurateServer(from: ConversationOptions = {}, option = 'ECN e0b 1 ceb 0 e1b 1'): Negotiated {
  const peer = new Conversation(from);
  const listener = peer.listen();
  peer.sends(`SEWA 0:0(0) win ${from.peerWindow ?? 65535} <${from.peerSyn ?? 'mss 1460'}>`);
  peer.takeSent();
  peer.sends(`.2 1:1(0) ack 1 win ${from.peerWindow ?? 65535}${option === '' ? '' : ` <${option}>`}`);
  peer.takeSent();
  const connection = listener.accept()!;
  expect(connection.block.ecn.feedback).toBe('accurate');
  return { peer, connection, block: connection.block };
}
