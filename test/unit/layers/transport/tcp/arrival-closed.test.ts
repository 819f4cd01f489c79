/** SEGMENT ARRIVES where there is no connection: RFC 9293 §3.10.7.1 CLOSED and §3.10.7.2 LISTEN. */
import { describe, expect, test } from 'vitest';
import { Conversation, PEER_PORT, SEQUENCE_STARTS } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('segment arrives in CLOSED, from sequence number %i', (start) => {
  const zero = `${-start | 0}:${-start | 0}(0)`;

  test.each([
    ['S 0:0(0)', 1],
    ['F 10:10(0)', 11],
    ['SF 10:15(5)', 17],
    ['P 10:15(5)', 15],
    ['U 10:10(0) urg 3', 10],
  ])('RFC 9293 §3.10.7.1: %s without ACK is answered by <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>', (text, ack) => {
    const peer = new Conversation({ start });
    expect(peer.sends(text)).toBe('tcp-no-connection');
    peer.expects(`R. ${zero} ack ${ack} win 0`);
    peer.expectsNothing();
  });

  test.each(['. 1:1(0) ack 77', 'P. 1:11(10) ack 77', 'S. 0:0(0) ack 77', 'F. 1:1(0) ack 77'])(
    'RFC 9293 §3.10.7.1: %s is answered by <SEQ=SEG.ACK><CTL=RST>',
    (text) => {
      const peer = new Conversation({ start });
      expect(peer.sends(text)).toBe('tcp-no-connection');
      peer.expects('R 77:77(0) win 0');
      peer.expectsNothing();
    },
  );

  test.each(['R 1:1(0)', 'R. 1:1(0) ack 5', 'SR 1:1(0)', 'FR. 1:11(10) ack 5'])(
    'RFC 9293 §3.10.7.1: %s, a reset, is discarded',
    (text) => {
      const peer = new Conversation({ start });
      expect(peer.sends(text)).toBe('tcp-reset-to-closed');
      peer.expectsNothing();
    },
  );

  test('RFC 9293 §3.9.2.3 (MUST-57): a SYN to a group is silently discarded', () => {
    const peer = new Conversation({ start });
    expect(peer.sends('S 0:0(0)', PEER_PORT, true)).toBe('tcp-to-group');
    peer.listen();
    expect(peer.sends('S 0:0(0)', PEER_PORT, true)).toBe('tcp-to-group');
    peer.expectsNothing();
    expect(peer.tcp.connections.size).toBe(0);
  });
});

describe.each(SEQUENCE_STARTS)('segment arrives in LISTEN, from sequence number %i', (start) => {
  const listening = () => {
    const peer = new Conversation({ start });
    return { peer, listener: peer.listen() };
  };

  test.each(['R 1:1(0)', 'R. 1:1(0) ack 1', 'SR 0:0(0)', 'SR. 0:0(0) ack 1'])(
    'RFC 9293 §3.10.7.2 first: %s, a reset, is ignored',
    (text) => {
      const { peer } = listening();
      peer.sends(text);
      peer.expectsNothing();
      expect(peer.tcp.connections.size).toBe(0);
    },
  );

  test.each(['. 1:1(0) ack 77', 'S. 0:0(0) ack 77', 'F. 1:1(0) ack 77', 'P. 1:11(10) ack 77'])(
    'RFC 9293 §3.10.7.2 second: %s, an ACK, is answered by <SEQ=SEG.ACK><CTL=RST>',
    (text) => {
      const { peer } = listening();
      peer.sends(text);
      peer.expects('R 77:77(0) win 0');
      peer.expectsNothing();
      expect(peer.tcp.connections.size).toBe(0);
    },
  );

  test('RFC 9293 §3.10.7.2 third: a SYN is answered by <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 500 <mss 1000>');
    peer.expects('S. 0:0(0) ack 1');
    peer.expectsNothing();
    const block = peer.onlyBlock();
    expect(block.state).toBe('SYN-RECEIVED');
    expect([block.sndUna, block.sndNxt]).toEqual([start, (start + 1) | 0]);
    expect([block.irs, block.rcvNxt]).toEqual([(start + 7) | 0, (start + 8) | 0]);
    expect(block.sndWnd).toBe(500);
    expect(listener.halfOpenCount).toBe(1);
    expect(listener.accept()).toBeUndefined();
  });

  test('RFC 9293 §3.10.7.2 third: data on a SYN is not acknowledged with it, so it comes again', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:100(100) win 500');
    peer.expects('S. 0:0(0) ack 1');
    peer.sends('P. 1:101(100) ack 1');
    expect(listener.accept()?.readableBytes).toBe(100);
  });

  test.each(['F 1:1(0)', 'P 1:11(10)', 'U 1:1(0) urg 1'])('RFC 9293 §3.10.7.2 fourth: %s is dropped', (text) => {
    const { peer } = listening();
    peer.sends(text);
    peer.expectsNothing();
    expect(peer.tcp.connections.size).toBe(0);
  });
});
