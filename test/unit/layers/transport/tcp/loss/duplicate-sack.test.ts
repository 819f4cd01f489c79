/** What has arrived twice is reported in the first SACK block: RFC 2883 §4. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { established, SEQUENCE_STARTS } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('DSACK, from sequence number %i', (start) => {
  const stage = (settings: Partial<TcpSettings> = {}) => {
    const { peer } = established({
      start,
      peerSyn: 'mss 1460,sackOK',
      settings: { selectiveAcknowledgment: true, delayedAck: false, ...settings },
    });
    return peer;
  };

  test('RFC 2883 §4.1.1: a segment that was acknowledged: reported once, below the acknowledgment', () => {
    const peer = stage();
    peer.sends('. 1:501(500) ack 1');
    peer.takeSent();
    peer.sends('. 1:501(500) ack 1');
    peer.expects('. 1:1(0) ack 501 <nop,nop,sack 1:501>');
    peer.sends('. 501:1001(500) ack 1');
    peer.expects('. 1:1(0) ack 1001');
  });

  test('RFC 2883: switched off, the ACK says nothing of it', () => {
    const peer = stage({ duplicateSack: false });
    peer.sends('. 1:501(500) ack 1');
    peer.takeSent();
    peer.sends('. 1:501(500) ack 1');
    peer.expects('. 1:1(0) ack 501');
  });

  test('RFC 2883 §4.1.2: of a segment that is new in part, the part that was acknowledged', () => {
    const peer = stage();
    peer.sends('. 1:501(500) ack 1');
    peer.takeSent();
    peer.sends('. 301:801(500) ack 1');
    peer.expects('. 1:1(0) ack 801 <nop,nop,sack 301:501>');
  });

  test('RFC 2883 §4.2.1: beyond a gap: the duplicate first, then the block that holds it, then the others', () => {
    const peer = stage();
    peer.sends('. 501:1001(500) ack 1');
    peer.sends('. 2001:2501(500) ack 1');
    peer.takeSent();
    peer.sends('. 501:1001(500) ack 1');
    peer.expects('. 1:1(0) ack 1 <nop,nop,sack 501:1001 501:1001 2001:2501>');
  });

  test('RFC 2883 §4.2.2: of a segment beyond a gap that is known in part, that part', () => {
    const peer = stage();
    peer.sends('. 501:1001(500) ack 1');
    peer.takeSent();
    peer.sends('. 801:1301(500) ack 1');
    peer.expects('. 1:1(0) ack 1 <nop,nop,sack 801:1001 501:1301>');
  });

  test('RFC 2018 §3: not to a peer that has not offered SACK', () => {
    const { peer } = established({ start, settings: { selectiveAcknowledgment: true, delayedAck: false } });
    peer.sends('. 1:501(500) ack 1');
    peer.takeSent();
    peer.sends('. 1:501(500) ack 1');
    peer.expects('. 1:1(0) ack 501');
    expect(peer.lastDrop).toBe('tcp-duplicate');
  });
});
