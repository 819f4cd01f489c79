/** SEGMENT ARRIVES, fifth check: the ACK field, with RFC 5961 §5. */
import { describe, expect, test } from 'vitest';
import { readAll, SEQUENCE_STARTS, write } from './conversation.ts';
import { fields, inState, STAGE_NAMES, SYNCHRONIZED } from './stage.ts';

describe.each(SEQUENCE_STARTS)('fifth check: the ACK field, from sequence number %i', (start) => {
  test.each(STAGE_NAMES)(
    'RFC 9293 §3.10.7.4 fifth: "if the ACK bit is off, drop the segment and return", in %s',
    (name) => {
      const { peer, block, peers } = inState(name, { start });
      const before = fields(block);
      for (const text of [`P ${peers}:${peers + 10}(10)`, `F ${peers}:${peers}(0)`, `U ${peers}:${peers}(0) urg 5`]) {
        expect(peer.sends(text)).toBe('tcp-no-ack');
      }
      peer.expectsNothing();
      expect(fields(block)).toEqual(before);
    },
  );

  test.each(['SYN-RECEIVED', 'SYN-RECEIVED (active)'] as const)(
    'RFC 9293 §3.10.7.4 fifth: a bad ACK is answered by <SEQ=SEG.ACK><CTL=RST>, in %s',
    (name) => {
      const { peer, block } = inState(name, { start });
      for (const ack of [0, 2, -70_000, 70_000]) {
        expect(peer.sends(`. 1:1(0) ack ${ack}`)).toBe('tcp-bad-ack');
        peer.expects(`R ${ack}:${ack}(0) win 0`);
        peer.expectsNothing();
        expect(block.state).toBe('SYN-RECEIVED');
      }
      peer.sends('. 1:1(0) ack 1 win 321');
      expect(block.state).toBe('ESTABLISHED');
      expect(block.sndWnd).toBe(321);
    },
  );

  test.each([
    ['text', 'P. 1:11(10) ack 1', 'ESTABLISHED'],
    ['a FIN', 'F. 1:11(10) ack 1', 'CLOSE-WAIT'],
  ] as const)('RFC 9293 §3.10.7.4 fifth: the ACK that completes the handshake may bring %s', (_, text, state) => {
    const { peer, block, connection } = inState('SYN-RECEIVED', { start });
    peer.sends(text);
    expect(block.state).toBe(state);
    expect(readAll(connection)).toBe(10);
  });

  test.each(SYNCHRONIZED)(
    'RFC 9293 §3.10.7.4 fifth: an ACK of something not yet sent draws an ACK, and the segment is dropped, in %s',
    (name) => {
      const { peer, block, ours, peers } = inState(name, { start });
      const before = fields(block);
      for (const beyond of [1, 1_000_000]) {
        expect(peer.sends(`P. ${peers}:${peers + 10}(10) ack ${ours + beyond} win 9`)).toBe('tcp-bad-ack');
        peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
        peer.expectsNothing();
      }
      expect(fields(block)).toEqual(before);
    },
  );

  test.each(SYNCHRONIZED)(
    'RFC 9293 §3.10.7.4 fifth (MAY-12) and RFC 5961 §5.2: an ACK below SND.UNA - MAX.SND.WND draws an ACK, and the segment is dropped, in %s',
    (name) => {
      const { peer, block, ours, peers } = inState(name, { start, peerWindow: 5000 });
      const before = fields(block);
      const una = (block.sndUna - block.iss) | 0;
      // Our SYN or the handshake may have carried the default window of 65535: MAX.SND.WND is the largest of all.
      const oldest = una - block.maxSndWnd;
      for (const ack of [oldest - 1, oldest - 1_000_000]) {
        expect(peer.sends(`P. ${peers}:${peers + 10}(10) ack ${ack} win 9`)).toBe('tcp-old-ack');
        peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
        peer.expectsNothing();
      }
      expect(fields(block)).toEqual(before);
    },
  );

  test('RFC 5961 §5.2: SND.UNA - MAX.SND.WND itself is acceptable: the text is taken, the window is not', () => {
    const { peer, connection, block } = inState('ESTABLISHED', { start, peerWindow: 5000 });
    expect(block.maxSndWnd).toBe(5000);
    expect(peer.sends('P. 1:11(10) ack -4999 win 9')).toBeUndefined();
    expect(readAll(connection)).toBe(10);
    expect(block.sndWnd).toBe(5000);
    expect(peer.sends('P. 11:21(10) ack -5000 win 9')).toBe('tcp-old-ack');
    expect(connection.readableBytes).toBe(0);
  });

  test('RFC 9293 §3.10.7.4 fifth: SND.UNA < SEG.ACK =< SND.NXT advances SND.UNA and frees what is acknowledged, in the middle of a segment too', () => {
    const { peer, connection, block } = inState('ESTABLISHED', { start });
    write(connection, 2920);
    peer.takeSent();
    peer.sends('. 1:1(0) ack 101');
    expect((block.sndUna - block.iss) | 0).toBe(101);
    expect(block.sendBuffer.length).toBe(2820);
    peer.sends('. 1:1(0) ack 2921');
    expect(block.sendBuffer.length).toBe(0);
    expect(block.timers?.retransmission.deadline).toBe(Number.POSITIVE_INFINITY); // RFC 6298 §5.2
    peer.expectsNothing();
  });

  test.each(['ESTABLISHED', 'FIN-WAIT-2', 'CLOSE-WAIT'] as const)(
    'RFC 9293 §3.10.7.4 fifth: a duplicate ACK "can be ignored", in %s',
    (name) => {
      const { peer, block, peers } = inState(name, { start });
      expect(peer.sends(`. ${peers}:${peers}(0) ack 0`)).toBeUndefined();
      peer.expectsNothing();
      expect(block.state).toBe(name);
    },
  );

  describe('what the acknowledgment of our FIN does', () => {
    test.each([
      ['FIN-WAIT-1', 'FIN-WAIT-2'],
      ['CLOSING', 'TIME-WAIT'],
      ['LAST-ACK', 'CLOSED'],
    ] as const)('RFC 9293 §3.10.7.4 fifth: the acknowledgment of our FIN: %s becomes %s', (name, next) => {
      const { peer, connection, ours, peers } = inState(name, { start });
      peer.sends(`. ${peers}:${peers}(0) ack ${ours - 1}`);
      expect(connection.state).toBe(name);
      peer.sends(`. ${peers}:${peers}(0) ack ${ours}`);
      expect(connection.state).toBe(next);
      expect(connection.error).toBeUndefined();
      peer.expectsNothing();
    });

    test('RFC 9293 §3.10.7.4 fifth: an ACK of the data alone does not take FIN-WAIT-1 further', () => {
      const { peer, connection } = inState('ESTABLISHED', { start });
      write(connection, 100);
      connection.shutdownSend();
      peer.expects('P. 1:101(100) ack 1');
      peer.expects('F. 101:101(0) ack 1');
      peer.sends('. 1:1(0) ack 101');
      expect(connection.state).toBe('FIN-WAIT-1');
      peer.sends('. 1:1(0) ack 102');
      expect(connection.state).toBe('FIN-WAIT-2');
    });
  });
});

