/** SEGMENT ARRIVES in SYN-SENT: RFC 9293 §3.10.7.3. */
import { describe, expect, test } from 'vitest';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('segment arrives in SYN-SENT, from sequence number %i', (start) => {
  const connecting = (settings: Partial<TcpSettings> = {}) => {
    const peer = new Conversation({ start, settings });
    const connection = peer.connect();
    peer.takeSent();
    return { peer, connection };
  };

  test.each([0, -1, 2, 1000])(
    'RFC 9293 §3.10.7.3 first: ACK %i is not of our SYN: <SEQ=SEG.ACK><CTL=RST>, and nothing else',
    (ack) => {
      const { peer, connection } = connecting();
      for (const flags of ['.', 'S.', 'F.']) {
        expect(peer.sends(`${flags} 0:0(0) ack ${ack}`)).toBe('tcp-bad-ack');
        peer.expects(`R ${ack}:${ack}(0) win 0`);
      }
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-SENT');
      peer.sends('S. 0:0(0) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
    },
  );

  test.each([0, 2])('RFC 9293 §3.10.7.3 first: a reset with the bad ACK %i is dropped without an answer', (ack) => {
    const { peer, connection } = connecting();
    peer.sends(`R. 0:0(0) ack ${ack}`);
    peer.expectsNothing();
    expect(connection.state).toBe('SYN-SENT');
  });

  test('RFC 9293 §3.10.7.3 second: a reset whose ACK is acceptable refuses the connection', () => {
    const { peer, connection } = connecting();
    peer.sends('R. 0:0(0) ack 1');
    peer.expectsNothing();
    expect(connection.state).toBe('CLOSED');
    expect(connection.error).toBe('ECONNREFUSED');
    expect(peer.tcp.connections.size).toBe(0);
    expect(peer.time.idle).toBe(true);
  });

  test.each(['R 0:0(0)', 'R 1:1(0)', 'SR 0:0(0)'])(
    'RFC 9293 §3.10.7.3 second: %s, a reset without ACK, is dropped',
    (text) => {
      const { peer, connection } = connecting();
      peer.sends(text);
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-SENT');
    },
  );

  test('RFC 9293 §3.10.7.3 fourth: SYN and ACK: ESTABLISHED, and <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>', () => {
    const { peer, connection } = connecting();
    peer.sends('S. 0:0(0) ack 1 win 700 <mss 900>');
    peer.expects('. 1:1(0) ack 1');
    peer.expectsNothing();
    const { block } = connection;
    expect(connection.state).toBe('ESTABLISHED');
    expect([block.sndUna, block.sndNxt, block.sndWnd]).toEqual([(start + 1) | 0, (start + 1) | 0, 700]);
    expect(block.smss).toBe(900);
  });

  test('RFC 9293 §3.10.7.3 fourth: data that was queued may go with that ACK', () => {
    const { peer, connection } = connecting();
    expect(write(connection, 100)).toBe(100);
    peer.expectsNothing();
    peer.sends('S. 0:0(0) ack 1');
    peer.expects('P. 1:101(100) ack 1');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.10.7.3 fourth: text on the SYN-ACK is taken', () => {
    const { peer, connection } = connecting();
    peer.sends('S. 0:10(10) ack 1');
    peer.expects('. 1:1(0) ack 11');
    peer.expectsNothing();
    expect(readAll(connection)).toBe(10);
  });

  test('RFC 9293 §3.10.7.3 fourth: a FIN on the SYN-ACK is taken', () => {
    const { peer, connection } = connecting();
    peer.sends('SF. 0:10(10) ack 1');
    peer.expects('. 1:1(0) ack 12');
    peer.expectsNothing();
    expect(connection.state).toBe('CLOSE-WAIT');
    expect(readAll(connection)).toBe(10);
    expect(connection.atEnd).toBe(true);
  });

  test('RFC 9293 §3.10.7.3 fourth: a SYN without ACK: SYN-RECEIVED, <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>', () => {
    const { peer, connection } = connecting();
    peer.sends('S 0:0(0) win 700');
    peer.expects('S. 0:0(0) ack 1');
    peer.expectsNothing();
    expect(connection.state).toBe('SYN-RECEIVED');
    expect(connection.block.sndWnd).toBe(700);
  });

  test.each(['. 0:0(0) ack 1', 'P. 1:11(10) ack 1', 'F. 1:1(0) ack 1', 'P 1:11(10)', 'F 1:1(0)'])(
    'RFC 9293 §3.10.7.3 fifth: %s, neither SYN nor RST, is dropped',
    (text) => {
      const { peer, connection } = connecting();
      expect(peer.sends(text)).toBe('tcp-no-syn');
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-SENT');
      expect(connection.block.rcvNxt).toBe(0);
    },
  );
});
