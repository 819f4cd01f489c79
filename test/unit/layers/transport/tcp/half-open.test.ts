/** Old duplicates, half-open connections, and when a reset is sent: RFC 9293 §3.5, figures 8 to 11, §3.5.2, §3.5.3. */
import { describe, expect, test } from 'vitest';
import { Conversation, established, SEQUENCE_STARTS, write } from './conversation.ts';
import { inState, SYNCHRONIZED } from './stage.ts';

describe.each(SEQUENCE_STARTS)('old duplicates and half-open connections, from sequence number %i', (start) => {
  test('RFC 9293 §3.5 figure 8, peer A: a SYN-ACK for an old SYN is refused, the right one is taken', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('S 0:0(0)');
    peer.sends('S. 300:300(0) ack -9');
    peer.expects('R -9:-9(0) win 0');
    peer.expectsNothing();
    expect(connection.state).toBe('SYN-SENT');
    peer.sends('S. 400:400(0) ack 1');
    peer.expects('. 1:1(0) ack 401');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5 figure 8, peer B: an old SYN is answered, its reset returns to LISTEN, the new SYN is answered', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('S 90:90(0)');
    peer.expects('S. 0:0(0) ack 91');
    peer.sends('R 91:91(0)');
    peer.expectsNothing();
    expect(peer.tcp.connections.size).toBe(0);
    expect(listener.halfOpenCount).toBe(0);
    peer.sends('S 100:100(0)');
    peer.expects('S. 0:0(0) ack 101');
    peer.sends('. 101:101(0) ack 1');
    expect(listener.accept()?.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5 figure 8, peer B: the new SYN comes before the reset of the old one', () => {
    const peer = new Conversation({ start });
    const listener = peer.listen();
    peer.sends('S 90:90(0)');
    peer.expects('S. 0:0(0) ack 91');
    peer.sends('S 100:100(0)'); // in the window: back to LISTEN
    peer.sends('R 91:91(0)'); // of the SYN-ACK; it finds nothing
    peer.expectsNothing();
    peer.after('1s');
    peer.sends('S 100:100(0)');
    peer.expects('S. 0:0(0) ack 101');
    peer.sends('. 101:101(0) ack 1');
    expect(listener.accept()?.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5.1 figure 9, peer B: a peer that has restarted sends a SYN, is challenged, and its reset aborts', () => {
    const { peer, connection } = established({ start });
    peer.sends('S 400:400(0)');
    peer.expects('. 1:1(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
    peer.sends('R 1:1(0)');
    expect(connection.error).toBe('ECONNRESET');
    expect(peer.tcp.connections.size).toBe(0);
    peer.expectsNothing();
  });

  test('RFC 9293 §3.5.1 figure 9, peer A: the ACK that answers our SYN is refused, and our SYN sent again', () => {
    const peer = new Conversation({ start });
    const connection = peer.connect();
    peer.expects('S 0:0(0)');
    peer.sends('. 300:300(0) ack -300');
    peer.expects('R -300:-300(0) win 0');
    expect(connection.state).toBe('SYN-SENT');
    peer.after('1s');
    peer.expects('S 0:0(0)');
    peer.sends('S. 700:700(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 9293 §3.5.1 figure 10: data for a connection that we know nothing of is reset', () => {
    const peer = new Conversation({ start });
    peer.sends('P. 300:310(10) ack 100');
    peer.expects('R 100:100(0) win 0');
    peer.expectsNothing();
  });

  test('RFC 9293 §3.5.1 figure 10, the other end: our data is answered by a reset: the connection is aborted', () => {
    const { peer, connection } = established({ start });
    write(connection, 10);
    peer.expects('P. 1:11(10) ack 1');
    peer.sends('R 1:1(0)');
    expect(connection.error).toBe('ECONNRESET');
    expect(peer.time.idle).toBe(true);
  });

  test('RFC 9293 §3.5.1 figure 11: two listeners and an old SYN: the SYN-ACK is refused, and both listen', () => {
    const a = new Conversation({ start });
    a.listen();
    a.sends('S. 500:500(0) ack 61');
    a.expects('R 61:61(0) win 0');
    expect(a.tcp.connections.size).toBe(0);
    const b = new Conversation({ start });
    b.listen();
    b.sends('S 60:60(0)');
    b.expects('S. 0:0(0) ack 61');
    b.sends('R 61:61(0)');
    expect(b.tcp.connections.size).toBe(0);
    b.sends('S 70:70(0)');
    b.expects('S. 0:0(0) ack 71');
  });

  test('RFC 9293 §3.5.2 (1): what belongs to no connection is answered by a reset, and a reset by nothing', () => {
    const peer = new Conversation({ start });
    for (const [text, answer] of [
      ['S 10:10(0)', 11],
      ['P 10:20(10)', 20],
      ['FP 10:20(10)', 21],
    ] as const) {
      peer.sends(text);
      expect(peer.takeSent()).toEqual([`R. ${-start | 0}:${-start | 0}(0) ack ${answer} win 0`]);
    }
    peer.sends('. 10:10(0) ack 3');
    peer.expects('R 3:3(0) win 0');
    peer.sends('R 10:10(0)');
    peer.sends('R. 10:10(0) ack 3');
    peer.expectsNothing();
  });

  test.each(['SYN-RECEIVED', 'SYN-RECEIVED (active)'] as const)(
    'RFC 9293 §3.5.2 (2): an unacceptable ACK is reset in a state that is not synchronized, and %s stays as it was',
    (name) => {
      const { peer, block } = inState(name, { start });
      peer.sends('. 1:1(0) ack 5000');
      peer.expects('R 5000:5000(0) win 0');
      expect(block.state).toBe('SYN-RECEIVED');
      peer.after('1s');
      peer.expects('S. 0:0(0) ack 1');
    },
  );

  test.each(SYNCHRONIZED)(
    'RFC 9293 §3.5.2 (3): in %s no unacceptable segment is reset: the answer is an empty ACK',
    (name) => {
      const { peer, block, ours, peers } = inState(name, { start });
      for (const text of [
        `P. ${peers + 500_000}:${peers + 500_010}(10) ack ${ours}`,
        `P. ${peers}:${peers + 10}(10) ack ${ours + 5000}`,
        `FP. ${peers - 5000}:${peers - 4990}(10) ack ${ours}`,
        `. ${peers}:${peers}(0) ack ${ours - 500_000}`,
      ]) {
        peer.sends(text);
        expect(peer.takeSent()).toEqual([expect.stringMatching(`^\\. ${ours}:${ours}\\(0\\) ack ${peers} win`)]);
        peer.after('600ms');
        peer.takeSent();
      }
      expect(block.state).toBe(name);
    },
  );

  test('RFC 9293 §3.5.3: in SYN-SENT a reset is acceptable if it acknowledges the SYN, whatever its sequence number', () => {
    for (const sequence of [0, 1, 70_000, -70_000]) {
      const peer = new Conversation({ start });
      const connection = peer.connect();
      peer.sends(`R. ${sequence}:${sequence}(0) ack 1`);
      expect(connection.error).toBe('ECONNREFUSED');
    }
  });

  test('RFC 9293 §3.5.3 (SHLD-2): what a reset says in its data ends the connection as well, and is not read', () => {
    const { peer, connection } = established({ start });
    peer.sends('R 1:21(20)');
    expect(connection.error).toBe('ECONNRESET');
    expect(connection.readableBytes).toBe(0);
    peer.expectsNothing();
  });

  test('RFC 9293 §3.5: data that comes with the SYN-ACK and before the handshake is over is not read before that', () => {
    const { peer, connection, block } = inState('SYN-RECEIVED', { start });
    peer.sends('P. 1:11(10) ack 5000'); // a bad ACK: not established
    peer.takeSent();
    expect([block.state, connection.readableBytes]).toEqual(['SYN-RECEIVED', 0]);
    peer.sends('P. 1:11(10) ack 1');
    expect([block.state, connection.readableBytes]).toEqual(['ESTABLISHED', 10]);
  });
});