describe.each(SEQUENCE_STARTS)('fifth check: the send window, from sequence number %i', (start) => {
  const stage = () => inState('ESTABLISHED', { start, peerWindow: 5000 });

  test('RFC 9293 §3.10.7.4 fifth: SND.WL1 < SEG.SEQ: a later segment updates the window', () => {
    const { peer, block } = stage();
    peer.sends('. 1:11(10) ack 1 win 4000');
    expect(block.sndWnd).toBe(4000);
    peer.sends('. 11:21(10) ack 1 win 3000');
    expect(block.sndWnd).toBe(3000);
  });

  test('RFC 9293 §3.10.7.4 fifth: SND.WL1 = SEG.SEQ and SND.WL2 =< SEG.ACK: the same place with the same or a later ACK updates the window', () => {
    const { peer, block } = stage();
    peer.sends('. 1:1(0) ack 1 win 4000');
    expect(block.sndWnd).toBe(4000);
    peer.sends('. 1:1(0) ack 1 win 6000');
    expect(block.sndWnd).toBe(6000);
  });

  test('RFC 9293 §3.10.7.4 fifth: an old segment, delivered late, does not update the window', () => {
    const { peer, connection, block } = stage();
    write(connection, 100);
    peer.sends('. 11:21(10) ack 1 win 3000'); // overtakes …
    expect(block.sndWnd).toBe(3000);
    peer.sends('. 1:11(10) ack 1 win 4000'); // … this one
    expect(block.sndWnd).toBe(3000);
    peer.sends('. 21:21(0) ack 101 win 2000');
    peer.sends('. 21:21(0) ack 1 win 1000');
    expect(block.sndWnd).toBe(2000);
  });

  test('RFC 5961 §5.2: MAX.SND.WND is the largest ever', () => {
    const { peer, block } = stage();
    peer.sends('. 1:1(0) ack 1 win 60000');
    peer.sends('. 1:1(0) ack 1 win 10');
    expect(block.maxSndWnd).toBe(60_000);
  });
});
