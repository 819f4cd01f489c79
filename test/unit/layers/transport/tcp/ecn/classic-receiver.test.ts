import { describe, expect, test } from 'vitest';
import { SEQUENCE_STARTS, write } from '../conversation.ts';
import { classic } from './negotiated.ts';

describe.each(SEQUENCE_STARTS)('a receiver that echoes marks, from sequence number %i', (start) => {
  test('RFC 3168 §6.1.3: after a CE every ACK has ECE, whatever it acknowledges, until CWR comes', () => {
    const { peer, connection } = classic({ start });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001');
    peer.sends('[ce] . 2001:3001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 3001');
    peer.sends('[ect0] . 3001:4001(1000) ack 1');
    peer.sends('[ect0] . 4001:5001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 5001');
    write(connection, 100);
    peer.expects('[ect0] PE. 1:101(100) ack 5001');
    peer.sends('[ect0] W. 5001:6001(1000) ack 101');
    peer.expects('. 101:101(0) ack 6001');
    peer.sends('[ect0] . 6001:7001(1000) ack 101');
    peer.sends('[ect0] . 7001:8001(1000) ack 101');
    peer.expects('. 101:101(0) ack 8001');
  });

  test('RFC 3168 §6.1.3: a delayed ACK has ECE if any of its packets had CE', () => {
    const { peer } = classic({ start });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.expectsNothing();
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 2001');
  });

  test('RFC 3168 §6.1.3 errata 3639: CWR and CE on the same packet: CWR first, so ECE goes on', () => {
    const { peer } = classic({ start });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 1001');
    peer.sends('[ce] W. 1001:2001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 2001');
  });

  test('RFC 3168 §6.1.3: "when TCP receives a CE data packet": CE on a pure ACK is nothing', () => {
    const { peer, connection } = classic({ start });
    write(connection, 1000);
    peer.takeSent();
    peer.sends('[ce] . 1:1(0) ack 1001');
    peer.sends('[ect0] . 1:1001(1000) ack 1001');
    peer.sends('[ect0] . 1001:2001(1000) ack 1001');
    peer.expects('. 1001:1001(0) ack 2001');
  });

  test('RFC 3168 §6.1.5: the CE of an out-of-window packet is ignored', () => {
    const { peer } = classic({ start });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.takeSent();
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001');
    peer.sends('[ce] . 200000:200100(100) ack 1');
    peer.expects('. 1:1(0) ack 2001');
  });

  test('RFC 3168 §6.1.6: the CE of a window probe is echoed', () => {
    const { peer } = classic({ start, settings: { receiveBufferBytes: 2000 } });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.takeSent();
    peer.sends('[ce] . 2001:2002(1) ack 1');
    peer.expects('E. 1:1(0) ack 2001 win 0');
  });

  test('a mark beyond a gap is echoed with the duplicate ACK', () => {
    const { peer } = classic({ start });
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 1');
  });

  test('marks are not echoed where nobody has agreed on ECN', () => {
    const { peer, block } = classic({ start });
    block.ecn.feedback = 'none';
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001');
  });
});

describe.each(SEQUENCE_STARTS)('the receiver of DCTCP, from sequence number %i', (start) => {
  const dctcp = { ecnEcho: 'dctcp' } as const;

  test('RFC 8257 §3.2 step 1: with the first CE DCTCP.CE becomes true, and an ACK goes at once', () => {
    const { peer } = classic({ start, settings: dctcp });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 1001');
  });

  test('RFC 8257 §3.2 step 2: with the first packet without CE it becomes false, without any CWR, and an ACK goes at once', () => {
    const { peer } = classic({ start, settings: dctcp });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.takeSent();
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 2001');
  });

  test('RFC 8257 §3.2: two ACKs, so that what came before the change is not taken for what came after', () => {
    const { peer } = classic({ start, settings: dctcp });
    peer.sends('[ect0] . 1:1001(1000) ack 1');
    peer.expectsNothing();
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expects('. 1:1(0) ack 1001');
    peer.expects('E. 1:1(0) ack 2001');
    peer.sends('[ce] . 2001:3001(1000) ack 1');
    peer.expectsNothing();
    peer.sends('[ect0] . 3001:4001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 3001');
    peer.expects('. 1:1(0) ack 4001');
  });

  test('RFC 8257 §3.2 step 3: otherwise every second packet is acknowledged, with ECE as it stands', () => {
    const { peer } = classic({ start, settings: dctcp });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.takeSent();
    peer.sends('[ce] . 1001:2001(1000) ack 1');
    peer.expectsNothing();
    peer.sends('[ce] W. 2001:3001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 3001');
  });

  test('the receiver of RFC 3168 goes on, by choice, where DCTCP’s does not', () => {
    const { peer } = classic({ start, settings: { ecnEcho: 'latched' } });
    peer.sends('[ce] . 1:1001(1000) ack 1');
    peer.takeSent();
    peer.sends('[ect0] . 1001:2001(1000) ack 1');
    peer.sends('[ect0] . 2001:3001(1000) ack 1');
    peer.expects('E. 1:1(0) ack 3001');
    expect(peer.takeSent()).toEqual([]);
  });
});
