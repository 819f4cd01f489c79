/** SEGMENT ARRIVES, second and fourth check: RST and SYN, with the mitigations of RFC 5961 §3 and §4. */
import { describe, expect, test } from 'vitest';
import { Conversation, SEQUENCE_STARTS } from './conversation.ts';
import { fields, inState, STAGE_NAMES, SYNCHRONIZED } from './stage.ts';

const ENDS_WITH = {
  'SYN-RECEIVED': undefined, // "return this connection to LISTEN state … The user need not be informed"
  'SYN-RECEIVED (active)': 'ECONNREFUSED',
  ESTABLISHED: 'ECONNRESET',
  'FIN-WAIT-1': 'ECONNRESET',
  'FIN-WAIT-2': 'ECONNRESET',
  'CLOSE-WAIT': 'ECONNRESET',
  CLOSING: undefined,
  'LAST-ACK': undefined,
  'TIME-WAIT': undefined,
} as const;

describe.each(SEQUENCE_STARTS)('second check: RST, from sequence number %i', (start) => {
  test.each(STAGE_NAMES)(
    'RFC 9293 §3.10.7.4 second (2) and RFC 5961 §3.2 (2): a reset at RCV.NXT ends the connection, in %s',
    (name) => {
      const { peer, connection, peers } = inState(name, { start });
      peer.sends(`R ${peers}:${peers}(0)`);
      peer.expectsNothing();
      expect(connection.state).toBe('CLOSED');
      expect(connection.error).toBe(ENDS_WITH[name]);
      expect(peer.tcp.connections.size).toBe(0);
      expect(peer.time.idle).toBe(true);
      peer.expectsNothing();
    },
  );

  test.each(STAGE_NAMES)(
    'RFC 9293 §3.10.7.4 second (3) and RFC 5961 §3.2 (3): a reset elsewhere in the window draws a challenge ACK, in %s',
    (name) => {
      const { peer, block, ours, peers } = inState(name, { start });
      const before = fields(block);
      for (const sequence of [peers + 1, peers + block.rcvWnd - 1]) {
        expect(peer.sends(`R ${sequence}:${sequence}(0)`)).toBe('tcp-challenge');
        peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
      }
      peer.expectsNothing();
      expect(fields(block)).toEqual(before);
    },
  );

  test('RFC 9293 §3.6 (MUST-12): what has come in order before a reset is lost with it, and the error tells', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('P. 1:11(10) ack 1');
    peer.sends('R 11:11(0)');
    expect(connection.error).toBe('ECONNRESET');
    expect(connection.readableBytes).toBe(0);
  });

  test('RFC 7323 §5.2: a reset is not subject to PAWS, needs no timestamp, and its own changes nothing', () => {
    const peerSyn = 'mss 1460,sackOK,TS val 100 ecr 0';
    const options = { start, peerSyn, settings: { timestamps: true, selectiveAcknowledgment: true } };
    const challenged = inState('ESTABLISHED', options);
    const before = fields(challenged.block);
    challenged.peer.sends('R 5:5(0) <nop,nop,TS val 5000 ecr 0>');
    challenged.peer.sends('R. 1:2(1) ack 1 <nop,nop,TS val 1 ecr 0>'); // old, yet exact
    expect(challenged.connection.error).toBe('ECONNRESET');
    expect(fields(challenged.block)).toEqual({ ...(before as object), state: 'CLOSED', error: 'ECONNRESET' });
    const bare = inState('ESTABLISHED', options);
    bare.peer.sends('R 1:1(0)');
    expect(bare.connection.error).toBe('ECONNRESET');
  });

  test('RFC 7323 §5.2: the timestamp of a reset that is only challenged is not echoed', () => {
    const peerSyn = 'mss 1460,sackOK,TS val 100 ecr 0';
    const { peer, block } = inState('ESTABLISHED', { start, peerSyn, settings: { timestamps: true } });
    peer.sends('P. 1:11(10) ack 1 <nop,nop,TS val 101 ecr 0>'); // its ACK is delayed: Last.ACK.sent is 1
    peer.sends('R 1:12(11) <nop,nop,TS val 5000 ecr 0>'); // in the window by its last octet
    expect(block.tsRecent).toBe(101);
  });
});

