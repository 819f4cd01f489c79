/** SEGMENT ARRIVES, first check: RFC 9293 §3.10.7.4 and its table 6. The receive window is 1000 octets. */
import { describe, expect, test } from 'vitest';
import { type ConversationOptions, established, readAll, SEQUENCE_STARTS, write } from './conversation.ts';
import { fields, inState, STAGE_NAMES, SYNCHRONIZED } from './stage.ts';

describe.each(SEQUENCE_STARTS)('first check: the sequence number, from %i', (start) => {
  const from: ConversationOptions = { start, settings: { receiveBufferBytes: 1000 } };

  describe.each(SYNCHRONIZED)('in %s', (name) => {
    test('RFC 9293 §3.10.7.4 first: length 0, window > 0: RCV.NXT =< SEG.SEQ < RCV.NXT+RCV.WND is acceptable', () => {
      const { peer, block, peers } = inState(name, from);
      const ack = (block.sndUna - block.iss) | 0;
      for (const sequence of [peers, peers + 1, peers + block.rcvWnd - 1]) {
        expect(peer.sends(`. ${sequence}:${sequence}(0) ack ${ack} win 777`)).toBeUndefined();
        peer.expectsNothing();
      }
      expect(block.state).toBe(name);
      if (name !== 'TIME-WAIT') expect(block.sndWnd).toBe(777);
    });

    test.each([
      ['one before RCV.NXT', -1],
      ['far before RCV.NXT', -1_000_000],
      ['at the right edge', 'edge'],
      ['far beyond the right edge', 1_000_000],
    ] as const)(
      'RFC 9293 §3.10.7.4 first: length 0, window > 0: %s is answered with one ACK and changes nothing',
      (_, place) => {
        const { peer, block, ours, peers } = inState(name, from);
        const before = fields(block);
        const sequence = peers + (place === 'edge' ? block.rcvWnd : place);
        expect(peer.sends(`. ${sequence}:${sequence}(0) ack ${ours} win 777`)).toBe('tcp-outside-window');
        peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
        peer.expectsNothing();
        expect(fields(block)).toEqual(before);
      },
    );

    test.each([
      ['ends just before RCV.NXT', -10],
      ['starts at the right edge', 'edge'],
      ['is far beyond', 100_000],
    ] as const)(
      'RFC 9293 §3.10.7.4 first: length > 0, window > 0: what %s is answered with one ACK and changes nothing',
      (_, place) => {
        const { peer, block, ours, peers } = inState(name, from);
        const before = fields(block);
        const sequence = peers + (place === 'edge' ? block.rcvWnd : place);
        for (let time = 0; time < 2; time++) {
          peer.sends(`P. ${sequence}:${sequence + 10}(10) ack ${ours} win 777`);
          expect(peer.lastDrop).toBe(place === -10 ? 'tcp-duplicate' : 'tcp-outside-window');
          peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
        }
        peer.expectsNothing();
        expect(fields(block)).toEqual(before);
      },
    );
  });

  test('RFC 9293 §3.10.7.4 first: nothing but the ACK goes on its account: the rest of the data is no full segment because a report of the duplicate shrinks those', () => {
    const settings = { selectiveAcknowledgment: true, duplicateSack: true };
    const { peer, connection } = established({ start, peerSyn: 'mss 1000,sackOK', settings });
    write(connection, 1000);
    peer.expects('P. 1:1001(1000) ack 1');
    write(connection, 988); // Nagle: what fills a segment with a SACK block
    peer.sends('. 1:11(10) ack 1');
    peer.after('1ms');
    peer.sends('. 1:11(10) ack 1');
    peer.expects('. 1001:1001(0) ack 11 <nop,nop,sack 1:11>');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.10.7.4 first: in SYN-RECEIVED outside the window: one ACK, and the handshake goes on', () => {
    const { peer, block } = inState('SYN-RECEIVED', from);
    expect(peer.sends('. 1001:1001(0) ack 1')).toBe('tcp-outside-window');
    peer.expects('. 1:1(0) ack 1');
    peer.expectsNothing();
    expect(block.state).toBe('SYN-RECEIVED');
    peer.sends('. 1:1(0) ack 1');
    expect(block.state).toBe('ESTABLISHED');
  });

  test.each(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
    'RFC 9293 §3.10.7.4 first: length > 0, window > 0: one octet in the window is enough, and only it is taken, in %s',
    (name) => {
      const { peer, connection, block, ours } = inState(name, from);
      expect(peer.sends(`. -8:2(10) ack ${ours}`)).toBeUndefined(); // straddles the left edge
      expect(connection.readableBytes).toBe(1);
      expect(peer.sends(`. 1000:1010(10) ack ${ours}`)).toBeUndefined(); // straddles the right edge
      peer.expects(`. ${ours}:${ours}(0) ack 2`);
      expect(peer.sends(`. 2:1000(998) ack ${ours}`)).toBeUndefined();
      expect(connection.readableBytes).toBe(1000);
      peer.expects(`. ${ours}:${ours}(0) ack 1001 win 0`);
      expect(readAll(connection)).toBe(1000);
      expect(block.reassembly.count).toBe(0);
    },
  );

  describe('a closed window', () => {
    const full = () => {
      const stage = inState('ESTABLISHED', from);
      stage.peer.sends('P. 1:1001(1000) ack 1 win 500');
      stage.peer.after('100ms');
      stage.peer.expects('. 1:1(0) ack 1001 win 0');
      return stage;
    };

    test('RFC 9293 §3.10.7.4 first: length 0, window 0: SEG.SEQ = RCV.NXT is acceptable', () => {
      const { peer, block } = full();
      expect(peer.sends('. 1001:1001(0) ack 1 win 777')).toBeUndefined();
      peer.expectsNothing();
      expect(block.sndWnd).toBe(777);
    });

    test.each([1000, 1002])(
      'RFC 9293 §3.10.7.4 first: length 0, window 0: SEG.SEQ %i is answered with one ACK',
      (sequence) => {
        const { peer, block } = full();
        const before = fields(block);
        expect(peer.sends(`. ${sequence}:${sequence}(0) ack 1 win 777`)).toBe('tcp-outside-window');
        peer.expects('. 1:1(0) ack 1001 win 0');
        peer.expectsNothing();
        expect(fields(block)).toEqual(before);
      },
    );

    test('RFC 9293 §3.10.7.4 first and RFC 9293 §3.8.6.1 (MAY-8): length > 0, window 0: data is not taken; the answer has the next sequence number and the window', () => {
      const { peer, block, connection } = full();
      for (let time = 0; time < 3; time++) {
        expect(peer.sends('. 1001:1002(1) ack 1 win 500')).toBeDefined();
        peer.expects('. 1:1(0) ack 1001 win 0');
      }
      expect(peer.sends('F. 1001:1001(0) ack 1 win 500')).toBeDefined();
      peer.expects('. 1:1(0) ack 1001 win 0');
      peer.expectsNothing();
      expect(block.state).toBe('ESTABLISHED');
      expect(connection.readableBytes).toBe(1000);
    });

    test('RFC 9293 §3.10.7.4 first: "special allowance should be made to accept valid ACKs": of a segment with data as well', () => {
      const { peer, block, connection } = full();
      connection.send(new Uint8Array(100), 0, 100);
      peer.expects('P. 1:101(100) ack 1001 win 0');
      peer.sends('. 1001:1002(1) ack 101 win 400');
      peer.expects('. 101:101(0) ack 1001 win 0');
      peer.expectsNothing();
      expect([(block.sndUna - block.iss) | 0, block.sndWnd]).toEqual([101, 400]);
    });

    test('RFC 9293 §3.4 (MUST-66): with a zero window the urgent field is processed', () => {
      const { peer, connection } = full();
      peer.sends('U. 1001:1002(1) ack 1 urg 1');
      peer.expects('. 1:1(0) ack 1001 win 0');
      expect(connection.urgentMark).toBe(1001);
    });

    test('RFC 9293 §3.4 (MUST-66) and RFC 9293 §3.5.3 (SHLD-2): with a zero window a reset is processed, with data too', () => {
      for (const text of ['R 1001:1001(0)', 'R 1001:1011(10)']) {
        const { peer, connection } = full();
        peer.sends(text);
        peer.expectsNothing();
        expect(connection.error).toBe('ECONNRESET');
      }
    });
  });

  test('an ACK answers segments without data outside the window at a bounded rate, so that two ends cannot storm', () => {
    const { peer, ours } = inState('ESTABLISHED', from);
    for (let time = 0; time < 50; time++) peer.sends('. 5000:5000(0) ack 1');
    peer.expects(`. ${ours}:${ours}(0) ack 1`);
    peer.expectsNothing();
    peer.after('500ms');
    peer.sends('. 5000:5000(0) ack 1');
    peer.expects(`. ${ours}:${ours}(0) ack 1`);
  });

  test.each(STAGE_NAMES)(
    'RFC 9293 §3.10.7.4 second (1) and RFC 5961 §3.2 (1): a reset outside the window is never answered, in %s',
    (name) => {
      const { peer, block, peers } = inState(name, from);
      const before = fields(block);
      for (const sequence of [peers - 1, peers + block.rcvWnd, peers + 100_000]) {
        peer.sends(`R ${sequence}:${sequence}(0)`);
        peer.sends(`R. ${sequence}:${sequence}(0) ack 1`);
        peer.sends(`SR ${sequence}:${sequence}(0)`);
      }
      peer.expectsNothing();
      expect(fields(block)).toEqual(before);
    },
  );
});
