/** Fast Open without cookies: RFC 7413 §7.3, Linux's TCP_FASTOPEN_NO_COOKIE. */
import { describe, expect, test } from 'vitest';
import { ipAddress } from '../../../../../../src/layers/address-text.ts';
import type { TcpSettings } from '../../../../../../src/layers/transport/tcp/settings.ts';
import { Conversation, octets, PEER_PORT, readAll, SEQUENCE_STARTS } from '../conversation.ts';

describe.each(SEQUENCE_STARTS)('without cookies, from sequence number %i', (start) => {
  const serving = (settings: Partial<TcpSettings> = {}) => {
    const peer = new Conversation({ start, settings: { fastOpenServer: true, fastOpenPending: 2, ...settings } });
    return { peer, listener: peer.listen(8, { fastOpenRequiresCookie: false }) };
  };

  test('a server takes the data of any SYN, and gives no cookie', () => {
    const { peer, listener } = serving();
    peer.sends('S 0:50(50) win 65535 <mss 1460>');
    peer.expects('S. 0:0(0) ack 51 win 65535 <mss 1460>');
    expect(readAll(listener.accept()!)).toBe(50);
  });

  test('also of one with a cookie that is none of its own, or that asks for one', () => {
    const { peer, listener } = serving();
    peer.sends('S 0:50(50) win 65535 <mss 1460,nop,nop,FO 0011223344556677>');
    peer.expects('S. 0:0(0) ack 51 win 65535 <mss 1460>');
    peer.sends('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>', 999);
    peer.expects('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(listener.pending).toBe(2);
  });

  test('a SYN without data and without the option opens nothing early', () => {
    const { peer, listener } = serving();
    peer.sends('S 0:0(0) win 65535 <mss 1460>');
    expect(listener.pending).toBe(0);
  });

  test('RFC 7413 §5.1: no more than may be open before their handshake is over', () => {
    const { peer, listener } = serving({ fastOpenPending: 1 });
    peer.sends('S 0:50(50) win 65535 <mss 1460>');
    peer.sends('S 0:50(50) win 65535 <mss 1460>', 999);
    expect(listener.pending).toBe(1);
  });

  const connecting = (settings: Partial<TcpSettings>) => {
    const peer = new Conversation({ start, settings: { fastOpenClient: true, ...settings } });
    const connection = peer.tcp.connect({
      binding: peer.bind(),
      remote: peer.there,
      remotePort: PEER_PORT,
      user: { changed: () => {} },
      firstData: { bytes: octets(1, 100), at: 0, length: 100 },
    });
    if (typeof connection === 'string') throw new Error(connection);
    return { peer, connection };
  };

  test('a client sends its data with the SYN, without the option', () => {
    const { peer, connection } = connecting({ fastOpenRequiresCookie: false });
    expect(connection.block.sendBuffer.length).toBe(100);
    peer.expects('S 0:100(100) win 65535 <mss 1460>');
    peer.sends('S. 0:0(0) ack 101 win 65535 <mss 1460>');
    expect(connection.unacknowledgedOctets).toBe(0);
    expect(connection.info().synDataAcknowledged).toBe(true);
  });

  test('one that needs a cookie asks for it first', () => {
    const { peer, connection } = connecting({});
    expect(connection.block.sendBuffer.length).toBe(0);
    peer.expects('S 0:0(0) win 65535 <mss 1460,nop,nop,FO>');
  });

  test('a server that does not take the data is left alone for a while', () => {
    const { peer } = connecting({ fastOpenRequiresCookie: false });
    peer.takeSent();
    const target = { remote: peer.there, remotePort: PEER_PORT };
    expect(peer.tcp.hasFastOpenCookie(target)).toBe(true);
    peer.sends('S. 0:0(0) ack 1 win 65535 <mss 1460>');
    expect(peer.tcp.hasFastOpenCookie(target)).toBe(false);
  });

  test('whether data can go with the SYN is known before', () => {
    const peer = new Conversation({ start, settings: { fastOpenClient: true } });
    const target = { remote: ipAddress('10.0.0.2'), remotePort: PEER_PORT };
    expect(peer.tcp.hasFastOpenCookie(target)).toBe(false);
    expect(peer.tcp.hasFastOpenCookie({ ...target, settings: { fastOpenRequiresCookie: false } })).toBe(true);
  });
});