describe.each(SEQUENCE_STARTS)('fourth check: SYN, from sequence number %i', (start) => {
  test.each(SYNCHRONIZED)(
    'RFC 9293 §3.10.7.4 fourth and RFC 5961 §4.2: a SYN draws a challenge ACK, irrespective of its sequence number, in %s',
    (name) => {
      const { peer, block, ours, peers } = inState(name, { start });
      const before = fields(block);
      for (const sequence of [peers, peers + 100, peers + 1_000_000, peers - 1, peers - 1_000_000]) {
        for (const flags of ['S', 'S.']) {
          peer.sends(`${flags} ${sequence}:${sequence}(0)${flags === 'S.' ? ` ack ${ours}` : ''}`);
          peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
          peer.expectsNothing();
        }
      }
      expect(fields(block)).toEqual(before);
    },
  );

  test('RFC 5961 §4.2: after the challenge, the reset of a peer that has restarted ends the connection', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('S 70000:70000(0)');
    peer.expects('. 1:1(0) ack 1');
    peer.sends('R 1:1(0)'); // <SEQ=SEG.ACK><CTL=RST>, as RFC 9293 §3.10.7.3 asks of it
    expect(connection.error).toBe('ECONNRESET');
  });

  test('RFC 9293 §3.5 (MUST-11) and RFC 9293 §3.10.7.4 fourth: SYN-RECEIVED from LISTEN: a SYN in the window returns to LISTEN', () => {
    const { peer, connection } = inState('SYN-RECEIVED', { start });
    peer.sends('S 100:100(0)');
    expect(connection.state).toBe('CLOSED');
    expect(peer.tcp.connections.size).toBe(0);
    peer.takeSent();
    peer.sends('S 200:200(0)');
    peer.expects('S. 0:0(0) ack 201');
  });

  test('RFC 9293 §3.5 (MUST-11) and RFC 9293 §3.10.7.4 fourth: SYN-RECEIVED from SYN-SENT: a SYN in the window draws a challenge ACK', () => {
    const { peer, connection } = inState('SYN-RECEIVED (active)', { start });
    peer.sends('S 100:100(0)');
    peer.expects('. 1:1(0) ack 1');
    expect(connection.state).toBe('SYN-RECEIVED');
  });

  test.each(['S 0:0(0)', 'S 0:100(100)'])(
    'RFC 9293 §3.8.1: in SYN-RECEIVED the same %s again draws the SYN-ACK again',
    (text) => {
      const { peer, connection } = inState('SYN-RECEIVED', { start });
      expect(peer.sends(text)).toBe('tcp-duplicate');
      peer.expects('S. 0:0(0) ack 1');
      peer.expectsNothing();
      expect(connection.state).toBe('SYN-RECEIVED');
      peer.sends('. 1:1(0) ack 1');
      expect(connection.state).toBe('ESTABLISHED');
    },
  );

  test.each(['S. 0:0(0) ack 1', 'S. 0:10(10) ack 1'])(
    'RFC 9293 §3.5 figure 7 (MUST-10): %s completes a simultaneous open',
    (text) => {
      const { peer, connection, block } = inState('SYN-RECEIVED (active)', { start });
      expect(peer.sends(`${text} win 400`)).toBeUndefined();
      expect(connection.state).toBe('ESTABLISHED');
      expect(block.sndWnd).toBe(400);
      peer.after('100ms');
      const { length } = text;
      if (length > 15) expect(connection.readableBytes).toBe(10);
    },
  );
});

describe('challenge ACKs are throttled', () => {
  test('RFC 5961 §7: so many challenge ACKs a second for all connections of the host, and again in the next second', () => {
    const peer = new Conversation({ settings: { challengeAcksPerSecond: 5 } });
    const connection = peer.connect();
    peer.sends('S. 0:0(0) ack 1');
    peer.takeSent();
    for (let time = 0; time < 20; time++) expect(peer.sends('R 2:2(0)')).toBe('tcp-challenge');
    expect(peer.takeSent()).toHaveLength(5);
    peer.after('1s');
    for (let time = 0; time < 20; time++) peer.sends('S 2:2(0)');
    expect(peer.takeSent()).toHaveLength(5);
    expect(connection.state).toBe('ESTABLISHED');
  });

  test('RFC 5961 §7: the limit can be switched off: 0 means any number', () => {
    const peer = new Conversation({ settings: { challengeAcksPerSecond: 0 } });
    peer.connect();
    peer.sends('S. 0:0(0) ack 1');
    peer.takeSent();
    for (let time = 0; time < 300; time++) peer.sends('R 2:2(0)');
    expect(peer.takeSent()).toHaveLength(300);
  });
});

describe.each(SEQUENCE_STARTS)('simultaneous open with a window scale, from sequence number %i', (start) => {
  test('RFC 7323 §2.2: the window of the SYN-ACK is not scaled, that of the next segment is', () => {
    const peer = new Conversation({ start, settings: { windowScaling: true } });
    const { block } = peer.connect();
    peer.sends('S 0:0(0) win 300 <mss 1460,nop,wscale 7>');
    expect(block.sndWnd).toBe(300);
    peer.sends('S. 0:0(0) ack 1 win 400 <mss 1460,nop,wscale 7>');
    expect(block.state).toBe('ESTABLISHED');
    expect(block.sndWnd).toBe(400);
    peer.sends('. 1:1(0) ack 1 win 400');
    expect(block.sndWnd).toBe(400 * 128);
  });
});
