/** ICMP about a connection with TCP-AO: RFC 5925 §7.8. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../../../../src/layers/address-text.ts';
import type { IcmpError, IcmpErrorKind } from '../../../../../../src/layers/network/icmp-error.ts';
import { isIgnored } from '../../../../../../src/layers/transport/tcp/authentication/icmp-protection.ts';
import { Conversation, type ConversationOptions, HERE, OUR_PORT, PEER_PORT, THERE, write } from '../conversation.ts';
import { AuthenticPeer, chain, Md5Peer, md5Chain, ourKey } from './signing-peer.ts';

const KEY = ourKey(1, 2);

function authentic(settings: ConversationOptions['settings'] = {}) {
  const peer = new Conversation({ settings });
  peer.signer = new AuthenticPeer(peer.numbers, KEY);
  const connection = peer.connect({}, chain(KEY));
  peer.sends('S. 0:0(0) ack 1');
  write(connection, 100);
  peer.takeSent();
  return { peer, connection, block: connection.block };
}

function error(
  peer: Conversation,
  kind: IcmpErrorKind,
  type: number,
  code: number,
  family: 4 | 6 = 4,
  about = 1,
): IcmpError {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint16(0, OUR_PORT);
  view.setUint16(2, PEER_PORT);
  view.setInt32(4, peer.numbers.ours + about);
  const local = family === 4 ? HERE : ipAddress('fd00::1');
  const remote = family === 4 ? THERE : ipAddress('fd00::2');
  return { kind, type, code, reporter: THERE, local, remote, view, at: 0, length: 8, mtu: 0 };
}

describe('ICMP and TCP-AO', () => {
  test.each<[IcmpErrorKind, number, number]>([
    ['protocol-unreachable', 3, 2],
    ['port-unreachable', 3, 3],
    ['packet-too-big', 3, 4],
  ])('RFC 5925 §7.8: MUST default to ignore ICMPv4 %s (type %i code %i)', (kind, type, code) => {
    const { peer, connection, block } = authentic();
    const spoken = error(peer, kind, type, code);
    expect(peer.tcp.accepts(spoken)).toBe(false);
    peer.tcp.icmpError(spoken);
    expect(block.softError).toBeUndefined();
    expect(connection.info().authentication?.icmpIgnored).toBe(2);
    const other = authentic({ icmpDespiteAuthentication: true });
    expect(other.peer.tcp.accepts(error(other.peer, kind, type, code))).toBe(true);
    other.peer.tcp.icmpError(error(other.peer, kind, type, code));
    expect(other.connection.info().authentication?.icmpIgnored).toBe(0);
  });

  test.each<[IcmpErrorKind, number, number]>([
    ['administratively-prohibited', 1, 1],
    ['port-unreachable', 1, 4],
  ])('RFC 5925 §7.8: MUST default to ignore ICMPv6 %s (type %i code %i)', (kind, type, code) => {
    const { peer, block } = authentic();
    expect(isIgnored(block, error(peer, kind, type, code, 6))).toBe(true);
  });

  test.each<[IcmpErrorKind, number, number, 4 | 6]>([
    ['host-unreachable', 3, 1, 4],
    ['source-route-failed', 3, 5, 4],
    ['time-exceeded', 11, 0, 4],
    ['network-unreachable', 1, 0, 6],
    ['host-unreachable', 1, 3, 6],
    ['packet-too-big', 2, 0, 6],
  ])('RFC 5925 §7.8: others are heard: %s (type %i code %i, IPv%i)', (kind, type, code, family) => {
    const { peer, block } = authentic();
    expect(isIgnored(block, error(peer, kind, type, code, family))).toBe(false);
  });

  test('RFC 5925 §7.8: only in synchronized states: a connection that is being opened can still be refused', () => {
    const peer = new Conversation();
    const connection = peer.connect({}, chain(KEY));
    peer.tcp.icmpError(error(peer, 'port-unreachable', 3, 3, 4, 0));
    expect(connection.error).toBe('ECONNREFUSED');
  });

  test('MD5 signatures, and no signatures, ignore none', () => {
    const peer = new Conversation();
    peer.signer = new Md5Peer('x');
    const connection = peer.connect({}, md5Chain('x'));
    peer.sends('S. 0:0(0) ack 1');
    write(connection, 100);
    expect(peer.tcp.accepts(error(peer, 'port-unreachable', 3, 3))).toBe(true);
    const plain = new Conversation();
    const unsigned = plain.connect();
    plain.sends('S. 0:0(0) ack 1');
    write(unsigned, 100);
    expect(plain.tcp.accepts(error(plain, 'port-unreachable', 3, 3))).toBe(true);
  });
});
