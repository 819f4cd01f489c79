import { describe, expect, test } from 'vitest';
import { Conversation, type ConversationOptions, SEQUENCE_STARTS, write } from '../conversation.ts';

const request = (from: ConversationOptions = {}): Conversation =>
  new Conversation({ ...from, settings: { ecn: 'request', ...from.settings } });

describe.each(SEQUENCE_STARTS)('agreeing on ECN, from sequence number %i', (start) => {
  test('RFC 3168 §6.1.1: who connects sends an ECN-setup SYN, with ECE and CWR, and without ECT', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.expects('[noecn] SEW 0:0(0) win 65535 <mss 1460>');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.expects('[noecn] . 1:1(0) ack 1');
    write(connection, 100);
    peer.expects('[ect0] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: without being told to, ECN is not asked for', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('[noecn] S 0:0(0)');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: an ECN-setup SYN is answered by an ECN-setup SYN-ACK, with ECE alone and without ECT', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('[noecn] SE. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    write(listener.accept()!, 100);
    peer.expects('[ect0] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: who is not willing clears both flags of its SYN-ACK, and sets no ECT', () => {
    const peer = new Conversation({ start, settings: { ecn: 'off', accurateEcn: 'off' } });
    const listener = peer.listen();
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('[noecn] S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    write(listener.accept()!, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test.each(['S', 'SE', 'SW'])(
    'RFC 3168 §6.1.1: "%s" is a non-ECN-setup SYN: no ECN-setup SYN-ACK answers it',
    (flags) => {
      const peer = new Conversation({ start, settings: { accurateEcn: 'off' } });
      const listener = peer.listen();
      peer.sends(`${flags} 0:0(0) win 65535 <mss 1460>`);
      peer.expects('S. 0:0(0) ack 1');
      peer.sends('. 1:1(0) ack 1');
      write(listener.accept()!, 100);
      peer.expects('[noecn] P. 1:101(100) ack 1');
    },
  );

  test.each(['S.', 'SW.'])('RFC 3168 §6.1.1: "%s" is a non-ECN-setup SYN-ACK: no ECT', (flags) => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.takeSent();
    peer.sends(`${flags} 0:0(0) ack 1 win 65535 <mss 1460>`);
    peer.takeSent();
    write(connection, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1.2: a SYN-ACK that reflects the flags of the SYN is no ECN-setup SYN-ACK', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.takeSent();
    peer.sends('SEW. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: in a simultaneous open both ask and both agree', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.expects('SEW 0:0(0)');
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('SE. 0:0(0) ack 1');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.state).toBe('ESTABLISHED');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[ect0] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: whose own SYN did not ask sets no ECT, though both agree in a simultaneous open', () => {
    const peer = new Conversation({ start, settings: { ecn: 'accept' } });
    const connection = peer.connect();
    peer.expects('S 0:0(0)');
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('SE. 0:0(0) ack 1');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(connection.state).toBe('ESTABLISHED');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });
});

describe.each(SEQUENCE_STARTS)('middleboxes that do not like ECN, from sequence number %i', (start) => {
  test('RFC 3168 §6.1.1.1: a SYN that is not answered is sent again with CWR and ECE cleared, and then no ECT', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.expects('SEW 0:0(0)');
    peer.after('1s');
    peer.expects('S 0:0(0)');
    peer.after('2s');
    peer.expects('S 0:0(0)');
    // The answer to the first SYN was only slow.
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    write(connection, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1: who fell back echoes marks all the same, if the peer has agreed', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.after('1s');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    peer.sends('[ce] . 1:101(100) ack 1');
    peer.expects('E. 1:1(0) ack 101');
    expect(connection.block.ecn.sendsEct).toBe(false);
  });

  test('with ecnFallback off each SYN asks', () => {
    const peer = request({ start, settings: { ecnFallback: false } });
    const connection = peer.connect();
    peer.expects('SEW 0:0(0)');
    peer.after('1s');
    peer.expects('SEW 0:0(0)');
    peer.sends('SE. 0:0(0) ack 1 win 65535 <mss 1460>');
    peer.takeSent();
    // RFC 5681 §3.1: one segment, since the SYN was lost.
    write(connection, 100);
    peer.expects('[ect0] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1.1 (1) to (4): a SYN without ECN after one with it is answered without, and nobody sets ECT', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('SEW 0:0(0) win 65535 <mss 1460>');
    peer.expects('SE. 0:0(0) ack 1');
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    write(listener.accept()!, 100);
    peer.expects('[noecn] P. 1:101(100) ack 1');
  });

  test('RFC 3168 §6.1.1.1: a reset that answers an ECN-setup SYN may be due to ECN, so a SYN without follows; by choice', () => {
    const peer = request({ start, settings: { ecnFallbackAfterReset: true } });
    const connection = peer.connect();
    peer.expects('SEW 0:0(0)');
    peer.sends('R. 0:0(0) ack 1');
    peer.expects('S 0:0(0)');
    expect(connection.state).toBe('SYN-SENT');
    peer.sends('R. 0:0(0) ack 1');
    peer.expectsNothing();
    expect(connection.error).toBe('ECONNREFUSED');
  });

  test('without that choice a reset ends it at once', () => {
    const peer = request({ start });
    const connection = peer.connect();
    peer.takeSent();
    peer.sends('R. 0:0(0) ack 1');
    peer.expectsNothing();
    expect(connection.error).toBe('ECONNREFUSED');
  });
});
