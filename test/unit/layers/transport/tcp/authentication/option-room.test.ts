/** What a signature leaves of the 40 bytes of options, and of the segment: RFC 5925 §7.6. */
import { describe, expect, test } from 'vitest';
import { Conversation, write } from '../conversation.ts';
import { AuthenticPeer, chain, Md5Peer, md5Chain, ourKey } from './signing-peer.ts';

const KEY = ourKey(1, 2);
const ALL = { timestamps: true, selectiveAcknowledgment: true, windowScaling: true };
const SYN_ACK = 'S. 0:0(0) ack 1';

describe('the room for options', () => {
  test('RFC 5925 §7.6: SACK permitted, timestamps and window scale fit a SYN beside TCP-AO', () => {
    const peer = new Conversation({ settings: ALL });
    peer.connect({}, chain(KEY));
    const syn = peer.takeSent()[0];
    expect(syn).toMatch(/<mss 1460,sackOK,TS val 0 ecr 0,nop,wscale \d,tcp-ao 1 2>$/);
  });

  test('RFC 5925 §7.6: in other segments one SACK block fits beside timestamps and TCP-AO', () => {
    const peer = new Conversation({ settings: ALL });
    peer.signer = new AuthenticPeer(peer.numbers, KEY);
    peer.connect({}, chain(KEY));
    peer.sends(`${SYN_ACK} <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>`);
    peer.takeSent();
    peer.sends('P. 11:21(10) ack 1 <nop,nop,TS val 2 ecr 0>');
    peer.sends('P. 31:41(10) ack 1 <nop,nop,TS val 2 ecr 0>');
    expect(peer.takeSent().at(-1)).toMatch(/<nop,nop,TS val 0 ecr 1,nop,nop,sack 31:41,tcp-ao 1 2>$/);
  });

  test('RFC 5925 §7.6: with an MD5 signature no SACK block would fit beside timestamps, so those are not offered', () => {
    const peer = new Conversation({ settings: ALL });
    peer.signer = new Md5Peer('x');
    const connection = peer.connect({}, md5Chain('x'));
    expect(peer.takeSent()[0]).toMatch(/<mss 1460,nop,nop,sackOK,nop,wscale \d,nop,nop,md5>$/);
    peer.sends(`${SYN_ACK} <mss 1460,sackOK,nop,nop>`);
    peer.takeSent();
    expect(connection.block.timestampsOk).toBe(false);
    for (const from of [11, 31, 51]) peer.sends(`P. ${from}:${from + 10}(10) ack 1`);
    expect(peer.takeSent().at(-1)).toMatch(/<nop,nop,sack 51:61 31:41,nop,nop,md5>$/);
  });

  test('with an MD5 signature and without SACK timestamps are offered', () => {
    const peer = new Conversation({ settings: { timestamps: true } });
    peer.connect({}, md5Chain('x'));
    expect(peer.takeSent()[0]).toMatch(/<mss 1460,nop,nop,TS val 0 ecr 0,nop,nop,md5>$/);
  });

  test('a listener agrees to no timestamps either where MD5 signatures leave no room for them and SACK', () => {
    const peer = new Conversation({ settings: ALL });
    peer.signer = new Md5Peer('x');
    peer.listen(8, {}, md5Chain('x'));
    peer.sends('S 0:0(0) <mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7>');
    expect(peer.takeSent()[0]).toMatch(/<mss 1460,nop,nop,sackOK,nop,wscale \d,nop,nop,md5>$/);
  });

  test.each([
    ['TCP-AO', 16, () => chain(KEY)],
    ['MD5', 20, () => md5Chain('x')],
  ])(
    'RFC 9293 §3.7.1: with %s a full segment has %i bytes of data less; the MSS that is announced is the same',
    (_, bytes, keys) => {
      const peer = new Conversation({ mtu: 1000 });
      peer.signer = bytes === 16 ? new AuthenticPeer(peer.numbers, KEY) : new Md5Peer('x');
      const connection = peer.connect({}, keys());
      expect(peer.takeSent()[0]).toMatch(/<mss 960,/);
      peer.sends(`${SYN_ACK} <mss 1460>`);
      peer.takeSent();
      write(connection, 5000);
      peer.expects(`. 1:${961 - bytes}(${960 - bytes}) ack 1`);
      expect(connection.info().smss).toBe(960 - bytes);
    },
  );
});
