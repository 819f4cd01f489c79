/** SEGMENT ARRIVES, seventh and eighth check: text and FIN, in every state. */
import { describe, expect, test } from 'vitest';
import { readAll, SEQUENCE_STARTS } from './conversation.ts';
import { fields, inState } from './stage.ts';

describe.each(SEQUENCE_STARTS)('seventh and eighth check: text and FIN, from sequence number %i', (start) => {
  test.each(['ESTABLISHED', 'FIN-WAIT-1', 'FIN-WAIT-2'] as const)(
    'RFC 9293 §3.10.7.4 seventh: text is taken and acknowledged, in %s',
    (name) => {
      const { peer, connection, ours } = inState(name, { start });
      peer.sends(`. 1:101(100) ack ${ours}`);
      peer.sends(`P. 101:201(100) ack ${ours}`);
      peer.expects(`. ${ours}:${ours}(0) ack 201`);
      expect(readAll(connection)).toBe(200);
    },
  );

  test.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
    'RFC 9293 §3.10.7.4 seventh: text after the FIN is ignored, in %s',
    (name) => {
      const { peer, connection, block, peers } = inState(name, { start });
      const { rcvNxt } = block;
      const una = (block.sndUna - block.iss) | 0;
      peer.sends(`P. ${peers}:${peers + 100}(100) ack ${una}`);
      expect(connection.readableBytes).toBe(0);
      expect([block.rcvNxt, block.state]).toEqual([rcvNxt, name]);
    },
  );

  test.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
    'RFC 9293 §3.10.7.4 sixth: URG after the FIN is ignored, in %s',
    (name) => {
      const { peer, connection, block, peers } = inState(name, { start });
      peer.sends(`U. ${peers}:${peers}(0) ack ${(block.sndUna - block.iss) | 0} urg 9`);
      expect(connection.urgentMark).toBe(-1);
      expect(block.urgent).toBe(false);
    },
  );

  test('RFC 9293 §3.10.7.4 first: "only the new parts are processed": segments that overlap what is there', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('. 1:101(100) ack 1');
    peer.sends('. 51:151(100) ack 1');
    peer.expects('. 1:1(0) ack 151');
    peer.sends('. 201:301(100) ack 1');
    peer.expects('. 1:1(0) ack 151');
    peer.sends('. 101:251(150) ack 1');
    peer.expects('. 1:1(0) ack 301');
    expect(readAll(connection)).toBe(300);
  });

  test('RFC 9293 §3.10.7.4 first (SHLD-31) and RFC 9293 §3.10.7.4 seventh (MAY-13): segments beyond a gap are held, in whatever order they come, and some twice; each is acknowledged', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    for (const at of [801, 201, 601, 201, 401, 501, 301, 701, 101]) {
      peer.sends(`. ${at}:${at + 100}(100) ack 1`);
      peer.expects('. 1:1(0) ack 1');
    }
    expect(connection.readableBytes).toBe(0);
    peer.sends('. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 901');
    peer.expectsNothing();
    expect(readAll(connection)).toBe(900);
  });

  test.each([
    ['ESTABLISHED', 'CLOSE-WAIT'],
    ['FIN-WAIT-1', 'CLOSING'],
    ['FIN-WAIT-2', 'TIME-WAIT'],
  ] as const)('RFC 9293 §3.10.7.4 eighth: %s: a FIN leads to %s and is acknowledged at once', (name, next) => {
    const { peer, connection, block, ours } = inState(name, { start });
    peer.sends(`F. 1:11(10) ack ${(block.sndUna - block.iss) | 0}`);
    peer.expects(`. ${ours}:${ours}(0) ack 12`);
    peer.expectsNothing();
    expect(connection.state).toBe(next);
    expect(readAll(connection)).toBe(10);
    expect(connection.atEnd).toBe(true);
    expect(connection.error).toBeUndefined();
  });

  test('RFC 9293 §3.10.7.4 eighth: FIN-WAIT-1: a FIN that acknowledges ours leads to TIME-WAIT', () => {
    const { peer, connection } = inState('FIN-WAIT-1', { start });
    peer.sends('F. 1:1(0) ack 2');
    peer.expects('. 2:2(0) ack 2');
    expect(connection.state).toBe('TIME-WAIT');
  });

  test.each(['CLOSE-WAIT', 'CLOSING', 'LAST-ACK', 'TIME-WAIT'] as const)(
    'RFC 9293 §3.10.7.4 eighth: the FIN again is acknowledged, and the state remains %s',
    (name) => {
      const { peer, connection, block, ours, peers } = inState(name, { start });
      const before = fields(block);
      peer.sends(`F. 1:1(0) ack ${(block.sndUna - block.iss) | 0}`);
      peer.expects(`. ${ours}:${ours}(0) ack ${peers}`);
      peer.expectsNothing();
      expect(connection.state).toBe(name);
      expect(fields(block)).toEqual(before);
    },
  );

  test('RFC 9293 §3.10.7.4 eighth: a FIN beyond a gap takes effect when the gap is filled, and not before', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('F. 101:201(100) ack 1');
    peer.expects('. 1:1(0) ack 1');
    expect(connection.state).toBe('ESTABLISHED');
    expect(connection.atEnd).toBe(false);
    peer.sends('. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 202');
    peer.expectsNothing();
    expect(connection.state).toBe('CLOSE-WAIT');
    expect(readAll(connection)).toBe(200);
  });

  test('RFC 9293 §3.10.7.4 eighth: a FIN alone beyond a gap', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('F. 101:101(0) ack 1');
    peer.sends('. 51:101(50) ack 1');
    peer.takeSent();
    peer.sends('. 1:51(50) ack 1');
    peer.expects('. 1:1(0) ack 102');
    expect(connection.state).toBe('CLOSE-WAIT');
    expect(readAll(connection)).toBe(100);
  });

  test('RFC 9293 §3.10.7.4 first: a FIN that the window has no octet for is trimmed; the text before it is taken', () => {
    const { peer, connection } = inState('ESTABLISHED', { start, settings: { receiveBufferBytes: 100 } });
    peer.sends('F. 1:101(100) ack 1');
    peer.after('100ms');
    peer.expects('. 1:1(0) ack 101 win 0');
    expect(connection.state).toBe('ESTABLISHED');
    expect(readAll(connection)).toBe(100);
    peer.takeSent(); // the window opens
    peer.sends('F. 101:101(0) ack 1');
    peer.expects('. 1:1(0) ack 102');
    expect(connection.state).toBe('CLOSE-WAIT');
  });

  test('RFC 9293 §3.10.7.4 eighth: nothing follows a FIN: text beyond one that was held is not taken', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('F. 101:201(100) ack 1');
    peer.sends('. 201:301(100) ack 1');
    peer.takeSent();
    peer.sends('. 1:101(100) ack 1');
    peer.expects('. 1:1(0) ack 202');
    expect(readAll(connection)).toBe(200);
    expect(connection.atEnd).toBe(true);
  });

  test('shutdownReceive: what comes is acknowledged and forgotten', () => {
    const { peer, connection } = inState('ESTABLISHED', { start });
    peer.sends('. 1:101(100) ack 1');
    connection.shutdownReceive();
    expect(connection.readableBytes).toBe(0);
    peer.takeSent();
    peer.sends('. 201:301(100) ack 1');
    peer.expects('. 1:1(0) ack 101');
    peer.sends('F. 101:301(200) ack 1');
    peer.expects('. 1:1(0) ack 302');
    expect(connection.readableBytes).toBe(0);
    expect(connection.state).toBe('CLOSE-WAIT');
  });
});
