/** A listener that answers SYNs with cookies: RFC 4987 §3.6, §3.7. */
import { describe, expect, test } from 'vitest';
import type { Connection } from '../../../../../src/layers/transport/tcp/connection.ts';
import type { Listener } from '../../../../../src/layers/transport/tcp/listener.ts';
import type { TcpSettings } from '../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, PEER_PORT, readAll, SEQUENCE_STARTS, write } from './conversation.ts';

describe.each(SEQUENCE_STARTS)('SYN cookies, to a client that starts at %i', (start) => {
  const listening = (settings: Partial<TcpSettings> = {}, backlog = 8) => {
    const peer = new Conversation({ start, settings: { synCookies: 'always', ...settings } });
    return { peer, listener: peer.listen(backlog) };
  };

  /** The peer reads the SYN-ACK: from now on our numbers, and our timestamps, are relative to it. */
  const readCookie = (peer: Conversation, ecn = false): { readonly window: number; readonly stamp: number } => {
    const bytes = peer.takeBytes();
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    expect(bytes[13]).toBe(ecn ? 0x52 : 0x12);
    peer.numbers.ours = view.getInt32(4);
    peer.numbers.timestamps = 0;
    const header = (bytes[12]! >> 4) * 4;
    for (let at = 20; at + 10 <= header; at++) {
      if (bytes[at] === 8 && bytes[at + 1] === 10) return { window: view.getUint16(14), stamp: view.getUint32(at + 2) };
    }
    return { window: view.getUint16(14), stamp: 0 };
  };

  const accept = (listener: Listener): Connection => {
    const connection = listener.accept();
    if (connection === undefined) throw new Error('nothing was accepted');
    return connection;
  };

  test('RFC 4987 §3.6: nothing is kept for a SYN; the ACK makes the connection', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    expect([peer.tcp.connections.size, listener.halfOpenCount, peer.time.idle]).toEqual([0, 0, true]);
    const { outstanding } = peer.memory;
    for (let port = 1; port < 50; port++) peer.sends('S 0:0(0) win 1000 <mss 1460>', port);
    expect(peer.memory.outstanding).toBe(outstanding);
    expect(peer.takeSent()).toHaveLength(49);
    peer.after('30s');
    peer.expectsNothing(); // nobody would know what to send again
    expect(peer.sends('. 1:1(0) ack 1 win 2000')).toBeUndefined();
    peer.expectsNothing();
    const connection = accept(listener);
    expect([connection.state, connection.remotePort]).toEqual(['ESTABLISHED', PEER_PORT]);
    expect(connection.block.sndWnd).toBe(2000);
    write(connection, 500);
    peer.expects('P. 1:501(500) ack 1');
    peer.sends('P. 1:101(100) ack 501');
    expect(readAll(connection)).toBe(100);
  });

  test('RFC 4987 §3.6: the ACK may come with data, or be lost: then the first segment with data does as well', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.sends('P. 1:101(100) ack 1 win 2000');
    const connection = accept(listener);
    expect(readAll(connection)).toBe(100);
    peer.after('100ms');
    peer.expects('. 1:1(0) ack 101');
  });

  test('the ACK may close at once', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.sends('FP. 1:101(100) ack 1 win 2000');
    peer.expects('. 1:1(0) ack 102');
    const connection = accept(listener);
    expect(connection.state).toBe('CLOSE-WAIT');
    const read = new Uint8Array(200);
    expect(connection.receive(read, 0, 200)).toBe(100);
  });

  test.each([
    [1460, 1460],
    [1459, 1440],
    [88, 88],
    [9000, 1460],
  ])('RFC 4987 appendix A: an MSS of %i comes back as %i', (offered, kept) => {
    const { peer, listener } = listening();
    peer.sends(`S 0:0(0) win 65535 <mss ${offered}>`);
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1 win 65535');
    expect(accept(listener).block.smss).toBe(kept);
  });

  test('no MSS option: the default of RFC 9293 §3.7.1', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 65535');
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1 win 65535');
    expect(accept(listener).block.smss).toBe(peer.family === 4 ? 536 : 1220);
  });

  test('an MSS below all in the table: no cookie', () => {
    const { peer } = listening();
    expect(peer.sends('S 0:0(0) win 65535 <mss 87>')).toBe('tcp-backlog-full');
    peer.expectsNothing();
  });

  const all = { timestamps: true, selectiveAcknowledgment: true, windowScaling: true } as const;

  test('RFC 4987 §3.6: with timestamps, window scale and SACK survive in them', () => {
    const { peer, listener } = listening(all);
    peer.after('12345ms');
    peer.sends('S 0:0(0) win 1000 <mss 1460,sackOK,TS val 700 ecr 0,nop,wscale 9>');
    const { stamp } = readCookie(peer);
    peer.after('3s');
    peer.sends(`. 1:1(0) ack 1 win 20 <nop,nop,TS val 701 ecr ${stamp}>`);
    const { block } = accept(listener);
    expect(block).toMatchObject({
      timestampsOk: true,
      sackOk: true,
      windowScaleOk: true,
      sndWndShift: 9,
      tsRecent: 701,
    });
    expect(block.sndWnd).toBe(20 << 9);
    expect(block.rcvWndShift).toBe(5); // 1 MiB
    // Our own clock goes on from where the cookie stood: PAWS at the peer.
    const now = (Math.floor(peer.time.now() / 1e6) + block.tsOffset) >>> 0;
    expect((now - stamp) | 0).toBeGreaterThanOrEqual(3000);
    expect((now - stamp) | 0).toBeLessThanOrEqual(3064);
  });

  test.each([
    ['TS val 700 ecr 0', { timestampsOk: true, sackOk: false, windowScaleOk: false, sndWndShift: 0, rcvWndShift: 0 }],
    ['sackOK,TS val 700 ecr 0', { timestampsOk: true, sackOk: true, windowScaleOk: false, rcvWndShift: 0 }],
    ['TS val 700 ecr 0,nop,wscale 0', { sackOk: false, windowScaleOk: true, sndWndShift: 0, rcvWndShift: 5 }],
    ['TS val 700 ecr 0,nop,wscale 14', { windowScaleOk: true, sndWndShift: 14 }],
  ])('of <%s> nothing else survives', (offered, kept) => {
    const { peer, listener } = listening(all);
    peer.sends(`S 0:0(0) win 1000 <mss 1460,${offered}>`);
    const { stamp } = readCookie(peer);
    peer.sends(`. 1:1(0) ack 1 win 20 <nop,nop,TS val 701 ecr ${stamp}>`);
    expect(accept(listener).block).toMatchObject(kept);
  });

  test('RFC 4987 §3.6: without timestamps neither is offered: what is not kept must not be agreed on', () => {
    const { peer, listener } = listening(all);
    peer.sends('S 0:0(0) win 1000 <mss 1460,sackOK,nop,wscale 9>');
    const [shown] = peer.takeSent();
    expect(shown).toMatch(/ win 65535 <mss 1460>$/);
    peer.sends('S 0:0(0) win 1000 <mss 1460,sackOK,nop,wscale 9>');
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1 win 2000');
    expect(accept(listener).block).toMatchObject({ sackOk: false, windowScaleOk: false, sndWnd: 2000, rcvWndShift: 0 });
  });

  test.each([
    ['SWE', 'request', true],
    ['SWE', 'accept', true],
    ['SWE', 'off', false],
    ['S', 'accept', false],
  ] as const)('RFC 4987 §3.6: and so does ECN: %s, ours is %s', (letters, ecn, agreed) => {
    const { peer, listener } = listening({ ...all, ecn });
    peer.sends(`${letters} 0:0(0) win 1000 <mss 1460,TS val 700 ecr 0>`);
    peer.sends(`${letters} 0:0(0) win 1000 <mss 1460,TS val 700 ecr 0>`);
    expect(peer.takeSent()[0]).toMatch(agreed ? /^SE\. / : /^S\. /);
    peer.sends(`${letters} 0:0(0) win 1000 <mss 1460,TS val 700 ecr 0>`);
    const { stamp } = readCookie(peer, agreed);
    peer.sends(`. 1:1(0) ack 1 win 2000 <nop,nop,TS val 701 ecr ${stamp}>`);
    expect(accept(listener).block.ecn).toMatchObject({ feedback: agreed ? 'classic' : 'none', sendsEct: agreed });
  });

  test('without timestamps ECN is not agreed on', () => {
    const { peer, listener } = listening({ ecn: 'request' });
    peer.sends('SWE 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1 win 2000');
    expect(accept(listener).block.ecn.feedback).toBe('none');
  });

  test('the round trip is not known, so nothing is learned of it', () => {
    const { peer, listener } = listening(all);
    peer.sends('S 0:0(0) win 1000 <mss 1460,TS val 700 ecr 0>');
    const { stamp } = readCookie(peer);
    peer.after('100ms');
    peer.sends(`. 1:1(0) ack 1 win 2000 <nop,nop,TS val 701 ecr ${stamp}>`);
    expect(accept(listener).block.rtt.samples).toBe(0);
  });

  test('RFC 4987 §3.6: text on the SYN is not taken and comes again', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:100(100) win 1000 <mss 1460>');
    readCookie(peer);
    peer.sends('. 1:101(100) ack 1 win 1000');
    expect(readAll(accept(listener))).toBe(100);
  });

  test('RFC 4987 appendix A: it expires after two steps of 64 s; then the ACK is nobody’s', () => {
    const { peer, listener } = listening();
    peer.after('64s');
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.after('128s');
    expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-no-connection');
    peer.expects('R 1:1(0)');
    expect(listener.pending).toBe(0);
  });

  test('it is still good after 127 s', () => {
    const { peer, listener } = listening();
    peer.after('64s');
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.after('127s');
    peer.sends('. 1:1(0) ack 1');
    expect(listener.pending).toBe(1);
  });

  test.each([
    ['another acknowledgment', '. 1:1(0) ack 2'],
    ['another sequence number: the second segment before the first', 'P. 101:201(100) ack 1'],
  ])('RFC 4987 appendix A: %s holds no cookie; it is dropped without a word', (_, text) => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    expect(peer.sends(text)).toBe('tcp-bad-cookie');
    peer.expectsNothing();
    peer.sends('P. 1:101(100) ack 1');
    expect(readAll(accept(listener))).toBe(100);
  });

  test('a cookie is good from its own port only', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    expect(peer.sends('. 1:1(0) ack 1', PEER_PORT + 1)).toBe('tcp-bad-cookie');
    expect(listener.pending).toBe(0);
  });

  test.each([
    ['R. 1:1(0) ack 1', 'tcp-reset-to-closed'],
    ['S. 1:1(0) ack 1', 'tcp-no-connection'],
  ])('%s answers no SYN-ACK', (text, reason) => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    expect(peer.sends(text)).toBe(reason);
    expect(listener.pending).toBe(0);
  });

  test('a cookie twice: the second finds the connection', () => {
    const { peer, listener } = listening();
    peer.sends('S 0:0(0) win 1000 <mss 1460>');
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1');
    peer.sends('. 1:1(0) ack 1');
    peer.expectsNothing();
    expect(listener.pending).toBe(1);
    expect(peer.tcp.connections.size).toBe(1);
  });

  test('the accept queue is full: SYNs are dropped, and cookies as if their ACK had been lost', () => {
    const { peer, listener } = listening({}, 1);
    peer.sends('S 0:0(0)', 1);
    readCookie(peer);
    const first = peer.numbers.ours;
    peer.sends('S 0:0(0)', 2);
    readCookie(peer);
    peer.sends('. 1:1(0) ack 1', 2);
    expect(peer.sends('S 0:0(0)', 3)).toBe('tcp-backlog-full');
    peer.numbers.ours = first;
    expect(peer.sends('. 1:1(0) ack 1', 1)).toBe('tcp-backlog-full');
    peer.expectsNothing();
    accept(listener);
    peer.sends('P. 1:11(10) ack 1', 1);
    expect(accept(listener).remotePort).toBe(1);
  });

  describe('when: `synCookies`', () => {
    test('RFC 4987 §3.7: under pressure, when so many handshakes go on as may', () => {
      const { peer, listener } = listening({ synCookies: 'pressure', synBacklog: 2 });
      peer.sends('S 0:0(0)', 1);
      peer.sends('S 0:0(0)', 2);
      peer.expects('S. 0:0(0) ack 1');
      peer.expects('S. 0:0(0) ack 1');
      expect(peer.sends('S 0:0(0)', 3)).toBeUndefined();
      readCookie(peer);
      expect(listener.halfOpenCount).toBe(2);
      peer.sends('. 1:1(0) ack 1', 3);
      expect(accept(listener).remotePort).toBe(3);
    });

    test('off: the SYN is dropped instead', () => {
      const { peer } = listening({ synCookies: 'off', synBacklog: 1 });
      peer.sends('S 0:0(0)', 1);
      peer.takeSent();
      expect(peer.sends('S 0:0(0)', 2)).toBe('tcp-backlog-full');
      peer.expectsNothing();
    });

    test('RFC 9293 §3.10.7.2 second check: no cookie is about: an ACK is answered with a reset', () => {
      const { peer } = listening({ synCookies: 'pressure' });
      expect(peer.sends('. 1:1(0) ack 1')).toBe('tcp-no-connection');
      peer.expects('R 1:1(0)');
    });

    test('the pressure ends between two copies of a SYN: the client may answer either SYN-ACK', () => {
      const { peer, listener } = listening({ synCookies: 'pressure', synBacklog: 1 });
      peer.sends('S 0:0(0)', 1);
      peer.takeSent();
      peer.sends('S 0:0(0)', 2);
      readCookie(peer);
      peer.sends('R 1:1(0)', 1);
      peer.sends('S 0:0(0)', 2); // there is room for it now
      expect(peer.takeSent()).toHaveLength(1);
      expect(listener.halfOpenCount).toBe(1);
      peer.sends('. 1:1(0) ack 1', 2); // answers the cookie
      peer.expectsNothing();
      expect(listener.halfOpenCount).toBe(0);
      expect(accept(listener).state).toBe('ESTABLISHED');
      expect(peer.tcp.connections.size).toBe(1);
    });

    test('an ACK that is neither is refused', () => {
      const { peer, listener } = listening({ synCookies: 'pressure', synBacklog: 1 });
      peer.sends('S 0:0(0)', 1);
      peer.takeSent();
      peer.sends('S 0:0(0)', 2);
      readCookie(peer);
      peer.sends('R 1:1(0)', 1);
      peer.sends('S 0:0(0)', 2);
      peer.takeSent();
      expect(peer.sends('. 1:1(0) ack 7', 2)).toBe('tcp-bad-ack');
      peer.expects('R 7:7(0)');
      expect(listener.halfOpenCount).toBe(1);
    });

    test('a SYN that opens a connection anew from TIME-WAIT has state, and gets no cookie', () => {
      const { peer, listener } = listening();
      peer.sends('S 0:0(0) win 1000 <mss 1460>');
      readCookie(peer);
      peer.sends('. 1:1(0) ack 1');
      const connection = accept(listener);
      connection.shutdownSend();
      peer.sends('F. 1:1(0) ack 2');
      expect(connection.state).toBe('TIME-WAIT');
      peer.sends('S 5000:5000(0)');
      expect(listener.halfOpenCount).toBe(1);
    });
  });
});
